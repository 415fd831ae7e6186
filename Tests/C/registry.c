/* The registry: what it lists can be made and called by the names, arguments and defaults that it states. */
#include <limits.h>

#include "check.h"

static const wb_registry registries[] = {WB_REGISTRY_LAYERS, WB_REGISTRY_LOSSES, WB_REGISTRY_OPTIMIZERS,
                                         WB_REGISTRY_FUNCTIONS, WB_REGISTRY_SCHEDULES};
enum { REGISTRIES = 5, LONGEST = 4096 };

typedef struct entry {
    const char *name, *family, *documentation, *inputs, *outputs;
    int32_t argument_count;
} entry;

typedef struct argument {
    const char *name, *type, *initial, *documentation;
} argument;

static int32_t count_of(wb_registry registry) {
    int32_t count = -1;
    OK(wb_registry_count(registry, &count));
    return count;
}

static entry entry_of(wb_registry registry, int32_t index) {
    entry e = {"", "", "", "", "", -1};
    OK(wb_registry_entry(registry, index, &e.name, &e.family, &e.documentation, &e.inputs, &e.outputs,
                         &e.argument_count));
    return e;
}

static argument argument_of(wb_registry registry, int32_t index, int32_t place) {
    argument a = {"", "", NULL, ""};
    OK(wb_registry_argument(registry, index, place, &a.name, &a.type, &a.initial, &a.documentation));
    return a;
}

/* The number of the entry with that name; -1 if there is none. */
static int32_t find(wb_registry registry, const char *name) {
    for (int32_t i = 0; i < count_of(registry); i++)
        if (strcmp(entry_of(registry, i).name, name) == 0) return i;
    return -1;
}

/* A sentence, and words that are not blank. */
static void expect_documented(const char *text, const char *of, const char *what) {
    if (!text || strlen(text) < 3 || text[0] == ' ' || text[0] == '\n')
        check_report(__FILE__, __LINE__, "%s %s has no documentation: \"%s\"", of, what, text ? text : "(null)");
}

static void every_entry_has_a_name_a_family_and_a_documentation(void) {
    for (int r = 0; r < REGISTRIES; r++) {
        int32_t count = count_of(registries[r]);
        EXPECT(count > 0);
        for (int32_t i = 0; i < count; i++) {
            entry e = entry_of(registries[r], i);
            EXPECT(e.name && e.name[0] && e.family && e.family[0] && e.inputs && e.outputs && e.argument_count >= 0);
            expect_documented(e.documentation, e.name, "itself");
            EXPECT(find(registries[r], e.name) == i); // no name stands twice
            for (int32_t place = 0; place < e.argument_count; place++) {
                argument a = argument_of(registries[r], i, place);
                EXPECT(a.name && a.name[0] && a.type && a.type[0]);
                EXPECT(!a.initial || a.initial[0]);
                expect_documented(a.documentation, e.name, a.name);
            }
        }
    }
}

