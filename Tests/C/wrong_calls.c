/* Functions of the table, called by text with tensors and options that do not fit: each refuses with its status, and
 * with a sentence that names what was expected and what was found. Tensors without elements and without axes go the
 * way that the shape says. */
#include "check.h"

/* The tensors that calls are made with, a letter each. */
static wb_tensor *named(char letter) {
    wb_tensor *tensor = NULL;
    const char *text = letter == 'x'   ? "tensor(((0, 1, 2), (3, 4, 5)), dtype=float64)"
                       : letter == 'v' ? "tensor((1, 2, 3), dtype=float64)"
                       : letter == 'u' ? "tensor((1, 2), dtype=float64)"
                       : letter == 'i' ? "tensor((0, 1))"
                       : letter == 'j' ? "tensor((0, 7))"
                       : letter == 'e' ? "zeros((0, 3), dtype=float64)"
                       : letter == 's' ? "tensor(2, dtype=float64)"
                       : letter == 'n' ? "tensor(((1, 2), (2, 4)), dtype=float64)"
                       : letter == 'p' ? "ones((1, 3, 2, 2), dtype=float64)"
                                       : "ones((2, 4, 3, 3), dtype=float64)";
    OK(wb_call(text, NULL, 0, &tensor, 1, NULL));
    return tensor;
}

/* Calls, and computes what came of it: some refusals come with the values. */
static wb_status called(const char *text, const char *letters) {
    enum { MOST = 8 };
    wb_tensor *inputs[MOST], *outputs[MOST] = {NULL};
    int32_t count = 0, inputs_count = 0;
    for (; letters[inputs_count]; inputs_count++) inputs[inputs_count] = named(letters[inputs_count]);
    wb_status status = wb_call(text, inputs, inputs_count, outputs, MOST, &count);
    return status == WB_OK ? wb_eval(outputs, count) : status;
}

