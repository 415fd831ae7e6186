/* Vectorisation by handle: gradients of each sample, Jacobians, nesting, and misuse. */
#include "check.h"

enum { SAMPLES = 5, IN = 4, HIDDEN = 3 };

static wb_tensor *random_leaf(int64_t rows, int64_t columns) {
    wb_tensor *x = NULL;
    OK(wb_random(WB_DISTRIBUTION_NORMAL, WB_FLOAT64, SHAPE(rows, columns), 0, 1, &x));
    OK(wb_tensor_set_requires_grad(x, 1));
    return x;
}

static wb_tensor *total(const wb_tensor *x) {
    wb_tensor *y = NULL;
    OK(wb_sum(x, &y));
    return y;
}

/* The sum of squares of tanh(x A) B for one sample x [IN]. */
static wb_tensor *loss(wb_tensor *x, wb_tensor *a, wb_tensor *b) {
    wb_tensor *z = NULL, *h = NULL, *y = NULL, *squares = NULL;
    OK(wb_matmul(x, a, &z));
    OK(wb_unary(WB_UNARY_TANH, z, &h));
    OK(wb_matmul(h, b, &y));
    OK(wb_unary(WB_UNARY_SQUARE, y, &squares));
    return total(squares);
}

static void gradients_of_each_sample_are_those_of_a_loop(void) {
    OK(wb_scope_begin());
    wb_tensor *xs = NULL, *a = random_leaf(IN, HIDDEN), *b = random_leaf(HIDDEN, 2), *x = NULL, *each[2] = {NULL, NULL},
              *all[2] = {NULL, NULL};
    OK(wb_random(WB_DISTRIBUTION_NORMAL, WB_FLOAT64, SHAPE(SAMPLES, IN), 0, 1, &xs));
    OK(wb_vmap_begin(&xs, (int32_t[]){0}, 1, WB_RANDOMNESS_ERROR, &x));
    wb_tensor *value = loss(x, a, b);
    OK(wb_grad(&value, 1, (wb_tensor *[]){a, b}, 2, NULL, 0, 0, each));
    OK(wb_vmap_end(each, (int32_t[]){0, 0}, 2, 0, all));
    for (int64_t i = 0; i < SAMPLES; i++) {
        wb_tensor *sample = NULL, *one[2] = {NULL, NULL};
        const void *data = NULL;
        OK(wb_tensor_data(xs, &data));
        sample = check_vector(IN, (const double *)data + i * IN);
        value = loss(sample, a, b);
        OK(wb_grad(&value, 1, (wb_tensor *[]){a, b}, 2, NULL, 0, 0, one));
        for (int k = 0; k < IN * HIDDEN; k++) CLOSE(at(all[0], i * IN * HIDDEN + k), at(one[0], k), 1e-13);
        for (int k = 0; k < HIDDEN * 2; k++) CLOSE(at(all[1], i * HIDDEN * 2 + k), at(one[1], k), 1e-13);
    }
    OK(wb_scope_end());
}

/* The Jacobian of sin(x)^2: a vjp, mapped over the rows of the identity. */
static void a_jacobian_is_a_mapped_vjp(void) {
    const double values[3] = {0.5, -1, 2}, identity[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    wb_tensor *x = NULL, *s = NULL, *y = NULL, *basis = NULL, *row = NULL, *share = NULL, *jacobian = NULL;
    OK(wb_scope_begin());
    x = check_vector(3, values);
    OK(wb_tensor_set_requires_grad(x, 1));
    OK(wb_unary(WB_UNARY_SIN, x, &s));
    OK(wb_unary(WB_UNARY_SQUARE, s, &y));
    OK(wb_tensor_create(WB_FLOAT64, SHAPE(3, 3), identity, &basis));
    OK(wb_vmap_begin(&basis, (int32_t[]){-2}, 1, WB_RANDOMNESS_ERROR, &row));
    OK(wb_grad(&y, 1, &x, 1, &row, 0, 0, &share));
    OK(wb_vmap_end(&share, (int32_t[]){0}, 1, 2, &jacobian));
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 3; j++) CLOSE(at(jacobian, 3 * i + j), i == j ? sin(2 * values[i]) : 0, 1e-14);
    OK(wb_scope_end());
}

static void misuse_is_a_status(void) {
    wb_tensor *x = NULL, *y = NULL, *variables[2] = {NULL, NULL}, *out = NULL, *square = NULL;
    double value = 0;
    OK(wb_scope_begin());
    OK(wb_tensor_create(WB_FLOAT64, SHAPE(2, 3), NULL, &x));
    OK(wb_tensor_create(WB_FLOAT64, SHAPE(3), NULL, &y));
    FAILS(wb_vmap_end(&x, (int32_t[]){0}, 1, 0, &out), WB_ERROR_STATE, "vmap");
    FAILS(wb_vmap_cancel(), WB_ERROR_STATE, "vmap");
    FAILS(wb_vmap_begin(NULL, NULL, 0, WB_RANDOMNESS_ERROR, NULL), WB_ERROR_ARGUMENT, "vmap");
    FAILS(wb_vmap_begin(&x, NULL, 1, WB_RANDOMNESS_ERROR, variables), WB_ERROR_ARGUMENT, "vmap");
    FAILS(wb_vmap_begin(&x, (int32_t[]){2}, 1, WB_RANDOMNESS_ERROR, variables), WB_ERROR_INDEX, "axis 2");
    FAILS(wb_vmap_begin(&x, (int32_t[]){0}, 1, (wb_randomness)7, variables), WB_ERROR_ARGUMENT, "7");
    FAILS(wb_vmap_begin(&x, (int32_t[]){0}, 1, WB_RANDOMNESS_ERROR, NULL), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_vmap_begin((wb_tensor *[]){x, y}, (int32_t[]){0, 0}, 2, WB_RANDOMNESS_ERROR, variables), WB_ERROR_SHAPE,
          "[2, 3]", "[3]");
    FAILS(wb_vmap_cancel(), WB_ERROR_STATE, "vmap");
    OK(wb_vmap_begin((wb_tensor *[]){x, y}, (int32_t[]){1, 0}, 2, WB_RANDOMNESS_ERROR, variables));
    FAILS(wb_tensor_item(variables[1], &value), WB_ERROR_STATE, "mapped");
    FAILS(wb_random(WB_DISTRIBUTION_UNIFORM, WB_FLOAT64, 0, NULL, 0, 1, &out), WB_ERROR_STATE, "random");
    FAILS(wb_tensor_set_requires_grad(variables[0], 1), WB_ERROR_STATE, "mapped");
    OK(wb_unary(WB_UNARY_SQUARE, variables[0], &square));
    FAILS(wb_vmap_end(&square, (int32_t[]){5}, 1, 0, &out), WB_ERROR_INDEX, "axis 5");
    FAILS(wb_vmap_end(&square, (int32_t[]){WB_VMAP_NO_AXIS}, 1, 0, &out), WB_ERROR_ARGUMENT, "output 0");
    FAILS(wb_vmap_end(&square, (int32_t[]){0}, 1, -1, &out), WB_ERROR_ARGUMENT, "-1");
    OK(wb_vmap_end(&square, (int32_t[]){0}, 1, 0, &out));
    FAILS(wb_eval(&square, 1), WB_ERROR_STATE, "mapped");
    OK(wb_eval(&out, 1));
    OK(wb_scope_end());
}

int main(void) {
    OK(wb_manual_seed(1));
    RUN(gradients_of_each_sample_are_those_of_a_loop);
    RUN(a_jacobian_is_a_mapped_vjp);
    RUN(misuse_is_a_status);
    return finish();
}
