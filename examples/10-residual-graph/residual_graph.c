/* A residual network as a Graph, made from a text: it learns to tell two spirals apart, and is saved half way. Exits
 * with 1 if what is loaded ends with other bits, or if a point is told wrong. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <wingbeat.h>

enum { ROWS = 1024, BLOCKS = 6, EPOCHS = 60 };

/* Ends the program with the library's sentence. */
static void ok(wb_status status) {
    if (status == WB_OK) return;
    fprintf(stderr, "%s\n", wb_last_error());
    exit(1);
}

/* Two arms of one turn and a half, of points [2]; the class is the arm. */
static wb_dataset *spirals(void) {
    static float x[ROWS][2];
    static int64_t y[ROWS];
    wb_tensor *points = NULL, *arms = NULL;
    wb_dataset *dataset = NULL;
    for (int i = 0; i < ROWS; i++) {
        double angle = 3 * 3.141592653589793 * sqrt((i / 2 + 1.0) / (ROWS / 2)), sign = i % 2 ? -1 : 1;
        x[i][0] = (float)(sign * angle / 9 * cos(angle));
        x[i][1] = (float)(sign * angle / 9 * sin(angle));
        y[i] = i % 2;
    }
    ok(wb_tensor_create(WB_FLOAT32, 2, (const int64_t[]){ROWS, 2}, x, &points));
    ok(wb_tensor_create(WB_INT64, 1, (const int64_t[]){ROWS}, y, &arms));
    ok(wb_dataset_from_tensors(points, arms, &dataset));
    ok(wb_tensor_free(points));
    ok(wb_tensor_free(arms));
    return dataset;
}

/* h = h + block(h), six times: the body is a text, and the layers that it names are children. */
static wb_module *residual_network(void) {
    char text[2000], *end = text;
    wb_module *model = NULL;
    end += sprintf(end, "Graph('x', 'h = tanh(first(x))\\n");
    for (int i = 0; i < BLOCKS; i++) end += sprintf(end, "h = add(h, block%d(h))\\n", i);
    end += sprintf(end, "y = last(h)', 'y', first=Linear(2, 32), last=Linear(32, 2)");
    for (int i = 0; i < BLOCKS; i++)
        end += sprintf(end, ", block%d=Sequential(Linear(32, 32), Tanh(), Linear(32, 32))", i);
    sprintf(end, ")");
    ok(wb_module_create(text, WB_FLOAT32, &model));
    return model;
}

typedef struct training {
    wb_module *model;
    wb_optimizer *optimizer;
    wb_trainer *trainer;
} training;

static training training_of(wb_module *model, wb_module *loss_fn) {
    training t = {model, NULL, NULL};
    wb_tensor *parameters[4 * BLOCKS + 4];
    int32_t count = 0;
    ok(wb_module_parameter_count(model, &count));
    for (int32_t i = 0; i < count; i++) ok(wb_module_parameter(model, i, NULL, &parameters[i]));
    ok(wb_optimizer_create("AdamW(lr=0.003)", parameters, count, &t.optimizer));
    for (int32_t i = 0; i < count; i++) ok(wb_tensor_free(parameters[i]));
    ok(wb_trainer_create(model, loss_fn, t.optimizer, &t.trainer));
    return t;
}

static void train_to(training t, const wb_dataset *dataset, int epochs) {
    ok(wb_trainer_set(t.trainer, WB_TRAINER_EPOCHS, epochs));
    ok(wb_trainer_fit(t.trainer, dataset, NULL, NULL, NULL));
}

int main(void) {
    wb_module *loss_fn = NULL, *loaded = NULL;
    double losses[2], accuracies[2];
    const char *text = NULL;
    wb_dataset *dataset = spirals();
    ok(wb_manual_seed(3));
    ok(wb_module_create("CrossEntropyLoss()", WB_FLOAT32, &loss_fn));

    training whole = training_of(residual_network(), loss_fn);
    ok(wb_module_attribute_text(whole.model, "body", &text));
    printf("the body: %s\n", text);
    train_to(whole, dataset, EPOCHS / 2);
    ok(wb_trainer_save(whole.trainer, "spirals.h5"));
    train_to(whole, dataset, EPOCHS);

    /* The file describes the graph, so that nobody else has to. */
    ok(wb_load("spirals.h5", &loaded));
    training resumed = training_of(loaded, loss_fn);
    ok(wb_trainer_load(resumed.trainer, "spirals.h5"));
    train_to(resumed, dataset, EPOCHS);

    training both[2] = {whole, resumed};
    for (int i = 0; i < 2; i++) {
        ok(wb_evaluate(both[i].model, loss_fn, NULL, 0, dataset, ROWS, &losses[i], &accuracies[i], NULL));
        printf("%s: %.2f %% of the points are told right, loss %.6f\n", i ? "loaded half way" : "trained at once",
               100 * accuracies[i], losses[i]);
        wb_trainer_free(both[i].trainer);
        wb_optimizer_free(both[i].optimizer);
        wb_module_free(both[i].model);
    }
    wb_module_free(loss_fn);
    wb_dataset_free(dataset);
    return accuracies[0] == 1 && losses[0] == losses[1] ? 0 : 1;
}
