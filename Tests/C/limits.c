/* Numbers, shapes and sizes at the edge of what there is, and behind it: each is refused with a sentence, or works.
 * None traps, aborts or hangs. */
#define _DEFAULT_SOURCE
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

enum { MOST_AXES = 32 };

static wb_tensor *zeros(wb_dtype dtype, int32_t rank, const int64_t *shape) {
    wb_tensor *tensor = NULL;
    OK(wb_tensor_full(dtype, rank, shape, 0, &tensor));
    return tensor;
}

/* One element, under a shape of ones. */
static wb_tensor *of_rank(int32_t rank) {
    int64_t ones[MOST_AXES];
    for (int axis = 0; axis < MOST_AXES; axis++) ones[axis] = 1;
    return zeros(WB_FLOAT64, rank, ones);
}

/* ------------------------------------------------------------------ numbers */

static void an_axis_that_no_tensor_has_makes_no_layer(void) {
    wb_module *module = NULL;
    REFUSED(wb_module_create("Softmax(-9223372036854775808)", WB_FLOAT32, &module), "Softmax");
    REFUSED(wb_module_create("Softmax(dim=9223372036854775807)", WB_FLOAT32, &module), "Softmax");
    REFUSED(wb_module_create("LogSoftmax(-9223372036854775808)", WB_FLOAT32, &module), "LogSoftmax");
    REFUSED(wb_module_create("Flatten(-9223372036854775808, 9223372036854775807)", WB_FLOAT32, &module), "Flatten");
    REFUSED(wb_module_create("Unflatten(-9223372036854775808, (1, 2))", WB_FLOAT32, &module), "Unflatten");
    REFUSED(wb_module_create("Softmax(-9223372036854775809)", WB_FLOAT32, &module), "64 bits");
    EXPECT(module == NULL);
}

static void counts_far_below_zero_are_refused(void) {
    const int64_t widths[] = {1, 1};
    const int32_t counts[] = {-1, -(1 << 30) - 1, INT32_MIN, INT32_MAX};
    wb_tensor *x = VECTOR(1, 2), *y = NULL, *list[1] = {x};
    OK(wb_scope_begin());
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        wb_index_kind kind = WB_INDEX_AT;
        REFUSED(wb_pad(x, widths, counts[i], WB_PAD_CONSTANT, 0, &y), "pad");
        if (counts[i] < 0) {
            REFUSED(wb_index(x, counts[i], &kind, widths, NULL, &y), "index");
            REFUSED(wb_concatenate(list, counts[i], 0, &y), "negative");
            REFUSED(wb_reshape(x, counts[i], widths, &y), "negative");
            REFUSED(wb_taylor(list, counts[i], list, counts[i], list, counts[i], counts[i], &y), "negative");
            REFUSED(wb_split(x, 0, widths, counts[i], &y), "negative");
        }
        REFUSED(wb_unbind(x, 0, counts[i], &y), "unbind");
        REFUSED(wb_unflatten(x, 0, counts[i], widths, &y), "unflatten");
    }
    EXPECT(y == NULL);
    OK(wb_scope_end());
    OK(wb_tensor_free(x));
}

static void a_label_that_leaves_no_number_of_classes_is_refused(void) {
    wb_tensor *labels = NULL, *y = NULL;
    const int64_t most = INT64_MAX, least = INT64_MIN;
    OK(wb_tensor_create(WB_INT64, 0, NULL, &most, &labels));
    FAILS(wb_one_hot(labels, -1, WB_FLOAT32, &y), WB_ERROR_MEMORY, "one_hot");
    FAILS(wb_one_hot(labels, INT64_MAX, WB_FLOAT32, &y), WB_ERROR_MEMORY, "one_hot");
    REFUSED(wb_one_hot(labels, INT64_MIN, WB_FLOAT32, &y), "one_hot");
    OK(wb_tensor_free(labels));
    OK(wb_tensor_create(WB_INT64, 0, NULL, &least, &labels));
    OK(wb_one_hot(labels, -1, WB_FLOAT32, &y));
    FAILS(wb_eval(&y, 1), WB_ERROR_INDEX, "-9223372036854775808");
    OK(wb_tensor_free(labels));
    OK(wb_tensor_free(y));
}

