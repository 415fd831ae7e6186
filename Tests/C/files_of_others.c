/* HDF5 files of others and weights by name, from C: written, read as trees of values, and refused where wrong. */
#define _GNU_SOURCE
#include "check.h"
#include "folder.h"

static wb_tensor *numbers(int64_t rows, int64_t columns) {
    float values[64];
    int64_t shape[2] = {rows, columns};
    wb_tensor *tensor = NULL;
    for (int place = 0; place < 64; place++) values[place] = (float)place / 4;
    OK(wb_tensor_create(WB_FLOAT32, 2, shape, values, &tensor));
    return tensor;
}

static void a_tree_is_written_and_read(void) {
    wb_tensor *x = numbers(2, 3), *read = NULL;
    const char *names[] = {"a", "group/b"}, *places[] = {"", "group/b"}, *keys[] = {"title", "n"};
    const char *values[] = {"'run'", "[1, 2]"}, *text = NULL, *type = NULL;
    wb_value *all = NULL, *group = NULL, *b = NULL, *notes = NULL, *title = NULL;
    wb_value_kind kind;
    int64_t count = 0, extents[2] = {0, 0}, size = 0;
    int32_t rank = 0;
    const void *data = NULL;
    OK(wb_h5_write(path("x.h5"), names, (wb_tensor *[]){x, x}, 2, places, keys, values, 2));
    OK(wb_h5_read(path("x.h5"), NULL, WB_READ_PLAIN, 0, &all));
    OK(wb_value_kind_of(all, &kind));
    OK(wb_value_count(all, &count));
    EXPECT(kind == WB_VALUE_MAP && count == 2);
    OK(wb_value_key(all, 1, &text));
    TEXT(text, "group", "the second member");
    OK(wb_value_find(all, "group", &group));
    OK(wb_value_find(group, "b", &b));
    OK(wb_value_shape(b, &rank, 2, extents));
    EXPECT(rank == 2 && extents[0] == 2 && extents[1] == 3);
    OK(wb_value_array(b, NULL, &size, &data));
    EXPECT(size == 4 && ((const float *)data)[5] == 1.25f);
    OK(wb_value_array(b, &type, NULL, NULL));
    TEXT(type, "float32", "the type");
    OK(wb_value_tensor(b, &read));
    OK(wb_value_attributes(all, &notes));
    OK(wb_value_find(notes, "title", &title));
    OK(wb_value_text(title, &text));
    TEXT(text, "run", "the title");
    OK(wb_h5_attributes(path("x.h5"), "group/b", &notes));
    FAILS(wb_value_find(notes, "m", &title), WB_ERROR_INDEX, "'m'");
    FAILS(wb_value_item(all, 2, &title), WB_ERROR_INDEX, "2");
    FAILS(wb_value_text(b, &text), WB_ERROR_ARGUMENT, "no text");
    FAILS(wb_value_tensor(all, &read), WB_ERROR_ARGUMENT, "no array");
    FAILS(wb_h5_read(path("x.h5"), "c", WB_READ_PLAIN, 0, &all), WB_ERROR_ARGUMENT, "'c'", "group/b");
    FAILS(wb_h5_read(path("x.h5"), "a", WB_READ_PLAIN, 8, &all), WB_ERROR_MEMORY, "limit");
    FAILS(wb_h5_read(path("none.h5"), "a", WB_READ_PLAIN, 0, &all), WB_ERROR_FILE, "none.h5");
    REFUSED(wb_value_count((wb_value *)x, &count), "value");
    OK(wb_value_free(b));
    FAILS(wb_value_count(b, &count), WB_ERROR_HANDLE, "freed");
}

static void weights_are_taken_over_by_name(void) {
    wb_tensor *w = numbers(2, 3), *parameter = NULL;
    wb_module *linear = NULL;
    float values[6];
    const char *name = NULL;
    OK(wb_module_create("Linear(3, 2, bias=False)", WB_FLOAT32, &linear));
    OK(wb_safetensors_save(path("x.safetensors"), (const char *[]){"enc.w"}, &w, 1, NULL, 0));
    FAILS(wb_module_load_weights(linear, path("x.safetensors"), NULL, NULL, 0, NULL, 1), WB_ERROR_STRUCTURE,
          "'weight' is missing", "enc.w");
    OK(wb_module_load_weights(linear, path("x.safetensors"), (const char *[]){"enc.w"}, (const char *[]){"weight"}, 1,
                              "torch", 1));
    OK(wb_module_parameter(linear, 0, &name, &parameter));
    OK(wb_tensor_read(parameter, values, sizeof values));
    for (int place = 0; place < 6; place++) EXPECT(values[place] == (float)place / 4);
}

int main(void) {
    if (!make_folder()) return 1;
    OK(wb_scope_begin());
    RUN(a_tree_is_written_and_read);
    RUN(weights_are_taken_over_by_name);
    OK(wb_scope_end());
    remove_folder();
    return finish();
}
