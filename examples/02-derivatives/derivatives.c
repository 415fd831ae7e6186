/* Nested derivatives of a network u(x) and of the residual of u'' + u = 0, against closed forms. Exits with 1 if
 * they differ. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <wingbeat.h>

enum { POINTS = 6, UNITS = 4 };

/* Ends the program with the library's sentence. */
static void ok(wb_status status) {
    if (status == WB_OK) return;
    fprintf(stderr, "%s\n", wb_last_error());
    exit(1);
}

static wb_tensor *vector(int64_t count, const double *values) {
    wb_tensor *tensor = NULL;
    ok(wb_tensor_create(WB_FLOAT64, 1, &count, values, &tensor));
    return tensor;
}

/* The gradient of sum(output), differentiable again. */
static wb_tensor *gradient(wb_tensor *output, wb_tensor *input) {
    wb_tensor *sum = NULL, *result = NULL;
    ok(wb_sum(output, &sum));
    ok(wb_grad(&sum, 1, &input, 1, NULL, 1, 0, &result));
    return result;
}

/* The directional derivative along ones, differentiable again. */
static wb_tensor *along_ones(wb_tensor *output, wb_tensor *input) {
    wb_tensor *ones = NULL, *result = NULL;
    ok(wb_tensor_full(WB_FLOAT64, 1, (const int64_t[]){POINTS}, 1, &ones));
    ok(wb_jvp(&output, 1, &input, 1, &ones, &result));
    return result;
}

static double largest;

static void compare(const char *name, const wb_tensor *found, int count, const double *known) {
    double values[POINTS], difference = 0;
    ok(wb_tensor_read(found, values, (size_t)count * sizeof *values));
    printf("%-22s", name);
    for (int i = 0; i < count; i++) {
        printf(" %9.5f", values[i]);
        difference = fmax(difference, fabs(values[i] - known[i]));
    }
    printf("   off by %.0e\n", difference);
    if (!(difference < largest)) largest = difference;
}

int main(void) {
    double x[POINTS], a[UNITS], b[UNITS], c[UNITS];
    const double v[UNITS] = {1, -0.5, 0.25, 2};
    for (int i = 0; i < POINTS; i++) x[i] = -1 + 2.0 * i / (POINTS - 1);
    for (int k = 0; k < UNITS; k++) {
        a[k] = 0.5 * (k + 1) + 0.25;
        b[k] = 0.1 * (k + 1) - 0.3;
        c[k] = -0.4 * (k + 1) + 1.2;
    }

    /* What is known. */
    double second[POINTS] = {0}, residual[POINTS][UNITS], slope[UNITS] = {0}, product[UNITS] = {0};
    for (int i = 0; i < POINTS; i++) {
        double along_c = 0, along_v = 0;
        for (int k = 0; k < UNITS; k++) {
            double t = tanh(a[k] * x[i] + b[k]), t2 = a[k] * a[k] * -2 * t * (1 - t * t);
            second[i] += t2 * c[k];
            residual[i][k] = t2 + t;
            along_c += residual[i][k] * c[k];
            along_v += residual[i][k] * v[k];
        }
        for (int k = 0; k < UNITS; k++) {
            slope[k] += 2.0 / POINTS * residual[i][k] * along_c;
            product[k] += 2.0 / POINTS * residual[i][k] * along_v;
        }
    }

    /* The network: u = tanh(x a^T + b) c. A scope frees all handles at its end. */
    ok(wb_scope_begin());
    wb_tensor *points = vector(POINTS, x), *weights = vector(UNITS, c), *column = NULL, *inner = NULL, *u = NULL;
    ok(wb_tensor_set_requires_grad(points, 1));
    ok(wb_tensor_set_requires_grad(weights, 1));
    ok(wb_reshape(points, 2, (const int64_t[]){POINTS, 1}, &column));
    ok(wb_multiply(column, vector(UNITS, a), &inner));
    ok(wb_add(inner, vector(UNITS, b), &inner));
    ok(wb_tanh(inner, &inner));
    ok(wb_matmul(inner, weights, &u));

    wb_tensor *twice = gradient(gradient(u, points), points);
    compare("u'' by reverse mode", twice, POINTS, second);
    compare("u'' by forward mode", along_ones(along_ones(u, points), points), POINTS, second);

    wb_tensor *loss = NULL, *direction = vector(UNITS, v), *along = NULL;
    ok(wb_add(twice, u, &loss));
    ok(wb_square(loss, &loss));
    ok(wb_mean(loss, &loss));
    compare("gradient of the loss", gradient(loss, weights), UNITS, slope);
    ok(wb_hvp(loss, &weights, 1, &direction, &along));
    compare("Hessian times v", along, UNITS, product);
    ok(wb_scope_end());
    return largest < 1e-12 ? 0 : 1;
}
