/* Wrong input: a status and a sentence with the facts, the process alive, and everything as it was before. */
#define _DEFAULT_SOURCE
#include <sys/stat.h>
#include <unistd.h>

#include "problem.h"

/* A handle that nobody gave out, to see that a failed call leaves an out-parameter alone. */
#define UNTOUCHED(type) ((type *)(uintptr_t)0x5a5a5a5a)

static wb_tensor *floats(int32_t rank, const int64_t *shape) {
    wb_tensor *tensor = NULL;
    OK(wb_tensor_full(WB_FLOAT32, rank, shape, 1, &tensor));
    return tensor;
}

/* Null, freed, foreign, small numbers, and a handle of another kind. */
enum { BAD_HANDLES = 6 };
static void *bad_handles[BAD_HANDLES];
static wb_module *a_module, *a_loss;
static int not_a_handle;

static void make_bad_handles(void) {
    wb_tensor *freed = floats(SHAPE(2));
    OK(wb_tensor_free(freed));
    a_module = module_of("Linear(2, 3)", WB_FLOAT32);
    a_loss = module_of("MSELoss()", WB_FLOAT32);
    bad_handles[0] = NULL;
    bad_handles[1] = freed;
    bad_handles[2] = &not_a_handle;
    bad_handles[3] = (void *)(uintptr_t)1;
    bad_handles[4] = (void *)UINTPTR_MAX;
    bad_handles[5] = a_module;
}

#define HANDLE(call) FAILS(call, WB_ERROR_HANDLE, "")

static void bad_tensor_handles_are_refused_everywhere(void) {
    wb_tensor *good = floats(SHAPE(2, 2));
    for (int i = 0; i < BAD_HANDLES; i++) {
        wb_tensor *bad = bad_handles[i], *out = UNTOUCHED(wb_tensor);
        wb_module *module = UNTOUCHED(wb_module);
        wb_optimizer *optimizer = UNTOUCHED(wb_optimizer);
        wb_dataset *dataset = UNTOUCHED(wb_dataset);
        wb_dtype dtype;
        int32_t number;
        int64_t extents[8];
        double value;
        const void *data;
        char buffer[64] = {0};
        if (bad) HANDLE(wb_tensor_free(bad));
        HANDLE(wb_scope_keep(bad));
        HANDLE(wb_tensor_dtype(bad, &dtype));
        HANDLE(wb_tensor_rank(bad, &number));
        HANDLE(wb_tensor_shape(bad, 8, extents));
        HANDLE(wb_tensor_count(bad, extents));
        HANDLE(wb_tensor_info(bad, &dtype, &number, 8, extents, &number));
        HANDLE(wb_tensor_read(bad, buffer, 16));
        HANDLE(wb_tensor_data(bad, &data));
        HANDLE(wb_tensor_item(bad, &value));
        HANDLE(wb_tensor_item_int64(bad, extents));
        HANDLE(wb_tensor_write(bad, buffer, 16));
        HANDLE(wb_tensor_assign(bad, good));
        HANDLE(wb_tensor_assign(good, bad));
        HANDLE(wb_tensor_set_requires_grad(bad, 1));
        HANDLE(wb_tensor_get_requires_grad(bad, &number));
        HANDLE(wb_tensor_is_leaf(bad, &number));
        HANDLE(wb_tensor_grad(bad, &out));
        HANDLE(wb_tensor_set_grad(bad, good));
        if (bad) HANDLE(wb_tensor_set_grad(good, bad));
        HANDLE(wb_tensor_detach(bad, &out));
        HANDLE(wb_eval((wb_tensor *[]){good, bad}, 2));
        HANDLE(wb_unary(WB_UNARY_EXP, bad, &out));
        HANDLE(wb_unary_with(WB_UNARY_LEAKY_RELU, bad, 0.1, &out));
        HANDLE(wb_binary(WB_BINARY_ADD, good, bad, &out));
        HANDLE(wb_binary(WB_BINARY_ADD, bad, good, &out));
        HANDLE(wb_binary_scalar(WB_BINARY_ADD, bad, 1, 0, &out));
        HANDLE(wb_where(bad, good, good, &out));
        HANDLE(wb_cast(bad, WB_FLOAT64, &out));
        HANDLE(wb_matmul(bad, good, &out));
        HANDLE(wb_linear(good, bad, NULL, &out));
        HANDLE(wb_reduce(WB_REDUCE_SUM, bad, NULL, 0, 0, &out));
        HANDLE(wb_softmax(bad, 0, &out));
        HANDLE(wb_log_softmax(bad, 0, &out));
        HANDLE(wb_reshape(bad, SHAPE(4), &out));
        HANDLE(wb_permute(bad, NULL, 0, &out));
        HANDLE(wb_broadcast_to(bad, SHAPE(2, 2), &out));
        HANDLE(wb_concatenate((wb_tensor *[]){bad, good}, 2, 0, &out));
        HANDLE(wb_slice(bad, 0, 0, 1, 1, &out));
        HANDLE(wb_index_select(good, 0, bad, &out));
        HANDLE(wb_take_along_axis(good, 0, bad, &out));
        HANDLE(call_two("mse_loss", good, bad, &out));
        HANDLE(wb_backward(bad, NULL, 0));
        HANDLE(wb_grad(&bad, 1, &good, 1, NULL, 0, 0, &out));
        HANDLE(wb_grad(&good, 1, &bad, 1, NULL, 0, 0, &out));
        HANDLE(wb_jvp(&good, 1, &good, 1, &bad, &out));
        HANDLE(wb_hvp(bad, &good, 1, &good, &out));
        HANDLE(wb_variable(bad, &out));
        HANDLE(wb_tensor_depends_on_leaf(bad, &number));
        HANDLE(wb_grad_flags(&bad, 1, &number));
        HANDLE(wb_capture_begin(&bad, 1));
        HANDLE(wb_module_forward(a_module, bad, &out));
        if (bad) {
            HANDLE(wb_module_call(a_module, NULL, &bad, 1, &out, 1, NULL));
            HANDLE(wb_module_call_layer(a_module, NULL, &bad, 1, &out, 1, NULL));
            HANDLE(wb_module_set_parameter(a_module, "weight", bad));
            HANDLE(wb_module_set_buffer(a_module, "mean", bad));
        }
        HANDLE(wb_recording_begin(a_module, &bad, (const char *[]){"x"}, 1, NULL, NULL));
        HANDLE(wb_initialize(bad, WB_INITIALIZER_CONSTANT, 1, 0));
        HANDLE(wb_initialize_truncated(bad, 0, 1, -1, 1));
        HANDLE(wb_total_norm(&bad, 1, 2, 0, &out));
        HANDLE(wb_clip_grad_norm(&bad, 1, 1, 2, 0, &out));
        HANDLE(wb_clip_grad_with_norm(&good, 1, 1, bad));
        HANDLE(wb_clip_grad_value(&bad, 1, 1));
        if (bad) HANDLE(wb_module_lend(a_module, "weight", bad));
        HANDLE(wb_optimizer_create("SGD(lr=0.1)", &bad, 1, &optimizer));
        HANDLE(wb_optimizer_create("Adam", &bad, 1, &optimizer));
        HANDLE(wb_dataset_from_tensors(bad, NULL, &dataset));
        EXPECT(out == UNTOUCHED(wb_tensor) && module == UNTOUCHED(wb_module));
        EXPECT(optimizer == UNTOUCHED(wb_optimizer) && dataset == UNTOUCHED(wb_dataset));
    }
    float values[4] = {0};
    OK(wb_tensor_read(good, values, sizeof values));
    EXPECT(values[0] == 1 && values[3] == 1);
    OK(wb_tensor_free(good));
}

