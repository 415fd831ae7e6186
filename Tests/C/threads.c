/* The number of threads that compute does not change a bit, and any thread may call. */
#include <pthread.h>

#include "problem.h"

/* Fills the parameters of a model without the default generator, which all threads share. */
static void fill(const wb_module *model) {
    uint64_t state = 11;
    int32_t count = 0;
    OK(wb_module_parameter_count(model, &count));
    OK(wb_set_grad_enabled(0, NULL));
    for (int32_t i = 0; i < count; i++) {
        wb_tensor *parameter = NULL;
        int64_t elements = 0;
        OK(wb_module_parameter(model, i, NULL, &parameter));
        OK(wb_tensor_count(parameter, &elements));
        float *values = malloc((size_t)elements * sizeof *values);
        if (!values) abort();
        for (int64_t k = 0; k < elements; k++) values[k] = (float)(0.2 * number(&state) - 0.1);
        OK(wb_tensor_write(parameter, values, (size_t)elements * sizeof *values));
        free(values);
        OK(wb_tensor_free(parameter));
    }
    OK(wb_set_grad_enabled(1, NULL));
}

/* A few steps of 784-500-10, large enough for work to be divided. */
static bytes train_large(void) {
    enum { IN = 784, OUT = 10 };
    static float x_values[BATCH][IN];
    static int64_t y_values[BATCH];
    uint64_t state = 5;
    for (int i = 0; i < BATCH; i++) {
        y_values[i] = i % OUT;
        for (int j = 0; j < IN; j++) x_values[i][j] = (float)number(&state);
    }
    wb_module *model = perceptron(IN, 500, OUT, 1);
    wb_optimizer *optimizer = optimizer_for(model, ADAM);
    for (int step = 0; step < 5; step++) {
        wb_tensor *x = NULL, *y = NULL;
        OK(wb_scope_begin());
        OK(wb_tensor_create(WB_FLOAT32, SHAPE(BATCH, IN), x_values, &x));
        OK(wb_tensor_create(WB_INT64, SHAPE(BATCH), y_values, &y));
        training_step(model, optimizer, x, y);
        OK(wb_scope_end());
    }
    bytes result = parameters(model);
    OK(wb_optimizer_free(optimizer));
    OK(wb_module_free(model));
    return result;
}

static void training_gives_the_same_bits_on_any_number_of_threads(void) {
    OK(wb_set_num_threads(1));
    bytes one = train_large();
    for (int32_t count = 2; count <= 5; count++) {
        int32_t set = 0;
        OK(wb_set_num_threads(count));
        OK(wb_get_num_threads(&set));
        EXPECT(set == count);
        bytes several = train_large();
        EXPECT(same(one, several));
        free(several.data);
    }
    free(one.data);
    OK(wb_set_num_threads(2));
}

static void sums_and_random_numbers_are_the_same_bits_on_any_number_of_threads(void) {
    enum { SIDE = 1500 };
    double sums[2], maxima[2];
    static double columns[2][SIDE];
    for (int32_t count = 1; count <= 2; count++) {
        wb_tensor *x = NULL, *y = NULL;
        const int32_t axis = 0;
        OK(wb_scope_begin());
        OK(wb_set_num_threads(count));
        OK(wb_manual_seed(4));
        OK(wb_random(WB_DISTRIBUTION_NORMAL, WB_FLOAT64, SHAPE(SIDE, SIDE), 0, 1, &x));
        OK(wb_exp(x, &x));
        OK(wb_sum(x, &y));
        sums[count - 1] = item(y);
        OK(wb_reduce(WB_REDUCE_MAX, x, NULL, 0, 0, &y));
        maxima[count - 1] = item(y);
        OK(wb_reduce(WB_REDUCE_MEAN, x, &axis, 1, 0, &y));
        OK(wb_tensor_read(y, columns[count - 1], sizeof columns[0]));
        OK(wb_scope_end());
    }
    EXPECT(memcmp(&sums[0], &sums[1], sizeof(double)) == 0);
    EXPECT(memcmp(&maxima[0], &maxima[1], sizeof(double)) == 0);
    EXPECT(memcmp(columns[0], columns[1], sizeof columns[0]) == 0);
}

static problem data;
enum { CALLERS = 4 };

static void *train_alone(void *result) {
    wb_module *model = perceptron(FEATURES, 32, CLASSES, 1);
    fill(model);
    wb_optimizer *optimizer = optimizer_for(model, ADAM);
    for (int step = 0; step < (watched() ? 10 : 200); step++) {
        int first = step * BATCH % ROWS;
        wb_tensor *x = NULL, *y = NULL;
        OK(wb_scope_begin());
        OK(wb_tensor_create(WB_FLOAT32, SHAPE(BATCH, FEATURES), data.x[first], &x));
        OK(wb_tensor_create(WB_INT64, SHAPE(BATCH), &data.y[first], &y));
        training_step(model, optimizer, x, y);
        OK(wb_scope_end());
    }
    *(bytes *)result = parameters(model);
    OK(wb_optimizer_free(optimizer));
    OK(wb_module_free(model));
    return NULL;
}

static void several_threads_train_models_of_their_own(void) {
    pthread_t callers[CALLERS];
    bytes alone, results[CALLERS];
    train_alone(&alone);
    for (int i = 0; i < CALLERS; i++) EXPECT(pthread_create(&callers[i], NULL, train_alone, &results[i]) == 0);
    for (int i = 0; i < CALLERS; i++) pthread_join(callers[i], NULL);
    for (int i = 0; i < CALLERS; i++) {
        EXPECT(same(alone, results[i]));
        free(results[i].data);
    }
    free(alone.data);
}

static void *fail_otherwise(void *ignored) {
    (void)ignored;
    int32_t enabled = 0;
    EXPECT(strcmp(wb_last_error(), "") == 0);
    OK(wb_get_grad_enabled(&enabled));
    EXPECT(enabled == 1);
    FAILS(wb_scope_end(), WB_ERROR_STATE, "scope");
    FAILS(wb_set_num_threads(999), WB_ERROR_ARGUMENT, "999");
    return NULL;
}

static void errors_scopes_and_the_gradient_mode_belong_to_their_thread(void) {
    pthread_t other;
    FAILS(wb_set_num_threads(-7), WB_ERROR_ARGUMENT, "-7");
    OK(wb_scope_begin());
    OK(wb_set_grad_enabled(0, NULL));
    EXPECT(pthread_create(&other, NULL, fail_otherwise, NULL) == 0);
    pthread_join(other, NULL);
    EXPECT(strstr(wb_last_error(), "-7") != NULL);
    OK(wb_set_grad_enabled(1, NULL));
    OK(wb_scope_end());
}

int main(void) {
    problem_make(&data);
    RUN(training_gives_the_same_bits_on_any_number_of_threads);
    RUN(sums_and_random_numbers_are_the_same_bits_on_any_number_of_threads);
    RUN(several_threads_train_models_of_their_own);
    RUN(errors_scopes_and_the_gradient_mode_belong_to_their_thread);
    return finish();
}
