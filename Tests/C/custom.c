/* Derivative rules of the host: values, second derivatives, statuses of callbacks, contexts that are let go once,
 * handles that are not lost. */
#include "check.h"

enum { N = 4 };
static const double X[N] = {0.3, -1.25, 2, 0.75};

/* A context: what the rule is to do, and what happened to it. */
typedef struct rule {
    wb_tensor *x;    /* the input, for the cube's rules */
    wb_status fails; /* what the callback returns, after it has written its result */
    int wrong_shape, returns_lent, returns_garbage, calls_wrongly;
    int calls, released;
} rule;

static void release(void *context) { ((rule *)context)->released++; }

static wb_tensor *times(const wb_tensor *a, const wb_tensor *b) {
    wb_tensor *c = NULL;
    OK(wb_binary(WB_BINARY_MULTIPLY, a, b, &c));
    return c;
}

/* gradient * 3 x^2 */
static wb_tensor *slope(const rule *rule, const wb_tensor *along) {
    wb_tensor *three = NULL;
    OK(wb_tensor_full(WB_FLOAT64, 0, NULL, 3, &three));
    wb_tensor *squared = times(rule->x, rule->x), *scaled = times(squared, three), *result = times(along, scaled);
    OK(wb_tensor_free(squared));
    OK(wb_tensor_free(scaled));
    OK(wb_tensor_free(three));
    return result;
}

static wb_status vjp(void *context, wb_tensor *const *outputs, wb_tensor *const *cotangents, int32_t output_count,
                     const int32_t *needed, wb_tensor **gradients, int32_t input_count) {
    rule *rule = context;
    rule->calls++;
    EXPECT(output_count == 1 && input_count == 1 && needed[0] == 1 && outputs[0] && cotangents[0]);
    if (rule->returns_garbage) {
        gradients[0] = (wb_tensor *)&gradients;
        return WB_OK;
    }
    if (rule->calls_wrongly) return wb_binary(WB_BINARY_ADD, NULL, NULL, gradients);
    if (rule->returns_lent)
        gradients[0] = cotangents[0];
    else if (rule->wrong_shape)
        OK(wb_tensor_full(WB_FLOAT64, 0, NULL, 1, &gradients[0]));
    else
        gradients[0] = slope(rule, cotangents[0]);
    return rule->fails;
}

static wb_status jvp(void *context, wb_tensor *const *outputs, int32_t output_count, wb_tensor *const *tangents,
                     int32_t input_count, wb_tensor **tangents_out) {
    EXPECT(output_count == 1 && input_count == 1 && outputs[0]);
    tangents_out[0] = slope(context, tangents[0]);
    return WB_OK;
}

static wb_tensor *leaf(void) {
    wb_tensor *x = check_vector(N, X);
    OK(wb_tensor_set_requires_grad(x, 1));
    return x;
}

/* sum of x^3 with the given rules */
static wb_tensor *cubes(rule *rule, wb_vjp_callback by_vjp, wb_jvp_callback by_jvp) {
    int32_t before;
    OK(wb_set_grad_enabled(0, &before));
    wb_tensor *value = times(times(rule->x, rule->x), rule->x), *y = NULL, *sum = NULL;
    OK(wb_set_grad_enabled(before, NULL));
    OK(wb_custom(&rule->x, 1, &value, 1, by_vjp, by_jvp, release, rule, &y));
    OK(wb_sum(y, &sum));
    return sum;
}

static void derivatives_are_the_rules(void) {
    for (int kind = 0; kind < 3; kind++) {
        rule rule = {0};
        OK(wb_scope_begin());
        rule.x = leaf();
        wb_tensor *y = cubes(&rule, kind == 1 ? NULL : vjp, kind == 0 ? NULL : jvp), *first = NULL, *sum = NULL,
                  *second = NULL;
        OK(wb_grad(&y, 1, &rule.x, 1, NULL, 1, 0, &first));
        OK(wb_sum(first, &sum));
        OK(wb_grad(&sum, 1, &rule.x, 1, NULL, 0, 0, &second));
        wb_tensor *ones = check_vector(N, (const double[]){1, 1, 1, 1}), *product = NULL;
        OK(wb_hvp(y, &rule.x, 1, &ones, &product));
        for (int i = 0; i < N; i++) {
            CLOSE(at(first, i), 3 * X[i] * X[i], 1e-14);
            CLOSE(at(second, i), 6 * X[i], 1e-14);
            CLOSE(at(product, i), 6 * X[i], 1e-14);
        }
        EXPECT(rule.released == 0);
        OK(wb_scope_end());
        EXPECT(rule.released == 1);
    }
}

