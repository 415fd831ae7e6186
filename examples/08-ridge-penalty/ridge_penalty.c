/* A ridge penalty, tuned by the gradient of a validation loss through the solution of the inner problem. Exits with
 * 1 if it misses the closed form. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wingbeat.h>

enum { ROWS = 24, FEATURES = 8 };

typedef struct data {
    double x[ROWS][FEATURES], y[ROWS];
    wb_tensor *xs, *ys;
} data;

static data training, validation;

/* Ends the program with the library's sentence. */
static void ok(wb_status status) {
    if (status == WB_OK) return;
    fprintf(stderr, "%s\n", wb_last_error());
    exit(1);
}

static wb_tensor *vector(const double *values) {
    wb_tensor *tensor = NULL;
    ok(wb_tensor_create(WB_FLOAT64, 1, (const int64_t[]){FEATURES}, values, &tensor));
    return tensor;
}

static double item(const wb_tensor *tensor) {
    double value;
    ok(wb_tensor_item(tensor, &value));
    return value;
}

static double dot(const double *a, const double *b) {
    double sum = 0;
    for (int i = 0; i < FEATURES; i++) sum += a[i] * b[i];
    return sum;
}

/* Features and noisy targets: sines, so that both programs have the same numbers. */
static void fill(data *data, double phase) {
    for (int i = 0; i < ROWS; i++) {
        data->y[i] = 3 * sin(12.9 * i * i + phase);
        for (int k = 0; k < FEATURES; k++) {
            double place = i * FEATURES + k;
            data->x[i][k] = sin(0.37 * place * place + phase);
            data->y[i] += data->x[i][k] * cos(k);
        }
    }
    ok(wb_tensor_create(WB_FLOAT64, 2, (const int64_t[]){ROWS, FEATURES}, data->x, &data->xs));
    ok(wb_tensor_create(WB_FLOAT64, 1, (const int64_t[]){ROWS}, data->y, &data->ys));
}

/* sum (x w - y)^2 */
static wb_tensor *squares(const data *data, const wb_tensor *w) {
    wb_tensor *result = NULL;
    ok(wb_matmul(data->xs, w, &result));
    ok(wb_subtract(result, data->ys, &result));
    ok(wb_square(result, &result));
    ok(wb_sum(result, &result));
    return result;
}

/* 1/2 |x w - y|^2 + 1/2 e^log_penalty |w|^2 */
static wb_tensor *inner(const wb_tensor *w, const wb_tensor *log_penalty) {
    wb_tensor *penalty = NULL, *size = NULL, *loss = NULL;
    ok(wb_exp(log_penalty, &penalty));
    ok(wb_square(w, &size));
    ok(wb_sum(size, &size));
    ok(wb_multiply(penalty, size, &penalty));
    ok(wb_add(squares(&training, w), penalty, &loss));
    ok(wb_binary_scalar(WB_BINARY_MULTIPLY, loss, 0.5, 0, &loss));
    return loss;
}

/* solution = H^-1 b by conjugate gradients, whose products with the inner loss's Hessian H are wb_hvp. */
static void solve(const wb_tensor *loss, wb_tensor *w, const double *b, double *solution) {
    double rest[FEATURES], direction[FEATURES], product[FEATURES];
    memset(solution, 0, sizeof rest);
    memcpy(rest, b, sizeof rest);
    memcpy(direction, b, sizeof rest);
    double length = dot(rest, rest), goal = 1e-28 * length;
    for (int count = 0; count < 4 * FEATURES && length > goal; count++) {
        wb_tensor *along = vector(direction), *products = NULL;
        ok(wb_hvp(loss, &w, 1, &along, &products));
        ok(wb_tensor_read(products, product, sizeof product));
        double step = length / dot(direction, product);
        for (int i = 0; i < FEATURES; i++) {
            solution[i] += step * direction[i];
            rest[i] -= step * product[i];
        }
        double next = dot(rest, rest);
        for (int i = 0; i < FEATURES; i++) direction[i] = rest[i] + next / length * direction[i];
        length = next;
    }
}

