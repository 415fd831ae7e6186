/* Model-agnostic meta-learning of sinusoids (Finn et al. 2017): derivatives through gradient steps. Exits with 1 if
 * a stated answer is missed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <wingbeat.h>

enum { TASKS = 25, SHOTS = 10, UNITS = 40, STEPS = 4000, COUNT = 6 };
static const double RATE = 0.01, PI = 3.141592653589793;
static const int64_t sizes[] = {1, UNITS, UNITS, 1};

/* Ends the program with the library's sentence. */
static void ok(wb_status status) {
    if (status == WB_OK) return;
    fprintf(stderr, "%s\n", wb_last_error());
    exit(1);
}

static wb_tensor *uniform(wb_dtype dtype, int32_t rank, const int64_t *shape, double low, double high) {
    wb_tensor *tensor = NULL;
    ok(wb_random(WB_DISTRIBUTION_UNIFORM, dtype, rank, shape, low, high, &tensor));
    return tensor;
}

/* Weights [in, out] and biases [1, out] of the layers 1-40-40-1, uniform within 1 / sqrt(in). */
static void initialize(wb_dtype dtype, wb_tensor **parameters) {
    for (int layer = 0; layer < 3; layer++) {
        double bound = 1 / sqrt((double)sizes[layer]);
        for (int which = 0; which < 2; which++) {
            wb_tensor *parameter =
                uniform(dtype, 2, (const int64_t[]){which ? 1 : sizes[layer], sizes[layer + 1]}, -bound, bound);
            ok(wb_tensor_set_requires_grad(parameter, 1));
            parameters[2 * layer + which] = parameter;
        }
    }
}

/* Points of sinusoids, amplitude 0.1 to 5, phase 0 to pi: x, y, each [tasks, points, 1]. */
typedef struct {
    wb_tensor *x, *y;
} Points;

static Points sinusoids(wb_dtype dtype, int64_t count, int64_t points) {
    const int64_t one[3] = {count, 1, 1}, many[3] = {count, points, 1};
    wb_tensor *amplitude = uniform(dtype, 3, one, 0.1, 5), *phase = uniform(dtype, 3, one, 0, PI);
    Points result = {uniform(dtype, 3, many, -5, 5), NULL};
    ok(wb_subtract(result.x, phase, &result.y));
    ok(wb_unary(WB_UNARY_SIN, result.y, &result.y));
    ok(wb_multiply(amplitude, result.y, &result.y));
    return result;
}

static Points part(Points points, int64_t start, int64_t stop) {
    Points result = {NULL, NULL};
    ok(wb_slice(points.x, 1, start, stop, 1, &result.x));
    ok(wb_slice(points.y, 1, start, stop, 1, &result.y));
    return result;
}

/* The mean squared error of each task, [tasks]. Parameters are shared, or have one more axis, of tasks. */
static wb_tensor *errors(wb_tensor *const *parameters, Points points) {
    wb_tensor *x = points.x;
    for (int layer = 0; layer < 3; layer++) {
        ok(wb_matmul(x, parameters[2 * layer], &x));
        ok(wb_add(x, parameters[2 * layer + 1], &x));
        if (layer < 2) ok(wb_relu(x, &x));
    }
    ok(wb_subtract(x, points.y, &x));
    ok(wb_square(x, &x));
    ok(wb_reduce(WB_REDUCE_MEAN, x, (const int32_t[]){1, 2}, 2, 0, &x));
    return x;
}

/* The mean error on the points from SHOTS, after gradient steps on those before. With create_graph, derivatives pass
 * through these steps. */
static wb_tensor *meta_loss(wb_tensor *const *parameters, Points points, int64_t tasks, int64_t count, int steps,
                            int create_graph) {
    Points known = part(points, 0, SHOTS);
    wb_tensor *adapted[COUNT], *gradients[COUNT], *loss = NULL;
    for (int i = 0; i < COUNT; i++) { /* [tasks, in, out], [tasks, 1, out] */
        ok(wb_expand(parameters[i], 3, (const int64_t[]){tasks, -1, -1}, &adapted[i]));
    }
    for (int step = 0; step < steps; step++) {
        ok(wb_sum(errors(adapted, known), &loss));
        ok(wb_grad(&loss, 1, adapted, COUNT, NULL, create_graph, 0, gradients));
        for (int i = 0; i < COUNT; i++) {
            ok(wb_binary_scalar(WB_BINARY_MULTIPLY, gradients[i], RATE, 0, &gradients[i]));
            ok(wb_subtract(adapted[i], gradients[i], &adapted[i]));
        }
    }
    ok(wb_mean(errors(adapted, part(points, SHOTS, count)), &loss));
    return loss;
}

static double item(wb_tensor *tensor) {
    double value = NAN;
    ok(wb_tensor_item(tensor, &value));
    return value;
}

/* ------------------------------------ the gradient through five steps, against a finite difference */

