/* Random calls of every function of the header, with valid, freed, null, foreign and wrongly typed handles, absurd
 * counts, shapes, numbers and texts, on one thread or several. calls.h, which test_misuse.py writes from the header,
 * has a function that draws the arguments of each.
 *
 *     misuse SEED SECONDS THREADS
 *
 * Between calls there are good ones, whose results are known. What a caller must not do, since no library could notice,
 * is not done: memory behind a pointer is as large as the call says. */
#define _DEFAULT_SOURCE
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <wingbeat.h>

enum { POOL = 48, LIST = 256, OUTS = 1 << 16, MEMORY = 8 << 20, THREADS = 8 };

typedef enum kind {
    TENSOR,
    MODULE,
    OPTIMIZER,
    DATASET,
    BATCHES,
    PROGRAM,
    TRAINER,
    RECORDING,
    SCHEDULE,
    CHECKPOINTS,
    WRITER,
    VALUE,
    KINDS
} kind;

/* A thread's random numbers, and memory for arguments and results. */
typedef struct source {
    uint64_t state;
    bool is_absurd; // counts of this call are, and arrays null
    int32_t most;   // how large a count may be
    atomic_long calls, refusals;
    _Atomic(const char *) name;
    void *handles[8][LIST];
    int next_handles;
    int64_t longs[8][LIST];
    int next_longs;
    int32_t ints[8][LIST];
    int next_ints;
    wb_index_kind kinds[LIST];
    const char *names[LIST];
    const void *memory[LIST];
    void **outs[8];
    int next_outs;
    char *scratch; // MEMORY bytes that may be written
} source;

static source sources[THREADS];
static char *zeros; // MEMORY bytes that are only read

/* What has been made, and freed, for all threads. */
static pthread_mutex_t pool_lock = PTHREAD_MUTEX_INITIALIZER;
static void *pool[KINDS][POOL];
static void *gone[POOL];

static uint64_t draw(source *s) {
    s->state ^= s->state << 13, s->state ^= s->state >> 7, s->state ^= s->state << 17;
    return s->state * 0x2545F4914F6CDD1Du;
}
static int below(source *s, int bound) { return (int)((draw(s) >> 33) % (uint64_t)bound); }
static bool chance(source *s, int in) { return below(s, in) == 0; }

/* ------------------------------------------------------------------ arguments */

static void *handle(source *s, kind kind) {
    pthread_mutex_lock(&pool_lock);
    void *found = pool[kind][below(s, POOL)];
    switch (below(s, 24)) {
    case 0:
        found = NULL;
        break;
    case 1:
        found = gone[below(s, POOL)];
        break;
    case 2:
        found = pool[below(s, KINDS)][below(s, POOL)];
        break;
    case 3:
        found = (void *)(uintptr_t)draw(s);
        break;
    case 4:
        found = (void *)((uintptr_t)found ^ (uintptr_t)1 << below(s, 64));
        break;
    default:
        break;
    }
    pthread_mutex_unlock(&pool_lock);
    return found;
}

static void *handles(source *s, kind kind) {
    if (s->is_absurd || chance(s, 24)) return NULL;
    void **list = s->handles[s->next_handles++];
    for (int i = 0; i < s->most; i++) list[i] = handle(s, kind);
    return list;
}

static int64_t a_long(source *s) {
    static const int64_t edges[] = {INT64_MIN,
                                    INT64_MIN + 1,
                                    INT64_MAX,
                                    INT64_MAX - 1,
                                    INT32_MIN,
                                    (int64_t)1 << 40,
                                    ((int64_t)1 << 44) + 1,
                                    (int64_t)1 << 53,
                                    ((int64_t)1 << 53) + 1,
                                    (int64_t)1 << 62,
                                    -((int64_t)1 << 40),
                                    -1000};
    return chance(s, 4) ? edges[below(s, (int)(sizeof edges / sizeof edges[0]))] : below(s, 9) - 3;
}

static int32_t an_int(source *s) {
    static const int32_t edges[] = {
        INT32_MIN, INT32_MIN + 1, INT32_MAX, INT32_MAX - 1, -(1 << 30) - 1, 1 << 30, 64, -64, 33, -33};
    return chance(s, 5) ? edges[below(s, (int)(sizeof edges / sizeof edges[0]))] : below(s, 8) - 3;
}

static uint64_t an_unsigned(source *s) { return chance(s, 2) ? draw(s) : (uint64_t)a_long(s); }