/* dL/dlambda = -(dL/dw)^T H^-1 d(inner gradient)/dlambda, at the inner problem's solution. */
static double hypergradient(double log_penalty, double *validation_loss) {
    double slope[FEATURES], w[FEATURES] = {0}, step[FEATURES];
    ok(wb_scope_begin());
    wb_tensor *lambda = NULL, *weights = vector(w), *loss = NULL, *gradient = NULL, *outer = NULL, *crossed = NULL,
              *along = NULL;
    ok(wb_tensor_full(WB_FLOAT64, 0, NULL, log_penalty, &lambda));
    ok(wb_tensor_set_requires_grad(lambda, 1));

    /* The inner problem is quadratic: one Newton step from 0. */
    ok(wb_tensor_set_requires_grad(weights, 1));
    loss = inner(weights, lambda);
    ok(wb_grad(&loss, 1, &weights, 1, NULL, 0, 0, &gradient));
    ok(wb_tensor_read(gradient, slope, sizeof slope));
    solve(loss, weights, slope, step);
    for (int i = 0; i < FEATURES; i++) w[i] -= step[i];

    weights = vector(w);
    ok(wb_tensor_set_requires_grad(weights, 1));
    outer = squares(&validation, weights);
    ok(wb_binary_scalar(WB_BINARY_MULTIPLY, outer, 0.5 / ROWS, 0, &outer));
    ok(wb_grad(&outer, 1, &weights, 1, NULL, 0, 0, &gradient));
    ok(wb_tensor_read(gradient, slope, sizeof slope));
    *validation_loss = item(outer);

    loss = inner(weights, lambda);
    solve(loss, weights, slope, step);
    /* step^T d(inner gradient)/dlambda: the derivative by lambda of the inner gradient weighted with step. */
    ok(wb_grad(&loss, 1, &weights, 1, NULL, 1, 0, &gradient));
    along = vector(step);
    ok(wb_grad(&gradient, 1, &lambda, 1, &along, 0, 0, &crossed));
    double result = -item(crossed);
    ok(wb_scope_end());
    return result;
}

/* x = A^-1 b by elimination; A is positive definite. */
static void eliminate(double a[FEATURES][FEATURES], const double *b, double *x) {
    double m[FEATURES][FEATURES];
    memcpy(m, a, sizeof m);
    memcpy(x, b, FEATURES * sizeof *x);
    for (int k = 0; k < FEATURES; k++)
        for (int i = k + 1; i < FEATURES; i++) {
            double factor = m[i][k] / m[k][k];
            for (int j = k; j < FEATURES; j++) m[i][j] -= factor * m[k][j];
            x[i] -= factor * x[k];
        }
    for (int i = FEATURES - 1; i >= 0; i--) {
        for (int j = i + 1; j < FEATURES; j++) x[i] -= m[i][j] * x[j];
        x[i] /= m[i][i];
    }
}

/* The same by the closed form of ridge regression. */
static double closed_form(double log_penalty, double *validation_loss) {
    double h[FEATURES][FEATURES] = {{0}}, b[FEATURES] = {0}, w[FEATURES], slope[FEATURES] = {0}, change[FEATURES];
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < FEATURES; j++) {
            b[j] += training.x[i][j] * training.y[i];
            for (int k = 0; k < FEATURES; k++) h[j][k] += training.x[i][j] * training.x[i][k];
        }
    for (int k = 0; k < FEATURES; k++) h[k][k] += exp(log_penalty);
    eliminate(h, b, w);
    *validation_loss = 0;
    for (int i = 0; i < ROWS; i++) {
        double residual = dot(validation.x[i], w) - validation.y[i];
        *validation_loss += 0.5 * residual * residual / ROWS;
        for (int k = 0; k < FEATURES; k++) slope[k] += validation.x[i][k] * residual / ROWS;
    }
    for (int k = 0; k < FEATURES; k++) w[k] *= exp(log_penalty);
    eliminate(h, w, change);
    return -dot(slope, change);
}

int main(void) {
    int passes = 1;
    double loss, known_loss;
    fill(&training, 0.3);
    fill(&validation, 2.1);
    for (double log_penalty = -3; log_penalty <= 3; log_penalty += 3) {
        double found = hypergradient(log_penalty, &loss), known = closed_form(log_penalty, &known_loss);
        passes &= fabs(found - known) <= 1e-8 * fabs(known) && fabs(loss - known_loss) <= 1e-12 * known_loss;
        printf("log penalty %5.1f: loss %.6f, hypergradient %11.8f, closed form %11.8f\n", log_penalty, loss, found,
               known);
    }
    /* The secant method: the zero of the hypergradient, from two points. */
    double before = -0.5, now = -1, slope_before = hypergradient(before, &loss), slope = hypergradient(now, &loss);
    for (int count = 0; count < 30 && fabs(now - before) > 1e-9; count++) {
        double next = now - fmax(-1, fmin(1, slope * (now - before) / (slope - slope_before)));
        before = now;
        slope_before = slope;
        now = next;
        slope = hypergradient(now, &loss);
    }
    double best = 0, least = INFINITY;
    for (int i = 0; i <= 100000; i++) {
        double log_penalty = -6 + 10.0 * i / 100000;
        closed_form(log_penalty, &known_loss);
        if (known_loss < least) {
            least = known_loss;
            best = log_penalty;
        }
    }
    printf("found log penalty %.6f, least in the scan %.6f\n", now, best);
    ok(wb_tensor_free(training.xs));
    ok(wb_tensor_free(training.ys));
    ok(wb_tensor_free(validation.xs));
    ok(wb_tensor_free(validation.ys));
    return passes && fabs(now - best) <= 1e-4 ? 0 : 1;
}
