/* Derivatives against closed forms, of first and higher order, in reverse and forward mode; and memory lent to the
 * library. */
#include "check.h"

enum { N = 4 };
static const double X[N] = {0.3, -1.25, 2, 0.75};
static const double V[N] = {1, -0.5, 0.25, 2};

static wb_tensor *variable(int64_t count, const double *values) {
    wb_tensor *x = check_vector(count, values);
    OK(wb_tensor_set_requires_grad(x, 1));
    return x;
}

static wb_tensor *gradient_of(wb_tensor *output, wb_tensor *input, int32_t create_graph) {
    wb_tensor *gradient = NULL;
    OK(wb_grad(&output, 1, &input, 1, NULL, create_graph, 0, &gradient));
    return gradient;
}

static wb_tensor *total(const wb_tensor *x) {
    wb_tensor *y = NULL;
    OK(wb_sum(x, &y));
    return y;
}

static void three_derivatives_of_a_cube(void) {
    OK(wb_scope_begin());
    wb_tensor *x = variable(N, X), *cube = NULL;
    OK(wb_binary_scalar(WB_BINARY_POWER, x, 3, 0, &cube));
    wb_tensor *first = gradient_of(total(cube), x, 1);
    wb_tensor *second = gradient_of(total(first), x, 1);
    wb_tensor *third = gradient_of(total(second), x, 1);
    wb_tensor *fourth = gradient_of(total(third), x, 0);
    for (int i = 0; i < N; i++) {
        CLOSE(at(first, i), 3 * X[i] * X[i], 1e-14);
        CLOSE(at(second, i), 6 * X[i], 1e-14);
        CLOSE(at(third, i), 6, 1e-14);
        CLOSE(at(fourth, i), 0, 1e-14);
    }
    OK(wb_scope_end());
}

static void gradients_of_a_matrix_product(void) {
    const double a_values[6] = {1, 2, 3, 4, 5, 6}, b_values[6] = {-1, 0.5, 2, 3, -2, 1}, c_values[4] = {1, -2, 3, 0.5};
    wb_tensor *a = NULL, *b = NULL, *c = NULL, *product = NULL, *gradients[2] = {NULL, NULL};
    OK(wb_scope_begin());
    OK(wb_tensor_create(WB_FLOAT64, SHAPE(2, 3), a_values, &a));
    OK(wb_tensor_create(WB_FLOAT64, SHAPE(3, 2), b_values, &b));
    OK(wb_tensor_create(WB_FLOAT64, SHAPE(2, 2), c_values, &c));
    OK(wb_tensor_set_requires_grad(a, 1));
    OK(wb_tensor_set_requires_grad(b, 1));
    OK(wb_matmul(a, b, &product));
    OK(wb_grad(&product, 1, (wb_tensor *[]){a, b}, 2, &c, 0, 0, gradients));
    for (int i = 0; i < 2; i++)
        for (int k = 0; k < 3; k++) {
            double to_a = 0, to_b = 0; // C B^T and A^T C
            for (int j = 0; j < 2; j++) {
                to_a += c_values[2 * i + j] * b_values[2 * k + j];
                to_b += a_values[3 * j + k] * c_values[2 * j + i];
            }
            CLOSE(at(gradients[0], 3 * i + k), to_a, 1e-14);
            CLOSE(at(gradients[1], 2 * k + i), to_b, 1e-14);
        }
    OK(wb_scope_end());
}

static void the_gradient_of_cross_entropy_is_softmax_minus_target(void) {
    const double logits[6] = {1, -2, 0.5, 3, 3, -1};
    const int64_t labels[2] = {2, 0};
    wb_tensor *z = NULL, *y = NULL, *loss = NULL;
    double expected = 0;
    OK(wb_scope_begin());
    OK(wb_tensor_create(WB_FLOAT64, SHAPE(2, 3), logits, &z));
    OK(wb_tensor_create(WB_INT64, SHAPE(2), labels, &y));
    OK(wb_tensor_set_requires_grad(z, 1));
    OK(call_two("cross_entropy", z, y, &loss));
    wb_tensor *gradient = gradient_of(loss, z, 0);
    for (int i = 0; i < 2; i++) {
        double sum = 0;
        for (int c = 0; c < 3; c++) sum += exp(logits[3 * i + c]);
        for (int c = 0; c < 3; c++)
            CLOSE(at(gradient, 3 * i + c), (exp(logits[3 * i + c]) / sum - (c == labels[i])) / 2, 1e-14);
        expected -= (logits[3 * i + labels[i]] - log(sum)) / 2;
    }
    CLOSE(item(loss), expected, 1e-14);
    OK(wb_scope_end());
}

