/* Folders of checkpoints: the newest stay and the best, what is damaged is passed over, what is wrong is refused. */
#define _GNU_SOURCE
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "folder.h"
#include "problem.h"

static problem data;

static void name_of(char *name, int64_t number) { snprintf(name, 64, "checkpoint-%012lld.h5", (long long)number); }

/* Whether the folder has exactly these checkpoints, the oldest first. */
static int holds(wb_checkpoints *checkpoints, const char *below, int32_t count, const int64_t *numbers) {
    int32_t found = -1;
    OK(wb_checkpoints_count(checkpoints, &found));
    int fits = found == count;
    for (int32_t i = 0; fits && i < count; i++) {
        const char *each = NULL;
        char name[64], expected[256];
        name_of(name, numbers[i]);
        snprintf(expected, sizeof expected, "%s/%s/%s", folder, below, name);
        OK(wb_checkpoints_path(checkpoints, i, &each));
        fits = each && strcmp(each, expected) == 0 && access(expected, R_OK) == 0;
    }
    return fits;
}
#define HOLDS(checkpoints, below, ...)                                                                                 \
    EXPECT(holds(checkpoints, below, (int32_t)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)),                    \
                 (const int64_t[]){__VA_ARGS__}))

static void ends_with(const char *found, int64_t number) {
    char name[64];
    name_of(name, number);
    size_t length = found ? strlen(found) : 0, size = strlen(name);
    if (length < size || strcmp(found + length - size, name) != 0)
        check_report(__FILE__, __LINE__, "expected a path to %s, found %s", name, found ? found : "none");
}

static void best_is(wb_checkpoints *checkpoints, int64_t number) {
    const char *best = NULL;
    OK(wb_checkpoints_best(checkpoints, &best));
    ends_with(best, number);
}

/* All elements of the model's parameters become one number. */
static void set_all(wb_module *model, double value) {
    int32_t count = 0;
    OK(wb_module_parameter_count(model, &count));
    OK(wb_set_grad_enabled(0, NULL));
    OK(wb_scope_begin());
    for (int32_t i = 0; i < count; i++) {
        wb_tensor *parameter = parameter_at(model, i), *constant = NULL;
        int32_t rank = 0;
        int64_t shape[8];
        OK(wb_tensor_rank(parameter, &rank));
        OK(wb_tensor_shape(parameter, 8, shape));
        OK(wb_tensor_full(WB_FLOAT32, rank, shape, value, &constant));
        OK(wb_tensor_assign(parameter, constant));
    }
    OK(wb_scope_end());
    OK(wb_set_grad_enabled(1, NULL));
}

static float first_of(const wb_module *model) {
    bytes all = parameters(model);
    float value = NAN;
    if (all.count >= sizeof value) memcpy(&value, all.data, sizeof value);
    free(all.data);
    return value;
}

static void the_newest_stay_and_the_best(void) {
    wb_module *model = module_of("Linear(3, 2)", WB_FLOAT32);
    wb_checkpoints *checkpoints = NULL;
    const double losses[] = {3, 0.5, 2, NAN, 0.5, 4, 5};
    OK(wb_checkpoints_open(path("least"), 2, "loss", 0, 0, &checkpoints));
    for (int64_t step = 0; step < 7; step++) OK(wb_checkpoints_save(checkpoints, model, NULL, 0, step, losses[step]));
    // Of equals the first is the best; NaN is never.
    HOLDS(checkpoints, "least", 1, 5, 6);
    best_is(checkpoints, 1);
    OK(wb_checkpoints_free(checkpoints));

    // Opened again, the files say what they were judged by.
    OK(wb_checkpoints_open(path("least"), 2, "loss", 0, 1, &checkpoints));
    best_is(checkpoints, 1);
    OK(wb_checkpoints_save(checkpoints, model, NULL, 0, 7, 0.25));
    HOLDS(checkpoints, "least", 6, 7);
    best_is(checkpoints, 7);
    OK(wb_checkpoints_free(checkpoints));

    // Judged by something else, they say nothing.
    const char *best = "text";
    OK(wb_checkpoints_open(path("least"), 2, "accuracy", 1, 0, &checkpoints));
    OK(wb_checkpoints_best(checkpoints, &best));
    EXPECT(best == NULL);
    OK(wb_checkpoints_free(checkpoints));

    OK(wb_checkpoints_open(path("largest"), 1, "accuracy", 1, 0, &checkpoints));
    for (int64_t step = 0; step < 7; step++) OK(wb_checkpoints_save(checkpoints, model, NULL, 0, step, -losses[step]));
    HOLDS(checkpoints, "largest", 1, 6);
    best_is(checkpoints, 1);
    OK(wb_checkpoints_free(checkpoints));

    // Without a judge only the newest stay, whatever the values; a number may be saved again.
    OK(wb_checkpoints_open(path("none"), 3, NULL, 0, 0, &checkpoints));
    for (int64_t step = 0; step < 7; step++) OK(wb_checkpoints_save(checkpoints, model, NULL, 0, step, losses[step]));
    set_all(model, 9);
    OK(wb_checkpoints_save(checkpoints, model, NULL, 4, 6, NAN));
    HOLDS(checkpoints, "none", 4, 5, 6);
    set_all(model, 0);
    OK(wb_checkpoints_load_into(checkpoints, model, NULL, 0, NULL, NULL, NULL));
    EXPECT(first_of(model) == 9);
    OK(wb_checkpoints_free(checkpoints));
    OK(wb_module_free(model));
}

