/* Calls that the host ends before their time: callbacks that are cut off, blocks that close what is open, and long
 * runs. */
#define _GNU_SOURCE
#include "check.h"

#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

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
    struct end ends[] = {{1, WB_OK, (wb_status)939726368},
                         {0, 0, WB_OK},
                         {0, 0, (wb_status)939726368},
                         {1, WB_ERROR_SHAPE, WB_OK},
                         {1, WB_ERROR_INTERRUPTED, WB_OK}};
    wb_status expected[] = {WB_OK, WB_ERROR_INTERRUPTED, WB_ERROR_INTERRUPTED, WB_ERROR_SHAPE, WB_ERROR_INTERRUPTED};
    for (int i = 0; i < 5; i++) {
        EXPECT(backward_with(&ends[i], &has_gradient) == expected[i]);
        EXPECT(has_gradient == (expected[i] == WB_OK));
    }
}

static void a_block_ends_with_everything_as_it_was(void) {
    wb_tensor *x = numbers(), *variable;
    int32_t axis = 0, flags;
    for (int32_t changes = 0; changes < 1024; changes++) {
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
    FAILS(wb_block_begin(1024), WB_ERROR_ARGUMENT, "1024");
    FAILS(wb_block_begin(-1), WB_ERROR_ARGUMENT, "-1");
    FAILS(wb_block_end(), WB_ERROR_STATE, "block");
    OK(wb_tensor_free(x));
}

/* ------------------------------------------------------------------ long runs */

static void on_alarm(int number) {
    (void)number;
    wb_interrupt();
}

static void alarm_after(double seconds) {
    struct itimerval timer = {{0, 0}, {(time_t)seconds, (suseconds_t)((seconds - (time_t)seconds) * 1e6)}};
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void *interrupt_later(void *unused) {
    (void)unused;
    usleep(100000);
    wb_interrupt();
    return NULL;
}

enum { SIZE = 2000 };

/* The product of many matrices, not computed yet. */
static wb_tensor *chain(int count) {
    int64_t shape[] = {SIZE, SIZE};
    wb_tensor *x, *y;
    OK(wb_random(WB_DISTRIBUTION_UNIFORM, WB_FLOAT32, 2, shape, 0, 1.0 / SIZE, &x));
    OK(wb_eval(&x, 1));
    OK(wb_matmul(x, x, &y));
    for (int i = 1; i < count; i++) OK(wb_matmul(y, x, &y));
    return y;
}

static void a_long_product_is_interrupted_from_a_signal_and_from_a_thread(void) {
    OK(wb_scope_begin());
    signal(SIGALRM, on_alarm);
    wb_tensor *y = chain(60), *once = chain(2);
    alarm_after(0.1);
    FAILS(wb_eval(&y, 1), WB_ERROR_INTERRUPTED, "asked");
    alarm_after(0);
    pthread_t thread;
    pthread_create(&thread, NULL, interrupt_later, NULL);
    FAILS(wb_eval(&y, 1), WB_ERROR_INTERRUPTED, "asked");
    pthread_join(thread, NULL);
    OK(wb_eval(&once, 1));
    wb_interrupt(); /* without a call that runs */
    once = chain(2);
    OK(wb_eval(&once, 1));
    OK(wb_scope_end());
}

/* A host that lets runs go on, or not, and counts. */
struct run_host {
    int begun, asked, ended;
    wb_status answer;
};

static wb_status run_event(void *context, wb_run_event event) {
    struct run_host *host = context;
    if (event == WB_RUN_BEGINS) host->begun++;
    if (event == WB_RUN_ENDED) host->ended++;
    if (event != WB_RUN_ASKED) return WB_OK;
    host->asked++;
    /* Nothing is half done: the library can be called. */
    wb_tensor *x = numbers();
    OK(wb_tensor_free(x));
    return host->answer;
}

static void a_host_decides_whether_a_run_goes_on(void) {
    OK(wb_scope_begin());
    wb_tensor *y = chain(3);
    OK(wb_eval(&y, 1));
    int ends[2];
    EXPECT(pipe2(ends, 04000) == 0);
    struct run_host host = {0, 0, 0, WB_OK};
    OK(wb_set_run_callback(run_event, &host, ends[0]));
    y = chain(3);
    EXPECT(write(ends[1], "x", 1) == 1);
    OK(wb_eval(&y, 1));
    EXPECT(host.begun == 1 && host.asked == 1 && host.ended == 1);
    host.answer = WB_ERROR_STATE;
    y = chain(3);
    EXPECT(write(ends[1], "x", 1) == 1);
    FAILS(wb_eval(&y, 1), WB_ERROR_STATE, "run");
    EXPECT(host.begun == 2 && host.asked == 2 && host.ended == 2);
    OK(wb_set_run_callback(NULL, NULL, -1));
    close(ends[0]);
    close(ends[1]);
    OK(wb_scope_end());
}

enum { ROWS = 256, WIDTH = 512 };

static wb_trainer *trainer(wb_module **model) {
    wb_module *loss;
    wb_optimizer *optimizer;
    OK(wb_manual_seed(3));
    OK(wb_module_create("Sequential(Linear(512, 1500), Tanh(), Linear(1500, 1500), Tanh(), Linear(1500, 1))",
                        WB_FLOAT32, model));
    OK(wb_module_create("MSELoss()", WB_FLOAT32, &loss));
    wb_tensor *parameters[6];
    for (int32_t i = 0; i < 6; i++) OK(wb_module_parameter(*model, i, NULL, &parameters[i]));
    OK(wb_optimizer_create("SGD(lr=0.01)", parameters, 6, &optimizer));
    wb_trainer *made;
    OK(wb_trainer_create(*model, loss, optimizer, &made));
    OK(wb_trainer_set(made, WB_TRAINER_EPOCHS, 1000000));
    OK(wb_trainer_set(made, WB_TRAINER_BATCH_SIZE, 128));
    return made;
}

static void an_interrupted_training_has_done_whole_steps_and_goes_on(void) {
    OK(wb_scope_begin());
    static float x_values[ROWS * WIDTH], y_values[ROWS];
    for (int i = 0; i < ROWS * WIDTH; i++) x_values[i] = (float)(i * 37 % 101) / 101;
    for (int i = 0; i < ROWS; i++) y_values[i] = x_values[i * WIDTH];
    wb_tensor *x, *y;
    OK(wb_tensor_create(WB_FLOAT32, 2, (int64_t[]){ROWS, WIDTH}, x_values, &x));
    OK(wb_tensor_create(WB_FLOAT32, 2, (int64_t[]){ROWS, 1}, y_values, &y));
    wb_dataset *rows;
    OK(wb_dataset_from_tensors(x, y, &rows));
    wb_module *cut_model, *whole_model;
    wb_trainer *cut = trainer(&cut_model), *whole = trainer(&whole_model);
    signal(SIGALRM, on_alarm);
    for (int i = 0; i < 3; i++) {
        alarm_after(0.2);
        FAILS(wb_trainer_fit(cut, rows, NULL, NULL, NULL), WB_ERROR_INTERRUPTED, "asked");
    }
    int64_t steps;
    OK(wb_trainer_position(cut, NULL, NULL, &steps));
    OK(wb_trainer_set(cut, WB_TRAINER_MAX_STEPS, 2));
    OK(wb_trainer_fit(cut, rows, NULL, NULL, NULL));
    OK(wb_trainer_set(whole, WB_TRAINER_MAX_STEPS, (double)(steps + 2)));
    OK(wb_trainer_fit(whole, rows, NULL, NULL, NULL));
    int32_t count;
    OK(wb_module_parameter_count(cut_model, &count));
    for (int32_t i = 0; i < count; i++) {
        const char *name;
        wb_tensor *one, *other, *difference, *total;
        double value;
        OK(wb_module_parameter(cut_model, i, &name, &one));
        OK(wb_module_parameter(whole_model, i, &name, &other));
        OK(wb_subtract(one, other, &difference));
        OK(wb_unary(WB_UNARY_ABSOLUTE, difference, &difference));
        OK(wb_sum(difference, &total));
        OK(wb_tensor_item(total, &value));
        EXPECT(value == 0);
    }
    OK(wb_scope_end());
}

int main(void) {
    RUN(a_confirming_callback_counts_by_what_it_says_alone);
    RUN(a_block_ends_with_everything_as_it_was);
    RUN(a_long_product_is_interrupted_from_a_signal_and_from_a_thread);
    RUN(a_host_decides_whether_a_run_goes_on);
    RUN(an_interrupted_training_has_done_whole_steps_and_goes_on);
    return finish();
}