static wb_status no_forward(void *context, const char *options, wb_tensor *const *inputs, int32_t input_count,
                            wb_tensor **outputs, int32_t capacity, int32_t *output_count) {
    (void)context, (void)options, (void)inputs, (void)input_count, (void)outputs, (void)capacity;
    *output_count = 0;
    return WB_OK;
}

static void bad_handles_of_other_kinds_are_refused_everywhere(void) {
    wb_tensor *good = floats(SHAPE(1, 2));
    wb_optimizer *an_optimizer = optimizer_for(a_module, SGD);
    wb_dataset *a_dataset = NULL;
    OK(wb_dataset_from_tensors(good, good, &a_dataset));
    for (int i = 0; i <= BAD_HANDLES; i++) {
        void *bad = i < BAD_HANDLES ? bad_handles[i] : (void *)good;
        wb_tensor *out = UNTOUCHED(wb_tensor);
        wb_program *program = bad;
        wb_optimizer *optimizer = bad;
        wb_dataset *dataset = bad;
        wb_batches *batches = bad, *new_batches = UNTOUCHED(wb_batches);
        wb_trainer *trainer = bad, *new_trainer = UNTOUCHED(wb_trainer);
        wb_recording *recording = bad;
        const char *text;
        int32_t number;
        int64_t count;
        double value;
        if (bad) {
            HANDLE(wb_program_free(program));
            HANDLE(wb_optimizer_free(optimizer));
            HANDLE(wb_dataset_free(dataset));
            HANDLE(wb_batches_free(batches));
            HANDLE(wb_trainer_free(trainer));
            HANDLE(wb_recording_free(recording));
        }
        HANDLE(wb_program_run(program, &good, 1, &out, 1));
        HANDLE(wb_program_run_pointers(program, (const void *[]){&value}, 1, NULL, 0));
        HANDLE(wb_program_run_if_matching(program, &good, NULL, 1, &out, 1, &number));
        HANDLE(wb_program_explain(program, &text));
        HANDLE(wb_program_profile(program, &good, 1, &text));
        HANDLE(wb_optimizer_step(optimizer));
        HANDLE(wb_optimizer_zero_grad(optimizer));
        HANDLE(wb_optimizer_set(optimizer, 0, "lr", 1));
        HANDLE(wb_optimizer_get(optimizer, 0, "lr", &value));
        HANDLE(wb_optimizer_set_text(optimizer, 0, "lr", "1"));
        HANDLE(wb_optimizer_get_text(optimizer, 0, "lr", &text));
        HANDLE(wb_optimizer_add_group(optimizer, &good, 1, NULL));
        HANDLE(wb_optimizer_group_count(optimizer, &number));
        HANDLE(wb_optimizer_group_size(optimizer, 0, &number));
        HANDLE(wb_optimizer_load_state(optimizer, NULL, NULL, 0));
        HANDLE(wb_optimizer_class_name(optimizer, &text));
        HANDLE(wb_optimizer_state_count(optimizer, &number));
        HANDLE(wb_optimizer_state(optimizer, 0, &text, &out));
        HANDLE(wb_dataset_count(dataset, &count));
        HANDLE(wb_dataset_row_shape(dataset, 0, &number, 1, &count));
        HANDLE(wb_dataset_read(dataset, 0, 1, &out, NULL));
        HANDLE(wb_batches_create(dataset, 1, WB_SHUFFLE_NONE, 0, 0, 0, &new_batches));
        HANDLE(wb_batches_next(batches, &out, NULL));
        HANDLE(wb_trainer_create(a_module, a_loss, optimizer, &new_trainer));
        HANDLE(wb_trainer_add_metric(trainer, "error", a_loss));
        HANDLE(wb_trainer_set(trainer, WB_TRAINER_EPOCHS, 1));
        HANDLE(wb_trainer_get(trainer, WB_TRAINER_EPOCHS, &value));
        HANDLE(wb_trainer_set_validation(trainer, NULL));
        HANDLE(wb_trainer_fit(trainer, dataset, NULL, NULL, NULL));
        HANDLE(wb_trainer_position(trainer, &count, NULL, NULL));
        HANDLE(wb_trainer_save(trainer, "never-written.h5"));
        HANDLE(wb_trainer_load(trainer, "never-read.h5"));
        HANDLE(wb_evaluate(a_module, a_loss, NULL, 0, dataset, 1, &value, NULL, NULL));
        HANDLE(wb_graph_create(a_module, &recording, 1, NULL, 0, &(wb_module *){NULL}));
        if (bad == a_module) continue;
        wb_module *module = bad;
        if (bad) HANDLE(wb_module_free(module));
        HANDLE(wb_module_forward(module, good, &out));
        HANDLE(wb_module_call(module, NULL, &good, 1, &out, 1, NULL));
        HANDLE(wb_module_call_layer(module, NULL, &good, 1, &out, 1, NULL));
        HANDLE(wb_module_expression(module, &text));
        HANDLE(wb_module_sequential(&module, 1, &(wb_module *){NULL}));
        HANDLE(wb_module_set_forward(module, "Mine", no_forward, NULL, NULL));
        HANDLE(wb_module_wrap(module, no_forward, NULL, NULL));
        HANDLE(wb_module_lend(module, "weight", NULL));
        HANDLE(wb_module_remove(module, "child"));
        HANDLE(wb_module_needs_host(module, &number));
        HANDLE(wb_module_set_parameter(module, "weight", NULL));
        HANDLE(wb_module_set_buffer(module, "mean", NULL));
        HANDLE(wb_module_buffer_count(module, &number));
        HANDLE(wb_module_buffer(module, 0, &text, NULL));
        HANDLE(wb_module_child(module, 0, &text, NULL));
        HANDLE(wb_module_identity(module, &(uint64_t){0}));
        HANDLE(wb_module_summary(module, &text));
        HANDLE(wb_module_attribute_text(module, "bias", &text));
        HANDLE(wb_module_get_training(module, &number));
        HANDLE(wb_trainer_create(module, a_loss, an_optimizer, &new_trainer));
        HANDLE(wb_trainer_create(a_module, module, an_optimizer, &new_trainer));
        HANDLE(wb_evaluate(module, a_loss, NULL, 0, a_dataset, 1, &value, NULL, NULL));
        HANDLE(wb_evaluate(a_module, module, NULL, 0, a_dataset, 1, &value, NULL, NULL));
        HANDLE(wb_evaluate(a_module, a_loss, &module, 1, a_dataset, 1, &value, NULL, &value));
        HANDLE(wb_recording_begin(module, &good, (const char *[]){"x"}, 1, NULL, NULL));
        HANDLE(wb_graph_create(module, NULL, 0, NULL, 0, &(wb_module *){NULL}));
        HANDLE(wb_module_add(a_module, "child", module));
        HANDLE(wb_module_add(module, "child", a_module));
        HANDLE(wb_module_parameter_count(module, &number));
        HANDLE(wb_module_parameter(module, 0, &text, NULL));
        HANDLE(wb_module_child_count(module, &number));
        HANDLE(wb_module_class_name(module, &text));
        HANDLE(wb_module_describe(module, &text));
        HANDLE(wb_module_attribute(module, "bias", &value));
        HANDLE(wb_module_set_training(module, 1));
        HANDLE(wb_module_cast(module, WB_FLOAT64));
        HANDLE(wb_module_zero_grad(module));
        HANDLE(wb_save("never-written.h5", module, NULL, 0, 0));
        HANDLE(wb_load_into("never-read.h5", module, NULL, 0, NULL, NULL));
        EXPECT(out == UNTOUCHED(wb_tensor) && new_batches == UNTOUCHED(wb_batches) &&
               new_trainer == UNTOUCHED(wb_trainer));
    }
    OK(wb_dataset_free(a_dataset));
    OK(wb_optimizer_free(an_optimizer));
    OK(wb_tensor_free(good));
}

