/* Modules as they cross to C: calls with several tensors, forward passes of the host's, what a module says about
 * itself, metrics, groups of parameters, and what a checkpoint keeps besides values. */
#define _GNU_SOURCE
#include <unistd.h>

#include "problem.h"

static problem data;
static char folder[] = "/tmp/wingbeat-modules-XXXXXX";

static const char *path(const char *name) {
    static char result[256];
    snprintf(result, sizeof result, "%s/%s", folder, name);
    return result;
}

static void expect_text(const char *found, const char *expected, const char *what) {
    if (!found || strcmp(found, expected) != 0)
        check_report(__FILE__, __LINE__, "%s: expected \"%s\", found \"%s\"", what, expected, found ? found : "(null)");
}

static wb_tensor *parameter(const wb_module *module, int32_t index) {
    wb_tensor *tensor = NULL;
    OK(wb_module_parameter(module, index, NULL, &tensor));
    return tensor;
}

static uint64_t identity(const wb_tensor *tensor) {
    uint64_t result = 0;
    OK(wb_tensor_identity(tensor, &result));
    return result;
}

static uint64_t module_identity(const wb_module *module) {
    uint64_t result = 0;
    OK(wb_module_identity(module, &result));
    return result;
}

/* Writes to a parameter, as an initialiser does. */
static void fill(wb_tensor *tensor, double value) { OK(wb_initialize(tensor, WB_INITIALIZER_CONSTANT, value, 0)); }

static wb_tensor *matrix(int64_t rows, int64_t columns, const double *values) {
    wb_tensor *tensor = NULL;
    OK(wb_tensor_create(WB_FLOAT64, SHAPE(rows, columns), values, &tensor));
    return tensor;
}

/* ------------------------------------------------------------------ calls */

static void a_call_takes_the_tensors_that_the_module_takes(void) {
    OK(wb_scope_begin());
    wb_module *loss = module_of("MSELoss()", WB_FLOAT64), *layer = module_of("Linear(2, 3)", WB_FLOAT64),
              *box = module_of("Container()", WB_FLOAT64);
    wb_tensor *x = VECTOR(1, 2), *t = VECTOR(3, 5), *untouched = x, *y = NULL;
    int32_t count = -7;
    FAILS(wb_module_call(loss, NULL, &x, 1, &untouched, 1, &count), WB_ERROR_ARGUMENT, "MSELoss", "'target' is missing",
          "input, target");
    FAILS(wb_module_call(loss, NULL, (wb_tensor *[]){x, NULL}, 2, &untouched, 1, &count), WB_ERROR_ARGUMENT,
          "'target' is missing");
    FAILS(wb_module_call(loss, NULL, (wb_tensor *[]){NULL, t}, 2, &untouched, 1, &count), WB_ERROR_ARGUMENT,
          "'input' is missing");
    FAILS(wb_module_call(loss, NULL, NULL, 0, &untouched, 1, &count), WB_ERROR_ARGUMENT, "'input' is missing");
    FAILS(wb_module_call(loss, NULL, (wb_tensor *[]){x, t, t}, 3, &untouched, 1, &count), WB_ERROR_ARGUMENT,
          "3 tensors", "2 expected");
    FAILS(wb_module_call(loss, NULL, (wb_tensor *[]){x, t, NULL}, 3, &untouched, 1, &count), WB_ERROR_ARGUMENT,
          "3 tensors", "2 expected");
    FAILS(wb_module_call(loss, NULL, (wb_tensor *[]){x, t}, 2, &untouched, 0, &count), WB_ERROR_ARGUMENT, "1 results",
          "room for 0");
    FAILS(wb_module_call(loss, NULL, (wb_tensor *[]){x, t}, 2, &untouched, -1, &count), WB_ERROR_ARGUMENT, "-1");
    FAILS(wb_module_call(loss, NULL, (wb_tensor *[]){x, t}, 2, NULL, 1, &count), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_module_call(loss, NULL, (wb_tensor *[]){x, t}, -2, &untouched, 1, &count), WB_ERROR_ARGUMENT, "-2");
    FAILS(wb_module_call(layer, "scale=2", &x, 1, &untouched, 1, &count), WB_ERROR_ARGUMENT, "Linear", "'scale'",
          "column");
    FAILS(wb_module_call(layer, "scale=", &x, 1, &untouched, 1, &count), WB_ERROR_ARGUMENT, "column");
    FAILS(wb_module_call(layer, "3", &x, 1, &untouched, 1, &count), WB_ERROR_ARGUMENT, "column 1");
    FAILS(wb_module_forward(loss, x, &untouched), WB_ERROR_ARGUMENT, "'target' is missing");
    FAILS(wb_module_call(box, NULL, &x, 1, &untouched, 1, &count), WB_ERROR_UNSUPPORTED, "Container");
    FAILS(wb_module_call(box, NULL, NULL, 0, &untouched, 1, &count), WB_ERROR_UNSUPPORTED, "Container");
    EXPECT(untouched == x && count == -7);

    OK(wb_module_call(loss, NULL, (wb_tensor *[]){x, t}, 2, &y, 1, &count));
    EXPECT(count == 1 && item(y) == (4 + 9) / 2.0);
    OK(wb_module_call(loss, "", (wb_tensor *[]){x, t}, 2, &y, 1, NULL));
    OK(wb_module_call_layer(loss, NULL, (wb_tensor *[]){x, t}, 2, &y, 1, NULL));
    EXPECT(item(y) == (4 + 9) / 2.0);
    OK(wb_scope_end());
}

/* ------------------------------------------------------------------ forward passes of the host's */

/* What a host's forward pass does, and what was seen of it. */
typedef struct host {
    int calls, releases;
    wb_status status; /* what it returns at its end */
    int32_t said;     /* how many results it says to have; 0: as many as it has */
    double factor;    /* it multiplies its inputs by that */
    char options[80];
    wb_module *module; /* of modules that the host calls */
    wb_tensor *seen;   /* the handle of the last input, which is no longer one */
} host;

static void release(void *context) { ((host *)context)->releases++; }

/* factor times each input. */
static wb_status multiply(void *context, const char *options, wb_tensor *const *inputs, int32_t input_count,
                          wb_tensor **outputs, int32_t capacity, int32_t *output_count) {
    host *h = context;
    h->calls++;
    snprintf(h->options, sizeof h->options, "%s", options ? options : "(null)");
    EXPECT(capacity >= input_count);
    for (int32_t i = 0; i < input_count; i++) {
        if (!inputs[i]) continue;
        h->seen = inputs[i];
        wb_status status = wb_binary_scalar(WB_BINARY_MULTIPLY, inputs[i], h->factor, 0, &outputs[i]);
        if (status != WB_OK) return status;
    }
    *output_count = h->said ? h->said : input_count;
    return h->status;
}

static wb_module *host_module(host *h) {
    wb_module *module = NULL;
    OK(wb_module_host("Scale", multiply, release, h, &module));
    return module;
}

static void a_callback_is_a_module(void) {
    host h = {.factor = 3};
    wb_module *module = host_module(&h);
    const char *text = NULL;
    int32_t count = 0, needs = -1;
    OK(wb_scope_begin());
    wb_tensor *x = VECTOR(1, 2), *y = NULL, *outputs[3] = {NULL, x, NULL};
    OK(wb_module_forward(module, x, &y));
    EXPECT(at(y, 1) == 6 && h.calls == 1);
    expect_text(h.options, "(null)", "options");
    FAILS(wb_tensor_rank(h.seen, &count), WB_ERROR_HANDLE, "freed"); // the handles of its inputs end with the call
    OK(wb_module_call(module, "scale=2, what='ever'", (wb_tensor *[]){x, NULL, x}, 3, outputs, 3, &count));
    EXPECT(count == 3 && at(outputs[0], 0) == 3 && outputs[1] == NULL && at(outputs[2], 1) == 6);
    expect_text(h.options, "scale=2, what='ever'", "options");
    OK(wb_module_call(module, NULL, NULL, 0, NULL, 0, &count));
    EXPECT(count == 0);

    OK(wb_module_class_name(module, &text));
    expect_text(text, "Scale", "class");
    OK(wb_module_describe(module, &text));
    expect_text(text, "Scale()", "description");
    OK(wb_module_needs_host(module, &needs));
    EXPECT(needs == 1);
    FAILS(wb_module_expression(module, &text), WB_ERROR_UNSUPPORTED, "Scale");
    FAILS(wb_module_call_layer(module, NULL, &x, 1, &y, 1, NULL), WB_ERROR_UNSUPPORTED, "Scale");
    OK(wb_scope_end());
    EXPECT(h.releases == 0);
    OK(wb_module_free(module));
    EXPECT(h.releases == 1);
}