static void the_gradient_of_binary_cross_entropy_is_sigmoid_minus_target(void) {
    const double targets[N] = {0, 1, 0.25, 1};
    wb_tensor *loss = NULL;
    OK(wb_scope_begin());
    wb_tensor *z = variable(N, X), *t = check_vector(N, targets);
    OK(call_two("binary_cross_entropy_with_logits(reduction='sum')", z, t, &loss));
    wb_tensor *gradient = gradient_of(loss, z, 0);
    for (int i = 0; i < N; i++) CLOSE(at(gradient, i), 1 / (1 + exp(-X[i])) - targets[i], 1e-14);
    OK(wb_scope_end());
}

static void large_logits_and_certain_probabilities_stay_finite(void) {
    const double logits[4] = {1e4, -1e4, -1e4, 1e4};
    const int64_t labels[2] = {1, 1};
    wb_tensor *z = NULL, *y = NULL, *loss = NULL;
    OK(wb_scope_begin());
    OK(wb_tensor_create(WB_FLOAT64, SHAPE(2, 2), logits, &z));
    OK(wb_tensor_create(WB_INT64, SHAPE(2), labels, &y));
    OK(wb_tensor_set_requires_grad(z, 1));
    OK(call_two("cross_entropy(reduction='sum')", z, y, &loss));
    CLOSE(item(loss), 2e4, 1e-14);
    wb_tensor *gradient = gradient_of(loss, z, 0);
    CLOSE(at(gradient, 0), 1, 1e-14);
    CLOSE(at(gradient, 1), -1, 1e-14);
    CLOSE(at(gradient, 3), 0, 1e-14);

    wb_tensor *p = VECTOR(0, 1, 0, 1), *t = VECTOR(0, 1, 1, 0);
    OK(wb_tensor_set_requires_grad(p, 1));
    OK(call_two("binary_cross_entropy(reduction='sum')", p, t, &loss));
    CLOSE(item(loss), 200, 1e-14); // two wrong ones, with logarithms kept above -100
    gradient = gradient_of(loss, p, 0);
    for (int i = 0; i < 4; i++) EXPECT(isfinite(at(gradient, i)));

    wb_tensor *extreme = VECTOR(1e4, -1e4), *zero_one = VECTOR(0, 1);
    OK(call_two("binary_cross_entropy_with_logits(reduction='sum')", extreme, zero_one, &loss));
    CLOSE(item(loss), 2e4, 1e-14);
    OK(wb_scope_end());
}

static void forward_mode_pushes_a_tangent_through_a_chain(void) {
    wb_tensor *sine = NULL, *y = NULL, *tangent = NULL;
    OK(wb_scope_begin());
    wb_tensor *x = variable(N, X), *v = check_vector(N, V);
    OK(wb_unary(WB_UNARY_SIN, x, &sine));
    OK(wb_exp(sine, &y));
    OK(wb_jvp(&y, 1, &x, 1, &v, &tangent));
    for (int i = 0; i < N; i++) CLOSE(at(tangent, i), exp(sin(X[i])) * cos(X[i]) * V[i], 1e-14);

    // The tangent is itself a function of x: d/dx sum(f'(x) v) = f''(x) v.
    wb_tensor *curvature = gradient_of(total(tangent), x, 0);
    for (int i = 0; i < N; i++)
        CLOSE(at(curvature, i), exp(sin(X[i])) * (cos(X[i]) * cos(X[i]) - sin(X[i])) * V[i], 1e-13);
    OK(wb_scope_end());
}

