/* Modules as they cross to C: calls with several tensors, what a module says about itself, the random state, and what
 * a checkpoint keeps besides values. */
#define _GNU_SOURCE
#include "folder.h"
#include "problem.h"

static problem data;

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
        TEXT(text, cases[i].text, cases[i].expression);
        if (isnan(cases[i].number))
            FAILS(wb_module_attribute(module, cases[i].name, &number), WB_ERROR_ARGUMENT, cases[i].name, "no number");
        else
            OK(wb_module_attribute(module, cases[i].name, &number));
        EXPECT(number == (isnan(cases[i].number) ? -77 : cases[i].number));
        text = "untouched";
        FAILS(wb_module_attribute(module, "colour", &number), WB_ERROR_ARGUMENT, "colour");
        FAILS(wb_module_attribute_text(module, "", &text), WB_ERROR_ARGUMENT, "''");
        FAILS(wb_module_attribute_text(module, NULL, &text), WB_ERROR_ARGUMENT, "null");
        TEXT(text, "untouched", "text");
        OK(wb_module_free(module));
    }
    // What the parameters say counts.
    wb_module *layer = module_of("Linear(3, 4)", WB_FLOAT32);
    const char *text = NULL;
    OK(wb_module_set_parameter(layer, "bias", NULL));
    OK(wb_module_expression(layer, &text));
    TEXT(text, "Linear(3, 4, bias=False)", "expression");
    OK(wb_module_cast(layer, WB_FLOAT64));
    OK(wb_module_expression(layer, &text));
    TEXT(text, "Linear(3, 4, bias=False, dtype=float64)", "expression");
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
    EXPECT(identity(parameter_at(chain, 0)) == identity(parameter_at(children[2], 0)));
    EXPECT(identity(parameter_at(chain, 0)) != identity(parameter_at(chain, 1)));
    OK(wb_scope_end());
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

static void train_a_little(wb_module *model) {
    double losses[5];
    bytes trained = train_anew(model, ADAM, &data, 5, losses);
    for (int step = 0; step < 5; step++) EXPECT(isfinite(losses[step]));
    free(trained.data);
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
    OK(wb_tensor_set_requires_grad(parameter_at(trained, 0), 0));
    OK(wb_tensor_read(parameter_at(trained, 0), before, sizeof before));
    models[1] = saved_and_loaded(trained);
    for (int i = 0; i < 2; i++) {
        int32_t requires = -1;
        for (int32_t k = 0; k < 4; k++) {
            OK(wb_tensor_get_requires_grad(parameter_at(models[i], k), &requires));
            EXPECT(requires == (k != 0));
        }
        train_a_little(models[i]);
        OK(wb_tensor_read(parameter_at(models[i], 0), after, sizeof after));
        EXPECT(memcmp(before, after, sizeof before) == 0);
        wb_tensor *gradient = parameter_at(models[i], 0);
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
        OK(wb_tensor_get_requires_grad(parameter_at(loaded, k), &requires));
        EXPECT(requires == k);
    }
    // Loading into a model leaves its own choice.
    OK(wb_tensor_set_requires_grad(parameter_at(loaded, 0), 1));
    OK(wb_load_into(path("model.h5"), loaded, NULL, 0, NULL, NULL));
    int32_t requires = -1;
    OK(wb_tensor_get_requires_grad(parameter_at(loaded, 0), &requires));
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
    OK(wb_module_set_parameter(third, "weight", parameter_at(first, 0)));
    OK(wb_module_parameter_count(model, &count));
    EXPECT(count == 5); // a weight that stands in three places, two biases of 8, and the last layer's two
    wb_module *loaded = saved_and_loaded(model), *children[6];
    OK(wb_module_parameter_count(loaded, &count));
    EXPECT(count == 5);
    for (int32_t i = 0; i < 6; i++) OK(wb_module_child(loaded, i, NULL, &children[i]));
    EXPECT(module_identity(children[0]) == module_identity(children[4]) &&
           module_identity(children[1]) == module_identity(children[3]));
    EXPECT(module_identity(children[0]) != module_identity(children[2]));
    EXPECT(identity(parameter_at(children[0], 0)) == identity(parameter_at(children[2], 0)));
    EXPECT(identity(parameter_at(children[0], 1)) != identity(parameter_at(children[2], 1)));
    train_a_little(model);
    train_a_little(loaded);
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
    TEXT(name, "0.extra", "name");
    EXPECT(at(found, 1) == 7);
    OK(wb_module_buffer(loaded, 0, &name, &found));
    TEXT(name, "seen", "name");
    EXPECT(at(found, 2) == 3);
    fill(parameter_at(loaded, 0), 1);
    OK(wb_scope_end());
}

int main(void) {
    problem_make(&data);
    if (!make_folder()) return 1;
    RUN(a_call_takes_the_tensors_that_the_module_takes);
    RUN(attributes_are_read_as_numbers_and_as_texts);
    RUN(identities_tell_what_is_the_same);
    RUN(the_random_state_comes_back);
    RUN(a_frozen_parameter_stays_frozen);
    RUN(tied_parameters_and_shared_modules_stay_one);
    RUN(a_parameter_or_buffer_that_was_added_or_taken_away_is_so_after_loading);
    remove_folder();
    return finish();
}
