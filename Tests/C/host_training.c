/* Training, evaluation and metrics with the host's code in the model, in the loss and beside it. */
#define _GNU_SOURCE
#include "folder.h"
#include "host.h"

static problem data;

static wb_status rectify(void *context, const char *options, wb_tensor *const *inputs, int32_t input_count,
                         wb_tensor **outputs, int32_t capacity, int32_t *output_count) {
    (void)options, (void)input_count, (void)capacity;
    ((host *)context)->calls++;
    *output_count = 1;
    return wb_relu(inputs[0], &outputs[0]);
}

/* Cross-entropy: what a loss of the host's may do. */
static wb_status cross_entropy(void *context, const char *options, wb_tensor *const *inputs, int32_t input_count,
                               wb_tensor **outputs, int32_t capacity, int32_t *output_count) {
    (void)options, (void)capacity;
    ((host *)context)->calls++;
    return wb_call("cross_entropy", inputs, input_count, outputs, 1, output_count);
}

/* Whether the class is the right one: one number for each row. */
static wb_status is_right(void *context, const char *options, wb_tensor *const *inputs, int32_t input_count,
                          wb_tensor **outputs, int32_t capacity, int32_t *output_count) {
    wb_tensor *chosen = NULL;
    (void)options, (void)input_count, (void)capacity;
    ((host *)context)->calls++;
    wb_status status = wb_reduce(WB_REDUCE_ARGMAX, inputs[0], (const int32_t[]){1}, 1, 0, &chosen);
    if (status == WB_OK) status = wb_binary(WB_BINARY_EQUAL, chosen, inputs[1], &outputs[0]);
    wb_tensor_free(chosen);
    *output_count = 1;
    return status;
}

/* perceptron(FEATURES, 32, CLASSES, 7) with the host's function in the place of the ReLU. */
static wb_module *perceptron_with(wb_forward_callback forward, host *h) {
    wb_module *model = perceptron(FEATURES, 32, CLASSES, 7), *module = NULL;
    OK(wb_module_host("Rectifier", forward, release, h, &module));
    OK(wb_module_add(model, "1", module));
    OK(wb_module_free(module));
    return model;
}

typedef struct watching {
    int32_t count;
    int reports;
    double loss, accuracy, validation_loss, metrics[4], validation_metrics[4], first_validation;
} watching;

static int32_t watch(void *context, const wb_progress *progress) {
    watching *w = context;
    w->count = progress->metric_count;
    w->loss = progress->loss;
    w->accuracy = progress->accuracy;
    w->validation_loss = progress->validation_loss;
    for (int32_t i = 0; i < progress->metric_count && i < 4; i++) {
        w->metrics[i] = progress->metrics[i];
        w->validation_metrics[i] = progress->validation_metrics[i];
        if (w->reports == 0) w->first_validation = progress->validation_metrics[i];
    }
    w->reports++;
    return 0;
}

static wb_trainer *trainer_with(wb_module *model, wb_module *loss, wb_optimizer *optimizer, int64_t batch_size) {
    wb_trainer *trainer = NULL;
    OK(wb_trainer_create(model, loss, optimizer, &trainer));
    OK(wb_trainer_set(trainer, WB_TRAINER_EPOCHS, 3));
    OK(wb_trainer_set(trainer, WB_TRAINER_BATCH_SIZE, (double)batch_size));
    OK(wb_trainer_set(trainer, WB_TRAINER_SHUFFLE, WB_SHUFFLE_NONE));
    return trainer;
}

