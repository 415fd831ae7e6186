/* Any text becomes a module or a result, or gets a sentence: long and deep ones, and random ones in the form of
 * expressions with faults put in. A refused text leaves nothing behind. */
#include "check.h"

enum { LONGEST = 4096 };

/* ------------------------------------------------------------------ long and deep texts */

/* Copies a text to its place, and gives the place behind it. */
static char *append(char *to, const char *text) {
    size_t length = strlen(text);
    memcpy(to, text, length + 1);
    return to + length;
}

/* prefix, `count` times `middle`, core, `count` times `end`. */
static char *repeated(const char *prefix, const char *middle, int count, const char *core, const char *end) {
    char *text = malloc(strlen(prefix) + strlen(core) + (size_t)count * (strlen(middle) + strlen(end)) + 1),
         *next = text;
    if (!text) abort();
    next = append(next, prefix);
    for (int i = 0; i < count; i++) next = append(next, middle);
    next = append(next, core);
    for (int i = 0; i < count; i++) next = append(next, end);
    return text;
}

static wb_status create_and_free(char *text) {
    wb_module *module = NULL;
    wb_status status = wb_module_create(text, WB_FLOAT32, &module);
    free(text);
    if (status == WB_OK) OK(wb_module_free(module));
    return status;
}

static void texts_nest_and_grow_to_a_limit_and_no_further(void) {
    const int many = watched() ? 20000 : 4000000;
    OK(create_and_free(repeated("", "Sequential(", 199, "ReLU()", ")")));
    FAILS(create_and_free(repeated("", "Sequential(", 200, "ReLU()", ")")), WB_ERROR_ARGUMENT, "200 levels", "column");
    FAILS(create_and_free(repeated("", "Sequential(", many / 40, "ReLU()", ")")), WB_ERROR_ARGUMENT, "levels",
          "column");
    FAILS(create_and_free(repeated("", "Sequential(", many / 40, "", "")), WB_ERROR_ARGUMENT, "levels", "column");
    FAILS(create_and_free(repeated("Flatten(", "(", 100000, "1", ")")), WB_ERROR_ARGUMENT, "levels", "column");
    FAILS(create_and_free(repeated("Flatten(", "[", 100000, "", "")), WB_ERROR_ARGUMENT, "levels", "column");
    FAILS(create_and_free(repeated("ReLU", " ", 5000000, "()", "")), WB_ERROR_ARGUMENT, "5000006 bytes");
    OK(create_and_free(repeated("ReLU", " ", many / 4, "()", "")));
    FAILS(create_and_free(repeated("", "a", many, "", "")), WB_ERROR_ARGUMENT, "column 1");
    EXPECT(strlen(wb_last_error()) < 2000);
    FAILS(create_and_free(repeated("GELU('", "x", many, "')", "")), WB_ERROR_ARGUMENT, "column 6");
    EXPECT(strlen(wb_last_error()) < 2000);
    FAILS(create_and_free(repeated("Linear(", "9", many, ", 1)", "")), WB_ERROR_ARGUMENT, "column 8");
    EXPECT(strlen(wb_last_error()) < 2000);
    FAILS(create_and_free(repeated("Linear(3, 4, ", "a", many, "=1)", "")), WB_ERROR_ARGUMENT, "column");
    EXPECT(strlen(wb_last_error()) < 2000);
    FAILS(create_and_free(repeated("Linear((", "1, ", many / 4, "), 1)", "")), WB_ERROR_ARGUMENT, "column 8");
    EXPECT(strlen(wb_last_error()) < 2000);
    FAILS(create_and_free(repeated("Graph('", "a, ", many / 4, "a', 'y = relu(a)', 'y')", "")), WB_ERROR_ARGUMENT,
          "column");
    EXPECT(strlen(wb_last_error()) < 2000);
    wb_tensor *y = NULL;
    char *numbers = repeated("tensor((", "1, ", 100000, "))", "");
    OK(wb_call(numbers, NULL, 0, &y, 1, NULL));
    OK(wb_tensor_free(y));
    free(numbers);
    char *thousand = repeated("Sequential(", "ReLU(), ", 1000, ")", "");
    wb_module *module = module_of(thousand, WB_FLOAT32);
    int32_t count = 0;
    OK(wb_module_child_count(module, &count));
    EXPECT(count == 1000);
    OK(wb_module_free(module));
    free(thousand);
}