static void a_callback_stands_among_layers(void) {
    host h = {.factor = -2};
    wb_module *module = host_module(&h), *first = module_of("Linear(2, 2)", WB_FLOAT64),
              *last = module_of("ReLU()", WB_FLOAT64), *chain = NULL;
    const char *text = NULL;
    int32_t needs = -1;
    OK(wb_module_sequential((wb_module *[]){first, module, last, module}, 4, &chain));
    OK(wb_scope_begin());
    wb_tensor *x = matrix(1, 2, (const double[]){1, -1}), *y = NULL, *h1 = NULL, *total = NULL, *gradient = NULL;
    OK(wb_module_forward(chain, x, &y));
    EXPECT(h.calls == 2);
    OK(wb_module_forward(first, x, &h1));
    for (int i = 0; i < 2; i++) EXPECT(at(y, i) == -2 * fmax(0, -2 * at(h1, i)));
    // Derivatives pass through what it has recorded.
    OK(wb_sum(y, &total));
    OK(wb_backward(total, NULL, 0));
    OK(wb_tensor_grad(parameter(chain, 1), &gradient));
    for (int i = 0; i < 2; i++) EXPECT(at(gradient, i) == (at(h1, i) < 0 ? 4 : 0));
    OK(wb_module_describe(chain, &text));
    EXPECT(strstr(text, "(1): Scale()") && strstr(text, "(3): Scale()"));
    OK(wb_module_needs_host(chain, &needs));
    EXPECT(needs == 1);
    OK(wb_module_needs_host(first, &needs));
    EXPECT(needs == 0);
    FAILS(wb_module_expression(chain, &text), WB_ERROR_UNSUPPORTED, "'1'", "Scale");
    OK(wb_scope_end());
    // It goes with the last module that holds it.
    OK(wb_module_free(module));
    OK(wb_module_free(first));
    OK(wb_module_free(last));
    EXPECT(h.releases == 0);
    OK(wb_module_free(chain));
    EXPECT(h.releases == 1);
}

static void what_could_not_be_made_is_not_released(void) {
    host h = {.factor = 1};
    wb_module *module = NULL, *layer = module_of("Linear(2, 2)", WB_FLOAT64);
    FAILS(wb_module_host("Scale", multiply, release, &h, NULL), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_module_host(NULL, multiply, release, &h, &module), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_module_host("", multiply, release, &h, &module), WB_ERROR_ARGUMENT, "empty");
    FAILS(wb_module_set_forward(layer, "Mine", NULL, release, &h), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_module_set_forward(layer, NULL, multiply, release, &h), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_module_set_forward(layer, "", multiply, release, &h), WB_ERROR_ARGUMENT, "empty");
    FAILS(wb_module_set_forward(NULL, "Mine", multiply, release, &h), WB_ERROR_HANDLE, "null");
    EXPECT(h.releases == 0 && module == NULL);
    // A module without a forward pass holds its context like any other.
    OK(wb_module_host("Names", NULL, release, &h, &module));
    EXPECT(h.releases == 0);
    wb_tensor *x = VECTOR(1), *y = NULL;
    FAILS(wb_module_forward(module, x, &y), WB_ERROR_UNSUPPORTED, "Names");
    OK(wb_module_free(module));
    EXPECT(h.releases == 1);
    // Another forward pass takes the first one's place.
    OK(wb_module_host("Scale", multiply, NULL, &h, &module));
    OK(wb_module_free(module));
    OK(wb_module_set_forward(layer, "Mine", multiply, release, &h));
    OK(wb_module_set_forward(layer, "Other", multiply, NULL, NULL));
    EXPECT(h.releases == 2);
    OK(wb_module_free(layer));
    EXPECT(h.releases == 2);
    OK(wb_tensor_free(x));
}

static wb_status fail_in_the_library(void *context, const char *options, wb_tensor *const *inputs, int32_t input_count,
                                     wb_tensor **outputs, int32_t capacity, int32_t *output_count) {
    (void)context, (void)options, (void)input_count, (void)capacity;
    *output_count = 1;
    return wb_reshape(inputs[0], SHAPE(7, 7), &outputs[0]);
}

static wb_status say_nothing(void *context, const char *options, wb_tensor *const *inputs, int32_t input_count,
                             wb_tensor **outputs, int32_t capacity, int32_t *output_count) {
    (void)context, (void)options, (void)inputs, (void)input_count, (void)outputs, (void)capacity, (void)output_count;
    return WB_OK;
}

static wb_status give_what_is_no_tensor(void *context, const char *options, wb_tensor *const *inputs,
                                        int32_t input_count, wb_tensor **outputs, int32_t capacity,
                                        int32_t *output_count) {
    (void)options, (void)inputs, (void)input_count, (void)capacity;
    outputs[0] = context;
    *output_count = 1;
    return WB_OK;
}

static void a_callback_that_fails_ends_the_call_with_its_status_and_sentence(void) {
    host h = {.factor = 2};
    wb_module *module = host_module(&h), *bad = NULL, *chain = NULL, *layer = module_of("Linear(2, 2)", WB_FLOAT64);
    OK(wb_scope_begin());
    wb_tensor *x = VECTOR(1, 2), *untouched = x, *outputs[2] = {x, x};
    int32_t count = -7;
    // Its own status, also after it has written results.
    const struct {
        wb_status status;
        const char *fact;
    } own[] = {{WB_ERROR_STATE, "callback failed"},       {WB_ERROR_NOT_FINITE, "callback failed"},
               {WB_ERROR_UNSUPPORTED, "callback failed"}, {WB_ERROR_FILE, "callback failed"},
               {WB_ERROR_INDEX, "callback failed"},       {WB_ERROR_STRUCTURE, "callback failed"}};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        h.status = own[i].status;
        FAILS(wb_module_forward(module, x, &untouched), own[i].status, own[i].fact, "Scale");
    }
    h.status = (wb_status)999;
    FAILS(wb_module_forward(module, x, &untouched), WB_ERROR_ARGUMENT, "999", "Scale");
    h.status = (wb_status)-1;
    FAILS(wb_module_forward(module, x, &untouched), WB_ERROR_ARGUMENT, "-1", "Scale");
    h.status = WB_ERROR_MEMORY;
    FAILS(wb_module_forward(module, x, &untouched), WB_ERROR_MEMORY, "Scale");
    h.status = WB_OK;

    // The sentence of the library's call that failed in it, through a container too.
    OK(wb_module_host("Wrong", fail_in_the_library, NULL, NULL, &bad));
    FAILS(wb_module_forward(bad, x, &untouched), WB_ERROR_SHAPE, "Wrong", "reshape", "[7, 7]");
    OK(wb_module_sequential((wb_module *[]){layer, bad}, 2, &chain));
    FAILS(wb_module_forward(chain, x, &untouched), WB_ERROR_SHAPE, "Wrong", "reshape", "[7, 7]");
    OK(wb_module_free(bad));

    // A wrong number of results, and what is no tensor.
    const int32_t said[] = {-1, -5, 257, INT32_MAX, INT32_MIN};
    for (int i = 0; i < 5; i++) {
        h.said = said[i];
        FAILS(wb_module_forward(module, x, &untouched), WB_ERROR_ARGUMENT, "Scale", "256");
    }
    h.said = 0;
    OK(wb_module_host("Silent", say_nothing, NULL, NULL, &bad));
    FAILS(wb_module_forward(bad, x, &untouched), WB_ERROR_ARGUMENT, "Silent", "how many");
    OK(wb_module_free(bad));
    OK(wb_module_host("NoTensor", give_what_is_no_tensor, NULL, layer, &bad));
    FAILS(wb_module_forward(bad, x, &untouched), WB_ERROR_HANDLE, "");
    OK(wb_module_free(bad));
    OK(wb_module_host("NoTensor", give_what_is_no_tensor, NULL, &h, &bad));
    FAILS(wb_module_forward(bad, x, &untouched), WB_ERROR_HANDLE, "");
    OK(wb_module_free(bad));
    OK(wb_module_host("NoTensor", give_what_is_no_tensor, NULL, NULL, &bad));
    FAILS(wb_module_forward(bad, x, &untouched), WB_ERROR_ARGUMENT, "one tensor");
    OK(wb_module_free(bad));

    // More results than the caller has room for, or a layer takes.
    FAILS(wb_module_call(module, NULL, (wb_tensor *[]){x, x, x}, 3, outputs, 2, &count), WB_ERROR_ARGUMENT, "3 results",
          "room for 2");
    h.said = 2;
    OK(wb_module_free(chain));
    OK(wb_module_sequential((wb_module *[]){module, layer}, 2, &chain));
    FAILS(wb_module_forward(chain, x, &untouched), WB_ERROR_ARGUMENT, "2 tensors", "1 expected");
    FAILS(wb_module_forward(module, x, &untouched), WB_ERROR_ARGUMENT, "one tensor", "2");
    EXPECT(untouched == x && outputs[0] == x && outputs[1] == x && count == -7);
    OK(wb_scope_end());
    OK(wb_module_free(module));
    OK(wb_module_free(layer));
    EXPECT(h.releases == 1);
}

