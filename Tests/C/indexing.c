/* Indexing, assignment and shapes through the C interface: the same expressions as in Python, by handle. */
#include "check.h"

/* 0, 1, ... as [rows, columns]. */
static wb_tensor *grid(int64_t rows, int64_t columns) {
    wb_tensor *flat = NULL, *tensor = NULL;
    OK(wb_tensor_arange(WB_FLOAT64, 0, (double)(rows * columns), 1, &flat));
    OK(wb_reshape(flat, SHAPE(rows, columns), &tensor));
    return tensor;
}

static wb_tensor *integers(int64_t count, const int64_t *values) {
    wb_tensor *tensor = NULL;
    OK(wb_tensor_create(WB_INT64, 1, &count, values, &tensor));
    return tensor;
}

/* Whether a tensor has the given float64 values. */
static int holds(const wb_tensor *tensor, int64_t count, const double *values) {
    int64_t found = 0;
    OK(wb_tensor_count(tensor, &found));
    if (found != count) return 0;
    for (int64_t i = 0; i < count; i++)
        if (at(tensor, i) != values[i]) return 0;
    return 1;
}
#define HOLDS(tensor, ...)                                                                                             \
    EXPECT(holds((tensor), (int64_t)(sizeof((double[]){__VA_ARGS__}) / sizeof(double)), (const double[]){__VA_ARGS__}))

static void slices_positions_and_tensors_are_read_as_in_numpy(void) {
    OK(wb_scope_begin());
    wb_tensor *x = grid(3, 4), *y = NULL, *rows = integers(3, (const int64_t[]){2, 0, -1});
    OK(wb_index(x, 2, (const wb_index_kind[]){WB_INDEX_SLICE, WB_INDEX_AT},
                (const int64_t[]){INT64_MIN, INT64_MIN, -2, 1, 0, 0}, NULL, &y));
    HOLDS(y, 9, 1);
    OK(wb_index(x, 1, (const wb_index_kind[]){WB_INDEX_TENSOR}, (const int64_t[3]){0}, (wb_tensor *const[]){rows}, &y));
    HOLDS(y, 8, 9, 10, 11, 0, 1, 2, 3, 8, 9, 10, 11);
    OK(wb_index(x, 2, (const wb_index_kind[]){WB_INDEX_TENSOR, WB_INDEX_TENSOR}, (const int64_t[6]){0},
                (wb_tensor *const[]){rows, rows}, &y));
    HOLDS(y, 10, 0, 11);
    OK(wb_index(x, 3, (const wb_index_kind[]){WB_INDEX_NEW_AXIS, WB_INDEX_ELLIPSIS, WB_INDEX_AT},
                (const int64_t[]){0, 0, 0, 0, 0, 0, -1, 0, 0}, NULL, &y));
    HOLDS(y, 3, 7, 11);
    int32_t rank = 0;
    OK(wb_tensor_rank(y, &rank));
    EXPECT(rank == 2);
    OK(wb_index(x, 0, NULL, NULL, NULL, &y));
    EXPECT(y != x && at(y, 11) == 11);
    OK(wb_scope_end());
}

static void an_assignment_points_the_box_anew_and_leaves_old_values_to_their_holders(void) {
    OK(wb_scope_begin());
    wb_tensor *x = grid(2, 3), *old = NULL, *mask = NULL, *values = VECTOR(7, 8, 9), *zero = NULL;
    OK(wb_tensor_detach(x, &old));
    OK(wb_index_assign(x, 1, (const wb_index_kind[]){WB_INDEX_AT}, (const int64_t[]){1, 0, 0}, NULL, values));
    HOLDS(x, 0, 1, 2, 7, 8, 9);
    OK(wb_tensor_full(WB_FLOAT64, 0, NULL, 0, &zero));
    OK(wb_binary_scalar(WB_BINARY_GREATER, x, 7.5, 0, &mask));
    OK(wb_index_assign(x, 1, (const wb_index_kind[]){WB_INDEX_TENSOR}, (const int64_t[3]){0},
                       (wb_tensor *const[]){mask}, zero));
    HOLDS(x, 0, 1, 2, 7, 0, 0);
    wb_tensor *twice = integers(3, (const int64_t[]){1, 1, 1});
    OK(wb_index_assign(x, 2, (const wb_index_kind[]){WB_INDEX_AT, WB_INDEX_TENSOR}, (const int64_t[6]){0},
                       (wb_tensor *const[]){NULL, twice}, values));
    HOLDS(x, 0, 9, 2, 7, 0, 0);
    HOLDS(old, 0, 1, 2, 3, 4, 5);
    OK(wb_scope_end());
}