static void a_trainer_records_the_hosts_code_once_a_batch_size_and_computes_the_same_bits(void) {
    host activation = {.factor = 0}, loss_host = {.factor = 0};
    wb_module *loss = module_of("CrossEntropyLoss()", WB_FLOAT32), *own_loss = NULL;
    OK(wb_module_host("MyLoss", cross_entropy, release, &loss_host, &own_loss));
    wb_module *models[] = {perceptron(FEATURES, 32, CLASSES, 7), perceptron_with(rectify, &activation)},
              *losses[] = {loss, own_loss};
    wb_dataset *dataset = problem_dataset(&data);
    bytes found[2];
    double mean[2], accuracy[2];
    for (int i = 0; i < 2; i++) {
        wb_optimizer *optimizer = optimizer_for(models[i], ADAM);
        wb_trainer *trainer = trainer_with(models[i], losses[i], optimizer, 100);
        OK(wb_trainer_fit(trainer, dataset, NULL, NULL, NULL));
        found[i] = parameters(models[i]);
        OK(wb_trainer_free(trainer));
        OK(wb_optimizer_free(optimizer));
        if (i) EXPECT(activation.calls == 2 && loss_host.calls == 2); // batches of 100 rows, and one of 12 an epoch
        OK(wb_evaluate(models[i], losses[i], NULL, 0, dataset, 64, &mean[i], &accuracy[i], NULL));
        if (i) EXPECT(activation.calls == 3 && loss_host.calls == 3);
    }
    EXPECT(same(found[0], found[1]));
    EXPECT(mean[0] == mean[1]);
    EXPECT(accuracy[0] > 0.5 && isnan(accuracy[1])); // nobody says that the host's loss has classes
    for (int i = 0; i < 2; i++) {
        free(found[i].data);
        OK(wb_module_free(models[i]));
        OK(wb_module_free(losses[i]));
    }
    EXPECT(activation.releases == 1 && loss_host.releases == 1);
    OK(wb_dataset_free(dataset));
}

/* Fails at its third call. */
static wb_status fail_at_last(void *context, const char *options, wb_tensor *const *inputs, int32_t input_count,
                              wb_tensor **outputs, int32_t capacity, int32_t *output_count) {
    wb_status status = rectify(context, options, inputs, input_count, outputs, capacity, output_count);
    return ((host *)context)->calls == 2 ? wb_set_num_threads(-3) : status;
}

/* Wants a value while it is only recorded. */
static wb_status look_at_a_value(void *context, const char *options, wb_tensor *const *inputs, int32_t input_count,
                                 wb_tensor **outputs, int32_t capacity, int32_t *output_count) {
    double value = 0;
    wb_tensor *sum = NULL;
    wb_status status = rectify(context, options, inputs, input_count, outputs, capacity, output_count);
    if (status == WB_OK) status = wb_sum(inputs[0], &sum);
    if (status == WB_OK) status = wb_tensor_item(sum, &value);
    wb_tensor_free(sum);
    return status;
}

static void a_callback_that_fails_ends_training_and_changes_nothing(void) {
    host h = {.factor = 0};
    wb_dataset *dataset = problem_dataset(&data);
    wb_module *loss = module_of("CrossEntropyLoss()", WB_FLOAT32), *model = perceptron_with(fail_at_last, &h);
    wb_optimizer *optimizer = optimizer_for(model, SGD);
    wb_trainer *trainer = trainer_with(model, loss, optimizer, 100);
    int64_t total = -1;
    double value = 0;
    FAILS(wb_trainer_fit(trainer, dataset, NULL, NULL, NULL), WB_ERROR_ARGUMENT, "Rectifier", "-3");
    OK(wb_trainer_position(trainer, NULL, NULL, &total));
    EXPECT(total == 5); // five batches of 100 rows were trained on; the one of 12 could not be recorded
    bytes before = parameters(model);
    h.calls = 1;
    FAILS(wb_evaluate(model, loss, NULL, 0, dataset, 512, &value, NULL, NULL), WB_ERROR_ARGUMENT, "Rectifier", "-3");
    bytes after = parameters(model);
    EXPECT(same(before, after));
    free(before.data);
    free(after.data);
    h.calls = 10;
    OK(wb_trainer_fit(trainer, dataset, NULL, NULL, NULL)); // no block was left open
    OK(wb_trainer_free(trainer));
    OK(wb_optimizer_free(optimizer));
    OK(wb_module_free(model));

    model = perceptron_with(look_at_a_value, &h);
    optimizer = optimizer_for(model, SGD);
    trainer = trainer_with(model, loss, optimizer, 100);
    FAILS(wb_trainer_fit(trainer, dataset, NULL, NULL, NULL), WB_ERROR_STATE, "Rectifier", "capture");
    wb_tensor *x = NULL, *y = NULL;
    OK(wb_dataset_read(dataset, 0, 3, &x, NULL));
    OK(wb_module_forward(model, x, &y)); // outside of one there are values
    OK(wb_tensor_free(x));
    OK(wb_tensor_free(y));
    OK(wb_trainer_free(trainer));
    OK(wb_optimizer_free(optimizer));
    OK(wb_module_free(model));
    OK(wb_module_free(loss));
    OK(wb_dataset_free(dataset));
    EXPECT(h.releases == 2);
}

