/* Schedules: made by their expressions, stepped, composed, kept by checkpoints, and stepped by a trainer. And every
 * optimiser trains. */
#define _GNU_SOURCE
#include "folder.h"
#include "problem.h"

static double rate_of(const wb_optimizer *optimizer, int32_t group) {
    double value = NAN;
    OK(wb_optimizer_get(optimizer, group, "lr", &value));
    return value;
}

static wb_optimizer *optimizer_of(const char *expression, double rate) {
    wb_tensor *parameter = VECTOR(1, 2);
    wb_optimizer *optimizer = NULL;
    OK(wb_tensor_set_requires_grad(parameter, 1));
    OK(wb_optimizer_create(expression, &parameter, 1, &optimizer));
    if (rate) OK(wb_optimizer_set(optimizer, 0, "lr", rate));
    return optimizer;
}

static wb_schedule *schedule_of(const char *expression, wb_optimizer *optimizer) {
    wb_schedule *schedule = NULL;
    OK(wb_schedule_create(expression, optimizer, &schedule));
    return schedule;
}

static void rates_are_those_of_the_formulas(void) {
    OK(wb_scope_begin());
    wb_optimizer *optimizer = optimizer_of("SGD(momentum=0.5)", 0.8);
    wb_schedule *schedule = schedule_of("StepLR(2, gamma=0.5)", optimizer);
    const double steps[] = {0.8, 0.8, 0.4, 0.4, 0.2, 0.2, 0.1};
    for (int i = 0; i < 7; i++) {
        EXPECT(rate_of(optimizer, 0) == steps[i]);
        OK(wb_schedule_step(schedule));
    }
    double value = NAN;
    OK(wb_schedule_get(schedule, "last_epoch", &value));
    EXPECT(value == 7);
    OK(wb_optimizer_get(optimizer, 0, "initial_lr", &value));
    EXPECT(value == 0.8);

    optimizer = optimizer_of("Adam()", 0.5);
    schedule = schedule_of("CosineAnnealingLR(T_max=8, eta_min=0.1)", optimizer);
    for (int i = 0; i <= 8; i++) {
        CLOSE(rate_of(optimizer, 0), 0.1 + 0.2 * (1 + cos(M_PI * i / 8)), 1e-12);
        OK(wb_schedule_step(schedule));
    }
    OK(wb_schedule_step_to(schedule, 4));
    CLOSE(rate_of(optimizer, 0), 0.3, 1e-12);

    optimizer = optimizer_of("Adam(betas=(0.9, 0.99))", 0.5);
    schedule =
        schedule_of("OneCycleLR(max_lr=0.25, total_steps=11, anneal_strategy='linear', pct_start=0.5)", optimizer);
    const char *text = NULL;
    CLOSE(rate_of(optimizer, 0), 0.01, 1e-12);
    OK(wb_optimizer_get_text(optimizer, 0, "betas", &text));
    TEXT(text, "(0.95, 0.99)", "betas");
    for (int i = 0; i < 11; i++) OK(wb_schedule_step(schedule));
    FAILS(wb_schedule_step(schedule), WB_ERROR_ARGUMENT, "11 steps", "12");
    OK(wb_schedule_get(schedule, "last_epoch", &value));
    EXPECT(value == 11);

    optimizer = optimizer_of("SGD()", 1);
    schedule = schedule_of("ReduceLROnPlateau(factor=0.5, patience=1)", optimizer);
    const double metrics[] = {3, 2, 2, 2, 2, 1, 1, 1}, wanted[] = {1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25};
    for (int i = 0; i < 8; i++) {
        OK(wb_schedule_step_metric(schedule, metrics[i]));
        EXPECT(rate_of(optimizer, 0) == wanted[i]);
    }
    FAILS(wb_schedule_step(schedule), WB_ERROR_ARGUMENT, "metric");
    OK(wb_scope_end());
}

/* ------------------------------------------------------------------ functions, and schedules of schedules */