/* Gives its input itself, twice. */
static wb_status give_the_input(void *context, const char *options, wb_tensor *const *inputs, int32_t input_count,
                                wb_tensor **outputs, int32_t capacity, int32_t *output_count) {
    (void)context, (void)options, (void)input_count, (void)capacity;
    outputs[0] = outputs[1] = inputs[0];
    *output_count = 2;
    return WB_OK;
}

/* Does what a host may do with the library: scopes, handles freed early, modules called, evaluation, its own module
 * freed. */
static wb_status do_much(void *context, const char *options, wb_tensor *const *inputs, int32_t input_count,
                         wb_tensor **outputs, int32_t capacity, int32_t *output_count) {
    host *h = context;
    wb_tensor *other = NULL;
    const char *text = NULL;
    (void)options, (void)input_count, (void)capacity;
    h->calls++;
    OK(wb_scope_begin());
    EXPECT(item(VECTOR(4)) == 4);
    OK(wb_module_forward(h->module, inputs[0], &other));
    OK(wb_scope_keep(other));
    OK(wb_scope_end());
    OK(wb_module_describe(h->module, &text));
    FAILS(wb_matmul(other, NULL, &outputs[0]), WB_ERROR_HANDLE, "null"); // a failure that it has dealt with
    OK(wb_tensor_free(inputs[0]));
    outputs[0] = other;
    *output_count = 1;
    return WB_OK;
}

static void a_callback_may_call_the_library(void) {
    host h = {.factor = 2};
    wb_module *module = NULL, *twice = NULL;
    h.module = host_module(&h);
    wb_tensor *x = VECTOR(1, 2), *y = NULL, *both[2] = {NULL, NULL};
    OK(wb_module_host("Much", do_much, release, &h, &module));
    for (int scoped = 0; scoped < 2; scoped++) {
        if (scoped) OK(wb_scope_begin());
        OK(wb_module_forward(module, x, &y));
        EXPECT(at(y, 1) == 4);
        OK(wb_tensor_free(y));
        if (scoped) OK(wb_scope_end());
    }
    EXPECT(h.calls == 4);
    OK(wb_module_host("Twice", give_the_input, NULL, NULL, &twice));
    OK(wb_module_call(twice, NULL, &x, 1, both, 2, NULL));
    EXPECT(at(both[0], 0) == 1 && at(both[1], 1) == 2 && at(x, 0) == 1);
    OK(wb_tensor_free(both[0]));
    OK(wb_tensor_free(both[1]));
    OK(wb_tensor_free(x));
    OK(wb_module_free(twice));
    OK(wb_module_free(module));
    EXPECT(h.releases == 1);
    OK(wb_module_free(h.module));
    EXPECT(h.releases == 2);
}

/* Frees its own module, and gives another its place. */
static wb_status leave(void *context, const char *options, wb_tensor *const *inputs, int32_t input_count,
                       wb_tensor **outputs, int32_t capacity, int32_t *output_count) {
    host *h = context;
    OK(wb_module_free(h->module));
    EXPECT(h->releases == 0);
    return multiply(context, options, inputs, input_count, outputs, capacity, output_count);
}

static wb_status hand_over(void *context, const char *options, wb_tensor *const *inputs, int32_t input_count,
                           wb_tensor **outputs, int32_t capacity, int32_t *output_count) {
    host *h = context;
    OK(wb_module_set_forward(h->module, "Scale", multiply, NULL, h));
    return multiply(context, options, inputs, input_count, outputs, capacity, output_count);
}

static void a_module_may_go_while_it_runs(void) {
    host h = {.factor = 5}, other = {.factor = 7};
    wb_tensor *x = VECTOR(1), *y = NULL;
    OK(wb_module_host("Leaving", leave, release, &h, &h.module));
    OK(wb_module_forward(h.module, x, &y));
    EXPECT(item(y) == 5 && h.releases == 1);
    OK(wb_tensor_free(y));
    FAILS(wb_module_forward(h.module, x, &y), WB_ERROR_HANDLE, "freed");

    OK(wb_module_host("HandingOver", hand_over, release, &other, &other.module));
    OK(wb_module_forward(other.module, x, &y));
    EXPECT(item(y) == 7 && other.releases == 1);
    OK(wb_tensor_free(y));
    OK(wb_module_forward(other.module, x, &y));
    EXPECT(item(y) == 7 && other.calls == 2 && other.releases == 1);
    OK(wb_tensor_free(y));
    OK(wb_tensor_free(x));
    OK(wb_module_free(other.module));
}

/* A subclass of a layer: twice what the layer itself gives. */
static wb_status double_the_layer(void *context, const char *options, wb_tensor *const *inputs, int32_t input_count,
                                  wb_tensor **outputs, int32_t capacity, int32_t *output_count) {
    host *h = context;
    wb_tensor *y = NULL;
    h->calls++;
    wb_status status = wb_module_call_layer(h->module, options, inputs, input_count, &y, 1, NULL);
    if (status == WB_OK) status = wb_binary_scalar(WB_BINARY_MULTIPLY, y, 2, 0, &outputs[0]);
    wb_tensor_free(y);
    EXPECT(capacity >= 1);
    *output_count = 1;
    return status;
}

static void a_layer_with_a_forward_pass_of_the_hosts_keeps_its_own(void) {
    host h = {.factor = 0};
    h.module = module_of("Linear(2, 2)", WB_FLOAT64);
    const char *text = NULL;
    OK(wb_scope_begin());
    wb_tensor *x = matrix(1, 2, (const double[]){1, 2}), *plain = NULL, *doubled = NULL, *own = NULL, *in_chain = NULL;
    OK(wb_module_forward(h.module, x, &plain));
    OK(wb_module_set_forward(h.module, "DoubledLinear", double_the_layer, release, &h));
    OK(wb_module_forward(h.module, x, &doubled));
    OK(wb_module_call_layer(h.module, NULL, &x, 1, &own, 1, NULL));
    for (int i = 0; i < 2; i++) EXPECT(at(doubled, i) == 2 * at(plain, i) && at(own, i) == at(plain, i));
    wb_module *chain = NULL;
    OK(wb_module_sequential(&h.module, 1, &chain));
    OK(wb_module_forward(chain, x, &in_chain));
    EXPECT(at(in_chain, 0) == at(doubled, 0) && h.calls == 2);
    OK(wb_module_class_name(h.module, &text));
    expect_text(text, "DoubledLinear", "class");
    OK(wb_module_describe(h.module, &text));
    expect_text(text, "DoubledLinear(in_features=2, out_features=2, bias=True)", "description");
    FAILS(wb_module_expression(h.module, &text), WB_ERROR_UNSUPPORTED, "DoubledLinear");
    FAILS(wb_module_forward(h.module, VECTOR(1, 2, 3), &own), WB_ERROR_SHAPE, "DoubledLinear", "linear", "[3]");
    OK(wb_save(path("subclass.h5"), chain, NULL, 0, 0));
    FAILS(wb_load(path("subclass.h5"), &(wb_module *){NULL}), WB_ERROR_UNSUPPORTED, "DoubledLinear");
    OK(wb_load_into(path("subclass.h5"), chain, NULL, 0, NULL, NULL));
    OK(wb_scope_end());
    EXPECT(h.releases == 0);
    OK(wb_module_free(h.module));
    EXPECT(h.releases == 1);
}

/* ------------------------------------------------------------------ training with the host's code */

static wb_status rectify(void *context, const char *options, wb_tensor *const *inputs, int32_t input_count,
                         wb_tensor **outputs, int32_t capacity, int32_t *output_count) {
    (void)options, (void)input_count, (void)capacity;
    ((host *)context)->calls++;
    *output_count = 1;
    return wb_relu(inputs[0], &outputs[0]);
}

/* Cross-entropy: what a loss of the host's may do. */
static wb_status cross_entropy(void *context, const char *options, wb_tensor *const *inputs, int32_t input_count,
                               wb_tensor **outputs, int32_t capacity, int32_t *output_count) {
    (void)options, (void)capacity;
    ((host *)context)->calls++;
    return wb_call("cross_entropy", inputs, input_count, outputs, 1, output_count);
}