static void taylor_mode_gives_all_derivatives_along_a_curve(void) {
    enum { ORDER = 6 };
    wb_tensor *sine = NULL, *tanh = NULL, *found[2 * ORDER] = {NULL};
    OK(wb_scope_begin());
    wb_tensor *x = variable(N, X), *v = check_vector(N, V);
    OK(wb_unary(WB_UNARY_SIN, x, &sine));
    OK(wb_unary(WB_UNARY_TANH, x, &tanh));
    OK(wb_taylor((wb_tensor *[]){sine, tanh}, 2, &x, 1, &v, 1, ORDER, found));
    for (int i = 0; i < N; i++) {
        const double y = at(tanh, i), slope = 1 - y * y;
        for (int k = 1; k <= ORDER; k++) CLOSE(at(found[k - 1], i), sin(X[i] + k * acos(0)) * pow(V[i], k), 1e-12);
        CLOSE(at(found[ORDER], i), slope * V[i], 1e-13);
        CLOSE(at(found[ORDER + 1], i), -2 * y * slope * V[i] * V[i], 1e-13);
        CLOSE(at(found[ORDER + 2], i), slope * (6 * y * y - 2) * V[i] * V[i] * V[i], 1e-12);
    }
    // Differentiable again: d/dx of the second derivative of sine along v.
    wb_tensor *third = gradient_of(total(found[1]), x, 0);
    for (int i = 0; i < N; i++) CLOSE(at(third, i), -cos(X[i]) * V[i] * V[i], 1e-13);

    // A path that bends and has no first derivative: d^2/dt^2 sin(x + v t^2 / 2) = cos(x) v.
    OK(wb_taylor(&sine, 1, &x, 1, (wb_tensor *[]){NULL, v}, 2, 2, found));
    for (int i = 0; i < N; i++) {
        CLOSE(at(found[0], i), 0, 1e-14);
        CLOSE(at(found[1], i), cos(X[i]) * V[i], 1e-13);
    }

    wb_tensor *untouched = x, *constant = VECTOR(1, 2);
    OK(wb_taylor(&sine, 1, &x, 1, &v, 1, 0, NULL));
    FAILS(wb_taylor(&sine, 1, &x, 1, &v, 1, -1, &untouched), WB_ERROR_ARGUMENT, "taylor");
    FAILS(wb_taylor(&sine, 1, &x, 1, &v, 1, 1 << 30, &untouched), WB_ERROR_ARGUMENT, "taylor");
    FAILS(wb_taylor(&sine, 1, &x, 1, &v, -1, 1, &untouched), WB_ERROR_ARGUMENT, "taylor");
    FAILS(wb_taylor(&sine, 1, &x, 1, NULL, 1, 1, &untouched), WB_ERROR_ARGUMENT, "taylor");
    FAILS(wb_taylor(&sine, 1, &x, 1, &v, 1, 1, NULL), WB_ERROR_ARGUMENT, "taylor");
    FAILS(wb_taylor(&sine, 1, &x, 1, &constant, 1, 1, &untouched), WB_ERROR_SHAPE, "taylor");
    FAILS(wb_taylor(&sine, 1, &constant, 1, &constant, 1, 1, &untouched), WB_ERROR_STATE, "taylor");
    EXPECT(untouched == x);
    OK(wb_scope_end());
}

/* (1 - x)^2 + 100 (y - x^2)^2 */
static wb_tensor *rosenbrock(const wb_tensor *x, const wb_tensor *y) {
    wb_tensor *a = NULL, *b = NULL, *sum = NULL;
    OK(wb_binary_scalar(WB_BINARY_SUBTRACT, x, 1, 1, &a));
    OK(wb_square(a, &a));
    OK(wb_square(x, &b));
    OK(wb_subtract(y, b, &b));
    OK(wb_square(b, &b));
    OK(wb_binary_scalar(WB_BINARY_MULTIPLY, b, 100, 0, &b));
    OK(wb_add(a, b, &sum));
    return total(sum);
}