typedef struct host {
    int calls, releases;
    wb_status status;
} host;

static wb_status factor_of(void *context, int32_t group, int64_t epoch, double *factor) {
    ((host *)context)->calls++;
    *factor = group ? 1 : 1.0 / (1 + (double)epoch);
    return ((host *)context)->status;
}

static void released(void *context) { ((host *)context)->releases++; }

static void functions_of_the_host_give_factors(void) {
    host host = {0, 0, WB_OK};
    wb_schedule *schedule = NULL;
    OK(wb_scope_begin());
    wb_optimizer *optimizer = optimizer_of("SGD()", 1);
    wb_tensor *other = VECTOR(3);
    OK(wb_optimizer_add_group(optimizer, &other, 1, "lr=2"));
    OK(wb_schedule_create_function("LambdaLR()", optimizer, factor_of, released, &host, &schedule));
    for (int i = 0; i < 4; i++) {
        CLOSE(rate_of(optimizer, 0), 1.0 / (1 + i), 1e-15);
        EXPECT(rate_of(optimizer, 1) == 2);
        OK(wb_schedule_step(schedule));
    }
    EXPECT(host.calls == 10 && host.releases == 0);
    host.status = WB_ERROR_STATE;
    double value = NAN;
    FAILS(wb_schedule_step(schedule), WB_ERROR_STATE, "callback");
    OK(wb_schedule_get(schedule, "last_epoch", &value));
    EXPECT(value == 4 && rate_of(optimizer, 0) == 0.2);
    OK(wb_schedule_free(schedule));
    EXPECT(host.releases == 1);

    // What is refused is not released.
    FAILS(wb_schedule_create_function("LambdaLR()", optimizer, NULL, released, &host, &schedule), WB_ERROR_ARGUMENT,
          "null");
    FAILS(wb_schedule_create_function("LambdaLR(1)", optimizer, factor_of, released, &host, &schedule),
          WB_ERROR_ARGUMENT, "lr_lambda");
    FAILS(wb_schedule_create("LambdaLR()", optimizer, &schedule), WB_ERROR_ARGUMENT, "lr_lambda", "missing");
    EXPECT(host.releases == 1);
    OK(wb_scope_end());
}

static void schedules_are_composed_by_text_and_by_handles(void) {
    double rates[2][12];
    for (int form = 0; form < 2; form++) {
        OK(wb_scope_begin());
        wb_optimizer *optimizer = optimizer_of("SGD()", 1);
        wb_schedule *schedule = NULL;
        if (form) {
            wb_schedule *parts[] = {schedule_of("LinearLR(0.25, total_iters=3)", optimizer),
                                    schedule_of("ExponentialLR(0.5)", optimizer)};
            OK(wb_schedule_create_composed("SequentialLR(milestones=[4])", optimizer, parts, 2, &schedule));
        } else {
            schedule = schedule_of("SequentialLR([LinearLR(0.25, total_iters=3), ExponentialLR(0.5)], [4])", optimizer);
        }
        for (int i = 0; i < 12; i++) {
            rates[form][i] = rate_of(optimizer, 0);
            OK(wb_schedule_step(schedule));
        }
        OK(wb_scope_end());
    }
    for (int i = 0; i < 12; i++) {
        CLOSE(rates[0][i], i < 4 ? 0.25 + 0.25 * i : pow(0.5, i - 4), 1e-14);
        EXPECT(rates[0][i] == rates[1][i]);
    }
    OK(wb_scope_begin());
    wb_optimizer *optimizer = optimizer_of("SGD()", 1), *other = optimizer_of("SGD()", 1);
    wb_schedule *chained = schedule_of("ChainedScheduler([ExponentialLR(0.5), ConstantLR(0.5, 2)])", optimizer);
    const double wanted[] = {0.5, 0.25, 0.25, 0.125};
    for (int i = 0; i < 4; i++) {
        CLOSE(rate_of(optimizer, 0), wanted[i], 1e-15);
        OK(wb_schedule_step(chained));
    }
    wb_schedule *foreign = schedule_of("StepLR(1)", other), *made = NULL;
    FAILS(wb_schedule_create_composed("ChainedScheduler()", optimizer, &foreign, 1, &made), WB_ERROR_ARGUMENT,
          "another optimiser");
    FAILS(wb_schedule_create_composed("ChainedScheduler()", optimizer, NULL, 0, &made), WB_ERROR_ARGUMENT, "missing");
    FAILS(wb_schedule_create_composed("ChainedScheduler()", optimizer, NULL, 1, &made), WB_ERROR_ARGUMENT, "null");
    EXPECT(!made);
    OK(wb_scope_end());
}

