/* Preloaded into a process, counts what it takes from the system's allocator, and runs a captured program many times with nothing else going on. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t), *__libc_realloc(void *, size_t), *__libc_memalign(size_t, size_t);
static atomic_long taken;

void *malloc(size_t size) {
    taken++;
    return __libc_malloc(size);
}
void *calloc(size_t count, size_t size) {
    taken++;
    return __libc_calloc(count, size);
}
void *realloc(void *old, size_t size) {
    taken++;
    return __libc_realloc(old, size);
}
void *memalign(size_t alignment, size_t size) {
    taken++;
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

/* Allocations of `count` runs after `before` others; -1 if one fails. */
long allocations_of_runs(run_function *run, void *program, const void *const *inputs, int32_t input_count, void *const *outputs,
                         int32_t output_count, int before, int count) {
    long start = 0;
    for (int i = 0; i < before + count; i++) {
        if (i == before) start = taken;
        if (run(program, inputs, input_count, outputs, output_count) != 0) return -1;
    }
    return taken - start;
}

/* So that a test can see that it counts. */
long allocations_so_far(void) { return taken; }
