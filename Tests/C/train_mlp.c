/* Training a multilayer perceptron in each way that the ABI offers: the same numbers, bit for bit. */
#include "problem.h"

enum { EPOCHS = 5, STEPS = EPOCHS * ROWS / BATCH };

static problem data;

/* Trains by the three calls, in order of the rows; losses[STEPS]. */
static bytes train_by_hand(optimizer_kind kind, double *losses) {
    wb_module *model = perceptron(FEATURES, 32, CLASSES, 7);
    bytes result = train_anew(model, kind, &data, STEPS, losses);
    OK(wb_module_free(model));
    return result;
}

/* The same through a captured program, fed from the caller's memory. */
static bytes train_by_program(optimizer_kind kind, double *losses) {
    wb_module *model = perceptron(FEATURES, 32, CLASSES, 7);
    wb_optimizer *optimizer = optimizer_for(model, kind);
    wb_program *program = NULL;
    wb_tensor *inputs[2] = {NULL, NULL};
    OK(wb_tensor_create(WB_FLOAT32, SHAPE(BATCH, FEATURES), NULL, &inputs[0]));
    OK(wb_tensor_create(WB_INT64, SHAPE(BATCH), NULL, &inputs[1]));
    OK(wb_capture_begin(inputs, 2));
    wb_tensor *loss = training_step(model, optimizer, inputs[0], inputs[1]);
    OK(wb_capture_end(&loss, 1, &program));
    OK(wb_tensor_free(loss));
    OK(wb_tensor_free(inputs[0]));
    OK(wb_tensor_free(inputs[1]));
    for (int step = 0; step < STEPS; step++) {
        int first = step * BATCH % ROWS;
        float value = NAN;
        OK(wb_program_run_pointers(program, (const void *[]){data.x[first], &data.y[first]}, 2, (void *[]){&value}, 1));
        losses[step] = value;
    }
    bytes result = parameters(model);
    OK(wb_program_free(program));
    OK(wb_optimizer_free(optimizer));
    OK(wb_module_free(model));
    return result;
}

static bytes train_by_fit(optimizer_kind kind) {
    wb_module *model = perceptron(FEATURES, 32, CLASSES, 7);
    wb_optimizer *optimizer = optimizer_for(model, kind);
    wb_dataset *dataset = problem_dataset(&data);
    wb_trainer *trainer = trainer_for(model, optimizer);
    wb_stop_reason reason = WB_STOP_CALLBACK;
    OK(wb_trainer_set(trainer, WB_TRAINER_EPOCHS, EPOCHS));
    OK(wb_trainer_set(trainer, WB_TRAINER_BATCH_SIZE, BATCH));
    OK(wb_trainer_set(trainer, WB_TRAINER_SHUFFLE, WB_SHUFFLE_NONE));
    OK(wb_trainer_fit(trainer, dataset, NULL, NULL, &reason));
    EXPECT(reason == WB_STOP_EPOCHS);
    bytes result = parameters(model);
    OK(wb_trainer_free(trainer));
    OK(wb_dataset_free(dataset));
    OK(wb_optimizer_free(optimizer));
    OK(wb_module_free(model));
    return result;
}

static void the_loss_falls_over_the_three_calls(void) {
    for (optimizer_kind kind = SGD; kind <= ADAMW; kind++) {
        double losses[STEPS];
        bytes trained = train_by_hand(kind, losses);
        double first = 0, last = 0;
        for (int i = 0; i < ROWS / BATCH; i++) {
            first += losses[i];
            last += losses[STEPS - 1 - i];
        }
        EXPECT(last < 0.7 * first);
        free(trained.data);
    }
}

static void a_captured_program_gives_the_same_bits(void) {
    for (optimizer_kind kind = SGD; kind <= ADAMW; kind++) {
        double by_hand[STEPS], by_program[STEPS];
        bytes a = train_by_hand(kind, by_hand), b = train_by_program(kind, by_program);
        EXPECT(same(a, b));
        EXPECT(memcmp(by_hand, by_program, sizeof by_hand) == 0);
        free(a.data);
        free(b.data);
    }
}

static void fit_gives_the_same_bits(void) {
    for (optimizer_kind kind = SGD; kind <= ADAMW; kind++) {
        double losses[STEPS];
        bytes a = train_by_hand(kind, losses), b = train_by_fit(kind);
        EXPECT(same(a, b));
        free(a.data);
        free(b.data);
    }
}