static void gradients_pass_an_assignment(void) {
    OK(wb_scope_begin());
    wb_tensor *w = VECTOR(1, 2, 3), *v = VECTOR(5), *x = NULL, *y = NULL, *loss = NULL, *gradient = NULL;
    OK(wb_tensor_set_requires_grad(w, 1));
    OK(wb_tensor_set_requires_grad(v, 1));
    FAILS(wb_index_assign(w, 1, (const wb_index_kind[]){WB_INDEX_AT}, (const int64_t[3]){0}, NULL, v), WB_ERROR_STATE,
          "no_grad");
    OK(wb_square(w, &x));
    OK(wb_index_assign(x, 1, (const wb_index_kind[]){WB_INDEX_SLICE}, (const int64_t[]){1, 2, 1}, NULL, v));
    OK(wb_square(x, &y));
    OK(wb_sum(y, &loss));
    OK(wb_backward(loss, NULL, 0));
    OK(wb_tensor_grad(w, &gradient));
    HOLDS(gradient, 4, 0, 108);
    OK(wb_tensor_grad(v, &gradient));
    HOLDS(gradient, 10);
    OK(wb_scope_end());
}

static void parts_are_cut_and_joined(void) {
    OK(wb_scope_begin());
    wb_tensor *x = grid(2, 5), *parts[3] = {NULL}, *rows[2] = {NULL}, *y = NULL;
    OK(wb_split(x, 1, (const int64_t[]){2, 0, 3}, 3, parts));
    HOLDS(parts[0], 0, 1, 5, 6);
    HOLDS(parts[2], 2, 3, 4, 7, 8, 9);
    OK(wb_hstack(parts, 3, &y));
    HOLDS(y, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    OK(wb_unbind(x, 0, 2, rows));
    HOLDS(rows[1], 5, 6, 7, 8, 9);
    OK(wb_roll(rows[0], (const int64_t[]){2}, NULL, 1, &y));
    HOLDS(y, 3, 4, 0, 1, 2);
    OK(wb_pad(rows[0], (const int64_t[]){2, 1}, 1, WB_PAD_REFLECT, 0, &y));
    HOLDS(y, 2, 1, 0, 1, 2, 3, 4, 3);
    wb_tensor *same = parts[0];
    FAILS(wb_split(x, 1, (const int64_t[]){2, 2}, 2, parts), WB_ERROR_ARGUMENT, "[2, 2]");
    FAILS(wb_unbind(x, 0, 3, parts), WB_ERROR_ARGUMENT, "2 slices", "3");
    EXPECT(parts[0] == same);
    OK(wb_scope_end());
}

static void nonsense_gets_a_sentence(void) {
    OK(wb_scope_begin());
    wb_tensor *x = grid(2, 3), *y = NULL, *far = integers(1, (const int64_t[]){3});
    const wb_index_kind at[] = {WB_INDEX_AT}, slice[] = {WB_INDEX_SLICE}, tensor[] = {WB_INDEX_TENSOR},
                        unknown[] = {(wb_index_kind)99};
    const int64_t numbers[3] = {2, 0, 0}, zero[3] = {0};
    FAILS(wb_index(x, 1, at, numbers, NULL, &y), WB_ERROR_INDEX, "index 2", "axis 0", "extent 2");
    FAILS(wb_index(x, 1, slice, zero, NULL, &y), WB_ERROR_ARGUMENT, "step");
    FAILS(wb_index(x, 1, unknown, zero, NULL, &y), WB_ERROR_ARGUMENT, "99");
    FAILS(wb_index(x, 1, tensor, zero, NULL, &y), WB_ERROR_HANDLE, "index");
    FAILS(wb_index(x, 1, tensor, zero, (wb_tensor *const[]){(wb_tensor *)&numbers}, &y), WB_ERROR_HANDLE, "index");
    FAILS(wb_index(x, 1, NULL, zero, NULL, &y), WB_ERROR_ARGUMENT, "kinds is null");
    FAILS(wb_index(x, 1, at, NULL, NULL, &y), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_index(x, -1, at, zero, NULL, &y), WB_ERROR_ARGUMENT, "negative");
    FAILS(wb_index(x, INT32_MAX, at, zero, NULL, &y), WB_ERROR_INDEX, "too many");
    FAILS(wb_index(x, 1, at, zero, NULL, NULL), WB_ERROR_ARGUMENT, "out-parameter");
    FAILS(wb_index_assign(x, 1, at, zero, NULL, NULL), WB_ERROR_HANDLE, "index");
    FAILS(wb_index_assign(NULL, 1, at, zero, NULL, x), WB_ERROR_HANDLE, "index");
    FAILS(wb_pad(x, zero, INT32_MAX, WB_PAD_CONSTANT, 0, &y), WB_ERROR_ARGUMENT, "axes");
    FAILS(wb_pad(x, zero, 1, (wb_pad_mode)7, 0, &y), WB_ERROR_ARGUMENT, "7");
    FAILS(wb_roll(x, zero, NULL, 2, &y), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_stack(NULL, 0, 0, &y), WB_ERROR_ARGUMENT, "no tensors");
    FAILS(wb_one_hot(far, -2, WB_FLOAT32, &y), WB_ERROR_ARGUMENT, "-2");
    EXPECT(y == NULL);
    /* What only values show is an error where they are computed. */
    OK(wb_index(x, 1, tensor, zero, (wb_tensor *const[]){far}, &y));
    FAILS(wb_eval(&y, 1), WB_ERROR_INDEX, "index 3", "axis 0", "extent 2");
    HOLDS(x, 0, 1, 2, 3, 4, 5);
    OK(wb_scope_end());
}

static void a_program_writes_a_slice_of_its_state_in_place_and_changes_nothing_when_it_fails(void) {
    OK(wb_scope_begin());
    wb_tensor *state = grid(3, 2), *row = VECTOR(1, 1), *place = integers(1, (const int64_t[]){2});
    wb_program *program = NULL;
    const wb_index_kind first[] = {WB_INDEX_AT}, picked[] = {WB_INDEX_TENSOR};
    OK(wb_capture_begin((wb_tensor *const[]){row, place}, 2));
    OK(wb_index_assign(state, 1, first, (const int64_t[3]){0}, NULL, row));
    OK(wb_index_assign(state, 1, picked, (const int64_t[3]){0}, (wb_tensor *const[]){place}, row));
    OK(wb_capture_end(NULL, 0, &program));
    wb_tensor *values = VECTOR(8, 9), *far = integers(1, (const int64_t[]){-4}), *held = NULL;
    OK(wb_tensor_detach(state, &held));
    FAILS(wb_program_run(program, (wb_tensor *const[]){values, far}, 2, NULL, 0), WB_ERROR_INDEX, "index -4", "axis 0",
          "extent 3");
    HOLDS(state, 0, 1, 2, 3, 4, 5);
    OK(wb_program_run(program, (wb_tensor *const[]){values, place}, 2, NULL, 0));
    HOLDS(state, 8, 9, 2, 3, 8, 9);
    HOLDS(held, 0, 1, 2, 3, 4, 5);
    OK(wb_program_free(program));
    OK(wb_scope_end());
}

int main(void) {
    RUN(slices_positions_and_tensors_are_read_as_in_numpy);
    RUN(an_assignment_points_the_box_anew_and_leaves_old_values_to_their_holders);
    RUN(gradients_pass_an_assignment);
    RUN(parts_are_cut_and_joined);
    RUN(nonsense_gets_a_sentence);
    RUN(a_program_writes_a_slice_of_its_state_in_place_and_changes_nothing_when_it_fails);
    return finish();
}