static void a_refused_text_leaves_nothing_behind(void) {
    const int rounds = watched() ? 20 : 2000;
    const char *const wrong[] = {"Sequential(Linear(50, 50), Linear(3, 'four'))",
                                 "Sequential(Linear(50, 50), Linear(1000000000, 1000000000))",
                                 "Sequential(Linear(50, 50), Relu())", "Sequential(Linear(50, 50), SharedModule('7'))",
                                 "Container(a=Linear(50, 50), a=Linear(50, 50))"};
    int64_t before = 0, after = 0, grown = 0;
    OK(wb_memory_usage(&before, NULL, NULL));
    for (int i = 0; i < rounds; i++) {
        wb_module *module = NULL;
        if (i == rounds / 4) grown = resident();
        REFUSED(wb_module_create(wrong[i % 5], WB_FLOAT32, &module), "");
    }
    OK(wb_memory_usage(&after, NULL, NULL));
    EXPECT(after == before);
    if (!watched()) EXPECT(resident() - grown < 1 << 20);
}

/* ------------------------------------------------------------------ any text */

static uint64_t chance = 77;

static int below(int count) { return (int)(number(&chance) * count); }

typedef struct writer {
    char text[LONGEST];
    size_t length;
} writer;

static void put(writer *w, const char *text) {
    size_t length = strlen(text);
    if (w->length + length + 1 >= sizeof w->text) return;
    memcpy(w->text + w->length, text, length + 1);
    w->length += length;
}

static int begins(const char *text, const char *with) { return strncmp(text, with, strlen(with)) == 0; }

/* A value that may fit an argument of that type, or not. Small, so that what is made is small. */
static void put_value(writer *w, const char *type) {
    static const char *const values[] = {"0",      "1",      "2",     "3",       "4",       "-1",     "0.5",
                                         "1e-3",   "True",   "False", "None",    "inf",     "nan",    "'mean'",
                                         "'tanh'", "'x'",    "'sum'", "float32", "float64", "int64",  "torch.float64",
                                         "\"y\"",  "(1, 2)", "(2,)",  "()",      "[0, 1]",  "(0, -1)"};
    static const char *const huge[] = {"9223372036854775807", "-9223372036854775808", "1e300", "-1e308",
                                       "99999999999999999999"};
    if (below(50) == 0) {
        put(w, huge[below(5)]);
    } else if (below(6) == 0) {
        put(w, values[below(sizeof values / sizeof *values)]);
    } else if (begins(type, "tuple[") || (strstr(type, "tuple[") && below(2))) {
        put(w, "(");
        for (int count = below(3); count >= 0; count--) {
            put_value(w, strchr(type, '[') + 1);
            put(w, count ? ", " : ",)");
        }
    } else if (begins(type, "int")) {
        put(w, values[below(6)]);
    } else if (begins(type, "float") || begins(type, "Tensor | float")) {
        put(w, values[below(8)]);
    } else if (begins(type, "bool")) {
        put(w, below(2) ? "True" : "False");
    } else if (begins(type, "DType")) {
        put(w, below(2) ? "float64" : "'float32'");
    } else if (begins(type, "Literal[")) {
        char choice[40] = "";
        const char *first = type + 8;
        for (int skip = below(3); skip > 0 && strchr(first, ','); skip--) first = strchr(first, ',') + 2;
        strncat(choice, first, strcspn(first, ",]") < 39 ? strcspn(first, ",]") : 39);
        put(w, choice);
    } else {
        put(w, values[below(sizeof values / sizeof *values)]);
    }
}

static void put_body(writer *w) {
    static const char *const lines[] = {"y = relu(x)",
                                        "y = a(x)",
                                        "n = size(x, 0)",
                                        "y = reshape(x, (n, -1))",
                                        "y = add(x, 1)",
                                        "h = a(b(x))",
                                        "a.weight = x",
                                        "mean = lerp(mean, x, 0.5)",
                                        "p, q = split(x, 1)",
                                        "y = self.a(x)",
                                        "y = add(x, y)",
                                        "n = 2 * n + 1",
                                        "y = cat((x, x), dim=0)",
                                        "y = x",
                                        "y = 3",
                                        "",
                                        "# y",
                                        "y = softmax(x, dim=-1)"};
    for (int count = below(4); count >= 0; count--) {
        put(w, lines[below(sizeof lines / sizeof *lines)]);
        put(w, "\\n");
    }
}