static void a_save_has_the_values_of_its_moment(void) {
    wb_module *model = module_of("Linear(300, 300)", WB_FLOAT32);
    wb_checkpoints *checkpoints = NULL;
    OK(wb_checkpoints_open(path("moments"), 6, NULL, 0, 1, &checkpoints));
    for (int64_t step = 0; step < 6; step++) {
        set_all(model, (double)step);
        OK(wb_checkpoints_save(checkpoints, model, NULL, step, step, NAN));
        set_all(model, -1); // while the thread writes
    }
    OK(wb_checkpoints_wait(checkpoints));
    for (int32_t i = 0; i < 6; i++) {
        const char *each = NULL;
        int64_t epoch = -1, step = -1;
        OK(wb_checkpoints_path(checkpoints, i, &each));
        char kept[256];
        snprintf(kept, sizeof kept, "%s", each ? each : "");
        OK(wb_load_into(kept, model, NULL, 0, &epoch, &step));
        EXPECT(epoch == i && step == i && first_of(model) == (float)i);
    }
    OK(wb_checkpoints_free(checkpoints));
    OK(wb_module_free(model));
}

static void count_lines(void *context, const char *line) {
    if (strstr(line, "not whole")) ++*(int *)context;
}

static void damage(const char *below, int64_t number, int kind) {
    char name[64], place[256];
    name_of(name, number);
    snprintf(place, sizeof place, "%s/%s/%s", folder, below, name);
    if (kind == 0) {
        EXPECT(truncate(place, 1000) == 0);
    } else if (kind == 1) {
        FILE *file = fopen(place, "r+b");
        EXPECT(file && fseek(file, 2000, SEEK_SET) == 0);
        int byte = file ? fgetc(file) : 0;
        if (file) fseek(file, 2000, SEEK_SET), fputc(byte ^ 1, file), fclose(file);
    } else if (kind == 2) {
        EXPECT(truncate(place, 0) == 0);
    } else {
        EXPECT(unlink(place) == 0 && mkdir(place, 0700) == 0);
    }
}

static void what_is_damaged_is_passed_over(void) {
    wb_module *model = module_of("Linear(40, 20)", WB_FLOAT32);
    wb_checkpoints *checkpoints = NULL;
    int lines = 0;
    int64_t epoch = -1, step = -1;
    const char *found = NULL;
    OK(wb_checkpoints_open(path("damaged"), 5, NULL, 0, 0, &checkpoints));
    for (int64_t number = 0; number < 5; number++) {
        set_all(model, (double)number);
        OK(wb_checkpoints_save(checkpoints, model, NULL, number, number, NAN));
    }
    OK(wb_set_log_callback(count_lines, &lines));
    for (int kind = 0; kind < 4; kind++) {
        damage("damaged", 4 - kind, kind);
        set_all(model, -1);
        lines = 0;
        OK(wb_checkpoints_load_into(checkpoints, model, NULL, 0, &epoch, &step, &found));
        ends_with(found, 3 - kind);
        EXPECT(epoch == 3 - kind && step == 3 - kind && first_of(model) == (float)(3 - kind));
        EXPECT(lines == kind + 1);
    }
    damage("damaged", 0, 1);
    set_all(model, -1);
    epoch = step = 77;
    OK(wb_checkpoints_load_into(checkpoints, model, NULL, 0, &epoch, &step, &found));
    EXPECT(found == NULL && first_of(model) == -1 && epoch == 77 && step == 77);
    OK(wb_set_log_callback(NULL, NULL));
    rmdir(path("damaged/checkpoint-000000000001.h5"));
    OK(wb_checkpoints_free(checkpoints));
    OK(wb_module_free(model));
}

static training training_begin(uint64_t seed) { return training_of(&data, 16, 3, seed); }