/* The extents of an empty tensor may be large, and their products and sums larger than can be counted. */
static void extents_that_cannot_be_added_or_multiplied_are_refused(void) {
    OK(wb_scope_begin());
    const int64_t wide = (int64_t)1 << 28;
    wb_tensor *rows = zeros(WB_FLOAT32, SHAPE(0, wide)), *columns = zeros(WB_FLOAT32, SHAPE(wide, 0)), *y = NULL;
    FAILS(wb_einsum("ij,ik->ijk", (wb_tensor *[]){rows, rows}, 2, &y), WB_ERROR_MEMORY, "");
    FAILS(wb_einsum("ji,ki->jki", (wb_tensor *[]){columns, columns}, 2, &y), WB_ERROR_MEMORY, "");
    FAILS(wb_matmul(columns, rows, &y), WB_ERROR_MEMORY, "");
    FAILS(wb_add(rows, columns, &y), WB_ERROR_SHAPE, "broadcast");
    FAILS(wb_pad(rows, (const int64_t[]){INT64_MAX, INT64_MAX}, 1, WB_PAD_CONSTANT, 0, &y), WB_ERROR_MEMORY, "pad");
    FAILS(wb_repeat(rows, (const int64_t[]){1, INT64_MAX}, 2, &y), WB_ERROR_MEMORY, "repeat");
    EXPECT(y == NULL);
    OK(wb_scope_end());
}

/* ------------------------------------------------------------------ axes */

/* The sentence names the exponent, which need not be a number that an integer holds. */
static void an_exponent_that_integers_do_not_have_is_refused(void) {
    const double exponents[] = {-1, -1e300, -INFINITY};
    const wb_dtype dtypes[] = {WB_INT32, WB_INT64};
    const int64_t shape[] = {2};
    wb_tensor *y = NULL;
    for (size_t kind = 0; kind < 2; kind++) {
        wb_tensor *x = zeros(dtypes[kind], 1, shape);
        for (size_t i = 0; i < sizeof exponents / sizeof exponents[0]; i++)
            REFUSED(wb_binary_scalar(WB_BINARY_POWER, x, exponents[i], 0, &y), "no power");
        if (wb_binary_scalar(WB_BINARY_POWER, x, NAN, 0, &y) == WB_OK) OK(wb_tensor_free(y));
        OK(wb_tensor_free(x));
    }
}

static void no_operation_gives_more_axes_than_32(void) {
    OK(wb_scope_begin());
    wb_tensor *most = of_rank(MOST_AXES), *many = of_rank(20), *y = NULL, *variable = NULL;
    int64_t ones[MOST_AXES + 8];
    const int32_t front = 0;
    for (size_t i = 0; i < sizeof ones / sizeof ones[0]; i++) ones[i] = 1;
    FAILS(wb_unflatten(most, 0, SHAPE(1, 1), &y), WB_ERROR_SHAPE, "unflatten", "32 axes");
    FAILS(wb_unflatten(many, 3, 32, ones, &y), WB_ERROR_SHAPE, "unflatten", "32 axes");
    FAILS(wb_unsqueeze(most, 0, &y), WB_ERROR_SHAPE, "32 axes");
    FAILS(wb_stack(&most, 1, 0, &y), WB_ERROR_SHAPE, "32 axes");
    FAILS(wb_expand(most, 33, ones, &y), WB_ERROR_SHAPE, "32 axes");
    FAILS(wb_repeat(most, ones, 33, &y), WB_ERROR_SHAPE, "32 axes");
    FAILS(wb_einsum("abcdefghijklmnopqrst,ABCDEFGHIJKLMNOPQRST->abcdefghijklmnopqrstABCDEFGHIJKLMNOPQRST",
                    (wb_tensor *[]){many, many}, 2, &y),
          WB_ERROR_SHAPE, "einsum", "32 axes", "40");

    wb_tensor *index = NULL;
    OK(wb_tensor_full(WB_INT64, 20, ones, 0, &index));
    FAILS(wb_index_select(many, 0, index, &y), WB_ERROR_SHAPE, "32 axes");

    // A mapped function of a tensor with 32 axes gives one example 31; one axis more is possible there, and not two.
    OK(wb_vmap_begin(&most, &front, 1, WB_RANDOMNESS_ERROR, &variable));
    OK(wb_unsqueeze(variable, 0, &y));
    FAILS(wb_vmap_end(&y, &front, 1, 0, &y), WB_ERROR_SHAPE, "32 axes");
    OK(wb_vmap_cancel());
    OK(wb_vmap_begin(&most, &front, 1, WB_RANDOMNESS_ERROR, &variable));
    OK(wb_exp(variable, &y));
    OK(wb_vmap_end(&y, &front, 1, 0, &y));
    EXPECT(item(y) == 1);
    OK(wb_scope_end());
}

