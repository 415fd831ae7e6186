/* The number of threads that compute does not change a bit, and any thread may call. */
#if defined(__x86_64__)
#include <immintrin.h>
#else
#include <fenv.h>
#endif
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
    train_steps(model, optimizer, &data, watched() ? 10 : 200, NULL);
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

/* ------------------------------------------------------------------ the floating-point mode */

#if defined(__x86_64__)
/* Rounds up, takes denormals for zeros and gives zeros for them, and traps where something is divided by 0. */
static void set_odd_mode(void) { _mm_setcsr(0xdd40); }
static void set_usual_mode(void) { _mm_setcsr(0x1f80); }
static int has_odd_mode(void) { return (_mm_getcsr() & 0xffc0) == 0xdd40; }
#else
static void set_odd_mode(void) { fesetround(FE_UPWARD); }
static void set_usual_mode(void) { fesetround(FE_TONEAREST); }
static int has_odd_mode(void) { return fegetround() == FE_UPWARD; }
#endif

enum { TINY = 300 };
static float tiny[TINY][TINY];

typedef struct digest {
    float product[TINY][TINY], quotient[TINY], sum;
} digest;

/* Products, sums and quotients of numbers most of which are denormal, on both threads. */
static void compute_tiny(digest *found) {
    wb_tensor *x = NULL, *half = NULL, *y = NULL;
    const int32_t axis = 0;
    OK(wb_scope_begin());
    OK(wb_tensor_create(WB_FLOAT32, SHAPE(TINY, TINY), tiny, &x));
    OK(wb_binary_scalar(WB_BINARY_MULTIPLY, x, 0.3, 0, &half));
    OK(wb_matmul(half, x, &y));
    OK(wb_tensor_read(y, found->product, sizeof found->product));
    OK(wb_reduce(WB_REDUCE_SUM, half, &axis, 1, 0, &y));
    OK(wb_binary_scalar(WB_BINARY_DIVIDE, y, 0, 0, &y));
    OK(wb_tensor_read(y, found->quotient, sizeof found->quotient));
    OK(wb_sum(half, &y));
    OK(wb_tensor_read(y, &found->sum, sizeof found->sum));
    OK(wb_scope_end());
}

static int odd_in_callbacks, callbacks;

static int32_t note_mode(void *context, const wb_progress *progress) {
    (void)context, (void)progress;
    callbacks++;
    odd_in_callbacks += has_odd_mode();
    return 1;
}

static void note_mode_at_release(void *context) { note_mode(context, NULL); }

static void the_hosts_floating_point_mode_changes_no_bit_and_comes_back(void) {
    static digest usual, odd;
    for (int i = 0; i < TINY; i++)
        for (int j = 0; j < TINY; j++) tiny[i][j] = (float)(i + 1) * (float)(j % 7 - 3) * (j % 5 ? 1e-41f : 1e-3f);
    OK(wb_set_num_threads(2));
    compute_tiny(&usual);
    set_odd_mode();
    compute_tiny(&odd);
    int stays = has_odd_mode();
    set_usual_mode();
    EXPECT(stays);
    EXPECT(memcmp(&usual, &odd, sizeof usual) == 0);
    EXPECT(usual.sum != 0 && isinf(usual.quotient[TINY - 1]));

    wb_module *model = perceptron(FEATURES, 4, CLASSES, 1);
    wb_optimizer *optimizer = optimizer_for(model, SGD);
    wb_trainer *trainer = trainer_for(model, optimizer);
    wb_dataset *dataset = problem_dataset(&data);
    wb_tensor *lent = NULL;
    OK(wb_tensor_borrow(WB_FLOAT32, SHAPE(TINY), tiny, note_mode_at_release, NULL, &lent));
    set_odd_mode();
    wb_status freed = wb_tensor_free(lent), fitted = wb_trainer_fit(trainer, dataset, note_mode, NULL, NULL);
    stays = has_odd_mode();
    set_usual_mode();
    OK(freed);
    OK(fitted);
    EXPECT(stays && callbacks == 2 && odd_in_callbacks == 2);
    OK(wb_dataset_free(dataset));
    OK(wb_trainer_free(trainer));
    OK(wb_optimizer_free(optimizer));
    OK(wb_module_free(model));
}

int main(void) {
    problem_make(&data);
    RUN(training_gives_the_same_bits_on_any_number_of_threads);
    RUN(sums_and_random_numbers_are_the_same_bits_on_any_number_of_threads);
    RUN(several_threads_train_models_of_their_own);
    RUN(errors_scopes_and_the_gradient_mode_belong_to_their_thread);
    RUN(the_hosts_floating_point_mode_changes_no_bit_and_comes_back);
    return finish();
}
