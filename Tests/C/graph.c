/* Graphs: networks whose forward pass is a text. A residual network is built, trained, saved and loaded without Python,
 * and a wrong body is told in which line and column it is wrong. */
#define _GNU_SOURCE
#include "folder.h"
#include "problem.h"

static problem data;
/* Two residual blocks between a first and a last layer. */
static const char residual[] = "Graph('x', 'h = relu(first(x))\\nh = add(h, block1(h))\\nh = add(h, block2(h))\\ny = "
                               "last(h)', 'y', "
                               "first=Linear(8, 24), block1=Sequential(Linear(24, 24), Tanh(), Linear(24, 24)), "
                               "block2=Sequential(Linear(24, 24), Tanh(), Linear(24, 24)), last=Linear(24, 4))";

static wb_module *residual_network(uint64_t seed) {
    OK(wb_manual_seed(seed));
    return module_of(residual, WB_FLOAT32);
}

/* The parameter or buffer at a path. */
static wb_tensor *parameter(const wb_module *module, const char *name) {
    int32_t parameters = 0, buffers = 0;
    OK(wb_module_parameter_count(module, &parameters));
    OK(wb_module_buffer_count(module, &buffers));
    for (int32_t i = 0; i < parameters + buffers; i++) {
        const char *found = NULL;
        wb_tensor *tensor = NULL;
        if (i < parameters)
            OK(wb_module_parameter(module, i, &found, &tensor));
        else
            OK(wb_module_buffer(module, i - parameters, &found, &tensor));
        if (strcmp(found, name) == 0) return tensor;
        OK(wb_tensor_free(tensor));
    }
    check_report(__FILE__, __LINE__, "there is no %s", name);
    return NULL;
}

/* One tensor in, one out. */
static wb_tensor *run(const wb_module *module, const wb_tensor *x) {
    wb_tensor *y = NULL;
    OK(wb_module_forward(module, x, &y));
    return y;
}

static int same_bits(const wb_tensor *a, const wb_tensor *b) {
    int64_t count = 0, other = 0;
    const void *of_a = NULL, *of_b = NULL;
    wb_dtype dtype = WB_BOOL, dtype_b = WB_BOOL;
    OK(wb_tensor_count(a, &count));
    OK(wb_tensor_count(b, &other));
    OK(wb_tensor_dtype(a, &dtype));
    OK(wb_tensor_dtype(b, &dtype_b));
    OK(wb_tensor_data(a, &of_a));
    OK(wb_tensor_data(b, &of_b));
    return count == other && dtype == dtype_b && memcmp(of_a, of_b, (size_t)count * wb_dtype_size(dtype)) == 0;
}

static wb_tensor *rows_of_data(int64_t count) {
    wb_tensor *x = NULL;
    OK(wb_tensor_create(WB_FLOAT32, SHAPE(count, FEATURES), data.x, &x));
    return x;
}

/* ------------------------------------------------------------------ a residual network */

static wb_tensor *linear(const wb_module *model, const char *layer, const wb_tensor *x) {
    char weight[64], bias[64];
    wb_tensor *y = NULL;
    snprintf(weight, sizeof weight, "%s.weight", layer);
    snprintf(bias, sizeof bias, "%s.bias", layer);
    OK(wb_linear(x, parameter(model, weight), parameter(model, bias), &y));
    return y;
}

static void a_graph_computes_what_its_lines_say(void) {
    OK(wb_scope_begin());
    wb_module *model = residual_network(1);
    wb_tensor *x = rows_of_data(7), *h = linear(model, "first", x), *inner = NULL;
    OK(wb_relu(h, &h));
    const char *blocks[2][2] = {{"block1.0", "block1.2"}, {"block2.0", "block2.2"}};
    for (int i = 0; i < 2; i++) {
        inner = linear(model, blocks[i][0], h);
        OK(wb_tanh(inner, &inner));
        OK(wb_add(h, linear(model, blocks[i][1], inner), &h));
    }
    EXPECT(same_bits(run(model, x), linear(model, "last", h)));
    const char *text = NULL;
    OK(wb_module_summary(model, &text));
    EXPECT(strcmp(text, "x -> y") == 0);
    OK(wb_module_describe(model, &text));
    EXPECT(strstr(text, "Graph(\n  x -> y\n  (first): Linear(in_features=8, out_features=24, bias=True)\n  (block1): "
                        "Sequential("));
    OK(wb_module_attribute_text(model, "outputs", &text));
    EXPECT(strcmp(text, "'y'") == 0);
    int32_t needs = -1;
    OK(wb_module_needs_host(model, &needs));
    EXPECT(needs == 0);
    OK(wb_scope_end());
}