/* The loss after 5 steps of parameters moved along directions. */
static double loss_at(wb_tensor *const *parameters, wb_tensor *const *directions, double distance, Points points) {
    wb_tensor *moved[COUNT];
    for (int i = 0; i < COUNT; i++) {
        ok(wb_binary_scalar(WB_BINARY_MULTIPLY, directions[i], distance, 0, &moved[i]));
        ok(wb_add(parameters[i], moved[i], &moved[i]));
        ok(wb_tensor_detach(moved[i], &moved[i]));
        ok(wb_tensor_set_requires_grad(moved[i], 1));
    }
    return item(meta_loss(moved, points, 5, 2 * SHOTS, 5, 1));
}

/* The derivative along the directions, by reverse mode. */
static double slope(wb_tensor *const *parameters, wb_tensor *const *directions, Points points, int create_graph) {
    wb_tensor *loss = meta_loss(parameters, points, 5, 2 * SHOTS, 5, create_graph), *gradients[COUNT], *product = NULL;
    double result = 0;
    ok(wb_grad(&loss, 1, parameters, COUNT, NULL, 0, 0, gradients));
    for (int i = 0; i < COUNT; i++) {
        ok(wb_multiply(gradients[i], directions[i], &product));
        ok(wb_sum(product, &product));
        result += item(product);
    }
    return result;
}

/* ------------------------------------------------------------------ training */

/* Trains on new tasks at each step, for the error after `inner_steps` gradient steps. found: the errors on new tasks
 * after 0, 1 and 5 steps. */
static void train_and_test(const char *name, int inner_steps, double *found) {
    wb_tensor *parameters[COUNT], *loss = NULL;
    wb_optimizer *optimizer = NULL;
    wb_program *step = NULL;
    ok(wb_scope_begin()); /* frees all handles at its end */
    ok(wb_manual_seed(1));
    initialize(WB_FLOAT32, parameters);
    ok(wb_optimizer_create("Adam(lr=0.003)", parameters, COUNT, &optimizer));

    ok(wb_capture_begin(NULL, 0));
    loss = meta_loss(parameters, sinusoids(WB_FLOAT32, TASKS, 2 * SHOTS), TASKS, 2 * SHOTS, inner_steps, 1);
    ok(wb_optimizer_zero_grad(optimizer));
    ok(wb_backward(loss, NULL, 0));
    ok(wb_optimizer_step(optimizer));
    ok(wb_capture_end(&loss, 1, &step));
    for (int number = 0; number < STEPS; number++) {
        if (number == STEPS * 3 / 4) ok(wb_optimizer_set(optimizer, 0, "lr", 0.0003));
        ok(wb_program_run_pointers(step, NULL, 0, NULL, 1));
    }

    const int steps[3] = {0, 1, 5};
    ok(wb_manual_seed(2));
    Points points = sinusoids(WB_FLOAT32, 500, SHOTS + 100);
    printf("%-24s", name);
    for (int i = 0; i < 3; i++)
        printf(" %8.3f", found[i] = item(meta_loss(parameters, points, 500, SHOTS + 100, steps[i], 0)));
    printf("\n");
    ok(wb_scope_end());
}

static int failures;

static void answer(int holds, const char *text) {
    printf("%s%s\n", holds ? "" : "MISSED: ", text);
    failures += !holds;
}

int main(void) {
    wb_tensor *parameters[COUNT], *directions[COUNT];
    ok(wb_scope_begin());
    ok(wb_manual_seed(3));
    initialize(WB_FLOAT64, parameters);
    Points points = sinusoids(WB_FLOAT64, 5, 2 * SHOTS);
    for (int i = 0; i < COUNT; i++) {
        int64_t shape[2];
        ok(wb_tensor_shape(parameters[i], 2, shape));
        ok(wb_random(WB_DISTRIBUTION_NORMAL, WB_FLOAT64, 2, shape, 0, 1, &directions[i]));
    }
    double exact = slope(parameters, directions, points, 1), first_order = slope(parameters, directions, points, 0);
    double difference =
        (loss_at(parameters, directions, 1e-6, points) - loss_at(parameters, directions, -1e-6, points)) / 2e-6;
    ok(wb_scope_end());
    printf(
        "slope of the loss after 5 steps: %.8f by reverse mode, %.8f by differences; %.4f without second derivatives\n",
        exact, difference, first_order);

    double pretrained[3], maml[3];
    printf("error after 0, 1, 5 steps on 10 points\n");
    train_and_test("pretrained on all tasks", 0, pretrained);
    train_and_test("MAML", 1, maml);

    answer(fabs(exact / difference - 1) < 1e-6, "the derivative through 5 steps is right");
    answer(fabs(first_order / exact - 1) > 1e-2, "the second derivatives matter");
    answer(maml[1] < pretrained[1] / 3, "after 1 step MAML's error is less than a third of the pretrained network's");
    answer(maml[2] < pretrained[2] / 5, "after 5 steps less than a fifth");
    return failures != 0;
}