static void a_callbacks_status_comes_out(void) {
    const wb_status statuses[] = {WB_ERROR_ARGUMENT,  WB_ERROR_SHAPE,  WB_ERROR_DTYPE,      WB_ERROR_INDEX,
                                  WB_ERROR_HANDLE,    WB_ERROR_MEMORY, WB_ERROR_FILE,       WB_ERROR_FORMAT,
                                  WB_ERROR_STRUCTURE, WB_ERROR_STATE,  WB_ERROR_NOT_FINITE, WB_ERROR_UNSUPPORTED,
                                  WB_ERROR_INTERNAL};
    OK(wb_scope_begin());
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        rule rule = {.x = leaf(), .fails = statuses[i]};
        wb_tensor *y = cubes(&rule, vjp, NULL), *gradient = NULL;
        EXPECT(wb_grad(&y, 1, &rule.x, 1, NULL, 0, 0, &gradient) == statuses[i] && !gradient && rule.calls == 1);
        EXPECT(wb_backward(y, NULL, 0) == statuses[i] && rule.calls == 2);
        OK(wb_tensor_free(y));
    }
    rule odd = {.x = leaf(), .fails = (wb_status)77};
    FAILS(wb_backward(cubes(&odd, vjp, NULL), NULL, 0), WB_ERROR_ARGUMENT, "custom", "77");
    rule calling = {.x = leaf(), .calls_wrongly = 1};
    FAILS(wb_backward(cubes(&calling, vjp, NULL), NULL, 0), WB_ERROR_HANDLE, "custom", "null");
    OK(wb_scope_end());
    EXPECT(odd.released == 1 && calling.released == 1);
}

static void nonsense_from_a_callback_is_refused(void) {
    OK(wb_scope_begin());
    rule shape = {.x = leaf(), .wrong_shape = 1}, garbage = {.x = leaf(), .returns_garbage = 1},
         lent = {.x = leaf(), .returns_lent = 1};
    FAILS(wb_backward(cubes(&shape, vjp, NULL), NULL, 0), WB_ERROR_SHAPE, "custom", "gradient 0", "[4]", "[]");
    FAILS(wb_backward(cubes(&garbage, vjp, NULL), NULL, 0), WB_ERROR_HANDLE, "custom", "not made by this library");
    wb_tensor *gradient = NULL;
    OK(wb_backward(cubes(&lent, vjp, NULL), NULL, 0));
    OK(wb_tensor_grad(lent.x, &gradient));
    CLOSE(at(gradient, 2), 1, 0);
    OK(wb_scope_end());
}

static void wrong_registrations_are_refused_and_release_nothing(void) {
    rule rule = {0};
    wb_tensor *out = NULL;
    OK(wb_scope_begin());
    rule.x = leaf();
    FAILS(wb_custom(&rule.x, 1, &rule.x, 1, NULL, NULL, release, &rule, &out), WB_ERROR_ARGUMENT, "vjp");
    FAILS(wb_custom(NULL, 1, &rule.x, 1, vjp, NULL, release, &rule, &out), WB_ERROR_ARGUMENT, "custom");
    FAILS(wb_custom(&rule.x, 1, &rule.x, 1, vjp, NULL, release, &rule, NULL), WB_ERROR_ARGUMENT, "custom");
    FAILS(wb_custom(&rule.x, -1, &rule.x, 1, vjp, NULL, release, &rule, &out), WB_ERROR_ARGUMENT, "negative");
    FAILS(wb_tensor_register_hook(rule.x, NULL, release, &rule), WB_ERROR_ARGUMENT, "hook");
    FAILS(wb_tensor_register_hook(NULL, NULL, release, &rule), WB_ERROR_ARGUMENT, "hook");
    FAILS(wb_checkpoint(&rule.x, 1, &rule.x, 1, &out), WB_ERROR_ARGUMENT, "wb_variable");
    FAILS(wb_checkpoint(NULL, 0, &rule.x, 1, &out), WB_ERROR_ARGUMENT, "wb_variable");
    OK(wb_scope_end());
    EXPECT(rule.released == 0 && !out);
}

