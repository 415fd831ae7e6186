/* Checkpoints: what is loaded is what was saved, to the bit; and what is damaged, foreign or cut short is refused.
 *
 *     checkpoint                       runs the tests
 *     checkpoint resume FILE OUT       the second process of a training: goes on from FILE, writes parameters to OUT
 */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "folder.h"
#include "problem.h"

enum { EPOCHS = 4, STOP = 13 };

static problem data;
static const char *program; // by the path it was called by: under valgrind, /proc/self/exe is valgrind

static bytes read_file(const char *name) {
    bytes all = {NULL, 0};
    FILE *file = fopen(name, "rb");
    if (!file) return all;
    fseek(file, 0, SEEK_END);
    all.count = (size_t)ftell(file);
    rewind(file);
    all.data = malloc(all.count + 1);
    if (!all.data || fread(all.data, 1, all.count, file) != all.count) abort();
    fclose(file);
    return all;
}

static void write_file(const char *name, bytes content) {
    FILE *file = fopen(name, "wb");
    EXPECT(file && fwrite(content.data, 1, content.count, file) == content.count);
    if (file) fclose(file);
}

/* A model with an optimiser and a trainer. The seed differs between processes, so that what agrees was loaded. */
static training training_begin(uint64_t seed) { return training_of(&data, 32, EPOCHS, seed); }

static wb_stop_reason fit(training t, double steps) {
    wb_stop_reason reason = WB_STOP_CALLBACK;
    OK(wb_trainer_set(t.trainer, WB_TRAINER_MAX_STEPS, steps));
    OK(wb_trainer_fit(t.trainer, t.dataset, NULL, NULL, &reason));
    return reason;
}

static int resume(const char *checkpoint, const char *out) {
    training t = training_begin(999);
    OK(wb_trainer_load(t.trainer, checkpoint));
    EXPECT(fit(t, 0) == WB_STOP_EPOCHS);
    bytes result = parameters(t.model);
    write_file(out, result);
    free(result.data);
    training_end(t);
    return check_wrong != 0;
}

static void training_resumed_in_a_new_process_gives_the_same_bits(void) {
    training whole = training_begin(7), first = training_begin(7);
    EXPECT(fit(whole, 0) == WB_STOP_EPOCHS);
    EXPECT(fit(first, STOP) == WB_STOP_STEPS);
    OK(wb_trainer_save(first.trainer, path("half.h5")));

    const char *from = path("half.h5"), *to = path("resumed");
    pid_t child = fork();
    if (child == 0) {
        execl(program, program, "resume", from, to, (char *)NULL);
        _exit(127);
    }
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT(status == 0);

    bytes expected = parameters(whole.model), found = read_file(to);
    EXPECT(same(expected, found));
    free(expected.data);
    free(found.data);
    training_end(whole);
    training_end(first);
}

static void a_model_built_from_a_checkpoint_is_the_same_model(void) {
    wb_module *model = perceptron(FEATURES, 32, CLASSES, 3), *loaded = NULL;
    const char *text = NULL;
    char described[512] = "";
    OK(wb_save(path("model.h5"), model, NULL, 3, 77));
    OK(wb_load(path("model.h5"), &loaded));
    bytes a = parameters(model), b = parameters(loaded);
    EXPECT(same(a, b));
    OK(wb_module_describe(model, &text));
    snprintf(described, sizeof described, "%s", text ? text : "");
    OK(wb_module_describe(loaded, &text));
    EXPECT(text && strcmp(text, described) == 0);
    free(a.data);
    free(b.data);
    OK(wb_module_free(model));
    OK(wb_module_free(loaded));
}

static void counts_and_random_state_come_back(void) {
    wb_module *model = perceptron(FEATURES, 32, CLASSES, 3);
    wb_tensor *expected = NULL, *found = NULL;
    double a[5], b[5];
    int64_t epoch = 0, step = 0;
    OK(wb_save(path("random.h5"), model, NULL, 3, 77));
    OK(wb_random(WB_DISTRIBUTION_NORMAL, WB_FLOAT64, SHAPE(5), 0, 1, &expected));
    OK(wb_tensor_read(expected, a, sizeof a));
    OK(wb_manual_seed(12345));
    OK(wb_load_into(path("random.h5"), model, NULL, 1, &epoch, &step));
    OK(wb_random(WB_DISTRIBUTION_NORMAL, WB_FLOAT64, SHAPE(5), 0, 1, &found));
    OK(wb_tensor_read(found, b, sizeof b));
    EXPECT(epoch == 3 && step == 77);
    EXPECT(memcmp(a, b, sizeof a) == 0);
    OK(wb_tensor_free(expected));
    OK(wb_tensor_free(found));
    OK(wb_module_free(model));
}

