/* Operations from C: elementwise functions and their derivatives, reductions, scans, sorts, creation, and nonsense
 * given to each. */
#include "check.h"

static double unary(wb_unary_op op, double x) {
    wb_tensor *y = NULL;
    OK(wb_unary(op, VECTOR(x), &y));
    return at(y, 0);
}

static void elementary_functions_are_those_of_c(void) {
    OK(wb_scope_begin());
    double x = 0.37;
    CLOSE(unary(WB_UNARY_EXP2, x), exp2(x), 1e-15);
    CLOSE(unary(WB_UNARY_LOG2, x), log2(x), 1e-15);
    CLOSE(unary(WB_UNARY_LOG10, x), log10(x), 1e-15);
    CLOSE(unary(WB_UNARY_TAN, x), tan(x), 1e-15);
    CLOSE(unary(WB_UNARY_ASIN, x), asin(x), 1e-15);
    CLOSE(unary(WB_UNARY_ACOS, x), acos(x), 1e-15);
    CLOSE(unary(WB_UNARY_ATAN, x), atan(x), 1e-15);
    CLOSE(unary(WB_UNARY_SINH, x), sinh(x), 1e-15);
    CLOSE(unary(WB_UNARY_COSH, x), cosh(x), 1e-15);
    CLOSE(unary(WB_UNARY_ASINH, x), asinh(x), 1e-15);
    CLOSE(unary(WB_UNARY_ACOSH, 1 + x), acosh(1 + x), 1e-15);
    CLOSE(unary(WB_UNARY_ATANH, x), atanh(x), 1e-15);
    CLOSE(unary(WB_UNARY_ERFC, x), erfc(x), 1e-15);
    CLOSE(unary(WB_UNARY_LGAMMA, x), lgamma(x), 1e-15);
    CLOSE(unary(WB_UNARY_DIGAMMA, 1), -0.57721566490153286, 1e-15);
    CLOSE(unary(WB_UNARY_POLYGAMMA, 1), 1.6449340668482264, 1e-15);
    CLOSE(unary(WB_UNARY_SILU, x), x / (1 + exp(-x)), 1e-15);
    CLOSE(unary(WB_UNARY_MISH, x), x * tanh(log1p(exp(x))), 1e-15);
    CLOSE(unary(WB_UNARY_LOGSIGMOID, x), -log1p(exp(-x)), 1e-15);
    CLOSE(unary(WB_UNARY_ELU, -x), expm1(-x), 1e-15);
    CLOSE(unary(WB_UNARY_HARDSWISH, x), x * (x + 3) / 6, 1e-15);
    CLOSE(unary(WB_UNARY_SOFTSIGN, x), x / (1 + x), 1e-15);
    EXPECT(unary(WB_UNARY_FLOOR, -x) == -1 && unary(WB_UNARY_CEIL, x) == 1 && unary(WB_UNARY_ROUND, 2.5) == 2 &&
           unary(WB_UNARY_TRUNC, -1.9) == -1);
    EXPECT(unary(WB_UNARY_RELU6, 9) == 6 && unary(WB_UNARY_HARDSIGMOID, 9) == 1);
    OK(wb_scope_end());
}

static void the_gamma_function_is_differentiated_to_any_order(void) {
    OK(wb_scope_begin());
    wb_tensor *x = VECTOR(2.5), *y = NULL, *one = VECTOR(1);
    OK(wb_tensor_set_requires_grad(x, 1));
    OK(wb_unary(WB_UNARY_LGAMMA, x, &y));
    double expected[] = {0.70315664064524319, 0.49035775610023486, -0.23620405164172739};
    for (int order = 0; order < 3; order++) {
        wb_tensor *gradient = NULL;
        OK(wb_grad(&y, 1, &x, 1, &one, 1, 0, &gradient));
        CLOSE(at(gradient, 0), expected[order], 1e-13);
        y = gradient;
    }
    OK(wb_scope_end());
}

