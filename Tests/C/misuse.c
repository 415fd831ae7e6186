/* Calls that no sane program makes: modules without end, handles long gone, callbacks that call back, threads that
 * leave in the middle. None may crash, hang, leak or print, and each refusal says what was wrong. */
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <unistd.h>

#include "problem.h"

enum { LEVELS = 200 }; // modules in a chain, the outermost and the innermost included

static wb_module *container(void) {
    wb_module *module = NULL;
    OK(wb_module_host("Box", NULL, NULL, NULL, &module));
    return module;
}

static void modules_nest_200_levels_deep_and_no_deeper_built_from_outside(void) {
    wb_module *outermost = container(), *inner = outermost, *next = NULL;
    const char *text = NULL;
    int32_t count = -1;
    OK(wb_scope_begin());
    for (int level = 1; level < LEVELS; level++, inner = next) {
        next = container();
        OK(wb_module_add(inner, "child", next));
    }
    next = container();
    FAILS(wb_module_add(inner, "child", next), WB_ERROR_ARGUMENT, "200");
    OK(wb_module_parameter_count(outermost, &count));
    EXPECT(count == 0);
    OK(wb_module_describe(outermost, &text));
    OK(wb_module_set_training(outermost, 0));
    OK(wb_scope_end());
    OK(wb_module_free(outermost));
}

static void modules_nest_200_levels_deep_and_no_deeper_built_from_inside(void) {
    wb_module *outer = container(), *next = NULL, *replacement = NULL;
    int32_t count = -1;
    for (int level = 1; level < LEVELS; level++, outer = next) {
        next = container();
        OK(wb_module_add(next, "child", outer));
        OK(wb_module_free(outer));
    }
    next = container();
    FAILS(wb_module_add(next, "child", outer), WB_ERROR_ARGUMENT, "200");
    replacement = container();
    OK(wb_module_add(outer, "child", replacement)); // what it held is gone, so there is room again
    OK(wb_module_add(next, "child", outer));
    OK(wb_module_child_count(next, &count));
    EXPECT(count == 1);
    OK(wb_module_free(replacement));
    OK(wb_module_free(outer));
    OK(wb_module_free(next));
}

/* Every module is there twice in the one above it: 2^60 paths lead to the innermost. */
static void a_shared_module_is_visited_once(void) {
    wb_module *outer = container(), *layer = module_of("Linear(2, 1)", WB_FLOAT32);
    int32_t count = -1, training = -1;
    OK(wb_module_add(outer, "layer", layer));
    for (int level = 0; level < 60; level++) {
        wb_module *next = container();
        OK(wb_module_add(next, "a", outer));
        OK(wb_module_add(next, "b", outer));
        OK(wb_module_free(outer));
        outer = next;
    }
    OK(wb_module_parameter_count(outer, &count));
    EXPECT(count == 2);
    OK(wb_module_set_training(outer, 0));
    OK(wb_module_get_training(layer, &training));
    EXPECT(training == 0);
    FAILS(wb_module_add(layer, "circle", outer), WB_ERROR_ARGUMENT, "itself");
    const char *text = NULL;
    OK(wb_module_describe(outer, &text));
    EXPECT(strlen(text) < 4 << 20 && strstr(text, "..."));
    OK(wb_module_cast(outer, WB_FLOAT64));
    OK(wb_module_zero_grad(outer));
    int32_t needs = -1;
    OK(wb_module_needs_host(outer, &needs));
    EXPECT(needs == 1);
    OK(wb_module_free(layer));
    OK(wb_module_free(outer));
}

static void the_expression_of_a_shared_module_names_it_once(void) {
    wb_module *outer = module_of("Linear(2, 2)", WB_FLOAT32), *again = NULL;
    const char *text = NULL;
    int32_t count = -1;
    for (int level = 0; level < 60; level++) {
        wb_module *next = NULL;
        OK(wb_module_sequential((wb_module *[]){outer, outer}, 2, &next));
        OK(wb_module_free(outer));
        outer = next;
    }
    OK(wb_module_expression(outer, &text));
    EXPECT(strlen(text) < 16000 && strstr(text, "Linear(2, 2)") &&
           !strstr(strstr(text, "Linear(2, 2)") + 1, "Linear(2, 2)"));
    char *kept = strdup(text);
    OK(wb_module_create(kept, WB_FLOAT32, &again));
    OK(wb_module_parameter_count(again, &count));
    EXPECT(count == 2);
    OK(wb_module_expression(again, &text));
    EXPECT(strcmp(text, kept) == 0);
    free(kept);
    OK(wb_module_free(outer));
    OK(wb_module_free(again));
}

