/* Data sets that are made of others, and rows that are written and read: joined, ranges, picked, split, shared out,
 * windows, transformed. Row i of the source has x = (i, i + 0.5), y = 10 i and the weight i. */
#define _GNU_SOURCE
#include <sys/stat.h>

#include "check.h"
#include "folder.h"

enum { COUNT = 20 };

static wb_tensor *tensor(wb_dtype dtype, int32_t rank, const int64_t *shape, const void *values) {
    wb_tensor *made = NULL;
    OK(wb_tensor_create(dtype, rank, shape, values, &made));
    return made;
}

/* Rows from `first` on. */
static wb_dataset *rows_from(int64_t first, int64_t count) {
    float x[COUNT][2], weight[COUNT];
    int64_t y[COUNT];
    for (int i = 0; i < count; i++) {
        x[i][0] = (float)(first + i), x[i][1] = (float)(first + i) + 0.5f;
        y[i] = 10 * (first + i), weight[i] = (float)(first + i);
    }
    wb_tensor *columns[3] = {tensor(WB_FLOAT32, 2, (int64_t[]){count, 2}, x), tensor(WB_INT64, 1, &count, y),
                             tensor(WB_FLOAT32, 1, &count, weight)};
    wb_dataset *made = NULL;
    OK(wb_dataset_from_columns(columns, 1, 1, 1, &made));
    for (int i = 0; i < 3; i++) OK(wb_tensor_free(columns[i]));
    return made;
}

/* Whether a data set has exactly these rows of the source, read at once, one by one and in a pass. */
static int holds(const wb_dataset *dataset, int64_t count, const int64_t *numbers) {
    int64_t found = -1;
    int fits = 1;
    OK(wb_dataset_count(dataset, &found));
    if (found != count) return 0;
    for (int64_t size = count; count > 0; size = 1) {
        for (int64_t start = 0; start < count; start += size) {
            wb_tensor *columns[3] = {NULL};
            int32_t given = 0;
            float x[COUNT][2], weight[COUNT];
            int64_t y[COUNT];
            OK(wb_dataset_read_columns(dataset, start, size, columns, 3, &given));
            if (given != 3) return 0;
            OK(wb_tensor_read(columns[0], x, sizeof(float) * 2 * (size_t)size));
            OK(wb_tensor_read(columns[1], y, sizeof(int64_t) * (size_t)size));
            OK(wb_tensor_read(columns[2], weight, sizeof(float) * (size_t)size));
            for (int64_t i = 0; i < size; i++) {
                int64_t number = numbers[start + i];
                fits = fits && x[i][0] == (float)number && x[i][1] == (float)number + 0.5f && y[i] == 10 * number &&
                       weight[i] == (float)number;
            }
            for (int i = 0; i < 3; i++) OK(wb_tensor_free(columns[i]));
        }
        if (size == 1) break;
    }
    if (count == 0) return 1; // there is no pass over nothing
    wb_batches *batches = NULL;
    int64_t place = 0;
    OK(wb_batches_create(dataset, 3, WB_SHUFFLE_NONE, 0, 0, 0, &batches));
    for (int32_t given = 1; batches && given;) {
        wb_tensor *columns[3] = {NULL};
        int64_t shape[2] = {0}, y[3];
        int32_t rank = 0;
        OK(wb_batches_next_columns(batches, columns, 3, &given));
        if (!given) break;
        OK(wb_tensor_rank(columns[1], &rank));
        OK(wb_tensor_shape(columns[1], 2, shape));
        OK(wb_tensor_read(columns[1], y, sizeof(int64_t) * (size_t)shape[0]));
        for (int64_t i = 0; i < shape[0]; i++) fits = fits && place < count && y[i] == 10 * numbers[place++];
        for (int i = 0; i < 3; i++) OK(wb_tensor_free(columns[i]));
    }
    OK(wb_batches_free(batches));
    return fits && place == count;
}
#define HOLDS(dataset, ...)                                                                                            \
    EXPECT(holds(dataset, (int64_t)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (int64_t[]){__VA_ARGS__}))