static void functions_with_parameters(void) {
    OK(wb_scope_begin());
    wb_tensor *x = VECTOR(-2, 0.5, 3), *y = NULL, *low = VECTOR(-1), *two = VECTOR(2);
    OK(wb_clamp(x, -1, INFINITY, &y));
    EXPECT(at(y, 0) == -1 && at(y, 2) == 3);
    OK(wb_clamp_tensors(x, low, NULL, &y));
    EXPECT(at(y, 0) == -1 && at(y, 2) == 3);
    OK(wb_hardtanh(x, -1, 1, &y));
    EXPECT(at(y, 0) == -1 && at(y, 1) == 0.5 && at(y, 2) == 1);
    OK(wb_softplus(x, 2, INFINITY, &y));
    CLOSE(at(y, 1), log1p(exp(1)) / 2, 1e-15);
    OK(wb_nan_to_num(VECTOR(NAN, INFINITY, -INFINITY), 1, NAN, -5, &y));
    EXPECT(at(y, 0) == 1 && at(y, 1) == 1.7976931348623157e308 && at(y, 2) == -5);
    OK(wb_lerp(x, two, VECTOR(0.25), &y));
    EXPECT(at(y, 0) == -1);
    OK(wb_binary(WB_BINARY_FLOOR_DIVIDE, x, two, &y));
    EXPECT(at(y, 0) == -1 && at(y, 2) == 1);
    OK(wb_binary_scalar(WB_BINARY_REMAINDER, x, 2, 0, &y));
    EXPECT(at(y, 2) == 1);
    OK(wb_binary(WB_BINARY_ATAN2, x, two, &y));
    CLOSE(at(y, 0), atan2(-2, 2), 1e-15);
    FAILS(wb_hardtanh(x, 1, -1, &y), WB_ERROR_ARGUMENT, "hardtanh");
    FAILS(wb_softplus(x, 0, 0, &y), WB_ERROR_ARGUMENT, "softplus", "beta");
    FAILS(wb_unary_with(WB_UNARY_POLYGAMMA, x, -1, &y), WB_ERROR_ARGUMENT, "polygamma");
    FAILS(wb_unary_with(WB_UNARY_POLYGAMMA, x, NAN, &y), WB_ERROR_ARGUMENT, "polygamma");
    FAILS(wb_unary_with(WB_UNARY_ROUND, x, 1e9, &y), WB_ERROR_ARGUMENT, "round");
    FAILS(wb_unary_with(WB_UNARY_CELU, x, 0, &y), WB_ERROR_ARGUMENT, "celu");
    FAILS(wb_binary(WB_BINARY_BITWISE_AND, x, x, &y), WB_ERROR_DTYPE, "bitwise_and", "float64");
    FAILS(wb_unary(WB_UNARY_BITWISE_NOT, x, &y), WB_ERROR_DTYPE, "bitwise_not");
    FAILS(wb_unary((wb_unary_op)57, x, &y), WB_ERROR_ARGUMENT, "57");
    FAILS(wb_clamp_tensors(NULL, low, NULL, &y), WB_ERROR_HANDLE, "clamp");
    FAILS(wb_lerp(x, two, NULL, &y), WB_ERROR_HANDLE, "lerp");
    FAILS(wb_clamp(x, 0, 1, NULL), WB_ERROR_ARGUMENT, "out-parameter");
    OK(wb_scope_end());
}

static void integers_are_not_divided_by_zero(void) {
    OK(wb_scope_begin());
    wb_tensor *x = NULL, *zero = NULL, *y = NULL;
    OK(wb_tensor_create(WB_INT64, SHAPE(3), (const int64_t[]){7, -7, INT64_MIN}, &x));
    OK(wb_tensor_create(WB_INT64, SHAPE(1), (const int64_t[]){0}, &zero));
    FAILS(wb_binary_scalar(WB_BINARY_FLOOR_DIVIDE, x, 0, 0, &y), WB_ERROR_ARGUMENT, "divisor is 0");
    OK(wb_binary(WB_BINARY_REMAINDER, x, zero, &y));
    FAILS(wb_eval(&y, 1), WB_ERROR_ARGUMENT, "divisor is 0 at position 0");
    OK(wb_binary_scalar(WB_BINARY_FLOOR_DIVIDE, x, -1, 0, &y));
    int64_t values[3];
    OK(wb_tensor_read(y, values, sizeof values));
    EXPECT(values[0] == -7 && values[1] == 7 && values[2] == INT64_MIN);
    OK(wb_scope_end());
}