/* ------------------------------------------------------------------ what does not fit */

static void what_does_not_fit_gets_a_sentence(void) {
    const struct {
        const char *text, *facts[2];
    } wrong[] = {
        {"StepLR()", {"step_size", "missing"}},
        {"StepLr(3)", {"column 1", "StepLR"}},
        {"StepLR(0)", {"step_size", "1 or more"}},
        {"StepLR(2.5)", {"step_size", "whole number"}},
        {"StepLR(2, speed=1)", {"column 17", "speed"}},
        {"StepLR(2, last_epoch=3)", {"initial_lr", "group 0"}},
        {"ConstantLR(0)", {"factor", "above 0"}},
        {"LinearLR(2)", {"start_factor", "up to 1"}},
        {"PolynomialLR(0)", {"total_iters", "1 or more"}},
        {"CosineAnnealingLR(0)", {"T_max", "1 or more"}},
        {"CosineAnnealingLR(9223372036854775807)", {"T_max", "9223372036854775807"}},
        {"CosineAnnealingWarmRestarts(0)", {"T_0", "1 or more"}},
        {"CosineAnnealingWarmRestarts(1, 0)", {"T_mult", "1 or more"}},
        {"OneCycleLR(0.1)", {"total_steps", "epochs"}},
        {"OneCycleLR(0.1, total_steps=-1)", {"total_steps", "-1"}},
        {"OneCycleLR(0.1, epochs=9223372036854775807, steps_per_epoch=9)", {"total_steps", "above 0"}},
        {"OneCycleLR((0.1, 0.2), total_steps=9)", {"max_lr", "one for each group"}},
        {"OneCycleLR(0.1, total_steps=9, max_momentum=2)", {"momenta", "2"}},
        {"OneCycleLR(0.1, total_steps=9, anneal_strategy='sine')", {"anneal_strategy", "'cos'"}},
        {"OneCycleLR(0.1, total_steps=9, div_factor=0)", {"initial_lr", "inf"}},
        {"CyclicLR(0.1, 0.2, step_size_up=0)", {"step_size_up", "1 or more"}},
        {"CyclicLR(-0.1, 0.2)", {"lr", "-0.1"}},
        {"MultiplicativeLR()", {"lr_lambda", "missing"}},
        {"MultiplicativeLR('x')", {"lr_lambda", "a text cannot spell"}},
        {"SequentialLR([StepLR(3)], [1])", {"0 milestones", "found 1"}},
        {"SequentialLR([StepLR(3), StepLR(3), StepLR(3)], [5, 2])", {"milestones", "rise"}},
        {"SequentialLR([ReduceLROnPlateau(), StepLR(3)], [5])", {"metric", "part"}},
        {"SequentialLR(StepLR(3), [])", {"column 14", "list"}},
        {"SequentialLR([3, 4], [1])", {"column 15", "schedule"}},
        {"ChainedScheduler([])", {"at least one", "empty"}},
        {"ReduceLROnPlateau(factor=1)", {"factor", "below 1"}},
        {"ReduceLROnPlateau(min_lr=(0, 0))", {"min_lr", "one for each group"}},
        {"SWALR(0.1, anneal_epochs=-1)", {"anneal_epochs", "0 or more"}},
        {"", {"column 1", "name"}},
    };
    OK(wb_scope_begin());
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        wb_schedule *schedule = NULL;
        wb_optimizer *optimizer = optimizer_of("SGD(momentum=0.9)", 0.5);
        FAILS(wb_schedule_create(wrong[i].text, optimizer, &schedule), WB_ERROR_ARGUMENT, wrong[i].facts[0],
              wrong[i].facts[1]);
        EXPECT(!schedule);
    }
    wb_optimizer *optimizer = optimizer_of("SGD()", 0.5), *lion = optimizer_of("Rprop()", 0.5);
    wb_schedule *schedule = schedule_of("ExponentialLR(0.5)", optimizer), *made = NULL;
    const char *text = "untouched";
    double value = -77;
    FAILS(wb_schedule_create("OneCycleLR(0.1, 9)", lion, &made), WB_ERROR_ARGUMENT, "momentum", "Rprop");
    FAILS(wb_schedule_create(NULL, optimizer, &made), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_schedule_create("StepLR(1)", NULL, &made), WB_ERROR_HANDLE, "optimizer");
    FAILS(wb_schedule_create("StepLR(1)", optimizer, NULL), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_schedule_create("StepLR(1)", (wb_optimizer *)schedule, &made), WB_ERROR_HANDLE, "schedule");
    FAILS(wb_schedule_step(NULL), WB_ERROR_HANDLE, "schedule");
    FAILS(wb_schedule_step_metric(schedule, 1), WB_ERROR_UNSUPPORTED, "metric");
    FAILS(wb_schedule_step_to(schedule, NAN), WB_ERROR_ARGUMENT, "epoch");
    FAILS(wb_schedule_get(schedule, "speed", &value), WB_ERROR_ARGUMENT, "'speed'", "gamma");
    FAILS(wb_schedule_get(schedule, "_last_lr", &value), WB_ERROR_ARGUMENT, "no number");
    FAILS(wb_schedule_get_text(schedule, NULL, &text), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_schedule_load_state(schedule, "last_epoch='a'"), WB_ERROR_STRUCTURE, "last_epoch");
    FAILS(wb_schedule_load_state(schedule, "last_epoch=3, base_lrs=(1, 2)"), WB_ERROR_STRUCTURE, "1 group");
    FAILS(wb_schedule_load_state(schedule, "last_epoch=3, gamma='a'"), WB_ERROR_STRUCTURE, "gamma");
    FAILS(wb_schedule_load_state(schedule, "last_epoch=3,, "), WB_ERROR_ARGUMENT, "column");
    OK(wb_schedule_get(schedule, "last_epoch", &value));
    EXPECT(value == 0 && rate_of(optimizer, 0) == 0.5);

    // A state's arguments are looked at as those of a constructor; and groups may not come later.
    wb_schedule *steps = schedule_of("StepLR(2)", optimizer);
    wb_schedule *sequence = schedule_of("SequentialLR([StepLR(1), StepLR(1)], [3])", optimizer);
    FAILS(wb_schedule_load_state(steps, "step_size=0"), WB_ERROR_STRUCTURE, "step_size", "1 or more");
    FAILS(wb_schedule_load_state(sequence, "milestones=(1, 2, 3)"), WB_ERROR_STRUCTURE, "1 milestone", "3");
    FAILS(wb_schedule_load_state(sequence, "last_epoch=9223372036854775807"), WB_ERROR_STRUCTURE, "last_epoch");
    OK(wb_schedule_step(steps));
    OK(wb_schedule_step(sequence));
    wb_tensor *late = VECTOR(1);
    OK(wb_optimizer_add_group(optimizer, &late, 1, NULL));
    FAILS(wb_schedule_step(steps), WB_ERROR_STATE, "1 group", "2 now");
    FAILS(wb_schedule_step(sequence), WB_ERROR_STATE, "1 group");
    FAILS(wb_schedule_step(schedule), WB_ERROR_STATE, "1 group");

    // A step would be taken once, when the block is captured.
    OK(wb_capture_begin(NULL, 0));
    FAILS(wb_schedule_step(schedule), WB_ERROR_STATE, "captured");
    FAILS(wb_schedule_create("StepLR(1)", optimizer, &made), WB_ERROR_STATE, "captured");
    OK(wb_capture_cancel());
    OK(wb_schedule_free(schedule));
    FAILS(wb_schedule_step(schedule), WB_ERROR_HANDLE, "freed");
    OK(wb_scope_end());
}