static void hessian_vector_products_of_the_rosenbrock_function(void) {
    const double x0 = -1.2, y0 = 1, vx = 0.5, vy = -2;
    OK(wb_scope_begin());
    wb_tensor *inputs[2] = {VECTOR(x0), VECTOR(y0)}, *vectors[2] = {VECTOR(vx), VECTOR(vy)},
              *products[2] = {NULL, NULL};
    OK(wb_tensor_set_requires_grad(inputs[0], 1));
    OK(wb_tensor_set_requires_grad(inputs[1], 1));
    OK(wb_hvp(rosenbrock(inputs[0], inputs[1]), inputs, 2, vectors, products));
    CLOSE(at(products[0], 0), (2 - 400 * (y0 - 3 * x0 * x0)) * vx - 400 * x0 * vy, 1e-13);
    CLOSE(at(products[1], 0), -400 * x0 * vx + 200 * vy, 1e-13);
    OK(wb_scope_end());
}

static void forward_and_reverse_mode_agree_on_a_small_network(void) {
    enum { ROWS = 5, IN = 3, OUT = 2 };
    uint64_t state = 99;
    wb_tensor *x = NULL, *w = NULL, *b = NULL, *y = NULL, *v[3] = {NULL}, *u = NULL, *pushed = NULL,
              *pulled[3] = {NULL};
    double flat[56]; // x, w, b, a tangent for each of them, and a cotangent of y
    for (size_t i = 0; i < sizeof flat / sizeof *flat; i++) flat[i] = 2 * number(&state) - 1;
    OK(wb_scope_begin());
    OK(wb_tensor_create(WB_FLOAT64, SHAPE(ROWS, IN), flat, &x));
    OK(wb_tensor_create(WB_FLOAT64, SHAPE(OUT, IN), flat + 15, &w));
    OK(wb_tensor_create(WB_FLOAT64, SHAPE(OUT), flat + 21, &b));
    OK(wb_tensor_create(WB_FLOAT64, SHAPE(ROWS, IN), flat + 23, &v[0]));
    OK(wb_tensor_create(WB_FLOAT64, SHAPE(OUT, IN), flat + 38, &v[1]));
    OK(wb_tensor_create(WB_FLOAT64, SHAPE(OUT), flat + 44, &v[2]));
    OK(wb_tensor_create(WB_FLOAT64, SHAPE(ROWS, OUT), flat + 46, &u));
    wb_tensor *inputs[3] = {x, w, b};
    for (int i = 0; i < 3; i++) OK(wb_tensor_set_requires_grad(inputs[i], 1));
    OK(wb_linear(x, w, b, &y));
    OK(wb_tanh(y, &y));
    OK(wb_log_softmax(y, -1, &y));
    OK(wb_jvp(&y, 1, inputs, 3, v, &pushed));
    OK(wb_grad(&y, 1, inputs, 3, &u, 0, 0, pulled));
    double forward = 0, reverse = 0;
    for (int i = 0; i < ROWS * OUT; i++) forward += at(pushed, i) * at(u, i);
    const int counts[3] = {ROWS * IN, OUT * IN, OUT};
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < counts[k]; i++) reverse += at(pulled[k], i) * at(v[k], i);
    CLOSE(forward, reverse, 1e-12);
    OK(wb_scope_end());
}

static void backward_accumulates_and_can_be_kept(void) {
    wb_tensor *y = NULL, *gradient = NULL;
    OK(wb_scope_begin());
    wb_tensor *x = variable(N, X), *cotangent = check_vector(N, V);
    OK(wb_square(x, &y));
    OK(wb_tensor_grad(x, &gradient));
    EXPECT(gradient == NULL);
    OK(wb_backward(y, cotangent, 1));
    OK(wb_backward(y, cotangent, 0));
    OK(wb_tensor_grad(x, &gradient));
    for (int i = 0; i < N; i++) CLOSE(at(gradient, i), 2 * 2 * X[i] * V[i], 1e-14);
    FAILS(wb_backward(y, cotangent, 0), WB_ERROR_STATE, "backward");
    OK(wb_tensor_set_grad(x, NULL));
    OK(wb_tensor_grad(x, &gradient));
    EXPECT(gradient == NULL);
    OK(wb_scope_end());
}