/* Whether the class is the right one: one number for each row. */
static wb_status is_right(void *context, const char *options, wb_tensor *const *inputs, int32_t input_count,
                          wb_tensor **outputs, int32_t capacity, int32_t *output_count) {
    wb_tensor *chosen = NULL;
    (void)options, (void)input_count, (void)capacity;
    ((host *)context)->calls++;
    wb_status status = wb_reduce(WB_REDUCE_ARGMAX, inputs[0], (const int32_t[]){1}, 1, 0, &chosen);
    if (status == WB_OK) status = wb_binary(WB_BINARY_EQUAL, chosen, inputs[1], &outputs[0]);
    wb_tensor_free(chosen);
    *output_count = 1;
    return status;
}

/* perceptron(FEATURES, 32, CLASSES, 7) with the host's function in the place of the ReLU. */
static wb_module *perceptron_with(wb_forward_callback forward, host *h) {
    wb_module *model = perceptron(FEATURES, 32, CLASSES, 7), *module = NULL;
    OK(wb_module_host("Rectifier", forward, release, h, &module));
    OK(wb_module_add(model, "1", module));
    OK(wb_module_free(module));
    return model;
}

typedef struct watching {
    int32_t count;
    int reports;
    double loss, accuracy, validation_loss, metrics[4], validation_metrics[4], first_validation;
} watching;

static int32_t watch(void *context, const wb_progress *progress) {
    watching *w = context;
    w->count = progress->metric_count;
    w->loss = progress->loss;
    w->accuracy = progress->accuracy;
    w->validation_loss = progress->validation_loss;
    for (int32_t i = 0; i < progress->metric_count && i < 4; i++) {
        w->metrics[i] = progress->metrics[i];
        w->validation_metrics[i] = progress->validation_metrics[i];
        if (w->reports == 0) w->first_validation = progress->validation_metrics[i];
    }
    w->reports++;
    return 0;
}

static wb_trainer *trainer_with(wb_module *model, wb_module *loss, wb_optimizer *optimizer, int64_t batch_size) {
    wb_trainer *trainer = NULL;
    OK(wb_trainer_create(model, loss, optimizer, &trainer));
    OK(wb_trainer_set(trainer, WB_TRAINER_EPOCHS, 3));
    OK(wb_trainer_set(trainer, WB_TRAINER_BATCH_SIZE, (double)batch_size));
    OK(wb_trainer_set(trainer, WB_TRAINER_SHUFFLE, WB_SHUFFLE_NONE));
    return trainer;
}

static void a_trainer_records_the_hosts_code_once_a_batch_size_and_computes_the_same_bits(void) {
    host activation = {.factor = 0}, loss_host = {.factor = 0};
    wb_module *loss = module_of("CrossEntropyLoss()", WB_FLOAT32), *own_loss = NULL;
    OK(wb_module_host("MyLoss", cross_entropy, release, &loss_host, &own_loss));
    wb_module *models[] = {perceptron(FEATURES, 32, CLASSES, 7), perceptron_with(rectify, &activation)},
              *losses[] = {loss, own_loss};
    wb_dataset *dataset = problem_dataset(&data);
    bytes found[2];
    double mean[2], accuracy[2];
    for (int i = 0; i < 2; i++) {
        wb_optimizer *optimizer = optimizer_for(models[i], ADAM);
        wb_trainer *trainer = trainer_with(models[i], losses[i], optimizer, 100);
        OK(wb_trainer_fit(trainer, dataset, NULL, NULL, NULL));
        found[i] = parameters(models[i]);
        OK(wb_trainer_free(trainer));
        OK(wb_optimizer_free(optimizer));
        if (i) EXPECT(activation.calls == 2 && loss_host.calls == 2); // batches of 100 rows, and one of 12 an epoch
        OK(wb_evaluate(models[i], losses[i], NULL, 0, dataset, 64, &mean[i], &accuracy[i], NULL));
        if (i) EXPECT(activation.calls == 3 && loss_host.calls == 3);
    }
    EXPECT(same(found[0], found[1]));
    EXPECT(mean[0] == mean[1]);
    EXPECT(accuracy[0] > 0.5 && isnan(accuracy[1])); // nobody says that the host's loss has classes
    for (int i = 0; i < 2; i++) {
        free(found[i].data);
        OK(wb_module_free(models[i]));
        OK(wb_module_free(losses[i]));
    }
    EXPECT(activation.releases == 1 && loss_host.releases == 1);
    OK(wb_dataset_free(dataset));
}

/* Fails at its third call. */
static wb_status fail_at_last(void *context, const char *options, wb_tensor *const *inputs, int32_t input_count,
                              wb_tensor **outputs, int32_t capacity, int32_t *output_count) {
    wb_status status = rectify(context, options, inputs, input_count, outputs, capacity, output_count);
    return ((host *)context)->calls == 2 ? wb_set_num_threads(-3) : status;
}

/* Wants a value while it is only recorded. */
static wb_status look_at_a_value(void *context, const char *options, wb_tensor *const *inputs, int32_t input_count,
                                 wb_tensor **outputs, int32_t capacity, int32_t *output_count) {
    double value = 0;
    wb_tensor *sum = NULL;
    wb_status status = rectify(context, options, inputs, input_count, outputs, capacity, output_count);
    if (status == WB_OK) status = wb_sum(inputs[0], &sum);
    if (status == WB_OK) status = wb_tensor_item(sum, &value);
    wb_tensor_free(sum);
    return status;
}

static void a_callback_that_fails_ends_training_and_changes_nothing(void) {
    host h = {.factor = 0};
    wb_dataset *dataset = problem_dataset(&data);
    wb_module *loss = module_of("CrossEntropyLoss()", WB_FLOAT32), *model = perceptron_with(fail_at_last, &h);
    wb_optimizer *optimizer = optimizer_for(model, SGD);
    wb_trainer *trainer = trainer_with(model, loss, optimizer, 100);
    int64_t total = -1;
    double value = 0;
    FAILS(wb_trainer_fit(trainer, dataset, NULL, NULL, NULL), WB_ERROR_ARGUMENT, "Rectifier", "-3");
    OK(wb_trainer_position(trainer, NULL, NULL, &total));
    EXPECT(total == 5); // five batches of 100 rows were trained on; the one of 12 could not be recorded
    bytes before = parameters(model);
    h.calls = 1;
    FAILS(wb_evaluate(model, loss, NULL, 0, dataset, 512, &value, NULL, NULL), WB_ERROR_ARGUMENT, "Rectifier", "-3");
    bytes after = parameters(model);
    EXPECT(same(before, after));
    free(before.data);
    free(after.data);
    h.calls = 10;
    OK(wb_trainer_fit(trainer, dataset, NULL, NULL, NULL)); // no block was left open
    OK(wb_trainer_free(trainer));
    OK(wb_optimizer_free(optimizer));
    OK(wb_module_free(model));

    model = perceptron_with(look_at_a_value, &h);
    optimizer = optimizer_for(model, SGD);
    trainer = trainer_with(model, loss, optimizer, 100);
    FAILS(wb_trainer_fit(trainer, dataset, NULL, NULL, NULL), WB_ERROR_STATE, "Rectifier", "capture");
    wb_tensor *x = NULL, *y = NULL;
    OK(wb_dataset_read(dataset, 0, 3, &x, NULL));
    OK(wb_module_forward(model, x, &y)); // outside of one there are values
    OK(wb_tensor_free(x));
    OK(wb_tensor_free(y));
    OK(wb_trainer_free(trainer));
    OK(wb_optimizer_free(optimizer));
    OK(wb_module_free(model));
    OK(wb_module_free(loss));
    OK(wb_dataset_free(dataset));
    EXPECT(h.releases == 2);
}

