/* Runs and trains a model that Python has exported: exported MODEL FOLDER. FOLDER has shapes.txt and the numbers,
 * and takes the results. test_exports.py compares them with Python's, to the bit. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wingbeat.h>

#define CHECK(call)                                                                                                    \
    do {                                                                                                               \
        if ((call) != WB_OK) {                                                                                         \
            fprintf(stderr, "%s: %s\n", #call, wb_last_error());                                                       \
            exit(1);                                                                                                   \
        }                                                                                                              \
    } while (0)

enum { MOST = 4, STEPS = 4, TRAINING_ROWS = 6 };

typedef struct layout {
    int count;
    int width[MOST]; /* numbers in a row of each */
} layout;

static const char *folder;

static FILE *file(const char *mode, const char *name, int a, int b) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s_%d_%d.bin", folder, name, a, b);
    FILE *opened = fopen(path, mode);
    if (!opened) {
        perror(path);
        exit(1);
    }
    return opened;
}

/* float32 [rows, width] from NAME_a_b.bin */
static wb_tensor *tensor(const char *name, int a, int b, int64_t rows, int64_t width) {
    wb_tensor *made = NULL;
    size_t count = (size_t)(rows * width);
    float *numbers = malloc(count * sizeof *numbers);
    FILE *opened = file("rb", name, a, b);
    if (!numbers || fread(numbers, sizeof *numbers, count, opened) != count) exit(1);
    fclose(opened);
    CHECK(wb_tensor_create(WB_FLOAT32, 2, (int64_t[]){rows, width}, numbers, &made));
    free(numbers);
    return made;
}

static void write(FILE *opened, const wb_tensor *tensor) {
    const void *data = NULL;
    wb_dtype dtype;
    int64_t count = 0;
    CHECK(wb_tensor_data(tensor, &data));
    CHECK(wb_tensor_dtype(tensor, &dtype));
    CHECK(wb_tensor_count(tensor, &count));
    fwrite(data, wb_dtype_size(dtype), (size_t)count, opened);
}

int main(int count, char **arguments) {
    wb_module *model = NULL;
    wb_optimizer *optimizer = NULL;
    wb_tensor *parameters[64];
    int32_t parameter_count = 0, buffer_count = 0, given = 0;
    layout inputs = {0, {0}}, outputs = {0, {0}};
    char path[1024];
    if (count != 3) return 2;
    folder = arguments[2];
    snprintf(path, sizeof path, "%s/shapes.txt", folder);
    FILE *shapes = fopen(path, "r");
    if (!shapes || fscanf(shapes, "%d", &inputs.count) != 1) return 2;
    for (int i = 0; i < inputs.count; i++)
        if (fscanf(shapes, "%d", &inputs.width[i]) != 1) return 2;
    if (fscanf(shapes, "%d", &outputs.count) != 1) return 2;
    for (int i = 0; i < outputs.count; i++)
        if (fscanf(shapes, "%d", &outputs.width[i]) != 1) return 2;
    fclose(shapes);

    CHECK(wb_load(arguments[1], &model));
    CHECK(wb_module_set_training(model, 0));
    const int sizes[] = {1, 3, 7};
    for (int s = 0; s < 3; s++) {
        wb_tensor *x[MOST], *y[MOST];
        CHECK(wb_scope_begin());
        for (int i = 0; i < inputs.count; i++) x[i] = tensor("x", sizes[s], i, sizes[s], inputs.width[i]);
        CHECK(wb_module_call(model, NULL, x, inputs.count, y, MOST, &given));
        for (int k = 0; k < given; k++) {
            FILE *opened = file("wb", "y", sizes[s], k);
            write(opened, y[k]);
            fclose(opened);
        }
        CHECK(wb_scope_end());
    }

    CHECK(wb_module_set_training(model, 1));
    CHECK(wb_module_parameter_count(model, &parameter_count));
    if (parameter_count > 64) return 2;
    for (int32_t i = 0; i < parameter_count; i++) CHECK(wb_module_parameter(model, i, NULL, &parameters[i]));
    CHECK(wb_optimizer_create("SGD(lr=0.05, momentum=0.9)", parameters, parameter_count, &optimizer));
    CHECK(wb_manual_seed(5));
    for (int step = 0; step < STEPS; step++) {
        wb_tensor *x[MOST], *y[MOST], *loss = NULL;
        CHECK(wb_scope_begin());
        for (int i = 0; i < inputs.count; i++) x[i] = tensor("train", step, i, TRAINING_ROWS, inputs.width[i]);
        CHECK(wb_module_call(model, NULL, x, inputs.count, y, MOST, &given));
        for (int k = 0; k < outputs.count; k++) {
            wb_tensor *target = tensor("target", step, k, TRAINING_ROWS, outputs.width[k]), *part = NULL;
            CHECK(wb_call("mse_loss", (wb_tensor *[]){y[k], target}, 2, &part, 1, NULL));
            if (loss)
                CHECK(wb_add(loss, part, &loss));
            else
                loss = part;
        }
        CHECK(wb_optimizer_zero_grad(optimizer));
        CHECK(wb_backward(loss, NULL, 0));
        CHECK(wb_optimizer_step(optimizer));
        CHECK(wb_scope_end());
    }
    FILE *opened = file("wb", "parameters", 0, 0);
    for (int32_t i = 0; i < parameter_count; i++) write(opened, parameters[i]);
    CHECK(wb_module_buffer_count(model, &buffer_count));
    for (int32_t i = 0; i < buffer_count; i++) {
        const char *name = NULL;
        wb_tensor *buffer = NULL;
        CHECK(wb_module_buffer(model, i, &name, &buffer));
        if (strncmp(name, "constant_", 9) != 0) write(opened, buffer);
    }
    fclose(opened);
    return 0;
}
