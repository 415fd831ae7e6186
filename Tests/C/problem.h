/* The problem that the training programs share: points in eight dimensions, in four classes that a fixed map tells apart, and
 * a multilayer perceptron for it. */
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
    wb_module *layers[3] = {NULL, NULL, NULL}, *model = NULL;
    OK(wb_manual_seed(seed));
    OK(wb_module_linear(inputs, hidden, 1, WB_FLOAT32, &layers[0]));
    OK(wb_module_activation(WB_ACTIVATION_RELU, 0, &layers[1]));
    OK(wb_module_linear(hidden, outputs, 1, WB_FLOAT32, &layers[2]));
    OK(wb_module_sequential(layers, 3, &model));
    for (int i = 0; i < 3; i++) OK(wb_module_free(layers[i]));
    return model;
}

typedef enum optimizer_kind { SGD, ADAM, ADAMW } optimizer_kind;

static inline wb_optimizer *optimizer_for(const wb_module *model, optimizer_kind kind) {
    wb_tensor *all[16] = {NULL};
    wb_optimizer *optimizer = NULL;
    int32_t count = 0;
    OK(wb_module_parameter_count(model, &count));
    EXPECT(count <= 16);
    for (int32_t i = 0; i < count; i++) OK(wb_module_parameter(model, i, NULL, &all[i]));
    switch (kind) {
    case SGD: OK(wb_sgd_create(all, count, 0.1, 0.9, 0, 1e-4, 0, &optimizer)); break;
    case ADAM: OK(wb_adam_create(all, count, 0.01, 0.9, 0.999, 1e-8, 0, &optimizer)); break;
    case ADAMW: OK(wb_adamw_create(all, count, 0.01, 0.9, 0.999, 1e-8, 0.01, &optimizer)); break;
    }
    for (int32_t i = 0; i < count; i++) OK(wb_tensor_free(all[i]));
    return optimizer;
}

/* Forward, loss, backward, step on one batch of handles; the loss is the caller's. */
static inline wb_tensor *training_step(const wb_module *model, wb_optimizer *optimizer, const wb_tensor *x, const wb_tensor *y) {
    wb_tensor *prediction = NULL, *loss = NULL;
    OK(wb_module_forward(model, x, &prediction));
    OK(wb_loss(WB_CROSS_ENTROPY, WB_MEAN, prediction, y, &loss));
    OK(wb_optimizer_zero_grad(optimizer));
    OK(wb_backward(loss, NULL, 0));
    OK(wb_optimizer_step(optimizer));
    OK(wb_tensor_free(prediction));
    return loss;
}

#endif
