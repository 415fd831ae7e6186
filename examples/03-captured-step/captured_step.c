/* A training step captured once and run many times, against the known answer. Exits with 1 if it is missed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <wingbeat.h>

enum { ROWS = 32, STEPS = 2000 };

/* Ends the program with the library's sentence. */
static void ok(wb_status status) {
    if (status == WB_OK) return;
    fprintf(stderr, "%s\n", wb_last_error());
    exit(1);
}

static float x[ROWS][2], y[ROWS][1];

int main(void) {
    for (int i = 0; i < ROWS; i++) {
        x[i][0] = sinf((float)i);
        x[i][1] = cosf(2 * (float)i);
        y[i][0] = 3 * x[i][0] - 2 * x[i][1] + 0.5f;
    }

    wb_module *model = NULL;
    wb_tensor *parameters[2], *inputs[2] = {NULL, NULL}, *prediction = NULL, *loss = NULL;
    wb_optimizer *optimizer = NULL;
    wb_program *step = NULL;
    ok(wb_manual_seed(7));
    ok(wb_module_create("Linear(2, 1)", WB_FLOAT32, &model));
    for (int32_t i = 0; i < 2; i++) ok(wb_module_parameter(model, i, NULL, &parameters[i]));
    ok(wb_optimizer_create("Adam(lr=0.02)", parameters, 2, &optimizer));

    /* The inputs give shapes and dtypes. Nothing is computed before the program runs. */
    ok(wb_tensor_create(WB_FLOAT32, 2, (const int64_t[]){ROWS, 2}, NULL, &inputs[0]));
    ok(wb_tensor_create(WB_FLOAT32, 2, (const int64_t[]){ROWS, 1}, NULL, &inputs[1]));
    ok(wb_capture_begin(inputs, 2));
    ok(wb_module_forward(model, inputs[0], &prediction));
    ok(wb_call("mse_loss", (wb_tensor *[]){prediction, inputs[1]}, 2, &loss, 1, NULL));
    ok(wb_optimizer_zero_grad(optimizer));
    ok(wb_backward(loss, NULL, 0));
    ok(wb_optimizer_step(optimizer));
    ok(wb_capture_end(&loss, 1, &step));

    const char *plan = NULL;
    ok(wb_program_explain(step, &plan));
    printf("%s\n", plan);

    float first = NAN, last = NAN, weight[2], bias[1], still[2];
    const void *arguments[2] = {x, y};
    ok(wb_program_run_pointers(step, arguments, 2, (void *[]){&first}, 1));
    for (int number = 1; number < STEPS; number++) {
        if (number == STEPS / 2)
            ok(wb_optimizer_set(optimizer, 0, "lr", 0.002)); /* no new capture: the rate is read at each run */
        ok(wb_program_run_pointers(step, arguments, 2, (void *[]){&last}, 1));
    }
    ok(wb_tensor_read(parameters[0], weight, sizeof weight));
    ok(wb_tensor_read(parameters[1], bias, sizeof bias));
    printf("loss %.4f -> %.2e; weights %.4f %.4f, bias %.4f\n", first, last, weight[0], weight[1], bias[0]);

    /* With a rate of 0 a step changes nothing. */
    ok(wb_optimizer_set(optimizer, 0, "lr", 0));
    ok(wb_program_run_pointers(step, arguments, 2, NULL, 1));
    ok(wb_tensor_read(parameters[0], still, sizeof still));
    int is_still = still[0] == weight[0] && still[1] == weight[1];

    wb_tensor *tensors[6] = {parameters[0], parameters[1], inputs[0], inputs[1], prediction, loss};
    for (int i = 0; i < 6; i++) wb_tensor_free(tensors[i]);
    wb_program_free(step);
    wb_optimizer_free(optimizer);
    wb_module_free(model);
    return is_still && fabsf(weight[0] - 3) < 1e-3f && fabsf(weight[1] + 2) < 1e-3f && fabsf(bias[0] - 0.5f) < 1e-3f
               ? 0
               : 1;
}
