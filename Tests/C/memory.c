/* Training does not grow: neither what the engine counts, nor the process. */
#include "problem.h"

enum { MEBIBYTE = 1 << 20, ROWS_OF_BATCH = 32, INPUTS = 3 };

static float x_values[ROWS_OF_BATCH][INPUTS], y_values[ROWS_OF_BATCH][1];

static wb_module *small_network(void) {
    OK(wb_manual_seed(1));
    return module_of("Sequential(Linear(3, 16), Tanh(), Linear(16, 1))", WB_FLOAT32);
}

static wb_tensor *step_on(const wb_module *model, wb_optimizer *optimizer, const wb_tensor *x, wb_tensor *y) {
    wb_tensor *prediction = NULL, *loss = NULL;
    OK(wb_module_forward(model, x, &prediction));
    OK(call_two("mse_loss", prediction, y, &loss));
    OK(wb_optimizer_zero_grad(optimizer));
    OK(wb_backward(loss, NULL, 0));
    OK(wb_optimizer_step(optimizer));
    OK(wb_tensor_free(prediction));
    return loss;
}

typedef struct level {
    int64_t in_use, cached, resident;
} level;

static level measure(void) {
    level now = {0, 0, 0};
    OK(wb_memory_usage(&now.in_use, NULL, &now.cached));
    now.resident = resident();
    return now;
}

static void expect_flat(level before, level after) {
    EXPECT(after.in_use == before.in_use);
    EXPECT(after.cached <= before.cached);
    if (!watched() && after.resident - before.resident > MEBIBYTE)
        check_report(__FILE__, __LINE__, "the process grew by %lld bytes",
                     (long long)(after.resident - before.resident));
}

static void memory_stays_flat_over_100000_steps_of_a_program(void) {
    const int steps = watched() ? 200 : 100000;
    wb_module *model = small_network();
    wb_optimizer *optimizer = optimizer_for(model, ADAM);
    wb_program *program = NULL;
    wb_tensor *inputs[2] = {NULL, NULL};
    OK(wb_tensor_create(WB_FLOAT32, SHAPE(ROWS_OF_BATCH, INPUTS), x_values, &inputs[0]));
    OK(wb_tensor_create(WB_FLOAT32, SHAPE(ROWS_OF_BATCH, 1), y_values, &inputs[1]));
    OK(wb_capture_begin(inputs, 2));
    wb_tensor *loss = step_on(model, optimizer, inputs[0], inputs[1]);
    OK(wb_capture_end(&loss, 1, &program));
    OK(wb_tensor_free(loss));

    level before = {0, 0, 0};
    float value = NAN;
    for (int i = 0; i < steps; i++) {
        if (i == steps / 10) before = measure();
        OK(wb_program_run_pointers(program, (const void *[]){x_values, y_values}, 2, (void *[]){&value}, 1));
    }
    expect_flat(before, measure());

    for (int i = 0; i < steps / 5; i++) {
        wb_tensor *out = NULL;
        if (i == steps / 50) before = measure();
        OK(wb_program_run(program, inputs, 2, &out, 1));
        OK(wb_tensor_free(out));
    }
    expect_flat(before, measure());
    EXPECT(isfinite(value));
    OK(wb_tensor_free(inputs[0]));
    OK(wb_tensor_free(inputs[1]));
    OK(wb_program_free(program));
    OK(wb_optimizer_free(optimizer));
    OK(wb_module_free(model));
}

static void memory_stays_flat_over_plain_steps(void) {
    const int steps = watched() ? 100 : 20000;
    wb_module *model = small_network();
    wb_optimizer *optimizer = optimizer_for(model, ADAM);
    level before = {0, 0, 0};
    for (int i = 0; i < steps; i++) {
        wb_tensor *x = NULL, *y = NULL;
        if (i == steps / 5) before = measure();
        OK(wb_scope_begin());
        OK(wb_tensor_create(WB_FLOAT32, SHAPE(ROWS_OF_BATCH, INPUTS), x_values, &x));
        OK(wb_tensor_create(WB_FLOAT32, SHAPE(ROWS_OF_BATCH, 1), y_values, &y));
        step_on(model, optimizer, x, y);
        OK(wb_scope_end());
    }
    expect_flat(before, measure());
    OK(wb_optimizer_free(optimizer));
    OK(wb_module_free(model));
}

