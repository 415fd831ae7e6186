/* Linear algebra from C: values, several results, derivatives, and nonsense given to each function. */
#include "check.h"

static wb_tensor *matrix(double a, double b, double c, double d) {
    wb_tensor *tensor = NULL;
    OK(wb_tensor_create(WB_FLOAT64, SHAPE(2, 2), (const double[]){a, b, c, d}, &tensor));
    return tensor;
}

static void products_and_sums_over_letters_are_what_they_are_by_hand(void) {
    OK(wb_scope_begin());
    wb_tensor *a = matrix(1, 2, 3, 4), *b = matrix(5, 6, 7, 8), *u = VECTOR(1, -1), *y = NULL;
    OK(wb_product(WB_PRODUCT_MM, a, b, &y));
    EXPECT(at(y, 0) == 19 && at(y, 1) == 22 && at(y, 2) == 43 && at(y, 3) == 50);
    OK(wb_product(WB_PRODUCT_MV, a, u, &y));
    EXPECT(at(y, 0) == -1 && at(y, 1) == -1);
    OK(wb_product(WB_PRODUCT_DOT, u, u, &y));
    EXPECT(item(y) == 2);
    OK(wb_product(WB_PRODUCT_OUTER, u, u, &y));
    EXPECT(at(y, 0) == 1 && at(y, 1) == -1 && at(y, 3) == 1);
    OK(wb_trace(a, &y));
    EXPECT(item(y) == 5);
    OK(wb_einsum("ij,kj,k->i", (wb_tensor *[]){a, b, u}, 3, &y));
    EXPECT(at(y, 0) == -6 && at(y, 1) == -14);
    OK(wb_scope_end());
}

static void factorisations_are_what_they_are_by_hand(void) {
    OK(wb_scope_begin());
    wb_tensor *a = matrix(4, 2, 2, 3), *b = VECTOR(8, 8), *y = NULL, *z = NULL, *w = NULL;
    OK(wb_inverse(a, &y));
    CLOSE(at(y, 0), 0.375, 1e-15);
    CLOSE(at(y, 1), -0.25, 1e-15);
    OK(wb_det(a, &y));
    CLOSE(item(y), 8, 1e-15);
    OK(wb_slogdet(matrix(0, 2, 2, 0), &y, &z));
    EXPECT(item(y) == -1);
    CLOSE(item(z), log(4), 1e-15);
    OK(wb_solve(a, b, 1, &y));
    CLOSE(at(y, 0), 1, 1e-15);
    CLOSE(at(y, 1), 2, 1e-15);
    OK(wb_triangular_solve(a, b, 1, 1, 0, &y));
    CLOSE(at(y, 0), 2.0 / 3, 1e-15);
    OK(wb_cholesky(a, 0, &y));
    CLOSE(at(y, 0), 2, 1e-15);
    CLOSE(at(y, 3), sqrt(2), 1e-15);
    EXPECT(at(y, 1) == 0);
    OK(wb_qr(matrix(3, 1, 4, 2), NULL, &y));
    CLOSE(fabs(at(y, 0)), 5, 1e-15);
    OK(wb_eigh(matrix(2, 9, 1, 2), 0, &y, &z));
    CLOSE(at(y, 0), 1, 1e-15);
    CLOSE(at(y, 1), 3, 1e-15);
    OK(wb_svd(matrix(0, 3, -2, 0), &z, &y, &w));
    CLOSE(at(y, 0), 3, 1e-15);
    CLOSE(at(y, 1), 2, 1e-15);
    OK(wb_scope_end());
}

static void what_cannot_be_factored_is_refused_when_it_is_computed(void) {
    OK(wb_scope_begin());
    wb_tensor *singular = matrix(1, 2, 2, 4), *y = NULL;
    double value = 0;
    OK(wb_inverse(singular, &y));
    FAILS(wb_eval(&y, 1), WB_ERROR_ARGUMENT, "inverse", "singular");
    OK(wb_cholesky(matrix(-1, 0, 0, 1), 0, &y));
    FAILS(wb_eval(&y, 1), WB_ERROR_ARGUMENT, "cholesky", "not positive definite");
    OK(wb_eigh(matrix(1, 0, NAN, 1), 0, &y, NULL));
    FAILS(wb_eval(&y, 1), WB_ERROR_NOT_FINITE, "eigh", "position 2");
    OK(wb_det(singular, &y));
    OK(wb_tensor_item(y, &value));
    EXPECT(value == 0);
    OK(wb_scope_end());
}

static void nonsense_is_refused(void) {
    OK(wb_scope_begin());
    wb_tensor *a = matrix(1, 2, 3, 4), *u = VECTOR(1, 2, 3), *y = NULL;
    FAILS(wb_product((wb_product_op)99, a, a, &y), WB_ERROR_ARGUMENT, "99");
    FAILS(wb_product(WB_PRODUCT_MM, a, u, &y), WB_ERROR_SHAPE, "mm", "[3]");
    FAILS(wb_product(WB_PRODUCT_MM, NULL, a, &y), WB_ERROR_HANDLE, "mm");
    FAILS(wb_product(WB_PRODUCT_MM, a, a, NULL), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_einsum(NULL, &a, 1, &y), WB_ERROR_ARGUMENT, "equation");
    FAILS(wb_einsum("ij", NULL, 1, &y), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_einsum("ij", &a, -1, &y), WB_ERROR_ARGUMENT, "negative");
    FAILS(wb_einsum("", NULL, 0, &y), WB_ERROR_ARGUMENT, "einsum");
    FAILS(wb_einsum("\xff\xfe->.", &a, 1, &y), WB_ERROR_ARGUMENT, "einsum");
    FAILS(wb_slogdet(a, NULL, NULL), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_qr(a, NULL, NULL), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_svd(a, NULL, NULL, NULL), WB_ERROR_ARGUMENT, "null");
    FAILS(wb_eigh(u, 0, &y, NULL), WB_ERROR_SHAPE, "eigh");
    FAILS(wb_solve(a, u, 1, &y), WB_ERROR_SHAPE, "solve");
    FAILS(wb_trace(u, &y), WB_ERROR_SHAPE, "trace");
    EXPECT(y == NULL);
    OK(wb_scope_end());
}

int main(void) {
    RUN(products_and_sums_over_letters_are_what_they_are_by_hand);
    RUN(factorisations_are_what_they_are_by_hand);
    RUN(what_cannot_be_factored_is_refused_when_it_is_computed);
    RUN(nonsense_is_refused);
    return finish();
}