static void its_derivatives_are_those_of_finite_differences(void) {
    OK(wb_scope_begin());
    OK(wb_manual_seed(3));
    wb_module *model = module_of("Graph('x', 'h = tanh(a(x))\\ny = sum(add(mul(h, h), mul(h, scale)))', 'y', "
                                 "a=Linear(3, 4), scale=Parameter(4))",
                                 WB_FLOAT64);
    OK(wb_initialize(parameter(model, "scale"), WB_INITIALIZER_NORMAL, 0, 1));
    OK(wb_module_cast(model, WB_FLOAT64));
    wb_tensor *x = NULL, *gradient = NULL;
    OK(wb_random(WB_DISTRIBUTION_NORMAL, WB_FLOAT64, SHAPE(5, 3), 0, 1, &x));
    wb_tensor *y = run(model, x);
    OK(wb_backward(y, NULL, 0));
    const char *names[] = {"a.weight", "a.bias", "scale"};
    for (int k = 0; k < 3; k++) {
        const double step = 1e-5;
        double values[12], sides[2];
        int64_t count = 0;
        wb_tensor *p = parameter(model, names[k]);
        OK(wb_tensor_count(p, &count));
        OK(wb_tensor_read(p, values, (size_t)count * sizeof *values));
        OK(wb_tensor_grad(p, &gradient));
        for (int64_t i = 0; i < count; i++) {
            double middle = values[i];
            for (int side = 0; side < 2; side++) {
                values[i] = middle + (side ? step : -step);
                OK(wb_set_grad_enabled(0, NULL));
                OK(wb_tensor_write(p, values, (size_t)count * sizeof *values));
                OK(wb_set_grad_enabled(1, NULL));
                sides[side] = item(run(model, x));
            }
            values[i] = middle;
            CLOSE(at(gradient, i), (sides[1] - sides[0]) / (2 * step), 1e-8);
        }
        OK(wb_set_grad_enabled(0, NULL));
        OK(wb_tensor_write(p, values, (size_t)count * sizeof *values));
        OK(wb_set_grad_enabled(1, NULL));
    }
    OK(wb_scope_end());
}

enum { STEPS = 40 };

/* Trains as `train_anew` does, in as many steps. */
static wb_trainer *trainer_of(wb_module *model, wb_optimizer *optimizer) {
    wb_trainer *trainer = trainer_for(model, optimizer);
    OK(wb_trainer_set(trainer, WB_TRAINER_EPOCHS, STEPS * BATCH / ROWS));
    OK(wb_trainer_set(trainer, WB_TRAINER_BATCH_SIZE, BATCH));
    OK(wb_trainer_set(trainer, WB_TRAINER_SHUFFLE, WB_SHUFFLE_NONE));
    return trainer;
}

static void it_trains_by_the_three_calls_and_by_fit_to_the_same_bits(void) {
    wb_module *by_hand = residual_network(1), *by_fit = residual_network(1);
    wb_optimizer *optimizer = optimizer_for(by_fit, ADAM);
    wb_trainer *trainer = trainer_of(by_fit, optimizer);
    wb_dataset *dataset = problem_dataset(&data);
    double losses[STEPS], first = 0, last = 0;
    bytes a = train_anew(by_hand, ADAM, &data, STEPS, losses);
    OK(wb_trainer_fit(trainer, dataset, NULL, NULL, NULL));
    bytes b = parameters(by_fit);
    EXPECT(same(a, b));
    for (int i = 0; i < ROWS / BATCH; i++) {
        first += losses[i];
        last += losses[STEPS - 1 - i];
    }
    EXPECT(last < 0.5 * first);
    free(a.data);
    free(b.data);
    OK(wb_dataset_free(dataset));
    OK(wb_trainer_free(trainer));
    OK(wb_optimizer_free(optimizer));
    OK(wb_module_free(by_fit));
    OK(wb_module_free(by_hand));
}

