/* Calls that the host ends before their time: callbacks that are cut off, and blocks that close what is open. */
#include "check.h"

static wb_tensor *numbers(void) {
    float values[] = {1, 2, 3};
    int64_t shape[] = {3};
    wb_tensor *x;
    OK(wb_tensor_create(WB_FLOAT32, 1, shape, values, &x));
    OK(wb_tensor_set_requires_grad(x, 1));
    return x;
}

/* What a hook says by wb_callback_done, and what it returns. */
struct end {
    int says;
    int32_t said;
    wb_status returned;
};

static wb_status confirming(void *context, const wb_tensor *gradient, wb_tensor **replacement) {
    (void)gradient;
    (void)replacement;
    struct end *end = context;
    if (end->says) wb_callback_done(end->said);
    return end->returned;
}

static wb_status backward_with(struct end *end, int *has_gradient) {
    wb_tensor *x = numbers(), *y, *sum, *gradient;
    OK(wb_tensor_register_hook(x, confirming, NULL, end));
    OK(wb_multiply(x, x, &y));
    OK(wb_sum(y, &sum));
    wb_status status = wb_backward(sum, NULL, 0);
    OK(wb_tensor_grad(x, &gradient));
    *has_gradient = gradient != NULL;
    if (gradient) OK(wb_tensor_free(gradient));
    OK(wb_tensor_free(x));
    OK(wb_tensor_free(y));
    OK(wb_tensor_free(sum));
    return status;
}

static void a_confirming_callback_counts_by_what_it_says_alone(void) {
    int has_gradient;
    struct end before = {0, 0, WB_OK};
    EXPECT(backward_with(&before, &has_gradient) == WB_OK && has_gradient);
    OK(wb_callback_confirms((const void *)confirming));
    FAILS(wb_callback_confirms(NULL), WB_ERROR_ARGUMENT, "null");
    struct end ends[] = {{1, WB_OK, (wb_status)939726368}, {0, 0, WB_OK}, {0, 0, (wb_status)939726368}, {1, WB_ERROR_SHAPE, WB_OK}, {1, WB_ERROR_INTERRUPTED, WB_OK}};
    wb_status expected[] = {WB_OK, WB_ERROR_INTERRUPTED, WB_ERROR_INTERRUPTED, WB_ERROR_SHAPE, WB_ERROR_INTERRUPTED};
    for (int i = 0; i < 5; i++) {
        EXPECT(backward_with(&ends[i], &has_gradient) == expected[i]);
        EXPECT(has_gradient == (expected[i] == WB_OK));
    }
}

static void a_block_ends_with_everything_as_it_was(void) {
    wb_tensor *x = numbers(), *variable;
    int32_t axis = 0, flags;
    for (int32_t changes = 0; changes < 128; changes++) {
        OK(wb_block_begin(changes));
        OK(wb_grad_flags(NULL, 0, &flags));
        if (changes & WB_BLOCK_TRANSFORM) EXPECT(flags & WB_GRAD_TRANSFORM);
        if (changes & WB_BLOCK_BFLOAT16) EXPECT(flags & WB_GRAD_BFLOAT16);
        OK(wb_block_begin(0));
        OK(wb_set_grad_enabled(0, NULL));
        OK(wb_set_autocast(WB_BFLOAT16, NULL));
        OK(wb_vmap_begin(&x, &axis, 1, WB_RANDOMNESS_ERROR, &variable));
        OK(wb_tensor_free(variable));
        OK(wb_vmap_begin(&x, &axis, 1, WB_RANDOMNESS_ERROR, &variable));
        OK(wb_tensor_free(variable));
        OK(wb_capture_begin(NULL, 0));
        OK(wb_block_end());
        int32_t again;
        OK(wb_grad_flags(NULL, 0, &again));
        EXPECT(again == flags);
        OK(wb_block_end());
        OK(wb_grad_flags(NULL, 0, &flags));
        int then_off = (changes & WB_BLOCK_THEN_GRAD_OFF) != 0;
        EXPECT(flags == (then_off ? 0 : WB_GRAD_ENABLED));
        OK(wb_set_grad_enabled(1, NULL));
        FAILS(wb_vmap_cancel(), WB_ERROR_STATE, "vmap");
        FAILS(wb_capture_cancel(), WB_ERROR_STATE, "capture");
    }
    FAILS(wb_block_begin(128), WB_ERROR_ARGUMENT, "128");
    FAILS(wb_block_begin(-1), WB_ERROR_ARGUMENT, "-1");
    FAILS(wb_block_end(), WB_ERROR_STATE, "block");
    OK(wb_tensor_free(x));
}

int main(void) {
    RUN(a_confirming_callback_counts_by_what_it_says_alone);
    RUN(a_block_ends_with_everything_as_it_was);
    return finish();
}