static void freeing_nothing_is_allowed(void) {
    OK(wb_tensor_free(NULL));
    OK(wb_module_free(NULL));
    OK(wb_optimizer_free(NULL));
    OK(wb_dataset_free(NULL));
    OK(wb_batches_free(NULL));
    OK(wb_program_free(NULL));
    OK(wb_trainer_free(NULL));
    OK(wb_recording_free(NULL));
}

static void a_null_out_parameter_is_refused(void) {
    wb_tensor *x = floats(SHAPE(2, 2));
    FAILS(wb_tensor_create(WB_FLOAT32, SHAPE(2), NULL, NULL), WB_ERROR_ARGUMENT, "");
    FAILS(wb_unary(WB_UNARY_EXP, x, NULL), WB_ERROR_ARGUMENT, "");
    FAILS(wb_binary(WB_BINARY_ADD, x, x, NULL), WB_ERROR_ARGUMENT, "");
    FAILS(wb_matmul(x, x, NULL), WB_ERROR_ARGUMENT, "");
    FAILS(wb_reduce(WB_REDUCE_SUM, x, NULL, 0, 0, NULL), WB_ERROR_ARGUMENT, "");
    FAILS(call_two("mse_loss", x, x, NULL), WB_ERROR_ARGUMENT, "");
    FAILS(wb_tensor_item(x, NULL), WB_ERROR_ARGUMENT, "");
    FAILS(wb_tensor_read(x, NULL, 16), WB_ERROR_ARGUMENT, "");
    FAILS(wb_tensor_shape(x, 2, NULL), WB_ERROR_ARGUMENT, "");
    FAILS(wb_module_create("Linear(2, 2)", WB_FLOAT32, NULL), WB_ERROR_ARGUMENT, "");
    FAILS(wb_module_create(NULL, WB_FLOAT32, &(wb_module *){NULL}), WB_ERROR_ARGUMENT, "");
    FAILS(wb_module_host("Mine", NULL, NULL, NULL, NULL), WB_ERROR_ARGUMENT, "");
    FAILS(wb_module_host(NULL, NULL, NULL, NULL, &(wb_module *){NULL}), WB_ERROR_ARGUMENT, "");
    FAILS(wb_module_set_forward(a_module, "Mine", NULL, NULL, NULL), WB_ERROR_ARGUMENT, "");
    FAILS(wb_module_expression(a_module, NULL), WB_ERROR_ARGUMENT, "");
    FAILS(wb_module_summary(a_module, NULL), WB_ERROR_ARGUMENT, "");
    FAILS(wb_module_identity(a_module, NULL), WB_ERROR_ARGUMENT, "");
    FAILS(wb_module_needs_host(a_module, NULL), WB_ERROR_ARGUMENT, "");
    FAILS(wb_module_attribute(a_module, NULL, &(double){0}), WB_ERROR_ARGUMENT, "");
    FAILS(wb_module_attribute_text(a_module, "bias", NULL), WB_ERROR_ARGUMENT, "");
    FAILS(wb_module_call(a_module, NULL, &x, 1, NULL, 1, NULL), WB_ERROR_ARGUMENT, "");
    FAILS(wb_module_call(a_module, NULL, NULL, 1, &(wb_tensor *){NULL}, 1, NULL), WB_ERROR_ARGUMENT, "");
    FAILS(wb_optimizer_create("SGD", NULL, 1, &(wb_optimizer *){NULL}), WB_ERROR_ARGUMENT, "");
    FAILS(wb_optimizer_create(NULL, &x, 1, &(wb_optimizer *){NULL}), WB_ERROR_ARGUMENT, "");
    FAILS(wb_optimizer_create("SGD", &x, 1, NULL), WB_ERROR_ARGUMENT, "");
    FAILS(wb_call(NULL, &x, 1, &(wb_tensor *){NULL}, 1, NULL), WB_ERROR_ARGUMENT, "");
    FAILS(wb_registry_count(WB_REGISTRY_LAYERS, NULL), WB_ERROR_ARGUMENT, "");
    FAILS(wb_graph_create(a_module, NULL, 0, NULL, 0, NULL), WB_ERROR_ARGUMENT, "");
    FAILS(wb_module_forward(a_module, x, NULL), WB_ERROR_ARGUMENT, "");
    FAILS(wb_load("x.h5", NULL), WB_ERROR_ARGUMENT, "");
    FAILS(wb_eval(NULL, 3), WB_ERROR_ARGUMENT, "");
    OK(wb_tensor_free(x));
}