static void a_shuffled_fit_is_the_same_as_shuffled_batches_by_hand(void) {
    wb_dataset *dataset = problem_dataset(&data);
    bytes results[2];
    for (int by_fit = 0; by_fit < 2; by_fit++) {
        wb_module *model = perceptron(FEATURES, 32, CLASSES, 7);
        wb_optimizer *optimizer = optimizer_for(model, ADAM);
        if (by_fit) {
            wb_trainer *trainer = trainer_for(model, optimizer);
            OK(wb_trainer_set(trainer, WB_TRAINER_EPOCHS, 2));
            OK(wb_trainer_set(trainer, WB_TRAINER_BATCH_SIZE, 100)); // the last batch of an epoch has 12 rows
            OK(wb_trainer_set(trainer, WB_TRAINER_SHUFFLE, WB_SHUFFLE_EXACT));
            OK(wb_trainer_set(trainer, WB_TRAINER_SEED, 3));
            OK(wb_trainer_fit(trainer, dataset, NULL, NULL, NULL));
            OK(wb_trainer_free(trainer));
        }
        for (int epoch = 0; epoch < 2 && !by_fit; epoch++) {
            wb_batches *batches = NULL;
            int64_t rows = 0;
            OK(wb_batches_create(dataset, 100, WB_SHUFFLE_EXACT, 3, epoch, 0, &batches));
            for (int more = 1; more && rows <= ROWS;) {
                wb_tensor *x = NULL, *y = NULL;
                int64_t shape[2] = {0, 0};
                OK(wb_scope_begin());
                OK(wb_batches_next(batches, &x, &y));
                if ((more = x != NULL)) {
                    OK(wb_tensor_shape(x, 2, shape));
                    rows += shape[0];
                    training_step(model, optimizer, x, y);
                }
                OK(wb_scope_end());
            }
            EXPECT(rows == ROWS);
            OK(wb_batches_free(batches));
        }
        results[by_fit] = parameters(model);
        OK(wb_optimizer_free(optimizer));
        OK(wb_module_free(model));
    }
    EXPECT(same(results[0], results[1]));
    free(results[0].data);
    free(results[1].data);
    OK(wb_dataset_free(dataset));
}

typedef struct seen {
    int reports, epochs_ended;
    int64_t stop_at;
    wb_progress last;
} seen;

static int32_t watch(void *context, const wb_progress *progress) {
    seen *all = context;
    all->reports++;
    all->epochs_ended += progress->epoch_ended;
    all->last = *progress;
    return progress->total_steps == all->stop_at;
}

static void fit_reports_its_progress_stops_when_asked_and_goes_on(void) {
    wb_module *model = perceptron(FEATURES, 32, CLASSES, 7);
    wb_optimizer *optimizer = optimizer_for(model, SGD);
    wb_dataset *dataset = problem_dataset(&data);
    wb_trainer *trainer = trainer_for(model, optimizer);
    wb_stop_reason reason = WB_STOP_EPOCHS;
    int64_t epoch = -1, step = -1, total = -1;
    seen all = {.stop_at = 11};
    OK(wb_trainer_set(trainer, WB_TRAINER_EPOCHS, EPOCHS));
    OK(wb_trainer_set(trainer, WB_TRAINER_BATCH_SIZE, BATCH));
    OK(wb_trainer_set(trainer, WB_TRAINER_SHUFFLE, WB_SHUFFLE_NONE));
    OK(wb_trainer_set_validation(trainer, dataset));

    OK(wb_trainer_fit(trainer, dataset, watch, &all, &reason));
    EXPECT(reason == WB_STOP_CALLBACK);
    EXPECT(all.reports == 11 && all.epochs_ended == 1);
    EXPECT(all.last.epoch == 1 && all.last.step == 3 && all.last.total_steps == 11);
    EXPECT(all.last.epochs == EPOCHS && all.last.steps_per_epoch == ROWS / BATCH);
    OK(wb_trainer_position(trainer, &epoch, &step, &total));
    EXPECT(epoch == 1 && step == 3 && total == 11);

    all.stop_at = -1;
    OK(wb_trainer_fit(trainer, dataset, watch, &all, &reason));
    EXPECT(reason == WB_STOP_EPOCHS);
    EXPECT(all.reports == STEPS && all.epochs_ended == EPOCHS);
    EXPECT(all.last.epoch_ended == 1 && all.last.total_steps == STEPS);
    EXPECT(isfinite(all.last.validation_loss) && all.last.validation_accuracy > 0.5 && all.last.accuracy > 0.5);
    OK(wb_trainer_position(trainer, &epoch, &step, &total));
    EXPECT(epoch == EPOCHS && step == 0 && total == STEPS);

    // Stopped or not, it is the same training.
    bytes interrupted = parameters(model), whole = train_by_fit(SGD);
    EXPECT(same(interrupted, whole));
    free(interrupted.data);
    free(whole.data);
    OK(wb_trainer_free(trainer));
    OK(wb_dataset_free(dataset));
    OK(wb_optimizer_free(optimizer));
    OK(wb_module_free(model));
}