static void put_module(writer *w, int depth) {
    static const char *const children[] = {"", "", "", "a=", "b=", "'c d'=", "mean=", "inputs="};
    static const char *const leaves[] = {"ReLU()",
                                         "Tanh",
                                         "Linear(3, 3)",
                                         "Linear(3, 2, bias=False)",
                                         "SharedModule('0')",
                                         "SharedModule('a')",
                                         "Parameter(3)",
                                         "Buffer(2, 3)",
                                         "Parameter(1, dtype=float64, requires_grad=False)",
                                         "Identity()",
                                         "Linear(100000000000000, 3)"};
    int32_t count = 0, arguments = 0;
    const char *name = NULL, *argument = NULL, *type = NULL;
    switch (below(6)) {
    case 0:
        put(w, leaves[below(sizeof leaves / sizeof *leaves)]);
        return;
    case 1:
    case 2:
        if (depth == 0) break;
        put(w, below(3) ? "Sequential(" : "Container(");
        for (int left = below(4); left >= 0; left--) {
            put(w, children[below(8)]);
            put_module(w, depth - 1);
            put(w, left ? ", " : "");
        }
        put(w, ")");
        return;
    case 3:
        if (depth == 0) break;
        put(w, "Graph('x', '");
        put_body(w);
        put(w, "', 'y', a=");
        put_module(w, depth - 1);
        put(w, ", b=");
        put_module(w, depth - 1);
        put(w, below(2) ? ", mean=Buffer(3))" : ")");
        return;
    }
    wb_registry registry = below(3) ? WB_REGISTRY_LAYERS : WB_REGISTRY_LOSSES;
    OK(wb_registry_count(registry, &count));
    int32_t index = below(count);
    OK(wb_registry_entry(registry, index, &name, NULL, NULL, NULL, NULL, &arguments));
    put(w, name);
    put(w, "(");
    for (int32_t i = 0; i < arguments; i++) {
        OK(wb_registry_argument(registry, index, i, &argument, &type, NULL, NULL));
        if (below(6) == 0) continue;
        if (below(2)) {
            put(w, argument[0] == '*' ? "a" : argument);
            put(w, "=");
        }
        if (argument[0] == '*')
            put_module(w, depth ? depth - 1 : 0);
        else
            put_value(w, type);
        put(w, ", ");
    }
    put(w, ")");
}

/* Gives how many tensors the call takes. */
static int32_t put_call(writer *w) {
    int32_t count = 0, arguments = 0, tensors = 0;
    const char *name = NULL, *argument = NULL, *type = NULL, *initial = NULL;
    OK(wb_registry_count(WB_REGISTRY_FUNCTIONS, &count));
    int32_t index = below(count);
    OK(wb_registry_entry(WB_REGISTRY_FUNCTIONS, index, &name, NULL, NULL, NULL, NULL, &arguments));
    put(w, name);
    put(w, "(");
    for (int32_t i = 0; i < arguments; i++) {
        OK(wb_registry_argument(WB_REGISTRY_FUNCTIONS, index, i, &argument, &type, &initial, NULL));
        if (strstr(type, "Tensor") && below(8)) {
            tensors += begins(type, "Sequence") ? 2 : !initial || below(2);
            continue;
        }
        if (below(initial ? 2 : 12) == 0) continue;
        if (below(2)) {
            put(w, argument);
            put(w, "=");
        }
        put_value(w, type);
        put(w, ", ");
    }
    put(w, ")");
    return tensors < 3 ? tensors : 3;
}

/* Cuts numbers to one digit, so that no mutation makes one that takes memory; those that no machine has the memory for
 * are left. */
static void keep_numbers_small(writer *w) {
    size_t to = 0;
    int digits = 0;
    for (size_t from = 0; from < w->length; from++) {
        char c = w->text[from];
        size_t run = strspn(w->text + from, "0123456789");
        if (!digits && run >= 15) {
            memmove(w->text + to, w->text + from, run);
            to += run;
            from += run - 1;
            continue;
        }
        int is_digit = (c >= '0' && c <= '9') || c == '_' || (digits && (c == 'e' || c == 'E'));
        if (is_digit && digits++) continue;
        if (!is_digit) digits = 0;
        w->text[to++] = c;
    }
    w->text[w->length = to] = 0;
}

static void mutate(writer *w) {
    static const char *const pieces[] = {"(",
                                         ")",
                                         ",",
                                         "=",
                                         "'",
                                         "\"",
                                         "\\",
                                         ".",
                                         "-",
                                         "e",
                                         "_",
                                         " ",
                                         "\n",
                                         "[",
                                         "]",
                                         "#",
                                         "*",
                                         "/",
                                         "+",
                                         "a",
                                         "x",
                                         "Linear",
                                         "None",
                                         "\xc3\xa4",
                                         "\xf0\x9f\x98\x80",
                                         "\xff",
                                         "\x01",
                                         "1",
                                         "SharedModule('')",
                                         "=None",
                                         "float32"};
    for (int count = below(4); count > 0; count--) {
        size_t place = (size_t)below((int)w->length + 1);
        const char *piece = pieces[below(sizeof pieces / sizeof *pieces)];
        char rest[LONGEST];
        size_t cut = 0;
        switch (below(4)) {
        case 0:
            cut = 1;
            break; // a piece in the place of a character
        case 1:
            cut = (size_t)below(9), piece = "";
            break; // some characters gone
        case 2:
            break; // a piece put in
        case 3:
            w->length = place, w->text[place] = 0;
            continue; // the rest gone
        }
        if (place + cut > w->length) cut = w->length - place;
        snprintf(rest, sizeof rest, "%s", w->text + place + cut);
        w->length = place;
        w->text[place] = 0;
        put(w, piece);
        put(w, rest);
    }
}

