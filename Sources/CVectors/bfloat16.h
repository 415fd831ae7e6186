/* The dot-product instruction for bfloat16 of x86-64 (AVX512_BF16), which Swift has no expression for. Whether the
 * processor has it is asked at run time. */
#ifndef WINGBEAT_VECTORS_BFLOAT16_H
#define WINGBEAT_VECTORS_BFLOAT16_H

#include <stdint.h>

enum { SHIM_TILE_ROWS = 8, SHIM_TILE_COLUMNS = 32 };

#if defined(__x86_64__)
#include <immintrin.h>

static inline int shim_has_bfloat16(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bf16");
}

/* C [8, 32], its rows `row` floats apart, = A B, or C + A B if `adds`: a panel of A, [pairs, 8], times a panel of B,
 * [pairs, 32], whose words hold two neighbours along the inner axis, the first in the low half. Sixteen sums are on
 * their way at once, more than the instruction takes cycles; `b` is aligned to 64 bytes. The instruction takes
 * subnormal numbers for zeros. */
static inline __attribute__((target("avx512f,avx512bf16"))) void
shim_bfloat16_tile(const uint32_t *a, const uint32_t *b, float *c, intptr_t row, intptr_t pairs, int adds) {
    /* Spelled out, so that the sums are registers whatever the compiler makes of loops. */
#define SHIM_EACH_ROW(DO) DO(0) DO(1) DO(2) DO(3) DO(4) DO(5) DO(6) DO(7)
#define SHIM_BEGIN(i)                                                                                                  \
    __m512 left##i = adds ? _mm512_loadu_ps(c + i * row) : _mm512_setzero_ps();                                        \
    __m512 right##i = adds ? _mm512_loadu_ps(c + i * row + 16) : _mm512_setzero_ps();
#define SHIM_ADD(i)                                                                                                    \
    {                                                                                                                  \
        const __m512bh both = (__m512bh)_mm512_set1_epi32((int)a[i]);                                                  \
        left##i = _mm512_dpbf16_ps(left##i, both, left);                                                               \
        right##i = _mm512_dpbf16_ps(right##i, both, right);                                                            \
    }
#define SHIM_END(i)                                                                                                    \
    _mm512_storeu_ps(c + i * row, left##i);                                                                            \
    _mm512_storeu_ps(c + i * row + 16, right##i);

    SHIM_EACH_ROW(SHIM_BEGIN)
    for (; pairs > 0; pairs--, a += SHIM_TILE_ROWS, b += SHIM_TILE_COLUMNS) {
        const __m512bh left = (__m512bh)_mm512_load_si512(b), right = (__m512bh)_mm512_load_si512(b + 16);
        SHIM_EACH_ROW(SHIM_ADD)
    }
    SHIM_EACH_ROW(SHIM_END)

#undef SHIM_EACH_ROW
#undef SHIM_BEGIN
#undef SHIM_ADD
#undef SHIM_END
}

#else

static inline int shim_has_bfloat16(void) { return 0; }

static inline void shim_bfloat16_tile(const uint32_t *a, const uint32_t *b, float *c, intptr_t row, intptr_t pairs,
                                      int adds) {}

#endif
#endif
