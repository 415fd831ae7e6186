/* What a training step of 784-500-10 (batch 64, float32) is measured against: its three matrix products in OpenBLAS
 * alone, on one thread, in turn with whole steps of a captured program, so that both see the same machine.
 *
 *     blas [ROUNDS]
 *
 * Prints microseconds: the products, the step, and the median of their ratio over the rounds. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <wingbeat.h>

enum { BATCH = 64, IN = 784, HIDDEN = 500, OUT = 10, STEPS = 20 };
enum { ROW_MAJOR = 101, PLAIN = 111, TRANSPOSED = 112 };
typedef void sgemm_function(int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *,
                            int);

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e6 + time.tv_nsec * 1e-3;
}

static int ascending(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int count) {
    qsort(values, count, sizeof *values, ascending);
    return values[count / 2];
}

static void check(wb_status status) {
    if (status == WB_OK) return;
    fprintf(stderr, "%s\n", wb_last_error());
    exit(1);
}

static float *numbers(int count) {
    float *result = malloc(count * sizeof *result);
    for (int i = 0; i < count; i++) result[i] = (float)((i * 7919) % 1000) / 1000 - 0.5f;
    return result;
}

/* Forward, loss, backward and update as one program. */
static wb_program *training_step(void) {
    wb_module *model;
    wb_optimizer *optimizer;
    wb_tensor *parameters[4], *batch[2], *prediction, *loss;
    wb_program *program;
    char network[100];
    snprintf(network, sizeof network, "Sequential(Linear(%d, %d), ReLU(), Linear(%d, %d))", IN, HIDDEN, HIDDEN, OUT);
    check(wb_module_create(network, WB_FLOAT32, &model));
    for (int i = 0; i < 4; i++) check(wb_module_parameter(model, i, NULL, &parameters[i]));
    check(wb_optimizer_create("SGD(lr=0.01)", parameters, 4, &optimizer));
    check(wb_tensor_create(WB_FLOAT32, 2, (int64_t[]){BATCH, IN}, NULL, &batch[0]));
    check(wb_tensor_create(WB_INT64, 1, (int64_t[]){BATCH}, NULL, &batch[1]));
    check(wb_capture_begin(batch, 2));
    check(wb_module_forward(model, batch[0], &prediction));
    check(wb_call("cross_entropy", (wb_tensor *[]){prediction, batch[1]}, 2, &loss, 1, NULL));
    check(wb_optimizer_zero_grad(optimizer));
    check(wb_backward(loss, NULL, 0));
    check(wb_optimizer_step(optimizer));
    check(wb_optimizer_zero_grad(optimizer));
    check(wb_capture_end(&loss, 1, &program));
    return program;
}

int main(int count, char **words) {
    const int rounds = count > 1 ? atoi(words[1]) : 101;
    /* Loaded and set up by the engine, with the kernels that fit the processor, and on one thread. */
    check(wb_set_num_threads(1));
    wb_program *program = training_step();
    float *x = numbers(BATCH * IN), *weight = numbers(HIDDEN * IN), *hidden = numbers(BATCH * HIDDEN);
    float *small = numbers(OUT * HIDDEN), *scores = numbers(BATCH * OUT), *gradient = numbers(HIDDEN * IN);
    int64_t labels[BATCH];
    for (int i = 0; i < BATCH; i++) labels[i] = i % OUT;
    float loss;
    const void *inputs[2] = {x, labels};
    void *outputs[1] = {&loss};
    check(wb_program_run_pointers(program, inputs, 2, outputs, 1));

    void *library = dlopen("libopenblas.so.0", RTLD_NOW);
    sgemm_function *sgemm = library ? (sgemm_function *)dlsym(library, "cblas_sgemm") : NULL;
    if (!sgemm) return fprintf(stderr, "%s\n", dlerror()), 1;

    double *products = calloc(rounds, sizeof *products), *steps = calloc(rounds, sizeof *steps),
           *ratios = calloc(rounds, sizeof *ratios);
    for (int round = 0; round < rounds; round++) {
        double began = now();
        for (int i = 0; i < STEPS; i++) {
            sgemm(ROW_MAJOR, PLAIN, TRANSPOSED, BATCH, HIDDEN, IN, 1, x, IN, weight, IN, 0, hidden, HIDDEN);
            sgemm(ROW_MAJOR, PLAIN, TRANSPOSED, BATCH, OUT, HIDDEN, 1, hidden, HIDDEN, small, HIDDEN, 0, scores, OUT);
            sgemm(ROW_MAJOR, TRANSPOSED, PLAIN, HIDDEN, IN, BATCH, 1, hidden, HIDDEN, x, IN, 0, gradient, IN);
        }
        products[round] = (now() - began) / STEPS;
        began = now();
        for (int i = 0; i < STEPS; i++) check(wb_program_run_pointers(program, inputs, 2, outputs, 1));
        steps[round] = (now() - began) / STEPS;
        ratios[round] = steps[round] / products[round];
    }
    printf("products %.0f us, step %.0f us, ratio %.3f\n", median(products, rounds), median(steps, rounds),
           median(ratios, rounds));
    return 0;
}
