/* Trains 784-500-10 on MNIST from C, exactly as mnist.py does from Python.
 *
 *     mnist FILE.h5 CHECKPOINT.h5
 *
 * Prints the test accuracy, and writes a checkpoint whose parameters can be compared with Python's. */
#include <stdio.h>
#include <wingbeat.h>

#define TRY(call)                                                                                                      \
    if ((call) != WB_OK) return fprintf(stderr, "%s\n", wb_last_error()), 1

int main(int count, char **words) {
    wb_module *model, *loss;
    wb_tensor *parameters[4];
    wb_optimizer *optimizer;
    wb_dataset *training, *test;
    wb_trainer *trainer;
    double accuracy;
    if (count != 3) return fprintf(stderr, "usage: mnist FILE.h5 CHECKPOINT.h5\n"), 2;
    TRY(wb_manual_seed(0));
    TRY(wb_module_create("Sequential(Linear(784, 500), ReLU(), Linear(500, 10))", WB_FLOAT32, &model));
    TRY(wb_module_create("CrossEntropyLoss()", WB_FLOAT32, &loss));
    for (int i = 0; i < 4; i++) TRY(wb_module_parameter(model, i, NULL, &parameters[i]));
    TRY(wb_optimizer_create("SGD(lr=0.5)", parameters, 4, &optimizer));
    TRY(wb_dataset_open(words[1], "train/images", "train/labels", WB_FLOAT32, 1 / 255.0, 1, &training));
    TRY(wb_dataset_open(words[1], "test/images", "test/labels", WB_FLOAT32, 1 / 255.0, 1, &test));
    TRY(wb_trainer_create(model, loss, optimizer, &trainer));
    TRY(wb_trainer_set(trainer, WB_TRAINER_EPOCHS, 5));
    TRY(wb_trainer_set(trainer, WB_TRAINER_BATCH_SIZE, 64));
    TRY(wb_trainer_fit(trainer, training, NULL, NULL, NULL));
    TRY(wb_evaluate(model, loss, NULL, 0, test, 256, NULL, &accuracy, NULL));
    TRY(wb_trainer_save(trainer, words[2]));
    printf("%.4f\n", accuracy);
    return 0;
}
