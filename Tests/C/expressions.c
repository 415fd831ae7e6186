/* Texts that become modules, optimisers and calls: PyTorch's constructor calls are read as PyTorch reads them, an
 * expression makes the same module again, and a wrong text gets a sentence that says where it is wrong. */
#include "check.h"

enum { LONGEST = 4096 };

static char *copy(char *to, const char *text) {
    snprintf(to, LONGEST, "%s", text ? text : "(null)");
    return to;
}

static char *expression_of(const wb_module *module, char *to) {
    const char *text = NULL;
    OK(wb_module_expression(module, &text));
    return copy(to, text);
}

static int32_t parameter_count(const wb_module *module) {
    int32_t count = -1;
    OK(wb_module_parameter_count(module, &count));
    return count;
}

/* The parameter (or buffer) of that name; NULL if there is none. */
static wb_tensor *named(const wb_module *module, const char *name, int is_buffer) {
    int32_t count = 0;
    OK((is_buffer ? wb_module_buffer_count : wb_module_parameter_count)(module, &count));
    for (int32_t i = 0; i < count; i++) {
        const char *found = NULL;
        wb_tensor *tensor = NULL;
        OK((is_buffer ? wb_module_buffer : wb_module_parameter)(module, i, &found, &tensor));
        if (strcmp(found, name) == 0) return tensor;
    }
    check_report(__FILE__, __LINE__, "there is no %s", name);
    return NULL;
}

static wb_dtype dtype_of(const wb_tensor *tensor) {
    wb_dtype dtype = WB_BOOL;
    OK(wb_tensor_dtype(tensor, &dtype));
    return dtype;
}

static wb_module *child(const wb_module *module, int32_t index, const char *name) {
    const char *found = NULL;
    wb_module *result = NULL;
    OK(wb_module_child(module, index, &found, &result));
    TEXT(found, name, "name of a child");
    return result;
}

static uint64_t identity(const wb_module *module) {
    uint64_t result = 0;
    OK(wb_module_identity(module, &result));
    return result;
}

/* ------------------------------------------------------------------ what is read */

