/* A flame runs through a row of cells. What burns in a cell is an integral over fluctuations, which is where the time
 * goes. A network learns it from the simulation while that runs, takes its place as soon as it is good enough, and is
 * looked at from time to time. The same flame is then computed with the integral alone. Prints how far the two lie
 * apart and what each rate cost. Exits with 1 if the network was too far off or too slow.
 *
 *     surrogate              the whole run
 *     surrogate --quick      a part of it
 *
 * Leaves surrogate.h5, the network, and flame.txt, the last state, for surrogate.py. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wingbeat.h>

enum { CELLS = 256, NODES = 500, RING = 100, STEPS_OF_ADAM = 10, PATIENCE = 20, CHECK = 20 };

static const double dx = 1.0 / (CELLS - 1), dt = 4e-3, diffusion = 1e-3, reaction = 5, decay = 10;
static const double tolerance = 0.015; /* of the network's rate, where the largest rate is about 0.2 */

/* Ends the program with the library's sentence. */
static void ok(wb_status status) {
    if (status == WB_OK) return;
    fprintf(stderr, "%s\n", wb_last_error());
    exit(1);
}

static double seconds(void) { return (double)clock() / CLOCKS_PER_SEC; /* of this process alone */ }

/* ---------------------------------------------------------------- the flame */

/* How much has burnt, its mean c and its variance g. */
typedef struct flame {
    double c[CELLS], g[CELLS];
} flame;

static flame ignited(void) {
    flame f;
    for (int i = 0; i < CELLS; i++) {
        f.c[i] = i * dx < 0.1 ? 1 : 0;
        f.g[i] = 0;
    }
    return f;
}

/* Arrhenius' law for what has burnt to the part c. Its largest value is about a half. */
static double law(double c) { return 8.7 * (1 - c) * exp(-6 * (1 - c) / (1 - 0.8 * (1 - c))); }

/* The mean of the law over fluctuations: normal ones, cut off at 0 and 1. This is the expensive part. */
static double mean_rate(double c, double g) {
    double sum = 0, weights = 0, deviation = sqrt(fmax(g, 0));
    for (int k = 0; k < NODES; k++) {
        double z = -4 + 8 * (k + 0.5) / NODES, weight = exp(-z * z / 2);
        sum += weight * law(fmin(fmax(c + deviation * z, 0), 1));
        weights += weight;
    }
    return sum / weights;
}

static void exact_rates(const flame *f, float rates[CELLS]) {
    for (int i = 0; i < CELLS; i++) rates[i] = (float)mean_rate(f->c[i], f->g[i]);
}

/* One step of Euler's method. At both ends nothing flows. */
static void advance(flame *f, const float rates[CELLS]) {
    flame old = *f;
    for (int i = 0; i < CELLS; i++) {
        int left = i ? i - 1 : 0, right = i < CELLS - 1 ? i + 1 : i;
        double slope = (old.c[right] - old.c[left]) / (2 * dx);
        double c_xx = (old.c[left] - 2 * old.c[i] + old.c[right]) / (dx * dx);
        double g_xx = (old.g[left] - 2 * old.g[i] + old.g[right]) / (dx * dx);
        f->c[i] += dt * (diffusion * c_xx + reaction * rates[i]);
        f->g[i] += dt * (diffusion * (g_xx + 2 * slope * slope) - decay * old.g[i]);
    }
}

/* ---------------------------------------------------------------- the network */

typedef struct surrogate {
    wb_module *model;
    wb_optimizer *optimizer;
    wb_program *rates, *training; /* [CELLS, 2] -> [CELLS, 1]; with [CELLS, 1] the loss */
} surrogate;

static surrogate surrogate_created(void) {
    surrogate s;
    wb_tensor *parameters[6], *inputs[2] = {NULL, NULL}, *prediction = NULL, *loss = NULL;
    ok(wb_module_create("Sequential(Linear(2, 32), Tanh(), Linear(32, 32), Tanh(), Linear(32, 1))", WB_FLOAT32,
                        &s.model));
    for (int32_t i = 0; i < 6; i++) ok(wb_module_parameter(s.model, i, NULL, &parameters[i]));
    ok(wb_optimizer_create("Adam(lr=0.003)", parameters, 6, &s.optimizer));
    ok(wb_tensor_create(WB_FLOAT32, 2, (const int64_t[]){CELLS, 2}, NULL, &inputs[0]));
    ok(wb_tensor_create(WB_FLOAT32, 2, (const int64_t[]){CELLS, 1}, NULL, &inputs[1]));

    ok(wb_capture_begin(inputs, 2));
    ok(wb_module_forward(s.model, inputs[0], &prediction));
    ok(wb_call("mse_loss", (wb_tensor *[]){prediction, inputs[1]}, 2, &loss, 1, NULL));
    ok(wb_optimizer_zero_grad(s.optimizer));
    ok(wb_backward(loss, NULL, 0));
    ok(wb_optimizer_step(s.optimizer));
    ok(wb_capture_end(&loss, 1, &s.training));
    ok(wb_tensor_free(prediction));
    ok(wb_tensor_free(loss));

    ok(wb_set_grad_enabled(0, NULL));
    ok(wb_capture_begin(inputs, 1));
    ok(wb_module_forward(s.model, inputs[0], &prediction));
    ok(wb_capture_end(&prediction, 1, &s.rates));
    ok(wb_set_grad_enabled(1, NULL));
    ok(wb_tensor_free(prediction));
    for (int i = 0; i < 6; i++) ok(wb_tensor_free(parameters[i]));
    for (int i = 0; i < 2; i++) ok(wb_tensor_free(inputs[i]));
    return s;
}

