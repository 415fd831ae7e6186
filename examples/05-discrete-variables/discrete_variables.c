/* Derivatives of an expectation over a discrete variable, estimated from samples, against exact ones. Exits with 1
 * if a stated answer is missed. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <wingbeat.h>

/* A bandit: arm k pays a normal reward of mean means[k] and standard deviation 1. The policy is softmax(logits). */
enum { ARMS = 4, SAMPLES = 100000 };
static const double means[ARMS] = {9, 10, 12, 11}, logits[ARMS] = {0.3, 0.6, -0.2, 0.1};
static const int64_t rows[2] = {SAMPLES, ARMS}, column[2] = {SAMPLES, 1};

/* Ends the program with the library's sentence. */
static void ok(wb_status status) {
    if (status == WB_OK) return;
    fprintf(stderr, "%s\n", wb_last_error());
    exit(1);
}

static wb_tensor *vector(const double *values) {
    wb_tensor *tensor = NULL;
    ok(wb_tensor_create(WB_FLOAT64, 1, (const int64_t[]){ARMS}, values, &tensor));
    return tensor;
}

/* One policy a sample, so that row i of a gradient by them is the estimate from sample i: [samples, arms]. */
static wb_tensor *policies(void) {
    wb_tensor *same = NULL, *variable = NULL;
    ok(wb_expand(vector(logits), 2, rows, &same));
    ok(wb_tensor_set_requires_grad(same, 1));
    ok(wb_variable(same, &variable));
    return variable;
}

static wb_tensor *gradient_of_sum(wb_tensor *values, wb_tensor *by) {
    wb_tensor *sum = NULL, *result = NULL;
    ok(wb_sum(values, &sum));
    ok(wb_grad(&sum, 1, &by, 1, NULL, 0, 0, &result));
    return result;
}

/* The score function (Williams 1992): the gradient of (reward - baseline) log p(arm). */
static wb_tensor *reinforce(double baseline) {
    wb_tensor *policy = policies(), *p = NULL, *arm = NULL, *reward = NULL, *noise = NULL, *log_p = NULL;
    ok(wb_softmax(policy, -1, &p));
    ok(wb_tensor_detach(p, &p));
    ok(wb_multinomial(p, 1, 1, &arm)); /* [samples, 1] */
    ok(wb_index_select(vector(means), 0, arm, &reward));
    ok(wb_random(WB_DISTRIBUTION_NORMAL, WB_FLOAT64, 2, column, -baseline, 1, &noise));
    ok(wb_add(reward, noise, &reward));
    ok(wb_log_softmax(policy, -1, &log_p));
    ok(wb_take_along_axis(log_p, 1, arm, &log_p));
    ok(wb_multiply(log_p, reward, &log_p));
    return gradient_of_sum(log_p, policy);
}

/* The gradient of the mean reward of a one-hot arm, taken as that of soft = softmax((logits + Gumbel's numbers) /
 * tau): straight-through Gumbel-softmax (Jang et al. 2017). */
static wb_tensor *straight_through(double tau) {
    wb_tensor *policy = policies(), *soft = NULL, *fixed = NULL, *arm = NULL, *hard = NULL, *reward = NULL;
    ok(wb_random(WB_DISTRIBUTION_GUMBEL, WB_FLOAT64, 2, rows, 0, 1, &soft));
    ok(wb_add(policy, soft, &soft));
    ok(wb_binary_scalar(WB_BINARY_DIVIDE, soft, tau, 0, &soft));
    ok(wb_softmax(soft, -1, &soft));
    ok(wb_tensor_detach(soft, &fixed));
    ok(wb_reduce(WB_REDUCE_ARGMAX, fixed, (const int32_t[]){-1}, 1, 0, &arm));
    ok(wb_one_hot(arm, ARMS, WB_FLOAT64, &hard));
    ok(wb_subtract(soft, fixed, &soft)); /* 0, with the derivatives of soft */
    ok(wb_add(hard, soft, &hard));
    ok(wb_multiply(hard, vector(means), &reward));
    return gradient_of_sum(reward, policy);
}

typedef struct {
    double bias, error, deviation;
} Quality;

/* Compares estimates [samples, arms] with the exact gradient. */
static Quality quality(const char *name, wb_tensor *estimates, const double *exact) {
    wb_tensor *mean = NULL, *variance = NULL;
    double means_found[ARMS], variances[ARMS], squares = 0, total = 0;
    ok(wb_reduce(WB_REDUCE_MEAN, estimates, (const int32_t[]){0}, 1, 0, &mean));
    ok(wb_var(estimates, (const int32_t[]){0}, 1, 1, 0, &variance));
    ok(wb_tensor_read(mean, means_found, sizeof means_found));
    ok(wb_tensor_read(variance, variances, sizeof variances));
    for (int k = 0; k < ARMS; k++) {
        squares += (means_found[k] - exact[k]) * (means_found[k] - exact[k]);
        total += variances[k];
    }
    Quality result = {sqrt(squares), sqrt(total / SAMPLES), sqrt(total)};
    printf("%-27s %6.4f (+- %.4f) %12.4f", name, result.bias, result.error, result.deviation);
    return result;
}

/* The standard deviation of reinforce's gradient (r - b) (e_k - p), by enumeration of the arms k. */
static double spread(double baseline, const double *p, const double *exact) {
    double variance = 0;
    for (int k = 0; k < ARMS; k++) {
        double length = 0;
        for (int i = 0; i < ARMS; i++) length += ((i == k) - p[i]) * ((i == k) - p[i]);
        variance += p[k] * ((means[k] - baseline) * (means[k] - baseline) + 1) * length - exact[k] * exact[k];
    }
    return sqrt(variance);
}

static int failures;

static void answer(int holds, const char *text) {
    printf("%s%s\n", holds ? "" : "MISSED: ", text);
    failures += !holds;
}

int main(void) {
    double p[ARMS], exact[ARMS], total = 0, earned = 0;
    for (int k = 0; k < ARMS; k++) total += exp(logits[k]);
    for (int k = 0; k < ARMS; k++) earned += (p[k] = exp(logits[k]) / total) * means[k];
    printf("exact gradient ");
    for (int k = 0; k < ARMS; k++) printf(" %7.4f", exact[k] = p[k] * (means[k] - earned));

    ok(wb_manual_seed(1));
    ok(wb_scope_begin());
    printf("\n%-27s bias (+- its error)   deviation   known\n", "from one sample");
    Quality plain = quality("reinforce", reinforce(0), exact);
    printf("   %.4f\n", spread(0, p, exact));
    Quality centred = quality("reinforce, baseline J", reinforce(earned), exact);
    printf("   %.4f\n", spread(earned, p, exact));
    Quality warm = quality("straight-through, tau 1", straight_through(1), exact);
    printf("\n");
    Quality cold = quality("straight-through, tau 0.1", straight_through(0.1), exact);
    printf("\n");
    ok(wb_scope_end());

    answer(plain.bias < 5 * plain.error && centred.bias < 5 * centred.error, "reinforce has no bias");
    answer(fabs(plain.deviation / spread(0, p, exact) - 1) < 0.02 &&
               fabs(centred.deviation / spread(earned, p, exact) - 1) < 0.02,
           "its deviation is the known one");
    answer(centred.deviation < plain.deviation / 5, "a baseline makes it a fifth at most");
    answer(warm.bias > 10 * warm.error && cold.bias < warm.bias / 3 && cold.deviation > warm.deviation,
           "straight-through has a bias, less at a lower temperature, for more deviation");
    return failures != 0;
}