static void joined_rows_follow_each_other(void) {
    wb_dataset *parts[3] = {rows_from(0, 3), rows_from(3, 1), rows_from(4, 5)}, *joined = NULL, *again = NULL;
    OK(wb_dataset_join(parts, 3, &joined));
    for (int i = 0; i < 3; i++) OK(wb_dataset_free(parts[i])); // it holds on to them
    HOLDS(joined, 0, 1, 2, 3, 4, 5, 6, 7, 8);
    OK(wb_dataset_join((wb_dataset *[]){joined, joined}, 2, &again)); // twice
    HOLDS(again, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8);
    OK(wb_dataset_free(again));

    wb_tensor *x = tensor(WB_FLOAT32, SHAPE(2, 2), (float[]){1, 2, 3, 4});
    wb_dataset *other = NULL;
    OK(wb_dataset_from_tensors(x, NULL, &other));
    wb_dataset *wrong = NULL;
    REFUSED(wb_dataset_join((wb_dataset *[]){joined, other}, 2, &wrong), "column");
    REFUSED(wb_dataset_join((wb_dataset *[]){joined, NULL}, 2, &wrong), "dataset_join");
    REFUSED(wb_dataset_join(NULL, 2, &wrong), "dataset_join");
    REFUSED(wb_dataset_join(&joined, 0, &wrong), "");
    REFUSED(wb_dataset_join(&joined, -1, &wrong), "");
    REFUSED(wb_dataset_join(&joined, 1, NULL), "dataset_join");
    EXPECT(wrong == NULL);
    OK(wb_dataset_free(joined));
    OK(wb_dataset_free(other));
    OK(wb_tensor_free(x));
}

static void ranges_and_picked_rows(void) {
    wb_dataset *source = rows_from(0, 10), *range = NULL, *inner = NULL, *picked = NULL, *wrong = NULL;
    OK(wb_dataset_range(source, 1, 3, 3, &range));
    HOLDS(range, 1, 4, 7);
    OK(wb_dataset_range(range, 1, 2, 1, &inner)); // of a range
    HOLDS(inner, 4, 7);
    wb_tensor *numbers = tensor(WB_INT64, SHAPE(5), (int64_t[]){9, 0, 0, 5, 4});
    OK(wb_dataset_pick(source, numbers, &picked));
    HOLDS(picked, 9, 0, 0, 5, 4);
    OK(wb_dataset_free(inner));
    OK(wb_dataset_range(picked, 0, 3, 2, &inner));
    HOLDS(inner, 9, 0, 4);
    OK(wb_dataset_free(inner));
    OK(wb_dataset_range(source, 10, 0, 1, &inner));
    EXPECT(holds(inner, 0, NULL));

    const int64_t ranges[][3] = {
        {0, 11, 1},        {-1, 2, 1},        {8, 2, 2},         {0, 2, 0},         {0, 2, -1},
        {0, -1, 1},        {INT64_MAX, 1, 1}, {0, INT64_MAX, 1}, {0, 2, INT64_MAX}, {INT64_MAX, INT64_MAX, INT64_MAX},
        {0, INT64_MIN, 1}, {INT64_MIN, 1, 1}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        REFUSED(wb_dataset_range(source, ranges[i][0], ranges[i][1], ranges[i][2], &wrong), "");
    wb_tensor *wrongs[] = {tensor(WB_INT64, SHAPE(2), (int64_t[]){0, 10}), tensor(WB_INT64, SHAPE(1), (int64_t[]){-1}),
                           tensor(WB_INT64, SHAPE(1, 2), (int64_t[]){0, 1}),
                           tensor(WB_FLOAT32, SHAPE(2), (float[]){0, 1}),
                           tensor(WB_INT64, SHAPE(1), (int64_t[]){INT64_MIN})};
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        REFUSED(wb_dataset_pick(source, wrongs[i], &wrong), "");
        OK(wb_tensor_free(wrongs[i]));
    }
    REFUSED(wb_dataset_pick(source, NULL, &wrong), "dataset_pick");
    REFUSED(wb_dataset_range(NULL, 0, 1, 1, &wrong), "dataset_range");
    REFUSED(wb_dataset_range(source, 0, 1, 1, NULL), "dataset_range");
    EXPECT(wrong == NULL);
    OK(wb_tensor_free(numbers));
    OK(wb_dataset_free(inner));
    OK(wb_dataset_free(range));
    OK(wb_dataset_free(picked));
    OK(wb_dataset_free(source));
    REFUSED(wb_dataset_range(source, 0, 1, 1, &wrong), "dataset_range"); // freed
}