static void metrics_are_measured_beside_the_loss(void) {
    host h = {.factor = 0};
    wb_module *model = perceptron(FEATURES, 32, CLASSES, 7), *loss = module_of("CrossEntropyLoss()", WB_FLOAT32),
              *right = NULL;
    wb_module *second = module_of("CrossEntropyLoss(reduction='none')", WB_FLOAT32),
              *sum = module_of("CrossEntropyLoss(reduction='sum')", WB_FLOAT32);
    wb_optimizer *optimizer = optimizer_for(model, ADAM);
    wb_dataset *dataset = problem_dataset(&data);
    wb_trainer *trainer = trainer_with(model, loss, optimizer, 100);
    watching w = {.reports = 0};
    double value = 0, accuracy = 0, values[2] = {0, 0};
    OK(wb_module_host("Right", is_right, release, &h, &right));
    OK(wb_trainer_add_metric(trainer, "right", right));
    OK(wb_trainer_add_metric(trainer, "loss again", second));
    FAILS(wb_trainer_add_metric(trainer, "right", second), WB_ERROR_ARGUMENT, "'right'");
    FAILS(wb_trainer_add_metric(trainer, NULL, second), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_trainer_add_metric(trainer, "", second), WB_ERROR_ARGUMENT, "name");
    OK(wb_trainer_set_validation(trainer, dataset));
    OK(wb_trainer_fit(trainer, dataset, watch, &w, NULL));
    EXPECT(w.count == 2 && isnan(w.first_validation));
    // The host counts as the loss with classes does, and the mean of the rows' losses is that of the batches'.
    EXPECT(w.metrics[0] == w.accuracy && w.accuracy > 0.5);
    CLOSE(w.metrics[1], w.loss, 1e-6);
    OK(wb_evaluate(model, loss, (wb_module *[]){right, second}, 2, dataset, 100, &value, &accuracy, values));
    EXPECT(values[0] == accuracy);
    CLOSE(values[1], value, 1e-6);
    CLOSE(w.validation_metrics[0], values[0], 1e-12);
    CLOSE(w.validation_metrics[1], values[1], 1e-6);
    CLOSE(w.validation_loss, value, 1e-6);
    OK(wb_evaluate(model, loss, (wb_module *[]){right, second}, 2, dataset, 100, NULL, NULL,
                   NULL)); // results may be left away
    FAILS(wb_evaluate(model, loss, NULL, 2, dataset, 100, NULL, NULL, values), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_evaluate(model, loss, NULL, -1, dataset, 100, NULL, NULL, values), WB_ERROR_ARGUMENT, "-1");

    // What is neither one number nor one for each row is no metric, and what is not one number is no loss.
    wb_module *identity_of_scores = module_of("Graph('p, t', 'y = exp(p)', 'y')", WB_FLOAT32),
              *no_loss = module_of("Linear(4, 4)", WB_FLOAT32);
    FAILS(wb_evaluate(model, loss, &identity_of_scores, 1, dataset, 512, NULL, NULL, values), WB_ERROR_ARGUMENT,
          "metric", "[512, 4]");
    FAILS(wb_evaluate(model, second, NULL, 0, dataset, 512, &value, NULL, NULL), WB_ERROR_ARGUMENT, "one number",
          "[512]");
    FAILS(wb_evaluate(model, no_loss, NULL, 0, dataset, 512, &value, NULL, NULL), WB_ERROR_ARGUMENT, "Linear",
          "2 tensors");
    OK(wb_evaluate(model, sum, NULL, 0, dataset, 512, &values[0], NULL, NULL));
    CLOSE(values[0] / ROWS, value, 1e-5);

    wb_module *all[] = {model, loss, right, second, sum, identity_of_scores, no_loss};
    OK(wb_trainer_free(trainer));
    for (int i = 0; i < 7; i++) OK(wb_module_free(all[i]));
    EXPECT(h.releases == 1);
    OK(wb_optimizer_free(optimizer));
    OK(wb_dataset_free(dataset));
}

static void a_metric_added_in_an_epoch_is_the_mean_of_what_it_has_seen(void) {
    wb_module *model = perceptron(FEATURES, 32, CLASSES, 7), *loss = module_of("CrossEntropyLoss()", WB_FLOAT32);
    wb_optimizer *optimizer = optimizer_for(model, SGD);
    wb_dataset *dataset = problem_dataset(&data);
    wb_trainer *trainer = trainer_with(model, loss, optimizer, 64);
    watching w = {.reports = 0};
    double value = 0;
    OK(wb_optimizer_set(optimizer, 0, "lr", 0));
    OK(wb_trainer_set(trainer, WB_TRAINER_EPOCHS, 1));
    OK(wb_trainer_set(trainer, WB_TRAINER_MAX_STEPS, 4));
    OK(wb_trainer_fit(trainer, dataset, NULL, NULL, NULL));
    OK(wb_trainer_add_metric(trainer, "late", loss));
    OK(wb_trainer_set(trainer, WB_TRAINER_MAX_STEPS, 0));
    OK(wb_trainer_fit(trainer, dataset, watch, &w, NULL));
    wb_tensor *x = NULL, *y = NULL;
    wb_dataset *second_half = NULL;
    OK(wb_dataset_read(dataset, ROWS / 2, ROWS / 2, &x, &y));
    OK(wb_dataset_from_tensors(x, y, &second_half));
    OK(wb_evaluate(model, loss, NULL, 0, second_half, 64, &value, NULL, NULL));
    CLOSE(w.metrics[0], value, 1e-6);
    OK(wb_tensor_free(x));
    OK(wb_tensor_free(y));
    OK(wb_dataset_free(second_half));
    OK(wb_dataset_free(dataset));
    OK(wb_trainer_free(trainer));
    OK(wb_optimizer_free(optimizer));
    OK(wb_module_free(loss));
    OK(wb_module_free(model));
}

static void metrics_go_on_after_loading(void) {
    wb_dataset *dataset = problem_dataset(&data);
    wb_module *loss = module_of("CrossEntropyLoss()", WB_FLOAT32);
    watching seen[2] = {{.reports = 0}, {.reports = 0}};
    for (int resumed = 0; resumed < 2; resumed++) {
        wb_module *model = perceptron(FEATURES, 32, CLASSES, 7), *other = perceptron(FEATURES, 32, CLASSES, 99);
        wb_optimizer *optimizer = optimizer_for(model, ADAM), *of_other = optimizer_for(other, ADAM);
        wb_trainer *trainer = trainer_with(model, loss, optimizer, 64),
                   *second = trainer_with(other, loss, of_other, 64);
        wb_trainer *both[] = {trainer, second};
        for (int i = 0; i < 2; i++) {
            OK(wb_trainer_add_metric(both[i], "loss again", loss));
            OK(wb_trainer_set_validation(both[i], dataset));
            OK(wb_trainer_set(both[i], WB_TRAINER_EPOCHS, 2));
        }
        OK(wb_trainer_set(trainer, WB_TRAINER_MAX_STEPS, resumed ? 11 : 0));
        OK(wb_trainer_fit(trainer, dataset, resumed ? NULL : watch, &seen[0], NULL));
        if (resumed) {
            OK(wb_trainer_save(trainer, path("model.h5")));
            OK(wb_trainer_load(second, path("model.h5")));
            OK(wb_trainer_fit(second, dataset, watch, &seen[1], NULL));
        }
        for (int i = 0; i < 2; i++) OK(wb_trainer_free(both[i]));
        OK(wb_optimizer_free(optimizer));
        OK(wb_optimizer_free(of_other));
        OK(wb_module_free(model));
        OK(wb_module_free(other));
    }
    EXPECT(seen[0].reports == 16 && seen[1].reports == 5);
    EXPECT(seen[0].loss == seen[1].loss && seen[0].metrics[0] == seen[1].metrics[0]);
    EXPECT(seen[0].validation_metrics[0] == seen[1].validation_metrics[0]);
    EXPECT(
        !isnan(seen[1].first_validation)); // of the epoch that ended before the checkpoint, as the validation loss is
    OK(wb_dataset_free(dataset));
    OK(wb_module_free(loss));
}

/* ------------------------------------------------------------------ what a module says about itself */

