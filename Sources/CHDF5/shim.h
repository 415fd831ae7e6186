/* HDF5's constants are macros that Swift cannot import: each one used is a function here. */
#ifndef WINGBEAT_CHDF5_SHIM_H
#define WINGBEAT_CHDF5_SHIM_H
#include <hdf5.h>

static inline hid_t wb_h5_default(void) { return H5P_DEFAULT; }

#endif
