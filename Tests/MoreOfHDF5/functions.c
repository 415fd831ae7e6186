/* What the tests call of libhdf5 beside what Wingbeat does: they write files of kinds that Wingbeat only reads. Each
 * goes on to the function in the library that Wingbeat has found, as in Sources/CHDF5. */
#include "MoreOfHDF5.h"

#define FUNCTION(type, name, parameters, arguments)                                                                    \
    type name parameters { return ((__typeof__(&name))wb_h5_symbol(#name))arguments; }

FUNCTION(herr_t, H5Aclose, (hid_t attr_id), (attr_id))
FUNCTION(hid_t, H5Aget_space, (hid_t attr_id), (attr_id))
FUNCTION(hid_t, H5Aget_type, (hid_t attr_id), (attr_id))
FUNCTION(hid_t, H5Aopen, (hid_t obj_id, const char *attr_name, hid_t aapl_id), (obj_id, attr_name, aapl_id))
FUNCTION(herr_t, H5Aread, (hid_t attr_id, hid_t type_id, void *buf), (attr_id, type_id, buf))
FUNCTION(herr_t, H5Dclose, (hid_t dset_id), (dset_id))
FUNCTION(herr_t, H5Dwrite_chunk,
         (hid_t dset_id, hid_t dxpl_id, uint32_t filters, const hsize_t *offset, size_t data_size, const void *buf),
         (dset_id, dxpl_id, filters, offset, data_size, buf))
FUNCTION(herr_t, H5Fclose, (hid_t file_id), (file_id))
FUNCTION(herr_t, H5Gclose, (hid_t group_id), (group_id))
FUNCTION(herr_t, H5Lcreate_external,
         (const char *file_name, const char *obj_name, hid_t link_loc_id, const char *link_name, hid_t lcpl_id,
          hid_t lapl_id),
         (file_name, obj_name, link_loc_id, link_name, lcpl_id, lapl_id))
FUNCTION(herr_t, H5Lcreate_hard,
         (hid_t cur_loc, const char *cur_name, hid_t dst_loc, const char *dst_name, hid_t lcpl_id, hid_t lapl_id),
         (cur_loc, cur_name, dst_loc, dst_name, lcpl_id, lapl_id))
FUNCTION(herr_t, H5Lcreate_soft,
         (const char *link_target, hid_t link_loc_id, const char *link_name, hid_t lcpl_id, hid_t lapl_id),
         (link_target, link_loc_id, link_name, lcpl_id, lapl_id))
FUNCTION(herr_t, H5Pclose, (hid_t plist_id), (plist_id))
FUNCTION(herr_t, H5Pset_chunk_opts, (hid_t plist_id, unsigned opts), (plist_id, opts))
FUNCTION(herr_t, H5Pset_filter,
         (hid_t plist_id, H5Z_filter_t filter, unsigned int flags, size_t cd_nelmts, const unsigned int *c_values),
         (plist_id, filter, flags, cd_nelmts, c_values))
FUNCTION(herr_t, H5Pset_shuffle, (hid_t plist_id), (plist_id))
FUNCTION(herr_t, H5Sclose, (hid_t space_id), (space_id))
FUNCTION(hid_t, H5Tarray_create2, (hid_t base_id, unsigned ndims, const hsize_t *dim), (base_id, ndims, dim))
FUNCTION(herr_t, H5Tclose, (hid_t type_id), (type_id))
FUNCTION(H5T_cset_t, H5Tget_cset, (hid_t type_id), (type_id))
FUNCTION(herr_t, H5Tinsert, (hid_t parent_id, const char *name, size_t offset, hid_t member_id),
         (parent_id, name, offset, member_id))
FUNCTION(htri_t, H5Tis_variable_str, (hid_t type_id), (type_id))
FUNCTION(herr_t, H5Tset_order, (hid_t type_id, H5T_order_t order), (type_id, order))
FUNCTION(herr_t, H5Tset_precision, (hid_t type_id, size_t prec), (type_id, prec))
FUNCTION(hid_t, H5Tvlen_create, (hid_t base_id), (base_id))
FUNCTION(herr_t, H5Zregister, (const void *cls), (cls))
FUNCTION(herr_t, H5Zunregister, (H5Z_filter_t id), (id))
FUNCTION(H5T_str_t, H5Tget_strpad, (hid_t type_id), (type_id))

/* Tests use libhdf5 before Wingbeat does. */
__attribute__((constructor)) static void load(void) { wb_h5_load(); }
