/* A simulation that writes what it computes: appender FOLDER ROWS PART_ROWS. Row i has x = (i, 2 i, i mod 7) and y = i.
 * It goes on behind the rows that are there. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "wingbeat.h"

static void check(wb_status status) {
    if (status == WB_OK) return;
    fprintf(stderr, "%s: %s\n", wb_status_name(status), wb_last_error());
    exit(1);
}

int main(int count, char **arguments) {
    if (count != 4) return 2;
    wb_writer *writer = NULL;
    int64_t rows = atoll(arguments[2]), first = 0;
    check(wb_writer_open(arguments[1], atoll(arguments[3]), &writer));
    check(wb_writer_add(writer, "flow/x", WB_FLOAT32, 1, (const int64_t[]){3}));
    check(wb_writer_add(writer, "flow/y", WB_FLOAT32, 1, (const int64_t[]){1}));
    check(wb_writer_count(writer, &first));
    printf("%lld\n", (long long)first);
    fflush(stdout);
    for (int64_t row = first; row < rows; row++) {
        float x[3] = {(float)row, (float)(2 * row), (float)(row % 7)}, y = (float)row;
        check(wb_writer_append(writer, (const void *const[]){x, &y}, 1));
        if (row % 16 == 0) usleep(500);
    }
    check(wb_writer_finish(writer));
    check(wb_writer_free(writer));
    return 0;
}
