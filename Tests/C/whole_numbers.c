/* Whole numbers that doubles do not hold come through the interface as they are. */
#include "check.h"

static const int64_t BIG = (INT64_C(1) << 53) + 1;

static int64_t whole(wb_tensor *tensor, int64_t place) {
    const void *data = NULL;
    OK(wb_tensor_data(tensor, &data));
    return ((const int64_t *)data)[place];
}

static void new_tensors_have_the_numbers_that_were_given(void) {
    OK(wb_scope_begin());
    wb_tensor *y = NULL;
    OK(wb_tensor_full_int64(WB_INT64, SHAPE(2), BIG, &y));
    EXPECT(whole(y, 0) == BIG && whole(y, 1) == BIG);
    OK(wb_tensor_full_int64(WB_INT64, SHAPE(1), INT64_MIN, &y));
    EXPECT(whole(y, 0) == INT64_MIN);
    FAILS(wb_tensor_full_int64(WB_UINT8, SHAPE(1), 256, &y), WB_ERROR_ARGUMENT, "full", "uint8");
    OK(wb_tensor_arange_int64(WB_INT64, BIG, BIG + 5, 2, &y));
    EXPECT(whole(y, 0) == BIG && whole(y, 1) == BIG + 2 && whole(y, 2) == BIG + 4);
    OK(wb_tensor_arange_int64(WB_INT64, INT64_MAX, INT64_MIN, INT64_MIN, &y));
    EXPECT(whole(y, 0) == INT64_MAX && whole(y, 1) == -1);
    FAILS(wb_tensor_arange_int64(WB_INT64, BIG, 0, 0, &y), WB_ERROR_ARGUMENT, "arange", "step");
    FAILS(wb_tensor_arange_int64(WB_INT64, INT64_MIN, INT64_MAX, 1, &y), WB_ERROR_MEMORY, "arange", "");
    OK(wb_tensor_linspace_int64(WB_INT64, INT64_MIN, INT64_MAX, 3, &y));
    EXPECT(whole(y, 0) == INT64_MIN && whole(y, 1) == 0 && whole(y, 2) == INT64_MAX);
    OK(wb_random_int64(WB_INT64, SHAPE(100), BIG, BIG + 1, &y));
    EXPECT(whole(y, 0) == BIG && whole(y, 99) == BIG);
    OK(wb_random_int64(WB_INT64, SHAPE(1), INT64_MIN, INT64_MAX, &y));
    FAILS(wb_random_int64(WB_INT32, SHAPE(1), 0, BIG, &y), WB_ERROR_ARGUMENT, "random", "int32");
    OK(wb_scope_end());
}

static void a_tensor_of_one_number_takes_part_in_arithmetic_exactly(void) {
    OK(wb_scope_begin());
    wb_tensor *x = NULL, *one = NULL, *y = NULL;
    OK(wb_tensor_arange_int64(WB_INT64, BIG, BIG + 3, 1, &x));
    OK(wb_tensor_full_int64(WB_INT64, SHAPE(), BIG + 1, &one));
    OK(wb_binary(WB_BINARY_SUBTRACT, x, one, &y));
    EXPECT(whole(y, 0) == -1 && whole(y, 1) == 0 && whole(y, 2) == 1);
    OK(wb_clamp_tensors(x, one, NULL, &y));
    EXPECT(whole(y, 0) == BIG + 1 && whole(y, 2) == BIG + 2);
    OK(wb_pad_int64(x, (const int64_t[]){1, 1}, 1, WB_PAD_CONSTANT, BIG, &y));
    EXPECT(whole(y, 0) == BIG && whole(y, 1) == BIG && whole(y, 4) == BIG);
    OK(wb_scope_end());
}

static void a_trainer_keeps_a_seed_that_no_double_holds(void) {
    wb_module *model = NULL, *loss = NULL;
    wb_optimizer *optimizer = NULL;
    wb_tensor *weight = NULL;
    wb_trainer *trainer = NULL;
    int64_t found = 0;
    OK(wb_scope_begin());
    OK(wb_module_create("Linear(1, 1)", WB_FLOAT32, &model));
    OK(wb_module_create("MSELoss()", WB_FLOAT32, &loss));
    OK(wb_module_parameter(model, 0, NULL, &weight));
    OK(wb_optimizer_create("SGD(lr=0.1)", &weight, 1, &optimizer));
    OK(wb_trainer_create(model, loss, optimizer, &trainer));
    OK(wb_trainer_set_int64(trainer, WB_TRAINER_SEED, BIG));
    OK(wb_trainer_get_int64(trainer, WB_TRAINER_SEED, &found));
    EXPECT(found == BIG);
    OK(wb_trainer_set(trainer, WB_TRAINER_EPOCHS, 3));
    OK(wb_trainer_get_int64(trainer, WB_TRAINER_EPOCHS, &found));
    EXPECT(found == 3);
    FAILS(wb_trainer_set_int64(trainer, WB_TRAINER_BATCH_SIZE, 0), WB_ERROR_ARGUMENT, "trainer_set", "from 1 on");
    FAILS(wb_trainer_set_int64(trainer, WB_TRAINER_MIN_DELTA, 1), WB_ERROR_ARGUMENT, "trainer_set", "no count");
    FAILS(wb_trainer_get_int64(trainer, WB_TRAINER_DROP_LAST, &found), WB_ERROR_ARGUMENT, "trainer_get", "no count");
    OK(wb_scope_end());
}

int main(void) {
    RUN(new_tensors_have_the_numbers_that_were_given);
    RUN(a_tensor_of_one_number_takes_part_in_arithmetic_exactly);
    RUN(a_trainer_keeps_a_seed_that_no_double_holds);
    return finish();
}
