/* The convolutional network of mnist_cnn.py, made from a text.
 *
 *     mnist_cnn DATA.h5 MODEL.h5    the test accuracy of what mnist_cnn.py saved
 *     mnist_cnn DATA.h5             trains a network from the beginning for one epoch */
#include <stdio.h>
#include <stdlib.h>
#include <wingbeat.h>

enum { BATCH_SIZE = 64 };

/* Ends the program with the library's sentence. */
static void ok(wb_status status) {
    if (status == WB_OK) return;
    fprintf(stderr, "mnist_cnn: %s\n", wb_last_error());
    exit(1);
}

static wb_dataset *digits(const char *path, const char *images, const char *labels) {
    wb_dataset *dataset = NULL;
    ok(wb_dataset_open(path, images, labels, WB_FLOAT32, 1 / 255.0, 0, &dataset));
    return dataset;
}

/* Images [rows, side, side] to scores [rows, 10]. */
static wb_module *network(int64_t side) {
    char text[600];
    wb_module *model = NULL;
    snprintf(text, sizeof text,
             "Sequential(Unflatten(1, (1, %d)), "
             "Conv2d(1, 16, 5, padding=2), BatchNorm2d(16), ReLU(), MaxPool2d(2), "
             "Conv2d(16, 32, 3, padding=1), BatchNorm2d(32), ReLU(), MaxPool2d(2), "
             "Conv2d(32, 64, 3, padding=1), BatchNorm2d(64), ReLU(), "
             "Flatten(), Dropout(0.4), Linear(%d, 10))",
             (int)side, (int)(64 * (side / 4) * (side / 4)));
    ok(wb_module_create(text, WB_FLOAT32, &model));
    return model;
}

static int32_t report(void *context, const wb_progress *progress) {
    (void)context;
    if (progress->step % 100 == 0)
        printf("step %d/%d: loss %.4f, accuracy %.2f%%\n", (int)progress->step, (int)progress->steps_per_epoch,
               progress->loss, 100 * progress->accuracy);
    return fflush(stdout) != 0; /* nobody reads any more: training ends */
}

static void train(wb_module *model, wb_module *loss_fn, const wb_dataset *dataset) {
    char text[100];
    int32_t count = 0;
    int64_t rows = 0;
    wb_tensor **parameters = NULL;
    wb_optimizer *optimizer = NULL;
    wb_schedule *schedule = NULL;
    wb_trainer *trainer = NULL;
    ok(wb_scope_begin()); /* frees the parameters' handles at its end */
    ok(wb_module_parameter_count(model, &count));
    parameters = calloc((size_t)count, sizeof *parameters);
    if (parameters == NULL) exit(1);
    for (int32_t i = 0; i < count; i++) ok(wb_module_parameter(model, i, NULL, &parameters[i]));
    ok(wb_optimizer_create("AdamW(lr=0.004, weight_decay=0.01)", parameters, count, &optimizer));
    ok(wb_dataset_count(dataset, &rows));
    snprintf(text, sizeof text, "OneCycleLR(0.004, total_steps=%d)", (int)((rows + BATCH_SIZE - 1) / BATCH_SIZE));
    ok(wb_schedule_create(text, optimizer, &schedule));
    ok(wb_trainer_create(model, loss_fn, optimizer, &trainer));
    ok(wb_trainer_set(trainer, WB_TRAINER_BATCH_SIZE, BATCH_SIZE));
    ok(wb_trainer_set_schedule(trainer, schedule, WB_SCHEDULE_EACH_STEP));
    ok(wb_trainer_fit(trainer, dataset, report, NULL, NULL));
    wb_trainer_free(trainer);
    wb_schedule_free(schedule);
    wb_optimizer_free(optimizer);
    free(parameters);
    ok(wb_scope_end());
}

int main(int count, char **words) {
    wb_module *model = NULL, *loss_fn = NULL;
    double loss = 0, accuracy = 0;
    if (count != 2 && count != 3) {
        fprintf(stderr, "usage: mnist_cnn DATA.h5 [MODEL.h5]\n");
        return 2;
    }
    ok(wb_manual_seed(0));
    ok(wb_module_create("CrossEntropyLoss()", WB_FLOAT32, &loss_fn));
    wb_dataset *test = digits(words[1], "test/images", "test/labels");
    if (count == 3) {
        ok(wb_load(words[2], &model));
    } else {
        int64_t shape[2];
        int32_t rank = 0;
        wb_dataset *training = digits(words[1], "train/images", "train/labels");
        ok(wb_dataset_row_shape(training, 0, &rank, 2, shape));
        model = network(shape[0]);
        train(model, loss_fn, training);
        wb_dataset_free(training);
    }
    ok(wb_evaluate(model, loss_fn, NULL, 0, test, 256, &loss, &accuracy, NULL));
    printf("C:      test accuracy %.4f%%, test loss %.6f\n", 100 * accuracy, loss);
    wb_dataset_free(test);
    wb_module_free(loss_fn);
    wb_module_free(model);
    return 0;
}