static void a_training_is_saved_as_it_goes_and_resumed_to_the_bit(void) {
    training whole = training_begin(7), first = training_begin(7), second = training_begin(99);
    wb_checkpoints *checkpoints = NULL;
    const char *found = "text";
    int64_t total = -1;
    OK(wb_trainer_fit(whole.trainer, whole.dataset, NULL, NULL, NULL));

    OK(wb_checkpoints_open(path("run"), 3, "loss", 0, 1, &checkpoints));
    OK(wb_checkpoints_resume(checkpoints, second.trainer, &found)); // there is none yet
    EXPECT(found == NULL);
    OK(wb_trainer_set_checkpoints(first.trainer, checkpoints, 3));
    OK(wb_trainer_set(first.trainer, WB_TRAINER_MAX_STEPS, 13));
    OK(wb_trainer_fit(first.trainer, first.dataset, NULL, NULL, NULL));
    // After 3, 6, 8 (an epoch), 9 and 12 steps; the epoch is the best.
    HOLDS(checkpoints, "run", 8, 9, 12);
    best_is(checkpoints, 8);

    OK(wb_checkpoints_resume(checkpoints, second.trainer, &found));
    ends_with(found, 12);
    OK(wb_trainer_position(second.trainer, NULL, NULL, &total));
    EXPECT(total == 12);
    OK(wb_trainer_fit(second.trainer, second.dataset, NULL, NULL, NULL));
    bytes expected = parameters(whole.model), result = parameters(second.model);
    EXPECT(same(expected, result));
    free(expected.data);
    free(result.data);

    // A model of another structure is an error, and stays as it was.
    wb_module *other = module_of("Linear(3, 2)", WB_FLOAT32);
    set_all(other, 5);
    FAILS(wb_checkpoints_load_into(checkpoints, other, NULL, 0, NULL, NULL, NULL), WB_ERROR_STRUCTURE, "Sequential");
    EXPECT(first_of(other) == 5);
    OK(wb_trainer_set_checkpoints(first.trainer, NULL, 0));
    OK(wb_checkpoints_free(checkpoints));
    OK(wb_module_free(other));
    training_end(whole);
    training_end(first);
    training_end(second);
}

