/* A thread's floating-point mode: rounding, denormals, traps. The flags that operations raise are left out. */
#ifndef WINGBEAT_ENVIRONMENT_H
#define WINGBEAT_ENVIRONMENT_H

#include <stdint.h>

#if defined(__x86_64__)

/* Round to nearest, denormals as they are, no traps. */
enum { SHIM_FLOAT_MODE = 0x1f80, SHIM_FLOAT_MODE_MASK = 0xffc0 };
static inline __attribute__((always_inline)) uint64_t shim_float_mode(void) { return __builtin_ia32_stmxcsr(); }
static inline __attribute__((always_inline)) void shim_set_float_mode(uint64_t mode) {
    __builtin_ia32_ldmxcsr((unsigned)mode);
}

#elif defined(__aarch64__)

enum { SHIM_FLOAT_MODE = 0, SHIM_FLOAT_MODE_MASK = 0x07ff9f07 };
static inline __attribute__((always_inline)) uint64_t shim_float_mode(void) {
    uint64_t mode;
    __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
    return mode;
}
static inline __attribute__((always_inline)) void shim_set_float_mode(uint64_t mode) {
    __asm__ volatile("msr fpcr, %0" : : "r"(mode));
}

#else

enum { SHIM_FLOAT_MODE = 0, SHIM_FLOAT_MODE_MASK = 0 };
static inline __attribute__((always_inline)) uint64_t shim_float_mode(void) { return 0; }
static inline __attribute__((always_inline)) void shim_set_float_mode(uint64_t mode) { (void)mode; }

#endif

#endif
