/* Preloaded into a process, counts what it takes from the system's allocator, and runs a captured program many times
 * with nothing else going on. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t),
    *__libc_memalign(size_t, size_t);
static atomic_long taken, large;

static void count(size_t size) {
    taken++;
    if (size > 256) large++;
}

void *malloc(size_t size) {
    count(size);
    return __libc_malloc(size);
}
void *calloc(size_t elements, size_t size) {
    count(elements * size);
    return __libc_calloc(elements, size);
}
void *realloc(void *old, size_t size) {
    count(size);
    return __libc_realloc(old, size);
}
void *memalign(size_t alignment, size_t size) {
    count(size);
    return __libc_memalign(alignment, size);
}
void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void **out, size_t alignment, size_t size) {
    void *memory = memalign(alignment, size);
    if (!memory) return ENOMEM;
    *out = memory;
    return 0;
}

typedef int run_function(void *, const void *const *, int32_t, void *const *, int32_t);

/* Allocations of `runs` runs after `before` others, or those of more than 256 bytes; -1 if a run fails. */
long allocations_of_runs(run_function *run, void *program, const void *const *inputs, int32_t input_count,
                         void *const *outputs, int32_t output_count, int before, int runs, int large_only) {
    long start = 0;
    for (int i = 0; i < before + runs; i++) {
        if (i == before) start = large_only ? large : taken;
        if (run(program, inputs, input_count, outputs, output_count) != 0) return -1;
    }
    return (large_only ? large : taken) - start;
}

/* So that a test can see that it counts. */
long allocations_so_far(int large_only) { return large_only ? large : taken; }
