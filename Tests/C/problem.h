/* The problem that the training programs share: points in eight dimensions, in four classes that a fixed map tells
 * apart, and a multilayer perceptron for it. */
#ifndef PROBLEM_H
#define PROBLEM_H

#include "check.h"

enum { ROWS = 512, FEATURES = 8, CLASSES = 4, BATCH = 64 };

typedef struct problem {
    float x[ROWS][FEATURES];
    int64_t y[ROWS];
} problem;

static inline void problem_make(problem *p) {
    uint64_t state = 2024;
    double map[CLASSES][FEATURES];
    for (int c = 0; c < CLASSES; c++)
        for (int j = 0; j < FEATURES; j++) map[c][j] = 2 * number(&state) - 1;
    for (int i = 0; i < ROWS; i++) {
        double best = -INFINITY;
        for (int j = 0; j < FEATURES; j++) p->x[i][j] = (float)(2 * number(&state) - 1);
        for (int c = 0; c < CLASSES; c++) {
            double score = 0;
            for (int j = 0; j < FEATURES; j++) score += map[c][j] * p->x[i][j];
            if (score > best) {
                best = score;
                p->y[i] = c;
            }
        }
    }
}

static inline wb_dataset *problem_dataset(const problem *p) {
    wb_tensor *x = NULL, *y = NULL;
    wb_dataset *dataset = NULL;
    OK(wb_tensor_create(WB_FLOAT32, SHAPE(ROWS, FEATURES), p->x, &x));
    OK(wb_tensor_create(WB_INT64, SHAPE(ROWS), p->y, &y));
    OK(wb_dataset_from_tensors(x, y, &dataset));
    OK(wb_tensor_free(x));
    OK(wb_tensor_free(y));
    return dataset;
}

/* inputs-hidden-outputs with ReLU, drawn from a seed. */
static inline wb_module *perceptron(int64_t inputs, int64_t hidden, int64_t outputs, uint64_t seed) {
    char expression[200];
    OK(wb_manual_seed(seed));
    snprintf(expression, sizeof expression, "Sequential(Linear(%lld, %lld), ReLU(), Linear(%lld, %lld))",
             (long long)inputs, (long long)hidden, (long long)hidden, (long long)outputs);
    return module_of(expression, WB_FLOAT32);
}

typedef enum optimizer_kind { SGD, ADAM, ADAMW } optimizer_kind;

static inline wb_optimizer *optimizer_for(const wb_module *model, optimizer_kind kind) {
    const char *const expressions[] = {"SGD(lr=0.1, momentum=0.9, weight_decay=1e-4)", "Adam(lr=0.01)",
                                       "AdamW(lr=0.01)"};
    wb_tensor *all[16] = {NULL};
    wb_optimizer *optimizer = NULL;
    int32_t count = 0;
    OK(wb_module_parameter_count(model, &count));
    EXPECT(count <= 16);
    for (int32_t i = 0; i < count; i++) OK(wb_module_parameter(model, i, NULL, &all[i]));
    OK(wb_optimizer_create(expressions[kind], all, count, &optimizer));
    for (int32_t i = 0; i < count; i++) OK(wb_tensor_free(all[i]));
    return optimizer;
}

/* A trainer of a classifier. */
static inline wb_trainer *trainer_for(wb_module *model, wb_optimizer *optimizer) {
    wb_module *loss = module_of("CrossEntropyLoss()", WB_FLOAT32);
    wb_trainer *trainer = NULL;
    OK(wb_trainer_create(model, loss, optimizer, &trainer));
    OK(wb_module_free(loss));
    return trainer;
}

/* Forward, loss, backward, step on one batch of handles; the loss is the caller's. */
static inline wb_tensor *training_step(const wb_module *model, wb_optimizer *optimizer, const wb_tensor *x,
                                       wb_tensor *y) {
    wb_tensor *prediction = NULL, *loss = NULL;
    OK(wb_module_forward(model, x, &prediction));
    OK(call_two("cross_entropy", prediction, y, &loss));
    OK(wb_optimizer_zero_grad(optimizer));
    OK(wb_backward(loss, NULL, 0));
    OK(wb_optimizer_step(optimizer));
    OK(wb_tensor_free(prediction));
    return loss;
}

/* So many steps, batch after batch from the first. losses[steps], or NULL. */
static inline void train_steps(const wb_module *model, wb_optimizer *optimizer, problem *p, int steps, double *losses) {
    for (int step = 0; step < steps; step++) {
        int first = step * BATCH % ROWS;
        wb_tensor *x = NULL, *y = NULL;
        OK(wb_scope_begin());
        OK(wb_tensor_create(WB_FLOAT32, SHAPE(BATCH, FEATURES), p->x[first], &x));
        OK(wb_tensor_create(WB_INT64, SHAPE(BATCH), &p->y[first], &y));
        wb_tensor *loss = training_step(model, optimizer, x, y);
        if (losses) losses[step] = item(loss);
        OK(wb_scope_end());
    }
}

/* Trains by the three calls, from the first step of a new optimiser on; the bits of the parameters. */
static inline bytes train_anew(const wb_module *model, optimizer_kind kind, problem *p, int steps, double *losses) {
    wb_optimizer *optimizer = optimizer_for(model, kind);
    train_steps(model, optimizer, p, steps, losses);
    OK(wb_optimizer_free(optimizer));
    return parameters(model);
}

/* A classifier with an optimiser, a trainer and its rows. */
typedef struct training {
    wb_module *model;
    wb_optimizer *optimizer;
    wb_trainer *trainer;
    wb_dataset *dataset;
} training;

static inline training training_of(const problem *p, int64_t hidden, int64_t epochs, uint64_t seed) {
    training t = {perceptron(FEATURES, hidden, CLASSES, seed), NULL, NULL, problem_dataset(p)};
    t.optimizer = optimizer_for(t.model, ADAM);
    t.trainer = trainer_for(t.model, t.optimizer);
    OK(wb_trainer_set(t.trainer, WB_TRAINER_EPOCHS, epochs));
    OK(wb_trainer_set(t.trainer, WB_TRAINER_BATCH_SIZE, BATCH));
    OK(wb_trainer_set(t.trainer, WB_TRAINER_SHUFFLE, WB_SHUFFLE_EXACT));
    OK(wb_trainer_set(t.trainer, WB_TRAINER_SEED, 5));
    return t;
}

static inline void training_end(training t) {
    OK(wb_trainer_free(t.trainer));
    OK(wb_dataset_free(t.dataset));
    OK(wb_optimizer_free(t.optimizer));
    OK(wb_module_free(t.model));
}

#endif