static void it_is_saved_and_loaded_with_the_same_bits_and_trains_on(void) {
    wb_module *whole = residual_network(5), *half = residual_network(5), *loaded = NULL, *other = residual_network(99);
    wb_optimizer *of_whole = optimizer_for(whole, ADAM), *of_half = optimizer_for(half, ADAM),
                 *of_other = optimizer_for(other, ADAM);
    wb_trainer *to_the_end = trainer_of(whole, of_whole), *half_way = trainer_of(half, of_half),
               *resumed = trainer_of(other, of_other);
    wb_dataset *dataset = problem_dataset(&data);
    OK(wb_trainer_fit(to_the_end, dataset, NULL, NULL, NULL));
    OK(wb_trainer_set(half_way, WB_TRAINER_MAX_STEPS, 13));
    OK(wb_trainer_fit(half_way, dataset, NULL, NULL, NULL));
    OK(wb_trainer_save(half_way, path("half.h5")));

    OK(wb_load(path("half.h5"), &loaded));
    bytes saved = parameters(half), found = parameters(loaded);
    EXPECT(same(saved, found));
    const char *text = NULL;
    OK(wb_module_expression(loaded, &text));
    EXPECT(strcmp(text, residual) == 0);
    wb_tensor *x = rows_of_data(9), *a = run(half, x), *b = run(loaded, x);
    EXPECT(same_bits(a, b));

    OK(wb_trainer_load(resumed, path("half.h5")));
    OK(wb_trainer_fit(resumed, dataset, NULL, NULL, NULL));
    bytes expected = parameters(whole), after = parameters(other);
    EXPECT(same(expected, after));

    wb_tensor *tensors[] = {x, a, b};
    for (int i = 0; i < 3; i++) OK(wb_tensor_free(tensors[i]));
    bytes all[] = {saved, found, expected, after};
    for (int i = 0; i < 4; i++) free(all[i].data);
    OK(wb_dataset_free(dataset));
    wb_trainer *trainers[] = {to_the_end, half_way, resumed};
    wb_optimizer *optimizers[] = {of_whole, of_half, of_other};
    wb_module *modules[] = {whole, half, other, loaded};
    for (int i = 0; i < 3; i++) OK(wb_trainer_free(trainers[i]));
    for (int i = 0; i < 3; i++) OK(wb_optimizer_free(optimizers[i]));
    for (int i = 0; i < 4; i++) OK(wb_module_free(modules[i]));
}

/* ------------------------------------------------------------------ what a body can say */

static void lines_compute_with_sizes(void) {
    OK(wb_scope_begin());
    wb_module *model = module_of("Graph('x', 'n = size(x, 0)\\nk = 2 * size(x, -1) + 1 - 3\\nm = n // 2\\nh = "
                                 "reshape(x, (n, -1))\\n"
                                 "y = add(sum(h, dim=1), k * (m + 10))', 'y')",
                                 WB_FLOAT64);
    const int64_t rows[] = {1, 2, 5};
    for (int i = 0; i < 3; i++) {
        wb_tensor *x = NULL;
        int64_t shape[1] = {0};
        OK(wb_tensor_full(WB_FLOAT64, SHAPE(rows[i], 2, 3), 1, &x));
        wb_tensor *y = run(model, x);
        OK(wb_tensor_shape(y, 1, shape));
        EXPECT(shape[0] == rows[i] && at(y, 0) == 6 + 4 * (double)(rows[i] / 2 + 10));
    }
    // Division rounds down, as Python's.
    wb_tensor *x = VECTOR(1, 2), *y = NULL;
    y = run(module_of("Graph('x', 'n = (0 - 7) // 2\\ny = add(x, n)', 'y')", WB_FLOAT64), x);
    EXPECT(at(y, 0) == -3);
    y = run(module_of("Graph('x', 'n = 2 + 3 * 4 - 6 // 4\\ny = add(x, n)', 'y')", WB_FLOAT64), x);
    EXPECT(at(y, 0) == 14);
    OK(wb_scope_end());
}