static void a_handle_freed_long_ago_stays_freed(void) {
    const int rounds = watched() ? 1000 : (1 << 20) + 8;
    double value = 0;
    wb_tensor *first = VECTOR(1), *last = NULL;
    OK(wb_tensor_free(first));
    for (int i = 0; i < rounds; i++) {
        if (wb_tensor_full(WB_FLOAT64, 0, NULL, 2, &last) != WB_OK || last == first) break;
        wb_tensor_free(last);
    }
    EXPECT(last != first);
    FAILS(wb_tensor_item(first, &value), WB_ERROR_HANDLE, "freed");
}

static void a_scope_does_not_grow_with_handles_that_are_freed_in_it(void) {
    const int rounds = watched() ? 1000 : 300000;
    int64_t before = 0;
    OK(wb_scope_begin());
    wb_tensor *kept = VECTOR(3);
    for (int i = 0; i < rounds; i++) {
        wb_tensor *tensor = NULL;
        if (i == rounds / 10) before = resident();
        if (wb_tensor_full(WB_FLOAT64, 0, NULL, 1, &tensor) == WB_OK) wb_tensor_free(tensor);
    }
    if (!watched()) EXPECT(resident() - before < 1 << 20);
    EXPECT(item(kept) == 3);
    OK(wb_scope_end());
    FAILS(wb_tensor_rank(kept, &(int32_t){0}), WB_ERROR_HANDLE, "freed");
}

/* ------------------------------------------------------------------ callbacks */

static double lent[4] = {1, 2, 3, 4};
static int released;
static pthread_mutex_t of_the_host = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t both_are_ready;

static wb_tensor *lend(wb_release_callback release) {
    wb_tensor *tensor = NULL;
    OK(wb_tensor_borrow(WB_FLOAT64, SHAPE(4), lent, release, NULL, &tensor));
    return tensor;
}

static void call_the_library(void *ignored) {
    (void)ignored;
    wb_tensor *x = VECTOR(1, 2), *sum = NULL;
    const char *text = NULL;
    wb_module *module = container();
    OK(wb_sum(x, &sum));
    EXPECT(item(sum) == 3);
    OK(wb_module_describe(module, &text));
    FAILS(wb_matmul(x, sum, &sum), WB_ERROR_SHAPE, "matmul");
    OK(wb_module_free(module));
    OK(wb_tensor_free(sum));
    OK(wb_tensor_free(x));
    released++;
}

static void a_release_callback_may_call_the_library_and_hides_no_error_or_text(void) {
    wb_tensor *y = NULL, *x = lend(call_the_library);
    wb_module *module = container();
    const char *text = NULL;
    released = 0;
    OK(wb_module_describe(module, &text));
    FAILS(wb_reshape(x, SHAPE(3), &y), WB_ERROR_SHAPE, "reshape");
    OK(wb_tensor_free(x));
    EXPECT(released == 1 && strstr(wb_last_error(), "reshape") && strcmp(text, "Box()") == 0);

    x = lend(call_the_library);
    OK(wb_exp(x, &y));
    OK(wb_tensor_free(x));
    EXPECT(released == 1);
    OK(wb_eval(&y, 1)); // the last use
    EXPECT(released == 2);
    CLOSE(at(y, 0), exp(1), 1e-14);
    OK(wb_tensor_free(y));

    OK(wb_scope_begin());
    lend(call_the_library);
    OK(wb_scope_end());
    EXPECT(released == 3);
    OK(wb_module_free(module));
}

static void take_the_hosts_lock(void *ignored) {
    (void)ignored;
    pthread_mutex_lock(&of_the_host);
    released++;
    pthread_mutex_unlock(&of_the_host);
}