static void surrogate_free(surrogate s) {
    wb_program_free(s.rates);
    wb_program_free(s.training);
    wb_optimizer_free(s.optimizer);
    wb_module_free(s.model);
}

static void features(const flame *f, float x[CELLS][2]) {
    for (int i = 0; i < CELLS; i++) {
        x[i][0] = (float)f->c[i];
        x[i][1] = (float)(4 * f->g[i]); /* a variance is at most 1 / 4 */
    }
}

/* The network's rates, straight from and into the simulation's own memory. */
static void network_rates(surrogate s, const flame *f, float rates[CELLS]) {
    float x[CELLS][2];
    const void *inputs[1] = {x};
    features(f, x);
    ok(wb_program_run_pointers(s.rates, inputs, 1, (void *[]){rates}, 1));
}

/* What the simulation has met of late. */
static float ring_x[RING][CELLS][2], ring_y[RING][CELLS];
static long met = 0;

static void learn(surrogate s, const flame *f, const float exact[CELLS]) {
    features(f, ring_x[met % RING]);
    memcpy(ring_y[met % RING], exact, sizeof ring_y[0]);
    met++;
    long filled = met < RING ? met : RING;
    for (int number = 0; number < STEPS_OF_ADAM; number++) {
        float x[CELLS][2], y[CELLS], loss;
        const void *inputs[2] = {x, y};
        for (int i = 0; i < CELLS; i++) {
            long step = rand() % filled, cell = rand() % CELLS;
            memcpy(x[i], ring_x[step][cell], sizeof x[i]);
            y[i] = ring_y[step][cell];
        }
        ok(wb_program_run_pointers(s.training, inputs, 2, (void *[]){&loss}, 1));
    }
}

static double largest_difference(const float a[CELLS], const float b[CELLS]) {
    double largest = 0;
    for (int i = 0; i < CELLS; i++) largest = fmax(largest, fabs(a[i] - b[i]));
    return largest;
}

/* ---------------------------------------------------------------- both together */

int main(int count, char **arguments) {
    int steps = 2500;
    if (count == 2 && strcmp(arguments[1], "--quick") == 0) {
        steps = 1200;
    } else if (count > 1) {
        fprintf(stderr, "usage: surrogate [--quick]\n");
        return 2;
    }

    ok(wb_set_num_threads(1));
    ok(wb_manual_seed(0));
    surrogate s = surrogate_created();
    flame f = ignited(), truth = ignited();
    float exact[CELLS], guessed[CELLS];
    double exact_time = 0, network_time = 0, training_time = 0, began;
    long exact_count = 0, network_count = 0;
    int trusted = 0, good = 0;

    for (int step = 0; step < steps; step++) {
        began = seconds();
        network_rates(s, &f, guessed);
        network_time += seconds() - began;
        network_count++;
        if (!trusted || step % CHECK == 0) { /* how good is it where it has not been yet? */
            began = seconds();
            exact_rates(&f, exact);
            exact_time += seconds() - began;
            exact_count++;
            double error = largest_difference(guessed, exact);
            good = error < tolerance ? good + 1 : 0;
            if (trusted && error > 2 * tolerance) {
                printf("step %4d: off by %.4f, so the integral is back\n", step, error);
                trusted = 0;
            } else if (!trusted && good == PATIENCE) {
                printf("step %4d: off by %.4f, so the network takes over\n", step, error);
                trusted = 1;
            }
        }
        if (!trusted || step % CHECK == 0) {
            began = seconds();
            learn(s, &f, exact);
            training_time += seconds() - began;
        }
        advance(&f, trusted ? guessed : exact);
    }

    double error = 0;
    float rates[CELLS];
    for (int step = 0; step < steps; step++) {
        exact_rates(&truth, rates);
        advance(&truth, rates);
    }
    for (int i = 0; i < CELLS; i++) error += fabs(f.c[i] - truth.c[i]) / CELLS;
    double exact_each = exact_time / (double)exact_count, network_each = network_time / (double)network_count;
    printf("%d steps, %ld of them with the integral; training took %.2f s\n", steps, exact_count, training_time);
    printf("what has burnt is off by %.4f on average\n", error);
    printf("rates of all cells: integral %.1f us, network %.1f us, %.0f times as fast\n", 1e6 * exact_each,
           1e6 * network_each, exact_each / network_each);

    ok(wb_save("surrogate.h5", s.model, NULL, 0, 0));
    FILE *file = fopen("flame.txt", "w");
    if (file == NULL) {
        perror("flame.txt");
        return 1;
    }
    fprintf(file, "# x, c, its variance g, c with the integral alone\n");
    for (int i = 0; i < CELLS; i++) fprintf(file, "%.6f %.9f %.9f %.9f\n", i * dx, f.c[i], f.g[i], truth.c[i]);
    fclose(file);
    surrogate_free(s);
    return error < 0.02 && exact_each > 5 * network_each ? 0 : 1;
}