static void inputs_may_be_missing_and_results_may_be_several(void) {
    OK(wb_scope_begin());
    wb_module *model = module_of("Graph('x, low=None, high=None', '# both bounds may be left away\\n\\n  y = clamp(x, "
                                 "min=low, max=high)\\n"
                                 "a, b = split(x, 1)\\nnone = high', 'y, b, none')",
                                 WB_FLOAT64);
    wb_tensor *x = VECTOR(1, 5), *low = VECTOR(2, 2), *high = VECTOR(4, 4), *outputs[3] = {x, x, x};
    int32_t count = 0;
    OK(wb_module_call(model, NULL, (wb_tensor *[]){x, low, high}, 3, outputs, 3, &count));
    EXPECT(count == 3 && at(outputs[0], 0) == 2 && at(outputs[0], 1) == 4 && item(outputs[1]) == 5 &&
           at(outputs[2], 0) == 4);
    OK(wb_module_call(model, NULL, (wb_tensor *[]){x, NULL, high}, 3, outputs, 3, &count));
    EXPECT(at(outputs[0], 0) == 1 && at(outputs[0], 1) == 4);
    OK(wb_module_call(model, NULL, (wb_tensor *[]){x, low}, 2, outputs, 3, &count));
    EXPECT(at(outputs[0], 0) == 2 && at(outputs[0], 1) == 5 && outputs[2] == NULL);
    FAILS(wb_module_call(model, NULL, (wb_tensor *[]){NULL, low}, 2, outputs, 3, &count), WB_ERROR_ARGUMENT,
          "'x' is missing", "low=None");
    FAILS(wb_module_call(model, NULL, NULL, 0, outputs, 3, &count), WB_ERROR_ARGUMENT, "'x' is missing");
    FAILS(wb_module_call(model, NULL, (wb_tensor *[]){x, x, x, x}, 4, outputs, 3, &count), WB_ERROR_ARGUMENT,
          "4 tensors", "3 expected");
    FAILS(wb_module_call(model, NULL, (wb_tensor *[]){x, low}, 2, outputs, 2, &count), WB_ERROR_ARGUMENT, "3 results",
          "room for 2");
    FAILS(wb_module_call(model, NULL, &x, 1, outputs, 3, &count), WB_ERROR_ARGUMENT, "line 3", "clamp", "bound");
    wb_module *pair = module_of("Graph('x', 'a, b = split(x, 1)', 'a, b')", WB_FLOAT64);
    FAILS(wb_module_forward(pair, x, &outputs[0]), WB_ERROR_ARGUMENT, "one tensor", "2");

    // A graph in a graph, with two inputs and two results, and one that is missing handed on.
    wb_module *outer = module_of("Graph('x, bias=None', 'h, rest = inner(x, bias)\\ny = add(h, rest)', 'y', "
                                 "inner=Graph('a, b=None', 'c = clamp(a, min=b, max=100)\\nd = mul(a, 10)', 'c, d'))",
                                 WB_FLOAT64);
    OK(wb_module_call(outer, NULL, (wb_tensor *[]){x, low}, 2, outputs, 1, NULL));
    EXPECT(at(outputs[0], 0) == 12 && at(outputs[0], 1) == 55);
    OK(wb_module_forward(outer, x, &outputs[0]));
    EXPECT(at(outputs[0], 0) == 11);
    OK(wb_scope_end());
}

static void names_are_values_modules_parameters_and_buffers_by_their_paths(void) {
    OK(wb_scope_begin());
    wb_module *model = module_of("Graph('x', 'fc = fc(x)\\nfc = self.fc(fc)\\nh = deep.chain.0(fc)\\ny = add(mul(h, "
                                 "deep.scale), self.deep.shift)\\n"
                                 "y = add(y, shift)', 'y', fc=Linear(1, 1, dtype=float64), shift=Parameter(1, "
                                 "dtype=float64), "
                                 "deep=Container(chain=Sequential(Linear(1, 1, dtype=float64)), scale=Parameter(1, "
                                 "dtype=float64), shift=Buffer(1, dtype=float64)))",
                                 WB_FLOAT32);
    const char *names[] = {"fc.weight",  "fc.bias", "deep.chain.0.weight", "deep.chain.0.bias", "deep.scale",
                           "deep.shift", "shift"};
    const double values[] = {2, 1, 5, 3, 10, 100, 1000};
    OK(wb_set_grad_enabled(0, NULL));
    for (int i = 0; i < 7; i++) OK(wb_tensor_write(parameter(model, names[i]), &values[i], sizeof values[i]));
    OK(wb_set_grad_enabled(1, NULL));
    wb_tensor *x = VECTOR(7);
    EXPECT(item(run(model, x)) == (5 * (2 * (2 * 7 + 1) + 1) + 3) * 10 + 100 + 1000);
    OK(wb_scope_end());
}

