/* Random numbers: a seed gives a stream, and the streams have the moments of their distributions. */
#include "problem.h"

enum { COUNT = 200000 };
static double first[COUNT], second[COUNT];

static void draw(wb_distribution distribution, double a, double b, double *values) {
    wb_tensor *tensor = NULL;
    OK(wb_random(distribution, WB_FLOAT64, SHAPE(COUNT), a, b, &tensor));
    OK(wb_tensor_read(tensor, values, sizeof first));
    OK(wb_tensor_free(tensor));
}

static void moments(const double *values, double *mean, double *deviation) {
    double sum = 0, squares = 0;
    for (int i = 0; i < COUNT; i++) sum += values[i];
    *mean = sum / COUNT;
    for (int i = 0; i < COUNT; i++) squares += (values[i] - *mean) * (values[i] - *mean);
    *deviation = sqrt(squares / COUNT);
}

/* To run before anything else has drawn or seeded in this process. */
static void a_program_that_draws_first_goes_on_from_run_to_run_and_sees_the_seed(void) {
    wb_tensor *tensor = NULL;
    wb_program *program = NULL;
    float runs[2][3], drawn[3];
    OK(wb_capture_begin(NULL, 0));
    OK(wb_random(WB_DISTRIBUTION_UNIFORM, WB_FLOAT32, SHAPE(3), 0, 1, &tensor));
    OK(wb_capture_end(&tensor, 1, &program));
    OK(wb_tensor_free(tensor));
    for (int seeded = 0; seeded < 2; seeded++) {
        if (seeded) OK(wb_manual_seed(0));
        for (int run = 0; run < 2; run++) OK(wb_program_run_pointers(program, NULL, 0, (void *[]){runs[run]}, 1));
        EXPECT(memcmp(runs[0], runs[1], sizeof drawn) != 0);
        OK(wb_manual_seed(0)); // what the process starts with
        for (int run = 0; run < 2; run++) {
            OK(wb_random(WB_DISTRIBUTION_UNIFORM, WB_FLOAT32, SHAPE(3), 0, 1, &tensor));
            OK(wb_tensor_read(tensor, drawn, sizeof drawn));
            EXPECT(memcmp(runs[run], drawn, sizeof drawn) == 0);
            OK(wb_tensor_free(tensor));
        }
    }
    OK(wb_program_free(program));
}

static void a_seed_gives_a_stream(void) {
    OK(wb_manual_seed(42));
    draw(WB_DISTRIBUTION_NORMAL, 0, 1, first);
    draw(WB_DISTRIBUTION_NORMAL, 0, 1, second);
    EXPECT(memcmp(first, second, sizeof first) != 0); // the stream goes on
    OK(wb_manual_seed(42));
    draw(WB_DISTRIBUTION_NORMAL, 0, 1, second);
    EXPECT(memcmp(first, second, sizeof first) == 0);
    OK(wb_manual_seed(43));
    draw(WB_DISTRIBUTION_NORMAL, 0, 1, second);
    EXPECT(memcmp(first, second, sizeof first) != 0);
}

static void uniform_numbers_fill_their_interval(void) {
    double mean, deviation;
    int bins[20] = {0};
    OK(wb_manual_seed(1));
    draw(WB_DISTRIBUTION_UNIFORM, -2, 3, first);
    for (int i = 0; i < COUNT; i++) {
        EXPECT(first[i] >= -2 && first[i] < 3);
        bins[(int)((first[i] + 2) * 4)]++;
    }
    moments(first, &mean, &deviation);
    EXPECT(fabs(mean - 0.5) < 5 * 5 / sqrt(12.0 * COUNT));
    EXPECT(fabs(deviation - 5 / sqrt(12.0)) < 0.01);
    double expected = COUNT / 20.0, chi_squared = 0;
    for (int i = 0; i < 20; i++) chi_squared += (bins[i] - expected) * (bins[i] - expected) / expected;
    EXPECT(chi_squared < 50); // 19 degrees of freedom: exceeded once in 10^4
}

static void normal_numbers_have_mean_and_deviation(void) {
    double mean, deviation, within = 0;
    OK(wb_manual_seed(2));
    draw(WB_DISTRIBUTION_NORMAL, 3, 2, first);
    moments(first, &mean, &deviation);
    EXPECT(fabs(mean - 3) < 5 * 2 / sqrt(COUNT));
    EXPECT(fabs(deviation - 2) < 5 * 2 / sqrt(2.0 * COUNT));
    for (int i = 0; i < COUNT; i++) within += fabs(first[i] - 3) < 2;
    EXPECT(fabs(within / COUNT - erf(sqrt(0.5))) < 5 * sqrt(0.25 / COUNT));
    double lagged = 0;
    for (int i = 1; i < COUNT; i++) lagged += (first[i] - 3) * (first[i - 1] - 3) / 4;
    EXPECT(fabs(lagged / COUNT) < 5 / sqrt(COUNT));
}

static void whole_numbers_take_each_value_alike(void) {
    static int64_t values[COUNT];
    int counts[7] = {0};
    wb_tensor *tensor = NULL;
    OK(wb_manual_seed(3));
    OK(wb_random(WB_DISTRIBUTION_INTEGERS, WB_INT64, SHAPE(COUNT), -3, 4, &tensor));
    OK(wb_tensor_read(tensor, values, sizeof values));
    for (int i = 0; i < COUNT; i++) {
        EXPECT(values[i] >= -3 && values[i] < 4);
        if (values[i] >= -3 && values[i] < 4) counts[values[i] + 3]++;
    }
    for (int i = 0; i < 7; i++) EXPECT(fabs(counts[i] - COUNT / 7.0) < 5 * sqrt(COUNT / 7.0));
    OK(wb_tensor_free(tensor));
}