static void metrics_are_measured_beside_the_loss(void) {
    host h = {.factor = 0};
    wb_module *model = perceptron(FEATURES, 32, CLASSES, 7), *loss = module_of("CrossEntropyLoss()", WB_FLOAT32),
              *right = NULL;
    wb_module *second = module_of("CrossEntropyLoss(reduction='none')", WB_FLOAT32),
              *sum = module_of("CrossEntropyLoss(reduction='sum')", WB_FLOAT32);
    wb_optimizer *optimizer = optimizer_for(model, ADAM);
    wb_dataset *dataset = problem_dataset(&data);
    wb_trainer *trainer = trainer_with(model, loss, optimizer, 100);
    watching w = {.reports = 0};
    double value = 0, accuracy = 0, values[2] = {0, 0};
    OK(wb_module_host("Right", is_right, release, &h, &right));
    OK(wb_trainer_add_metric(trainer, "right", right));
    OK(wb_trainer_add_metric(trainer, "loss again", second));
    FAILS(wb_trainer_add_metric(trainer, "right", second), WB_ERROR_ARGUMENT, "'right'");
    FAILS(wb_trainer_add_metric(trainer, NULL, second), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_trainer_add_metric(trainer, "", second), WB_ERROR_ARGUMENT, "name");
    OK(wb_trainer_set_validation(trainer, dataset));
    OK(wb_trainer_fit(trainer, dataset, watch, &w, NULL));
    EXPECT(w.count == 2 && isnan(w.first_validation));
    // The host counts as the loss with classes does, and the mean of the rows' losses is that of the batches'.
    EXPECT(w.metrics[0] == w.accuracy && w.accuracy > 0.5);
    CLOSE(w.metrics[1], w.loss, 1e-6);
    OK(wb_evaluate(model, loss, (wb_module *[]){right, second}, 2, dataset, 100, &value, &accuracy, values));
    EXPECT(values[0] == accuracy);
    CLOSE(values[1], value, 1e-6);
    CLOSE(w.validation_metrics[0], values[0], 1e-12);
    CLOSE(w.validation_metrics[1], values[1], 1e-6);
    CLOSE(w.validation_loss, value, 1e-6);
    OK(wb_evaluate(model, loss, (wb_module *[]){right, second}, 2, dataset, 100, NULL, NULL,
                   NULL)); // results may be left away
    FAILS(wb_evaluate(model, loss, NULL, 2, dataset, 100, NULL, NULL, values), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_evaluate(model, loss, NULL, -1, dataset, 100, NULL, NULL, values), WB_ERROR_ARGUMENT, "-1");

    // What is neither one number nor one for each row is no metric, and what is not one number is no loss.
    wb_module *identity_of_scores = module_of("Graph('p, t', 'y = exp(p)', 'y')", WB_FLOAT32),
              *no_loss = module_of("Linear(4, 4)", WB_FLOAT32);
    FAILS(wb_evaluate(model, loss, &identity_of_scores, 1, dataset, 512, NULL, NULL, values), WB_ERROR_ARGUMENT,
          "metric", "[512, 4]");
    FAILS(wb_evaluate(model, second, NULL, 0, dataset, 512, &value, NULL, NULL), WB_ERROR_ARGUMENT, "one number",
          "[512]");
    FAILS(wb_evaluate(model, no_loss, NULL, 0, dataset, 512, &value, NULL, NULL), WB_ERROR_ARGUMENT, "Linear",
          "2 tensors");
    OK(wb_evaluate(model, sum, NULL, 0, dataset, 512, &values[0], NULL, NULL));
    CLOSE(values[0] / ROWS, value, 1e-5);

    wb_module *all[] = {model, loss, right, second, sum, identity_of_scores, no_loss};
    OK(wb_trainer_free(trainer));
    for (int i = 0; i < 7; i++) OK(wb_module_free(all[i]));
    EXPECT(h.releases == 1);
    OK(wb_optimizer_free(optimizer));
    OK(wb_dataset_free(dataset));
}