/* y = x - mean, where training takes a tenth of each batch's mean into the running one. */
static const char centring[] = "Graph('x', 'y = sub(x, mean)', 'y', training_body='m = mean(x, dim=0)\\nmean = "
                               "lerp(mean, m, 0.1)\\ncount = add(count, 1)\\n"
                               "y = sub(x, mean)', mean=Buffer(2, dtype=float64), count=Buffer(dtype=int64))";

static void a_buffer_changes_once_a_pass_and_only_in_training(void) {
    OK(wb_scope_begin());
    wb_module *model = module_of(centring, WB_FLOAT64);
    wb_tensor *x = NULL;
    OK(wb_tensor_create(WB_FLOAT64, SHAPE(2, 2), (const double[]){1, 10, 3, 30}, &x));
    wb_tensor *y = run(model, x), *mean = parameter(model, "mean");
    CLOSE(at(mean, 0), 0.2, 1e-15);
    CLOSE(at(mean, 1), 2, 1e-15);
    CLOSE(at(y, 0), 0.8, 1e-15); // the lines behind it see the new value
    y = run(model, x);
    CLOSE(at(mean, 0), 0.38, 1e-15);
    OK(wb_module_set_training(model, 0));
    y = run(model, x);
    CLOSE(at(mean, 0), 0.38, 1e-15);
    CLOSE(at(y, 0), 1 - 0.38, 1e-15);
    EXPECT(item(parameter(model, "count")) == 2);

    // A pass that fails leaves the buffers as they were, however far it came.
    OK(wb_module_set_training(model, 1));
    wb_module *chain = NULL, *next = module_of("Linear(3, 1)", WB_FLOAT64);
    OK(wb_module_sequential((wb_module *[]){model, next}, 2, &chain));
    FAILS(wb_module_forward(chain, x, &y), WB_ERROR_SHAPE, "3");
    CLOSE(at(mean, 0), 0.38, 1e-15);
    EXPECT(item(parameter(model, "count")) == 2);

    // Twice in one pass is twice in the value.
    wb_module *both = NULL;
    OK(wb_module_sequential((wb_module *[]){model, model}, 2, &both));
    OK(wb_module_forward(both, x, &y));
    EXPECT(item(parameter(model, "count")) == 4);

    // What a buffer has is saved.
    wb_module *loaded = NULL;
    OK(wb_save(path("centring.h5"), model, NULL, 0, 0));
    OK(wb_load(path("centring.h5"), &loaded));
    EXPECT(same_bits(parameter(loaded, "mean"), mean) && item(parameter(loaded, "count")) == 4);
    const char *text = NULL;
    OK(wb_module_expression(loaded, &text));
    EXPECT(strcmp(text, centring) == 0);
    OK(wb_scope_end());
}

static void a_trainer_changes_buffers_once_a_step_and_evaluation_does_not(void) {
    OK(wb_scope_begin());
    OK(wb_manual_seed(1));
    char text[1000];
    snprintf(text, sizeof text, "Sequential(%s, Linear(2, 1))", centring);
    wb_module *model = module_of(text, WB_FLOAT64), *loss = module_of("MSELoss()", WB_FLOAT64);
    wb_tensor *all[8] = {NULL}, *x = NULL, *y = NULL;
    wb_dataset *dataset = NULL;
    wb_optimizer *optimizer = NULL;
    wb_trainer *trainer = NULL;
    OK(wb_random(WB_DISTRIBUTION_NORMAL, WB_FLOAT64, SHAPE(40, 2), 3, 1, &x));
    OK(wb_random(WB_DISTRIBUTION_NORMAL, WB_FLOAT64, SHAPE(40, 1), 0, 1, &y));
    OK(wb_dataset_from_tensors(x, y, &dataset));
    for (int32_t i = 0; i < 2; i++) OK(wb_module_parameter(model, i, NULL, &all[i]));
    OK(wb_optimizer_create("SGD(lr=0.01)", all, 2, &optimizer));
    OK(wb_trainer_create(model, loss, optimizer, &trainer));
    OK(wb_trainer_set(trainer, WB_TRAINER_EPOCHS, 3));
    OK(wb_trainer_set(trainer, WB_TRAINER_BATCH_SIZE, 16));
    OK(wb_trainer_set_validation(trainer, dataset));
    OK(wb_trainer_fit(trainer, dataset, NULL, NULL, NULL));
    EXPECT(item(parameter(model, "0.count")) == 9); // three epochs of 16, 16 and 8 rows
    double mean = at(parameter(model, "0.mean"), 0), found = 0;
    EXPECT(mean > 1.2 && mean < 3);
    OK(wb_evaluate(model, loss, NULL, 0, dataset, 16, &found, NULL, NULL));
    EXPECT(isfinite(found) && item(parameter(model, "0.count")) == 9 && at(parameter(model, "0.mean"), 0) == mean);
    OK(wb_scope_end());
}

