/* Copies of every other number, and back: Swift writes the shuffle element by element. */
#ifndef WINGBEAT_VECTORS_STRIDED_H
#define WINGBEAT_VECTORS_STRIDED_H

#include <stdint.h>

typedef float shim_float8 __attribute__((ext_vector_type(8)));
typedef float shim_float4 __attribute__((ext_vector_type(4)));
typedef shim_float8 __attribute__((aligned(4))) shim_float8_unaligned;
typedef shim_float4 __attribute__((aligned(4))) shim_float4_unaligned;

/* target[i] = source[2 i] for i < count. Nothing after source[2 (count - 1)] is read. */
static inline __attribute__((always_inline)) void shim_copy_even(const void *from, void *to, intptr_t count) {
    const float *source = (const float *)from;
    float *target = (float *)to;
    intptr_t i = 0;
    for (; i + 8 < count; i += 8) {
        const shim_float8 low = *(const shim_float8_unaligned *)(source + 2 * i);
        const shim_float8 high = *(const shim_float8_unaligned *)(source + 2 * i + 8);
        *(shim_float8_unaligned *)(target + i) = __builtin_shufflevector(low, high, 0, 2, 4, 6, 8, 10, 12, 14);
    }
    for (; i + 4 < count; i += 4) {
        const shim_float4 low = *(const shim_float4_unaligned *)(source + 2 * i);
        const shim_float4 high = *(const shim_float4_unaligned *)(source + 2 * i + 4);
        *(shim_float4_unaligned *)(target + i) = __builtin_shufflevector(low, high, 0, 2, 4, 6);
    }
    if (count > 4) {
        /* The last four, from one number before them on. */
        const shim_float4 low = *(const shim_float4_unaligned *)(source + 2 * count - 9);
        const shim_float4 high = *(const shim_float4_unaligned *)(source + 2 * count - 5);
        *(shim_float4_unaligned *)(target + count - 4) = __builtin_shufflevector(low, high, 1, 3, 5, 7);
        return;
    }
    for (; i < count; i++) target[i] = source[2 * i];
}

/* target[2 i] = even[i] and target[2 i + 1] = odd[i], `count` numbers in all. */
static inline __attribute__((always_inline)) void shim_interleave(const void *even, const void *odd, void *to,
                                                                  intptr_t count) {
    const float *a = (const float *)even, *b = (const float *)odd;
    float *target = (float *)to;
    intptr_t i = 0;
    for (; 2 * i + 16 <= count; i += 8) {
        const shim_float8 low = *(const shim_float8_unaligned *)(a + i), high = *(const shim_float8_unaligned *)(b + i);
        *(shim_float8_unaligned *)(target + 2 * i) = __builtin_shufflevector(low, high, 0, 8, 1, 9, 2, 10, 3, 11);
        *(shim_float8_unaligned *)(target + 2 * i + 8) = __builtin_shufflevector(low, high, 4, 12, 5, 13, 6, 14, 7, 15);
    }
    for (; 2 * i < count; i++) {
        target[2 * i] = a[i];
        if (2 * i + 1 < count) target[2 * i + 1] = b[i];
    }
}

#endif
