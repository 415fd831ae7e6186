/* Recurrent layers, attention and transformers from C; clipped gradients; lent parameters; children that go. */
#include <math.h>

#include "check.h"

enum { STEPS = 5, ROWS = 2, WIDTH = 3 };

static wb_tensor *ramp(int32_t rank, const int64_t *shape) {
    int64_t count = 1;
    for (int32_t i = 0; i < rank; i++) count *= shape[i];
    wb_tensor *flat = NULL, *tensor = NULL;
    OK(wb_tensor_linspace(WB_FLOAT64, -1, 1, count, &flat));
    OK(wb_reshape(flat, rank, shape, &tensor));
    return tensor;
}

static int has_shape(const wb_tensor *tensor, int32_t rank, const int64_t *shape) {
    int32_t found = -1;
    int64_t extents[8] = {0};
    OK(wb_tensor_info(tensor, NULL, &found, 8, extents, NULL));
    return found == rank && memcmp(extents, shape, sizeof *shape * (size_t)rank) == 0;
}

static void an_lstm_takes_and_gives_its_states(void) {
    wb_module *lstm = module_of("LSTM(3, 4, num_layers=2, bidirectional=True)", WB_FLOAT64);
    wb_tensor *x = ramp(SHAPE(STEPS, ROWS, WIDTH)), *found[3] = {NULL}, *again[3] = {NULL};
    int32_t count = 0;
    OK(wb_module_call(lstm, NULL, &x, 1, found, 3, &count));
    EXPECT(count == 3);
    EXPECT(has_shape(found[0], SHAPE(STEPS, ROWS, 8)));
    EXPECT(has_shape(found[1], SHAPE(4, ROWS, 4)) && has_shape(found[2], SHAPE(4, ROWS, 4)));
    OK(wb_module_call(lstm, NULL, (wb_tensor *[]){x, found[1], found[2]}, 3, again, 3, &count));
    EXPECT(at(found[0], 0) != at(again[0], 0));
    // With a length, what is behind it is zeros.
    wb_tensor *lengths = NULL, *short_ones[3] = {NULL};
    OK(wb_tensor_create(WB_INT64, SHAPE(ROWS), (int64_t[]){3, 5}, &lengths));
    OK(wb_module_call(lstm, NULL, (wb_tensor *[]){x, NULL, NULL, lengths}, 4, short_ones, 3, NULL));
    EXPECT(at(short_ones[0], 3 * ROWS * 8) == 0 && at(short_ones[0], (3 * ROWS + 1) * 8) != 0);
    FAILS(wb_module_call(lstm, NULL, (wb_tensor *[]){x, found[1]}, 2, again, 3, &count), WB_ERROR_ARGUMENT, "both");
    FAILS(wb_module_call(lstm, NULL, &found[1], 1, again, 3, &count), WB_ERROR_SHAPE, "3 features are expected");
}

static void attention_has_options_of_each_call(void) {
    wb_module *attention = module_of("MultiheadAttention(4, 2)", WB_FLOAT64);
    wb_tensor *x = ramp(SHAPE(STEPS, ROWS, 4)), *found[2] = {NULL};
    int32_t count = 0;
    OK(wb_module_call(attention, NULL, (wb_tensor *[]){x, x, x}, 3, found, 2, &count));
    EXPECT(count == 2 && has_shape(found[1], SHAPE(ROWS, STEPS, STEPS)));
    OK(wb_module_call(attention, "average_attn_weights=False", (wb_tensor *[]){x, x, x}, 3, found, 2, &count));
    EXPECT(count == 2 && has_shape(found[1], SHAPE(ROWS, 2, STEPS, STEPS)));
    OK(wb_module_call(attention, "need_weights=False", (wb_tensor *[]){x, x, x}, 3, found, 2, &count));
    EXPECT(count == 1 && has_shape(found[0], SHAPE(STEPS, ROWS, 4)));
    FAILS(wb_module_call(attention, "weights=False", (wb_tensor *[]){x, x, x}, 3, found, 2, &count), WB_ERROR_ARGUMENT,
          "weights");
}