static void shapes_that_do_not_fit_are_named(void) {
    wb_tensor *y = UNTOUCHED(wb_tensor);
    OK(wb_scope_begin());
    wb_tensor *a = floats(SHAPE(64, 784)), *b = floats(SHAPE(500, 10)), *c = floats(SHAPE(3));
    FAILS(wb_matmul(a, b, &y), WB_ERROR_SHAPE, "matmul", "[64, 784]", "[500, 10]");
    FAILS(wb_add(a, b, &y), WB_ERROR_SHAPE, "[64, 784]", "[500, 10]");
    FAILS(wb_linear(a, b, NULL, &y), WB_ERROR_SHAPE, "[64, 784]", "[500, 10]");
    FAILS(wb_reshape(a, SHAPE(7, 7), &y), WB_ERROR_SHAPE, "[64, 784]", "[7, 7]");
    FAILS(wb_broadcast_to(c, SHAPE(4), &y), WB_ERROR_SHAPE, "[3]", "[4]");
    FAILS(wb_concatenate((wb_tensor *[]){a, b}, 2, 0, &y), WB_ERROR_SHAPE, "784", "10");
    FAILS(call_two("mse_loss", a, b, &y), WB_ERROR_SHAPE, "[64, 784]", "[500, 10]");
    FAILS(wb_module_forward(a_module, c, &y), WB_ERROR_SHAPE, "[3]");
    REFUSED(wb_tensor_create(WB_FLOAT32, SHAPE(2, -3), NULL, &y), "-3");
    REFUSED(wb_tensor_create(WB_FLOAT32, -1, NULL, NULL, &y), "-1");
    REFUSED(wb_reduce(WB_REDUCE_SUM, a, (const int32_t[]){5}, 1, 0, &y), "5");
    REFUSED(wb_reduce(WB_REDUCE_SUM, a, (const int32_t[]){0, 0}, 2, 0, &y), "0");
    REFUSED(wb_permute(a, (const int32_t[]){0, 0}, 2, &y), "0");
    REFUSED(wb_softmax(a, 2, &y), "2");
    REFUSED(wb_slice(a, 0, 0, 1, 0, &y), "step");
    REFUSED(wb_tensor_item(a, &(double){0}), "[64, 784]");
    REFUSED(wb_tensor_read(c, (char[64]){0}, 13), "13", "12");
    REFUSED(wb_tensor_write(c, (char[64]){0}, 13), "13", "12");
    EXPECT(y == UNTOUCHED(wb_tensor));
    OK(wb_scope_end());
}