static double a_double(source *s) {
    static const double edges[] = {0,      -0.0,     1,         -1,    2,     -2,     0.5,    3.5,     1e-3,
                                   1e-300, 5e-324,   1e18,      -1e18, 1e300, -1e300, 0x1p53, -0x1p63, 0x1p63,
                                   0x1p64, HUGE_VAL, -HUGE_VAL, NAN,   1e-45, 255,    256,    100};
    return edges[below(s, (int)(sizeof edges / sizeof edges[0]))];
}

/* How many bytes a tensor of the pool may have, or not. */
static size_t a_size(source *s) {
    return chance(s, 8)   ? (size_t)an_unsigned(s)
           : chance(s, 2) ? (size_t)(4 * below(s, 40))
                          : (size_t)(8 * below(s, 120));
}

static int32_t a_count(source *s) {
    static const int32_t absurd[] = {INT32_MAX, INT32_MIN, 1 << 30, -(1 << 30) - 1, -1, 4096};
    return s->is_absurd ? absurd[below(s, 6)] : chance(s, 12) ? -below(s, 3) : s->most;
}

/* Extents, of which few multiply to something that is worth computing: the others are none at all, or more than
 * there is. */
static double *doubles(source *s) {
    if (chance(s, 4)) return NULL;
    double *list = (double *)(s->scratch + 2048);
    for (int i = 0; i < 4; i++) list[i] = a_double(s);
    return list;
}

static int64_t *longs(source *s) {
    if (s->is_absurd || chance(s, 24)) return NULL;
    int64_t *list = s->longs[s->next_longs++];
    double product = 1;
    for (int i = 0; i < LIST; i++) {
        list[i] = a_long(s);
        if (i < s->most && list[i] > 0) product *= (double)list[i];
        if (product > 1e3 && product < 0x1p60) list[i] = 1, product = 1e3;
    }
    return list;
}

static int32_t *ints(source *s) {
    if (s->is_absurd || chance(s, 16)) return NULL;
    int32_t *list = s->ints[s->next_ints++];
    for (int i = 0; i < LIST; i++) list[i] = an_int(s);
    return list;
}

static wb_index_kind *index_kinds(source *s) {
    for (int i = 0; i < LIST; i++) s->kinds[i] = chance(s, 20) ? (wb_index_kind)an_int(s) : (wb_index_kind)below(s, 5);
    return s->is_absurd ? NULL : s->kinds;
}

static const char *const texts[] = {
    "Sequential(Linear(3, 4), ReLU(), Linear(4, 2))",
    "Linear(2, 3)",
    "Softmax(-9223372036854775808)",
    "Flatten(0, 9223372036854775807)",
    "Dropout(0.5)",
    "Linear(9223372036854775807, 2)",
    "Linear(-1, 0)",
    "CrossEntropyLoss()",
    "MSELoss(reduction='sum')",
    "SGD(lr=0.1, momentum=0.9)",
    "Adam(lr=1e300)",
    "AdamW()",
    "lr",
    "weight_decay",
    "weight",
    "0.weight",
    "x",
    "negative_slope",
    "Container(a=Linear(1, 1))",
    "Parameter(3)",
    "a.h5",
    "b.h5",
    "missing/c.h5",
    ".",
    "",
    "..",
    "softmax(dim=1)",
    "exp",
    "sum(dim=-9223372036854775808)",
    "topk(9223372036854775807)",
    "unflatten(0, (1, -1))",
    "split(-9223372036854775808)",
    "roll(9223372036854775807, 0)",
    "einsum('ij,jk->ik')",
    "ij,jk->ik",
    "ii->i",
    "...a,a...->...",
    "ij->ijk",
    "full((2, 3), 1e400)",
    "arange(-9223372036854775808, 9223372036854775807)",
    "linspace(0, 1, 9223372036854775807)",
    "randint(-9223372036854775808, 9223372036854775807, (2,))",
    "one_hot(num_classes=9223372036854775807)",
    "eye(-1)",
    "tril(9223372036854775807)",
    "diagonal(-9223372036854775808)",
    "unique(dim=0)",
    "sort(dim=-9223372036854775808)",
    "svd",
    "inverse",
    "cumsum(9223372036854775807)",
    "pad((9223372036854775807, 9223372036854775807))",
    "repeat((9223372036854775807, 2))",
    "norm(p=1e308)",
    "round(decimals=-9223372036854775808)",
    "tensor(((1, 2), (3)))",
    "((((((((((((((((((((((",
    "a=b=c",
    "'",
    "\xff\xfe",
    "Linear(3, 4",
    "Sequential(*",
    "inf",
    "-9223372036854775808",
    "None",
    "True",
    "(0.9, 0.999)",
};