static void shares_of_processes(void) {
    wb_dataset *source = rows_from(0, 11), *share = NULL;
    for (int64_t rank = 0; rank < 3; rank++) {
        OK(wb_dataset_shard(source, rank, 3, &share)); // 11 / 3; the last two are nobody's
        HOLDS(share, 3 * rank, 3 * rank + 1, 3 * rank + 2);
        OK(wb_dataset_free(share));
    }
    OK(wb_dataset_shard(source, 0, 1, &share));
    HOLDS(share, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    OK(wb_dataset_free(share));
    OK(wb_dataset_shard(source, 11, 12, &share)); // more processes than rows
    EXPECT(holds(share, 0, NULL));
    OK(wb_dataset_free(share));
    const int64_t wrongs[][2] = {{3, 3}, {-1, 3}, {0, 0}, {0, -1}, {INT64_MAX, INT64_MAX}, {INT64_MIN, 2}};
    share = NULL;
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++)
        REFUSED(wb_dataset_shard(source, wrongs[i][0], wrongs[i][1], &share), "");
    EXPECT(share == NULL);
    OK(wb_dataset_free(source));
}

static int64_t total(const wb_dataset *dataset) {
    int64_t count = -1;
    OK(wb_dataset_count(dataset, &count));
    return count;
}

static void two_parts(void) {
    wb_dataset *source = rows_from(0, 10), *first = NULL, *second = NULL, *joined = NULL;
    OK(wb_dataset_split(source, 0.7, WB_ROW_SPLIT_TIME, 0, NULL, &first, &second));
    HOLDS(first, 0, 1, 2, 3, 4, 5, 6);
    HOLDS(second, 7, 8, 9);
    OK(wb_dataset_free(first));
    OK(wb_dataset_free(second));
    for (uint64_t seed = 0; seed < 5; seed++) {
        OK(wb_dataset_split(source, 0.3, WB_ROW_SPLIT_RANDOM, seed, NULL, &first, &second));
        EXPECT(total(first) == 3 && total(second) == 7);
        OK(wb_dataset_join((wb_dataset *[]){first, second}, 2, &joined));
        // Each row is in one of them, and each part is in order.
        int seen[10] = {0};
        int64_t before = -1;
        for (int64_t i = 0; i < 10; i++) {
            wb_tensor *x = NULL, *y = NULL;
            int64_t value = -1;
            OK(wb_dataset_read(joined, i, 1, &x, &y));
            OK(wb_tensor_read(y, &value, sizeof value));
            if (value % 10 == 0 && value >= 0 && value < 100) seen[value / 10]++;
            EXPECT(i == 3 || value > before);
            before = value;
            OK(wb_tensor_free(x));
            OK(wb_tensor_free(y));
        }
        for (int i = 0; i < 10; i++) EXPECT(seen[i] == 1);
        OK(wb_dataset_free(joined));
        OK(wb_dataset_free(first));
        OK(wb_dataset_free(second));
    }
    wb_tensor *groups = tensor(WB_INT64, SHAPE(10), (int64_t[]){4, 4, 4, 4, 4, -2, -2, -2, -2, -2});
    OK(wb_dataset_split(source, 0.5, WB_ROW_SPLIT_GROUPS, 1, groups, &first, &second));
    EXPECT(total(first) == 5 && total(second) == 5);
    EXPECT(holds(first, 5, (int64_t[]){0, 1, 2, 3, 4}) || holds(first, 5, (int64_t[]){5, 6, 7, 8, 9}));
    OK(wb_dataset_free(first));
    OK(wb_dataset_free(second));
    first = second = NULL;
    REFUSED(wb_dataset_split(source, 1.5, WB_ROW_SPLIT_TIME, 0, NULL, &first, &second), "");
    REFUSED(wb_dataset_split(source, NAN, WB_ROW_SPLIT_TIME, 0, NULL, &first, &second), "");
    REFUSED(wb_dataset_split(source, 0.5, WB_ROW_SPLIT_GROUPS, 0, NULL, &first, &second), "");
    REFUSED(wb_dataset_split(source, 0.5, (wb_row_split)7, 0, NULL, &first, &second), "");
    REFUSED(wb_dataset_split(source, 0.5, WB_ROW_SPLIT_TIME, 0, NULL, NULL, &second), "dataset_split");
    REFUSED(wb_dataset_split(NULL, 0.5, WB_ROW_SPLIT_TIME, 0, NULL, &first, &second), "dataset_split");
    EXPECT(first == NULL && second == NULL);
    OK(wb_tensor_free(groups));
    OK(wb_dataset_free(source));
}

