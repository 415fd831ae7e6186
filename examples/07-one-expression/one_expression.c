/* A network from one expression learns which points lie in a ring. Exits with 1 if it, or what is saved of it, errs. */
#include <stdio.h>
#include <wingbeat.h>
#define TRY(call)                                                                                                      \
    if ((call) != WB_OK) return fprintf(stderr, "%s\n", wb_last_error()), 1

int main(void) {
    wb_tensor *points, *labels, *parameters[4];
    wb_module *ring, *model, *loss, *loaded;
    wb_optimizer *optimizer;
    wb_dataset *dataset;
    wb_trainer *trainer;
    double trained, again;
    TRY(wb_manual_seed(0));
    TRY(wb_random(WB_DISTRIBUTION_UNIFORM, WB_FLOAT32, 2, (int64_t[]){4096, 2}, -1, 1, &points));
    TRY(wb_module_create("Graph('x', 'y = to(lt(abs(sub(norm(x, 2, 1), 0.6)), 0.2), int64)', 'y')", WB_FLOAT32, &ring));
    TRY(wb_module_forward(ring, points, &labels));
    TRY(wb_dataset_from_tensors(points, labels, &dataset));
    TRY(wb_module_create("Sequential(Linear(2, 64), ReLU(), Linear(64, 2))", WB_FLOAT32, &model));
    TRY(wb_module_create("CrossEntropyLoss()", WB_FLOAT32, &loss));
    for (int i = 0; i < 4; i++) TRY(wb_module_parameter(model, i, NULL, &parameters[i]));
    TRY(wb_optimizer_create("Adam(lr=0.01)", parameters, 4, &optimizer));
    TRY(wb_trainer_create(model, loss, optimizer, &trainer));
    TRY(wb_trainer_set(trainer, WB_TRAINER_EPOCHS, 30));
    TRY(wb_trainer_fit(trainer, dataset, NULL, NULL, NULL));
    TRY(wb_evaluate(model, loss, NULL, 0, dataset, 1024, NULL, &trained, NULL));
    TRY(wb_save("ring.h5", model, optimizer, 30, 0));
    TRY(wb_load("ring.h5", &loaded));
    TRY(wb_evaluate(loaded, loss, NULL, 0, dataset, 1024, NULL, &again, NULL));
    printf("%.4f of the points are told right, %.4f after loading\n", trained, again);
    return trained > 0.95 && again == trained ? 0 : 1;
}