static int is_expected(wb_status status, int is_call) {
    switch (status) {
    case WB_OK:
    case WB_ERROR_ARGUMENT:
    case WB_ERROR_SHAPE:
    case WB_ERROR_DTYPE:
    case WB_ERROR_MEMORY:
    case WB_ERROR_UNSUPPORTED:
        return 1;
    case WB_ERROR_INDEX:
        return is_call; // an axis out of range
    default:
        return 0;
    }
}

static void expect_module_or_sentence(const char *text, const wb_tensor *x, int *made) {
    wb_module *module = NULL;
    wb_status status = wb_module_create(text, WB_FLOAT32, &module);
    if (!is_expected(status, 0) || (status != WB_OK && !wb_last_error()[0]))
        check_report(__FILE__, __LINE__, "%s gave %s: %s", text, wb_status_name(status), wb_last_error());
    EXPECT((module != NULL) == (status == WB_OK));
    if (!module) return;
    ++*made;
    char expression[LONGEST];
    const char *again = NULL;
    wb_module *second = NULL;
    wb_tensor *y = NULL;
    snprintf(expression, sizeof expression, "%s", wb_module_expression(module, &again) == WB_OK ? again : "");
    if (wb_module_create(expression, WB_FLOAT32, &second) != WB_OK || wb_module_expression(second, &again) != WB_OK ||
        strcmp(again, expression))
        check_report(__FILE__, __LINE__, "%s has the expression %s, which is read as %s (%s)", text, expression,
                     again ? again : "", wb_last_error());
    if (below(3)) return;
    status = wb_module_forward(module, x, &y);
    if (status == WB_OK) status = wb_eval(&y, 1);
    if (status == WB_ERROR_INTERNAL || status == WB_ERROR_HANDLE || status == WB_ERROR_STRUCTURE)
        check_report(__FILE__, __LINE__, "the forward pass of %s gave %s: %s", text, wb_status_name(status),
                     wb_last_error());
}

static void expect_results_or_sentence(const char *text, wb_tensor *const *inputs, int32_t input_count, int *made) {
    wb_tensor *outputs[16] = {NULL};
    int32_t count = -1;
    wb_status status = wb_call(text, inputs, input_count, outputs, 16, &count);
    if (!is_expected(status, 1) || (status != WB_OK && !wb_last_error()[0]))
        check_report(__FILE__, __LINE__, "%s gave %s: %s", text, wb_status_name(status), wb_last_error());
    if (status != WB_OK) return;
    ++*made;
    if (below(2)) return;
    status = wb_eval(outputs, count);
    if (status == WB_ERROR_INTERNAL || status == WB_ERROR_HANDLE || status == WB_ERROR_STRUCTURE)
        check_report(__FILE__, __LINE__, "the values of %s gave %s: %s", text, wb_status_name(status), wb_last_error());
}

static void any_text_gives_a_module_a_result_or_a_sentence(void) {
    const int rounds = watched() ? 500 : getenv("WINGBEAT_CAMPAIGN") ? 100000 : 20000;
    int modules = 0, results = 0;
    int64_t before = 0, after = 0;
    OK(wb_memory_usage(&before, NULL, NULL));
    for (int i = 0; i < rounds && check_wrong < 20; i++) {
        writer w = {"", 0};
        OK(wb_scope_begin());
        int32_t input_count = 0;
        if (i % 2)
            put_module(&w, 3);
        else
            input_count = put_call(&w);
        if (below(2)) mutate(&w);
        keep_numbers_small(&w);
        wb_tensor *inputs[3] = {NULL, NULL, NULL};
        OK(wb_tensor_full(WB_FLOAT32, SHAPE(2, 3), 0.5, &inputs[0]));
        OK(wb_tensor_full(i % 5 ? WB_FLOAT32 : WB_INT64, SHAPE(2, 3), 1, &inputs[1]));
        OK(wb_tensor_full(WB_FLOAT64, SHAPE(3), 2, &inputs[2]));
        if (i % 2)
            expect_module_or_sentence(w.text, inputs[0], &modules);
        else
            expect_results_or_sentence(w.text, inputs, below(12) ? input_count : below(4), &results);
        OK(wb_scope_end());
    }
    OK(wb_memory_usage(&after, NULL, NULL));
    EXPECT(after == before);
    // Not all of them are nonsense.
    EXPECT(modules > rounds / 20 && results > rounds / 20);
}

int main(void) {
    OK(wb_manual_seed(1));
    RUN(texts_nest_and_grow_to_a_limit_and_no_further);
    RUN(a_refused_text_leaves_nothing_behind);
    RUN(any_text_gives_a_module_a_result_or_a_sentence);
    return finish();
}
