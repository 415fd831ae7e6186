/* Layers from C: a convolutional network with running statistics, pools with indices, losses with weights, arguments
   that are changed. */
#include "check.h"

/* A tensor of numbers between -1 and 1. */
static wb_tensor *noise(int32_t rank, const int64_t *shape) {
    static double values[1 << 12];
    uint64_t state = 7;
    int64_t count = 1;
    for (int32_t i = 0; i < rank; i++) count *= shape[i];
    for (int64_t i = 0; i < count; i++) values[i] = 2 * number(&state) - 1;
    wb_tensor *tensor = NULL;
    OK(wb_tensor_create(WB_FLOAT64, rank, shape, values, &tensor));
    return tensor;
}

static wb_tensor *buffer_at(const wb_module *module, int32_t index) {
    wb_tensor *buffer = NULL;
    OK(wb_module_buffer(module, index, NULL, &buffer));
    return buffer;
}

static void a_convolutional_network_trains_and_its_statistics_move_once_a_pass(void) {
    OK(wb_scope_begin());
    wb_module *model = module_of(
        "Sequential(Conv2d(2, 4, 3, padding=1), BatchNorm2d(4), ReLU(), MaxPool2d(2), Flatten(), Linear(16, 3))",
        WB_FLOAT64);
    wb_tensor *x = noise(4, (int64_t[]){5, 2, 4, 4}), *labels = NULL, *y = NULL, *value = NULL;
    OK(wb_tensor_create(WB_INT64, 1, (int64_t[]){5}, (int64_t[]){0, 1, 2, 1, 0}, &labels));
    wb_module *loss = module_of("CrossEntropyLoss(label_smoothing=0.1)", WB_FLOAT64);
    wb_tensor *all[16];
    int32_t count = 0;
    OK(wb_module_parameter_count(model, &count));
    EXPECT(count == 6);
    for (int32_t i = 0; i < count; i++) all[i] = parameter_at(model, i);
    wb_optimizer *optimizer = NULL;
    OK(wb_optimizer_create("SGD(lr=0.1)", all, count, &optimizer));
    double first = 0, last = 0;
    for (int pass = 0; pass < 20; pass++) {
        OK(wb_module_forward(model, x, &y));
        OK(wb_module_call(loss, NULL, (wb_tensor *[]){y, labels}, 2, &value, 1, NULL));
        last = item(value);
        if (pass == 0) first = last;
        OK(wb_module_zero_grad(model));
        OK(wb_backward(value, NULL, 0));
        OK(wb_optimizer_step(optimizer));
    }
    EXPECT(last < first / 2);
    EXPECT(item(buffer_at(model, 2)) == 20); // num_batches_tracked
    FAILS(wb_module_forward(model, noise(4, (int64_t[]){5, 3, 4, 4}), &y), WB_ERROR_SHAPE, "Sequential.0 (Conv2d)");
    EXPECT(item(buffer_at(model, 2)) == 20);
    OK(wb_module_set_training(model, 0));
    OK(wb_module_forward(model, x, &y));
    EXPECT(item(buffer_at(model, 2)) == 20);
    OK(wb_scope_end());
}

static void a_pool_gives_its_indices_and_its_inverse_takes_them(void) {
    OK(wb_scope_begin());
    wb_module *pool = module_of("MaxPool1d(2, return_indices=True)", WB_FLOAT64),
              *inverse = module_of("MaxUnpool1d(2)", WB_FLOAT64);
    wb_tensor *x = NULL, *found[2] = {NULL}, *back = NULL;
    OK(wb_tensor_create(WB_FLOAT64, 2, (int64_t[]){1, 5}, (double[]){1, 4, 3, 2, 9}, &x));
    int32_t count = 0;
    OK(wb_module_call(pool, NULL, &x, 1, found, 2, &count));
    EXPECT(count == 2 && at(found[0], 0) == 4 && at(found[0], 1) == 3);
    OK(wb_module_call(inverse, "output_size=(5,)", found, 2, &back, 1, NULL));
    const double wanted[] = {0, 4, 3, 0, 0};
    for (int i = 0; i < 5; i++) EXPECT(at(back, i) == wanted[i]);
    FAILS(wb_module_forward(pool, x, &back), WB_ERROR_ARGUMENT, "gives 2");
    FAILS(wb_module_call(inverse, "output_size=(9,)", found, 2, &back, 1, NULL), WB_ERROR_ARGUMENT, "output_size");
    OK(wb_scope_end());
}