/* The product of two matrices of 32 axes all of which are kept is the elementwise one. */
static void einsum_takes_tensors_of_32_axes(void) {
    OK(wb_scope_begin());
    wb_tensor *x = VECTOR(2, 3, 5, 7), *y = NULL;
    int64_t shape[MOST_AXES];
    for (int axis = 0; axis < MOST_AXES; axis++) shape[axis] = axis == 3 || axis == 30 ? 2 : 1;
    OK(wb_reshape(x, MOST_AXES, shape, &x));
    OK(wb_einsum("abcdefghijklmnopqrstuvwxyzABCDEF,abcdefghijklmnopqrstuvwxyzABCDEF->abcdefghijklmnopqrstuvwxyzABCDEF",
                 (wb_tensor *[]){x, x}, 2, &y));
    EXPECT(at(y, 0) == 4 && at(y, 1) == 9 && at(y, 2) == 25 && at(y, 3) == 49);
    OK(wb_einsum("abcdefghijklmnopqrstuvwxyzABCDEF,abcdefghijklmnopqrstuvwxyzABCDEF->", (wb_tensor *[]){x, x}, 2, &y));
    EXPECT(item(y) == 4 + 9 + 25 + 49);
    OK(wb_scope_end());
}

/* ------------------------------------------------------------------ memory */

/* Runs a function in a child that may have so many bytes of address space more than it has. Its result is the
 * child's status: 0 for all well. */
static void with_room(int64_t bytes, int (*body)(void)) {
    int status = -1;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        long pages = 0;
        FILE *file = fopen("/proc/self/statm", "r");
        if (!file || fscanf(file, "%ld", &pages) != 1) _exit(90);
        fclose(file);
        struct rlimit limit = {(rlim_t)(pages * sysconf(_SC_PAGESIZE) + bytes), RLIM_INFINITY};
        if (setrlimit(RLIMIT_AS, &limit)) _exit(91);
        alarm(60); // a hang ends here
        _exit(body());
    }
    EXPECT(child > 0 && waitpid(child, &status, 0) == child);
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        check_report(__FILE__, __LINE__, "the child ended with status %#x", status);
}

enum { LARGE = 1 << 20 }; // 8 MiB of float64

static wb_tensor *large;

static int sort_with_little_room(void) {
    wb_tensor *values = NULL, *places = NULL;
    if (wb_sort(large, 0, 0, &values, &places) != WB_OK)
        return wb_sort(large, 0, 0, &values, &places) != WB_ERROR_MEMORY;
    return wb_eval(&places, 1) != WB_ERROR_MEMORY;
}

static int unique_with_little_room(void) {
    wb_tensor *values = NULL;
    return wb_unique(large, &values, NULL, NULL) != WB_ERROR_MEMORY;
}