static wb_tensor *sine(const wb_tensor *x) {
    wb_tensor *y = NULL;
    OK(wb_unary(WB_UNARY_SIN, x, &y));
    return y;
}

/* y1 = x1 + sin x2, y2 = x2 + p y1, twice; p is a leaf from outside. */
static void a_reversible_chain_has_the_derivatives_of_its_formula(void) {
    OK(wb_scope_begin());
    wb_tensor *x1 = leaf(), *x2 = leaf(), *p = leaf(), *f[2], *fy[2], *g[2], *gy[2], *y1 = NULL, *y2 = NULL,
              *sum = NULL;
    for (int k = 0; k < 2; k++) {
        OK(wb_variable(x2, &f[k]));
        fy[k] = sine(f[k]);
        OK(wb_variable(x1, &g[k]));
        gy[k] = times(p, g[k]);
    }
    OK(wb_reversible(x1, x2, f, fy, g, gy, 2, &y1, &y2));
    wb_tensor *a = x1, *b = x2, *next = NULL, *inputs[3] = {x1, x2, p}, *found[3] = {0}, *known[3] = {0};
    for (int k = 0; k < 2; k++) {
        OK(wb_add(a, sine(b), &next));
        a = next;
        OK(wb_add(b, times(p, a), &next));
        b = next;
    }
    for (int i = 0; i < N; i++) {
        CLOSE(at(y1, i), at(a, i), 0);
        CLOSE(at(y2, i), at(b, i), 0);
    }
    OK(wb_sum(times(y1, y2), &sum));
    OK(wb_grad(&sum, 1, inputs, 3, NULL, 0, 0, found));
    OK(wb_sum(times(a, b), &sum));
    OK(wb_grad(&sum, 1, inputs, 3, NULL, 0, 0, known));
    for (int j = 0; j < 3; j++)
        for (int i = 0; i < N; i++) CLOSE(at(found[j], i), at(known[j], i), 1e-13);

    y1 = NULL;
    FAILS(wb_reversible(x1, x2, f, fy, g, gy, 0, &y1, &y2), WB_ERROR_ARGUMENT, "reversible", "one block");
    FAILS(wb_reversible(x1, x2, f, fy, g, gy, -1, &y1, &y2), WB_ERROR_ARGUMENT, "negative");
    FAILS(wb_reversible(x1, x2, &x1, fy, g, gy, 1, &y1, &y2), WB_ERROR_ARGUMENT, "wb_variable");
    FAILS(wb_reversible(x1, x2, f, &sum, g, gy, 1, &y1, &y2), WB_ERROR_SHAPE, "F of block 0", "[4]");
    FAILS(wb_reversible(x1, NULL, f, fy, g, gy, 1, &y1, &y2), WB_ERROR_HANDLE, "reversible");
    FAILS(wb_reversible(x1, x2, f, fy, g, gy, 1, NULL, &y2), WB_ERROR_ARGUMENT, "null");
    EXPECT(!y1);
    OK(wb_scope_end());
}

static void a_recorded_function_says_what_it_captured_and_can_be_called_again(void) {
    OK(wb_scope_begin());
    wb_tensor *x = leaf(), *p = leaf(), *variable = NULL, *captures[2] = {0}, *result = NULL, *gradients[2] = {0};
    OK(wb_variable(x, &variable));
    wb_tensor *y = times(times(variable, p), p);
    int32_t count = 0;
    OK(wb_function_captures(&variable, 1, &y, 1, NULL, 0, &count));
    EXPECT(count == 1);
    OK(wb_function_captures(&variable, 1, &y, 1, captures, 2, &count));
    EXPECT(count == 1 && captures[0] && !captures[1]);
    wb_tensor *arguments[2] = {leaf(), leaf()};
    OK(wb_function_call(&variable, 1, &y, 1, arguments, 2, &result));
    OK(wb_sum(result, &result));
    OK(wb_grad(&result, 1, arguments, 2, NULL, 0, 0, gradients));
    for (int i = 0; i < N; i++) {
        CLOSE(at(gradients[0], i), X[i] * X[i], 1e-15);
        CLOSE(at(gradients[1], i), 2 * X[i] * X[i], 1e-15);
    }
    FAILS(wb_function_call(&variable, 1, &y, 1, arguments, 1, &result), WB_ERROR_ARGUMENT, "2 arguments");
    arguments[1] = NULL;
    FAILS(wb_function_call(&variable, 1, &y, 1, arguments, 2, &result), WB_ERROR_HANDLE, "function_call");
    arguments[1] = result;
    FAILS(wb_function_call(&variable, 1, &y, 1, arguments, 2, &result), WB_ERROR_SHAPE, "argument 1", "[4]");
    FAILS(wb_function_captures(&x, 1, &y, 1, NULL, 0, &count), WB_ERROR_ARGUMENT, "wb_variable");
    FAILS(wb_function_captures(&variable, 1, &y, 1, NULL, 1, &count), WB_ERROR_ARGUMENT, "null");
    OK(wb_scope_end());
}