static const struct {
    const char *text, *letters;
    wb_status status;
    const char *facts[3];
} wrong[] = {
    {"add", "xu", WB_ERROR_SHAPE, {"add", "[2, 3]", "[2]"}},
    {"where", "xxu", WB_ERROR_SHAPE, {"where", "[2, 3]", "[2]"}},
    {"bitwise_and", "xx", WB_ERROR_DTYPE, {"bitwise_and", "integers", "float64"}},
    {"remainder(0)", "i", WB_ERROR_ARGUMENT, {"divisor", "0", ""}},
    {"pow(-1)", "i", WB_ERROR_ARGUMENT, {"pow", "-1", "float"}},
    {"lerp(weight='a')", "xx", WB_ERROR_ARGUMENT, {"lerp", "weight", "'a'"}},
    {"polygamma(101)", "x", WB_ERROR_ARGUMENT, {"polygamma", "101", ""}},
    {"mvlgamma(0)", "x", WB_ERROR_ARGUMENT, {"mvlgamma", "1 ... 1000", "0"}},
    {"legendre_polynomial_p", "xu", WB_ERROR_SHAPE, {"[2, 3]", "[2]", ""}},
    {"sum(2)", "x", WB_ERROR_INDEX, {"sum", "2", "-2 ... 1"}},
    {"mean", "i", WB_ERROR_DTYPE, {"mean", "floating", "int64"}},
    {"amax(0)", "e", WB_ERROR_SHAPE, {"empty", "[0, 3]", ""}},
    {"quantile(1.5)", "x", WB_ERROR_ARGUMENT, {"quantile", "0 to 1", "1.5"}},
    {"kthvalue(4)", "x", WB_ERROR_ARGUMENT, {"kthvalue", "1 ... 3", "4"}},
    {"histc(0)", "x", WB_ERROR_ARGUMENT, {"histc", "0", ""}},
    {"bincount", "v", WB_ERROR_DTYPE, {"bincount", "integers", "float64"}},
    {"searchsorted", "xv", WB_ERROR_SHAPE, {"searchsorted", "[2, 3]", "[3]"}},
    {"reshape((4, -1))", "x", WB_ERROR_SHAPE, {"reshape", "6 elements", "[4, -1]"}},
    {"permute((0, 0))", "x", WB_ERROR_ARGUMENT, {"permute", "twice", "[0, 0]"}},
    {"unravel_index((2, -1))", "i", WB_ERROR_SHAPE, {"unravel_index", "extents from 0 on", "[2, -1]"}},
    {"unravel_index(3)", "v", WB_ERROR_DTYPE, {"unravel_index", "whole numbers", "float64"}},
    {"as_strided((2, 2), 1)", "x", WB_ERROR_ARGUMENT, {"as_strided", "1", "[2, 2]"}},
    {"as_strided(2, -1)", "x", WB_ERROR_ARGUMENT, {"as_strided", "from 0 on", "[-1]"}},
    {"as_strided(2, 6)", "x", WB_ERROR_INDEX, {"as_strided", "below 6", "last place is 6"}},
    {"cat(0)", "xv", WB_ERROR_SHAPE, {"[2, 3]", "[3]", ""}},
    {"gather(0)", "xi", WB_ERROR_SHAPE, {"gather", "2 axes", "1"}},
    {"index_select(0)", "xj", WB_ERROR_INDEX, {"index_select", "7", "extent 2"}},
    {"index_select(0)", "xv", WB_ERROR_DTYPE, {"index_select", "int64", "float64"}},
    {"matmul", "xx", WB_ERROR_SHAPE, {"matmul", "[2, 3] x [2, 3]", ""}},
    {"inv_ex", "x", WB_ERROR_SHAPE, {"inv_ex", "square", "[2, 3]"}},
    {"inv_ex(check_errors=True)", "n", WB_ERROR_ARGUMENT, {"inverse", "singular", ""}},
    {"solve_ex", "nv", WB_ERROR_SHAPE, {"solve", "[2, 2]", "[3]"}},
    {"cholesky_ex(check_errors=True)", "n", WB_ERROR_ARGUMENT, {"cholesky", "positive definite", ""}},
    {"cholesky_ex", "v", WB_ERROR_SHAPE, {"cholesky_ex", "square", "[3]"}},
    {"householder_product", "xu", WB_ERROR_SHAPE, {"householder_product", "rows", "[2, 3]"}},
    {"householder_product", "nv", WB_ERROR_SHAPE, {"householder_product", "tau [2]", "[3]"}},
    {"ormqr", "nux", WB_OK, {""}},
    {"ormqr(left=False)", "nux", WB_ERROR_SHAPE, {"ormqr", "columns", "[2, 3]"}},
    {"pinv", "xv", WB_ERROR_SHAPE, {"pinv", "atol", "[3]"}},
    {"svd_lowrank(q=3)", "x", WB_ERROR_ARGUMENT, {"svd_lowrank", "0 to 2", "3"}},
    {"fft_fft", "v", WB_ERROR_SHAPE, {"fft.fft", "pairs", "[3]"}},
    {"stft(8, center=False, window=None)", "v", WB_ERROR_SHAPE, {"stft", "8", "3"}},
    {"stft(0, window=None)", "v", WB_ERROR_ARGUMENT, {"stft", "n_fft", "0"}},
    {"stft(2, 1, win_length=3, window=None)", "v", WB_ERROR_ARGUMENT, {"win_length", "n_fft 2", "3"}},
    {"stft(2, 1)", "vv", WB_ERROR_SHAPE, {"stft", "[2]", "[3]"}},
    {"istft(4, window=None)", "x", WB_ERROR_SHAPE, {"istft", "3 frequencies", "[2, 3]"}},
    {"complex", "xu", WB_ERROR_SHAPE, {"complex", "[2, 3]", "[2]"}},
    {"complex", "vi", WB_ERROR_DTYPE, {"complex", "float64", "int64"}},
    {"pdist", "v", WB_ERROR_SHAPE, {"pdist", "[n, width]", "[3]"}},
    {"pdist(-1)", "x", WB_ERROR_ARGUMENT, {"pdist", "0 on", "-1"}},
    {"ctc_loss", "xiii", WB_ERROR_SHAPE, {"ctc_loss", "input_lengths", "[2]"}},
    {"cross_entropy", "xj", WB_ERROR_INDEX, {"cross_entropy", "7", "0 ..< 3"}},
    {"linear_cross_entropy(linear_bias=None)", "xvi", WB_ERROR_SHAPE, {"linear_cross_entropy", "[2, 3]", "[3]"}},
    {"conv2d", "pw", WB_ERROR_SHAPE, {"conv2d", "4 channels", "has 3"}},
    {"max_pool2d(3)", "p", WB_ERROR_SHAPE, {"max_pool2d", "3", "2"}},
    {"group_norm(2)", "p", WB_ERROR_ARGUMENT, {"group_norm", "3 channels", "2"}},
};

