/* Gradients of each sample of a linear model, by wb_vmap_begin and wb_vmap_end, against their closed form. Exits
 * with 1 if they differ. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <wingbeat.h>

enum { SAMPLES = 6, FEATURES = 3 };

static void ok(wb_status status) {
    if (status == WB_OK) return;
    fprintf(stderr, "%s\n", wb_last_error());
    exit(1);
}

static wb_tensor *tensor(int32_t rank, const int64_t *shape, const double *values) {
    wb_tensor *result = NULL;
    ok(wb_tensor_create(WB_FLOAT64, rank, shape, values, &result));
    return result;
}

int main(void) {
    double x[SAMPLES][FEATURES], y[SAMPLES];
    const double w[FEATURES] = {0.5, -1, 2}, b = 0.25;
    for (int i = 0; i < SAMPLES; i++) {
        y[i] = i % 4 - 1.5;
        for (int j = 0; j < FEATURES; j++) x[i][j] = ((3 * i + 5 * j) % 7 - 3) / 2.0;
    }
    wb_tensor *samples[2], *parameters[2], *one[2], *gradient[2], *all[2];
    wb_tensor *product, *prediction, *residual, *loss;
    ok(wb_scope_begin());
    samples[0] = tensor(2, (const int64_t[]){SAMPLES, FEATURES}, &x[0][0]);
    samples[1] = tensor(1, (const int64_t[]){SAMPLES}, y);
    parameters[0] = tensor(1, (const int64_t[]){FEATURES}, w);
    parameters[1] = tensor(0, NULL, &b);
    for (int k = 0; k < 2; k++) ok(wb_tensor_set_requires_grad(parameters[k], 1));

    ok(wb_vmap_begin(samples, (const int32_t[]){0, 0}, 2, WB_RANDOMNESS_ERROR,
                     one)); /* one[0]: [FEATURES], one[1]: a number */
    ok(wb_matmul(parameters[0], one[0], &product));
    ok(wb_binary(WB_BINARY_ADD, product, parameters[1], &prediction));
    ok(wb_binary(WB_BINARY_SUBTRACT, prediction, one[1], &residual));
    ok(wb_unary(WB_UNARY_SQUARE, residual, &loss));
    ok(wb_grad(&loss, 1, parameters, 2, NULL, 0, 0, gradient));
    ok(wb_vmap_end(gradient, (const int32_t[]){0, 0}, 2, 0, all)); /* all[0]: [SAMPLES, FEATURES], all[1]: [SAMPLES] */

    double by_w[SAMPLES][FEATURES], by_b[SAMPLES], off = 0;
    ok(wb_tensor_read(all[0], by_w, sizeof by_w));
    ok(wb_tensor_read(all[1], by_b, sizeof by_b));
    printf("norms");
    for (int i = 0; i < SAMPLES; i++) {
        double r = b - y[i], square = by_b[i] * by_b[i];
        for (int j = 0; j < FEATURES; j++) r += w[j] * x[i][j];
        off = fmax(off, fabs(by_b[i] - 2 * r));
        for (int j = 0; j < FEATURES; j++) {
            off = fmax(off, fabs(by_w[i][j] - 2 * r * x[i][j]));
            square += by_w[i][j] * by_w[i][j];
        }
        printf(" %.4f", sqrt(square));
    }
    printf("\noff by %.0e\n", off);
    ok(wb_scope_end());
    return off < 1e-12 ? 0 : 1;
}