static void a_transformer_is_made_of_copies_of_a_layer(void) {
    wb_module *encoder =
        module_of("TransformerEncoder(TransformerEncoderLayer(4, 2, 8, dropout=0.0), num_layers=3, norm=LayerNorm(4))",
                  WB_FLOAT64);
    wb_tensor *x = ramp(SHAPE(STEPS, ROWS, 4)), *y = NULL;
    const char *name = NULL;
    int32_t count = 0;
    OK(wb_module_parameter_count(encoder, &count));
    EXPECT(count == 3 * 12 + 2);
    OK(wb_module_parameter(encoder, 12, &name, NULL));
    TEXT(name, "layers.1.self_attn.in_proj_weight", "a parameter of the second layer");
    EXPECT(at(parameter_at(encoder, 0), 3) == at(parameter_at(encoder, 12), 3));
    OK(wb_module_call(encoder, NULL, &x, 1, &y, 1, NULL));
    EXPECT(has_shape(y, SHAPE(STEPS, ROWS, 4)));
    wb_module *both = module_of("Transformer(4, 2, 1, 1, 8)", WB_FLOAT32);
    OK(wb_module_call(both, NULL, (wb_tensor *[]){x, x}, 2, &y, 1, NULL));
    EXPECT(has_shape(y, SHAPE(STEPS, ROWS, 4)));
}

static wb_tensor *with_gradient(wb_tensor *gradient) {
    wb_tensor *parameter = NULL;
    OK(wb_tensor_detach(gradient, &parameter));
    OK(wb_tensor_set_requires_grad(parameter, 1));
    OK(wb_tensor_set_grad(parameter, gradient));
    return parameter;
}

static void gradients_are_clipped(void) {
    wb_tensor *parameters[] = {with_gradient(VECTOR(3, 0)), with_gradient(VECTOR(0, -4)), VECTOR(1)};
    wb_tensor *norm = NULL, *gradient = NULL;
    OK(wb_clip_grad_norm(parameters, 3, 1, 2, 0, &norm));
    CLOSE(item(norm), 5, 1e-12);
    OK(wb_tensor_grad(parameters[1], &gradient));
    CLOSE(at(gradient, 1), -4 / (5 + 1e-6), 1e-12);
    OK(wb_tensor_grad(parameters[2], &gradient));
    EXPECT(!gradient);
    OK(wb_clip_grad_value(parameters, 3, 0.25));
    OK(wb_tensor_grad(parameters[0], &gradient));
    EXPECT(at(gradient, 0) == 0.25 && at(gradient, 1) == 0);
    OK(wb_clip_grad_with_norm(parameters, 3, 1, norm));
    OK(wb_tensor_grad(parameters[0], &gradient));
    CLOSE(at(gradient, 0), 0.25 / (5 + 1e-6), 1e-12);
    OK(wb_total_norm((wb_tensor *[]){VECTOR(3, 0), VECTOR(-4)}, 2, INFINITY, 1, &norm));
    EXPECT(item(norm) == 4);
    OK(wb_tensor_set_grad(parameters[0], VECTOR(NAN, 1)));
    FAILS(wb_clip_grad_norm(parameters, 3, 1, 2, 1, &norm), WB_ERROR_NOT_FINITE, "the norm is nan");
    FAILS(wb_total_norm((wb_tensor *[]){VECTOR(NAN)}, 1, 2, 1, &norm), WB_ERROR_NOT_FINITE, "the norm is nan");
    OK(wb_tensor_grad(parameters[0], &gradient));
    EXPECT(at(gradient, 1) == 1);
    OK(wb_clip_grad_norm(NULL, 0, 1, 2, 0, NULL));
    FAILS(wb_clip_grad_value(parameters, 3, -1), WB_ERROR_ARGUMENT, "0 at least");
    FAILS(wb_clip_grad_norm(NULL, 1, 1, 2, 0, NULL), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_clip_grad_norm((wb_tensor *[]){NULL}, 1, 1, 2, 0, NULL), WB_ERROR_HANDLE, "");
}