static void reductions_and_scans(void) {
    OK(wb_scope_begin());
    wb_tensor *x = VECTOR(3, 0, -4), *y = NULL;
    OK(wb_norm(x, 2, NULL, 0, 0, &y));
    EXPECT(item(y) == 5);
    OK(wb_norm(x, INFINITY, NULL, 0, 0, &y));
    EXPECT(item(y) == 4);
    OK(wb_var(VECTOR(1, 2, 3), NULL, 0, 1, 0, &y));
    EXPECT(item(y) == 1);
    OK(wb_std(VECTOR(1, 3), (const int32_t[]){0}, 1, 0, 1, &y));
    EXPECT(item(y) == 1);
    OK(wb_reduce(WB_REDUCE_PROD, x, NULL, 0, 0, &y));
    EXPECT(item(y) == 0);
    OK(wb_reduce(WB_REDUCE_ALL, x, NULL, 0, 0, &y));
    EXPECT(item(y) == 0);
    OK(wb_reduce(WB_REDUCE_ANY, x, NULL, 0, 0, &y));
    EXPECT(item(y) == 1);
    OK(wb_cumsum(x, 0, &y));
    EXPECT(at(y, 0) == 3 && at(y, 2) == -1);
    OK(wb_cumprod(VECTOR(2, 3, 4), -1, &y));
    EXPECT(at(y, 2) == 24);
    FAILS(wb_norm(x, NAN, NULL, 0, 0, &y), WB_ERROR_ARGUMENT, "norm");
    FAILS(wb_var(x, (const int32_t[]){1}, 1, 1, 0, &y), WB_ERROR_INDEX, "var");
    FAILS(wb_cumsum(x, 1, &y), WB_ERROR_INDEX, "cumsum");
    FAILS(wb_cumprod(x, INT32_MIN, &y), WB_ERROR_INDEX, "cumprod");
    OK(wb_scope_end());
}

static void sorts(void) {
    OK(wb_scope_begin());
    wb_tensor *x = VECTOR(3, NAN, -1, 3), *values = NULL, *indices = NULL, *counts = NULL;
    int64_t places[4];
    OK(wb_sort(x, 0, 0, &values, &indices));
    OK(wb_tensor_read(indices, places, sizeof places));
    EXPECT(at(values, 0) == -1 && isnan(at(values, 3)));
    EXPECT(places[0] == 2 && places[1] == 0 && places[2] == 3 && places[3] == 1);
    OK(wb_topk(x, 2, -1, 0, &values, NULL));
    EXPECT(at(values, 0) == -1 && at(values, 1) == 3);
    OK(wb_unique(x, &values, NULL, &counts));
    OK(wb_tensor_read(counts, places, 3 * sizeof *places));
    EXPECT(at(values, 1) == 3 && places[1] == 2);
    const int64_t grid[] = {3, 2};
    const double rows[] = {1, 2, 0, 5, 1, 2};
    wb_tensor *matrix = NULL, *inverse = NULL;
    OK(wb_tensor_create(WB_FLOAT64, 2, grid, rows, &matrix));
    OK(wb_unique_along(matrix, 0, &values, &inverse, &counts));
    OK(wb_tensor_read(inverse, places, 3 * sizeof *places));
    EXPECT(places[0] == 1 && places[1] == 0 && places[2] == 1);
    OK(wb_tensor_read(counts, places, 2 * sizeof *places));
    EXPECT(at(values, 1) == 5 && at(values, 2) == 1 && places[0] == 1 && places[1] == 2);
    FAILS(wb_sort(x, 0, 0, NULL, NULL), WB_ERROR_ARGUMENT, "sort", "null");
    FAILS(wb_topk(x, 5, 0, 1, &values, &indices), WB_ERROR_ARGUMENT, "topk", "k is 5");
    FAILS(wb_topk(x, INT64_MIN, 0, 1, &values, &indices), WB_ERROR_ARGUMENT, "topk");
    FAILS(wb_unique(NULL, &values, NULL, NULL), WB_ERROR_HANDLE, "unique");
    FAILS(wb_unique_along(x, 1, &values, NULL, NULL), WB_ERROR_INDEX, "unique");
    OK(wb_capture_begin(NULL, 0));
    FAILS(wb_unique(x, &values, NULL, NULL), WB_ERROR_STATE, "unique");
    OK(wb_capture_cancel());
    OK(wb_scope_end());
}

