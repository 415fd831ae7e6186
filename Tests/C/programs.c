/* Captured programs: runs only where all is as it was at capture, a look at the plan, and a fork in between. */
#define _GNU_SOURCE
#include <sys/wait.h>
#include <unistd.h>

#include "problem.h"

static wb_tensor *matrix(wb_dtype dtype, int64_t rows, int64_t columns, double value) {
    wb_tensor *x = NULL;
    OK(wb_tensor_full(dtype, SHAPE(rows, columns), value, &x));
    return x;
}

/* y = x + 1 for x [2, 3] of float32. */
static wb_program *increment(void) {
    wb_tensor *x = matrix(WB_FLOAT32, 2, 3, 0), *y = NULL;
    wb_program *program = NULL;
    OK(wb_capture_begin(&x, 1));
    OK(wb_binary_scalar(WB_BINARY_ADD, x, 1, 0, &y));
    OK(wb_capture_end(&y, 1, &program));
    OK(wb_tensor_free(x));
    OK(wb_tensor_free(y));
    return program;
}

static int32_t matches(wb_program *program, wb_tensor *x) {
    int32_t found = -1;
    wb_tensor *y = NULL;
    OK(wb_program_run_if_matching(program, &x, NULL, 1, &y, 1, &found));
    EXPECT((y != NULL) == (found == 1));
    OK(wb_tensor_free(y));
    return found;
}

static void a_program_runs_where_all_is_as_it_was_at_capture(void) {
    OK(wb_scope_begin());
    wb_program *program = increment();
    wb_tensor *x = matrix(WB_FLOAT32, 2, 3, 4), *y = NULL;
    double sum = 0;
    EXPECT(matches(program, x) == 1);
    EXPECT(matches(program, matrix(WB_FLOAT32, 3, 2, 4)) == 0);
    EXPECT(matches(program, matrix(WB_FLOAT64, 2, 3, 4)) == 0);
    OK(wb_set_grad_enabled(0, NULL));
    EXPECT(matches(program, x) == 0);
    OK(wb_set_grad_enabled(1, NULL));
    wb_tensor *leaf = matrix(WB_FLOAT32, 2, 3, 4);
    OK(wb_tensor_set_requires_grad(leaf, 1));
    EXPECT(matches(program, leaf) == 0);
    OK(wb_capture_begin(NULL, 0));
    EXPECT(matches(program, x) == 0);
    OK(wb_capture_cancel());

    float values[6] = {1, 2, 3, 4, 5, 6};
    int32_t found = -1;
    OK(wb_program_run_if_matching(program, NULL, (const void *[]){values}, 1, &y, 1, &found));
    OK(wb_sum(y, &y));
    OK(wb_tensor_item(y, &sum));
    EXPECT(found == 1 && sum == 27);
    OK(wb_program_run_if_matching(program, &x, (const void *[]){NULL}, 1, &y, 1, &found));
    EXPECT(found == 1);

    FAILS(wb_program_run_if_matching(program, NULL, NULL, 1, &y, 1, &found), WB_ERROR_HANDLE, "null");
    FAILS(wb_program_run_if_matching(program, &x, NULL, 2, &y, 1, &found), WB_ERROR_ARGUMENT, "1 inputs");
    FAILS(wb_program_run_if_matching(program, &x, NULL, 1, &y, 0, &found), WB_ERROR_ARGUMENT, "outputs");
    FAILS(wb_program_run_if_matching(program, &x, NULL, 1, NULL, 1, &found), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_program_run_if_matching(program, &x, NULL, 1, &y, 1, NULL), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_program_run_if_matching(program, NULL, (const void *[]){(char *)values + 1}, 1, &y, 1, &found),
          WB_ERROR_ARGUMENT, "aligned");
    OK(wb_program_free(program));
    OK(wb_scope_end());
}

/* A captured step of a classifier with Adam, on a batch of `data`. */
typedef struct captured_step {
    wb_module *model;
    wb_optimizer *optimizer;
    wb_program *program;
} captured_step;