/* A limit on file sizes stands for a full disk. */
static void a_file_that_cannot_be_written_is_told_by_the_next_call(void) {
    wb_module *small = module_of("Linear(3, 2)", WB_FLOAT32), *large = module_of("Linear(600, 600)", WB_FLOAT32);
    wb_checkpoints *checkpoints = NULL;
    struct rlimit before, limit;
    if (watched()) return; // what watches writes files too
    OK(wb_checkpoints_open(path("full"), 3, "loss", 0, 1, &checkpoints));
    OK(wb_checkpoints_save(checkpoints, small, NULL, 0, 1, 1));
    OK(wb_checkpoints_wait(checkpoints));
    EXPECT(getrlimit(RLIMIT_FSIZE, &before) == 0);
    limit = before;
    limit.rlim_cur = 100000;
    EXPECT(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    OK(wb_checkpoints_save(checkpoints, large, NULL, 0, 2, 0));
    FAILS(wb_checkpoints_save(checkpoints, small, NULL, 0, 3, 2), WB_ERROR_FILE, "cannot be written");
    OK(wb_checkpoints_wait(checkpoints)); // told once
    OK(wb_checkpoints_save(checkpoints, large, NULL, 0, 4, 0));
    FAILS(wb_checkpoints_wait(checkpoints), WB_ERROR_FILE, "cannot be written");
    EXPECT(setrlimit(RLIMIT_FSIZE, &before) == 0);
    HOLDS(checkpoints, "full", 1);
    best_is(checkpoints, 1);
    OK(wb_checkpoints_save(checkpoints, large, NULL, 0, 5, 3));
    HOLDS(checkpoints, "full", 1, 5);
    OK(wb_checkpoints_free(checkpoints));
    OK(wb_module_free(small));
    OK(wb_module_free(large));
}

static void wrong_calls_are_refused(void) {
    wb_module *model = module_of("Linear(3, 2)", WB_FLOAT32);
    wb_checkpoints *checkpoints = NULL, *untouched = NULL;
    const char *found = NULL;
    int32_t count = 0;
    FAILS(wb_checkpoints_open(path("wrong"), 0, NULL, 0, 0, &untouched), WB_ERROR_ARGUMENT, "keep");
    FAILS(wb_checkpoints_open(path("wrong"), -3, NULL, 0, 0, &untouched), WB_ERROR_ARGUMENT, "keep");
    FAILS(wb_checkpoints_open(NULL, 3, NULL, 0, 0, &untouched), WB_ERROR_ARGUMENT, "checkpoints_open");
    FAILS(wb_checkpoints_open(path("wrong"), 3, NULL, 0, 0, NULL), WB_ERROR_ARGUMENT, "checkpoints_open");
    FAILS(wb_checkpoints_open(path("no/such"), 3, NULL, 0, 0, &untouched), WB_ERROR_FILE, "cannot be made");
    fclose(fopen(path("file"), "w"));
    FAILS(wb_checkpoints_open(path("file"), 3, NULL, 0, 0, &untouched), WB_ERROR_FILE, "cannot be made");
    EXPECT(untouched == NULL);

    OK(wb_checkpoints_open(path("wrong"), 3, NULL, 0, 0, &checkpoints));
    FAILS(wb_checkpoints_save(checkpoints, model, NULL, 0, -1, NAN), WB_ERROR_ARGUMENT, "negative");
    REFUSED(wb_checkpoints_save(checkpoints, NULL, NULL, 0, 1, NAN), "checkpoints_save");
    REFUSED(wb_checkpoints_save_trainer(checkpoints, NULL, NAN), "checkpoints_save_trainer");
    REFUSED(wb_checkpoints_save(NULL, model, NULL, 0, 1, NAN), "checkpoints_save");
    REFUSED(wb_checkpoints_save((wb_checkpoints *)model, model, NULL, 0, 1, NAN), "checkpoints_save");
    REFUSED(wb_checkpoints_count(checkpoints, NULL), "checkpoints_count");
    REFUSED(wb_checkpoints_best(checkpoints, NULL), "checkpoints_best");
    REFUSED(wb_checkpoints_load_into(checkpoints, NULL, NULL, 0, NULL, NULL, NULL), "checkpoints_load_into");
    REFUSED(wb_checkpoints_resume(checkpoints, NULL, NULL), "checkpoints_resume");
    OK(wb_checkpoints_count(checkpoints, &count));
    EXPECT(count == 0);
    for (int32_t i = -1; i < 2; i++)
        FAILS(wb_checkpoints_path(checkpoints, i, &found), WB_ERROR_INDEX, "no checkpoint");
    OK(wb_checkpoints_save(checkpoints, model, NULL, 0, INT64_MAX, NAN));
    REFUSED(wb_checkpoints_path(checkpoints, 0, NULL), "checkpoints_path");
    FAILS(wb_checkpoints_path(checkpoints, INT32_MAX, &found), WB_ERROR_INDEX, "no checkpoint");
    OK(wb_checkpoints_load_into(checkpoints, model, NULL, 0, NULL, NULL, NULL));

    OK(wb_checkpoints_free(checkpoints));
    OK(wb_checkpoints_free(NULL));
    REFUSED(wb_checkpoints_free(checkpoints), "checkpoints_free");
    REFUSED(wb_checkpoints_save(checkpoints, model, NULL, 0, 1, NAN), "checkpoints_save");
    REFUSED(wb_checkpoints_wait(checkpoints), "checkpoints_wait");
    REFUSED(wb_checkpoints_count(checkpoints, &count), "checkpoints_count");
    REFUSED(wb_checkpoints_path(checkpoints, 0, &found), "checkpoints_path");
    REFUSED(wb_checkpoints_best(checkpoints, &found), "checkpoints_best");
    REFUSED(wb_checkpoints_load_into(checkpoints, model, NULL, 0, NULL, NULL, NULL), "checkpoints_load_into");
    OK(wb_module_free(model));
}

/* Files of folders below the program's own. */
static void remove_folders(void) {
    const char *names[] = {"least", "largest", "none", "moments", "damaged", "run", "full", "wrong"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char below[256], each[600];
        snprintf(below, sizeof below, "%s", path(names[i]));
        DIR *directory = opendir(below);
        for (struct dirent *entry; directory && (entry = readdir(directory));) {
            snprintf(each, sizeof each, "%s/%s", below, entry->d_name);
            if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) unlink(each);
        }
        if (directory) closedir(directory);
        rmdir(below);
    }
    remove_folder();
}

int main(void) {
    signal(SIGXFSZ, SIG_IGN);
    if (!make_folder()) return 1;
    problem_make(&data);
    RUN(the_newest_stay_and_the_best);
    RUN(a_save_has_the_values_of_its_moment);
    RUN(what_is_damaged_is_passed_over);
    RUN(a_training_is_saved_as_it_goes_and_resumed_to_the_bit);
    RUN(a_file_that_cannot_be_written_is_told_by_the_next_call);
    RUN(wrong_calls_are_refused);
    remove_folders();
    return finish();
}
