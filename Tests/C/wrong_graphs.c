/* Bodies of graphs that are wrong: each gets a sentence with the line and the column. */
#include "check.h"

static void a_wrong_body_is_told_the_line_and_the_column(void) {
    const struct {
        const char *body, *facts[3];
    } malformed[] = {
        {"y relu(x)", {"line 1", "column 3", "'='"}},
        {"y = relu(x", {"line 1", "column 11", "end of the text"}},
        {"h = relu(x)\\n\\n# a comment\\ny = = h", {"line 4", "column 5", "'='"}},
        {"relu(x)", {"line 1", "column 5", "'='"}},
        {"y = ", {"line 1", "column 5", "value"}},
        {"= relu(x)", {"line 1", "column 1", "name of a value"}},
        {"y, = split(x, 1)", {"line 1", "column 4", "name of a value"}},
        {"1 = relu(x)", {"line 1", "column 1", "name of a value"}},
        {"y = relu(x) relu(x)", {"line 1", "column 13", "end of the text"}},
        {"h = relu(x); y = h", {"line 1", "column 12", "';'"}},
        {"n = size(x, 0) / 2", {"line 1", "column", "'//'"}},
        {"y = relu(x, 'text)", {"line 1", "column 13", "no end"}},
        {"y = add(x, 1.2.3)", {"line 1", "column 12", "no number"}},
        {"y = x[0]", {"line 1", "column 6", "'['"}},
        {"y = x.relu().sum()", {"line 1", "column 13", "'.'"}},
        {"True = relu(x)", {"line 1", "column 1", "True"}},
    };
    const struct {
        const char *body, *facts[3];
    } wrong[] = {
        {"y = rlu(x)", {"line 1", "column 5", "did you mean elu or glu or lu?"}},
        {"y = Relu(x)", {"line 1", "column 5", "relu"}},
        {"h = relu(x)\\ny = fcc(h)", {"line 2", "column 5", "fc"}},
        {"y = s.7(x)", {"line 1", "column 5", "'s.7'"}},
        {"y = relu(z)", {"line 1", "column 10", "'z'"}},
        {"y = add(h, x)\\nh = relu(x)", {"line 1", "column 9", "'h'"}},
        {"y = relu(fc.weigt)", {"line 1", "column 10", "'fc.weigt'"}},
        {"y = relu(x, x)", {"line 1", "column 13", "relu(input)"}},
        {"y = relu()", {"line 1", "'input' is missing", "relu(input)"}},
        {"y = softmax(x, axis=1)", {"line 1", "column 21", "'axis'"}},
        {"y = softmax(x, dim='a')", {"line 1", "column 20", "whole number"}},
        {"a, b = relu(x)", {"line 1", "2 names", "1 value"}},
        {"y = split(x, 1)", {"line 1", "1 name", "2 values"}},
        {"a, b, c = split(x, 1)", {"line 1", "3 names", "2 values"}},
        {"y = relu(split(x, 1))", {"line 1", "column 10", "2 values"}},
        {"y = fc(x, x)", {"line 1", "2 tensors", "1 expected"}},
        {"y = fc()", {"line 1", "'input' is missing", "Linear"}},
        {"y = fc(3)", {"line 1", "column 8", "tensors"}},
        {"y = fc(x, scale=2)", {"line 1", "'scale'", "Linear"}},
        {"y = x + x", {"line 1", "column 5", "whole number"}},
        {"y = add(x, 1) * 2", {"line 1", "column 5", "whole number"}},
        {"n = size(x)\\ny = x", {"line 1", "column 5", "axis"}},
        {"n = 7 // (size(x, 0) - 2)\\ny = x", {"line 1", "column 5", "divisor"}},
        {"n = 9223372036854775807 + size(x, 0)\\ny = x", {"line 1", "column 5", "64 bits"}},
        {"n = 0 - 9223372036854775807 - 1 - size(x, 0)\\ny = x", {"line 1", "column 5", "64 bits"}},
        {"n = 4611686018427387904 * size(x, 0)\\ny = x", {"line 1", "column 5", "64 bits"}},
        {"y = 3", {"'y'", "number", ""}},
        {"h = relu(x)", {"'y'", "no line", ""}},
        {"", {"'y'", "no line", ""}},
        {"y = cat((x, 1), dim=0)", {"line 1", "column 9", "not both"}},
        {"y = 'text'", {"line 1", "column 5", "tensor"}},
        {"mean = 3\\ny = x", {"line 1", "'mean'", "tensor"}},
        {"y = self(x)", {"line 1", "column 5", "'self'"}},
    };
    OK(wb_scope_begin());
    wb_module *model = NULL;
    wb_tensor *x = NULL, *y = NULL;
    char text[1000];
    OK(wb_tensor_full(WB_FLOAT32, SHAPE(2, 3), 1, &x));
    for (size_t i = 0; i < sizeof malformed / sizeof *malformed; i++) {
        const char *const *facts = malformed[i].facts;
        snprintf(text, sizeof text, "Graph('x', \"%s\", 'y')", malformed[i].body);
        wb_status status = wb_module_create(text, WB_FLOAT32, &model);
        if (status == WB_OK)
            check_report(__FILE__, __LINE__, "%s is taken", text);
        else
            FAILS(status, WB_ERROR_ARGUMENT, facts[0], facts[1], facts[2]);
        snprintf(text, sizeof text, "Graph('x', 'y = x', 'y', \"%s\")", malformed[i].body);
        status = wb_module_create(text, WB_FLOAT32, &model);
        if (status != WB_OK) FAILS(status, WB_ERROR_ARGUMENT, facts[0], facts[1], facts[2]);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *const *facts = wrong[i].facts;
        snprintf(text, sizeof text, "Graph('x', \"%s\", 'y', fc=Linear(3, 3), s=Sequential(ReLU()), mean=Buffer(3))",
                 wrong[i].body);
        model = module_of(text, WB_FLOAT32);
        wb_status status = wb_module_forward(model, x, &y);
        if (status == WB_OK)
            check_report(__FILE__, __LINE__, "%s runs", text);
        else
            FAILS(status, WB_ERROR_ARGUMENT, facts[0], facts[1], facts[2]);
    }
    FAILS(wb_module_forward(module_of("Graph('x', 'n = size(x, 2)\\ny = x', 'y')", WB_FLOAT32), x, &y), WB_ERROR_INDEX,
          "line 1", "axis 2");
    FAILS(wb_module_forward(module_of("Graph('x', '\\ny = matmul(x, x)', 'y')", WB_FLOAT32), x, &y), WB_ERROR_SHAPE,
          "line 2", "[2, 3]");
    FAILS(wb_module_forward(module_of("Graph('x', 'mean = sum(x)\\ny = x', 'y', mean=Buffer(3))", WB_FLOAT32), x, &y),
          WB_ERROR_SHAPE, "line 1", "[3]", "[]");
    FAILS(wb_module_forward(module_of("Graph('x', 'y = box(x)', 'y', box=Container())", WB_FLOAT32), x, &y),
          WB_ERROR_UNSUPPORTED, "line 1", "Container");
    FAILS(wb_module_forward(module_of("Graph('x', 'y = box()', 'y', box=Container())", WB_FLOAT32), x, &y),
          WB_ERROR_UNSUPPORTED, "line 1", "Container");
    FAILS(wb_module_forward(module_of("Graph('x', 'y = eye(1000000000, 1000000000)', 'y')", WB_FLOAT32), x, &y),
          WB_ERROR_MEMORY, "bytes");
    OK(wb_scope_end());
}

