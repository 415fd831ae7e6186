/* Every function and variable of libhdf5 that Wingbeat uses, for library.c, which includes this list several times. To
 * use another function, add its line. The compiler holds each against its declaration in hdf5.h. */

FUNCTION(hid_t, H5Acreate2,
         (hid_t place, const char *attr_name, hid_t type_id, hid_t space_id, hid_t acpl_id, hid_t aapl_id),
         (place, attr_name, type_id, space_id, acpl_id, aapl_id))
FUNCTION(herr_t, H5Awrite, (hid_t attr_id, hid_t type_id, const void *buf), (attr_id, type_id, buf))
FUNCTION(hid_t, H5Dcreate2,
         (hid_t place, const char *name, hid_t type_id, hid_t space_id, hid_t lcpl_id, hid_t dcpl_id, hid_t dapl_id),
         (place, name, type_id, space_id, lcpl_id, dcpl_id, dapl_id))
FUNCTION(herr_t, H5Dget_chunk_storage_size, (hid_t dataset, const hsize_t *offset, hsize_t *chunk_bytes),
         (dataset, offset, chunk_bytes))
FUNCTION(hid_t, H5Dget_create_plist, (hid_t dataset), (dataset))
FUNCTION(haddr_t, H5Dget_offset, (hid_t dataset), (dataset))
FUNCTION(hid_t, H5Dget_space, (hid_t dataset), (dataset))
FUNCTION(hsize_t, H5Dget_storage_size, (hid_t dataset), (dataset))
FUNCTION(hid_t, H5Dget_type, (hid_t dataset), (dataset))
FUNCTION(hid_t, H5Dopen2, (hid_t place, const char *name, hid_t dapl_id), (place, name, dapl_id))
FUNCTION(herr_t, H5Dread,
         (hid_t dataset, hid_t mem_type_id, hid_t mem_space_id, hid_t file_space_id, hid_t dxpl_id, void *buf),
         (dataset, mem_type_id, mem_space_id, file_space_id, dxpl_id, buf))
FUNCTION(herr_t, H5Dread_chunk, (hid_t dataset, hid_t dxpl_id, const hsize_t *offset, uint32_t *filters, void *buf),
         (dataset, dxpl_id, offset, filters, buf))
FUNCTION(herr_t, H5Dset_extent, (hid_t dataset, const hsize_t *size), (dataset, size))
FUNCTION(herr_t, H5Dwrite,
         (hid_t dataset, hid_t mem_type_id, hid_t mem_space_id, hid_t file_space_id, hid_t dxpl_id, const void *buf),
         (dataset, mem_type_id, mem_space_id, file_space_id, dxpl_id, buf))
FUNCTION(herr_t, H5Eget_auto2, (hid_t estack_id, H5E_auto2_t *func, void **client_data), (estack_id, func, client_data))
FUNCTION(herr_t, H5Eset_auto2, (hid_t estack_id, H5E_auto2_t func, void *client_data), (estack_id, func, client_data))
FUNCTION(herr_t, H5Ewalk2, (hid_t err_stack, H5E_direction_t direction, H5E_walk2_t func, void *client_data),
         (err_stack, direction, func, client_data))
FUNCTION(hid_t, H5Fcreate, (const char *filename, unsigned flags, hid_t fcpl_id, hid_t fapl_id),
         (filename, flags, fcpl_id, fapl_id))
FUNCTION(herr_t, H5Fflush, (hid_t object_id, H5F_scope_t scope), (object_id, scope))
FUNCTION(ssize_t, H5Fget_file_image, (hid_t file_id, void *buf_ptr, size_t buf_len), (file_id, buf_ptr, buf_len))
FUNCTION(herr_t, H5Fget_filesize, (hid_t file_id, hsize_t *size), (file_id, size))
FUNCTION(ssize_t, H5Fget_name, (hid_t obj_id, char *name, size_t size), (obj_id, name, size))
FUNCTION(herr_t, H5Fget_vfd_handle, (hid_t file_id, hid_t fapl, void **file_handle), (file_id, fapl, file_handle))
FUNCTION(hid_t, H5Fopen, (const char *filename, unsigned flags, hid_t fapl_id), (filename, flags, fapl_id))
FUNCTION(hid_t, H5Gcreate2, (hid_t place, const char *name, hid_t lcpl_id, hid_t gcpl_id, hid_t gapl_id),
         (place, name, lcpl_id, gcpl_id, gapl_id))
