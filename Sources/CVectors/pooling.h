/* The largest number of each square of 2 x 2, and the way back, by vectors: Swift writes shuffles one by one. */
#ifndef WINGBEAT_VECTORS_POOLING_H
#define WINGBEAT_VECTORS_POOLING_H

#include <stdint.h>

#include "strided.h"

typedef int32_t shim_int8 __attribute__((ext_vector_type(8)));
typedef int64_t shim_long8 __attribute__((ext_vector_type(8)));
typedef shim_int8 __attribute__((aligned(4))) shim_int8_unaligned;
typedef shim_long8 __attribute__((aligned(8))) shim_long8_unaligned;

/* Where the next eight of `count` squares begin: at i, or eight before the end. Fewer than eight are a whole vector
 * too where `fits`: what it reads behind the line's end does not count, and what it writes there is written again
 * afterwards. Else they are done one by one. */
#define SHIM_NEXT_SQUARES(i, count, fits)                                                                              \
    if (i + 8 > count) {                                                                                               \
        if (count >= 8)                                                                                                \
            i = count - 8;                                                                                             \
        else if (!(fits))                                                                                              \
            break;                                                                                                     \
    }

/* Of two lines of numbers, `line` apart, the largest in each of `count` squares, and its place, counted from `first` at
 * the beginning of the upper line. The first of equal ones; NaN wins. `readable` numbers may be read behind the lower
 * line's last square, and `writable` results be written behind the last. */
static inline __attribute__((always_inline)) void shim_largest_of_squares(const void *from, intptr_t line,
                                                                          intptr_t count, int64_t first,
                                                                          int64_t *places, float *values,
                                                                          intptr_t readable, intptr_t writable) {
    const float *upper = (const float *)from, *lower = upper + line;
    intptr_t i = 0;
    for (; i < count; i += 8) {
        SHIM_NEXT_SQUARES(i, count, 2 * (8 - count) <= readable && 8 - count <= writable)
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
        if (places)
            *(shim_long8_unaligned *)(places + i) =
                __builtin_convertvector(place + corner, shim_long8) + (first + 2 * i);
        if (values) *(shim_float8_unaligned *)(values + i) = best;
    }
    for (; i < count; i++) {
        const float *candidates[4] = {upper + 2 * i, upper + 2 * i + 1, lower + 2 * i, lower + 2 * i + 1};
        const float *best = candidates[0];
        for (int number = 1; number < 4; number++) {
            const float value = *candidates[number];
            if (value > *best || (value != value && *best == *best)) best = candidates[number];
        }
        if (places) places[i] = first + (best - upper);
        if (values) values[i] = *best;
    }
}

/* The other way round: each of `count` numbers goes to its place in its square of two lines, and zeros to the other
 * three. `readable` numbers and places may be read behind the last, and `writable` numbers be written behind the lower
 * line's last square. */
static inline __attribute__((always_inline)) void shim_spread_to_squares(const float *numbers, const int64_t *places,
                                                                         intptr_t count, int64_t first, void *to,
                                                                         intptr_t line, intptr_t readable,
                                                                         intptr_t writable) {
    float *upper = (float *)to, *lower = upper + line;
    intptr_t i = 0;
    for (; i < count; i += 8) {
        SHIM_NEXT_SQUARES(i, count, 8 - count <= readable && 2 * (8 - count) <= writable)
        const shim_int8 corner = {0, 2, 4, 6, 8, 10, 12, 14};
        const shim_long8 far = *(const shim_long8_unaligned *)(places + i) - (first + 2 * i);
        const shim_int8 place = __builtin_convertvector(far, shim_int8) - corner;
        /* As in a sum that begins at zero, a zero has no sign. */
        const shim_int8 number = (shim_int8)(*(const shim_float8_unaligned *)(numbers + i) + 0.0f);
        const shim_int8 a = number & (place == 0), b = number & (place == 1);
        const shim_int8 c = number & (place == (int32_t)line), d = number & (place == (int32_t)(line + 1));
        *(shim_int8_unaligned *)(upper + 2 * i) = __builtin_shufflevector(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
        *(shim_int8_unaligned *)(upper + 2 * i + 8) = __builtin_shufflevector(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
        *(shim_int8_unaligned *)(lower + 2 * i) = __builtin_shufflevector(c, d, 0, 8, 1, 9, 2, 10, 3, 11);
        *(shim_int8_unaligned *)(lower + 2 * i + 8) = __builtin_shufflevector(c, d, 4, 12, 5, 13, 6, 14, 7, 15);
    }
    for (; i < count; i++) {
        const int64_t place = places[i] - (first + 2 * i);
        const float number = numbers[i] + 0.0f;
        upper[2 * i] = place == 0 ? number : 0.0f;
        upper[2 * i + 1] = place == 1 ? number : 0.0f;
        lower[2 * i] = place == line ? number : 0.0f;
        lower[2 * i + 1] = place == line + 1 ? number : 0.0f;
    }
}
#undef SHIM_NEXT_SQUARES

#endif