static void a_metric_added_in_an_epoch_is_the_mean_of_what_it_has_seen(void) {
    wb_module *model = perceptron(FEATURES, 32, CLASSES, 7), *loss = module_of("CrossEntropyLoss()", WB_FLOAT32);
    wb_optimizer *optimizer = optimizer_for(model, SGD);
    wb_dataset *dataset = problem_dataset(&data);
    wb_trainer *trainer = trainer_with(model, loss, optimizer, 64);
    watching w = {.reports = 0};
    double value = 0;
    OK(wb_optimizer_set(optimizer, 0, "lr", 0));
    OK(wb_trainer_set(trainer, WB_TRAINER_EPOCHS, 1));
    OK(wb_trainer_set(trainer, WB_TRAINER_MAX_STEPS, 4));
    OK(wb_trainer_fit(trainer, dataset, NULL, NULL, NULL));
    OK(wb_trainer_add_metric(trainer, "late", loss));
    OK(wb_trainer_set(trainer, WB_TRAINER_MAX_STEPS, 0));
    OK(wb_trainer_fit(trainer, dataset, watch, &w, NULL));
    wb_tensor *x = NULL, *y = NULL;
    wb_dataset *second_half = NULL;
    OK(wb_dataset_read(dataset, ROWS / 2, ROWS / 2, &x, &y));
    OK(wb_dataset_from_tensors(x, y, &second_half));
    OK(wb_evaluate(model, loss, NULL, 0, second_half, 64, &value, NULL, NULL));
    CLOSE(w.metrics[0], value, 1e-6);
    OK(wb_tensor_free(x));
    OK(wb_tensor_free(y));
    OK(wb_dataset_free(second_half));
    OK(wb_dataset_free(dataset));
    OK(wb_trainer_free(trainer));
    OK(wb_optimizer_free(optimizer));
    OK(wb_module_free(loss));
    OK(wb_module_free(model));
}

static void metrics_go_on_after_loading(void) {
    wb_dataset *dataset = problem_dataset(&data);
    wb_module *loss = module_of("CrossEntropyLoss()", WB_FLOAT32);
    watching seen[2] = {{.reports = 0}, {.reports = 0}};
    for (int resumed = 0; resumed < 2; resumed++) {
        wb_module *model = perceptron(FEATURES, 32, CLASSES, 7), *other = perceptron(FEATURES, 32, CLASSES, 99);
        wb_optimizer *optimizer = optimizer_for(model, ADAM), *of_other = optimizer_for(other, ADAM);
        wb_trainer *trainer = trainer_with(model, loss, optimizer, 64),
                   *second = trainer_with(other, loss, of_other, 64);
        wb_trainer *both[] = {trainer, second};
        for (int i = 0; i < 2; i++) {
            OK(wb_trainer_add_metric(both[i], "loss again", loss));
            OK(wb_trainer_set_validation(both[i], dataset));
            OK(wb_trainer_set(both[i], WB_TRAINER_EPOCHS, 2));
        }
        OK(wb_trainer_set(trainer, WB_TRAINER_MAX_STEPS, resumed ? 11 : 0));
        OK(wb_trainer_fit(trainer, dataset, resumed ? NULL : watch, &seen[0], NULL));
        if (resumed) {
            OK(wb_trainer_save(trainer, path("model.h5")));
            OK(wb_trainer_load(second, path("model.h5")));
            OK(wb_trainer_fit(second, dataset, watch, &seen[1], NULL));
        }
        for (int i = 0; i < 2; i++) OK(wb_trainer_free(both[i]));
        OK(wb_optimizer_free(optimizer));
        OK(wb_optimizer_free(of_other));
        OK(wb_module_free(model));
        OK(wb_module_free(other));
    }
    EXPECT(seen[0].reports == 16 && seen[1].reports == 5);
    EXPECT(seen[0].loss == seen[1].loss && seen[0].metrics[0] == seen[1].metrics[0]);
    EXPECT(seen[0].validation_metrics[0] == seen[1].validation_metrics[0]);
    EXPECT(
        !isnan(seen[1].first_validation)); // of the epoch that ended before the checkpoint, as the validation loss is
    OK(wb_dataset_free(dataset));
    OK(wb_module_free(loss));
}

int main(void) {
    problem_make(&data);
    if (!make_folder()) return 1;
    RUN(a_trainer_records_the_hosts_code_once_a_batch_size_and_computes_the_same_bits);
    RUN(a_callback_that_fails_ends_training_and_changes_nothing);
    RUN(metrics_are_measured_beside_the_loss);
    RUN(a_metric_added_in_an_epoch_is_the_mean_of_what_it_has_seen);
    RUN(metrics_go_on_after_loading);
    remove_folder();
    return finish();
}