static void what_an_output_does_not_depend_on_has_a_zero_or_no_gradient(void) {
    wb_tensor *y = NULL, *gradient = NULL;
    OK(wb_scope_begin());
    wb_tensor *x = variable(N, X), *other = variable(N, V);
    OK(wb_square(x, &y));
    wb_tensor *sum = total(y);
    OK(wb_grad(&sum, 1, &other, 1, NULL, 0, 0, &gradient));
    for (int i = 0; i < N; i++) EXPECT(at(gradient, i) == 0);
    OK(wb_grad(&sum, 1, &other, 1, NULL, 0, 1, &gradient));
    EXPECT(gradient == NULL);
    OK(wb_scope_end());
}

static void a_variable_is_a_constant_to_what_is_outside_and_passes_derivatives_through(void) {
    wb_tensor *inner = NULL, *product = NULL;
    OK(wb_scope_begin());
    wb_tensor *x = variable(N, X);
    OK(wb_variable(x, &inner));
    OK(wb_multiply(inner, x, &product));
    wb_tensor *sum = total(product);
    wb_tensor *partial = gradient_of(sum, inner, 1), *whole = gradient_of(sum, x, 1);
    for (int i = 0; i < N; i++) {
        CLOSE(at(partial, i), X[i], 1e-14);
        CLOSE(at(whole, i), 2 * X[i], 1e-14);
    }

    wb_tensor *constant = NULL;
    int32_t depends = -1;
    OK(wb_tensor_depends_on_leaf(sum, &depends));
    EXPECT(depends == 1);
    OK(wb_tensor_detach(x, &constant));
    OK(wb_variable(constant, &inner));
    OK(wb_tensor_depends_on_leaf(inner, &depends));
    EXPECT(depends == 0);

    int32_t flags = -1;
    OK(wb_grad_flags((wb_tensor *[]){constant, x}, 2, &flags));
    EXPECT(flags == (WB_GRAD_ENABLED | WB_GRAD_REQUIRED));
    OK(wb_set_grad_enabled(0, NULL));
    OK(wb_grad_flags(&constant, 1, &flags));
    EXPECT(flags == 0);
    OK(wb_set_grad_enabled(1, NULL));
    OK(wb_scope_end());
}

static void nothing_is_recorded_while_gradients_are_disabled(void) {
    wb_tensor *y = NULL, *cut = NULL;
    int32_t previous = -1, enabled = -1, needs = -1, leaf = -1;
    OK(wb_scope_begin());
    wb_tensor *x = variable(N, X);
    OK(wb_set_grad_enabled(0, &previous));
    EXPECT(previous == 1);
    OK(wb_get_grad_enabled(&enabled));
    EXPECT(enabled == 0);
    OK(wb_square(x, &y));
    OK(wb_set_grad_enabled(previous, NULL));
    OK(wb_tensor_get_requires_grad(y, &needs));
    EXPECT(needs == 0);
    OK(wb_square(x, &y));
    OK(wb_tensor_get_requires_grad(y, &needs));
    OK(wb_tensor_is_leaf(y, &leaf));
    EXPECT(needs == 1 && leaf == 0);
    OK(wb_tensor_detach(y, &cut));
    OK(wb_tensor_get_requires_grad(cut, &needs));
    EXPECT(needs == 0);
    OK(wb_scope_end());
}

static void count_release(void *context) { ++*(int *)context; }

static void borrowed_memory_is_read_in_place_and_released_once(void) {
    double memory[N] = {1, 2, 3, 4};
    int released = 0;
    wb_tensor *x = NULL, *y = NULL;
    const void *address = NULL;
    OK(wb_tensor_borrow(WB_FLOAT64, SHAPE(N), memory, count_release, &released, &x));
    OK(wb_tensor_data(x, &address));
    EXPECT(address == memory);
    OK(wb_square(x, &y));
    OK(wb_tensor_free(x));
    EXPECT(released == 0); // y is not computed yet
    EXPECT(at(y, 3) == 16);
    OK(wb_tensor_free(y));
    EXPECT(released == 1);
    EXPECT(memory[0] == 1 && memory[3] == 4);

    // Writing to a tensor that borrows leaves the lent memory as it is.
    const double other[N] = {9, 8, 7, 6};
    released = 0;
    OK(wb_tensor_borrow(WB_FLOAT64, SHAPE(N), memory, count_release, &released, &x));
    OK(wb_tensor_write(x, other, sizeof other));
    EXPECT(at(x, 0) == 9 && memory[0] == 1);
    OK(wb_tensor_free(x));
    EXPECT(released == 1);

    // A failed call takes nothing, and releases nothing.
    released = 0;
    REFUSED(wb_tensor_borrow(WB_FLOAT64, 1, (const int64_t[]){-4}, memory, count_release, &released, &x), "-4");
    EXPECT(released == 0);
}