static void *call_with_the_hosts_lock(void *ignored) {
    int32_t threads = 0;
    (void)ignored;
    pthread_barrier_wait(&both_are_ready);
    for (int i = 0; i < 20000; i++) {
        pthread_mutex_lock(&of_the_host);
        wb_get_num_threads(&threads);
        pthread_mutex_unlock(&of_the_host);
    }
    return NULL;
}

/* A callback that waits for a thread which waits for the library. */
static void a_release_callback_holds_no_lock_of_the_library(void) {
    pthread_t other;
    released = 0;
    pthread_barrier_init(&both_are_ready, NULL, 2);
    EXPECT(pthread_create(&other, NULL, call_with_the_hosts_lock, NULL) == 0);
    pthread_barrier_wait(&both_are_ready);
    alarm(120); // a deadlock ends here
    for (int i = 0; i < 20000; i++) OK(wb_tensor_free(lend(take_the_hosts_lock)));
    pthread_join(other, NULL);
    alarm(0);
    pthread_barrier_destroy(&both_are_ready);
    EXPECT(released == 20000);
}

static problem data;
static wb_trainer *trainer;
static wb_dataset *dataset;
static int calls;

static int32_t fit_again(void *context, const wb_progress *progress) {
    (void)context, (void)progress;
    calls++;
    FAILS(wb_trainer_fit(trainer, dataset, NULL, NULL, NULL), WB_ERROR_STATE, "fit");
    return 0;
}

static void training_inside_its_own_callback_is_refused(void) {
    wb_module *model = perceptron(FEATURES, 8, CLASSES, 1);
    wb_optimizer *optimizer = optimizer_for(model, ADAM);
    int64_t epoch = 0, step = 0, total = 0;
    dataset = problem_dataset(&data);
    calls = 0;
    trainer = trainer_for(model, optimizer);
    OK(wb_trainer_set(trainer, WB_TRAINER_EPOCHS, 2));
    OK(wb_trainer_set(trainer, WB_TRAINER_BATCH_SIZE, BATCH));
    OK(wb_trainer_fit(trainer, dataset, fit_again, NULL, NULL));
    OK(wb_trainer_position(trainer, &epoch, &step, &total));
    EXPECT(epoch == 2 && step == 0 && total == 2 * ROWS / BATCH && calls == total);
    OK(wb_trainer_fit(trainer, dataset, NULL, NULL, NULL)); // the refusal ends with the training

    // Numbers at the end of their range.
    const double huge = 9223372036854774784.0; // the largest float64 below 2^63
    OK(wb_trainer_set(trainer, WB_TRAINER_EPOCHS, 3));
    OK(wb_trainer_set(trainer, WB_TRAINER_MAX_STEPS, huge));
    OK(wb_trainer_set(trainer, WB_TRAINER_BATCH_SIZE, huge));
    OK(wb_trainer_set(trainer, WB_TRAINER_REPORT_EVERY, huge));
    OK(wb_trainer_fit(trainer, dataset, NULL, NULL, NULL));
    FAILS(wb_trainer_set(trainer, WB_TRAINER_SHUFFLE, 4294967297.0), WB_ERROR_ARGUMENT, "shuffle");

    // Training is about gradients, whatever the caller's mode.
    OK(wb_set_grad_enabled(0, NULL));
    OK(wb_trainer_set(trainer, WB_TRAINER_EPOCHS, 4));
    OK(wb_trainer_fit(trainer, dataset, NULL, NULL, NULL));
    OK(wb_set_grad_enabled(1, NULL));
    OK(wb_trainer_free(trainer));
    OK(wb_dataset_free(dataset));
    OK(wb_optimizer_free(optimizer));
    OK(wb_module_free(model));
}

/* ------------------------------------------------------------------ capture blocks */

static void a_capture_block_sees_what_it_has_done_to_a_tensor(void) {
    wb_tensor *x = VECTOR(1, 2), *y = NULL;
    int32_t requires = -1;
    OK(wb_capture_begin(NULL, 0));
    OK(wb_tensor_set_requires_grad(x, 1));
    OK(wb_tensor_get_requires_grad(x, &requires));
    EXPECT(requires == 1);
    OK(wb_square(x, &y));
    OK(wb_capture_cancel());
    OK(wb_tensor_get_requires_grad(x, &requires));
    EXPECT(requires == 0);
    OK(wb_tensor_free(y));
    OK(wb_tensor_free(x));
}

