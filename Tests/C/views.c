/* Views: what is written to a part of a tensor reaches the tensor, and the other way round. */
#include "check.h"

static wb_tensor *matrix(void) {
    wb_tensor *x = NULL;
    OK(wb_tensor_create(WB_FLOAT32, 2, (const int64_t[]){2, 3}, (const float[]){0, 1, 2, 3, 4, 5}, &x));
    return x;
}

static int holds(const wb_tensor *x, int count, const float *expected) {
    float values[16] = {0};
    OK(wb_tensor_read(x, values, sizeof(float) * (size_t)count));
    return memcmp(values, expected, sizeof(float) * (size_t)count) == 0;
}
#define HOLDS(x, count, ...) EXPECT(holds(x, count, (const float[]){__VA_ARGS__}))

static wb_tensor *filled(int32_t rank, const int64_t *shape, double value) {
    wb_tensor *x = NULL;
    OK(wb_tensor_full(WB_FLOAT32, rank, shape, value, &x));
    return x;
}

static void a_write_to_a_view_reaches_the_tensor(void) {
    OK(wb_scope_begin());
    wb_tensor *x = matrix(), *row = NULL, *turned = NULL, *flat = NULL, *parts[3];
    OK(wb_index(x, 1, (const wb_index_kind[]){WB_INDEX_AT}, (const int64_t[]){1, 0, 0}, NULL, &row));
    OK(wb_transpose(x, 0, 1, &turned));
    OK(wb_reshape(x, 1, (const int64_t[]){6}, &flat));
    OK(wb_tensor_assign(row, filled(1, (const int64_t[]){3}, 7)));
    HOLDS(x, 6, 0, 1, 2, 7, 7, 7);
    OK(wb_unbind(turned, 0, 3, parts));
    OK(wb_tensor_write(parts[2], (const float[]){8, 9}, 8));
    HOLDS(flat, 6, 0, 1, 8, 7, 7, 9);
    OK(wb_index_assign(flat, 1, (const wb_index_kind[]){WB_INDEX_AT}, (const int64_t[]){0, 0, 0}, NULL,
                       filled(0, NULL, 4)));
    HOLDS(x, 6, 4, 1, 8, 7, 7, 9);
    HOLDS(row, 3, 7, 7, 9);
    HOLDS(turned, 6, 4, 7, 1, 7, 8, 9);
    OK(wb_scope_end());
}

static void a_view_outlives_its_tensor_with_the_last_values(void) {
    OK(wb_scope_begin());
    wb_tensor *x = matrix(), *row = NULL;
    OK(wb_index(x, 1, (const wb_index_kind[]){WB_INDEX_AT}, (const int64_t[]){0, 0, 0}, NULL, &row));
    OK(wb_tensor_assign(x, filled(2, (const int64_t[]){2, 3}, 6)));
    OK(wb_tensor_free(x));
    HOLDS(row, 3, 6, 6, 6);
    OK(wb_tensor_assign(row, filled(1, (const int64_t[]){3}, 2)));
    HOLDS(row, 3, 2, 2, 2);
    OK(wb_scope_end());
}

static void a_detached_tensor_keeps_its_values_and_a_shared_one_does_not(void) {
    OK(wb_scope_begin());
    wb_tensor *x = matrix(), *kept = NULL, *shared = NULL;
    int32_t requires_grad = 0;
    OK(wb_tensor_set_requires_grad(x, 1));
    OK(wb_tensor_detach(x, &kept));
    OK(wb_tensor_share(x, &shared));
    OK(wb_tensor_assign(shared, filled(2, (const int64_t[]){2, 3}, 1)));
    HOLDS(kept, 6, 0, 1, 2, 3, 4, 5);
    HOLDS(x, 6, 1, 1, 1, 1, 1, 1);
    OK(wb_tensor_get_requires_grad(x, &requires_grad));
    EXPECT(requires_grad == 1);
    OK(wb_tensor_get_requires_grad(shared, &requires_grad));
    EXPECT(requires_grad == 0);
    OK(wb_scope_end());
}

static void what_cannot_be_written_through_a_view_is_refused(void) {
    OK(wb_scope_begin());
    wb_tensor *x = matrix(), *wide = NULL, *row = NULL;
    OK(wb_expand(x, 3, (const int64_t[]){2, -1, -1}, &wide));
    FAILS(wb_tensor_assign(wide, filled(3, (const int64_t[]){2, 2, 3}, 1)), WB_ERROR_STATE, "clone it first");
    OK(wb_index(x, 1, (const wb_index_kind[]){WB_INDEX_AT}, (const int64_t[]){0, 0, 0}, NULL, &row));
    OK(wb_tensor_set_requires_grad(x, 1));
    FAILS(wb_tensor_assign(row, filled(1, (const int64_t[]){3}, 1)), WB_ERROR_STATE, "no_grad");
    HOLDS(row, 3, 0, 1, 2);
    OK(wb_scope_end());
}

static void a_program_writes_through_a_view_from_outside(void) {
    OK(wb_scope_begin());
    wb_tensor *x = matrix(), *row = NULL, *doubled = NULL;
    wb_program *program = NULL;
    OK(wb_index(x, 1, (const wb_index_kind[]){WB_INDEX_AT}, (const int64_t[]){1, 0, 0}, NULL, &row));
    OK(wb_capture_begin(NULL, 0));
    OK(wb_add(row, row, &doubled));
    OK(wb_tensor_assign(row, doubled));
    OK(wb_capture_end(NULL, 0, &program));
    OK(wb_program_run(program, NULL, 0, NULL, 0));
    OK(wb_program_run(program, NULL, 0, NULL, 0));
    HOLDS(x, 6, 0, 1, 2, 12, 16, 20);
    HOLDS(row, 3, 12, 16, 20);
    OK(wb_program_free(program));
    OK(wb_scope_end());
}

int main(void) {
    RUN(a_write_to_a_view_reaches_the_tensor);
    RUN(a_view_outlives_its_tensor_with_the_last_values);
    RUN(a_detached_tensor_keeps_its_values_and_a_shared_one_does_not);
    RUN(what_cannot_be_written_through_a_view_is_refused);
    RUN(a_program_writes_through_a_view_from_outside);
    return finish();
}