static void wrong_dtypes_and_numbers_of_enumerations_are_refused(void) {
    wb_tensor *y = UNTOUCHED(wb_tensor), *whole = NULL;
    OK(wb_scope_begin());
    wb_tensor *x = floats(SHAPE(2, 2));
    OK(wb_tensor_full(WB_INT64, SHAPE(2, 2), 1, &whole));
    FAILS(wb_matmul(whole, whole, &y), WB_ERROR_DTYPE, "matmul", "int64");
    FAILS(wb_where(x, x, x, &y), WB_ERROR_DTYPE, "bool", "float32");
    FAILS(wb_index_select(x, 0, x, &y), WB_ERROR_DTYPE, "float32");
    FAILS(call_two("cross_entropy", whole, whole, &y), WB_ERROR_DTYPE, "int64");
    FAILS(wb_tensor_set_requires_grad(whole, 1), WB_ERROR_DTYPE, "int64");
    REFUSED(wb_unary((wb_unary_op)999, x, &y), "999");
    REFUSED(wb_binary((wb_binary_op)999, x, x, &y), "999");
    REFUSED(wb_reduce((wb_reduce_op)999, x, NULL, 0, 0, &y), "999");
    FAILS(call_two("mse_los", x, x, &y), WB_ERROR_ARGUMENT, "mse_los", "mse_loss", "column 1");
    FAILS(call_two("mse_loss(reduction='total')", x, x, &y), WB_ERROR_ARGUMENT, "reduction", "'total'", "'sum'",
          "column 20");
    FAILS(wb_registry_count((wb_registry)999, &(int32_t){0}), WB_ERROR_ARGUMENT, "999");
    REFUSED(wb_cast(x, (wb_dtype)999, &y), "999");
    REFUSED(wb_tensor_create((wb_dtype)999, SHAPE(1), NULL, &y), "999");
    EXPECT(wb_dtype_size((wb_dtype)999) == 0);
    EXPECT(strcmp(wb_status_name((wb_status)999), "WB_ERROR_UNKNOWN") == 0);
    EXPECT(y == UNTOUCHED(wb_tensor));
    OK(wb_scope_end());
}

/* An error of values shows when they are computed. */
static wb_status computed(wb_status recorded, wb_tensor **tensor) {
    return recorded != WB_OK ? recorded : wb_eval(tensor, 1);
}

static void labels_and_indices_out_of_range_are_named(void) {
    const int64_t labels[2] = {1, 7}, negative[2] = {-1, 0};
    wb_tensor *y = NULL, *t = NULL;
    OK(wb_scope_begin());
    wb_tensor *x = floats(SHAPE(2, 3));
    OK(wb_tensor_create(WB_INT64, SHAPE(2), labels, &t));
    FAILS(computed(call_two("cross_entropy", x, t, &y), &y), WB_ERROR_INDEX, "7", "3");
    FAILS(computed(wb_index_select(x, 0, t, &y), &y), WB_ERROR_INDEX, "7", "2");
    OK(wb_tensor_create(WB_INT64, SHAPE(2), negative, &t));
    FAILS(computed(call_two("cross_entropy", x, t, &y), &y), WB_ERROR_INDEX, "-1");
    OK(wb_scope_end());
}