static void creation(void) {
    OK(wb_scope_begin());
    wb_tensor *y = NULL, *grids[2] = {NULL, NULL}, *vectors[] = {VECTOR(1, 2), VECTOR(5, 6, 7)};
    int64_t shape[2];
    OK(wb_tensor_linspace(WB_FLOAT64, 0, 1, 5, &y));
    EXPECT(at(y, 1) == 0.25 && at(y, 4) == 1);
    OK(wb_tensor_eye(WB_FLOAT64, 2, 3, &y));
    EXPECT(at(y, 0) == 1 && at(y, 1) == 0 && at(y, 4) == 1);
    OK(wb_meshgrid(vectors, 2, 1, grids));
    OK(wb_tensor_shape(grids[0], 2, shape));
    EXPECT(shape[0] == 3 && shape[1] == 2 && at(grids[0], 1) == 2 && at(grids[1], 4) == 7);
    OK(wb_manual_seed(1));
    OK(wb_random_permutation(100, &y));
    OK(wb_random(WB_DISTRIBUTION_EXPONENTIAL, WB_FLOAT64, SHAPE(1000), 2, 0, &y));
    for (int i = 0; i < 1000; i++) EXPECT(at(y, i) > 0);
    OK(wb_random(WB_DISTRIBUTION_GUMBEL, WB_FLOAT64, SHAPE(2), 0, 1, &y));
    OK(wb_bernoulli(VECTOR(0, 1), &y));
    EXPECT(at(y, 0) == 0 && at(y, 1) == 1);
    OK(wb_multinomial(VECTOR(0, 5, 0), 4, 1, &y));
    int64_t places[4];
    OK(wb_tensor_read(y, places, sizeof places));
    EXPECT(places[0] == 1 && places[3] == 1);
    FAILS(wb_tensor_linspace(WB_FLOAT64, 0, INFINITY, 5, &y), WB_ERROR_ARGUMENT, "linspace");
    FAILS(wb_tensor_linspace(WB_FLOAT64, 0, 1, INT64_MIN, &y), WB_ERROR_ARGUMENT, "linspace");
    REFUSED(wb_tensor_linspace(WB_FLOAT64, 0, 1, INT64_MAX, &y), "linspace");
    REFUSED(wb_tensor_eye(WB_FLOAT64, INT64_MAX, INT64_MAX, &y), "eye");
    REFUSED(wb_tensor_eye(WB_FLOAT64, -1, 2, &y), "eye");
    FAILS(wb_meshgrid(vectors, 2, 0, NULL), WB_ERROR_ARGUMENT, "meshgrid");
    FAILS(wb_meshgrid(NULL, 2, 0, grids), WB_ERROR_ARGUMENT, "meshgrid");
    REFUSED(wb_random_permutation(-1, &y), "randperm");
    REFUSED(wb_random_permutation(INT64_MAX, &y), "randperm");
    FAILS(wb_random(WB_DISTRIBUTION_EXPONENTIAL, WB_FLOAT64, SHAPE(1), 0, 0, &y), WB_ERROR_ARGUMENT, "random");
    FAILS(wb_random(WB_DISTRIBUTION_EXPONENTIAL, WB_INT64, SHAPE(1), 1, 0, &y), WB_ERROR_DTYPE, "random");
    FAILS(wb_bernoulli(VECTOR(2), &y), WB_ERROR_ARGUMENT, "bernoulli");
    FAILS(wb_multinomial(VECTOR(1, -1), 1, 0, &y), WB_ERROR_ARGUMENT, "multinomial");
    FAILS(wb_multinomial(VECTOR(1, 1), INT64_MAX, 0, &y), WB_ERROR_ARGUMENT, "multinomial");
    REFUSED(wb_multinomial(VECTOR(1, 1), INT64_MAX, 1, &y), "multinomial");
    OK(wb_scope_end());
}

int main(void) {
    RUN(elementary_functions_are_those_of_c);
    RUN(the_gamma_function_is_differentiated_to_any_order);
    RUN(functions_with_parameters);
    RUN(integers_are_not_divided_by_zero);
    RUN(reductions_and_scans);
    RUN(sorts);
    RUN(creation);
    return finish();
}