static void a_checkpoint_of_another_structure_is_refused_and_changes_nothing(void) {
    wb_module *model = perceptron(FEATURES, 32, CLASSES, 3), *other = perceptron(FEATURES, 33, CLASSES, 4);
    wb_optimizer *adam = optimizer_for(model, ADAM), *sgd = optimizer_for(model, SGD);
    int64_t epoch = -1;
    bytes before = parameters(other);
    OK(wb_save(path("foreign.h5"), model, adam, 1, 1));
    FAILS(wb_load_into(path("foreign.h5"), other, NULL, 1, &epoch, NULL), WB_ERROR_STRUCTURE, "32", "33");
    bytes after = parameters(other), model_before = parameters(model);
    EXPECT(same(before, after) && epoch == -1);
    FAILS(wb_load_into(path("foreign.h5"), model, sgd, 1, NULL, NULL), WB_ERROR_STRUCTURE, "Adam", "SGD");
    OK(wb_load_into(path("foreign.h5"), model, adam, 1, NULL, NULL));
    bytes model_after = parameters(model);
    EXPECT(same(model_before, model_after));
    free(before.data);
    free(after.data);
    free(model_before.data);
    free(model_after.data);
    OK(wb_optimizer_free(adam));
    OK(wb_optimizer_free(sgd));
    OK(wb_module_free(model));
    OK(wb_module_free(other));
}

static int files_in_folder(void) {
    int count = 0;
    DIR *directory = opendir(folder);
    while (directory && readdir(directory)) count++;
    if (directory) closedir(directory);
    return count - 2;
}

/* A limit on file sizes fails the write halfway, as a full disk does. */
static void a_full_disk_leaves_the_old_checkpoint_whole(void) {
    wb_module *old = perceptron(FEATURES, 64, CLASSES, 3), *new = perceptron(FEATURES, 64, CLASSES, 4), *loaded = NULL;
    struct rlimit limit, small;
    OK(wb_save(path("kept.h5"), old, NULL, 0, 0));
    bytes file_before = read_file(path("kept.h5"));
    int files_before = files_in_folder();

    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &limit);
    small = limit;
    for (small.rlim_cur = 0; small.rlim_cur < file_before.count; small.rlim_cur += 1 + file_before.count / 8) {
        setrlimit(RLIMIT_FSIZE, &small);
        wb_status status = wb_save(path("kept.h5"), new, NULL, 1, 1);
        setrlimit(RLIMIT_FSIZE, &limit);
        FAILS(status, WB_ERROR_FILE, "kept.h5");
        bytes file_after = read_file(path("kept.h5"));
        EXPECT(same(file_before, file_after));
        EXPECT(files_in_folder() == files_before);
        free(file_after.data);
    }

    OK(wb_load(path("kept.h5"), &loaded));
    bytes a = parameters(old), b = parameters(loaded);
    EXPECT(same(a, b));
    OK(wb_save(path("kept.h5"), new, NULL, 1, 1)); // with room again, it is replaced
    free(a.data);
    free(b.data);
    free(file_before.data);
    OK(wb_module_free(old));
    OK(wb_module_free(new));
    OK(wb_module_free(loaded));
}