static void pytorch_constructor_calls_become_modules(void) {
    const struct {
        const char *text, *expression, *description;
    } cases[] = {
        {"Linear(3, 4)", "Linear(3, 4)", "Linear(in_features=3, out_features=4, bias=True)"},
        {"Linear(3, 4, False)", "Linear(3, 4, bias=False)", "Linear(in_features=3, out_features=4, bias=False)"},
        {"Linear(out_features=4, in_features=3, bias=True)", "Linear(3, 4)",
         "Linear(in_features=3, out_features=4, bias=True)"},
        {"ReLU()", "ReLU()", "ReLU()"},
        {"ReLU", "ReLU()", "ReLU()"},
        {"GELU(approximate='tanh')", "GELU(approximate='tanh')", "GELU(approximate='tanh')"},
        {"GELU(\"tanh\")", "GELU(approximate='tanh')", "GELU(approximate='tanh')"},
        {"Softmax(dim=1)", "Softmax(dim=1)", "Softmax(dim=1)"},
        {"LeakyReLU(0.2)", "LeakyReLU(negative_slope=0.2)", "LeakyReLU(negative_slope=0.2)"},
        {"LeakyReLU(2e-1)", "LeakyReLU(negative_slope=0.2)", "LeakyReLU(negative_slope=0.2)"},
        {"LeakyReLU(+.5)", "LeakyReLU(negative_slope=0.5)", "LeakyReLU(negative_slope=0.5)"},
        {"Softplus(beta=2, threshold=inf)", "Softplus(beta=2.0, threshold=inf)", "Softplus(beta=2.0, threshold=inf)"},
        {"Flatten(-2, -1)", "Flatten(start_dim=-2)", "Flatten(start_dim=-2, end_dim=-1)"},
        {"Dropout(0.25)", "Dropout(p=0.25)", "Dropout(p=0.25, inplace=False)"},
        {"Linear(1_000, 1e1)", "Linear(1000, 10)", "Linear(in_features=1000, out_features=10, bias=True)"},
        {"Linear(3, 4,)", "Linear(3, 4)", "Linear(in_features=3, out_features=4, bias=True)"},
        {" \n\tLinear ( 3 ,\r\n 4 ) \n", "Linear(3, 4)", "Linear(in_features=3, out_features=4, bias=True)"},
        {"MSELoss(reduction='sum')", "MSELoss(reduction='sum')", "MSELoss()"},
        {"CrossEntropyLoss()", "CrossEntropyLoss()", "CrossEntropyLoss()"},
        {"Sequential()", "Sequential()", "Sequential()"},
        {"Sequential(Linear(3, 4), Sequential(Tanh(), Linear(4, 1)))",
         "Sequential(Linear(3, 4), Sequential(Tanh(), Linear(4, 1)))",
         "Sequential(\n  (0): Linear(in_features=3, out_features=4, bias=True)\n  (1): Sequential(\n    (0): Tanh()\n  "
         "  (1): Linear(in_features=4, "
         "out_features=1, bias=True)\n  )\n)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char expression[LONGEST], again[LONGEST];
        const char *description = NULL;
        OK(wb_scope_begin());
        wb_module *module = module_of(cases[i].text, WB_FLOAT32);
        TEXT(expression_of(module, expression), cases[i].expression, cases[i].text);
        OK(wb_module_describe(module, &description));
        TEXT(description, cases[i].description, cases[i].text);
        TEXT(expression_of(module_of(expression, WB_FLOAT32), again), expression, "the expression read back");
        OK(wb_scope_end());
    }
}

static void keywords_name_children_and_quotes_name_any(void) {
    char text[LONGEST];
    OK(wb_scope_begin());
    wb_module *module = module_of("Sequential(hidden=Linear(3, 16), act=GELU(), out=Linear(16, 1))", WB_FLOAT32);
    child(module, 0, "hidden");
    child(module, 1, "act");
    child(module, 2, "out");
    EXPECT(named(module, "hidden.weight", 0) && named(module, "out.bias", 0));
    TEXT(expression_of(module, text), "Sequential(hidden=Linear(3, 16), act=GELU(), out=Linear(16, 1))", "expression");

    // What is no word, a word that the language has, and the name of an argument.
    const char *quoted = "Sequential('my layer'=ReLU(), 'True'=Tanh(), 'modules'=Sigmoid(), 'it\\'s'=ReLU())";
    module = module_of(quoted, WB_FLOAT32);
    child(module, 0, "my layer");
    child(module, 1, "True");
    child(module, 2, "modules");
    child(module, 3, "it's");
    TEXT(expression_of(module, text), quoted, "expression");
    module = module_of("Graph('x', 'y = body(x)', 'y', 'body'=Linear(2, 2))", WB_FLOAT32);
    child(module, 0, "body");
    TEXT(expression_of(module, text), "Graph('x', 'y = body(x)', 'y', 'body'=Linear(2, 2))", "expression");

    // Places count where no keyword stands, as Sequential's children of Python do.
    module = module_of("Sequential(a=ReLU(), Tanh())", WB_FLOAT32);
    child(module, 0, "a");
    child(module, 1, "1");
    TEXT(expression_of(module, text), "Sequential(a=ReLU(), Tanh())", "expression");
    OK(wb_scope_end());
}

static void a_dtype_in_a_call_wins_over_that_of_the_whole(void) {
    char text[LONGEST], again[LONGEST];
    OK(wb_scope_begin());
    wb_module *module = module_of("Sequential(Linear(2, 2), Linear(2, 2, dtype=float32), Linear(2, 2, "
                                  "dtype='float64'), Linear(2, 2, True, torch.float32))",
                                  WB_FLOAT64);
    const char *names[] = {"0.weight", "1.weight", "2.bias", "3.weight"};
    const wb_dtype dtypes[] = {WB_FLOAT64, WB_FLOAT32, WB_FLOAT64, WB_FLOAT32};
    for (int i = 0; i < 4; i++) EXPECT(dtype_of(named(module, names[i], 0)) == dtypes[i]);
    // The expression says what is not float32, so that it makes the same module with the default dtype.
    wb_module *second = module_of(expression_of(module, text), WB_FLOAT32);
    TEXT(expression_of(second, again), text, "expression");
    for (int i = 0; i < 4; i++) EXPECT(dtype_of(named(second, names[i], 0)) == dtypes[i]);
    FAILS(wb_module_create("Linear(2, 2)", WB_INT64, &module), WB_ERROR_DTYPE, "int64");
    FAILS(wb_module_create("Linear(2, 2, dtype=int64)", WB_FLOAT32, &module), WB_ERROR_DTYPE, "int64", "column");
    FAILS(wb_module_create("Linear(2, 2)", (wb_dtype)99, &module), WB_ERROR_ARGUMENT, "99");
    OK(wb_scope_end());
}

static void a_shared_module_is_one_module_in_several_places(void) {
    char text[LONGEST];
    OK(wb_scope_begin());
    const char *written = "Sequential(Linear(2, 2), Sequential(inner=Linear(2, 2)), SharedModule('0'), "
                          "again=SharedModule('1.inner'))";
    wb_module *module = module_of(written, WB_FLOAT32);
    EXPECT(parameter_count(module) == 4);
    wb_module *first = child(module, 0, "0"), *third = child(module, 2, "2");
    EXPECT(identity(first) == identity(third));
    EXPECT(identity(child(child(module, 1, "1"), 0, "inner")) == identity(child(module, 3, "again")));
    EXPECT(identity(first) != identity(child(module, 3, "again")));
    TEXT(expression_of(module, text), written, "expression");

    // What a program shares is written down the same way.
    wb_module *layer = module_of("Linear(2, 2)", WB_FLOAT32), *twice = NULL;
    OK(wb_module_sequential((wb_module *[]){layer, layer}, 2, &twice));
    TEXT(expression_of(twice, text), "Sequential(Linear(2, 2), SharedModule('0'))", "expression");
    FAILS(wb_module_create("Sequential(SharedModule('0'))", WB_FLOAT32, &twice), WB_ERROR_ARGUMENT, "SharedModule",
          "column 12");
    FAILS(wb_module_create("Sequential(Linear(2, 2), SharedModule('7'))", WB_FLOAT32, &twice), WB_ERROR_ARGUMENT,
          "SharedModule", "column 26");
    FAILS(wb_module_create("Sequential(Linear(2, 2), SharedModule(0))", WB_FLOAT32, &twice), WB_ERROR_ARGUMENT,
          "SharedModule", "column 26");
    FAILS(wb_module_create("SharedModule('')", WB_FLOAT32, &twice), WB_ERROR_ARGUMENT, "SharedModule", "column 1");
    OK(wb_scope_end());
}

static void graphs_and_containers_hold_parameters_and_buffers(void) {
    char text[LONGEST];
    int32_t rank = -1, requires = -1, buffers = -1;
    int64_t shape[2] = {0, 0};
    wb_dtype dtype = WB_BOOL;
    OK(wb_scope_begin());
    const char *written = "Container(branch=Container(fc=Linear(2, 2), scale=Parameter(3, 2)), frozen=Parameter(4, "
                          "dtype=float64, requires_grad=False), "
                          "count=Buffer(dtype=int64), mean=Buffer(5))";
    wb_module *module = module_of(written, WB_FLOAT32);
    TEXT(expression_of(module, text), written, "expression");
    EXPECT(parameter_count(module) == 4);
    OK(wb_module_buffer_count(module, &buffers));
    EXPECT(buffers == 2);
    OK(wb_tensor_info(named(module, "branch.scale", 0), &dtype, &rank, 2, shape, &requires));
    EXPECT(dtype == WB_FLOAT32 && rank == 2 && shape[0] == 3 && shape[1] == 2 && requires == 1);
    OK(wb_tensor_info(named(module, "frozen", 0), &dtype, &rank, 2, shape, &requires));
    EXPECT(dtype == WB_FLOAT64 && rank == 1 && shape[0] == 4 && requires == 0);
    OK(wb_tensor_info(named(module, "count", 1), &dtype, &rank, 2, shape, &requires));
    EXPECT(dtype == WB_INT64 && rank == 0 && item(named(module, "count", 1)) == 0);
    wb_tensor *x = VECTOR(1), *y = NULL;
    FAILS(wb_module_forward(module, x, &y), WB_ERROR_UNSUPPORTED, "Container");

    module = module_of("Graph('x', 'y = mul(x, inner.scale)', 'y', inner=Container(scale=Parameter(1, dtype=float64)))",
                       WB_FLOAT32);
    OK(wb_module_forward(module, x, &y));
    EXPECT(item(y) == 0); // an array of an expression is zeros
    const struct {
        const char *text, *facts[2];
    } wrong[] = {
        {"Container(a=Parameter(-1))", {"column", "-1"}},
        {"Container(a=Parameter('3'))", {"column 23", "whole number"}},
        {"Container(a=Parameter(3, dtype=int64))", {"column", "int64"}},
        {"Container(a=Buffer(3, requires_grad=True))", {"column", "requires_grad"}},
        {"Container(a=Buffer(3, dtype=float8))", {"column", "float8"}},
        {"Container(a=Parameter(3, rows=4))", {"column", "'rows'"}},
        {"Linear(Parameter(3), 2)", {"column 8", "in_features"}},
        {"Linear(in_features=3, 4)", {"column 23", "without a name"}},
        {"Container(a=3)", {"column 13", "module"}},
        {"Parameter(3)", {"column 1", "module"}},
        {"Container(a=Parameter(2), a=Parameter(2))", {"column", "'a'"}},
        {"Container(a=Parameter(2), a=Linear(2, 2))", {"column", "'a'"}},
        {"Container(a=Buffer(2), a=Parameter(2))", {"column", "'a'"}},
        {"Container(a=Linear(2, 2), a=ReLU())", {"column", "'a'"}},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        wb_status status = wb_module_create(wrong[i].text, WB_FLOAT32, &module);
        if (status == WB_OK)
            check_report(__FILE__, __LINE__, "%s is taken", wrong[i].text);
        else
            REFUSED(status, wrong[i].facts[0], wrong[i].facts[1]);
    }
    OK(wb_scope_end());
}

/* ------------------------------------------------------------------ what is refused */

static void a_wrong_text_gets_a_sentence_with_the_column_and_what_would_have_fitted(void) {
    const struct {
        const char *text, *column, *facts[2];
    } cases[] = {
        {"Liner(3, 4)", "column 1:", {"'Liner'", "did you mean Linear"}},
        {"Sequential(Linear(3, 4), Relu())", "column 26:", {"'Relu'", "ReLU"}},
        {"linear(3, 4)", "column 1:", {"'linear'", "Linear"}},
        {"Convolution9(3)", "column 1:", {"'Convolution9'", "there are: Linear"}},
        {"SGD(lr=0.1)", "column 1:", {"'SGD'", ""}},
        {"Linear(3, 4, colour=1)", "column 21:", {"'colour'", "in_features, out_features, bias"}},
        {"Tanh(inplace=True)", "column 14:", {"'inplace'", "none"}},
        {"Tanh(1)", "column 6:", {"too many", "Tanh()"}},
        {"Linear(3, 4, True, float32, 5)", "column 29:", {"too many", "Linear(in_features, out_features"}},
        {"Linear(3, 'four')", "column 11:", {"out_features takes a whole number", "'four'"}},
        {"Linear(3.5, 4)", "column 8:", {"in_features takes a whole number", "3.5"}},
        {"Linear(None, 4)", "column 8:", {"in_features", "None"}},
        {"Linear((3, 4), 5)", "column 8:", {"in_features", "(3, 4)"}},
        {"Linear(ReLU(), 4)", "column 8:", {"in_features", "a module"}},
        {"Linear(3, 4, bias='yes')", "column 19:", {"bias takes True or False", "'yes'"}},
        {"Linear(3, 4, bias=2)", "column 19:", {"bias takes True or False", "2"}},
        {"Linear(3, in_features=3, out_features=4)", "column 23:", {"'in_features'", "twice"}},
        {"GELU(approximate='exact')", "column 18:", {"'none' or 'tanh'", "'exact'"}},
        {"Dropout(p='half')", "column 11:", {"p takes a number", "'half'"}},
        {"Linear(0, 4)", "column 1:", {"positive", "0"}},
        {"Sequential(ReLU(), Linear(3, -4))", "column 20:", {"positive", "-4"}},
        {"Dropout(p=1.5)", "column 1:", {"p must be", "1.5"}},
        {"Dropout(nan)", "column 1:", {"p must be", "nan"}},
        {"LeakyReLU(-inf)", "column 1:", {"negative_slope", "inf"}},
        {"Softplus(beta=0)", "column 1:", {"beta", "0"}},
        {"Softmax(dim=64)", "column 1:", {"dim", "64"}},
        {"Flatten(-9223372036854775808)", "column 1:", {"start_dim", "-9223372036854775808"}},
        {"Sequential(ReLU(), 3)", "column 20:", {"module", "3"}},
        {"Sequential(ReLU)", "column 12:", {"ReLU", "ReLU(...)"}},
        {"Sequential(relu)", "column 12:", {"'relu'", ""}},
        {"Sequential('a.b'=ReLU())", "column", {"'a.b'", "'.'"}},
        {"Sequential(''=ReLU())", "column", {"empty", "name"}},
        {"Sequential(a=ReLU(), a=Tanh())", "column", {"'a'", "two"}},
        {"", "column 1:", {"name", "end of the text"}},
        {" \n ", "column 4:", {"name", "end of the text"}},
        {"3", "column 1:", {"name", "'3'"}},
        {"'Linear'(3, 4)", "column 1:", {"name", "'''"}},
        {"None", "column 1:", {"name", "'N'"}},
        {"(Linear(3, 4))", "column 1:", {"name", "'('"}},
        {"Linear(3, 4", "column 12:", {"',' or ')'", "end of the text"}},
        {"Linear(3, 4))", "column 13:", {"end of the text", "')'"}},
        {"Linear(3 4)", "column 10:", {"',' or ')'", "'4'"}},
        {"Linear(3,, 4)", "column 10:", {"value", "','"}},
        {"Linear(3, 4]", "column 12:", {"',' or ')'", "']'"}},
        {"Linear(3, 4); ReLU()", "column 13:", {"end of the text", "';'"}},
        {"Linear(3, 4) ReLU()", "column 14:", {"end of the text", "'R'"}},
        {"Linear(3, =4)", "column 11:", {"value", "'='"}},
        {"Linear(in_features=, 4)", "column 20:", {"value", "','"}},
        {"Linear(12abc, 4)", "column 8:", {"no number", "12a"}},
        {"Linear(1.2.3, 4)", "column 8:", {"no number", "1.2.3"}},
        {"Linear(0x10, 4)", "column 8:", {"no number", "0x"}},
        {"Linear(-, 4)", "column 8:", {"no number", "-"}},
        {"Linear(1e, 4)", "column 8:", {"no number", "1e"}},
        {"Linear(9223372036854775808, 4)", "column 8:", {"64 bits", "9223372036854775808"}},
        {"Linear(-9223372036854775809, 4)", "column 8:", {"64 bits", "9223372036854775809"}},
        {"GELU('tanh)", "column 6:", {"text", "no end"}},
        {"GELU('tanh\\", "column 6:", {"text", "no end"}},
        {"GELU('\\x41')", "column 7:", {"\\x", "\\n"}},
        {"GELU(`tanh`)", "column 6:", {"value", "'`'"}},
        {"Sequential(*[ReLU()])", "column 12:", {"value", "'*'"}},
        {"Line\xc3\xa4r(3, 4)", "column 1:", {"Line\xc3\xa4r", ""}},
        {"Sequential(ReL\xc3\x9c=ReLU(), b=Linear(3))", "column", {"out_features", ""}},
        {"Linear(3, \xff)", "column 11:", {"value", ""}},
        {"Sequential(Tanh(), out=Linear(3))",
         "column 24:",
         {"'out_features' is missing", "Linear(in_features, out_features"}},
        {"Linear", "column 1:", {"'in_features' is missing", ""}},
    };
    wb_module *module = NULL;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        wb_status status = wb_module_create(cases[i].text, WB_FLOAT32, &module);
        if (status != WB_ERROR_ARGUMENT)
            check_report(__FILE__, __LINE__, "\"%s\" gave %s", cases[i].text, wb_status_name(status));
        else
            FAILS(status, WB_ERROR_ARGUMENT, cases[i].column, cases[i].facts[0], cases[i].facts[1]);
        EXPECT(module == NULL);
    }
    FAILS(wb_module_create(NULL, WB_FLOAT32, &module), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_module_create("Linear(1000000000, 1000000000)", WB_FLOAT32, &module), WB_ERROR_MEMORY,
          "4000000000000000000 bytes");
    FAILS(wb_module_create("Sequential(Linear(2, 2), Linear(4000000000, 4000000000))", WB_FLOAT32, &module),
          WB_ERROR_MEMORY, "bytes");
    FAILS(wb_module_create("Container(a=Parameter(9223372036854775807, 9223372036854775807))", WB_FLOAT32, &module),
          WB_ERROR_MEMORY, "bytes");
    EXPECT(module == NULL);
}

