/* The largest number of each square of 2 x 2, by vectors: Swift writes shuffles element by element. */
#ifndef WINGBEAT_VECTORS_POOLING_H
#define WINGBEAT_VECTORS_POOLING_H

#include <stdint.h>

#include "strided.h"

typedef int32_t shim_int8 __attribute__((ext_vector_type(8)));
typedef int64_t shim_long8 __attribute__((ext_vector_type(8)));
typedef shim_long8 __attribute__((aligned(8))) shim_long8_unaligned;

/* Of two lines of numbers, `line` apart, the place of the largest in each of `count` squares, counted from `first` at
 * the beginning of the upper line. The first of equal ones; NaN wins. */
static inline __attribute__((always_inline)) void
shim_places_of_largest(const void *from, intptr_t line, intptr_t count, int64_t first, int64_t *places) {
    const float *upper = (const float *)from, *lower = upper + line;
    intptr_t i = 0;
    for (; i + 8 <= count; i += 8) {
        const shim_float8 a = *(const shim_float8_unaligned *)(upper + 2 * i);
        const shim_float8 b = *(const shim_float8_unaligned *)(upper + 2 * i + 8);
        const shim_float8 c = *(const shim_float8_unaligned *)(lower + 2 * i);
        const shim_float8 d = *(const shim_float8_unaligned *)(lower + 2 * i + 8);
        shim_float8 best = __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14);
        shim_int8 place = {0, 2, 4, 6, 8, 10, 12, 14};
        const shim_int8 corner = place;
        place -= place;
#define SHIM_TRY(candidate, offset)                                                                                    \
    {                                                                                                                  \
        const shim_float8 value = candidate;                                                                           \
        const shim_int8 wins = (value > best) | ((value != value) & (best == best));                                   \
        best = (shim_float8)(((shim_int8)value & wins) | ((shim_int8)best & ~wins));                                   \
        place = ((int32_t)(offset) & wins) | (place & ~wins);                                                          \
    }
        SHIM_TRY(__builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15), 1)
        SHIM_TRY(__builtin_shufflevector(c, d, 0, 2, 4, 6, 8, 10, 12, 14), line)
        SHIM_TRY(__builtin_shufflevector(c, d, 1, 3, 5, 7, 9, 11, 13, 15), line + 1)
#undef SHIM_TRY
        *(shim_long8_unaligned *)(places + i) = __builtin_convertvector(place + corner, shim_long8) + (first + 2 * i);
    }
    for (; i < count; i++) {
        const float *candidates[4] = {upper + 2 * i, upper + 2 * i + 1, lower + 2 * i, lower + 2 * i + 1};
        const float *best = candidates[0];
        for (int number = 1; number < 4; number++) {
            const float value = *candidates[number];
            if (value > *best || (value != value && *best == *best)) best = candidates[number];
        }
        places[i] = first + (best - upper);
    }
}

#endif