static void what_a_cancelled_block_recorded_has_no_values(void) {
    wb_tensor *x = VECTOR(1, 2), *y = NULL, *z = NULL;
    wb_program *program = NULL;
    double values[2];
    OK(wb_capture_begin(&x, 1));
    OK(wb_square(x, &y));
    FAILS(wb_tensor_read(y, values, sizeof values), WB_ERROR_STATE, "inside a capture block");
    OK(wb_capture_cancel());
    FAILS(wb_tensor_read(y, values, sizeof values), WB_ERROR_STATE, "has ended");
    OK(wb_capture_begin(&x, 1));
    REFUSED(wb_add(x, y, &z), "capture", "has ended");
    OK(wb_square(x, &z));
    OK(wb_capture_end(&z, 1, &program));
    OK(wb_program_free(program));
    OK(wb_tensor_free(y));
    OK(wb_tensor_free(z));
    OK(wb_tensor_free(x));
}

static void a_program_does_not_run_inside_a_capture_block(void) {
    wb_tensor *x = VECTOR(1, 2), *y = NULL;
    wb_program *program = NULL;
    OK(wb_capture_begin(&x, 1));
    OK(wb_square(x, &y));
    OK(wb_capture_end(&y, 1, &program));
    OK(wb_tensor_free(y));
    OK(wb_capture_begin(NULL, 0));
    FAILS(wb_program_run(program, &x, 1, &y, 1), WB_ERROR_STATE, "cannot run inside a capture block");
    FAILS(wb_program_run_pointers(program, (const void *[]){lent}, 1, NULL, 1), WB_ERROR_STATE,
          "cannot run inside a capture block");
    OK(wb_capture_cancel());
    OK(wb_program_free(program));
    OK(wb_tensor_free(x));
}

static void a_run_that_fails_leaves_no_gradient_where_there_was_none(void) {
    const int64_t right[2] = {0, 1}, wrong[2] = {0, 7};
    wb_tensor *logits = NULL, *labels = NULL, *loss = NULL, *gradient = NULL;
    wb_program *program = NULL;
    double value = 0;
    OK(wb_tensor_create(WB_FLOAT64, SHAPE(2, 3), NULL, &logits));
    OK(wb_tensor_set_requires_grad(logits, 1));
    OK(wb_tensor_create(WB_INT64, SHAPE(2), right, &labels));
    OK(wb_capture_begin(&labels, 1));
    OK(call_two("cross_entropy", logits, labels, &loss));
    OK(wb_backward(loss, NULL, 0));
    OK(wb_capture_end(&loss, 1, &program));
    FAILS(wb_program_run_pointers(program, (const void *[]){wrong}, 1, (void *[]){&value}, 1), WB_ERROR_INDEX, "7");
    OK(wb_tensor_grad(logits, &gradient));
    EXPECT(gradient == NULL);
    OK(wb_program_run_pointers(program, (const void *[]){right}, 1, (void *[]){&value}, 1));
    OK(wb_tensor_grad(logits, &gradient));
    CLOSE(at(gradient, 0), (1.0 / 3 - 1) / 2, 1e-14);
    OK(wb_tensor_free(gradient));
    FAILS(wb_program_run_pointers(program, (const void *[]){wrong}, 1, (void *[]){&value}, 1), WB_ERROR_INDEX, "7");
    OK(wb_tensor_grad(logits, &gradient));
    CLOSE(at(gradient, 0), (1.0 / 3 - 1) / 2, 1e-14);
    OK(wb_tensor_free(gradient));
    OK(wb_tensor_free(loss));
    OK(wb_tensor_free(labels));
    OK(wb_tensor_free(logits));
    OK(wb_program_free(program));
}

/* ------------------------------------------------------------------ threads that leave in the middle */

static wb_tensor *shared;