static void attributes_are_read_as_numbers_and_as_texts(void) {
    const struct {
        const char *expression, *name, *text;
        double number; /* NAN: it is none */
    } cases[] = {
        {"Linear(3, 4)", "in_features", "3", 3},
        {"Linear(3, 4)", "bias", "True", 1},
        {"Linear(3, 4, bias=False)", "bias", "False", 0},
        {"GELU('tanh')", "approximate", "'tanh'", NAN},
        {"LeakyReLU(0.25)", "negative_slope", "0.25", 0.25},
        {"Softplus(threshold=inf)", "threshold", "inf", INFINITY},
        {"Softmax(-2)", "dim", "-2", -2},
        {"MSELoss(reduction='sum')", "reduction", "'sum'", NAN},
        {"Graph('x', 'y = relu(x)', 'y')", "training_body", "None", NAN},
        {"Graph('x', 'h = relu(x)\\ny = h', 'y')", "body", "'h = relu(x)\\ny = h'", NAN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        wb_module *module = module_of(cases[i].expression, WB_FLOAT32);
        const char *text = "untouched";
        double number = -77;
        OK(wb_module_attribute_text(module, cases[i].name, &text));
        expect_text(text, cases[i].text, cases[i].expression);
        if (isnan(cases[i].number))
            FAILS(wb_module_attribute(module, cases[i].name, &number), WB_ERROR_ARGUMENT, cases[i].name, "no number");
        else
            OK(wb_module_attribute(module, cases[i].name, &number));
        EXPECT(number == (isnan(cases[i].number) ? -77 : cases[i].number));
        text = "untouched";
        FAILS(wb_module_attribute(module, "colour", &number), WB_ERROR_ARGUMENT, "colour");
        FAILS(wb_module_attribute_text(module, "", &text), WB_ERROR_ARGUMENT, "''");
        FAILS(wb_module_attribute_text(module, NULL, &text), WB_ERROR_ARGUMENT, "null");
        expect_text(text, "untouched", "text");
        OK(wb_module_free(module));
    }
    // What the parameters say counts.
    wb_module *layer = module_of("Linear(3, 4)", WB_FLOAT32);
    const char *text = NULL;
    OK(wb_module_set_parameter(layer, "bias", NULL));
    OK(wb_module_expression(layer, &text));
    expect_text(text, "Linear(3, 4, bias=False)", "expression");
    OK(wb_module_cast(layer, WB_FLOAT64));
    OK(wb_module_expression(layer, &text));
    expect_text(text, "Linear(3, 4, bias=False, dtype=float64)", "expression");
    OK(wb_module_free(layer));
}

static void identities_tell_what_is_the_same(void) {
    OK(wb_scope_begin());
    wb_module *chain = module_of("Sequential(Linear(2, 2), Linear(2, 2), SharedModule('0'))", WB_FLOAT32), *children[3],
              *again = NULL;
    for (int32_t i = 0; i < 3; i++) OK(wb_module_child(chain, i, NULL, &children[i]));
    OK(wb_module_child(chain, 1, NULL, &again));
    EXPECT(again != children[1] && module_identity(again) == module_identity(children[1]));
    EXPECT(module_identity(children[0]) == module_identity(children[2]) &&
           module_identity(children[0]) != module_identity(children[1]));
    EXPECT(module_identity(chain) != module_identity(children[0]));
    EXPECT(identity(parameter(chain, 0)) == identity(parameter(children[2], 0)));
    EXPECT(identity(parameter(chain, 0)) != identity(parameter(chain, 1)));
    OK(wb_scope_end());
}

/* ------------------------------------------------------------------ groups of parameters */

/* Takes a step on the sum of all parameters, whose gradient is 1 everywhere. */
static void step_on_sum(wb_optimizer *optimizer, wb_tensor *const *all, int count) {
    wb_tensor *loss = NULL, *sum = NULL;
    OK(wb_scope_begin());
    OK(wb_tensor_full(WB_FLOAT64, 0, NULL, 0, &loss));
    for (int i = 0; i < count; i++) {
        OK(wb_sum(all[i], &sum));
        OK(wb_add(loss, sum, &loss));
    }
    OK(wb_optimizer_zero_grad(optimizer));
    OK(wb_backward(loss, NULL, 0));
    OK(wb_optimizer_step(optimizer));
    OK(wb_scope_end());
}

static double setting(const wb_optimizer *optimizer, int32_t group, const char *name) {
    double value = NAN;
    OK(wb_optimizer_get(optimizer, group, name, &value));
    return value;
}

static void groups_have_settings_of_their_own(void) {
    wb_tensor *all[3];
    wb_optimizer *optimizer = NULL;
    int32_t count = 0;
    OK(wb_scope_begin());
    for (int i = 0; i < 3; i++) {
        all[i] = VECTOR(10, 20);
        OK(wb_tensor_set_requires_grad(all[i], 1));
    }
    OK(wb_optimizer_create("SGD(lr=1)", all, 1, &optimizer));
    step_on_sum(optimizer, all, 1);
    EXPECT(at(all[0], 0) == 9 && at(all[0], 1) == 19);
    OK(wb_optimizer_add_group(optimizer, &all[1], 1, "lr=0.5, weight_decay=0.1"));
    OK(wb_optimizer_add_group(optimizer, &all[2], 1, NULL)); // as in the constructor's call
    OK(wb_optimizer_group_count(optimizer, &count));
    EXPECT(count == 3);
    OK(wb_optimizer_group_size(optimizer, 1, &count));
    EXPECT(count == 1);
    step_on_sum(optimizer, all, 3);
    EXPECT(at(all[0], 0) == 8 && at(all[2], 0) == 9);
    CLOSE(at(all[1], 0), 10 - 0.5 * (1 + 0.1 * 10), 1e-14);

    // One group, all groups, and a captured step that sees both.
    wb_program *program = NULL;
    OK(wb_capture_begin(NULL, 0));
    step_on_sum(optimizer, all, 3);
    OK(wb_capture_end(NULL, 0, &program));
    OK(wb_optimizer_set(optimizer, -1, "lr", 0.25));
    OK(wb_optimizer_set(optimizer, 2, "lr", 2));
    OK(wb_optimizer_set(optimizer, 1, "weight_decay", 0));
    EXPECT(setting(optimizer, 0, "lr") == 0.25 && setting(optimizer, 1, "lr") == 0.25 &&
           setting(optimizer, 2, "lr") == 2);
    step_on_sum(optimizer, all, 3);
    EXPECT(at(all[0], 0) == 7.75 && at(all[2], 0) == 7);
    CLOSE(at(all[1], 0), 9 - 0.25, 1e-14);
    OK(wb_optimizer_set(optimizer, 1, "weight_decay", 0.1));
    OK(wb_program_run(program, NULL, 0, NULL, 0));
    EXPECT(at(all[0], 0) == 7.5 && at(all[2], 0) == 5);
    CLOSE(at(all[1], 0), 8.75 - 0.25 * (1 + 0.1 * 8.75), 1e-14);
    OK(wb_program_free(program));

    // Parameters count through all groups.
    OK(wb_optimizer_set(optimizer, -1, "momentum", 0.5));
    step_on_sum(optimizer, all, 3);
    const char *name = NULL;
    char names[100] = "";
    OK(wb_optimizer_state_count(optimizer, &count));
    for (int32_t i = 0; i < count; i++) {
        OK(wb_optimizer_state(optimizer, i, &name, NULL));
        strcat(strcat(names, name), " ");
    }
    EXPECT(strstr(names, "0.momentum_buffer") && strstr(names, "1.momentum_buffer") &&
           strstr(names, "2.momentum_buffer"));
    OK(wb_scope_end());
}

static void settings_are_numbers_and_texts_and_refuse_what_does_not_fit(void) {
    wb_tensor *all[3];
    wb_optimizer *adam = NULL, *sgd = NULL;
    const char *text = "untouched";
    double value = -77;
    int32_t count = -7;
    OK(wb_scope_begin());
    for (int i = 0; i < 3; i++) {
        all[i] = VECTOR(1);
        OK(wb_tensor_set_requires_grad(all[i], 1));
    }
    OK(wb_optimizer_create("Adam(lr=1e-3, betas=(0.8, 0.95))", all, 1, &adam));
    OK(wb_optimizer_create("SGD(lr=0.1, momentum=0.9, nesterov=True)", all, 1, &sgd));
    OK(wb_optimizer_add_group(adam, &all[1], 1, "betas=(0.5, 0.6)"));
    OK(wb_optimizer_get_text(adam, 0, "betas", &text));
    expect_text(text, "(0.8, 0.95)", "betas");
    OK(wb_optimizer_get_text(adam, 1, "betas", &text));
    expect_text(text, "(0.5, 0.6)", "betas");
    OK(wb_optimizer_set_text(adam, -1, "betas", "[0.1, 0]"));
    OK(wb_optimizer_get_text(adam, 1, "betas", &text));
    expect_text(text, "(0.1, 0.0)", "betas");
    OK(wb_optimizer_set_text(adam, 1, "lr", "1"));
    OK(wb_optimizer_get_text(adam, 1, "lr", &text));
    expect_text(text, "1.0", "lr");
    OK(wb_optimizer_get_text(sgd, 0, "nesterov", &text));
    expect_text(text, "True", "nesterov");
    EXPECT(setting(sgd, 0, "nesterov") == 1 && setting(adam, 0, "lr") == 1e-3 && setting(adam, 1, "lr") == 1);

    text = "untouched";
    FAILS(wb_optimizer_get(adam, 0, "betas", &value), WB_ERROR_ARGUMENT, "betas", "no number");
    FAILS(wb_optimizer_get(adam, 0, "speed", &value), WB_ERROR_ARGUMENT, "'speed'", "lr");
    FAILS(wb_optimizer_get_text(adam, 0, "speed", &text), WB_ERROR_ARGUMENT, "'speed'");
    const int32_t nowhere[] = {2, -2, INT32_MAX, INT32_MIN};
    for (int i = 0; i < 4; i++) {
        FAILS(wb_optimizer_get(adam, nowhere[i], "lr", &value), WB_ERROR_INDEX, "group");
        FAILS(wb_optimizer_set(adam, nowhere[i], "lr", 1), WB_ERROR_INDEX, "group");
        FAILS(wb_optimizer_get_text(adam, nowhere[i], "lr", &text), WB_ERROR_INDEX, "group");
        FAILS(wb_optimizer_set_text(adam, nowhere[i], "lr", "1"), WB_ERROR_INDEX, "group");
        FAILS(wb_optimizer_group_size(adam, nowhere[i], &count), WB_ERROR_INDEX, "group");
    }
    FAILS(wb_optimizer_get(adam, -1, "lr", &value), WB_ERROR_INDEX, "-1"); // of which one?
    const struct {
        const char *name, *text, *fact;
    } wrong[] = {
        {"betas", "0.5", "tuple"},         {"betas", "(0.5,)", "tuple"},
        {"betas", "(0.5, 1)", "[0, 1)"},   {"betas", "(-0.1, 0.5)", "[0, 1)"},
        {"betas", "(nan, 0.5)", "[0, 1)"}, {"betas", "('a', 0.5)", "tuple"},
        {"betas", "(0.5, 0.5", "column"},  {"betas", "", "column"},
        {"lr", "'fast'", "number"},        {"lr", "fast", "value"},
        {"lr", "-1", "negative"},          {"lr", "inf", "finite"},
        {"lr", "None", "number"},          {"lr", "1 2", "column"},
        {"speed", "1", "'speed'"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        FAILS(wb_optimizer_set_text(adam, i % 2 ? -1 : 0, wrong[i].name, wrong[i].text), WB_ERROR_ARGUMENT,
              wrong[i].fact);
    FAILS(wb_optimizer_set(adam, 0, "betas", 0.5), WB_ERROR_ARGUMENT, "betas", "tuple");
    FAILS(wb_optimizer_set(adam, -1, "lr", NAN), WB_ERROR_ARGUMENT, "lr", "nan");
    FAILS(wb_optimizer_set(adam, 0, NULL, 1), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_optimizer_set_text(adam, 0, "lr", NULL), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_optimizer_set(sgd, 0, "nesterov", 1), WB_ERROR_ARGUMENT, "nesterov");
    FAILS(wb_optimizer_set(sgd, 0, "nesterov", 0), WB_ERROR_ARGUMENT, "nesterov");
    FAILS(wb_optimizer_set_text(sgd, 0, "nesterov", "False"), WB_ERROR_ARGUMENT, "nesterov");
    FAILS(wb_optimizer_set(sgd, 0, "momentum", 0), WB_ERROR_ARGUMENT, "momentum"); // Nesterov's needs one

    FAILS(wb_optimizer_add_group(adam, &all[0], 1, NULL), WB_ERROR_ARGUMENT, "twice");
    FAILS(wb_optimizer_add_group(adam, (wb_tensor *[]){all[2], all[2]}, 2, NULL), WB_ERROR_ARGUMENT, "twice");
    FAILS(wb_optimizer_add_group(adam, &all[2], 1, "speed=1"), WB_ERROR_ARGUMENT, "'speed'");
    FAILS(wb_optimizer_add_group(adam, &all[2], 1, "lr=-1"), WB_ERROR_ARGUMENT, "lr", "-1");
    FAILS(wb_optimizer_add_group(adam, &all[2], 1, "lr='a'"), WB_ERROR_ARGUMENT, "lr", "'a'");
    FAILS(wb_optimizer_add_group(adam, &all[2], 1, "0.1"), WB_ERROR_ARGUMENT, "column 1", "lr=0.1");
    FAILS(wb_optimizer_add_group(adam, &all[2], 1, "lr="), WB_ERROR_ARGUMENT, "column 4");
    FAILS(wb_optimizer_add_group(adam, &all[2], 1, "lr=0.1, lr=0.2"), WB_ERROR_ARGUMENT, "lr", "twice");
    FAILS(wb_optimizer_add_group(adam, &all[2], 1, "lr=ReLU()"), WB_ERROR_ARGUMENT, "column 4", "value");
    FAILS(wb_optimizer_add_group(adam, NULL, 0, NULL), WB_ERROR_ARGUMENT, "parameters");
    FAILS(wb_optimizer_add_group(adam, NULL, 1, NULL), WB_ERROR_ARGUMENT, "null");
    wb_tensor *whole = NULL, *computed = NULL;
    OK(wb_tensor_full(WB_INT64, SHAPE(2), 1, &whole));
    OK(wb_square(all[2], &computed));
    FAILS(wb_optimizer_add_group(adam, &whole, 1, NULL), WB_ERROR_ARGUMENT, "float leaf");
    FAILS(wb_optimizer_add_group(adam, &computed, 1, NULL), WB_ERROR_ARGUMENT, "leaf");
    // None of it has changed anything.
    OK(wb_optimizer_group_count(adam, &count));
    EXPECT(count == 2 && value == -77);
    expect_text(text, "untouched", "text");
    OK(wb_optimizer_get_text(adam, 0, "betas", &text));
    expect_text(text, "(0.1, 0.0)", "betas");
    EXPECT(setting(adam, 0, "lr") == 1e-3 && setting(adam, 1, "lr") == 1 && setting(sgd, 0, "momentum") == 0.9);
    OK(wb_optimizer_add_group(adam, &all[2], 1, "  lr = 2 ,"));
    EXPECT(setting(adam, 2, "lr") == 2);
    OK(wb_scope_end());
}

static void a_checkpoint_keeps_the_groups_and_their_settings(void) {
    wb_module *model = perceptron(FEATURES, 8, CLASSES, 1);
    wb_optimizer *saved = NULL, *loaded = NULL, *other = NULL;
    const char *text = NULL;
    OK(wb_scope_begin());
    wb_tensor *all[4];
    for (int32_t i = 0; i < 4; i++) all[i] = parameter(model, i);
    OK(wb_optimizer_create("AdamW(lr=0.5)", all, 2, &saved));
    OK(wb_optimizer_add_group(saved, &all[2], 2, "lr=0.25, betas=(0.5, 0.75)"));
    OK(wb_save(path("groups.h5"), model, saved, 0, 0));
    OK(wb_optimizer_create("AdamW()", all, 2, &loaded));
    OK(wb_optimizer_add_group(loaded, &all[2], 2, NULL));
    OK(wb_load_into(path("groups.h5"), model, loaded, 0, NULL, NULL));
    EXPECT(setting(loaded, 0, "lr") == 0.5 && setting(loaded, 1, "lr") == 0.25);
    OK(wb_optimizer_get_text(loaded, 1, "betas", &text));
    expect_text(text, "(0.5, 0.75)", "betas");
    OK(wb_optimizer_get_text(loaded, 0, "betas", &text));
    expect_text(text, "(0.9, 0.999)", "betas");
    OK(wb_optimizer_create("AdamW()", all, 4, &other));
    FAILS(wb_load_into(path("groups.h5"), model, other, 0, NULL, NULL), WB_ERROR_STRUCTURE, "1 group", "2");
    OK(wb_optimizer_free(other));
    OK(wb_optimizer_create("AdamW()", all, 1, &other));
    OK(wb_optimizer_add_group(other, &all[1], 3, NULL));
    FAILS(wb_load_into(path("groups.h5"), model, other, 0, NULL, NULL), WB_ERROR_STRUCTURE, "1 parameter", "2");
    OK(wb_scope_end());
    OK(wb_module_free(model));
}

/* ------------------------------------------------------------------ random state */

static void the_random_state_comes_back(void) {
    uint64_t seed = 0, offset = 1, after = 0;
    double first[100], second[100];
    wb_tensor *tensor = NULL;
    OK(wb_manual_seed(0xfedcba9876543210u));
    OK(wb_get_random_state(&seed, &offset));
    EXPECT(seed == 0xfedcba9876543210u && offset == 0);
    for (int i = 0; i < 3; i++) OK(wb_module_free(module_of("Linear(3, 5)", WB_FLOAT32)));
    OK(wb_get_random_state(&seed, &offset));
    EXPECT(offset > 0);
    OK(wb_random(WB_DISTRIBUTION_NORMAL, WB_FLOAT64, SHAPE(100), 0, 1, &tensor));
    OK(wb_tensor_read(tensor, first, sizeof first));
    OK(wb_tensor_free(tensor));
    OK(wb_get_random_state(&seed, &after));
    EXPECT(after > offset);
    OK(wb_manual_seed(3));
    OK(wb_set_random_state(seed, offset));
    OK(wb_random(WB_DISTRIBUTION_NORMAL, WB_FLOAT64, SHAPE(100), 0, 1, &tensor));
    OK(wb_tensor_read(tensor, second, sizeof second));
    OK(wb_tensor_free(tensor));
    EXPECT(memcmp(first, second, sizeof first) == 0);
    // The ends of the range, where counting on goes round.
    OK(wb_set_random_state(UINT64_MAX, UINT64_MAX));
    OK(wb_get_random_state(&seed, &offset));
    EXPECT(seed == UINT64_MAX && offset == UINT64_MAX);
    OK(wb_random(WB_DISTRIBUTION_UNIFORM, WB_FLOAT64, SHAPE(100), 0, 1, &tensor));
    OK(wb_tensor_read(tensor, first, sizeof first));
    for (int i = 0; i < 100; i++) EXPECT(first[i] >= 0 && first[i] < 1);
    OK(wb_tensor_free(tensor));
    OK(wb_manual_seed(1));
}

/* ------------------------------------------------------------------ frozen, tied and shared */

static void train_a_little(wb_module *model, int steps) {
    wb_optimizer *optimizer = optimizer_for(model, ADAM);
    for (int step = 0; step < steps; step++) {
        wb_tensor *x = NULL, *y = NULL;
        OK(wb_scope_begin());
        OK(wb_tensor_create(WB_FLOAT32, SHAPE(BATCH, FEATURES), data.x[step * BATCH % ROWS], &x));
        OK(wb_tensor_create(WB_INT64, SHAPE(BATCH), &data.y[step * BATCH % ROWS], &y));
        EXPECT(isfinite(item(training_step(model, optimizer, x, y))));
        OK(wb_scope_end());
    }
    OK(wb_optimizer_free(optimizer));
}

static wb_module *saved_and_loaded(const wb_module *model) {
    wb_module *loaded = NULL;
    OK(wb_save(path("model.h5"), model, NULL, 0, 0));
    OK(wb_load(path("model.h5"), &loaded));
    bytes a = parameters(model), b = parameters(loaded);
    EXPECT(same(a, b));
    free(a.data);
    free(b.data);
    return loaded;
}

static void a_frozen_parameter_stays_frozen(void) {
    OK(wb_scope_begin());
    wb_module *models[] = {perceptron(FEATURES, 16, CLASSES, 1), NULL, NULL}, *trained = models[0];
    float before[16 * FEATURES], after[16 * FEATURES];
    OK(wb_tensor_set_requires_grad(parameter(trained, 0), 0));
    OK(wb_tensor_read(parameter(trained, 0), before, sizeof before));
    models[1] = saved_and_loaded(trained);
    for (int i = 0; i < 2; i++) {
        int32_t requires = -1;
        for (int32_t k = 0; k < 4; k++) {
            OK(wb_tensor_get_requires_grad(parameter(models[i], k), &requires));
            EXPECT(requires == (k != 0));
        }
        train_a_little(models[i], 5);
        OK(wb_tensor_read(parameter(models[i], 0), after, sizeof after));
        EXPECT(memcmp(before, after, sizeof before) == 0);
        wb_tensor *gradient = parameter(models[i], 0);
        OK(wb_tensor_grad(gradient, &gradient));
        EXPECT(gradient == NULL);
    }
    bytes a = parameters(models[0]), b = parameters(models[1]);
    EXPECT(same(a, b));
    free(a.data);
    free(b.data);
    // One that an expression declares so.
    models[2] = module_of("Graph('x', 'y = mul(x, scale)', 'y', scale=Parameter(4, requires_grad=False), "
                          "shift=Parameter(4))",
                          WB_FLOAT32);
    wb_module *loaded = saved_and_loaded(models[2]);
    for (int32_t k = 0; k < 2; k++) {
        int32_t requires = -1;
        OK(wb_tensor_get_requires_grad(parameter(loaded, k), &requires));
        EXPECT(requires == k);
    }
    // Loading into a model leaves its own choice.
    OK(wb_tensor_set_requires_grad(parameter(loaded, 0), 1));
    OK(wb_load_into(path("model.h5"), loaded, NULL, 0, NULL, NULL));
    int32_t requires = -1;
    OK(wb_tensor_get_requires_grad(parameter(loaded, 0), &requires));
    EXPECT(requires == 1);
    OK(wb_scope_end());
}

static void tied_parameters_and_shared_modules_stay_one(void) {
    OK(wb_scope_begin());
    OK(wb_manual_seed(1));
    wb_module *model = module_of("Sequential(Linear(8, 8), ReLU(), Linear(8, 8), SharedModule('1'), SharedModule('0'), "
                                 "Linear(8, 4))",
                                 WB_FLOAT32);
    wb_module *first = NULL, *third = NULL;
    int32_t count = 0;
    OK(wb_module_child(model, 0, NULL, &first));
    OK(wb_module_child(model, 2, NULL, &third));
    OK(wb_module_set_parameter(third, "weight", parameter(first, 0)));
    OK(wb_module_parameter_count(model, &count));
    EXPECT(count == 5); // a weight that stands in three places, two biases of 8, and the last layer's two
    wb_module *loaded = saved_and_loaded(model), *children[6];
    OK(wb_module_parameter_count(loaded, &count));
    EXPECT(count == 5);
    for (int32_t i = 0; i < 6; i++) OK(wb_module_child(loaded, i, NULL, &children[i]));
    EXPECT(module_identity(children[0]) == module_identity(children[4]) &&
           module_identity(children[1]) == module_identity(children[3]));
    EXPECT(module_identity(children[0]) != module_identity(children[2]));
    EXPECT(identity(parameter(children[0], 0)) == identity(parameter(children[2], 0)));
    EXPECT(identity(parameter(children[0], 1)) != identity(parameter(children[2], 1)));
    train_a_little(model, 5);
    train_a_little(loaded, 5);
    bytes a = parameters(model), b = parameters(loaded);
    EXPECT(same(a, b));
    free(a.data);
    free(b.data);
    // A model of another sharing is another model.
    wb_module *untied =
        module_of("Sequential(Linear(8, 8), ReLU(), Linear(8, 8), ReLU(), Linear(8, 8), Linear(8, 4))", WB_FLOAT32);
    FAILS(wb_load_into(path("model.h5"), untied, NULL, 0, NULL, NULL), WB_ERROR_STRUCTURE, "");
    OK(wb_scope_end());
}

static void a_parameter_or_buffer_that_was_added_or_taken_away_is_so_after_loading(void) {
    OK(wb_scope_begin());
    wb_module *model = module_of("Sequential(Linear(8, 4))", WB_FLOAT32), *layer = NULL, *loaded = NULL;
    wb_tensor *extra = NULL, *buffer = VECTOR(1, 2, 3), *found = NULL;
    const char *name = NULL;
    int32_t count = 0;
    OK(wb_module_child(model, 0, NULL, &layer));
    OK(wb_module_set_parameter(layer, "bias", NULL));
    OK(wb_tensor_full(WB_FLOAT64, SHAPE(2), 7, &extra));
    OK(wb_module_set_parameter(layer, "extra", extra));
    OK(wb_module_set_buffer(model, "seen", buffer));
    loaded = saved_and_loaded(model);
    OK(wb_module_parameter_count(loaded, &count));
    EXPECT(count == 2);
    OK(wb_module_parameter(loaded, 1, &name, &found));
    expect_text(name, "0.extra", "name");
    EXPECT(at(found, 1) == 7);
    OK(wb_module_buffer(loaded, 0, &name, &found));
    expect_text(name, "seen", "name");
    EXPECT(at(found, 2) == 3);
    fill(parameter(loaded, 0), 1);
    OK(wb_scope_end());
}

int main(void) {
    problem_make(&data);
    if (!mkdtemp(folder)) return 1;
    RUN(a_call_takes_the_tensors_that_the_module_takes);
    RUN(a_callback_is_a_module);
    RUN(a_callback_stands_among_layers);
    RUN(what_could_not_be_made_is_not_released);
    RUN(a_callback_that_fails_ends_the_call_with_its_status_and_sentence);
    RUN(a_callback_may_call_the_library);
    RUN(a_module_may_go_while_it_runs);
    RUN(a_layer_with_a_forward_pass_of_the_hosts_keeps_its_own);
    RUN(a_trainer_records_the_hosts_code_once_a_batch_size_and_computes_the_same_bits);
    RUN(a_callback_that_fails_ends_training_and_changes_nothing);
    RUN(metrics_are_measured_beside_the_loss);
    RUN(a_metric_added_in_an_epoch_is_the_mean_of_what_it_has_seen);
    RUN(metrics_go_on_after_loading);
    RUN(attributes_are_read_as_numbers_and_as_texts);
    RUN(identities_tell_what_is_the_same);
    RUN(groups_have_settings_of_their_own);
    RUN(settings_are_numbers_and_texts_and_refuse_what_does_not_fit);
    RUN(a_checkpoint_keeps_the_groups_and_their_settings);
    RUN(the_random_state_comes_back);
    RUN(a_frozen_parameter_stays_frozen);
    RUN(tied_parameters_and_shared_modules_stay_one);
    RUN(a_parameter_or_buffer_that_was_added_or_taken_away_is_so_after_loading);
    const char *const files[] = {"subclass.h5", "groups.h5", "model.h5"};
    for (int i = 0; i < 3; i++) unlink(path(files[i]));
    rmdir(folder);
    return finish();
}
