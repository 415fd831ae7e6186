/* libhdf5, found when the program runs rather than when it is linked: its name differs from system to system, and a
 * program that touches no file needs none. `wb_h5_load` finds it. The functions in functions.h are defined in
 * library.c: each goes on to the one of the same name in the library that was found. HDF5's constants are macros that
 * Swift cannot import: each one used is a function here. */
#ifndef WINGBEAT_CHDF5_H
#define WINGBEAT_CHDF5_H

/* The same functions and structs from every release since 1.10. */
#define H5_USE_110_API

/* What library.c defines must not stand in for libhdf5's own functions in the rest of the process: it is hidden. */
#if __has_include(<hdf5.h>)
#include <H5api_adpt.h>
#elif __has_include(<hdf5/serial/H5api_adpt.h>)
#include <hdf5/serial/H5api_adpt.h>
#else
#error "HDF5's headers are not there: install libhdf5-dev (Debian, Ubuntu) or hdf5-devel (Fedora)"
#endif
#undef H5_DLL
#undef H5_DLLVAR
#define H5_DLL __attribute__((visibility("hidden")))
#define H5_DLLVAR extern __attribute__((visibility("hidden")))
#if __has_include(<hdf5.h>)
#include <hdf5.h>
#else
#include <hdf5/serial/hdf5.h>
#endif

/* Many of the constants would first call H5check_version(), which aborts the process when header and library are of
 * different releases. `wb_h5_load` checks what was found. */
#undef H5CHECK
#define H5CHECK

/* Finds libhdf5 and binds its functions. Returns NULL, or a sentence that says why there is none and names its
 * packages. To be called before any other function of this header; again, it does nothing. */
__attribute__((visibility("hidden"))) const char *wb_h5_load(void);

/* Closes libhdf5 at the end of the process, unless somebody else in it has the library and closes it. */
__attribute__((visibility("hidden"))) void wb_h5_close_at_exit(void);

/* A function or variable of the library that was found, by its name in HDF5 1.10; NULL if it has none. */
__attribute__((visibility("hidden"))) void *wb_h5_symbol(const char *name);

static inline hid_t wb_h5_default(void) { return H5P_DEFAULT; }
static inline hid_t wb_h5_error_stack(void) { return H5E_DEFAULT; }
static inline hid_t wb_h5_all(void) { return H5S_ALL; }

static inline unsigned wb_h5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned wb_h5_read_write(void) { return H5F_ACC_RDWR; }
static inline unsigned wb_h5_truncate(void) { return H5F_ACC_TRUNC; }

static inline hid_t wb_h5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t wb_h5_file_create(void) { return H5P_FILE_CREATE; }
static inline hid_t wb_h5_group_create(void) { return H5P_GROUP_CREATE; }
static inline hid_t wb_h5_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline hid_t wb_h5_dataset_access(void) { return H5P_DATASET_ACCESS; }
static inline hid_t wb_h5_link_access(void) { return H5P_LINK_ACCESS; }
static inline hid_t wb_h5_link_create(void) { return H5P_LINK_CREATE; }
static inline hid_t wb_h5_attribute_create(void) { return H5P_ATTRIBUTE_CREATE; }
static inline unsigned wb_h5_order_tracked(void) { return H5P_CRT_ORDER_TRACKED; }
static inline unsigned wb_h5_order_indexed(void) { return H5P_CRT_ORDER_INDEXED; }
static inline double wb_h5_default_preemption(void) { return H5D_CHUNK_CACHE_W0_DEFAULT; }

static inline hid_t wb_h5_string(void) { return H5T_C_S1; }

/* Types as they lie in a file. */
static inline hid_t wb_h5_i8_le(void) { return H5T_STD_I8LE; }
static inline hid_t wb_h5_u8_le(void) { return H5T_STD_U8LE; }
static inline hid_t wb_h5_i16_le(void) { return H5T_STD_I16LE; }
static inline hid_t wb_h5_i32_le(void) { return H5T_STD_I32LE; }
static inline hid_t wb_h5_i64_le(void) { return H5T_STD_I64LE; }
static inline hid_t wb_h5_f32_le(void) { return H5T_IEEE_F32LE; }
static inline hid_t wb_h5_f64_le(void) { return H5T_IEEE_F64LE; }

/* Types as they lie in memory. */
static inline hid_t wb_h5_i8(void) { return H5T_NATIVE_INT8; }
static inline hid_t wb_h5_u8(void) { return H5T_NATIVE_UINT8; }
static inline hid_t wb_h5_i16(void) { return H5T_NATIVE_INT16; }
static inline hid_t wb_h5_u16(void) { return H5T_NATIVE_UINT16; }
static inline hid_t wb_h5_i32(void) { return H5T_NATIVE_INT32; }
static inline hid_t wb_h5_u32(void) { return H5T_NATIVE_UINT32; }
static inline hid_t wb_h5_i64(void) { return H5T_NATIVE_INT64; }
static inline hid_t wb_h5_u64(void) { return H5T_NATIVE_UINT64; }
static inline hid_t wb_h5_f32(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t wb_h5_f64(void) { return H5T_NATIVE_DOUBLE; }

/* Where an object lies in its file. */
static inline herr_t wb_h5_address(hid_t object, haddr_t *address) {
    H5O_info_t info;
    herr_t status = H5Oget_info2(object, &info, H5O_INFO_BASIC);
    if (status >= 0) *address = info.addr;
    return status;
}

#endif