/* ------------------------------------------------------------------ states and checkpoints */

static void a_state_lets_another_schedule_go_on(void) {
    const char *const texts[] = {
        "StepLR(3)",
        "CosineAnnealingWarmRestarts(2, 2)",
        "OneCycleLR(0.5, 30)",
        "CyclicLR(0.1, 0.5, 3)",
        "SWALR(0.05)",
        "SequentialLR([LinearLR(total_iters=4), CosineAnnealingWarmRestarts(3)], [5])",
        "ChainedScheduler([ConstantLR(0.5, 3), ExponentialLR(0.9)])",
    };
    EXPECT(make_folder());
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        OK(wb_scope_begin());
        wb_module *model = module_of("Linear(2, 1)", WB_FLOAT64);
        wb_tensor *all[2] = {NULL};
        wb_optimizer *first = NULL, *second = NULL;
        for (int32_t place = 0; place < 2; place++) OK(wb_module_parameter(model, place, NULL, &all[place]));
        OK(wb_optimizer_create("SGD(lr=0.4, momentum=0.5)", all, 2, &first));
        wb_schedule *schedule = schedule_of(texts[i], first);
        for (int step = 0; step < 4; step++) OK(wb_schedule_step(schedule));
        OK(wb_save(path("state.h5"), model, first, 0, 0));

        OK(wb_optimizer_create("SGD(lr=0.9)", all, 2, &second));
        wb_schedule *again = schedule_of(texts[i], second);
        OK(wb_load_into(path("state.h5"), model, second, 0, NULL, NULL));
        for (int step = 0; step < 12; step++) {
            EXPECT(rate_of(first, 0) == rate_of(second, 0));
            OK(wb_schedule_step(schedule));
            OK(wb_schedule_step(again));
        }
        const char *text = NULL;
        char kept[1000];
        OK(wb_schedule_state(schedule, &text));
        snprintf(kept, sizeof kept, "%s", text ? text : "");
        OK(wb_schedule_state(again, &text));
        TEXT(text, kept, texts[i]);

        // A checkpoint of other schedules is refused whole; one without any leaves them as they are.
        wb_schedule *more = schedule_of("StepLR(2)", second);
        FAILS(wb_load_into(path("state.h5"), model, second, 0, NULL, NULL), WB_ERROR_STRUCTURE, "2 schedules", "1");
        OK(wb_schedule_free(more));
        OK(wb_schedule_free(again));
        again = schedule_of("ExponentialLR(0.9)", second);
        FAILS(wb_load_into(path("state.h5"), model, second, 0, NULL, NULL), WB_ERROR_STRUCTURE, "ExponentialLR");
        OK(wb_schedule_free(again));
        OK(wb_load_into(path("state.h5"), model, second, 0, NULL,
                        NULL)); // an optimiser without schedules takes the rest
        OK(wb_scope_end());
    }
    remove_folder();
}