static void a_wrong_optimiser_gets_a_sentence_with_the_column(void) {
    const struct {
        const char *text, *column, *facts[2];
    } cases[] = {
        {"Adm(lr=0.1)", "column 1:", {"'Adm'", "Adam"}},
        {"Linear(3, 4)", "column 1:", {"'Linear'", "SGD"}},
        {"SGD(learning_rate=0.1)", "column 19:", {"'learning_rate'", "lr"}},
        {"SGD(lr='fast')", "column 8:", {"lr takes a number", "'fast'"}},
        {"SGD(0.1, 0.9, 0, 0, False, False, None, False, None, 7)", "column 54:", {"too many", "SGD(lr"}},
        {"SGD(lr=0.1, lr=0.2)", "column 16:", {"'lr'", "twice"}},
        {"SGD(lr=ReLU())", "column 8:", {"value", "ReLU()"}},
        {"SGD(lr=fast)", "column 8:", {"value", "fast"}},
        {"Adam(betas=0.9)", "column 12:", {"betas takes a tuple of 2", "0.9"}},
        {"Adam(betas=(0.9, 0.99, 0.999))", "column 12:", {"betas takes a tuple of 2", "(0.9, 0.99, 0.999)"}},
        {"Adam(betas=(0.9, 'a'))", "column 12:", {"betas takes a tuple of 2", "'a'"}},
        {"SGD(lr=", "column 8:", {"value", "end of the text"}},
        {"", "column 1:", {"name", "end of the text"}},
        {"SGD(lr=inf)", "column", {"lr", "inf"}},
        {"SGD(lr=0.1, nesterov=True)", "column", {"momentum", "Nesterov"}},
        {"Adam(betas=(0.9, 1.0))", "column", {"betas", "1.0"}},
        {"AdamW(weight_decay=-1)", "column", {"weight_decay", "-1"}},
    };
    wb_optimizer *optimizer = NULL;
    OK(wb_scope_begin());
    wb_tensor *parameter = VECTOR(1);
    OK(wb_tensor_set_requires_grad(parameter, 1));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        wb_status status = wb_optimizer_create(cases[i].text, &parameter, 1, &optimizer);
        if (status != WB_ERROR_ARGUMENT)
            check_report(__FILE__, __LINE__, "\"%s\" gave %s", cases[i].text, wb_status_name(status));
        else
            FAILS(status, WB_ERROR_ARGUMENT, cases[i].column, cases[i].facts[0], cases[i].facts[1]);
        EXPECT(optimizer == NULL);
    }
    OK(wb_scope_end());
}