static const char *a_text(source *s) {
    if (chance(s, 24)) return NULL;
    const char *text = texts[below(s, (int)(sizeof texts / sizeof texts[0]))];
    if (!chance(s, 16)) return text;
    // One with a byte changed. No path leaves the folder.
    static _Thread_local char changed[8][256];
    static _Thread_local int next;
    char *copy = changed[next++ % 8];
    snprintf(copy, sizeof changed[0], "%s", text);
    if (copy[0]) copy[below(s, (int)strlen(copy))] = (char)(1 + below(s, 255));
    for (char *c = copy; *c; c++) *c = *c == '/' ? '_' : *c;
    return copy;
}

static const char *const *a_texts(source *s) {
    for (int i = 0; i < LIST; i++) s->names[i] = a_text(s);
    return s->is_absurd ? NULL : s->names;
}

/* Memory to be read or written: MEMORY bytes, or fewer by one, which are not aligned. */
static void *memory(source *s, char *base) { return chance(s, 16) ? NULL : chance(s, 16) ? base + 1 : base; }
static const void *const *memories(source *s, char *base) {
    for (int i = 0; i < LIST; i++) s->memory[i] = memory(s, base);
    return s->is_absurd ? NULL : s->memory;
}

/* ------------------------------------------------------------------ results */

/* Room for handles that a call makes. */
static void *outs(source *s) {
    if (chance(s, 24)) return NULL;
    void **list = s->outs[s->next_outs++];
    memset(list, 0, LIST * sizeof *list);
    return list;
}

static wb_status release(kind kind, void *handle) {
    switch (kind) {
    case TENSOR:
        return wb_tensor_free(handle);
    case MODULE:
        return wb_module_free(handle);
    case OPTIMIZER:
        return wb_optimizer_free(handle);
    case DATASET:
        return wb_dataset_free(handle);
    case BATCHES:
        return wb_batches_free(handle);
    case PROGRAM:
        return wb_program_free(handle);
    case TRAINER:
        return wb_trainer_free(handle);
    case SCHEDULE:
        return wb_schedule_free(handle);
    case VALUE:
        return wb_value_free(handle);
    case WRITER:
        return wb_writer_free(handle);
    case CHECKPOINTS:
        return wb_checkpoints_free(handle);
    default:
        return wb_recording_free(handle);
    }
}

/* Takes over a handle, for which another goes. Tensors that are worth computing for long are not kept. */
static void keep(source *s, kind kind, void *handle) {
    int64_t count = 0;
    if (kind == TENSOR && (wb_tensor_count(handle, &count) != WB_OK || count > 1000)) {
        wb_tensor_free(handle);
        return;
    }
    if (kind == TRAINER) wb_trainer_set(handle, WB_TRAINER_MAX_STEPS, 3);
    pthread_mutex_lock(&pool_lock);
    void **place = &pool[kind][below(s, POOL)], *old = *place;
    *place = handle;
    if (old) gone[below(s, POOL)] = old;
    pthread_mutex_unlock(&pool_lock);
    if (old) release(kind, old);
}

static void adopt(source *s, kind kind, void **list) {
    if (list)
        for (int i = 0; i < LIST && list[i]; i++) keep(s, kind, list[i]);
}

/* Reads a text that a call has given. */
static void look(const char **text) {
    if (text && *text && strlen(*text) > (size_t)1 << 30) exit(6);
}

/* ------------------------------------------------------------------ callbacks */

static _Thread_local source *mine;