static void a_trainer_steps_its_schedule(void) {
    static problem p;
    problem_make(&p);
    OK(wb_scope_begin());
    wb_dataset *data = problem_dataset(&p);
    wb_module *model = perceptron(FEATURES, 16, CLASSES, 3), *loss = module_of("CrossEntropyLoss()", WB_FLOAT32);
    wb_optimizer *optimizer = optimizer_for(model, SGD), *other = optimizer_for(model, SGD);
    wb_trainer *trainer = NULL;
    OK(wb_trainer_create(model, loss, optimizer, &trainer));
    OK(wb_trainer_set_int64(trainer, WB_TRAINER_BATCH_SIZE, BATCH));
    OK(wb_trainer_set_int64(trainer, WB_TRAINER_EPOCHS, 3));
    wb_schedule *schedule = schedule_of("ExponentialLR(0.5)", optimizer);
    OK(wb_trainer_set_schedule(trainer, schedule, WB_SCHEDULE_EACH_EPOCH));
    OK(wb_trainer_fit(trainer, data, NULL, NULL, NULL));
    CLOSE(rate_of(optimizer, 0), 0.1 / 8, 1e-15);
    double value = NAN;
    OK(wb_trainer_set_schedule(trainer, schedule, WB_SCHEDULE_EACH_STEP));
    OK(wb_trainer_set_int64(trainer, WB_TRAINER_EPOCHS, 4));
    OK(wb_trainer_fit(trainer, data, NULL, NULL, NULL));
    OK(wb_schedule_get(schedule, "last_epoch", &value));
    EXPECT(value == 3 + ROWS / BATCH);

    wb_schedule *plateau = schedule_of("ReduceLROnPlateau()", optimizer), *foreign = schedule_of("StepLR(1)", other);
    FAILS(wb_trainer_set_schedule(trainer, plateau, WB_SCHEDULE_EACH_STEP), WB_ERROR_ARGUMENT, "epoch");
    FAILS(wb_trainer_set_schedule(trainer, foreign, WB_SCHEDULE_EACH_STEP), WB_ERROR_ARGUMENT, "another optimiser");
    FAILS(wb_trainer_set_schedule(trainer, schedule, (wb_schedule_when)7), WB_ERROR_ARGUMENT, "7");
    OK(wb_trainer_set_schedule(trainer, plateau, WB_SCHEDULE_EACH_EPOCH));
    OK(wb_trainer_set_int64(trainer, WB_TRAINER_EPOCHS, 5));
    OK(wb_trainer_fit(trainer, data, NULL, NULL, NULL));
    OK(wb_schedule_get(plateau, "best", &value));
    EXPECT(value > 0 && value < 2);
    OK(wb_trainer_set_schedule(trainer, NULL, WB_SCHEDULE_EACH_EPOCH));
    OK(wb_scope_end());
}