static void a_graph_is_a_loss_and_a_metric(void) {
    OK(wb_scope_begin());
    wb_module *model = module_of("Linear(2, 1)", WB_FLOAT64);
    wb_module *loss = module_of("Graph('p, t', 'y = mean(square(sub(p, t)))', 'y')", WB_FLOAT64),
              *mse = module_of("MSELoss()", WB_FLOAT64);
    wb_module *metric = module_of("Graph('p, t', 'y = mean(abs(sub(p, t)), dim=1)', 'y')", WB_FLOAT64);
    wb_tensor *x = NULL, *y = NULL, *difference = NULL;
    wb_dataset *dataset = NULL;
    double of_graph = 0, of_layer = 0, measured[2] = {0, 0}, accuracy = 0;
    OK(wb_random(WB_DISTRIBUTION_NORMAL, WB_FLOAT64, SHAPE(40, 2), 0, 1, &x));
    OK(wb_random(WB_DISTRIBUTION_NORMAL, WB_FLOAT64, SHAPE(40, 1), 0, 1, &y));
    OK(wb_dataset_from_tensors(x, y, &dataset));
    OK(wb_evaluate(model, loss, (wb_module *[]){metric, mse}, 2, dataset, 16, &of_graph, &accuracy, measured));
    OK(wb_evaluate(model, mse, NULL, 0, dataset, 40, &of_layer, NULL, NULL));
    CLOSE(of_graph, of_layer, 1e-12);
    CLOSE(measured[1], of_layer, 1e-12);
    EXPECT(isnan(accuracy));
    OK(wb_subtract(run(model, x), y, &difference));
    OK(wb_unary(WB_UNARY_ABSOLUTE, difference, &difference));
    OK(wb_mean(difference, &difference));
    CLOSE(measured[0], item(difference), 1e-12);
    OK(wb_scope_end());
}

/* ------------------------------------------------------------------ graphs from the host's code */

/* What a host might write: the rows of x flattened, a layer, and the input's first columns added. */
typedef struct residual_host {
    wb_module *module, *layer;
    int looks; /* whether it looks at a value on its way */
} residual_host;

static wb_status forward_of_host(void *context, const char *options, wb_tensor *const *inputs, int32_t input_count,
                                 wb_tensor **outputs, int32_t capacity, int32_t *output_count) {
    residual_host *h = context;
    wb_tensor *flat = NULL, *y = NULL, *part = NULL;
    int64_t rows = 0, shape[3] = {0};
    double value = 0;
    (void)options, (void)input_count, (void)capacity;
    OK(wb_scope_begin());
    wb_status status = wb_tensor_shape(inputs[0], 3, shape);
    rows = shape[0];
    if (status == WB_OK) status = wb_reshape(inputs[0], SHAPE(rows, 6), &flat);
    if (status == WB_OK) status = wb_module_forward(h->layer, flat, &y);
    if (status == WB_OK) status = wb_slice(flat, 1, 0, 4, 1, &part);
    if (status == WB_OK) status = wb_add(y, part, &y);
    if (status == WB_OK && h->looks) status = wb_tensor_item(y, &value);
    if (status == WB_OK) status = wb_scope_keep(outputs[0] = y);
    OK(wb_scope_end());
    *output_count = 1;
    return status;
}

static void place(void *context, void *text, size_t capacity) {
    (void)context;
    snprintf(text, capacity, "graph.c, the host");
}

