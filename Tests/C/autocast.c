/* Matrix products in bfloat16: wb_set_autocast. */
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
    EXPECT(plan && strstr(plan, "matmul 1x1x1 bfloat16"));
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

static void no_tensor_and_no_module_is_bfloat16(void) {
    const float values[2] = {1, 2};
    wb_tensor *tensor = NULL, *out = NULL;
    wb_module *module = NULL;
    wb_dtype dtype = WB_BOOL;
    OK(wb_scope_begin());
    OK(wb_tensor_full(WB_FLOAT32, SHAPE(2), 1, &tensor));
    FAILS(wb_tensor_create(WB_BFLOAT16, SHAPE(2), values, &out), WB_ERROR_DTYPE, "bfloat16");
    FAILS(wb_tensor_borrow(WB_BFLOAT16, SHAPE(2), values, NULL, NULL, &out), WB_ERROR_DTYPE, "bfloat16");
    FAILS(wb_tensor_full(WB_BFLOAT16, SHAPE(2), 1, &out), WB_ERROR_DTYPE, "bfloat16");
    FAILS(wb_cast(tensor, WB_BFLOAT16, &out), WB_ERROR_DTYPE, "bfloat16");
    FAILS(wb_promote(WB_BFLOAT16, WB_FLOAT32, &dtype), WB_ERROR_DTYPE, "bfloat16");
    FAILS(wb_module_create("Linear(2, 3)", WB_BFLOAT16, &module), WB_ERROR_DTYPE, "bfloat16");
    EXPECT(wb_dtype_size(WB_BFLOAT16) == 0);
    EXPECT(!out && !module && dtype == WB_BOOL);
    OK(wb_scope_end());
}

int main(void) {
    RUN(products_round_their_operands_and_nothing_else_does);
    RUN(a_captured_program_keeps_the_mode_it_was_captured_in);
    RUN(the_mode_belongs_to_its_thread_and_shows_in_the_flags);
    RUN(what_is_no_mode_is_refused_and_changes_nothing);
    RUN(no_tensor_and_no_module_is_bfloat16);
    return finish();
}