/* The first feature of each row of a window of inputs, and the targets. */
static void window_is(const wb_dataset *windows, int64_t place, int64_t length, int64_t first, int64_t horizon,
                      int64_t target) {
    wb_tensor *x = NULL, *y = NULL;
    float inputs[COUNT][2];
    int64_t targets[COUNT], shape[4];
    int32_t rank = 0;
    OK(wb_dataset_read(windows, place, 1, &x, &y));
    OK(wb_tensor_rank(x, &rank));
    OK(wb_tensor_shape(x, 4, shape));
    EXPECT(rank == 3 && shape[0] == 1 && shape[1] == length && shape[2] == 2);
    OK(wb_tensor_rank(y, &rank));
    OK(wb_tensor_shape(y, 4, shape));
    EXPECT(horizon ? rank == 2 && shape[1] == horizon : rank == 1);
    OK(wb_tensor_read(x, inputs, sizeof(float) * 2 * (size_t)length));
    OK(wb_tensor_read(y, targets, sizeof(int64_t) * (size_t)(horizon ? horizon : 1)));
    for (int64_t i = 0; i < length; i++) EXPECT(inputs[i][0] == (float)(first + i));
    for (int64_t i = 0; i < (horizon ? horizon : 1); i++) EXPECT(targets[i] == 10 * (target + i));
    OK(wb_tensor_free(x));
    OK(wb_tensor_free(y));
}

static void windows_over_a_series(void) {
    wb_dataset *parts[2] = {rows_from(0, 6), rows_from(6, 5)}, *series = NULL, *windows = NULL, *shown = NULL;
    OK(wb_dataset_join(parts, 2, &series));
    OK(wb_dataset_windows(series, 4, 2, 0, 1, &windows)); // the next moment; over the seam of the parts
    EXPECT(total(windows) == 4);
    for (int64_t i = 0; i < 4; i++) window_is(windows, i, 4, 2 * i, 0, 2 * i + 4);
    OK(wb_dataset_range(windows, 1, 2, 2, &shown)); // a view of a view
    window_is(shown, 1, 4, 6, 0, 10);
    OK(wb_dataset_free(shown));
    OK(wb_dataset_free(windows));
    OK(wb_dataset_windows(series, 3, 1, 2, 3, &windows));
    EXPECT(total(windows) == 5);
    for (int64_t i = 0; i < 5; i++) window_is(windows, i, 3, i, 2, i + 5);
    OK(wb_dataset_free(windows));
    OK(wb_dataset_windows(series, 3, 1, 0, -2, &windows)); // the window's own first moment
    EXPECT(total(windows) == 9);
    window_is(windows, 8, 3, 8, 0, 8);
    OK(wb_dataset_free(windows));
    OK(wb_dataset_windows(series, 12, 1, 0, 0, &windows)); // longer than the series
    EXPECT(total(windows) == 0);
    OK(wb_dataset_free(windows));
    windows = NULL;
    const int64_t wrongs[][4] = {{0, 1, 0, 1},         {3, 0, 0, 1},         {3, 1, -1, 1},        {3, 1, 0, -3},
                                 {INT64_MAX, 1, 0, 1}, {3, INT64_MAX, 0, 1}, {3, 1, INT64_MAX, 1}, {3, 1, 0, INT64_MAX},
                                 {3, 1, 0, INT64_MIN}, {INT64_MIN, 1, 0, 1}};
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++)
        REFUSED(wb_dataset_windows(series, wrongs[i][0], wrongs[i][1], wrongs[i][2], wrongs[i][3], &windows), "");
    EXPECT(windows == NULL);
    for (int i = 0; i < 2; i++) OK(wb_dataset_free(parts[i]));
    OK(wb_dataset_free(series));
}