/* ------------------------------------------------------------------ functions by name */

static void functions_are_called_by_text(void) {
    wb_tensor *y = NULL, *parts[3] = {NULL};
    int32_t count = -1;
    OK(wb_scope_begin());
    wb_tensor *x = NULL, *t = NULL;
    OK(wb_tensor_create(WB_FLOAT64, SHAPE(2, 3), (const double[]){1, 2, 3, 4, 5, 6}, &x));
    OK(wb_tensor_full(WB_FLOAT64, SHAPE(2, 3), 1, &t));
    OK(wb_call("relu", &x, 1, &y, 1, &count));
    EXPECT(count == 1 && at(y, 5) == 6);
    OK(wb_call("sum(dim=1)", &x, 1, &y, 1, NULL));
    EXPECT(at(y, 0) == 6 && at(y, 1) == 15);
    OK(wb_call("sum(1, True)", &x, 1, &y, 1, NULL));
    EXPECT(at(y, 1) == 15);
    OK(wb_call("add(other=0.5, alpha=2)", &x, 1, &y, 1, NULL));
    EXPECT(at(y, 0) == 2);
    OK(call_two("mse_loss(reduction='sum')", x, t, &y));
    EXPECT(item(y) == 0 + 1 + 4 + 9 + 16 + 25);
    OK(wb_call("cat(dim=1)", (wb_tensor *[]){x, t, x}, 3, &y, 1, NULL));
    EXPECT(at(y, 3) == 1 && at(y, 8) == 3);
    OK(wb_call("split(1, dim=1)", &x, 1, parts, 3, &count));
    EXPECT(count == 3 && at(parts[2], 1) == 6);
    OK(wb_call("tensor(((1, 2), (3, 4)), dtype=float64)", NULL, 0, &y, 1, NULL));
    EXPECT(at(y, 3) == 4);
    OK(wb_call("clamp(2, 4)", &x, 1, &y, 1, NULL));
    EXPECT(at(y, 0) == 2 && at(y, 5) == 4);

    // The same text with other tensors: what is kept of a text keeps none of its tensors.
    for (int i = 0; i < 3; i++) {
        wb_tensor *one = VECTOR(i, 1);
        OK(wb_call("sum(dim=0)", &one, 1, &y, 1, NULL));
        EXPECT(item(y) == i + 1);
    }
    OK(wb_scope_end());
}