static int invert_and_say(wb_status expected) {
    wb_tensor *matrix = NULL, *inverse = NULL, *square = NULL;
    const double values[] = {2, 0, 0, 4};
    if (wb_tensor_create(WB_FLOAT64, SHAPE(2, 2), values, &matrix) != WB_OK) return 2;
    wb_status status = wb_inverse(matrix, &inverse);
    if (status == WB_OK) status = wb_eval(&inverse, 1);
    if (status != expected) {
        printf("inverse gave %s: %s\n", wb_status_name(status), wb_last_error());
        fflush(stdout);
        return 3;
    }
    // What needs no such memory still works.
    return wb_multiply(matrix, matrix, &square) != WB_OK || wb_eval(&square, 1) != WB_OK;
}

static int invert_with_little_room(void) { return invert_and_say(WB_ERROR_MEMORY); }
static int invert_with_enough_room(void) { return invert_and_say(WB_OK); }

static void memory_that_cannot_be_had_beside_the_pool_is_an_error_too(void) {
    if (watched()) return; // the checkers need address space of their own
    OK(wb_random(WB_DISTRIBUTION_UNIFORM, WB_FLOAT64, SHAPE(LARGE), 0, 1, &large));
    OK(wb_memory_trim());
    with_room(24 << 20, sort_with_little_room);
    with_room(36 << 20, unique_with_little_room);
    with_room(64 << 20, invert_with_little_room);
    with_room((int64_t)1 << 30, invert_with_enough_room);
    OK(wb_tensor_free(large));
}

/* Rows without bytes, of which there may be more than numbers can be had for them. */
enum { MANY = 1 << 27 };

static wb_dataset *many_rows;

static int order_rows_with_little_room(void) {
    wb_tensor *x = NULL;
    wb_batches *batches = NULL;
    if (wb_batches_create(many_rows, 32, WB_SHUFFLE_EXACT, 0, 0, 0, &batches) != WB_ERROR_MEMORY) return 1;
    if (wb_batches_create(many_rows, INT64_MAX, WB_SHUFFLE_NONE, 0, 0, 0, &batches) != WB_OK) return 2;
    if (wb_batches_next(batches, &x, NULL) != WB_ERROR_MEMORY) return 4;
    if (wb_dataset_read(many_rows, 0, MANY, &x, NULL) != WB_ERROR_MEMORY) return 3;
    return wb_batches_create(many_rows, 32, WB_SHUFFLE_NONE, 0, 0, 0, &batches) != WB_OK ||
           wb_batches_next(batches, &x, NULL) != WB_OK;
}

static void an_order_of_rows_that_cannot_be_had_is_an_error(void) {
    wb_tensor *rows = NULL;
    if (watched()) return;
    OK(wb_tensor_full(WB_BOOL, SHAPE(MANY, 0), 0, &rows));
    OK(wb_dataset_from_tensors(rows, NULL, &many_rows));
    with_room((int64_t)256 << 20, order_rows_with_little_room);
    OK(wb_dataset_free(many_rows));
    OK(wb_tensor_free(rows));
}

static void slices_are_not_made_for_a_count_that_does_not_fit(void) {
    wb_tensor *x = NULL, *part = NULL;
    int64_t before = 0;
    OK(wb_tensor_full(WB_BOOL, SHAPE((int64_t)1 << 20), 0, &x));
    OK(wb_eval(&x, 1));
    before = resident();
    FAILS(wb_unbind(x, 0, 1, &part), WB_ERROR_ARGUMENT, "1048576 slices", "room for 1");
    if (!watched()) EXPECT(resident() - before < 8 << 20);
    OK(wb_tensor_free(x));
}

int main(void) {
    RUN(an_axis_that_no_tensor_has_makes_no_layer);
    RUN(counts_far_below_zero_are_refused);
    RUN(a_label_that_leaves_no_number_of_classes_is_refused);
    RUN(extents_that_cannot_be_added_or_multiplied_are_refused);
    RUN(an_exponent_that_integers_do_not_have_is_refused);
    RUN(no_operation_gives_more_axes_than_32);
    RUN(einsum_takes_tensors_of_32_axes);
    RUN(memory_that_cannot_be_had_beside_the_pool_is_an_error_too);
    RUN(an_order_of_rows_that_cannot_be_had_is_an_error);
    RUN(slices_are_not_made_for_a_count_that_does_not_fit);
    return finish();
}