static void *leave_a_block_open(void *ignored) {
    wb_tensor *y = NULL;
    (void)ignored;
    OK(wb_capture_begin(&shared, 1));
    for (int i = 0; i < 20; i++) {
        OK(wb_exp(shared, &y));
        OK(wb_tensor_free(y));
    }
    return NULL;
}

static void *leave_a_scope_open(void *tensor) {
    OK(wb_scope_begin());
    *(wb_tensor **)tensor = VECTOR(5);
    return NULL;
}

static void a_thread_may_end_with_a_block_or_a_scope_open(void) {
    pthread_t other;
    wb_tensor *left = NULL;
    shared = VECTOR(1, 2);
    for (int i = 0; i < (watched() ? 20 : 500); i++) {
        wb_tensor *y = NULL;
        EXPECT(pthread_create(&other, NULL, leave_a_block_open, NULL) == 0);
        OK(wb_exp(shared, &y));
        OK(wb_tensor_free(y));
        pthread_join(other, NULL);
    }
    EXPECT(pthread_create(&other, NULL, leave_a_scope_open, &left) == 0);
    pthread_join(other, NULL);
    EXPECT(item(left) == 5); // its handles are left to whoever has them
    OK(wb_tensor_free(left));
    OK(wb_tensor_free(shared));
}

/* ------------------------------------------------------------------ sentences */

static void a_scale_that_is_not_finite_is_refused(void) {
    char path[] = "/tmp/wingbeat-misuse-XXXXXX";
    wb_module *layer = module_of("Linear(3, 2)", WB_FLOAT32);
    wb_dataset *rows = NULL;
    int file = mkstemp(path);
    OK(wb_save(path, layer, NULL, 0, 0));
    FAILS(wb_dataset_open(path, "parameters/weight", NULL, WB_FLOAT32, NAN, 0, &rows), WB_ERROR_ARGUMENT, "scale",
          "nan");
    FAILS(wb_dataset_open(path, "parameters/weight", NULL, WB_FLOAT32, -INFINITY, 0, &rows), WB_ERROR_ARGUMENT, "scale",
          "-inf");
    OK(wb_dataset_open(path, "parameters/weight", NULL, WB_FLOAT32, -0.5, 0, &rows));
    OK(wb_dataset_free(rows));
    OK(wb_module_free(layer));
    close(file);
    unlink(path);
}

static void a_refusal_shows_the_number_that_was_given(void) {
    wb_tensor *x = VECTOR(1, 2, 3), *y = NULL;
    FAILS(wb_unary((wb_unary_op)-1, x, &y), WB_ERROR_ARGUMENT, "unary operation number -1");
    FAILS(wb_cast(x, (wb_dtype)-7, &y), WB_ERROR_ARGUMENT, "dtype number -7");
    FAILS(wb_slice(x, 0, 0, 3, INT64_MIN, &y), WB_ERROR_ARGUMENT, "-9223372036854775808");
    FAILS(wb_slice(x, 0, 0, 3, 0, &y), WB_ERROR_ARGUMENT, "must not be 0");
    OK(wb_tensor_free(x));
}

int main(void) {
    problem_make(&data);
    RUN(modules_nest_200_levels_deep_and_no_deeper_built_from_outside);
    RUN(modules_nest_200_levels_deep_and_no_deeper_built_from_inside);
    RUN(a_shared_module_is_visited_once);
    RUN(the_expression_of_a_shared_module_names_it_once);
    RUN(a_handle_freed_long_ago_stays_freed);
    RUN(a_scope_does_not_grow_with_handles_that_are_freed_in_it);
    RUN(a_release_callback_may_call_the_library_and_hides_no_error_or_text);
    RUN(a_release_callback_holds_no_lock_of_the_library);
    RUN(training_inside_its_own_callback_is_refused);
    RUN(a_capture_block_sees_what_it_has_done_to_a_tensor);
    RUN(what_a_cancelled_block_recorded_has_no_values);
    RUN(a_program_does_not_run_inside_a_capture_block);
    RUN(a_run_that_fails_leaves_no_gradient_where_there_was_none);
    RUN(a_thread_may_end_with_a_block_or_a_scope_open);
    RUN(a_refusal_shows_the_number_that_was_given);
    RUN(a_scale_that_is_not_finite_is_refused);
    return finish();
}