/* Loads a damaged copy into a model. Damage may fall into bytes that mean nothing; then all must be as it was saved. */
static void expect_refused_or_unharmed(const char *damaged, wb_module *model, wb_optimizer *optimizer, bytes saved,
                                       int *refused) {
    OK(wb_manual_seed(1));
    int64_t epoch = -1, step = -1;
    bytes before = parameters(model);
    wb_status status = wb_load_into(damaged, model, optimizer, 1, &epoch, &step);
    bytes after = parameters(model);
    if (status == WB_OK) {
        EXPECT(same(after, saved) && epoch == 3 && step == 77);
    } else {
        ++*refused;
        EXPECT(status == WB_ERROR_FORMAT || status == WB_ERROR_STRUCTURE || status == WB_ERROR_FILE);
        EXPECT(strstr(wb_last_error(), "damaged.h5") != NULL);
        EXPECT(same(after, before) && epoch == -1 && step == -1);
    }
    free(before.data);
    free(after.data);
}

static void a_damaged_checkpoint_is_refused(void) {
    wb_module *model = perceptron(FEATURES, 32, CLASSES, 3), *target = perceptron(FEATURES, 32, CLASSES, 4);
    wb_optimizer *optimizer = optimizer_for(model, ADAM), *target_optimizer = optimizer_for(target, ADAM);
    bytes untrained = parameters(target), saved = parameters(model);
    OK(wb_save(path("whole.h5"), model, optimizer, 3, 77));
    bytes file = read_file(path("whole.h5"));
    EXPECT(file.count > 1000);
    int cut = 0, flipped = 0, cuts = 0, flips = 0;

    for (size_t length = 0; length < file.count; length += 1 + file.count / 20, cuts++) {
        write_file(path("damaged.h5"), (bytes){file.data, length});
        expect_refused_or_unharmed(path("damaged.h5"), target, target_optimizer, saved, &cut);
    }
    EXPECT(cut == cuts);

    size_t stride = 1 + file.count / (watched() ? 20 : 400);
    for (size_t i = 0; i < file.count; i += stride, flips++) {
        wb_tensor *parameter = NULL;
        file.data[i] ^= (char)(1 << (i % 8));
        write_file(path("damaged.h5"), file);
        expect_refused_or_unharmed(path("damaged.h5"), target, target_optimizer, saved, &flipped);
        file.data[i] ^= (char)(1 << (i % 8));
        // Back to other values, so that the next round again sees whether the load changed something.
        OK(wb_module_parameter(target, 0, NULL, &parameter));
        OK(wb_set_grad_enabled(0, NULL));
        OK(wb_tensor_write(parameter, untrained.data, FEATURES * 32 * sizeof(float)));
        OK(wb_set_grad_enabled(1, NULL));
        OK(wb_tensor_free(parameter));
    }
    EXPECT(flipped > 0);

    write_file(path("damaged.h5"), file);
    OK(wb_load_into(path("damaged.h5"), target, target_optimizer, 0, NULL, NULL));
    free(file.data);
    free(untrained.data);
    free(saved.data);
    OK(wb_optimizer_free(optimizer));
    OK(wb_optimizer_free(target_optimizer));
    OK(wb_module_free(model));
    OK(wb_module_free(target));
}

static void a_custom_module_is_saved_and_loaded_into_but_not_built(void) {
    wb_module *box = NULL, *child = perceptron(FEATURES, 8, CLASSES, 6), *built = NULL;
    OK(wb_module_host("Surrogate", NULL, NULL, NULL, &box));
    OK(wb_module_add(box, "body", child));
    OK(wb_save(path("custom.h5"), box, NULL, 0, 0));
    FAILS(wb_load(path("custom.h5"), &built), WB_ERROR_UNSUPPORTED, "Surrogate");
    OK(wb_load_into(path("custom.h5"), box, NULL, 0, NULL, NULL));
    OK(wb_module_free(box));
    OK(wb_module_free(child));
}

/* The forward pass of a class of the host's: twice the input. */
static wb_status doubled(void *context, const char *options, wb_tensor *const *inputs, int32_t input_count,
                         wb_tensor **outputs, int32_t capacity, int32_t *output_count) {
    (void)context, (void)options;
    if (input_count != 1 || capacity < 1) return WB_ERROR_ARGUMENT;
    *output_count = 1;
    return wb_add(inputs[0], inputs[0], &outputs[0]);
}

