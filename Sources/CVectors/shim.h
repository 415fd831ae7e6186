/* Instructions that Swift has no expression for: prefetching, and the square root and the roundings of a vector, which
 * Swift's own take lane by lane through a
 *   call. Inlined into Swift. */
#ifndef WINGBEAT_VECTORS_SHIM_H
#define WINGBEAT_VECTORS_SHIM_H

/* The widest registers that the build may use. */
#ifdef __AVX512F__
enum { SHIM_VECTOR_BYTES = 64 };
#else
enum { SHIM_VECTOR_BYTES = 32 };
#endif

typedef float shim_float16 __attribute__((ext_vector_type(16)));
typedef double shim_double8 __attribute__((ext_vector_type(8)));

static inline __attribute__((always_inline)) shim_float16 shim_sqrt_float16(shim_float16 x) {
    return __builtin_elementwise_sqrt(x);
}
static inline __attribute__((always_inline)) void shim_prefetch(const void *address) {
    __builtin_prefetch(address, 0, 3);
}
static inline __attribute__((always_inline)) shim_double8 shim_sqrt_double8(shim_double8 x) {
    return __builtin_elementwise_sqrt(x);
}

static inline __attribute__((always_inline)) shim_float16 shim_floor_float16(shim_float16 x) {
    return __builtin_elementwise_floor(x);
}
static inline __attribute__((always_inline)) shim_double8 shim_floor_double8(shim_double8 x) {
    return __builtin_elementwise_floor(x);
}
static inline __attribute__((always_inline)) shim_float16 shim_ceil_float16(shim_float16 x) {
    return __builtin_elementwise_ceil(x);
}
static inline __attribute__((always_inline)) shim_double8 shim_ceil_double8(shim_double8 x) {
    return __builtin_elementwise_ceil(x);
}
static inline __attribute__((always_inline)) shim_float16 shim_trunc_float16(shim_float16 x) {
    return __builtin_elementwise_trunc(x);
}
static inline __attribute__((always_inline)) shim_double8 shim_trunc_double8(shim_double8 x) {
    return __builtin_elementwise_trunc(x);
}
static inline __attribute__((always_inline)) shim_float16 shim_round_even_float16(shim_float16 x) {
    return __builtin_elementwise_roundeven(x);
}
static inline __attribute__((always_inline)) shim_double8 shim_round_even_double8(shim_double8 x) {
    return __builtin_elementwise_roundeven(x);
}
// x moved into the range, NaN as it is. Here these are two instructions; what Swift's masks become works on quarters of
// the vector.
static inline __attribute__((always_inline)) shim_float16 shim_limit_float16(shim_float16 x, shim_float16 lower,
                                                                             shim_float16 upper) {
    x = x < lower ? lower : x;
    return x > upper ? upper : x;
}
static inline __attribute__((always_inline)) shim_double8 shim_limit_double8(shim_double8 x, shim_double8 lower,
                                                                             shim_double8 upper) {
    x = x < lower ? lower : x;
    return x > upper ? upper : x;
}

#endif