static void a_wrong_call_gets_a_sentence_and_writes_nothing(void) {
    const struct {
        const char *text, *facts[3];
    } cases[] = {
        {"", {"column 1", "name", "end of the text"}},
        {"sofmax(dim=1)", {"column 1", "'sofmax'", "softmax"}},
        {"Linear(3, 4)", {"column 1", "'Linear'", ""}},
        {"softmax", {"softmax", "'dim' is missing", "softmax(input, dim"}},
        {"softmax(axis=1)", {"column 14", "'axis'", "dim"}},
        {"softmax(dim='a')", {"column 13", "dim takes a whole number", "'a'"}},
        {"softmax(1, 2, 3)", {"column", "softmax", ""}},
        {"softmax(dim=1, dim=1)", {"column 20", "'dim'", "twice"}},
        {"softmax(dim=1", {"column 14", "',' or ')'", "end of the text"}},
        {"softmax(dim=1))", {"column 15", "end of the text", "')'"}},
        {"softmax(dim=relu(x))", {"column 13", "relu", "beside"}},
        {"softmax(dim=one)", {"column 13", "'one'", "dtype"}},
        {"relu(1)", {"column 6", "too many", "relu(input)"}},
        {"add", {"add", "'other' is missing", ""}},
        {"eye(2)", {"eye", "1 tensor", "0"}},
        {"pad((1, 2, 3))", {"pad", "3", ""}},
        {"pad((1, 1), mode='mirror')", {"column 18", "'reflect'", "'mirror'"}},
    };
    OK(wb_scope_begin());
    wb_tensor *x = VECTOR(1, 2), *untouched = x, *results[2] = {NULL, NULL};
    int32_t count = -7;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        wb_status status = wb_call(cases[i].text, &x, 1, &untouched, 1, &count);
        if (status != WB_ERROR_ARGUMENT)
            check_report(__FILE__, __LINE__, "\"%s\" gave %s", cases[i].text, wb_status_name(status));
        else
            FAILS(status, WB_ERROR_ARGUMENT, cases[i].facts[0], cases[i].facts[1], cases[i].facts[2]);
    }
    FAILS(wb_call("softmax(dim=3)", &x, 1, &untouched, 1, &count), WB_ERROR_INDEX, "softmax", "3");
    FAILS(wb_call("relu", &x, -1, &untouched, 1, &count), WB_ERROR_ARGUMENT, "-1");
    FAILS(wb_call("relu", NULL, 1, &untouched, 1, &count), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_call("relu", &x, 1, &untouched, 0, &count), WB_ERROR_ARGUMENT, "1 results", "room for 0");
    FAILS(wb_call("relu", &x, 1, &untouched, -1, &count), WB_ERROR_ARGUMENT, "-1");
    FAILS(wb_call("relu", &x, 1, NULL, 1, &count), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_call("split(1)", &x, 1, results, 1, &count), WB_ERROR_ARGUMENT, "2 results", "room for 1");
    FAILS(wb_call("relu", (wb_tensor *[]){x, x}, 2, &untouched, 1, &count), WB_ERROR_ARGUMENT, "2 tensors",
          "relu(input)");
    FAILS(wb_call("ones((1000000000, 1000000000))", NULL, 0, &untouched, 1, &count), WB_ERROR_MEMORY, "bytes");
    EXPECT(untouched == x && count == -7 && !results[0] && !results[1]);
    OK(wb_scope_end());
}

int main(void) {
    OK(wb_manual_seed(1));
    RUN(pytorch_constructor_calls_become_modules);
    RUN(keywords_name_children_and_quotes_name_any);
    RUN(a_dtype_in_a_call_wins_over_that_of_the_whole);
    RUN(a_shared_module_is_one_module_in_several_places);
    RUN(graphs_and_containers_hold_parameters_and_buffers);
    RUN(a_wrong_text_gets_a_sentence_with_the_column_and_what_would_have_fitted);
    RUN(a_wrong_optimiser_gets_a_sentence_with_the_column);
    RUN(functions_are_called_by_text);
    RUN(a_wrong_call_gets_a_sentence_and_writes_nothing);
    return finish();
}
