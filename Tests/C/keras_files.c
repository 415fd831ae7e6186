/* Files of Keras from C: a model is loaded, predicts, is trained, saved with its optimiser, and goes on. */
#define _GNU_SOURCE
#include "check.h"
#include "folder.h"

enum { ROWS = 8, INPUTS = 3, OUTPUTS = 2, MOST = 16 };

static const char *const model_text = "Sequential(hidden=keras.Dense(6, activation='tanh', input_shape=(3,)), "
                                      "out=keras.Dense(2, input_shape=(6,)))";

static wb_tensor *numbers(int64_t rows, int64_t columns, uint64_t seed) {
    double values[ROWS * MOST];
    for (int64_t i = 0; i < rows * columns; i++) values[i] = 2 * number(&seed) - 1;
    wb_tensor *flat = check_vector(rows * columns, values), *result = NULL;
    char call[64];
    snprintf(call, sizeof call, "reshape(shape=(%d, %d))", (int)rows, (int)columns);
    int32_t count = 0;
    wb_tensor *single = NULL;
    OK(wb_call("to(dtype=float32)", &flat, 1, &single, 1, &count));
    OK(wb_call(call, &single, 1, &result, 1, &count));
    OK(wb_tensor_free(flat));
    OK(wb_tensor_free(single));
    return result;
}

/* The mean of squares of what is wrong, and its gradients. */
static double loss_of(wb_module *model, wb_tensor *x, wb_tensor *target) {
    wb_tensor *y = NULL, *loss = NULL;
    OK(wb_module_zero_grad(model));
    OK(wb_module_forward(model, x, &y));
    OK(call_two("mse_loss", y, target, &loss));
    double value = item(loss);
    OK(wb_backward(loss, NULL, 0));
    OK(wb_tensor_free(y));
    OK(wb_tensor_free(loss));
    return value;
}

static int same_results(wb_module *one, wb_module *two, wb_tensor *x) {
    wb_tensor *a = NULL, *b = NULL;
    float first[ROWS * OUTPUTS], second[ROWS * OUTPUTS];
    OK(wb_module_forward(one, x, &a));
    OK(wb_module_forward(two, x, &b));
    OK(wb_tensor_read(a, first, sizeof first));
    OK(wb_tensor_read(b, second, sizeof second));
    OK(wb_tensor_free(a));
    OK(wb_tensor_free(b));
    return memcmp(first, second, sizeof first) == 0;
}

static wb_optimizer *adam(wb_module *model) {
    wb_tensor *all[MOST];
    int32_t count = 0;
    OK(wb_module_parameter_count(model, &count));
    for (int32_t i = 0; i < count; i++) all[i] = parameter_at(model, i);
    wb_optimizer *optimizer = NULL;
    OK(wb_optimizer_create("keras.Adam(learning_rate=0.01)", all, count, &optimizer));
    for (int32_t i = 0; i < count; i++) OK(wb_tensor_free(all[i]));
    return optimizer;
}

static void a_model_in_each_of_the_formats_predicts_the_same(void) {
    wb_module *model = module_of(model_text, WB_FLOAT32), *loaded = NULL;
    wb_tensor *x = numbers(ROWS, INPUTS, 3);
    OK(wb_keras_save(path("m.keras"), model, "keras", NULL, NULL, NULL));
    OK(wb_load(path("m.keras"), &loaded));
    EXPECT(same_results(model, loaded, x));
    OK(wb_module_free(loaded));
    OK(wb_keras_save(path("m.h5"), model, "h5", NULL, NULL, NULL));
    OK(wb_keras_load(path("m.h5"), NULL, NULL, NULL, 0, &loaded));
    EXPECT(same_results(model, loaded, x));
    OK(wb_module_free(loaded));
    const char *config = NULL;
    OK(wb_keras_save(path("m.weights.h5"), model, "weights", NULL, NULL, NULL));
    OK(wb_module_config(model, NULL, &config));
    EXPECT(strstr(config, "\"Dense\"") != NULL);
    OK(wb_keras_load(path("m.weights.h5"), config, NULL, NULL, 0, &loaded));
    EXPECT(same_results(model, loaded, x));
    OK(wb_module_free(loaded));
    loaded = module_of(model_text, WB_FLOAT32);
    OK(wb_keras_load_weights(path("m.weights.h5"), loaded));
    EXPECT(same_results(model, loaded, x));
    OK(wb_module_free(loaded));
    OK(wb_tensor_free(x));
    OK(wb_module_free(model));
}

