/* Groups of parameters: settings of their own, as numbers and as texts, and kept by checkpoints. */
#define _GNU_SOURCE
#include "folder.h"
#include "problem.h"

/* Takes a step on the sum of all parameters, whose gradient is 1 everywhere. */
static void step_on_sum(wb_optimizer *optimizer, wb_tensor *const *all, int count) {
    wb_tensor *loss = NULL, *sum = NULL;
    OK(wb_scope_begin());
    OK(wb_tensor_full(WB_FLOAT64, 0, NULL, 0, &loss));
    for (int i = 0; i < count; i++) {
        OK(wb_sum(all[i], &sum));
        OK(wb_add(loss, sum, &loss));
    }
    OK(wb_optimizer_zero_grad(optimizer));
    OK(wb_backward(loss, NULL, 0));
    OK(wb_optimizer_step(optimizer));
    OK(wb_scope_end());
}

static double setting(const wb_optimizer *optimizer, int32_t group, const char *name) {
    double value = NAN;
    OK(wb_optimizer_get(optimizer, group, name, &value));
    return value;
}

static void groups_have_settings_of_their_own(void) {
    wb_tensor *all[3];
    wb_optimizer *optimizer = NULL;
    int32_t count = 0;
    OK(wb_scope_begin());
    for (int i = 0; i < 3; i++) {
        all[i] = VECTOR(10, 20);
        OK(wb_tensor_set_requires_grad(all[i], 1));
    }
    OK(wb_optimizer_create("SGD(lr=1)", all, 1, &optimizer));
    step_on_sum(optimizer, all, 1);
    EXPECT(at(all[0], 0) == 9 && at(all[0], 1) == 19);
    OK(wb_optimizer_add_group(optimizer, &all[1], 1, "lr=0.5, weight_decay=0.1"));
    OK(wb_optimizer_add_group(optimizer, &all[2], 1, NULL)); // as in the constructor's call
    OK(wb_optimizer_group_count(optimizer, &count));
    EXPECT(count == 3);
    OK(wb_optimizer_group_size(optimizer, 1, &count));
    EXPECT(count == 1);
    step_on_sum(optimizer, all, 3);
    EXPECT(at(all[0], 0) == 8 && at(all[2], 0) == 9);
    CLOSE(at(all[1], 0), 10 - 0.5 * (1 + 0.1 * 10), 1e-14);

    // One group, all groups, and a captured step that sees both.
    wb_program *program = NULL;
    OK(wb_capture_begin(NULL, 0));
    step_on_sum(optimizer, all, 3);
    OK(wb_capture_end(NULL, 0, &program));
    OK(wb_optimizer_set(optimizer, -1, "lr", 0.25));
    OK(wb_optimizer_set(optimizer, 2, "lr", 2));
    OK(wb_optimizer_set(optimizer, 1, "weight_decay", 0));
    EXPECT(setting(optimizer, 0, "lr") == 0.25 && setting(optimizer, 1, "lr") == 0.25 &&
           setting(optimizer, 2, "lr") == 2);
    step_on_sum(optimizer, all, 3);
    EXPECT(at(all[0], 0) == 7.75 && at(all[2], 0) == 7);
    CLOSE(at(all[1], 0), 9 - 0.25, 1e-14);
    OK(wb_optimizer_set(optimizer, 1, "weight_decay", 0.1));
    OK(wb_program_run(program, NULL, 0, NULL, 0));
    EXPECT(at(all[0], 0) == 7.5 && at(all[2], 0) == 5);
    CLOSE(at(all[1], 0), 8.75 - 0.25 * (1 + 0.1 * 8.75), 1e-14);
    OK(wb_program_free(program));

    // Parameters count through all groups.
    OK(wb_optimizer_set(optimizer, -1, "momentum", 0.5));
    step_on_sum(optimizer, all, 3);
    const char *name = NULL;
    char names[100] = "";
    OK(wb_optimizer_state_count(optimizer, &count));
    for (int32_t i = 0; i < count; i++) {
        OK(wb_optimizer_state(optimizer, i, &name, NULL));
        strcat(strcat(names, name), " ");
    }
    EXPECT(strstr(names, "0.momentum_buffer") && strstr(names, "1.momentum_buffer") &&
           strstr(names, "2.momentum_buffer"));
    OK(wb_scope_end());
}