static void a_class_that_the_host_names_is_built_with_its_note_and_given_its_code(void) {
    const char *const classes[] = {"Other", "Doubling"};
    const char *note = NULL;
    const float three = 3;
    wb_module *made = NULL, *model = NULL;
    wb_tensor *x = NULL, *y = NULL;
    double value = 0;
    int32_t has = 0;
    OK(wb_module_host("Doubling", doubled, NULL, NULL, &made));
    OK(wb_module_set_note(made, "made of numbers"));
    OK(wb_save(path("named.h5"), made, NULL, 0, 0));
    OK(wb_module_free(made));

    FAILS(wb_load_with(path("named.h5"), classes, 1, &model), WB_ERROR_UNSUPPORTED, "Doubling");
    OK(wb_load_with(path("named.h5"), classes, 2, &model));
    OK(wb_module_has_host(model, &has));
    OK(wb_module_note(model, &note));
    EXPECT(has == 1 && note && strcmp(note, "made of numbers") == 0);
    OK(wb_tensor_create(WB_FLOAT32, SHAPE(1), &three, &x));
    FAILS(wb_module_forward(model, x, &y), WB_ERROR_UNSUPPORTED, "Doubling");
    OK(wb_module_set_forward(model, "Doubling", doubled, NULL, NULL));
    OK(wb_module_forward(model, x, &y));
    OK(wb_tensor_item(y, &value));
    EXPECT(value == 6);
    OK(wb_tensor_free(x));
    OK(wb_tensor_free(y));
    OK(wb_module_free(model));
}

/* A trainer's history and state, by a checkpoint and by text. */
static void history_comes_back_and_state_goes_to_another_trainer(void) {
    training first = training_begin(7), second = training_begin(7), third = training_begin(7);
    const char *state = NULL;
    int64_t count = -1, total = 0;
    wb_progress progress = {0}, again = {0};
    EXPECT(fit(first, 0) == WB_STOP_EPOCHS);
    OK(wb_trainer_history_count(first.trainer, &count));
    EXPECT(count == EPOCHS);
    OK(wb_trainer_history(first.trainer, EPOCHS - 1, &progress, NULL, NULL));
    EXPECT(progress.epoch == EPOCHS - 1 && progress.epoch_ended == 1 && isnan(progress.validation_loss));
    FAILS(wb_trainer_history(first.trainer, EPOCHS, &progress, NULL, NULL), WB_ERROR_INDEX, "history");
    FAILS(wb_trainer_history(first.trainer, -1, &progress, NULL, NULL), WB_ERROR_INDEX, "history");

    OK(wb_trainer_save(first.trainer, path("history.h5")));
    OK(wb_trainer_load(second.trainer, path("history.h5")));
    OK(wb_trainer_history(second.trainer, EPOCHS - 1, &again, NULL, NULL));
    EXPECT(again.loss == progress.loss && again.total_steps == progress.total_steps);

    OK(wb_trainer_state(first.trainer, &state));
    OK(wb_trainer_load_state(third.trainer, state, NULL, NULL, 0));
    OK(wb_trainer_position(third.trainer, NULL, NULL, &total));
    EXPECT(total == progress.total_steps);
    FAILS(wb_trainer_load_state(third.trainer, "no state", NULL, NULL, 0), WB_ERROR_ARGUMENT, "state");
    OK(wb_trainer_position(third.trainer, NULL, NULL, &total));
    EXPECT(total == progress.total_steps);
    training_end(first);
    training_end(second);
    training_end(third);
}

int main(int count, char **words) {
    problem_make(&data);
    program = words[0];
    if (count == 4 && strcmp(words[1], "resume") == 0) return resume(words[2], words[3]);
    if (!make_folder()) return 1;
    RUN(training_resumed_in_a_new_process_gives_the_same_bits);
    RUN(a_model_built_from_a_checkpoint_is_the_same_model);
    RUN(counts_and_random_state_come_back);
    RUN(a_checkpoint_of_another_structure_is_refused_and_changes_nothing);
    RUN(a_full_disk_leaves_the_old_checkpoint_whole);
    RUN(a_damaged_checkpoint_is_refused);
    RUN(a_custom_module_is_saved_and_loaded_into_but_not_built);
    RUN(a_class_that_the_host_names_is_built_with_its_note_and_given_its_code);
    RUN(history_comes_back_and_state_goes_to_another_trainer);
    remove_folder();
    return finish();
}