static void the_entries_say_what_they_take_and_give(void) {
    int32_t linear = find(WB_REGISTRY_LAYERS, "Linear"), mse = find(WB_REGISTRY_LOSSES, "MSELoss");
    int32_t adam = find(WB_REGISTRY_OPTIMIZERS, "Adam"), cat = find(WB_REGISTRY_FUNCTIONS, "cat");
    EXPECT(linear >= 0 && mse >= 0 && adam >= 0 && cat >= 0);
    entry e = entry_of(WB_REGISTRY_LAYERS, linear);
    TEXT(e.family, "linear", "family of Linear");
    TEXT(e.inputs, "input", "inputs of Linear");
    TEXT(e.outputs, "output", "outputs of Linear");
    EXPECT(e.argument_count == 4);
    const argument wanted[] = {{"in_features", "int", NULL, ""},
                               {"out_features", "int", NULL, ""},
                               {"bias", "bool", "True", ""},
                               {"dtype", "DType | None", "None", ""}};
    for (int32_t i = 0; i < 4; i++) {
        argument a = argument_of(WB_REGISTRY_LAYERS, linear, i);
        TEXT(a.name, wanted[i].name, "argument");
        TEXT(a.type, wanted[i].type, a.name);
        if (wanted[i].initial)
            TEXT(a.initial, wanted[i].initial, a.name);
        else
            EXPECT(!a.initial);
    }
    TEXT(entry_of(WB_REGISTRY_LOSSES, mse).inputs, "input, target", "inputs of MSELoss");
    TEXT(argument_of(WB_REGISTRY_LOSSES, mse, 0).type, "Literal['none', 'mean', 'sum']", "reduction");
    TEXT(argument_of(WB_REGISTRY_OPTIMIZERS, adam, 1).type, "tuple[float, float]", "betas");
    TEXT(argument_of(WB_REGISTRY_OPTIMIZERS, adam, 1).initial, "(0.9, 0.999)", "betas");
    TEXT(argument_of(WB_REGISTRY_FUNCTIONS, cat, 0).type, "Sequence[Tensor]", "tensors of cat");
    int32_t sequential = find(WB_REGISTRY_LAYERS, "Sequential"), graph = find(WB_REGISTRY_LAYERS, "Graph");
    TEXT(argument_of(WB_REGISTRY_LAYERS, sequential, 0).name, "*modules", "argument of Sequential");
    EXPECT(!argument_of(WB_REGISTRY_LAYERS, sequential, 0).initial);
    TEXT(entry_of(WB_REGISTRY_LAYERS, graph).inputs, "*inputs", "inputs of Graph");
    TEXT(entry_of(WB_REGISTRY_LAYERS, graph).outputs, "*outputs", "outputs of Graph");
    int32_t clamp = find(WB_REGISTRY_FUNCTIONS, "clamp");
    EXPECT(clamp >= 0 && strstr(entry_of(WB_REGISTRY_FUNCTIONS, clamp).inputs, "=None")); // its bounds may be missing
}

static void an_optimiser_takes_and_gives_no_tensors(void) {
    for (int32_t i = 0; i < count_of(WB_REGISTRY_OPTIMIZERS); i++) {
        entry e = entry_of(WB_REGISTRY_OPTIMIZERS, i);
        TEXT(e.inputs, "", e.name);
        TEXT(e.outputs, "", e.name);
    }
}

static void texts_are_static_and_any_pointer_may_be_null(void) {
    for (int r = 0; r < REGISTRIES; r++) {
        entry first = entry_of(registries[r], 0), again = entry_of(registries[r], 0);
        EXPECT(first.name == again.name && first.family == again.family && first.documentation == again.documentation);
        EXPECT(first.inputs == again.inputs && first.outputs == again.outputs);
        OK(wb_registry_entry(registries[r], 0, NULL, NULL, NULL, NULL, NULL, NULL));
        if (first.argument_count) OK(wb_registry_argument(registries[r], 0, 0, NULL, NULL, NULL, NULL));
    }
}

static void indices_and_tables_that_are_not_there_are_refused(void) {
    const char *name = "untouched";
    int32_t count = -7;
    for (int r = 0; r < REGISTRIES; r++) {
        const int32_t beyond[] = {-1, count_of(registries[r]), INT32_MAX, INT32_MIN};
        int32_t arguments = entry_of(registries[r], 0).argument_count;
        const int32_t no_argument[] = {-1, arguments, INT32_MAX, INT32_MIN};
        for (int i = 0; i < 4; i++) {
            FAILS(wb_registry_entry(registries[r], beyond[i], &name, NULL, NULL, NULL, NULL, &count), WB_ERROR_INDEX,
                  "registry");
            FAILS(wb_registry_argument(registries[r], beyond[i], 0, &name, NULL, NULL, NULL), WB_ERROR_INDEX,
                  "registry");
            FAILS(wb_registry_argument(registries[r], 0, no_argument[i], &name, NULL, NULL, NULL), WB_ERROR_INDEX,
                  "argument");
        }
    }
    const int no_table[] = {5, 999, -1, INT_MIN};
    for (int i = 0; i < 4; i++) {
        FAILS(wb_registry_count((wb_registry)no_table[i], &count), WB_ERROR_ARGUMENT, "table");
        FAILS(wb_registry_entry((wb_registry)no_table[i], 0, &name, NULL, NULL, NULL, NULL, &count), WB_ERROR_ARGUMENT,
              "table");
        FAILS(wb_registry_argument((wb_registry)no_table[i], 0, 0, &name, NULL, NULL, NULL), WB_ERROR_ARGUMENT,
              "table");
    }
    EXPECT(strcmp(name, "untouched") == 0 && count == -7);
}

