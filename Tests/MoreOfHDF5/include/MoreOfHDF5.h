/* What the tests need of HDF5 besides CHDF5.h, which declares the functions that functions.c defines. */
#include <CHDF5.h>

static inline size_t wb_h5_variable_length(void) { return H5T_VARIABLE; }