static void patience_ends_training_that_no_longer_improves(void) {
    wb_module *model = perceptron(FEATURES, 32, CLASSES, 7);
    wb_optimizer *optimizer = optimizer_for(model, SGD);
    wb_dataset *dataset = problem_dataset(&data);
    wb_trainer *trainer = trainer_for(model, optimizer);
    wb_stop_reason reason = WB_STOP_EPOCHS;
    int64_t epoch = 0;
    OK(wb_optimizer_set(optimizer, 0, "lr", 0)); // so that no epoch after the first is better
    OK(wb_optimizer_set(optimizer, 0, "weight_decay", 0));
    OK(wb_trainer_set(trainer, WB_TRAINER_EPOCHS, 100));
    OK(wb_trainer_set(trainer, WB_TRAINER_PATIENCE, 3));
    OK(wb_trainer_set_validation(trainer, dataset));
    OK(wb_trainer_fit(trainer, dataset, NULL, NULL, &reason));
    EXPECT(reason == WB_STOP_PATIENCE);
    OK(wb_trainer_position(trainer, &epoch, NULL, NULL));
    EXPECT(epoch == 4);
    OK(wb_trainer_free(trainer));
    OK(wb_dataset_free(dataset));
    OK(wb_optimizer_free(optimizer));
    OK(wb_module_free(model));
}

static void evaluate_agrees_with_a_forward_pass_counted_by_hand(void) {
    wb_module *model = perceptron(FEATURES, 32, CLASSES, 7), *loss_fn = module_of("CrossEntropyLoss()", WB_FLOAT32);
    wb_dataset *dataset = problem_dataset(&data);
    wb_tensor *x = NULL, *y = NULL, *prediction = NULL, *loss = NULL;
    static float logits[ROWS][CLASSES];
    double mean_loss = NAN, accuracy = NAN;
    int right = 0;
    OK(wb_dataset_read(dataset, 0, ROWS, &x, &y));
    OK(wb_module_forward(model, x, &prediction));
    OK(wb_tensor_read(prediction, logits, sizeof logits));
    OK(call_two("cross_entropy", prediction, y, &loss));
    for (int i = 0; i < ROWS; i++) {
        int best = 0;
        for (int c = 1; c < CLASSES; c++)
            if (logits[i][c] > logits[i][best]) best = c;
        right += best == data.y[i];
    }
    OK(wb_evaluate(model, loss_fn, NULL, 0, dataset, 100, &mean_loss, &accuracy, NULL));
    EXPECT(accuracy == (double)right / ROWS);
    CLOSE(mean_loss, item(loss), 1e-6);
    OK(wb_tensor_free(x));
    OK(wb_tensor_free(y));
    OK(wb_tensor_free(prediction));
    OK(wb_tensor_free(loss));
    OK(wb_dataset_free(dataset));
    OK(wb_module_free(loss_fn));
    OK(wb_module_free(model));
}

int main(void) {
    problem_make(&data);
    RUN(the_loss_falls_over_the_three_calls);
    RUN(a_captured_program_gives_the_same_bits);
    RUN(fit_gives_the_same_bits);
    RUN(a_shuffled_fit_is_the_same_as_shuffled_batches_by_hand);
    RUN(fit_reports_its_progress_stops_when_asked_and_goes_on);
    RUN(patience_ends_training_that_no_longer_improves);
    RUN(evaluate_agrees_with_a_forward_pass_counted_by_hand);
    return finish();
}
