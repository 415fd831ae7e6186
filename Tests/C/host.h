/* What the programs with forward passes of the host's share. */
#ifndef HOST_H
#define HOST_H

#include "problem.h"

/* What a host's forward pass does, and what was seen of it. */
typedef struct host {
    int calls, releases;
    wb_status status; /* what it returns at its end */
    int32_t said;     /* how many results it says to have; 0: as many as it has */
    double factor;    /* it multiplies its inputs by that */
    char options[80];
    wb_module *module; /* of modules that the host calls */
    wb_tensor *seen;   /* the handle of the last input, which is no longer one */
} host;

static inline void release(void *context) { ((host *)context)->releases++; }

#endif