static void rows_are_transformed_and_counted(void) {
    wb_dataset *source = rows_from(0, 10), *changed = NULL, *wrong = NULL;
    wb_tensor *x = NULL, *y = NULL, *mean = NULL, *deviation = NULL;
    float values[4];
    OK(wb_dataset_transform(source, 0, "Scale(2, 1), Columns([1])", &changed));
    OK(wb_dataset_read(changed, 3, 2, &x, &y));
    OK(wb_tensor_read(x, values, 2 * sizeof(float)));
    EXPECT(values[0] == 8 && values[1] == 10); // 2 (3 + 0.5) + 1, ...
    OK(wb_dataset_statistics(source, 0, NULL, NULL, &mean, &deviation, NULL));
    CLOSE(at(mean, 0), 4.5, 1e-12);
    CLOSE(at(mean, 1), 5, 1e-12);
    CLOSE(at(deviation, 0), sqrt(8.25), 1e-12);
    REFUSED(wb_dataset_transform(source, 0, "Scale(", &wrong), "");
    REFUSED(wb_dataset_transform(source, 0, "Nothing()", &wrong), "Nothing");
    REFUSED(wb_dataset_transform(source, 7, "Flatten()", &wrong), "");
    REFUSED(wb_dataset_transform(source, 0, NULL, &wrong), "dataset_transform");
    REFUSED(wb_dataset_statistics(source, 0, NULL, NULL, NULL, NULL, NULL), "");
    REFUSED(wb_dataset_read(source, 9, 2, &x, &y), "");
    REFUSED(wb_dataset_read(source, -1, 1, &x, &y), "");
    REFUSED(wb_dataset_read(source, INT64_MAX, INT64_MAX, &x, &y), "");
    EXPECT(wrong == NULL);
    OK(wb_tensor_free(mean));
    OK(wb_tensor_free(deviation));
    OK(wb_dataset_free(changed));
    OK(wb_dataset_free(source));
}