static void a_failed_step_leaves_the_model_as_it_was(void) {
    const int64_t labels[2] = {0, 9};
    wb_module *model = perceptron(FEATURES, 16, CLASSES, 1);
    wb_optimizer *optimizer = optimizer_for(model, SGD);
    bytes before = parameters(model);
    wb_tensor *y = NULL, *prediction = NULL, *loss = NULL, *weight = NULL, *gradient = UNTOUCHED(wb_tensor);
    OK(wb_scope_begin());
    wb_tensor *x = floats(SHAPE(2, FEATURES));
    OK(wb_tensor_create(WB_INT64, SHAPE(2), labels, &y));
    OK(wb_module_forward(model, x, &prediction));
    OK(call_two("cross_entropy", prediction, y, &loss));
    FAILS(wb_backward(loss, NULL, 0), WB_ERROR_INDEX, "9");
    OK(wb_module_parameter(model, 0, NULL, &weight));
    OK(wb_tensor_grad(weight, &gradient));
    EXPECT(gradient == NULL);
    OK(wb_optimizer_step(optimizer)); // no gradient, no change
    bytes after = parameters(model);
    EXPECT(same(before, after));

    // The same model trains on.
    OK(wb_tensor_create(WB_INT64, SHAPE(2), (const int64_t[]){0, 3}, &y));
    EXPECT(isfinite(item(training_step(model, optimizer, x, y))));
    bytes trained = parameters(model);
    EXPECT(!same(before, trained));
    OK(wb_scope_end());
    free(before.data);
    free(after.data);
    free(trained.data);
    OK(wb_optimizer_free(optimizer));
    OK(wb_module_free(model));
}

static void a_loss_that_is_not_finite_is_refused_on_request(void) {
    wb_tensor *loss = NULL, *gradient = UNTOUCHED(wb_tensor);
    OK(wb_scope_begin());
    wb_tensor *x = VECTOR(1, NAN), *t = VECTOR(0, 0);
    OK(wb_tensor_set_requires_grad(x, 1));
    OK(call_two("mse_loss", x, t, &loss));
    OK(wb_set_check_finite(1));
    FAILS(wb_backward(loss, NULL, 1), WB_ERROR_NOT_FINITE, "");
    OK(wb_tensor_grad(x, &gradient));
    EXPECT(gradient == NULL);
    OK(wb_set_check_finite(0));
    OK(wb_backward(loss, NULL, 0));
    OK(wb_scope_end());
}

static void empty_batches_are_refused(void) {
    wb_tensor *y = NULL, *labels = NULL;
    OK(wb_scope_begin());
    wb_tensor *x = floats(SHAPE(0, 3));
    OK(wb_tensor_create(WB_INT64, SHAPE(0), NULL, &labels));
    REFUSED(computed(call_two("cross_entropy", x, labels, &y), &y), "0");
    wb_dataset *dataset = NULL;
    wb_batches *batches = NULL;
    OK(wb_dataset_from_tensors(floats(SHAPE(4, 2)), NULL, &dataset));
    FAILS(wb_batches_create(dataset, 0, WB_SHUFFLE_NONE, 0, 0, 0, &batches), WB_ERROR_ARGUMENT, "0");
    FAILS(wb_batches_create(dataset, -5, WB_SHUFFLE_NONE, 0, 0, 0, &batches), WB_ERROR_ARGUMENT, "-5");
    REFUSED(wb_dataset_read(dataset, 2, 3, &y, NULL), "4");
    REFUSED(wb_dataset_from_tensors(floats(SHAPE(4, 2)), floats(SHAPE(3)), &dataset), "4", "3");
    OK(wb_scope_end());
}

static void more_memory_than_there_is_is_refused(void) {
    const int64_t side = 1 << 24; // side^2 float32: a pebibyte, beyond any address space
    wb_tensor *y = NULL, *column = NULL, *row = NULL;
    OK(wb_scope_begin());
    FAILS(computed(wb_tensor_full(WB_FLOAT32, SHAPE(side, side), 1, &y), &y), WB_ERROR_MEMORY, "");
    FAILS(computed(wb_tensor_create(WB_FLOAT32, SHAPE(side, side), NULL, &y), &y), WB_ERROR_MEMORY, "");
    REFUSED(computed(wb_tensor_full(WB_FLOAT64, SHAPE(INT64_MAX, INT64_MAX), 1, &y), &y), "");
    REFUSED(computed(wb_tensor_full(WB_FLOAT64, SHAPE(INT64_MAX / 2), 1, &y), &y), "");
    OK(wb_tensor_full(WB_FLOAT32, SHAPE(side, 1), 1, &column));
    OK(wb_tensor_full(WB_FLOAT32, SHAPE(1, side), 1, &row));
    FAILS(computed(wb_add(column, row, &y), &y), WB_ERROR_MEMORY, "");
    FAILS(computed(wb_matmul(column, row, &y), &y), WB_ERROR_MEMORY, "");
    wb_module *module = NULL;
    FAILS(wb_module_create("Linear(16777216, 16777216)", WB_FLOAT32, &module), WB_ERROR_MEMORY, "");
    REFUSED(wb_module_create("Linear(9223372036854775807, 9223372036854775807)", WB_FLOAT32, &module), "");
    FAILS(wb_module_create("Linear(-1, 2)", WB_FLOAT32, &module), WB_ERROR_ARGUMENT, "positive", "-1", "column 1");
    EXPECT(module == NULL);
    OK(wb_sum(floats(SHAPE(2)), &y));
    EXPECT(item(y) == 2);
    OK(wb_scope_end());
}