static void a_sequential_with_checkpoints_has_the_same_bits(void) {
    OK(wb_scope_begin());
    wb_module *layers[8], *model = NULL;
    for (int k = 0; k < 8; k++) layers[k] = module_of(k % 2 ? "Tanh()" : "Linear(4, 4)", WB_FLOAT64);
    OK(wb_module_sequential(layers, 8, &model));
    const int32_t segments[] = {0, -1, 2, 8};
    double first[N];
    for (int k = 0; k < 4; k++) {
        wb_tensor *y = NULL, *sum = NULL, *gradient = NULL, *x = leaf();
        OK(wb_module_set_checkpoint(model, segments[k]));
        OK(wb_module_forward(model, x, &y));
        OK(wb_sum(y, &sum));
        OK(wb_grad(&sum, 1, &x, 1, NULL, 0, 0, &gradient));
        for (int i = 0; i < N; i++) {
            if (!k) first[i] = at(gradient, i);
            EXPECT(at(gradient, i) == first[i]);
        }
    }
    FAILS(wb_module_set_checkpoint(model, -2), WB_ERROR_ARGUMENT, "-2");
    FAILS(wb_module_set_checkpoint(layers[0], 2), WB_ERROR_UNSUPPORTED, "Linear");
    FAILS(wb_module_set_checkpoint(NULL, 2), WB_ERROR_HANDLE, "null");
    OK(wb_module_set_checkpoint(model, 9));
    wb_tensor *y = NULL, *x = leaf();
    FAILS(wb_module_forward(model, x, &y), WB_ERROR_ARGUMENT, "9 segments");
    OK(wb_module_free(model));
    for (int k = 0; k < 8; k++) OK(wb_module_free(layers[k]));
    OK(wb_scope_end());
}

static wb_status doubled(void *context, const wb_tensor *gradient, wb_tensor **replacement) {
    rule *rule = context;
    rule->calls++;
    if (rule->fails) return rule->fails;
    return wb_binary_scalar(WB_BINARY_MULTIPLY, gradient, 2, 0, replacement);
}

static void a_hook_sees_and_replaces_a_gradient(void) {
    rule rule = {0};
    OK(wb_scope_begin());
    wb_tensor *x = leaf(), *y = NULL, *sum = NULL, *gradient = NULL;
    OK(wb_binary_scalar(WB_BINARY_MULTIPLY, x, 3, 0, &y));
    OK(wb_tensor_register_hook(y, doubled, release, &rule));
    OK(wb_sum(y, &sum));
    OK(wb_grad(&sum, 1, &x, 1, NULL, 0, 0, &gradient));
    CLOSE(at(gradient, 0), 6, 0);
    rule.fails = WB_ERROR_UNSUPPORTED;
    FAILS(wb_backward(sum, NULL, 0), WB_ERROR_UNSUPPORTED, "register_hook");
    EXPECT(rule.calls == 2 && rule.released == 0);
    OK(wb_scope_end());
    EXPECT(rule.released == 1);
}

int main(void) {
    RUN(derivatives_are_the_rules);
    RUN(a_callbacks_status_comes_out);
    RUN(nonsense_from_a_callback_is_refused);
    RUN(wrong_registrations_are_refused_and_release_nothing);
    RUN(a_reversible_chain_has_the_derivatives_of_its_formula);
    RUN(a_recorded_function_says_what_it_captured_and_can_be_called_again);
    RUN(a_sequential_with_checkpoints_has_the_same_bits);
    RUN(a_hook_sees_and_replaces_a_gradient);
    return finish();
}
