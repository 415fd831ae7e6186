/* Transposes of small blocks in registers of 32 bytes. Swift writes a shuffle element by element, which the compiler
 * does not put together again; where
 *   registers hold 64 bytes, even and odd halves are enough (MovementTranspose.swift). */
#ifndef WINGBEAT_VECTORS_TRANSPOSE_H
#define WINGBEAT_VECTORS_TRANSPOSE_H

#include <stdint.h>

typedef uint32_t shim_word8 __attribute__((ext_vector_type(8)));
typedef uint64_t shim_word4 __attribute__((ext_vector_type(4)));
typedef shim_word8 __attribute__((aligned(4))) shim_word8_unaligned;
typedef shim_word4 __attribute__((aligned(8))) shim_word4_unaligned;

/* The row `i` of a block whose last row is `last`, which stands for those that lack. */
#define SHIM_ROW(type, i) (*(const type *)((const char *)source + (i < last ? i : last) * row))
#define SHIM_COLUMN(type, i) (*(type *)((char *)destination + i * destination_row))

/* destination[column][row] = source[row][column] of 8 x 8 elements of four bytes: pairs of rows, then of pairs, then
 * halves are put together. */
static inline __attribute__((always_inline)) void shim_transpose_8x8(const void *source, intptr_t row, intptr_t last,
                                                                     void *destination, intptr_t destination_row) {
#define SHIM_LOW(a, b) __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13)
#define SHIM_HIGH(a, b) __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15)
#define SHIM_LOW_PAIRS(a, b) __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13)
#define SHIM_HIGH_PAIRS(a, b) __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15)
#define SHIM_STORE(i, a, b)                                                                                            \
    {                                                                                                                  \
        const shim_word8 top = a, bottom = b;                                                                          \
        SHIM_COLUMN(shim_word8_unaligned, i) = __builtin_shufflevector(top, bottom, 0, 1, 2, 3, 8, 9, 10, 11);         \
        SHIM_COLUMN(shim_word8_unaligned, (i + 4)) = __builtin_shufflevector(top, bottom, 4, 5, 6, 7, 12, 13, 14, 15); \
    }
    const shim_word8 row0 = SHIM_ROW(shim_word8_unaligned, 0), row1 = SHIM_ROW(shim_word8_unaligned, 1);
    const shim_word8 row2 = SHIM_ROW(shim_word8_unaligned, 2), row3 = SHIM_ROW(shim_word8_unaligned, 3);
    const shim_word8 row4 = SHIM_ROW(shim_word8_unaligned, 4), row5 = SHIM_ROW(shim_word8_unaligned, 5);
    const shim_word8 row6 = SHIM_ROW(shim_word8_unaligned, 6), row7 = SHIM_ROW(shim_word8_unaligned, 7);
    const shim_word8 low01 = SHIM_LOW(row0, row1), high01 = SHIM_HIGH(row0, row1), low23 = SHIM_LOW(row2, row3),
                     high23 = SHIM_HIGH(row2, row3);
    const shim_word8 low45 = SHIM_LOW(row4, row5), high45 = SHIM_HIGH(row4, row5), low67 = SHIM_LOW(row6, row7),
                     high67 = SHIM_HIGH(row6, row7);
    SHIM_STORE(0, SHIM_LOW_PAIRS(low01, low23), SHIM_LOW_PAIRS(low45, low67))
    SHIM_STORE(1, SHIM_HIGH_PAIRS(low01, low23), SHIM_HIGH_PAIRS(low45, low67))
    SHIM_STORE(2, SHIM_LOW_PAIRS(high01, high23), SHIM_LOW_PAIRS(high45, high67))
    SHIM_STORE(3, SHIM_HIGH_PAIRS(high01, high23), SHIM_HIGH_PAIRS(high45, high67))
#undef SHIM_LOW
#undef SHIM_HIGH
#undef SHIM_LOW_PAIRS
#undef SHIM_HIGH_PAIRS
#undef SHIM_STORE
}

/* The same of 4 x 4 elements of eight bytes. */
static inline __attribute__((always_inline)) void shim_transpose_4x4(const void *source, intptr_t row, intptr_t last,
                                                                     void *destination, intptr_t destination_row) {
#define SHIM_LOW(a, b) __builtin_shufflevector(a, b, 0, 4, 2, 6)
#define SHIM_HIGH(a, b) __builtin_shufflevector(a, b, 1, 5, 3, 7)
    const shim_word4 row0 = SHIM_ROW(shim_word4_unaligned, 0), row1 = SHIM_ROW(shim_word4_unaligned, 1);
    const shim_word4 row2 = SHIM_ROW(shim_word4_unaligned, 2), row3 = SHIM_ROW(shim_word4_unaligned, 3);
    const shim_word4 low01 = SHIM_LOW(row0, row1), high01 = SHIM_HIGH(row0, row1), low23 = SHIM_LOW(row2, row3),
                     high23 = SHIM_HIGH(row2, row3);
    SHIM_COLUMN(shim_word4_unaligned, 0) = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);
    SHIM_COLUMN(shim_word4_unaligned, 1) = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);
    SHIM_COLUMN(shim_word4_unaligned, 2) = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);
    SHIM_COLUMN(shim_word4_unaligned, 3) = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);
#undef SHIM_LOW
#undef SHIM_HIGH
}

#undef SHIM_ROW
#undef SHIM_COLUMN

#endif