/* ------------------------------------------------------------------ everything can be made */

static void append(char *text, const char *more) {
    if (strlen(text) + strlen(more) >= LONGEST) abort();
    strcat(text, more);
}

static int begins(const char *text, const char *with) { return strncmp(text, with, strlen(with)) == 0; }

/* A value of a type as Python annotates it. */
static void append_value(char *text, const argument *a) {
    if (strcmp(a->name, "equation") == 0)
        append(text, "'ab,bc->ac'");
    else if (strcmp(a->name, "activation") == 0)
        append(text, "'relu'");
    else if (strcmp(a->name, "dims") == 0)
        append(text, "(1,)");
    else if (begins(a->type, "int"))
        append(text, "3");
    else if (begins(a->type, "float"))
        append(text, "0.5");
    else if (begins(a->type, "bool"))
        append(text, "True");
    else if (begins(a->type, "Literal["))
        strncat(text, a->type + 8, strcspn(a->type + 8, ",]"));
    else if (begins(a->type, "tuple[int, int]"))
        append(text, "(3, 3)");
    else if (begins(a->type, "tuple[float, float]"))
        append(text, "(0.5, 0.5)");
    else if (begins(a->type, "tuple[int"))
        append(text, "(3,)");
    else if (begins(a->type, "DType"))
        append(text, "float64");
    else if (begins(a->type, "Module"))
        append(text, "Linear(3, 3)");
    else if (strcmp(a->name, "body") == 0)
        append(text, "'y = relu(x)'");
    else if (strcmp(a->name, "outputs") == 0)
        append(text, "'y'");
    else if (begins(a->type, "str"))
        append(text, "'x'");
    else
        check_report(__FILE__, __LINE__, "no value for an argument %s of type %s", a->name, a->type);
}

typedef enum filling { REQUIRED, ALL_BY_NAME, ALL_BY_PLACE } filling;

/* The call of an entry: values by type where one has to be given, and the defaults that the registry states, written
 * out. */
static void call_of(wb_registry registry, int32_t index, filling how, char *text) {
    entry e = entry_of(registry, index);
    const char *separator = "";
    snprintf(text, LONGEST, "%s(", e.name);
    for (int32_t place = 0; place < e.argument_count; place++) {
        argument a = argument_of(registry, index, place);
        int is_variadic = a.name[0] == '*';
        if (a.initial && how == REQUIRED) continue;
        append(text, separator);
        // Keras' kinds take some arguments by their names alone.
        if (how == ALL_BY_NAME || is_variadic || begins(e.name, "keras.")) {
            append(text, is_variadic ? "child" : a.name);
            append(text, "=");
        }
        if (a.initial)
            append(text, a.initial);
        else
            append_value(text, &a);
        separator = ", ";
    }
    append(text, ")");
}

static void read_texts(const wb_module *module, char *expression, char *description) {
    const char *text = NULL;
    OK(wb_module_expression(module, &text));
    snprintf(expression, LONGEST, "%s", text ? text : "");
    OK(wb_module_describe(module, &text));
    snprintf(description, LONGEST, "%s", text ? text : "");
}