static problem data;

static captured_step captured_training(void) {
    captured_step t = {perceptron(FEATURES, 300, CLASSES, 1), NULL, NULL};
    wb_tensor *inputs[2] = {NULL, NULL}, *prediction = NULL, *loss = NULL;
    t.optimizer = optimizer_for(t.model, ADAM);
    OK(wb_tensor_create(WB_FLOAT32, SHAPE(ROWS, FEATURES), data.x, &inputs[0]));
    OK(wb_tensor_create(WB_INT64, SHAPE(ROWS), data.y, &inputs[1]));
    OK(wb_capture_begin(inputs, 2));
    OK(wb_module_forward(t.model, inputs[0], &prediction));
    OK(call_two("cross_entropy", prediction, inputs[1], &loss));
    OK(wb_optimizer_zero_grad(t.optimizer));
    OK(wb_backward(loss, NULL, 0));
    OK(wb_optimizer_step(t.optimizer));
    OK(wb_capture_end(&loss, 1, &t.program));
    OK(wb_tensor_free(prediction));
    OK(wb_tensor_free(loss));
    for (int i = 0; i < 2; i++) OK(wb_tensor_free(inputs[i]));
    return t;
}

static void train(captured_step t, int steps) {
    float loss = NAN;
    for (int i = 0; i < steps; i++)
        OK(wb_program_run_pointers(t.program, (const void *[]){data.x, data.y}, 2, (void *[]){&loss}, 1));
    EXPECT(isfinite(loss));
}

static void end(captured_step t) {
    OK(wb_program_free(t.program));
    OK(wb_optimizer_free(t.optimizer));
    OK(wb_module_free(t.model));
}

static void measuring_a_program_changes_nothing(void) {
    captured_step measured = captured_training(), other = captured_training();
    const char *text = NULL;
    for (int round = 0; round < 2; round++) {
        train(measured, 2);
        train(other, 2);
        OK(wb_program_profile(measured.program, NULL, 0, &text));
        EXPECT(strstr(text, "GFLOP/s") && strstr(text, "cross_entropy") && strstr(text, "bytes read"));
        bytes a = parameters(measured.model), b = parameters(other.model);
        EXPECT(same(a, b));
        free(a.data);
        free(b.data);
    }
    OK(wb_program_explain(measured.program, &text));
    EXPECT(!strstr(text, "GFLOP/s"));
    FAILS(wb_program_profile(measured.program, NULL, 2, &text), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_program_profile(measured.program, NULL, 0, NULL), WB_ERROR_ARGUMENT, "null");
    end(measured);
    end(other);
}

static void a_forked_child_trains_on_to_the_bits_of_its_parent(void) {
    OK(wb_set_num_threads(3));
    captured_step t = captured_training();
    train(t, 3);
    int ends[2], status = -1;
    EXPECT(pipe(ends) == 0);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        train(t, 4);
        bytes mine = parameters(t.model);
        int failed = check_wrong || write(ends[1], mine.data, mine.count) != (ssize_t)mine.count;
        end(t);
        free(mine.data);
        exit(failed);
    }
    train(t, 4);
    bytes mine = parameters(t.model);
    char *theirs = malloc(mine.count);
    if (!theirs) abort();
    EXPECT(read(ends[0], theirs, mine.count) == (ssize_t)mine.count);
    EXPECT(waitpid(child, &status, 0) == child && status == 0);
    EXPECT(memcmp(theirs, mine.data, mine.count) == 0);
    free(theirs);
    free(mine.data);
    close(ends[0]);
    close(ends[1]);
    end(t);
}

int main(void) {
    problem_make(&data);
    RUN(a_program_runs_where_all_is_as_it_was_at_capture);
    RUN(measuring_a_program_changes_nothing);
    RUN(a_forked_child_trains_on_to_the_bits_of_its_parent);
    return finish();
}