static void an_address_taken_from_a_detached_tensor_keeps_its_values(void) {
    wb_tensor *x = VECTOR(1, 2), *kept = NULL;
    const void *address = NULL;
    OK(wb_tensor_detach(x, &kept));
    OK(wb_tensor_data(kept, &address));
    OK(wb_tensor_write(x, (const double[]){5, 6}, 2 * sizeof(double)));
    EXPECT(address && ((const double *)address)[0] == 1 && at(x, 0) == 5);
    OK(wb_tensor_free(x));
    OK(wb_tensor_free(kept));
}

static void a_program_may_be_given_the_tensor_that_it_writes(void) {
    wb_tensor *doubled = NULL, *moved = NULL, *product = NULL, *out = NULL;
    wb_program *program = NULL;
    OK(wb_scope_begin());
    wb_tensor *p = VECTOR(1, 2), *argument = VECTOR(0, 0);
    // p = 2 p + argument; the result, argument * p, is computed after it.
    OK(wb_capture_begin(&argument, 1));
    OK(wb_binary_scalar(WB_BINARY_MULTIPLY, p, 2, 0, &doubled));
    OK(wb_add(doubled, argument, &moved));
    OK(wb_tensor_assign(p, moved));
    OK(wb_multiply(argument, p, &product));
    OK(wb_capture_end(&product, 1, &program));
    double want[2] = {1, 2};
    for (int run = 0; run < 9; run++) {
        double results[2] = {0, 0}, ones[2] = {1, 1};
        switch (run % 3) {
        case 0: // the tensor itself
            OK(wb_program_run(program, &p, 1, &out, 1));
            for (int i = 0; i < 2; i++) EXPECT(at(out, i) == want[i] * 3 * want[i]);
            for (int i = 0; i < 2; i++) want[i] *= 3;
            break;
        case 1: // memory, with and without room for the result
            OK(wb_program_run_pointers(program, (const void *[]){ones}, 1, (void *[]){results}, 1));
            for (int i = 0; i < 2; i++) want[i] = 2 * want[i] + 1;
            EXPECT(results[0] == want[0] && results[1] == want[1]);
            break;
        default:
            OK(wb_program_run_pointers(program, (const void *[]){ones}, 1, run == 2 ? NULL : (void *[]){NULL}, 1));
            for (int i = 0; i < 2; i++) want[i] = 2 * want[i] + 1;
        }
        EXPECT(at(p, 0) == want[0] && at(p, 1) == want[1]);
    }
    OK(wb_program_free(program));
    OK(wb_scope_end());
}

int main(void) {
    RUN(three_derivatives_of_a_cube);
    RUN(gradients_of_a_matrix_product);
    RUN(the_gradient_of_cross_entropy_is_softmax_minus_target);
    RUN(the_gradient_of_binary_cross_entropy_is_sigmoid_minus_target);
    RUN(large_logits_and_certain_probabilities_stay_finite);
    RUN(forward_mode_pushes_a_tangent_through_a_chain);
    RUN(taylor_mode_gives_all_derivatives_along_a_curve);
    RUN(hessian_vector_products_of_the_rosenbrock_function);
    RUN(forward_and_reverse_mode_agree_on_a_small_network);
    RUN(backward_accumulates_and_can_be_kept);
    RUN(what_an_output_does_not_depend_on_has_a_zero_or_no_gradient);
    RUN(a_variable_is_a_constant_to_what_is_outside_and_passes_derivatives_through);
    RUN(nothing_is_recorded_while_gradients_are_disabled);
    RUN(borrowed_memory_is_read_in_place_and_released_once);
    RUN(an_address_taken_from_a_detached_tensor_keeps_its_values);
    RUN(a_program_may_be_given_the_tensor_that_it_writes);
    return finish();
}