static void every_layer_and_loss_is_made_and_its_expression_makes_it_again(void) {
    char text[LONGEST], expression[LONGEST], description[LONGEST], again[LONGEST], described[LONGEST];
    for (int r = 0; r < 2; r++) {
        for (int32_t i = 0; i < count_of(registries[r]); i++) {
            entry e = entry_of(registries[r], i);
            const char *name = NULL;
            int32_t needs = -1;
            OK(wb_scope_begin());
            call_of(registries[r], i, REQUIRED, text);
            wb_module *module = module_of(text, WB_FLOAT32);
            read_texts(module, expression, description);
            OK(wb_module_class_name(module, &name));
            TEXT(name, e.name, "class");
            OK(wb_module_needs_host(module, &needs));
            EXPECT(needs == 0);
            EXPECT(begins(description, e.name) && begins(expression, e.name));
            read_texts(module_of(expression, WB_FLOAT32), again, described);
            TEXT(again, expression, "the expression read back");
            TEXT(described, description, "the description of what was read back");

            // The defaults are those that the registry states.
            for (filling how = ALL_BY_NAME; how <= ALL_BY_PLACE; how++) {
                call_of(registries[r], i, how, text);
                read_texts(module_of(text, WB_FLOAT32), again, described);
                TEXT(again, expression, text);
                TEXT(described, description, text);
            }
            for (int32_t place = 0; place < e.argument_count; place++) {
                argument a = argument_of(registries[r], i, place);
                if (!a.initial || strcmp(a.name, "dtype") == 0) continue;
                const char *value = NULL;
                OK(wb_module_attribute_text(module, a.name, &value));
                TEXT(value, a.initial, a.name);
            }
            OK(wb_scope_end());
        }
    }
}

static wb_status sum_of_squares(void *parameter, wb_tensor **loss) {
    wb_tensor *square = NULL;
    wb_status status = wb_tensor_set_grad(parameter, NULL);
    if (status == WB_OK) status = wb_square(parameter, &square);
    if (status == WB_OK) status = wb_sum(square, loss);
    if (status == WB_OK) status = wb_backward(*loss, NULL, 0);
    wb_tensor_free(square);
    return status;
}

static void every_optimiser_is_made_with_the_defaults_that_are_stated(void) {
    char text[LONGEST];
    for (int32_t i = 0; i < count_of(WB_REGISTRY_OPTIMIZERS); i++) {
        entry e = entry_of(WB_REGISTRY_OPTIMIZERS, i);
        for (filling how = REQUIRED; how <= ALL_BY_PLACE; how++) {
            wb_optimizer *optimizer = NULL;
            const char *name = NULL, *value = NULL;
            OK(wb_scope_begin());
            // A matrix, which Muon asks for.
            wb_tensor *parameter = NULL;
            OK(wb_tensor_create(WB_FLOAT64, SHAPE(1, 2), (const double[]){1, 2}, &parameter));
            OK(wb_tensor_set_requires_grad(parameter, 1));
            call_of(WB_REGISTRY_OPTIMIZERS, i, how, text);
            OK(wb_optimizer_create(text, &parameter, 1, &optimizer));
            OK(wb_optimizer_class_name(optimizer, &name));
            TEXT(name, e.name, "class");
            for (int32_t place = 0; place < e.argument_count; place++) {
                argument a = argument_of(WB_REGISTRY_OPTIMIZERS, i, place);
                OK(wb_optimizer_get_text(optimizer, 0, a.name, &value));
                if (a.initial) TEXT(value, a.initial, a.name);
            }
            OK(wb_optimizer_step_closure(optimizer, sum_of_squares, parameter, NULL));
            EXPECT(at(parameter, 0) < 1 && at(parameter, 1) < 2); // downhill
            OK(wb_scope_end());
        }
    }
}

static wb_status half(void *context, int32_t group, int64_t epoch, double *factor) {
    (void)context, (void)group, (void)epoch;
    *factor = 0.5;
    return WB_OK;
}