static void a_weight_of_a_loss_is_a_buffer(void) {
    OK(wb_scope_begin());
    wb_module *loss = module_of("CrossEntropyLoss(weight=Buffer(2), reduction='sum')", WB_FLOAT64),
              *plain = module_of("CrossEntropyLoss(reduction='sum')", WB_FLOAT64);
    wb_tensor *x = noise(2, (int64_t[]){3, 2}), *labels = NULL, *weight = VECTOR(2, 2), *one = NULL, *other = NULL;
    const char *text = NULL;
    OK(wb_tensor_create(WB_INT64, 1, (int64_t[]){3}, (int64_t[]){0, 1, 1}, &labels));
    OK(wb_module_set_buffer(loss, "weight", weight));
    wb_tensor *inputs[] = {x, labels};
    OK(wb_module_call(loss, NULL, inputs, 2, &one, 1, NULL));
    OK(wb_module_call(plain, NULL, inputs, 2, &other, 1, NULL));
    CLOSE(item(one), 2 * item(other), 1e-14);
    OK(wb_module_expression(loss, &text));
    TEXT(text, "CrossEntropyLoss(reduction='sum', weight=Buffer(2, dtype=float64))", "expression");
    FAILS(wb_module_create("CrossEntropyLoss(weight=3)", WB_FLOAT64, &plain), WB_ERROR_ARGUMENT,
          "weight takes a tensor");
    OK(wb_scope_end());
}

static void an_argument_that_each_pass_reads_can_be_changed(void) {
    OK(wb_scope_begin());
    wb_module *dropout = module_of("Dropout()", WB_FLOAT64), *convolution = module_of("Conv1d(1, 1, 2)", WB_FLOAT64);
    wb_tensor *x = VECTOR(1, 2, 3), *y = NULL;
    const char *text = NULL;
    OK(wb_module_set_attribute(dropout, "p", "0"));
    OK(wb_module_describe(dropout, &text));
    TEXT(text, "Dropout(p=0.0, inplace=False)", "description");
    OK(wb_module_forward(dropout, x, &y));
    EXPECT(at(y, 0) == 1 && at(y, 2) == 3);
    FAILS(wb_module_set_attribute(dropout, "p", "'half'"), WB_ERROR_ARGUMENT, "p takes a number", "'half'");
    FAILS(wb_module_set_attribute(dropout, "p", "(1"), WB_ERROR_ARGUMENT, "column 3");
    FAILS(wb_module_set_attribute(dropout, "q", "1"), WB_ERROR_ARGUMENT, "'q'", "there are: p, inplace");
    FAILS(wb_module_set_attribute(dropout, "p", NULL), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_module_set_attribute(NULL, "p", "1"), WB_ERROR_HANDLE, "null");
    FAILS(wb_module_set_attribute(convolution, "stride", "2"), WB_ERROR_UNSUPPORTED, "Conv1d", "'stride'");
    OK(wb_scope_end());
}

int main(void) {
    RUN(a_convolutional_network_trains_and_its_statistics_move_once_a_pass);
    RUN(a_pool_gives_its_indices_and_its_inverse_takes_them);
    RUN(a_weight_of_a_loss_is_a_buffer);
    RUN(an_argument_that_each_pass_reads_can_be_changed);
    return finish();
}
