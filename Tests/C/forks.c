/* Forks while other threads are inside calls: the child computes, trains, saves, loads and reads as if it were alone,
 * and the parent goes on.
 *
 *     forks [COUNT [FILE]]
 *
 * forks COUNT times; with a file, in which "x" has whole numbers in rows, another thread reads it ahead meanwhile, and
 * so do the children. */
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#include "problem.h"

static problem data;
static atomic_int goes_on;
static bytes expected;
static int forks = 12;
static const char *file;
static double expected_sum;

/* What depends on nothing but the number of steps, though other threads draw random numbers too. */
static bytes train(int steps) {
    wb_module *model = module_of("Sequential(Linear(8, 300), Tanh(), Linear(300, 4))", WB_FLOAT32);
    int32_t count = 0;
    uint64_t state = 7;
    OK(wb_module_parameter_count(model, &count));
    for (int32_t i = 0; i < count; i++) {
        wb_tensor *parameter = NULL;
        float values[8 * 300];
        int64_t elements = 0;
        OK(wb_module_parameter(model, i, NULL, &parameter));
        OK(wb_tensor_count(parameter, &elements));
        for (int64_t j = 0; j < elements; j++) values[j] = (float)(number(&state) - 0.5);
        OK(wb_tensor_write(parameter, values, (size_t)elements * sizeof(float)));
        OK(wb_tensor_free(parameter));
    }
    wb_optimizer *optimizer = optimizer_for(model, ADAM);
    train_steps(model, optimizer, &data, steps, NULL);
    bytes result = parameters(model);
    OK(wb_optimizer_free(optimizer));
    OK(wb_module_free(model));
    return result;
}

static void *train_on(void *ignored) {
    (void)ignored;
    while (goes_on) {
        bytes found = train(3);
        free(found.data);
    }
    return NULL;
}

/* The sum of all rows of the file, in a pass in random order. */
static double read_through(void) {
    wb_dataset *dataset = NULL;
    wb_batches *batches = NULL;
    double total = 0;
    OK(wb_dataset_open(file, "x", NULL, WB_FLOAT64, 1, 0, &dataset));
    OK(wb_batches_create(dataset, 50, WB_SHUFFLE_CHUNKS, 3, 0, 0, &batches));
    for (wb_tensor *x = NULL, *sum = NULL;; wb_tensor_free(x), wb_tensor_free(sum)) {
        OK(wb_batches_next(batches, &x, NULL));
        if (!x) break;
        OK(wb_sum(x, &sum));
        total += item(sum);
    }
    OK(wb_batches_free(batches));
    OK(wb_dataset_free(dataset));
    return total;
}

static void *read_on(void *ignored) {
    (void)ignored;
    while (goes_on) read_through();
    return NULL;
}

/* A child's work: 0 if all is as it should be. */
static int work(int number) {
    char path[64];
    wb_module *model = module_of("Linear(3, 2)", WB_FLOAT32), *loaded = NULL;
    check_wrong = 0;
    bytes found = train(6);
    int is_same = same(found, expected);
    free(found.data);
    snprintf(path, sizeof path, "/tmp/wingbeat-forks-%d-%d.h5", (int)getppid(), number);
    OK(wb_save(path, model, NULL, 0, 0));
    OK(wb_load(path, &loaded));
    bytes written = parameters(model), read = parameters(loaded);
    int is_read = same(written, read);
    unlink(path);
    double sum = file ? read_through() : 0;
    fflush(stdout);
    return check_wrong ? 2 : !is_same ? 3 : !is_read ? 4 : sum != expected_sum ? 5 : 0;
}

/* Forks; whether the child ended well, within a minute. */
static int child_is_well(int number) {
    int status = -1;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        alarm(60); // a hang ends here
        _exit(work(number));
    }
    if (child < 0 || waitpid(child, &status, 0) != child) return 0;
    if (!WIFEXITED(status) || WEXITSTATUS(status)) printf("child %d ended with status %#x\n", number, status);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void a_child_works_though_other_threads_were_in_the_middle_of_calls(void) {
    enum { TRAINING = 3 };
    pthread_t threads[TRAINING], reader;
    goes_on = 1;
    for (int i = 0; i < TRAINING; i++) EXPECT(pthread_create(&threads[i], NULL, train_on, NULL) == 0);
    if (file) EXPECT(pthread_create(&reader, NULL, read_on, NULL) == 0);
    for (int i = 0; i < (watched() ? 2 : forks); i++) {
        usleep(1000 * (unsigned)(i % 12));
        EXPECT(child_is_well(i));
    }
    goes_on = 0;
    for (int i = 0; i < TRAINING; i++) pthread_join(threads[i], NULL);
    if (file) pthread_join(reader, NULL);
}

static int forks_well;

static int32_t fork_inside(void *context, const wb_progress *progress) {
    (void)context;
    if (progress->total_steps == 2) forks_well = child_is_well(100);
    return 0;
}

/* The thread that forks is itself in the middle of a call, whose callback it runs. */
static void a_callback_may_fork(void) {
    pthread_t other;
    wb_module *model = module_of("Linear(8, 4)", WB_FLOAT32);
    wb_optimizer *optimizer = optimizer_for(model, ADAM);
    wb_trainer *trainer = trainer_for(model, optimizer);
    wb_dataset *dataset = problem_dataset(&data);
    goes_on = 1;
    EXPECT(pthread_create(&other, NULL, train_on, NULL) == 0);
    OK(wb_trainer_fit(trainer, dataset, fork_inside, NULL, NULL));
    goes_on = 0;
    pthread_join(other, NULL);
    EXPECT(forks_well);
    OK(wb_trainer_free(trainer));
    OK(wb_optimizer_free(optimizer));
    OK(wb_module_free(model));
    OK(wb_dataset_free(dataset));
}

static void a_child_of_a_child_works_too(void) {
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        alarm(120);
        _exit(!child_is_well(200));
    }
    EXPECT(child > 0 && waitpid(child, &status, 0) == child && status == 0);
}

int main(int count, char **arguments) {
    problem_make(&data);
    if (count > 1) forks = atoi(arguments[1]);
    expected = train(6);
    if (count > 2) {
        // Small enough that the file is streamed.
        file = arguments[2];
        OK(wb_set_dataset_cache(1 << 12));
        expected_sum = read_through();
    }
    RUN(a_child_works_though_other_threads_were_in_the_middle_of_calls);
    RUN(a_callback_may_fork);
    RUN(a_child_of_a_child_works_too);
    free(expected.data);
    return finish();
}