static void on_release(void *context) { (void)context; }
static void on_line(void *context, const char *line) { (void)context, (void)line; }
static wb_status on_vjp(void *context, wb_tensor *const *outputs, wb_tensor *const *cotangents, int32_t output_count,
                        const int32_t *needed, wb_tensor **gradients, int32_t input_count) {
    (void)context, (void)outputs, (void)needed;
    for (int32_t i = 0; i < input_count; i++)
        if (output_count && cotangents[0] && chance(mine, 2)) wb_exp(cotangents[0], &gradients[i]);
    return chance(mine, 6) ? (wb_status)an_int(mine) : WB_OK;
}
static wb_status on_jvp(void *context, wb_tensor *const *outputs, int32_t output_count, wb_tensor *const *tangents,
                        int32_t input_count, wb_tensor **tangents_out) {
    (void)context, (void)outputs;
    for (int32_t i = 0; i < output_count; i++)
        if (input_count && tangents[0] && chance(mine, 2)) wb_exp(tangents[0], &tangents_out[i]);
    return chance(mine, 6) ? (wb_status)an_int(mine) : WB_OK;
}
static wb_status on_hook(void *context, const wb_tensor *gradient, wb_tensor **replacement) {
    (void)context;
    if (chance(mine, 2)) wb_exp(gradient, replacement);
    return chance(mine, 6) ? (wb_status)an_int(mine) : WB_OK;
}
static wb_status on_forward(void *context, const char *options, wb_tensor *const *inputs, int32_t input_count,
                            wb_tensor **outputs, int32_t capacity, int32_t *output_count) {
    (void)context, (void)options;
    if (input_count > 0 && inputs[0] && capacity > 0 && wb_exp(inputs[0], &outputs[0]) == WB_OK) *output_count = 1;
    if (chance(mine, 6)) *output_count = an_int(mine);
    return chance(mine, 6) ? (wb_status)an_int(mine) : WB_OK;
}
static void on_place(void *context, void *text, size_t capacity) {
    (void)context;
    memset(text, chance(mine, 2) ? 'x' : 0xff, capacity);
}
static wb_status on_run(void *context, wb_run_event event) {
    (void)context, (void)event;
    return chance(mine, 6) ? (wb_status)an_int(mine) : WB_OK;
}
static wb_status on_module(void *context, uint64_t module, wb_tensor *const *outputs, int32_t output_count) {
    (void)context, (void)module, (void)outputs, (void)output_count;
    return WB_OK; /* it is called on every thread, also on one whose calls are to be right */
}
static wb_status on_closure(void *context, wb_tensor **loss) {
    (void)context;
    if (chance(mine, 2)) wb_tensor_full(WB_FLOAT32, 0, NULL, 1, loss);
    return chance(mine, 6) ? (wb_status)an_int(mine) : WB_OK;
}
static wb_status on_factor(void *context, int32_t group, int64_t epoch, double *factor) {
    (void)context, (void)group, (void)epoch;
    *factor = a_double(mine);
    return chance(mine, 6) ? (wb_status)an_int(mine) : WB_OK;
}
static int32_t on_progress(void *context, const wb_progress *progress) {
    (void)context;
    return progress->total_steps > 0 && chance(mine, 4);
}

/* ------------------------------------------------------------------ calls */

static void enter(source *s, const char *name) { s->name = name; }

static void leave(source *s, wb_status status) {
    s->calls++;
    if (status == WB_OK) return;
    s->refusals++;
    if (status == WB_ERROR_INTERNAL || !*wb_last_error()) {
        fprintf(stderr, "%s gave %s: %s\n", s->name, wb_status_name(status), wb_last_error());
        exit(3);
    }
}

#include "calls.h"

/* ------------------------------------------------------------------ good calls */

