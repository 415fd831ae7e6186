/* Mixed precision, wb_set_autocast, and tensors of 16 bits. */
#include <pthread.h>

#include "check.h"

static wb_dtype mode(void) {
    wb_dtype dtype = WB_BOOL;
    OK(wb_get_autocast(&dtype));
    return dtype;
}

/* 1 + 2^-9 is no bfloat16 number and rounds to 1; its square, 1 + 2^-8 + 2^-18, and 1 are far apart in float32. */
static void products_round_their_operands_and_nothing_else_does(void) {
    const float fine = 1 + 0x1p-9f;
    wb_tensor *x = NULL, *y = NULL, *gradient = NULL;
    wb_dtype previous = WB_BOOL;
    OK(wb_scope_begin());
    OK(wb_tensor_full(WB_FLOAT32, SHAPE(1, 1), fine, &x));
    OK(wb_tensor_set_requires_grad(x, 1));
    OK(wb_matmul(x, x, &y));
    EXPECT(item(y) == fine * fine);
    OK(wb_set_autocast(WB_BFLOAT16, &previous));
    EXPECT(previous == WB_FLOAT32 && mode() == WB_BFLOAT16);
    OK(wb_square(x, &y));
    EXPECT(item(y) == fine * fine);
    OK(wb_matmul(x, x, &y));
    OK(wb_set_autocast(previous, &previous));
    EXPECT(previous == WB_BFLOAT16 && mode() == WB_FLOAT32);
    EXPECT(item(y) == 1);
    /* Derivatives round as their product did, whatever holds when they are taken. */
    OK(wb_backward(y, NULL, 0));
    OK(wb_tensor_grad(x, &gradient));
    EXPECT(item(gradient) == 2);
    EXPECT(item(x) == fine);
    OK(wb_scope_end());
}

static void a_captured_program_keeps_the_mode_it_was_captured_in(void) {
    const float fine = 1 + 0x1p-9f;
    wb_tensor *x = NULL, *y = NULL, *results[2] = {NULL, NULL};
    wb_program *program = NULL;
    const char *plan = NULL;
    OK(wb_scope_begin());
    OK(wb_tensor_full(WB_FLOAT32, SHAPE(1, 1), fine, &x));
    OK(wb_capture_begin(&x, 1));
    OK(wb_matmul(x, x, &results[0]));
    OK(wb_set_autocast(WB_BFLOAT16, NULL));
    OK(wb_matmul(x, x, &results[1]));
    OK(wb_set_autocast(WB_FLOAT32, NULL));
    OK(wb_capture_end(results, 2, &program));
    OK(wb_program_run(program, &x, 1, results, 2));
    EXPECT(item(results[0]) == fine * fine && item(results[1]) == 1);
    OK(wb_program_explain(program, &plan));
    EXPECT(plan && strstr(plan, "cast"));
    OK(wb_tensor_full(WB_FLOAT32, SHAPE(1, 1), 2, &y));
    OK(wb_program_run(program, &y, 1, results, 2));
    EXPECT(item(results[0]) == 4 && item(results[1]) == 4);
    OK(wb_program_free(program));
    OK(wb_scope_end());
}

static void *mode_of_another_thread(void *found) {
    *(wb_dtype *)found = mode();
    OK(wb_set_autocast(WB_BFLOAT16, NULL));
    return NULL;
}

static void the_mode_belongs_to_its_thread_and_shows_in_the_flags(void) {
    pthread_t thread;
    wb_dtype found = WB_BOOL;
    int32_t flags = -1;
    OK(wb_set_autocast(WB_BFLOAT16, NULL));
    OK(wb_grad_flags(NULL, 0, &flags));
    EXPECT(flags == (WB_GRAD_ENABLED | WB_GRAD_BFLOAT16));
    if (pthread_create(&thread, NULL, mode_of_another_thread, &found)) abort();
    pthread_join(thread, NULL);
    EXPECT(found == WB_FLOAT32);
    OK(wb_set_autocast(WB_FLOAT32, NULL));
    if (pthread_create(&thread, NULL, mode_of_another_thread, &found)) abort();
    pthread_join(thread, NULL);
    EXPECT(found == WB_FLOAT32 && mode() == WB_FLOAT32);
    OK(wb_grad_flags(NULL, 0, &flags));
    EXPECT(flags == WB_GRAD_ENABLED);
}