static void scopes_free_what_was_made_in_them_and_must_balance(void) {
    wb_tensor *inner = NULL, *kept = NULL;
    int64_t count = 0;
    FAILS(wb_scope_end(), WB_ERROR_STATE, "scope");
    OK(wb_scope_begin());
    OK(wb_scope_begin());
    inner = floats(SHAPE(3));
    kept = floats(SHAPE(4));
    OK(wb_scope_keep(kept));
    OK(wb_scope_end());
    HANDLE(wb_tensor_count(inner, &count));
    OK(wb_tensor_count(kept, &count));
    EXPECT(count == 4);
    OK(wb_scope_keep(kept));
    OK(wb_scope_end());
    OK(wb_tensor_count(kept, &count));
    OK(wb_tensor_free(kept));
    HANDLE(wb_tensor_free(kept));
    FAILS(wb_scope_end(), WB_ERROR_STATE, "scope");
}

static void a_capture_block_misused_says_so_and_changes_nothing(void) {
    wb_program *program = UNTOUCHED(wb_program);
    wb_tensor *y = NULL, *out = UNTOUCHED(wb_tensor);
    double value = 0;
    OK(wb_scope_begin());
    wb_tensor *x = floats(SHAPE(2)), *other = floats(SHAPE(3));
    FAILS(wb_capture_end(&x, 1, &program), WB_ERROR_STATE, "capture");
    FAILS(wb_capture_cancel(), WB_ERROR_STATE, "capture");
    EXPECT(program == UNTOUCHED(wb_program));

    OK(wb_capture_begin(&x, 1));
    FAILS(wb_capture_begin(&x, 1), WB_ERROR_STATE, "capture");
    OK(wb_sum(x, &y));
    FAILS(wb_tensor_item(y, &value), WB_ERROR_STATE, "capture");
    FAILS(wb_eval(&y, 1), WB_ERROR_STATE, "capture");
    OK(wb_capture_cancel());

    OK(wb_capture_begin(&x, 1));
    OK(wb_sum(x, &y));
    OK(wb_capture_end(&y, 1, &program));
    REFUSED(wb_program_run(program, &x, 0, &out, 1), "1");
    REFUSED(wb_program_run(program, &x, 1, &out, 0), "1");
    FAILS(wb_program_run(program, &other, 1, &out, 1), WB_ERROR_SHAPE, "[2]", "[3]");
    REFUSED(wb_program_run_pointers(program, (const void *[]){NULL}, 1, (void *[]){NULL}, 1), "");
    EXPECT(out == UNTOUCHED(wb_tensor));
    OK(wb_program_run(program, &x, 1, &out, 1));
    EXPECT(item(out) == 2);
    OK(wb_scope_end());
}

static void modules_optimisers_and_settings_refuse_what_they_do_not_have(void) {
    wb_module *box = NULL, *child = NULL;
    wb_optimizer *optimizer = optimizer_for(a_module, SGD);
    wb_tensor *y = UNTOUCHED(wb_tensor);
    double value = 0;
    OK(wb_scope_begin());
    wb_tensor *x = floats(SHAPE(1, 2)), *parameter = floats(SHAPE(3));
    OK(wb_tensor_set_requires_grad(parameter, 1));
    OK(wb_module_host("Mine", NULL, NULL, NULL, &box));
    OK(wb_module_sequential(NULL, 0, &child));
    FAILS(wb_module_forward(box, x, &y), WB_ERROR_UNSUPPORTED, "Mine");
    FAILS(wb_module_add(box, "", child), WB_ERROR_ARGUMENT, "name");
    FAILS(wb_module_add(box, "a.b", child), WB_ERROR_ARGUMENT, "a.b");
    FAILS(wb_module_add(box, "a/b", child), WB_ERROR_ARGUMENT, "a/b");
    OK(wb_module_add(box, "child", child));
    FAILS(wb_module_add(box, "itself", box), WB_ERROR_ARGUMENT, "itself");
    FAILS(wb_module_add(child, "parent", box), WB_ERROR_ARGUMENT, "itself");
    FAILS(wb_module_attribute(a_module, "colour", &value), WB_ERROR_ARGUMENT, "colour");
    REFUSED(wb_module_parameter(a_module, 99, NULL, NULL), "99");
    FAILS(wb_module_create("Relu()", WB_FLOAT32, &child), WB_ERROR_ARGUMENT, "Relu", "ReLU", "column 1");
    FAILS(wb_optimizer_set(optimizer, 0, "speed", 1), WB_ERROR_ARGUMENT, "speed");
    FAILS(wb_optimizer_set(optimizer, 0, "nesterov", 2), WB_ERROR_ARGUMENT, "nesterov");
    FAILS(wb_optimizer_set(optimizer, 0, "lr", -1), WB_ERROR_ARGUMENT, "lr", "-1");
    FAILS(wb_optimizer_set(optimizer, 1, "lr", 1), WB_ERROR_INDEX, "1");
    FAILS(wb_optimizer_create("SGD(lr=-0.5)", &parameter, 1, &(wb_optimizer *){NULL}), WB_ERROR_ARGUMENT, "lr", "-0.5",
          "column 1");
    FAILS(wb_optimizer_create("Adam(0.1, betas=(1.5, 0.9))", &parameter, 1, &(wb_optimizer *){NULL}), WB_ERROR_ARGUMENT,
          "betas", "1.5", "column 1");
    FAILS(wb_optimizer_create("Adan()", &parameter, 1, &(wb_optimizer *){NULL}), WB_ERROR_ARGUMENT, "Adan", "Adam",
          "column 1");
    FAILS(wb_set_num_threads(0), WB_ERROR_ARGUMENT, "0");
    FAILS(wb_set_num_threads(257), WB_ERROR_ARGUMENT, "257");
    REFUSED(wb_backward(x, NULL, 0), "backward");
    OK(wb_optimizer_get(optimizer, 0, "lr", &value));
    EXPECT(value == 0.1 && y == UNTOUCHED(wb_tensor));
    OK(wb_scope_end());
    OK(wb_optimizer_free(optimizer));
}