static void every_schedule_is_made_with_the_defaults_that_are_stated(void) {
    char text[LONGEST];
    wb_optimizer *optimizer = NULL;
    OK(wb_scope_begin());
    wb_tensor *parameter = VECTOR(1, 2);
    OK(wb_optimizer_create("SGD(lr=0.1, momentum=0.5)", &parameter, 1, &optimizer));
    for (int32_t i = 0; i < count_of(WB_REGISTRY_SCHEDULES); i++) {
        entry e = entry_of(WB_REGISTRY_SCHEDULES, i);
        wb_schedule *schedule = NULL;
        const char *name = NULL, *value = NULL;
        TEXT(e.inputs, "", e.name);
        TEXT(e.outputs, "", e.name);
        // A function, and how many steps there are, no text states.
        int asks = 0;
        for (int32_t place = 0; place < e.argument_count; place++)
            asks |= strstr(argument_of(WB_REGISTRY_SCHEDULES, i, place).type, "Callable") != NULL;
        if (strcmp(e.name, "OneCycleLR") == 0)
            snprintf(text, LONGEST, "OneCycleLR(0.5, total_steps=9)");
        else if (strcmp(e.name, "SequentialLR") == 0)
            snprintf(text, LONGEST, "SequentialLR([StepLR(3)], ())");
        else if (strcmp(e.name, "ChainedScheduler") == 0)
            snprintf(text, LONGEST, "ChainedScheduler([StepLR(3)])");
        else if (asks && strcmp(e.name, "CyclicLR") != 0)
            snprintf(text, LONGEST, "%s()", e.name);
        else
            call_of(WB_REGISTRY_SCHEDULES, i, REQUIRED, text);
        if (asks)
            OK(wb_schedule_create_function(text, optimizer, half, NULL, NULL, &schedule));
        else
            OK(wb_schedule_create(text, optimizer, &schedule));
        OK(wb_schedule_class_name(schedule, &name));
        TEXT(name, e.name, "class");
        for (int32_t place = 0; place < e.argument_count; place++) {
            argument a = argument_of(WB_REGISTRY_SCHEDULES, i, place);
            if (!a.initial || strcmp(a.name, "last_epoch") == 0 || strcmp(a.name, "total_steps") == 0 ||
                strstr(a.type, "Callable"))
                continue;
            OK(wb_schedule_get_text(schedule, a.name, &value));
            TEXT(value, a.initial, a.name);
        }
        OK(strcmp(e.name, "ReduceLROnPlateau") == 0 ? wb_schedule_step_metric(schedule, 1)
                                                    : wb_schedule_step(schedule));
        OK(wb_schedule_get_text(schedule, "_last_lr", &value));
        EXPECT(value && value[0] == '(');
        OK(wb_schedule_free(schedule));
    }
    OK(wb_scope_end());
}

static void every_function_is_known_by_its_name(void) {
    for (int32_t i = 0; i < count_of(WB_REGISTRY_FUNCTIONS); i++) {
        entry e = entry_of(WB_REGISTRY_FUNCTIONS, i);
        wb_tensor *outputs[4] = {NULL};
        OK(wb_scope_begin());
        wb_status status = wb_call(e.name, NULL, 0, outputs, 4, NULL);
        if (status != WB_OK) {
            EXPECT(status == WB_ERROR_ARGUMENT || status == WB_ERROR_SHAPE);
            if (!strstr(wb_last_error(), e.name) || strstr(wb_last_error(), "no function"))
                check_report(__FILE__, __LINE__, "%s: %s", e.name, wb_last_error());
        }
        OK(wb_scope_end());
    }
}

int main(void) {
    RUN(every_entry_has_a_name_a_family_and_a_documentation);
    RUN(the_entries_say_what_they_take_and_give);
    RUN(an_optimiser_takes_and_gives_no_tensors);
    RUN(texts_are_static_and_any_pointer_may_be_null);
    RUN(indices_and_tables_that_are_not_there_are_refused);
    RUN(every_layer_and_loss_is_made_and_its_expression_makes_it_again);
    RUN(every_optimiser_is_made_with_the_defaults_that_are_stated);
    RUN(every_schedule_is_made_with_the_defaults_that_are_stated);
    RUN(every_function_is_known_by_its_name);
    return finish();
}