FUNCTION(int, H5Idec_ref, (hid_t id), (id))
FUNCTION(hid_t, H5Iget_file_id, (hid_t id), (id))
FUNCTION(H5I_type_t, H5Iget_type, (hid_t id), (id))
FUNCTION(htri_t, H5Lexists, (hid_t place, const char *name, hid_t lapl_id), (place, name, lapl_id))
FUNCTION(herr_t, H5Oget_info2, (hid_t place, H5O_info_t *oinfo, unsigned fields), (place, oinfo, fields))
FUNCTION(hid_t, H5Oopen, (hid_t place, const char *name, hid_t lapl_id), (place, name, lapl_id))
FUNCTION(hid_t, H5Pcreate, (hid_t cls_id), (cls_id))
FUNCTION(herr_t, H5Pfill_value_defined, (hid_t plist, H5D_fill_value_t *status), (plist, status))
FUNCTION(int, H5Pget_chunk, (hid_t plist_id, int max_ndims, hsize_t *dim), (plist_id, max_ndims, dim))
FUNCTION(herr_t, H5Pget_chunk_opts, (hid_t plist_id, unsigned *opts), (plist_id, opts))
FUNCTION(herr_t, H5Pget_external,
         (hid_t plist_id, unsigned idx, size_t name_size, char *name, off_t *offset, hsize_t *size),
         (plist_id, idx, name_size, name, offset, size))
FUNCTION(int, H5Pget_external_count, (hid_t plist_id), (plist_id))
FUNCTION(herr_t, H5Pget_fill_time, (hid_t plist_id, H5D_fill_time_t *fill_time), (plist_id, fill_time))
FUNCTION(herr_t, H5Pget_fill_value, (hid_t plist_id, hid_t type_id, void *value), (plist_id, type_id, value))
FUNCTION(H5Z_filter_t, H5Pget_filter2,
         (hid_t plist_id, unsigned idx, unsigned int *flags, size_t *cd_nelmts, unsigned *cd_values, size_t namelen,
          char *name, unsigned *filter_config),
         (plist_id, idx, flags, cd_nelmts, cd_values, namelen, name, filter_config))
FUNCTION(H5D_layout_t, H5Pget_layout, (hid_t plist_id), (plist_id))
FUNCTION(int, H5Pget_nfilters, (hid_t plist_id), (plist_id))
FUNCTION(herr_t, H5Pget_virtual_count, (hid_t dcpl_id, size_t *count), (dcpl_id, count))
FUNCTION(ssize_t, H5Pget_virtual_dsetname, (hid_t dcpl_id, size_t index, char *name, size_t size),
         (dcpl_id, index, name, size))
FUNCTION(ssize_t, H5Pget_virtual_filename, (hid_t dcpl_id, size_t index, char *name, size_t size),
         (dcpl_id, index, name, size))
FUNCTION(herr_t, H5Pset_attr_creation_order, (hid_t plist_id, unsigned crt_order_flags), (plist_id, crt_order_flags))
FUNCTION(herr_t, H5Pset_char_encoding, (hid_t plist_id, H5T_cset_t encoding), (plist_id, encoding))
FUNCTION(herr_t, H5Pset_chunk, (hid_t plist_id, int ndims, const hsize_t *dim), (plist_id, ndims, dim))
FUNCTION(herr_t, H5Pset_chunk_cache, (hid_t dapl_id, size_t rdcc_nslots, size_t rdcc_nbytes, double rdcc_w0),
         (dapl_id, rdcc_nslots, rdcc_nbytes, rdcc_w0))
FUNCTION(herr_t, H5Pset_create_intermediate_group, (hid_t plist_id, unsigned crt_intmd), (plist_id, crt_intmd))
FUNCTION(herr_t, H5Pset_deflate, (hid_t plist_id, unsigned level), (plist_id, level))
FUNCTION(herr_t, H5Pset_elink_cb, (hid_t lapl_id, H5L_elink_traverse_t func, void *op_data), (lapl_id, func, op_data))
FUNCTION(herr_t, H5Pset_fapl_core, (hid_t fapl_id, size_t increment, hbool_t backing_store),
         (fapl_id, increment, backing_store))
FUNCTION(herr_t, H5Pset_fapl_sec2, (hid_t fapl_id), (fapl_id))
FUNCTION(herr_t, H5Pset_file_locking, (hid_t fapl_id, hbool_t use_file_locking, hbool_t ignore_when_disabled),
         (fapl_id, use_file_locking, ignore_when_disabled))
FUNCTION(herr_t, H5Pset_fletcher32, (hid_t plist_id), (plist_id))
FUNCTION(herr_t, H5Pset_layout, (hid_t plist_id, H5D_layout_t layout), (plist_id, layout))
FUNCTION(herr_t, H5Pset_libver_bounds, (hid_t plist_id, H5F_libver_t low, H5F_libver_t high), (plist_id, low, high))
FUNCTION(herr_t, H5Pset_link_creation_order, (hid_t plist_id, unsigned crt_order_flags), (plist_id, crt_order_flags))
FUNCTION(herr_t, H5Pset_obj_track_times, (hid_t plist_id, hbool_t track_times), (plist_id, track_times))
FUNCTION(hid_t, H5Screate, (H5S_class_t type), (type))
FUNCTION(hid_t, H5Screate_simple, (int rank, const hsize_t *dims, const hsize_t *maxdims), (rank, dims, maxdims))
FUNCTION(int, H5Sget_simple_extent_dims, (hid_t space_id, hsize_t *dims, hsize_t *maxdims), (space_id, dims, maxdims))
FUNCTION(int, H5Sget_simple_extent_ndims, (hid_t space_id), (space_id))
FUNCTION(H5S_class_t, H5Sget_simple_extent_type, (hid_t space_id), (space_id))
FUNCTION(herr_t, H5Sselect_hyperslab,
         (hid_t space_id, H5S_seloper_t op, const hsize_t *start, const hsize_t *stride, const hsize_t *count,
          const hsize_t *block),
         (space_id, op, start, stride, count, block))
