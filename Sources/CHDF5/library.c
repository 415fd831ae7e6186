#include "CHDF5.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ the functions, by way of what was found */

#define FUNCTION(type, name, parameters, arguments)                                                                    \
    static __typeof__(&name) name##_found;                                                                             \
    type name parameters { return name##_found arguments; }
#define VARIABLE(name) hid_t name;
#include "functions.h"
#undef FUNCTION
#undef VARIABLE

/* ------------------------------------------------------------------ where it is looked for */

/* Distributions give libhdf5 a name of their own, and each series of releases (1.10, 1.12, 1.14, 2.0) another number.
 * The interface of 1.10 that is used here is in all of them. Builds for MPI come last: they open files as well as the
 * others. */
static const char *const names[] = {
    "libhdf5_serial.so.103", "libhdf5.so.103",       "libhdf5_serial.so.310",  "libhdf5.so.310",
    "libhdf5_serial.so.200", "libhdf5.so.200",       "libhdf5_serial.so.320",  "libhdf5.so.320",
    "libhdf5_serial.so",     "libhdf5.so",           "libhdf5_openmpi.so.103", "libhdf5_openmpi.so.310",
    "libhdf5_mpich.so.103",  "libhdf5_mpich.so.310",
};
enum { NAMES = sizeof names / sizeof *names };

static char sentence[1024];
static void *library;
/* Whether libhdf5 has no exit handler of its own. */
static int closes_at_exit;

void *wb_h5_symbol(const char *name) {
    char numbered[80];
    void *symbol = dlsym(library, name);
    if (symbol) return symbol;
    /* What was one function in 1.10 may have become two numbered ones, of which the first is the old one. */
    snprintf(numbered, sizeof numbered, "%s1", name);
    return dlsym(library, numbered);
}

/* Binds all functions to those of `library`; NULL, or the name that it lacks. */
static const char *bind_functions(void) {
#define FUNCTION(type, name, parameters, arguments)                                                                    \
    if (!(name##_found = (__typeof__(&name))wb_h5_symbol(#name))) return #name;
#define VARIABLE(name)                                                                                                 \
    if (!wb_h5_symbol(#name)) return #name;
#include "functions.h"
#undef FUNCTION
#undef VARIABLE
    return NULL;
}

/* The library sets its variables as it starts. */
static void read_variables(void) {
#define FUNCTION(type, name, parameters, arguments)
#define VARIABLE(name) name = *(const hid_t *)wb_h5_symbol(#name);
#include "functions.h"
#undef FUNCTION
#undef VARIABLE
}

/* Takes `candidate` for the library: NULL, or a sentence that says why it cannot serve. `is_ours`: nobody else in the
 * process had it, so when it closes is for us to say. */
static const char *use(void *candidate, const char *name, int is_ours) {
    library = candidate;
    const char *missing = bind_functions();
    if (missing) {
        snprintf(sentence, sizeof sentence, "%s lacks %s; HDF5 1.10.7 or later is needed", name, missing);
    } else {
        closes_at_exit = is_ours && H5dont_atexit() >= 0;
        if (H5open() >= 0) {
            read_variables();
            return NULL;
        }
        snprintf(sentence, sizeof sentence, "%s does not start", name);
    }
    dlclose(library);
    library = NULL;
    return sentence;
}

const char *wb_h5_load(void) {
    if (library) return NULL;
    const char *chosen = getenv("WINGBEAT_HDF5");
    if (chosen && *chosen) {
        void *candidate = dlopen(chosen, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
        int is_ours = !candidate;
        if (is_ours) candidate = dlopen(chosen, RTLD_NOW | RTLD_LOCAL);
        if (candidate) return use(candidate, chosen, is_ours);
        const char *reason = dlerror();
        snprintf(sentence, sizeof sentence, "WINGBEAT_HDF5 names no library that can be loaded: %s",
                 reason ? reason : chosen);
        return sentence;
    }
    /* A host that has libhdf5 open shares it: two of them in a process would not see each other's locks. */
    const char *refused = NULL;
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < NAMES; i++) {
            void *candidate = dlopen(names[i], RTLD_NOW | RTLD_LOCAL | (pass == 0 ? RTLD_NOLOAD : 0));
            if (candidate && !(refused = use(candidate, names[i], pass == 1))) return NULL;
        }
    }
    if (refused) return refused;
    return "libhdf5, which reads and writes files, is not installed: install libhdf5-103-1 or libhdf5-310 (Debian, "
           "Ubuntu) or hdf5 (Fedora, Arch, conda), or name the file in WINGBEAT_HDF5";
}

void wb_h5_close_at_exit(void) {
    if (closes_at_exit) H5close();
}