/* A folder of parts grows while a data set of it, and views of that, are open. */
static void parts_that_are_written_are_taken_up(void) {
    wb_writer *writer = NULL;
    wb_dataset *dataset = NULL, *windows = NULL, *wrong = NULL;
    const char *names[] = {"x", "y", "w"};
    char place[256];
    snprintf(place, sizeof place, "%s", path("parts"));
    const char *paths[] = {place};
    int64_t count = -1;
    OK(wb_writer_open(place, 4, &writer));
    OK(wb_writer_add(writer, "x", WB_FLOAT32, SHAPE(2)));
    OK(wb_writer_add(writer, "y", WB_INT64, 0, NULL));
    OK(wb_writer_add(writer, "w", WB_FLOAT32, 0, NULL));
    for (int64_t i = 0; i < 10; i++) {
        float x[2] = {(float)i, (float)i + 0.5f}, w = (float)i;
        int64_t y = 10 * i;
        OK(wb_writer_append(writer, (const void *const[]){x, &y, &w}, 1));
        if (i == 5) {
            OK(wb_dataset_open_columns(paths, 1, names, 1, 1, 1, WB_FLOAT32, 1, 0, &dataset));
            OK(wb_dataset_windows(dataset, 3, 1, 0, 0, &windows));
            HOLDS(dataset, 0, 1, 2, 3);
        }
    }
    OK(wb_dataset_refresh(windows, &count));
    EXPECT(count == 6);
    HOLDS(dataset, 0, 1, 2, 3, 4, 5, 6, 7);
    OK(wb_writer_finish(writer));
    OK(wb_dataset_refresh(dataset, &count));
    EXPECT(count == 10);
    HOLDS(dataset, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    REFUSED(wb_writer_append(writer, (const void *const[]){NULL, NULL, NULL}, 1), "");
    REFUSED(wb_writer_open(place, -1, &writer), "negative");
    REFUSED(wb_dataset_open_columns(paths, 1, names, 0, 1, 0, WB_FLOAT32, 1, 0, &wrong), "");
    REFUSED(wb_dataset_open_columns(paths, 1, names, 1, 1, 1, (wb_dtype)99, 1, 0, &wrong), "");
    REFUSED(wb_dataset_open_columns(NULL, 1, names, 1, 1, 1, WB_FLOAT32, 1, 0, &wrong), "");
    REFUSED(wb_dataset_open_columns(paths, 1, NULL, 1, 1, 1, WB_FLOAT32, 1, 0, &wrong), "");
    EXPECT(wrong == NULL);
    OK(wb_writer_free(writer));
    OK(wb_dataset_free(windows));
    OK(wb_dataset_free(dataset));
    for (int first = 0; first < 10; first += 4) {
        char part[64];
        snprintf(part, sizeof part, "parts/part-%015d.h5", first);
        EXPECT(unlink(path(part)) == 0);
    }
    EXPECT(rmdir(place) == 0);
}

/* The file changes when the writer finishes, and not before. */
static void rows_go_behind_those_of_a_file(void) {
    wb_writer *writer = NULL, *other = NULL, *wrong = NULL;
    int64_t count = -1, y[] = {10, 20, 30};
    float x[] = {1, 1.5f, 2, 2.5f, 3, 3.5f};
    OK(wb_writer_open(path("grown.h5"), 0, &writer));
    OK(wb_writer_add(writer, "x", WB_FLOAT32, SHAPE(2)));
    OK(wb_writer_add(writer, "g/y", WB_INT64, 0, NULL));
    OK(wb_writer_append(writer, (const void *const[]){x, y}, 3));
    OK(wb_writer_finish(writer));
    OK(wb_writer_free(writer));
    for (int time = 0; time < 2; time++) {
        OK(wb_writer_append_to(path("grown.h5"), &writer));
        OK(wb_writer_add(writer, "x", WB_FLOAT32, SHAPE(2)));
        OK(wb_writer_add(writer, "g/y", WB_INT64, 0, NULL));
        OK(wb_writer_append(writer, (const void *const[]){x, y}, 3));
        OK(wb_writer_append(writer, (const void *const[]){x, y}, 1));
        OK(wb_writer_count(writer, &count));
        EXPECT(count == 7);
        if (time == 1) OK(wb_writer_finish(writer)); // the first is left
        OK(wb_writer_free(writer));
        wb_dataset *dataset = NULL;
        OK(wb_dataset_open(path("grown.h5"), "x", "g/y", WB_FLOAT32, 1, 0, &dataset));
        EXPECT(total(dataset) == (time ? 7 : 3));
        OK(wb_dataset_free(dataset));
    }
    OK(wb_writer_append_to(path("grown.h5"), &other));
    OK(wb_writer_add(other, "x", WB_FLOAT32, SHAPE(3)));
    FAILS(wb_writer_append(other, (const void *const[]){x}, 1), WB_ERROR_SHAPE, "'x' has rows of shape [2], not [3]");
    OK(wb_writer_free(other));
    OK(wb_writer_append_to(path("none.h5"), &other));
    OK(wb_writer_add(other, "x", WB_FLOAT32, SHAPE(2)));
    FAILS(wb_writer_append(other, (const void *const[]){x}, 1), WB_ERROR_FILE, "none.h5");
    OK(wb_writer_free(other));
    REFUSED(wb_writer_append_to(NULL, &wrong), "writer_append_to");
    REFUSED(wb_writer_append_to(path("grown.h5"), NULL), "writer_append_to");
    EXPECT(wrong == NULL);
}

int main(void) {
    if (!make_folder()) return 1;
    RUN(joined_rows_follow_each_other);
    RUN(ranges_and_picked_rows);
    RUN(shares_of_processes);
    RUN(two_parts);
    RUN(windows_over_a_series);
    RUN(rows_are_transformed_and_counted);
    RUN(parts_that_are_written_are_taken_up);
    RUN(rows_go_behind_those_of_a_file);
    remove_folder();
    return finish();
}