static void training_goes_on_from_a_file_to_the_bit(void) {
    const char *training = "{\"optimizer\": {\"class_name\": \"Adam\", \"config\": {\"learning_rate\": 0.01}}, "
                           "\"loss\": \"mse\"}";
    wb_module *model = module_of(model_text, WB_FLOAT32), *loaded = NULL;
    wb_optimizer *optimizer = adam(model), *again = NULL;
    wb_tensor *x = numbers(ROWS, INPUTS, 3), *y = numbers(ROWS, OUTPUTS, 4);
    double first = loss_of(model, x, y);
    for (int step = 0; step < 10; step++) {
        OK(wb_optimizer_step(optimizer));
        loss_of(model, x, y);
    }
    OK(wb_keras_save(path("t.keras"), model, "keras", NULL, training, optimizer));
    OK(wb_load(path("t.keras"), &loaded));
    const char *config = NULL;
    OK(wb_keras_training(path("t.keras"), loaded, &config, &again));
    EXPECT(config && strstr(config, "mse"));
    EXPECT(again != NULL);
    for (int step = 0; step < 5 && again; step++) {
        double one = loss_of(model, x, y), two = loss_of(loaded, x, y);
        EXPECT(one == two && one < first);
        OK(wb_optimizer_step(optimizer));
        OK(wb_optimizer_step(again));
    }
    OK(wb_optimizer_free(again));
    OK(wb_optimizer_free(optimizer));
    OK(wb_module_free(loaded));
    OK(wb_module_free(model));
    OK(wb_tensor_free(x));
    OK(wb_tensor_free(y));
}

/* The layers of a model whose groups the host names. */
static void objects_of(wb_module *model, wb_module **layers, int32_t count) {
    layers[0] = model;
    for (int32_t place = 1; place < count; place++) { OK(wb_module_child(model, place - 1, NULL, &layers[place])); }
}

static void a_model_of_the_hosts_has_its_own_groups(void) {
    const char *paths[3] = {"", "encoder/blocks/dense", "head"}, *others[3] = {"", "encoder/blocks/dense", "tail"};
    wb_module *model = module_of(model_text, WB_FLOAT32), *other = module_of(model_text, WB_FLOAT32), *layers[3],
              *found[3];
    wb_tensor *x = numbers(ROWS, INPUTS, 3);
    objects_of(model, layers, 3);
    objects_of(other, found, 3);
    OK(wb_keras_save_objects(path("o.weights.h5"), paths, layers, 3, NULL, NULL));
    EXPECT(!same_results(model, other, x));
    FAILS(wb_keras_load_objects(path("o.weights.h5"), others, found, 3), WB_ERROR_STRUCTURE, "tail");
    OK(wb_keras_load_objects(path("o.weights.h5"), paths, found, 3));
    EXPECT(same_results(model, other, x));
    OK(wb_keras_save_objects(path("o.keras"), paths, layers, 3, "{\"class_name\": \"Net\", \"config\": {}}", NULL));
    const char *config = NULL;
    OK(wb_keras_config(path("o.keras"), &config));
    EXPECT(config && strstr(config, "Net"));
    FAILS(wb_keras_save_objects(path("o.keras"), paths, layers, 0, NULL, NULL), WB_ERROR_ARGUMENT, "objects");
    OK(wb_keras_save(path("o.h5"), model, "h5", NULL, NULL, NULL));
    FAILS(wb_keras_load_objects(path("o.h5"), paths, found, 3), WB_ERROR_UNSUPPORTED, "weights by layers");
    for (int place = 1; place < 3; place++) {
        OK(wb_module_free(layers[place]));
        OK(wb_module_free(found[place]));
    }
    OK(wb_module_free(model));
    OK(wb_module_free(other));
    OK(wb_tensor_free(x));
}

static void what_is_wrong_gets_a_sentence(void) {
    wb_module *model = module_of("Sequential(PixelShuffle(2))", WB_FLOAT32), *loaded = NULL;
    FAILS(wb_keras_save(path("n.keras"), model, "keras", "(2,)", NULL, NULL), WB_ERROR_UNSUPPORTED, "PixelShuffle");
    FAILS(wb_keras_save(path("n.keras"), model, "onnx", NULL, NULL, NULL), WB_ERROR_ARGUMENT, "format", "onnx");
    FAILS(wb_module_from_config("{\"class_name\": \"Wave\", \"config\": {\"name\": \"w\"}}", NULL, NULL, 0, WB_FLOAT32,
                                &loaded),
          WB_ERROR_UNSUPPORTED, "'w'", "Wave");
    FAILS(wb_module_from_config("{\"class_name\"", NULL, NULL, 0, WB_FLOAT32, &loaded), WB_ERROR_ARGUMENT, "JSON");
    FAILS(wb_keras_load(path("none.keras"), NULL, NULL, NULL, 0, &loaded), WB_ERROR_FILE, "none.keras");
    OK(wb_save(path("c.h5"), model, NULL, 0, 0));
    FAILS(wb_keras_load(path("c.h5"), NULL, NULL, NULL, 0, &loaded), WB_ERROR_FORMAT, "checkpoint");
    OK(wb_module_free(model));
}

int main(void) {
    if (!make_folder()) return 1;
    RUN(a_model_in_each_of_the_formats_predicts_the_same);
    RUN(training_goes_on_from_a_file_to_the_bit);
    RUN(a_model_of_the_hosts_has_its_own_groups);
    RUN(what_is_wrong_gets_a_sentence);
    remove_folder();
    return finish();
}
