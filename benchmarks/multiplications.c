/* The most that one core multiplies: a loop of nothing but fused multiply-adds of float32 vectors, twelve chains at
 * once, which is more than two units with four cycles each keep busy. A library for products.py, built with -O2
 * -march=native. */
#ifdef __AVX512F__
enum { BYTES = 64 };
#else
enum { BYTES = 32 };
#endif
typedef float vector __attribute__((vector_size(BYTES)));

/* Runs `rounds` rounds; returns the number of their floating-point operations. */
double multiply_only(long rounds) {
    const vector a = (vector){0} + 0.999f, b = (vector){0} + 0.001f;
    vector s0 = a, s1 = a, s2 = a, s3 = a, s4 = a, s5 = a, s6 = a, s7 = a, s8 = a, s9 = a, s10 = a, s11 = a;
    for (long round = 0; round < rounds; round++) {
        s0 = s0 * a + b, s1 = s1 * a + b, s2 = s2 * a + b, s3 = s3 * a + b, s4 = s4 * a + b, s5 = s5 * a + b;
        s6 = s6 * a + b, s7 = s7 * a + b, s8 = s8 * a + b, s9 = s9 * a + b, s10 = s10 * a + b, s11 = s11 * a + b;
        /* So that no round is left out. */
        __asm__ volatile(""
                         : "+x"(s0), "+x"(s1), "+x"(s2), "+x"(s3), "+x"(s4), "+x"(s5), "+x"(s6), "+x"(s7), "+x"(s8),
                           "+x"(s9), "+x"(s10), "+x"(s11));
    }
    return rounds * 12.0 * 2 * (BYTES / sizeof(float));
}