/* The parameters after three steps from a known beginning, saved and loaded: the same at any time. */
static void known(source *s, float found[11]) {
    wb_module *model = NULL, *loaded = NULL;
    wb_optimizer *optimizer = NULL;
    wb_tensor *all[2] = {NULL}, *x = NULL, *y = NULL, *loss = NULL;
    const float weights[3][2] = {{1, -1}, {0.5f, 2}, {-2, 0.25f}}, biases[3] = {1, 2, 3},
                input[2][2] = {{1, 2}, {3, -1}}, target[2][3] = {{1}, {0, 1}};
    char path[32];
    snprintf(path, sizeof path, "known-%d.h5", (int)(s - sources));
#define GOOD(call)                                                                                                     \
    if ((call) != WB_OK) {                                                                                             \
        fprintf(stderr, "a good call fails: %s: %s\n", #call, wb_last_error());                                        \
        exit(4);                                                                                                       \
    }
    GOOD(wb_module_create("Linear(2, 3)", WB_FLOAT32, &model));
    for (int i = 0; i < 2; i++) GOOD(wb_module_parameter(model, i, NULL, &all[i]));
    GOOD(wb_tensor_write(all[0], weights, sizeof weights));
    GOOD(wb_tensor_write(all[1], biases, sizeof biases));
    GOOD(wb_optimizer_create("Adam(lr=0.1)", all, 2, &optimizer));
    GOOD(wb_tensor_create(WB_FLOAT32, 2, (const int64_t[]){2, 2}, input, &x));
    GOOD(wb_tensor_create(WB_FLOAT32, 2, (const int64_t[]){2, 3}, target, &y));
    for (int step = 0; step < 3; step++) {
        wb_tensor *prediction = NULL;
        GOOD(wb_module_forward(model, x, &prediction));
        GOOD(wb_call("mse_loss", (wb_tensor *[]){prediction, y}, 2, &loss, 1, NULL));
        GOOD(wb_optimizer_zero_grad(optimizer));
        GOOD(wb_backward(loss, NULL, 0));
        GOOD(wb_optimizer_step(optimizer));
        GOOD(wb_tensor_read(loss, &found[9 + step % 2], sizeof(float)));
        wb_tensor_free(prediction);
        wb_tensor_free(loss);
    }
    GOOD(wb_save(path, model, optimizer, 1, 2));
    GOOD(wb_load(path, &loaded));
    for (int i = 0; i < 2; i++) {
        wb_tensor *parameter = NULL;
        GOOD(wb_module_parameter(loaded, i, NULL, &parameter));
        GOOD(wb_tensor_read(parameter, found + 6 * i, i ? sizeof biases : sizeof weights));
        wb_tensor_free(parameter);
        wb_tensor_free(all[i]);
    }
    unlink(path);
    wb_tensor_free(x);
    wb_tensor_free(y);
    wb_optimizer_free(optimizer);
    wb_module_free(loaded);
    wb_module_free(model);
}

/* Closes whatever this thread has left open, and makes handles to go on with. */
static void tidy(source *s) {
    while (wb_block_end() == WB_OK) {}
    while (wb_recording_cancel() == WB_OK) {}
    while (wb_vmap_cancel() == WB_OK) {}
    while (wb_capture_cancel() == WB_OK) {}
    while (wb_scope_end() == WB_OK) {}
    wb_set_grad_enabled(1, NULL);
    wb_set_autocast(WB_FLOAT32, NULL);
    wb_set_check_finite(0);
    wb_set_module_callback(NULL, NULL);
    wb_set_anomaly_mode(0, NULL, NULL);
    wb_set_default_dtype(WB_FLOAT32, NULL);
    for (int i = 0; i < 12; i++) {
        static const wb_dtype dtypes[] = {WB_FLOAT32, WB_FLOAT32, WB_FLOAT64, WB_INT64, WB_BOOL};
        wb_tensor *tensor = NULL, *one = NULL;
        int64_t shape[3];
        for (int axis = 0; axis < 3; axis++) shape[axis] = below(s, 12) ? 1 + below(s, 3) : 0;
        if (wb_tensor_create(dtypes[below(s, 5)], below(s, 4), shape, NULL, &tensor) != WB_OK) continue;
        if (chance(s, 2) && wb_binary_scalar(WB_BINARY_ADD, tensor, 1, 0, &one) == WB_OK) keep(s, TENSOR, one);
        if (chance(s, 3)) wb_tensor_set_requires_grad(tensor, 1);
        keep(s, TENSOR, tensor);
    }
    static const char *const modules[] = {"Linear(2, 3)",       "Sequential(Linear(3, 2), Tanh())",
                                          "CrossEntropyLoss()", "MSELoss()",
                                          "Dropout(0.5)",       "Container()"};
    for (int i = 0; i < 3; i++) {
        wb_module *module = NULL;
        if (wb_module_create(modules[below(s, 6)], WB_FLOAT32, &module) == WB_OK) keep(s, MODULE, module);
    }
    wb_module *model = NULL, *loss = NULL;
    wb_tensor *all[2] = {NULL}, *x = NULL, *y = NULL, *z = NULL;
    wb_optimizer *optimizer = NULL;
    wb_schedule *schedule = NULL;
    wb_trainer *trainer = NULL;
    wb_dataset *dataset = NULL;
    wb_batches *batches = NULL;
    wb_program *program = NULL;
    if (wb_module_create("Linear(2, 3)", WB_FLOAT32, &model) == WB_OK &&
        wb_module_create("MSELoss()", WB_FLOAT32, &loss) == WB_OK) {
        for (int i = 0; i < 2; i++) wb_module_parameter(model, i, NULL, &all[i]);
        if (wb_optimizer_create("SGD(lr=0.1)", all, 2, &optimizer) == WB_OK &&
            wb_trainer_create(model, loss, optimizer, &trainer) == WB_OK)
            keep(s, TRAINER, trainer);
        wb_tensor_create(WB_FLOAT32, 2, (const int64_t[]){6, 2}, NULL, &x);
        wb_tensor_create(WB_FLOAT32, 2, (const int64_t[]){6, 3}, NULL, &y);
        if (wb_dataset_from_tensors(x, y, &dataset) == WB_OK) {
            if (wb_batches_create(dataset, 2, WB_SHUFFLE_NONE, 1, 0, 0, &batches) == WB_OK) keep(s, BATCHES, batches);
            keep(s, DATASET, dataset);
        }
        if (wb_capture_begin(&x, 1) == WB_OK) {
            if (wb_module_forward(model, x, &z) != WB_OK || wb_capture_end(&z, 1, &program) != WB_OK)
                wb_capture_cancel();
            if (program) keep(s, PROGRAM, program);
        }
        for (int i = 0; i < 2; i++) wb_tensor_free(all[i]);
        wb_tensor_free(x);
        wb_tensor_free(y);
        wb_tensor_free(z);
        keep(s, MODULE, model);
        keep(s, MODULE, loss);
        if (optimizer && wb_schedule_create("StepLR(2)", optimizer, &schedule) == WB_OK) keep(s, SCHEDULE, schedule);
        if (optimizer) keep(s, OPTIMIZER, optimizer);
        wb_writer *writer = NULL;
        if (wb_writer_open(chance(s, 2) ? "rows" : "rows.h5", 3, &writer) == WB_OK) {
            wb_writer_add(writer, "x", WB_FLOAT32, 1, (const int64_t[]){2});
            keep(s, WRITER, writer);
        }
        wb_checkpoints *checkpoints = NULL;
        if (wb_checkpoints_open("checkpoints", 2, "loss", 0, chance(s, 2), &checkpoints) == WB_OK)
            keep(s, CHECKPOINTS, checkpoints);
    }
}

static float expected[11];
static double until;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void *misuse(void *given) {
    source *s = mine = given;
    while (now() < until) {
        tidy(s);
        float found[11] = {0};
        known(s, found);
        if (memcmp(found, expected, sizeof found)) {
            fprintf(stderr, "a good call gives something else than before\n");
            exit(5);
        }
        for (int i = 0; i < 300; i++) {
            s->is_absurd = chance(s, 12);
            s->most = chance(s, 12) ? 40 : 1 + below(s, 4);
            s->next_handles = s->next_longs = s->next_ints = s->next_outs = 0;
            calls[below(s, (int)(sizeof calls / sizeof calls[0]))](s);
        }
    }
    tidy(s);
    return NULL;
}

/* Says where it was. */
static void crash(int number) {
    char text[256];
    for (int i = 0; i < THREADS; i++) {
        if (!sources[i].name) continue;
        int length = snprintf(text, sizeof text, "signal %d; thread %d is in %s after %ld calls\n", number, i,
                              sources[i].name, (long)sources[i].calls);
        if (write(2, text, (size_t)length) < 0) break;
    }
    signal(number, SIG_DFL);
    raise(number);
}

int main(int count, char **arguments) {
    if (count != 4) return 2;
    uint64_t seed = strtoull(arguments[1], NULL, 10);
    int threads = atoi(arguments[3]);
    zeros = mmap(NULL, MEMORY + 64, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < THREADS; i++) {
        sources[i].state = (seed * THREADS + (uint64_t)i + 1) * 0x9E3779B97F4A7C15u | 1;
        sources[i].scratch = mmap(NULL, MEMORY + 64, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        for (int j = 0; j < 8; j++) sources[i].outs[j] = calloc(OUTS, sizeof(void *));
    }
    // ASan has handlers of its own.
    const int signals[] = {SIGILL, SIGABRT, SIGALRM, SIGTERM, SIGSEGV, SIGBUS, SIGFPE};
    for (int i = 0; i < (getenv("ASAN_OPTIONS") ? 4 : 7); i++) signal(signals[i], crash);
    mine = &sources[0];
    known(&sources[0], expected);
    until = now() + atof(arguments[2]);
    pthread_t others[THREADS];
    for (int i = 1; i < threads; i++) pthread_create(&others[i], NULL, misuse, &sources[i]);
    misuse(&sources[0]);
    for (int i = 1; i < threads; i++) pthread_join(others[i], NULL);
    long calls_made = 0, refused = 0;
    for (int i = 0; i < threads; i++) calls_made += sources[i].calls, refused += sources[i].refusals;
    printf("%ld %ld\n", calls_made, refused);
    return 0;
}