static void a_seed_gives_a_model(void) {
    wb_module *models[3] = {perceptron(8, 16, 4, 1), perceptron(8, 16, 4, 1), perceptron(8, 16, 4, 2)};
    bytes all[3];
    for (int i = 0; i < 3; i++) all[i] = parameters(models[i]);
    EXPECT(same(all[0], all[1]) && !same(all[0], all[2]));
    for (int i = 0; i < 3; i++) {
        free(all[i].data);
        OK(wb_module_free(models[i]));
    }
}

/* The standard deviation that an initialiser gives to a weight [out, in], against its formula. */
static void expect_deviation(wb_initializer kind, double a, double expected, double largest) {
    enum { OUT = 300, IN = 500 };
    static double values[OUT * IN];
    wb_tensor *weight = NULL;
    double squares = 0, most = 0;
    OK(wb_tensor_create(WB_FLOAT64, SHAPE(OUT, IN), NULL, &weight));
    OK(wb_initialize(weight, kind, a, 0));
    OK(wb_tensor_read(weight, values, sizeof values));
    for (int i = 0; i < OUT * IN; i++) {
        squares += values[i] * values[i];
        most = fmax(most, fabs(values[i]));
    }
    CLOSE(sqrt(squares / (OUT * IN)) / expected, 1, 0.02);
    if (largest > 0) EXPECT(most <= largest && most > 0.99 * largest);
    OK(wb_tensor_free(weight));
}

static void initialisers_have_the_deviations_of_their_formulas(void) {
    const double in = 500, out = 300, gain = sqrt(2);
    OK(wb_manual_seed(6));
    expect_deviation(WB_INITIALIZER_CONSTANT, 0.25, 0.25, 0.25);
    expect_deviation(WB_INITIALIZER_XAVIER_UNIFORM, 1, sqrt(2 / (in + out)), sqrt(6 / (in + out)));
    expect_deviation(WB_INITIALIZER_XAVIER_NORMAL, 1, sqrt(2 / (in + out)), 0);
    expect_deviation(WB_INITIALIZER_KAIMING_UNIFORM, gain, gain / sqrt(in), gain * sqrt(3 / in));
    expect_deviation(WB_INITIALIZER_KAIMING_NORMAL, gain, gain / sqrt(in), 0);
    expect_deviation(WB_INITIALIZER_LECUN_NORMAL, 0, 1 / sqrt(in), 0);
    expect_deviation(WB_INITIALIZER_LINEAR_DEFAULT, 0, 1 / sqrt(3 * in), 1 / sqrt(in));
    expect_deviation(WB_INITIALIZER_KAIMING_UNIFORM_FAN_OUT, gain, gain / sqrt(out), gain * sqrt(3 / out));
    expect_deviation(WB_INITIALIZER_KAIMING_NORMAL_FAN_OUT, gain, gain / sqrt(out), 0);
}

static void read_order(const wb_dataset *data, uint64_t seed, int64_t epoch, float *rows) {
    wb_batches *batches = NULL;
    wb_tensor *x = NULL;
    OK(wb_batches_create(data, ROWS, WB_SHUFFLE_EXACT, seed, epoch, 0, &batches));
    OK(wb_batches_next(batches, &x, NULL));
    OK(wb_tensor_read(x, rows, ROWS * sizeof *rows));
    OK(wb_tensor_free(x));
    OK(wb_batches_free(batches));
}

static void a_pass_without_an_epoch_has_a_new_order_from_the_seeded_generator(void) {
    float rows[ROWS], order[5][ROWS];
    wb_tensor *x = NULL;
    wb_dataset *data = NULL;
    wb_batches *batches = NULL;
    for (int i = 0; i < ROWS; i++) rows[i] = (float)i;
    OK(wb_tensor_create(WB_FLOAT32, SHAPE(ROWS), rows, &x));
    OK(wb_dataset_from_tensors(x, NULL, &data));
    for (int pass = 0; pass < 4; pass++) {
        if (pass % 2 == 0) OK(wb_manual_seed(8));
        read_order(data, (uint64_t)pass, -1, order[pass]);
    }
    EXPECT(memcmp(order[0], order[1], sizeof *order) != 0);
    EXPECT(memcmp(order[0], order[2], sizeof *order) == 0);
    EXPECT(memcmp(order[1], order[3], sizeof *order) == 0);
    read_order(data, 3, 1, order[3]);
    read_order(data, 3, 1, order[4]);
    EXPECT(memcmp(order[3], order[4], sizeof *order) == 0);
    FAILS(wb_batches_create(data, ROWS, WB_SHUFFLE_EXACT, 0, -2, 0, &batches), WB_ERROR_ARGUMENT, "-2");
    OK(wb_dataset_free(data));
    OK(wb_tensor_free(x));
}

int main(void) {
    RUN(a_program_that_draws_first_goes_on_from_run_to_run_and_sees_the_seed);
    RUN(a_seed_gives_a_stream);
    RUN(uniform_numbers_fill_their_interval);
    RUN(normal_numbers_have_mean_and_deviation);
    RUN(whole_numbers_take_each_value_alike);
    RUN(a_seed_gives_a_model);
    RUN(initialisers_have_the_deviations_of_their_formulas);
    RUN(a_pass_without_an_epoch_has_a_new_order_from_the_seeded_generator);
    return finish();
}
