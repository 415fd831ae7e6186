/* Values that are watched: where the first NaN comes from, and what modules give. */
#include "check.h"

typedef struct host {
    int calls, tensors;
    uint64_t last;
    double sum;
    wb_status status;
    const char *place;
} host;

static void place_of(void *context, void *text, size_t capacity) {
    snprintf(text, capacity, "%s", ((host *)context)->place);
}

static wb_tensor *log_of(const wb_tensor *x, wb_status expected) {
    wb_tensor *y = NULL;
    if (expected == WB_OK)
        OK(wb_log(x, &y));
    else
        FAILS(wb_log(x, &y), expected, "log: it made NaN out of values without NaN at main.c, line 7");
    return y;
}

static void the_first_nan_ends_the_call_that_made_it(void) {
    host host = {.place = "main.c, line 7"};
    int32_t flags = 0;
    OK(wb_scope_begin());
    wb_tensor *x = VECTOR(1, -1), *zero = VECTOR(0, 4), *root = NULL, *loss = NULL, *product = NULL;
    EXPECT(isnan(at(log_of(x, WB_OK), 1)));
    OK(wb_set_anomaly_mode(1, place_of, &host));
    OK(wb_grad_flags(NULL, 0, &flags));
    EXPECT(flags & WB_GRAD_WATCHED);
    log_of(x, WB_ERROR_NOT_FINITE);
    EXPECT(at(log_of(zero, WB_OK), 0) == -INFINITY); // which is no NaN

    OK(wb_tensor_set_requires_grad(zero, 1));
    host.place = "main.c, line 9";
    OK(wb_sqrt(zero, &root));
    host.place = "main.c, line 10";
    OK(wb_multiply(root, VECTOR(0, 1), &product));
    OK(wb_sum(product, &loss));
    FAILS(wb_backward(loss, NULL, 0), WB_ERROR_NOT_FINITE, "the gradient of sqrt at main.c, line 9 is NaN");

    // Without a place.
    OK(wb_set_anomaly_mode(1, NULL, NULL));
    FAILS(wb_log(x, &root), WB_ERROR_NOT_FINITE, "log: it made NaN out of values without NaN");
    OK(wb_set_anomaly_mode(0, NULL, NULL));
    OK(wb_grad_flags(NULL, 0, &flags));
    EXPECT(!(flags & WB_GRAD_WATCHED));
    log_of(x, WB_OK);
    OK(wb_scope_end());
}

static wb_status note(void *context, uint64_t module, wb_tensor *const *outputs, int32_t count) {
    host *h = context;
    wb_tensor *sum = NULL;
    h->calls++;
    h->tensors += count;
    h->last = module;
    OK(wb_sum(outputs[0], &sum));
    h->sum = item(sum);
    OK(wb_tensor_free(sum));
    return h->status;
}

static void modules_are_observed_as_they_run(void) {
    host host = {0};
    uint64_t identity = 0;
    wb_tensor *y = NULL;
    wb_module *child = NULL;
    OK(wb_scope_begin());
    wb_module *model = module_of("Sequential(ReLU(), Flatten(), Sequential(Identity()))", WB_FLOAT64);
    wb_tensor *x = NULL;
    OK(wb_tensor_create(WB_FLOAT64, SHAPE(1, 3), (const double[]){1, -2, 5}, &x));
    OK(wb_set_module_callback(note, &host));
    OK(wb_module_forward(model, x, &y));
    EXPECT(host.calls == 5 && host.tensors == 5 && host.sum == 6);
    OK(wb_module_identity(model, &identity));
    EXPECT(host.last == identity);
    OK(wb_module_child(model, 0, NULL, &child));
    OK(wb_module_forward(child, x, &y));
    OK(wb_module_identity(child, &identity));
    EXPECT(host.calls == 6 && host.last == identity);
    host.status = WB_ERROR_STATE;
    FAILS(wb_module_forward(model, x, &y), WB_ERROR_STATE, "callback");
    OK(wb_capture_begin(&x, 1));
    OK(wb_module_forward(model, x, &y)); // nothing has a value here
    OK(wb_capture_cancel());
    EXPECT(host.calls == 7);
    OK(wb_set_module_callback(NULL, NULL));
    OK(wb_module_forward(model, x, &y));
    EXPECT(host.calls == 7);
    OK(wb_scope_end());
}

int main(void) {
    RUN(the_first_nan_ends_the_call_that_made_it);
    RUN(modules_are_observed_as_they_run);
    return finish();
}