static void backward_needs_one_element_or_a_gradient_that_fits(void) {
    wb_tensor *y = NULL;
    OK(wb_scope_begin());
    wb_tensor *x = VECTOR(1, 2, 3), *short_one = VECTOR(1, 2);
    OK(wb_tensor_set_requires_grad(x, 1));
    OK(wb_square(x, &y));
    REFUSED(wb_backward(y, NULL, 0), "[3]");
    FAILS(wb_backward(y, short_one, 0), WB_ERROR_SHAPE, "[2]", "[3]");
    OK(wb_backward(y, x, 0));
    OK(wb_scope_end());
}

static void files_that_are_missing_forbidden_or_not_hdf5_are_named(void) {
    char forbidden[] = "/tmp/wingbeat-errors-XXXXXX";
    wb_dataset *dataset = UNTOUCHED(wb_dataset);
    wb_module *model = UNTOUCHED(wb_module);
    FAILS(wb_dataset_open("/tmp/no-such-file.h5", "x", NULL, WB_FLOAT32, 1, 0, &dataset), WB_ERROR_FILE,
          "/tmp/no-such-file.h5", "No such file");
    FAILS(wb_load("/tmp/no-such-file.h5", &model), WB_ERROR_FILE, "/tmp/no-such-file.h5", "No such file");
    FAILS(wb_save("/tmp/no-such-folder/model.h5", a_module, NULL, 0, 0), WB_ERROR_FILE, "/tmp/no-such-folder",
          "No such file");

    int file = mkstemp(forbidden);
    EXPECT(file >= 0 && write(file, "not HDF5 at all", 15) == 15);
    close(file);
    FAILS(wb_dataset_open(forbidden, "x", NULL, WB_FLOAT32, 1, 0, &dataset), WB_ERROR_FORMAT, forbidden);
    FAILS(wb_load(forbidden, &model), WB_ERROR_FORMAT, forbidden);

    // The superuser may read everything, so this test goes on as somebody else.
    uid_t user = geteuid();
    EXPECT(chmod(forbidden, 0) == 0);
    if (user != 0 || seteuid(65534) == 0) {
        FAILS(wb_load(forbidden, &model), WB_ERROR_FILE, forbidden, "Permission denied");
        FAILS(wb_dataset_open(forbidden, "x", NULL, WB_FLOAT32, 1, 0, &dataset), WB_ERROR_FILE, forbidden,
              "Permission denied");
        EXPECT(user != 0 || seteuid(0) == 0);
    }

    EXPECT(unlink(forbidden) == 0);
    OK(wb_save(forbidden, a_module, NULL, 0, 0));
    FAILS(wb_dataset_open(forbidden, "no/such/data", NULL, WB_FLOAT32, 1, 0, &dataset), WB_ERROR_FORMAT, forbidden,
          "no/such/data");
    EXPECT(dataset == UNTOUCHED(wb_dataset) && model == UNTOUCHED(wb_module));
    unlink(forbidden);
}

static void an_interval_that_ends_before_it_begins_is_refused(void) {
    const int64_t shape[] = {3};
    wb_tensor *x = NULL;
    EXPECT(wb_random(WB_DISTRIBUTION_UNIFORM, WB_FLOAT32, 1, shape, 1, -1, &x) == WB_ERROR_ARGUMENT && x == NULL);
    EXPECT(strstr(wb_last_error(), "interval") != NULL);
    OK(wb_random(WB_DISTRIBUTION_UNIFORM, WB_FLOAT32, 1, shape, 1, 1, &x));
    OK(wb_tensor_free(x));
}

int main(void) {
    make_bad_handles();
    RUN(bad_tensor_handles_are_refused_everywhere);
    RUN(bad_handles_of_other_kinds_are_refused_everywhere);
    RUN(freeing_nothing_is_allowed);
    RUN(a_null_out_parameter_is_refused);
    RUN(shapes_that_do_not_fit_are_named);
    RUN(wrong_dtypes_and_numbers_of_enumerations_are_refused);
    RUN(labels_and_indices_out_of_range_are_named);
    RUN(a_failed_step_leaves_the_model_as_it_was);
    RUN(a_loss_that_is_not_finite_is_refused_on_request);
    RUN(empty_batches_are_refused);
    RUN(more_memory_than_there_is_is_refused);
    RUN(scopes_free_what_was_made_in_them_and_must_balance);
    RUN(a_capture_block_misused_says_so_and_changes_nothing);
    RUN(modules_optimisers_and_settings_refuse_what_they_do_not_have);
    RUN(backward_needs_one_element_or_a_gradient_that_fits);
    RUN(an_interval_that_ends_before_it_begins_is_refused);
    RUN(files_that_are_missing_forbidden_or_not_hdf5_are_named);
    return finish();
}