/* ------------------------------------------------------------------ every optimiser trains */

typedef struct fitting {
    wb_module *model, *loss;
    wb_tensor *x, *y;
    wb_status status;
    int calls;
} fitting;

static wb_status loss_of(void *context, wb_tensor **loss) {
    fitting *f = context;
    wb_tensor *prediction = NULL;
    f->calls++;
    wb_status status = f->status;
    if (status == WB_OK) status = wb_module_zero_grad(f->model);
    if (status == WB_OK) status = wb_module_forward(f->model, f->x, &prediction);
    if (status == WB_OK) status = wb_module_call(f->loss, NULL, (wb_tensor *[]){prediction, f->y}, 2, loss, 1, NULL);
    if (status == WB_OK) status = wb_backward(*loss, NULL, 0);
    wb_tensor_free(prediction);
    return status;
}

static void every_optimiser_trains(void) {
    const struct {
        const char *text;
        int steps;
    } optimizers[] = {
        {"SGD(lr=0.3, momentum=0.9, nesterov=True)", 60},
        {"Adam(lr=0.05, amsgrad=True)", 60},
        {"AdamW(lr=0.05)", 60},
        {"NAdam(lr=0.05)", 60},
        {"RAdam(lr=0.1)", 60},
        {"RMSprop(lr=0.02, centered=True, momentum=0.5)", 60},
        {"Adagrad(lr=0.2)", 60},
        {"Adadelta(lr=10)", 60},
        {"Adamax(lr=0.1)", 60},
        {"ASGD(lr=1)", 60},
        {"Rprop(lr=0.01)", 60},
        {"Lion(lr=0.01)", 60},
        {"LBFGS(lr=0.5)", 5},
        {"LBFGS(line_search_fn='strong_wolfe', max_iter=10)", 5},
    };
    static problem p;
    problem_make(&p);
    for (size_t i = 0; i < sizeof optimizers / sizeof *optimizers; i++) {
        OK(wb_scope_begin());
        fitting f = {
            perceptron(FEATURES, 16, CLASSES, 3), module_of("CrossEntropyLoss()", WB_FLOAT32), NULL, NULL, WB_OK, 0};
        wb_tensor *all[4] = {NULL};
        wb_optimizer *optimizer = NULL;
        double first = NAN, last = NAN;
        OK(wb_tensor_create(WB_FLOAT32, SHAPE(ROWS, FEATURES), p.x, &f.x));
        OK(wb_tensor_create(WB_INT64, SHAPE(ROWS), p.y, &f.y));
        for (int32_t place = 0; place < 4; place++) OK(wb_module_parameter(f.model, place, NULL, &all[place]));
        OK(wb_optimizer_create(optimizers[i].text, all, 4, &optimizer));
        for (int step = 0; step < (watched() ? 2 : optimizers[i].steps); step++)
            OK(wb_optimizer_step_closure(optimizer, loss_of, &f, step ? &last : &first));
        if (!watched() && !(last < 0.5 * first))
            check_report(__FILE__, __LINE__, "%s: the loss went from %g to %g", optimizers[i].text, first, last);
        EXPECT(f.calls >= 2);
        OK(wb_scope_end());
    }
}

