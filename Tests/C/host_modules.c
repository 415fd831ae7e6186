/* Modules whose forward pass is the host's: alone, among layers, instead of a layer's own; failing, calling the
 * library, going while they run. */
#define _GNU_SOURCE
#include "folder.h"
#include "host.h"

static wb_tensor *matrix(int64_t rows, int64_t columns, const double *values) {
    wb_tensor *tensor = NULL;
    OK(wb_tensor_create(WB_FLOAT64, SHAPE(rows, columns), values, &tensor));
    return tensor;
}

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
    TEXT(h.options, "(null)", "options");
    FAILS(wb_tensor_rank(h.seen, &count), WB_ERROR_HANDLE, "freed"); // the handles of its inputs end with the call
    OK(wb_module_call(module, "scale=2, what='ever'", (wb_tensor *[]){x, NULL, x}, 3, outputs, 3, &count));
    EXPECT(count == 3 && at(outputs[0], 0) == 3 && outputs[1] == NULL && at(outputs[2], 1) == 6);
    TEXT(h.options, "scale=2, what='ever'", "options");
    OK(wb_module_call(module, NULL, NULL, 0, NULL, 0, &count));
    EXPECT(count == 0);

    OK(wb_module_class_name(module, &text));
    TEXT(text, "Scale", "class");
    OK(wb_module_describe(module, &text));
    TEXT(text, "Scale()", "description");
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
    OK(wb_tensor_grad(parameter_at(chain, 1), &gradient));
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
    TEXT(text, "DoubledLinear", "class");
    OK(wb_module_describe(h.module, &text));
    TEXT(text, "DoubledLinear(in_features=2, out_features=2, bias=True)", "description");
    FAILS(wb_module_expression(h.module, &text), WB_ERROR_UNSUPPORTED, "DoubledLinear");
    FAILS(wb_module_forward(h.module, VECTOR(1, 2, 3), &own), WB_ERROR_SHAPE, "DoubledLinear", "features", "[3]");
    OK(wb_save(path("subclass.h5"), chain, NULL, 0, 0));
    FAILS(wb_load(path("subclass.h5"), &(wb_module *){NULL}), WB_ERROR_UNSUPPORTED, "DoubledLinear");
    OK(wb_load_into(path("subclass.h5"), chain, NULL, 0, NULL, NULL));
    OK(wb_scope_end());
    EXPECT(h.releases == 0);
    OK(wb_module_free(h.module));
    EXPECT(h.releases == 1);
}

int main(void) {
    if (!make_folder()) return 1;
    RUN(a_callback_is_a_module);
    RUN(a_callback_stands_among_layers);
    RUN(what_could_not_be_made_is_not_released);
    RUN(a_callback_that_fails_ends_the_call_with_its_status_and_sentence);
    RUN(a_callback_may_call_the_library);
    RUN(a_module_may_go_while_it_runs);
    RUN(a_layer_with_a_forward_pass_of_the_hosts_keeps_its_own);
    remove_folder();
    return finish();
}