static void wrong_names_of_inputs_and_outputs_are_refused(void) {
    const struct {
        const char *inputs, *outputs, *facts[2];
    } cases[] = {
        {"x, x", "y", {"twice", "x"}},       {"x,", "y", {"inputs", "'x,'"}},  {"x y", "y", {"name", "'x y'"}},
        {"x=3", "y", {"name", "x=3"}},       {"3", "y", {"name", "'3'"}},      {"x, None", "y", {"name", "None"}},
        {"x", "", {"outputs", "''"}},        {"x", "y,", {"outputs", "'y,'"}}, {"x", "a b", {"name", "'a b'"}},
        {"x", "y=None", {"name", "y=None"}}, {"x", "True", {"name", "True"}},
    };
    wb_module *model = NULL;
    char text[200];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(text, sizeof text, "Graph('%s', 'y = relu(x)', '%s')", cases[i].inputs, cases[i].outputs);
        wb_status status = wb_module_create(text, WB_FLOAT32, &model);
        if (status == WB_OK)
            check_report(__FILE__, __LINE__, "%s is taken", text);
        else
            FAILS(status, WB_ERROR_ARGUMENT, "column 1", cases[i].facts[0], cases[i].facts[1]);
    }
    EXPECT(model == NULL);
}

/* Makes and runs a body with one sum of many terms: a row of 200,000 is no deep nesting, but may be too much. */
static wb_status run_a_sum_of(int count, const char *term) {
    char *text = malloc(100 + (size_t)count * strlen(term)), *next = text;
    wb_module *model = NULL;
    wb_tensor *x = VECTOR(1, 2), *y = NULL;
    if (!text) abort();
    next += sprintf(next, "Graph('x', 'n = 1");
    for (int i = 0; i < count; i++, next += strlen(term)) memcpy(next, term, strlen(term));
    sprintf(next, "\\ny = add(x, n)', 'y')");
    wb_status status = wb_module_create(text, WB_FLOAT32, &model);
    if (status == WB_OK) status = wb_module_forward(model, x, &y);
    OK(wb_tensor_free(x));
    OK(wb_tensor_free(y));
    OK(wb_module_free(model));
    free(text);
    return status;
}

static void a_sum_of_many_terms_runs_or_is_refused(void) {
    const char *const terms[] = {"+1", "*1", "-1//1"};
    for (int i = 0; i < 3; i++) {
        OK(run_a_sum_of(10, terms[i]));
        wb_status status = run_a_sum_of(200000, terms[i]);
        if (status != WB_OK) FAILS(status, WB_ERROR_ARGUMENT, "line 1", "column");
    }
}

int main(void) {
    RUN(a_wrong_body_is_told_the_line_and_the_column);
    RUN(wrong_names_of_inputs_and_outputs_are_refused);
    RUN(a_sum_of_many_terms_runs_or_is_refused);
    return finish();
}