static void a_lent_value_takes_a_parameter_s_place(void) {
    wb_module *layer = module_of("Linear(2, 1, bias=False)", WB_FLOAT64);
    wb_tensor *x = NULL, *weight = NULL, *y = NULL;
    OK(wb_reshape(VECTOR(1, 10), SHAPE(1, 2), &x));
    OK(wb_reshape(VECTOR(2, 3), SHAPE(1, 2), &weight));
    OK(wb_module_lend(layer, "weight", weight));
    OK(wb_module_forward(layer, x, &y));
    EXPECT(item(y) == 32);
    int32_t count = 0;
    OK(wb_module_parameter_count(layer, &count));
    EXPECT(count == 1 && at(parameter_at(layer, 0), 0) != 2);
    OK(wb_module_lend(layer, "weight", NULL));
    OK(wb_module_forward(layer, x, &y));
    EXPECT(item(y) != 32);
    FAILS(wb_module_lend(layer, "", weight), WB_ERROR_ARGUMENT, "name");
    FAILS(wb_module_lend(NULL, "weight", weight), WB_ERROR_HANDLE, "");
}

static void a_child_can_be_removed(void) {
    wb_module *list = module_of("ModuleList(Linear(1, 1), Tanh())", WB_FLOAT32);
    const char *text = NULL;
    OK(wb_module_remove(list, "0"));
    OK(wb_module_describe(list, &text));
    TEXT(text, "ModuleList(\n  (0): Tanh()\n)", "what is left");
    FAILS(wb_module_remove(list, "0"), WB_ERROR_ARGUMENT, "there is no child '0'");
    FAILS(wb_module_remove(NULL, "0"), WB_ERROR_HANDLE, "");
}

static void more_initialisers(void) {
    wb_tensor *matrix = NULL, *product = NULL;
    OK(wb_tensor_full(WB_FLOAT64, SHAPE(3, 3), 0, &matrix));
    OK(wb_initialize(matrix, WB_INITIALIZER_EYE, 0, 0));
    EXPECT(at(matrix, 0) == 1 && at(matrix, 1) == 0 && at(matrix, 8) == 1);
    OK(wb_initialize(matrix, WB_INITIALIZER_ORTHOGONAL, 2, 0));
    OK(wb_call("norm", &matrix, 1, &product, 1, NULL));
    CLOSE(item(product), 2 * sqrt(3), 1e-12);
    OK(wb_initialize_truncated(matrix, 0, 1, 0.5, 0.6));
    for (int i = 0; i < 9; i++) EXPECT(at(matrix, i) >= 0.5 && at(matrix, i) <= 0.6);
    FAILS(wb_initialize_truncated(matrix, 0, 0, 0, 1), WB_ERROR_ARGUMENT, "above 0");
    FAILS(wb_initialize_truncated(NULL, 0, 1, 0, 1), WB_ERROR_HANDLE, "");
    FAILS(wb_initialize(matrix, WB_INITIALIZER_SPARSE, 2, 1), WB_ERROR_ARGUMENT, "share of zeros");
    FAILS(wb_initialize(matrix, WB_INITIALIZER_DIRAC, 1, 0), WB_ERROR_SHAPE, "3 to 5 axes");
}

int main(void) {
    RUN(an_lstm_takes_and_gives_its_states);
    RUN(attention_has_options_of_each_call);
    RUN(a_transformer_is_made_of_copies_of_a_layer);
    RUN(gradients_are_clipped);
    RUN(a_lent_value_takes_a_parameter_s_place);
    RUN(a_child_can_be_removed);
    RUN(more_initialisers);
    return finish();
}
