"""A host that loads the library and closes it again, over and over."""

import subprocess
from pathlib import Path

import pytest

PROGRAM = r"""
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

typedef int (*full)(int, int32_t, const int64_t *, double, void **);
typedef int (*two)(const void *, const void *, void **);
typedef int (*list)(void *const *, int32_t);
typedef int (*one)(int32_t);

static void *library;
static int failed;
static pthread_barrier_t computed, closed;

/* Computes on both threads of the library, so large is the product, and ends when the library has been closed. */
static void *compute(void *ignored) {
    full make = (full)dlsym(library, "wb_tensor_full");
    two matmul = (two)dlsym(library, "wb_matmul");
    list eval = (list)dlsym(library, "wb_eval");
    one threads = (one)dlsym(library, "wb_set_num_threads");
    void *x = NULL, *y = NULL;
    if (threads(2) || make(5, 2, (const int64_t[]){300, 300}, 1, &x) || matmul(x, x, &y) || eval(&y, 1)) failed = 1;
    pthread_barrier_wait(&computed);
    pthread_barrier_wait(&closed);
    return ignored;
}

int main(int count, char **arguments) {
    pthread_barrier_init(&computed, NULL, 2);
    pthread_barrier_init(&closed, NULL, 2);
    for (int round = 0; count == 2 && round < 25 && !failed; round++) {
        pthread_t caller;
        if (!(library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL))) return fprintf(stderr, "%s\n", dlerror()), 2;
        if (pthread_create(&caller, NULL, compute, NULL)) return 4;
        pthread_barrier_wait(&computed);
        dlclose(library);
        pthread_barrier_wait(&closed);
        pthread_join(caller, NULL);
    }
    return failed ? 3 : 0;
}
"""


def library() -> str:
    """The file that this process has loaded."""
    import wingbeat  # noqa: F401

    lines = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
    return next(line.split(maxsplit=5)[5] for line in lines if "libwingbeat.so" in line)


@pytest.mark.skipif("/debug/" in library(), reason="only a release is linked to stay")
def test_the_library_may_be_loaded_and_closed_in_a_loop(tmp_path):
    (tmp_path / "loop.c").write_text(PROGRAM, encoding="utf-8")
    subprocess.run(
        ["cc", "-std=c11", "-D_DEFAULT_SOURCE", "-o", tmp_path / "loop", tmp_path / "loop.c", "-ldl", "-pthread"],
        check=True,
    )
    run = subprocess.run([tmp_path / "loop", library()], capture_output=True, check=False, timeout=120)
    assert run.returncode == 0, run