static wb_recording *recorded(const wb_module *module, int64_t rows) {
    wb_tensor *x = NULL, *y = NULL;
    wb_recording *recording = NULL;
    const char *names[] = {"x"};
    OK(wb_tensor_full(WB_FLOAT32, SHAPE(rows, 2, 3), 0.5, &x));
    OK(wb_recording_begin(module, &x, names, 1, place, NULL));
    OK(wb_module_forward(module, x, &y));
    OK(wb_recording_end(&y, 1, &recording));
    OK(wb_tensor_free(x));
    OK(wb_tensor_free(y));
    return recording;
}

static void the_hosts_code_is_written_down_as_a_graph(void) {
    residual_host h = {NULL, NULL, 0};
    wb_module *graph = NULL, *loaded = NULL;
    const int64_t sizes[] = {5, 7, 11};
    wb_recording *recordings[3];
    const char *text = NULL;
    char expression[1000];
    int32_t needs = -1;
    OK(wb_scope_begin());
    OK(wb_manual_seed(4));
    h.layer = module_of("Linear(6, 4)", WB_FLOAT32);
    OK(wb_module_host("Residual", forward_of_host, NULL, &h, &h.module));
    OK(wb_module_add(h.module, "fc", h.layer));
    for (int i = 0; i < 3; i++) recordings[i] = recorded(h.module, sizes[i]);
    OK(wb_graph_create(h.module, recordings, 3, NULL, 0, &graph));
    OK(wb_module_needs_host(graph, &needs));
    EXPECT(needs == 0);
    OK(wb_module_expression(graph, &text));
    EXPECT(strstr(text, "Graph('x', ") && strstr(text, "fc(") && strstr(text, "fc=Linear(6, 4)") &&
           strstr(text, "size(x, 0)"));
    snprintf(expression, sizeof expression, "%s", text);
    OK(wb_save(path("host.h5"), graph, NULL, 0, 0));
    OK(wb_load(path("host.h5"), &loaded));
    OK(wb_module_expression(loaded, &text));
    EXPECT(strcmp(text, expression) == 0);
    for (int64_t rows = 1; rows < 14; rows += 3) {
        wb_tensor *x = NULL;
        OK(wb_random(WB_DISTRIBUTION_NORMAL, WB_FLOAT32, SHAPE(rows, 2, 3), 0, 1, &x));
        EXPECT(same_bits(run(h.module, x), run(graph, x)) && same_bits(run(h.module, x), run(loaded, x)));
    }

    // What no line can say is refused where it is said.
    wb_tensor *x = NULL, *y = NULL;
    wb_recording *recording = NULL;
    OK(wb_tensor_full(WB_FLOAT32, SHAPE(1, 2, 3), 0.5, &x));
    h.looks = 1;
    OK(wb_recording_begin(h.module, &x, (const char *[]){"x"}, 1, place, NULL));
    FAILS(wb_recording_begin(h.module, &x, (const char *[]){"x"}, 1, place, NULL), WB_ERROR_STATE, "recording");
    FAILS(wb_module_forward(h.module, x, &y), WB_ERROR_UNSUPPORTED, "graph.c, the host");
    OK(wb_recording_cancel());
    FAILS(wb_recording_cancel(), WB_ERROR_STATE, "recording");
    FAILS(wb_recording_end(&x, 1, &recording), WB_ERROR_STATE, "recording");
    for (int i = 0; i < 3; i++) OK(wb_recording_free(recordings[i]));
    OK(wb_scope_end());
}

int main(void) {
    problem_make(&data);
    if (!make_folder()) return 1;
    RUN(a_graph_computes_what_its_lines_say);
    RUN(its_derivatives_are_those_of_finite_differences);
    RUN(it_trains_by_the_three_calls_and_by_fit_to_the_same_bits);
    RUN(it_is_saved_and_loaded_with_the_same_bits_and_trains_on);
    RUN(lines_compute_with_sizes);
    RUN(inputs_may_be_missing_and_results_may_be_several);
    RUN(names_are_values_modules_parameters_and_buffers_by_their_paths);
    RUN(a_buffer_changes_once_a_pass_and_only_in_training);
    RUN(a_trainer_changes_buffers_once_a_step_and_evaluation_does_not);
    RUN(a_graph_is_a_loss_and_a_metric);
    RUN(the_hosts_code_is_written_down_as_a_graph);
    remove_folder();
    return finish();
}