static void settings_are_numbers_and_texts_and_refuse_what_does_not_fit(void) {
    wb_tensor *all[3];
    wb_optimizer *adam = NULL, *sgd = NULL;
    const char *text = "untouched";
    double value = -77;
    int32_t count = -7;
    OK(wb_scope_begin());
    for (int i = 0; i < 3; i++) {
        all[i] = VECTOR(1);
        OK(wb_tensor_set_requires_grad(all[i], 1));
    }
    OK(wb_optimizer_create("Adam(lr=1e-3, betas=(0.8, 0.95))", all, 1, &adam));
    OK(wb_optimizer_create("SGD(lr=0.1, momentum=0.9, nesterov=True)", all, 1, &sgd));
    OK(wb_optimizer_add_group(adam, &all[1], 1, "betas=(0.5, 0.6)"));
    OK(wb_optimizer_get_text(adam, 0, "betas", &text));
    TEXT(text, "(0.8, 0.95)", "betas");
    OK(wb_optimizer_get_text(adam, 1, "betas", &text));
    TEXT(text, "(0.5, 0.6)", "betas");
    OK(wb_optimizer_set_text(adam, -1, "betas", "[0.1, 0]"));
    OK(wb_optimizer_get_text(adam, 1, "betas", &text));
    TEXT(text, "(0.1, 0.0)", "betas");
    OK(wb_optimizer_set_text(adam, 1, "lr", "1"));
    OK(wb_optimizer_get_text(adam, 1, "lr", &text));
    TEXT(text, "1.0", "lr");
    OK(wb_optimizer_get_text(sgd, 0, "nesterov", &text));
    TEXT(text, "True", "nesterov");
    EXPECT(setting(sgd, 0, "nesterov") == 1 && setting(adam, 0, "lr") == 1e-3 && setting(adam, 1, "lr") == 1);

    text = "untouched";
    FAILS(wb_optimizer_get(adam, 0, "betas", &value), WB_ERROR_ARGUMENT, "betas", "no number");
    FAILS(wb_optimizer_get(adam, 0, "speed", &value), WB_ERROR_ARGUMENT, "'speed'", "lr");
    FAILS(wb_optimizer_get_text(adam, 0, "speed", &text), WB_ERROR_ARGUMENT, "'speed'");
    const int32_t nowhere[] = {2, -2, INT32_MAX, INT32_MIN};
    for (int i = 0; i < 4; i++) {
        FAILS(wb_optimizer_get(adam, nowhere[i], "lr", &value), WB_ERROR_INDEX, "group");
        FAILS(wb_optimizer_set(adam, nowhere[i], "lr", 1), WB_ERROR_INDEX, "group");
        FAILS(wb_optimizer_get_text(adam, nowhere[i], "lr", &text), WB_ERROR_INDEX, "group");
        FAILS(wb_optimizer_set_text(adam, nowhere[i], "lr", "1"), WB_ERROR_INDEX, "group");
        FAILS(wb_optimizer_group_size(adam, nowhere[i], &count), WB_ERROR_INDEX, "group");
    }
    FAILS(wb_optimizer_get(adam, -1, "lr", &value), WB_ERROR_INDEX, "-1"); // of which one?
    const struct {
        const char *name, *text, *fact;
    } wrong[] = {
        {"betas", "0.5", "tuple"},         {"betas", "(0.5,)", "tuple"},
        {"betas", "(0.5, 1)", "[0, 1)"},   {"betas", "(-0.1, 0.5)", "[0, 1)"},
        {"betas", "(nan, 0.5)", "[0, 1)"}, {"betas", "('a', 0.5)", "tuple"},
        {"betas", "(0.5, 0.5", "column"},  {"betas", "", "column"},
        {"lr", "'fast'", "number"},        {"lr", "fast", "value"},
        {"lr", "-1", "negative"},          {"lr", "inf", "finite"},
        {"lr", "None", "number"},          {"lr", "1 2", "column"},
        {"speed", "1", "'speed'"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        FAILS(wb_optimizer_set_text(adam, i % 2 ? -1 : 0, wrong[i].name, wrong[i].text), WB_ERROR_ARGUMENT,
              wrong[i].fact);
    FAILS(wb_optimizer_set(adam, 0, "betas", 0.5), WB_ERROR_ARGUMENT, "betas", "tuple");
    FAILS(wb_optimizer_set(adam, -1, "lr", NAN), WB_ERROR_ARGUMENT, "lr", "nan");
    FAILS(wb_optimizer_set(adam, 0, NULL, 1), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_optimizer_set_text(adam, 0, "lr", NULL), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_optimizer_set(sgd, 0, "nesterov", 2), WB_ERROR_ARGUMENT, "nesterov");
    FAILS(wb_optimizer_set(sgd, 0, "momentum", 0), WB_ERROR_ARGUMENT, "momentum"); // Nesterov's needs one
    OK(wb_optimizer_set(sgd, 0, "nesterov", 0));
    OK(wb_optimizer_set_text(sgd, 0, "nesterov", "True"));
    FAILS(wb_optimizer_set_settings(sgd, 0, "lr=9, momentum=0"), WB_ERROR_ARGUMENT, "momentum");
    EXPECT(setting(sgd, 0, "lr") == 0.1 && setting(sgd, 0, "nesterov") == 1);
    OK(wb_optimizer_set_settings(sgd, 0, "lr=0.5, momentum=0, nesterov=False, initial_lr=2"));
    EXPECT(setting(sgd, 0, "lr") == 0.5 && setting(sgd, 0, "momentum") == 0 && setting(sgd, 0, "initial_lr") == 2);
    OK(wb_optimizer_get_settings(sgd, 0, &text));
    EXPECT(strstr(text, "lr=0.5, momentum=0.0, ") == text && strstr(text, "initial_lr=2.0"));
    FAILS(wb_optimizer_get_settings(sgd, 1, &text), WB_ERROR_INDEX, "group");
    FAILS(wb_optimizer_set_settings(sgd, 0, "lr"), WB_ERROR_ARGUMENT, "column 1");
    FAILS(wb_optimizer_set_settings(sgd, 0, NULL), WB_ERROR_ARGUMENT, "null");
    OK(wb_optimizer_set_settings(sgd, 0, "lr=0.1, momentum=0.9, nesterov=True"));
    text = "untouched";

    FAILS(wb_optimizer_add_group(adam, &all[0], 1, NULL), WB_ERROR_ARGUMENT, "twice");
    FAILS(wb_optimizer_add_group(adam, (wb_tensor *[]){all[2], all[2]}, 2, NULL), WB_ERROR_ARGUMENT, "twice");
    FAILS(wb_optimizer_add_group(adam, &all[2], 1, "speed=1"), WB_ERROR_ARGUMENT, "'speed'");
    FAILS(wb_optimizer_add_group(adam, &all[2], 1, "lr=-1"), WB_ERROR_ARGUMENT, "lr", "-1");
    FAILS(wb_optimizer_add_group(adam, &all[2], 1, "lr='a'"), WB_ERROR_ARGUMENT, "lr", "'a'");
    FAILS(wb_optimizer_add_group(adam, &all[2], 1, "0.1"), WB_ERROR_ARGUMENT, "column 1", "lr=0.1");
    FAILS(wb_optimizer_add_group(adam, &all[2], 1, "lr="), WB_ERROR_ARGUMENT, "column 4");
    FAILS(wb_optimizer_add_group(adam, &all[2], 1, "lr=0.1, lr=0.2"), WB_ERROR_ARGUMENT, "lr", "twice");
    FAILS(wb_optimizer_add_group(adam, &all[2], 1, "lr=ReLU()"), WB_ERROR_ARGUMENT, "column 4", "value");
    FAILS(wb_optimizer_add_group(adam, NULL, 0, NULL), WB_ERROR_ARGUMENT, "parameters");
    FAILS(wb_optimizer_add_group(adam, NULL, 1, NULL), WB_ERROR_ARGUMENT, "null");
    wb_tensor *whole = NULL, *computed = NULL;
    OK(wb_tensor_full(WB_INT64, SHAPE(2), 1, &whole));
    OK(wb_square(all[2], &computed));
    FAILS(wb_optimizer_add_group(adam, &whole, 1, NULL), WB_ERROR_ARGUMENT, "float leaf");
    FAILS(wb_optimizer_add_group(adam, &computed, 1, NULL), WB_ERROR_ARGUMENT, "leaf");
    // None of it has changed anything.
    OK(wb_optimizer_group_count(adam, &count));
    EXPECT(count == 2 && value == -77);
    TEXT(text, "untouched", "text");
    OK(wb_optimizer_get_text(adam, 0, "betas", &text));
    TEXT(text, "(0.1, 0.0)", "betas");
    EXPECT(setting(adam, 0, "lr") == 1e-3 && setting(adam, 1, "lr") == 1 && setting(sgd, 0, "momentum") == 0.9);
    OK(wb_optimizer_add_group(adam, &all[2], 1, "  lr = 2 ,"));
    EXPECT(setting(adam, 2, "lr") == 2);
    OK(wb_scope_end());
}

static void a_checkpoint_keeps_the_groups_and_their_settings(void) {
    wb_module *model = perceptron(FEATURES, 8, CLASSES, 1);
    wb_optimizer *saved = NULL, *loaded = NULL, *other = NULL;
    const char *text = NULL;
    OK(wb_scope_begin());
    wb_tensor *all[4];
    for (int32_t i = 0; i < 4; i++) all[i] = parameter_at(model, i);
    OK(wb_optimizer_create("AdamW(lr=0.5)", all, 2, &saved));
    OK(wb_optimizer_add_group(saved, &all[2], 2, "lr=0.25, betas=(0.5, 0.75)"));
    OK(wb_save(path("groups.h5"), model, saved, 0, 0));
    OK(wb_optimizer_create("AdamW()", all, 2, &loaded));
    OK(wb_optimizer_add_group(loaded, &all[2], 2, NULL));
    OK(wb_load_into(path("groups.h5"), model, loaded, 0, NULL, NULL));
    EXPECT(setting(loaded, 0, "lr") == 0.5 && setting(loaded, 1, "lr") == 0.25);
    OK(wb_optimizer_get_text(loaded, 1, "betas", &text));
    TEXT(text, "(0.5, 0.75)", "betas");
    OK(wb_optimizer_get_text(loaded, 0, "betas", &text));
    TEXT(text, "(0.9, 0.999)", "betas");
    OK(wb_optimizer_create("AdamW()", all, 4, &other));
    FAILS(wb_load_into(path("groups.h5"), model, other, 0, NULL, NULL), WB_ERROR_STRUCTURE, "1 group", "2");
    OK(wb_optimizer_free(other));
    OK(wb_optimizer_create("AdamW()", all, 1, &other));
    OK(wb_optimizer_add_group(other, &all[1], 3, NULL));
    FAILS(wb_load_into(path("groups.h5"), model, other, 0, NULL, NULL), WB_ERROR_STRUCTURE, "1 parameter", "2");
    OK(wb_scope_end());
    OK(wb_module_free(model));
}

int main(void) {
    if (!make_folder()) return 1;
    RUN(groups_have_settings_of_their_own);
    RUN(settings_are_numbers_and_texts_and_refuse_what_does_not_fit);
    RUN(a_checkpoint_keeps_the_groups_and_their_settings);
    remove_folder();
    return finish();
}
