/* A harness for the C programs in this folder: each is a row of test functions, run from main.
 *
 *     static void the_loss_falls(void) { OK(wb_...); EXPECT(last < first); }
 *     int main(void) { RUN(the_loss_falls); return finish(); }
 *
 * A failed expectation is printed and the test goes on: the library promises that what follows from a failed call is
 * another status, not a crash. */
#ifndef CHECK_H
#define CHECK_H

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wingbeat.h>

static int check_passed, check_failed, check_wrong;

static inline void check_report(const char *file, int line, const char *format, ...) {
    va_list arguments;
    check_wrong++;
    printf("%s:%d: ", file, line);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
}

/* A condition that holds. */
#define EXPECT(condition) ((condition) ? (void)0 : check_report(__FILE__, __LINE__, "expected %s", #condition))

/* Two numbers within a relative error (absolute below 1). */
#define CLOSE(a, b, tolerance) check_close((a), (b), (tolerance), #a, #b, __FILE__, __LINE__)
static inline void check_close(double a, double b, double tolerance, const char *a_text, const char *b_text,
                               const char *file, int line) {
    double scale = fmax(1, fmax(fabs(a), fabs(b)));
    if (!(fabs(a - b) <= tolerance * scale)) check_report(file, line, "%s = %.17g, %s = %.17g", a_text, a, b_text, b);
}

/* A text that is another; `what` names it. */
#define TEXT(found, expected, what) check_text((found), (expected), (what), __FILE__, __LINE__)
static inline void check_text(const char *found, const char *expected, const char *what, const char *file, int line) {
    if (!found || strcmp(found, expected) != 0)
        check_report(file, line, "%s: expected \"%s\", found \"%s\"", what, expected, found ? found : "(null)");
}

/* A call that succeeds. */
#define OK(call) check_ok((call), #call, __FILE__, __LINE__)
static inline void check_ok(wb_status status, const char *text, const char *file, int line) {
    if (status != WB_OK) check_report(file, line, "%s gave %s: %s", text, wb_status_name(status), wb_last_error());
}

/* A call that fails with a status, and a sentence that holds each of the given texts. */
#define FAILS(call, status, ...)                                                                                       \
    check_fails((call), (status), #call, __FILE__, __LINE__, (const char *[]){__VA_ARGS__, NULL})

/* The same where the header leaves open which status it is. */
#define REFUSED(call, ...) check_fails((call), WB_OK, #call, __FILE__, __LINE__, (const char *[]){__VA_ARGS__, NULL})
static inline void check_fails(wb_status found, wb_status expected, const char *text, const char *file, int line,
                               const char *const *facts) {
    int fits = expected == WB_OK ? found != WB_OK && found != WB_ERROR_INTERNAL : found == expected;
    if (!fits) {
        check_report(file, line, "%s gave %s, expected %s (last error: %s)", text, wb_status_name(found),
                     expected == WB_OK ? "a refusal" : wb_status_name(expected), wb_last_error());
        return;
    }
    for (; *facts; facts++)
        if (!strstr(wb_last_error(), *facts))
            check_report(file, line, "%s: no \"%s\" in: %s", text, *facts, wb_last_error());
}

#define RUN(test) check_run(test, #test)
static inline void check_run(void (*test)(void), const char *name) {
    check_wrong = 0;
    test();
    if (check_wrong) {
        check_failed++;
        printf("FAILED: %s\n", name);
    } else {
        check_passed++;
    }
    fflush(stdout);
}

static inline int finish(void) {
    printf("%d passed, %d failed\n", check_passed, check_failed);
    return check_failed != 0;
}

/* Whether the program runs under valgrind or AddressSanitizer: then loops are short, and the process's size says
 * nothing. */
static inline int watched(void) { return getenv("WINGBEAT_TEST_WATCHED") != NULL; }

/* Bytes of the process's own, in memory or swapped out; not pages of files, which come and go as the system likes. */
static inline int64_t resident(void) {
    long long kibibytes, total = 0;
    char line[256];
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "RssAnon: %lld", &kibibytes) == 1 || sscanf(line, "VmSwap: %lld", &kibibytes) == 1)
            total += kibibytes;
    if (file) fclose(file);
    return total << 10;
}

/* Rank and extents, as the functions of the library take them. */
#define SHAPE(...)                                                                                                     \
    (int32_t)(sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t)), (const int64_t[]) { __VA_ARGS__ }

/* A vector of float64 values. */
#define VECTOR(...)                                                                                                    \
    check_vector((int64_t)(sizeof((double[]){__VA_ARGS__}) / sizeof(double)), (const double[]){__VA_ARGS__})
static inline wb_tensor *check_vector(int64_t count, const double *values) {
    wb_tensor *tensor = NULL;
    OK(wb_tensor_create(WB_FLOAT64, 1, &count, values, &tensor));
    return tensor;
}

/* The element at a flat index of a float64 tensor. */
static inline double at(const wb_tensor *tensor, int64_t index) {
    const void *data = NULL;
    OK(wb_tensor_data(tensor, &data));
    return data ? ((const double *)data)[index] : NAN;
}

/* The value of a tensor of one element. */
static inline double item(const wb_tensor *tensor) {
    double value = NAN;
    OK(wb_tensor_item(tensor, &value));
    return value;
}

/* The module that an expression spells. */
static inline wb_module *module_of(const char *expression, wb_dtype dtype) {
    wb_module *module = NULL;
    OK(wb_module_create(expression, dtype, &module));
    return module;
}

/* A parameter of a module, by its place. */
static inline wb_tensor *parameter_at(const wb_module *module, int32_t index) {
    wb_tensor *tensor = NULL;
    OK(wb_module_parameter(module, index, NULL, &tensor));
    return tensor;
}

/* A function of two tensors with one result, by name: for losses, of a prediction and a target. */
static inline wb_status call_two(const char *call, wb_tensor *a, wb_tensor *b, wb_tensor **result) {
    return wb_call(call, (wb_tensor *[]){a, b}, 2, result, 1, NULL);
}

/* Numbers for tests: the same on every machine, uniform in [0, 1). */
static inline double number(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 33) / 2147483648.0;
}

/* All parameters of a module, one after the other; the caller frees them. */
typedef struct bytes {
    char *data;
    size_t count;
} bytes;

static inline bytes parameters(const wb_module *module) {
    bytes all = {NULL, 0};
    int32_t count = 0;
    OK(wb_module_parameter_count(module, &count));
    for (int32_t i = 0; i < count; i++) {
        wb_tensor *parameter = NULL;
        wb_dtype dtype = WB_FLOAT32;
        int64_t elements = 0;
        OK(wb_module_parameter(module, i, NULL, &parameter));
        OK(wb_tensor_dtype(parameter, &dtype));
        OK(wb_tensor_count(parameter, &elements));
        size_t size = (size_t)elements * wb_dtype_size(dtype);
        char *grown = realloc(all.data, all.count + size + 1);
        if (!grown) abort();
        all.data = grown;
        OK(wb_tensor_read(parameter, all.data + all.count, size));
        all.count += size;
        OK(wb_tensor_free(parameter));
    }
    return all;
}

static inline int same(bytes a, bytes b) {
    return a.count == b.count && a.count > 0 && memcmp(a.data, b.data, a.count) == 0;
}

#endif