static void memory_stays_flat_over_forward_passes_and_refused_calls(void) {
    const int steps = watched() ? 100 : 20000;
    wb_module *model = small_network();
    level before = {0, 0, 0};
    for (int i = 0; i < steps; i++) {
        wb_tensor *x = NULL, *y = NULL, *loss = NULL;
        if (i == steps / 5) before = measure();
        OK(wb_scope_begin());
        OK(wb_tensor_create(WB_FLOAT32, SHAPE(ROWS_OF_BATCH, INPUTS), x_values, &x));
        OK(wb_module_forward(model, x, &y)); // recorded, sometimes never computed
        if (i % 2) OK(wb_eval(&y, 1));
        FAILS(wb_matmul(x, x, &loss), WB_ERROR_SHAPE, "matmul");
        OK(wb_scope_end());
    }
    expect_flat(before, measure());
    OK(wb_module_free(model));
}

/* One tensor at a time, of ever other sizes. */
static void what_is_kept_for_reuse_is_bounded_by_what_was_in_use_at_once(void) {
    int64_t in_use = 0, peak = 0, cached = 0, before = resident();
    for (int64_t size = (int64_t)4 << 20; size <= (int64_t)32 << 20; size += (int64_t)1 << 19) {
        wb_tensor *tensor = NULL;
        OK(wb_tensor_create(WB_UINT8, SHAPE(size), NULL, &tensor));
        OK(wb_tensor_free(tensor));
        OK(wb_memory_usage(&in_use, &peak, &cached));
        EXPECT(in_use + cached <= 2 * peak + ((int64_t)64 << 20));
    }
    if (!watched()) EXPECT(resident() - before < 2 * peak + ((int64_t)96 << 20));
    OK(wb_memory_trim());
}

/* What was asked for most lately stays, as long as there is room. */
static void sizes_in_use_are_kept_and_old_ones_go(void) {
    int64_t cached = 0, again = 0;
    const int64_t hot = (int64_t)9 << 20;
    for (int round = 0; round < 3; round++)
        for (int64_t size = (int64_t)16 << 20; size <= (int64_t)64 << 20; size += (int64_t)2 << 20) {
            wb_tensor *cold = NULL, *warm = NULL;
            OK(wb_tensor_create(WB_UINT8, SHAPE(size), NULL, &cold));
            OK(wb_tensor_free(cold));
            OK(wb_memory_usage(NULL, NULL, &cached));
            OK(wb_tensor_create(WB_UINT8, SHAPE(hot), NULL, &warm));
            OK(wb_memory_usage(NULL, NULL, &again));
            if (round || size > (int64_t)16 << 20) EXPECT(again == cached - hot); // it came from what was kept
            OK(wb_tensor_free(warm));
        }
    OK(wb_memory_trim());
}

/* In use before the first test, when the generator has its state and nothing else has been made. */
static int64_t in_use_at_first;

static void everything_freed_means_nothing_in_use(void) {
    int64_t in_use = -1, cached = -1;
    OK(wb_memory_usage(&in_use, NULL, NULL));
    EXPECT(in_use == in_use_at_first);
    OK(wb_memory_trim());
    OK(wb_memory_usage(NULL, NULL, &cached));
    EXPECT(cached == 0);
}

int main(void) {
    uint64_t state = 3;
    for (int i = 0; i < ROWS_OF_BATCH; i++) {
        for (int j = 0; j < INPUTS; j++) x_values[i][j] = (float)number(&state);
        y_values[i][0] = x_values[i][0] * x_values[i][1] - x_values[i][2];
    }
    OK(wb_module_free(small_network()));
    OK(wb_memory_usage(&in_use_at_first, NULL, NULL));
    RUN(memory_stays_flat_over_100000_steps_of_a_program);
    RUN(memory_stays_flat_over_plain_steps);
    RUN(memory_stays_flat_over_forward_passes_and_refused_calls);
    RUN(what_is_kept_for_reuse_is_bounded_by_what_was_in_use_at_once);
    RUN(sizes_in_use_are_kept_and_old_ones_go);
    RUN(everything_freed_means_nothing_in_use);
    return finish();
}