static void what_is_no_mode_is_refused_and_changes_nothing(void) {
    const wb_dtype wrong[] = {WB_BOOL, WB_UINT8, WB_INT32, WB_INT64, WB_FLOAT64};
    wb_dtype previous = WB_BOOL;
    OK(wb_set_autocast(WB_BFLOAT16, NULL));
    for (int i = 0; i < 5; i++) FAILS(wb_set_autocast(wrong[i], &previous), WB_ERROR_DTYPE, "autocast", "bfloat16");
    FAILS(wb_set_autocast(WB_FLOAT64, NULL), WB_ERROR_DTYPE, "float64");
    REFUSED(wb_set_autocast((wb_dtype)999, &previous), "999");
    FAILS(wb_get_autocast(NULL), WB_ERROR_ARGUMENT, "null");
    EXPECT(previous == WB_BOOL && mode() == WB_BFLOAT16);
    OK(wb_set_autocast(WB_FLOAT32, NULL));
}

static void tensors_and_modules_of_16_bits_are_made_cast_and_promoted(void) {
    const uint16_t bfloat16[2] = {0x3f80, 0xc000}, float16[2] = {0x3c00, 0xc000}; /* 1, -2 */
    const struct {
        wb_dtype dtype;
        const uint16_t *bits;
    } kinds[2] = {{WB_BFLOAT16, bfloat16}, {WB_FLOAT16, float16}};
    OK(wb_scope_begin());
    for (int i = 0; i < 2; i++) {
        wb_dtype dtype = kinds[i].dtype, found = WB_BOOL;
        wb_tensor *x = NULL, *y = NULL;
        wb_module *module = NULL;
        const void *data = NULL;
        int32_t answer = -1;
        EXPECT(wb_dtype_size(dtype) == 2);
        OK(wb_tensor_create(dtype, SHAPE(2), kinds[i].bits, &x));
        OK(wb_sum(x, &y));
        EXPECT(item(y) == -1);
        OK(wb_cast(x, WB_FLOAT32, &y));
        OK(wb_cast(y, dtype, &y));
        OK(wb_tensor_data(y, &data));
        EXPECT(!memcmp(data, kinds[i].bits, 4));
        OK(wb_promote(dtype, WB_INT64, &found));
        EXPECT(found == dtype);
        OK(wb_promote(WB_BFLOAT16, WB_FLOAT16, &found));
        EXPECT(found == WB_FLOAT32);
        OK(wb_tensor_full(WB_FLOAT64, 0, NULL, 1, &y));
        OK(wb_result_type((wb_tensor *const[]){x, y}, 2, &found));
        EXPECT(found == dtype);
        OK(wb_can_cast(dtype, WB_INT64, &answer));
        EXPECT(answer == 0);
        OK(wb_module_create("Linear(2, 3)", dtype, &module));
        OK(wb_module_forward(module, x, &y));
        OK(wb_tensor_info(y, &found, NULL, 0, NULL, NULL));
        EXPECT(found == dtype);
        OK(wb_module_free(module));
    }
    FAILS(wb_result_type(NULL, 0, &(wb_dtype){WB_BOOL}), WB_ERROR_ARGUMENT, "result_type");
    OK(wb_scope_end());
}

int main(void) {
    RUN(products_round_their_operands_and_nothing_else_does);
    RUN(a_captured_program_keeps_the_mode_it_was_captured_in);
    RUN(the_mode_belongs_to_its_thread_and_shows_in_the_flags);
    RUN(what_is_no_mode_is_refused_and_changes_nothing);
    RUN(tensors_and_modules_of_16_bits_are_made_cast_and_promoted);
    return finish();
}