static const struct {
    const char *text;
    wb_status status;
    const char *facts[3];
} made[] = {
    {"window_hann(-1)", WB_ERROR_ARGUMENT, {"window_hann", "0 on", "-1"}},
    {"window_hann(3, dtype=int64)", WB_ERROR_DTYPE, {"window_hann", "int64", ""}},
    {"window_exponential(3, center=1.0)", WB_ERROR_ARGUMENT, {"window_exponential", "sym=False", ""}},
    {"window_gaussian(3, std=0.0)", WB_ERROR_ARGUMENT, {"window_gaussian", "std above 0", "0.0"}},
    {"window_general_cosine(3, a=())", WB_ERROR_ARGUMENT, {"window_general_cosine", "one coefficient", "empty"}},
    {"kaiser_window(3, beta=-1.0)", WB_ERROR_ARGUMENT, {"kaiser_window", "beta from 0 on", "-1.0"}},
    {"logspace(0, 1, -1)", WB_ERROR_ARGUMENT, {"steps", "negative", "-1"}},
    {"cauchy(sigma=0)", WB_ERROR_ARGUMENT, {"cauchy", "sigma above 0", "0"}},
    {"geometric(1.5)", WB_ERROR_ARGUMENT, {"geometric", "up to 1", "1.5"}},
};

static void what_does_not_fit_gets_a_sentence(void) {
    OK(wb_scope_begin());
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        wb_status status = called(wrong[i].text, wrong[i].letters);
        if (status != wrong[i].status)
            check_report(__FILE__, __LINE__, "\"%s\" of %s gave %s (%s)", wrong[i].text, wrong[i].letters,
                         wb_status_name(status), wb_last_error());
        for (int fact = 0; status != WB_OK && fact < 3; fact++)
            if (wrong[i].facts[fact] && !strstr(wb_last_error(), wrong[i].facts[fact]))
                check_report(__FILE__, __LINE__, "\"%s\" of %s: no \"%s\" in: %s", wrong[i].text, wrong[i].letters,
                             wrong[i].facts[fact], wb_last_error());
    }
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        FAILS(called(made[i].text, ""), made[i].status, made[i].facts[0], made[i].facts[1], made[i].facts[2]);
    OK(wb_scope_end());
}

static void tensors_without_elements_and_without_axes_have_results(void) {
    static const struct {
        const char *text, *letters;
        int64_t count;
    } cases[] = {
        {"fmax", "ev", 0},
        {"fmax", "sv", 3},
        {"legendre_polynomial_p(3)", "e", 0},
        {"legendre_polynomial_p(3)", "s", 1},
        {"modified_bessel_k0", "e", 0},
        {"spherical_bessel_j0", "s", 1},
        {"complex", "ee", 0},
        {"polar", "ss", 2},
        {"pdist", "e", 0},
        {"window_hann(0)", "", 0},
        {"hann_window(1)", "", 1},
        {"logspace(0, 1, 0)", "", 0},
        {"as_strided((0, 2), (1, 1))", "x", 0},
        {"as_strided((), ())", "x", 1},
    };
    OK(wb_scope_begin());
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        wb_tensor *inputs[4], *result = NULL;
        int32_t count = 0;
        int64_t elements = -1;
        for (; cases[i].letters[count]; count++) inputs[count] = named(cases[i].letters[count]);
        OK(wb_call(cases[i].text, inputs, count, &result, 1, NULL));
        OK(wb_eval(&result, 1));
        OK(wb_tensor_count(result, &elements));
        if (elements != cases[i].count)
            check_report(__FILE__, __LINE__, "\"%s\" of %s has %lld elements", cases[i].text, cases[i].letters,
                         (long long)elements);
    }
    OK(wb_scope_end());
}

int main(void) {
    RUN(what_does_not_fit_gets_a_sentence);
    RUN(tensors_without_elements_and_without_axes_have_results);
    return finish();
}