static void lbfgs_asks_for_a_closure_and_goes_on_after_a_failure(void) {
    static problem p;
    problem_make(&p);
    OK(wb_scope_begin());
    fitting f = {
        perceptron(FEATURES, 4, CLASSES, 3), module_of("CrossEntropyLoss()", WB_FLOAT32), NULL, NULL, WB_OK, 0};
    wb_tensor *all[4] = {NULL};
    wb_optimizer *optimizer = NULL;
    double loss = -77;
    OK(wb_tensor_create(WB_FLOAT32, SHAPE(ROWS, FEATURES), p.x, &f.x));
    OK(wb_tensor_create(WB_INT64, SHAPE(ROWS), p.y, &f.y));
    for (int32_t place = 0; place < 4; place++) OK(wb_module_parameter(f.model, place, NULL, &all[place]));
    OK(wb_optimizer_create("LBFGS()", all, 4, &optimizer));
    FAILS(wb_optimizer_step(optimizer), WB_ERROR_ARGUMENT, "closure");
    FAILS(wb_optimizer_step_closure(optimizer, NULL, &f, &loss), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_optimizer_add_group(optimizer, &f.x, 1, NULL), WB_ERROR_UNSUPPORTED, "one group");
    f.status = WB_ERROR_FILE;
    FAILS(wb_optimizer_step_closure(optimizer, loss_of, &f, &loss), WB_ERROR_FILE, "callback");
    EXPECT(loss == -77);
    f.status = WB_OK;
    OK(wb_optimizer_step_closure(optimizer, loss_of, &f, &loss));
    EXPECT(loss > 1 && loss < 2);
    OK(wb_capture_begin(NULL, 0));
    FAILS(wb_optimizer_step_closure(optimizer, loss_of, &f, &loss), WB_ERROR_STATE, "captured");
    OK(wb_capture_cancel());
    OK(wb_scope_end());
}

int main(void) {
    RUN(rates_are_those_of_the_formulas);
    RUN(functions_of_the_host_give_factors);
    RUN(schedules_are_composed_by_text_and_by_handles);
    RUN(what_does_not_fit_gets_a_sentence);
    RUN(a_state_lets_another_schedule_go_on);
    RUN(a_trainer_steps_its_schedule);
    RUN(every_optimiser_trains);
    RUN(lbfgs_asks_for_a_closure_and_goes_on_after_a_failure);
    return finish();
}
