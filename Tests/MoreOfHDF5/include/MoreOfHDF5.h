/* Empty: CHDF5.h declares the functions that functions.c defines. */