FUNCTION(herr_t, H5Tconvert, (hid_t src_id, hid_t dst_id, size_t nelmts, void *buf, void *background, hid_t plist_id),
         (src_id, dst_id, nelmts, buf, background, plist_id))
FUNCTION(hid_t, H5Tcopy, (hid_t type_id), (type_id))
FUNCTION(hid_t, H5Tcreate, (H5T_class_t type, size_t size), (type, size))
FUNCTION(hid_t, H5Tenum_create, (hid_t base_id), (base_id))
FUNCTION(herr_t, H5Tenum_insert, (hid_t type, const char *name, const void *value), (type, name, value))
FUNCTION(htri_t, H5Tequal, (hid_t type1_id, hid_t type2_id), (type1_id, type2_id))
FUNCTION(H5T_class_t, H5Tget_class, (hid_t type_id), (type_id))
FUNCTION(size_t, H5Tget_ebias, (hid_t type_id), (type_id))
FUNCTION(herr_t, H5Tget_fields, (hid_t type_id, size_t *spos, size_t *epos, size_t *esize, size_t *mpos, size_t *msize),
         (type_id, spos, epos, esize, mpos, msize))
FUNCTION(hid_t, H5Tget_native_type, (hid_t type_id, H5T_direction_t direction), (type_id, direction))
FUNCTION(H5T_sign_t, H5Tget_sign, (hid_t type_id), (type_id))
FUNCTION(size_t, H5Tget_size, (hid_t type_id), (type_id))
FUNCTION(herr_t, H5Tset_cset, (hid_t type_id, H5T_cset_t cset), (type_id, cset))
FUNCTION(herr_t, H5Tset_ebias, (hid_t type_id, size_t ebias), (type_id, ebias))
FUNCTION(herr_t, H5Tset_fields, (hid_t type_id, size_t spos, size_t epos, size_t esize, size_t mpos, size_t msize),
         (type_id, spos, epos, esize, mpos, msize))
FUNCTION(herr_t, H5Tset_size, (hid_t type_id, size_t size), (type_id, size))
FUNCTION(herr_t, H5Tset_strpad, (hid_t type_id, H5T_str_t strpad), (type_id, strpad))
FUNCTION(herr_t, H5Tset_tag, (hid_t type, const char *tag), (type, tag))
FUNCTION(htri_t, H5Zfilter_avail, (H5Z_filter_t id), (id))
FUNCTION(herr_t, H5close, (void), ())
FUNCTION(herr_t, H5dont_atexit, (void), ())
FUNCTION(herr_t, H5open, (void), ())

VARIABLE(H5P_CLS_ATTRIBUTE_CREATE_ID_g)
VARIABLE(H5P_CLS_DATASET_ACCESS_ID_g)
VARIABLE(H5P_CLS_DATASET_CREATE_ID_g)
VARIABLE(H5P_CLS_FILE_ACCESS_ID_g)
VARIABLE(H5P_CLS_FILE_CREATE_ID_g)
VARIABLE(H5P_CLS_GROUP_CREATE_ID_g)
VARIABLE(H5P_CLS_LINK_ACCESS_ID_g)
VARIABLE(H5P_CLS_LINK_CREATE_ID_g)
VARIABLE(H5T_C_S1_g)
VARIABLE(H5T_IEEE_F32LE_g)
VARIABLE(H5T_IEEE_F64LE_g)
VARIABLE(H5T_NATIVE_DOUBLE_g)
VARIABLE(H5T_NATIVE_FLOAT_g)
VARIABLE(H5T_NATIVE_INT16_g)
VARIABLE(H5T_NATIVE_INT32_g)
VARIABLE(H5T_NATIVE_INT64_g)
VARIABLE(H5T_NATIVE_INT8_g)
VARIABLE(H5T_NATIVE_UINT16_g)
VARIABLE(H5T_NATIVE_UINT32_g)
VARIABLE(H5T_NATIVE_UINT64_g)
VARIABLE(H5T_NATIVE_UINT8_g)
VARIABLE(H5T_STD_I16LE_g)
VARIABLE(H5T_STD_I32LE_g)
VARIABLE(H5T_STD_I64LE_g)
VARIABLE(H5T_STD_I8LE_g)
VARIABLE(H5T_STD_U8LE_g)
