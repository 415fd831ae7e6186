/* Reads the checkpoint that demo.py wrote, and reports the network's accuracy on the test digits.
 *
 *     evaluate MODEL.h5 DATA.h5 */
#include <stdio.h>
#include <wingbeat.h>

int main(int count, char **words) {
    wb_module *model = NULL, *loss_fn = NULL;
    wb_dataset *test = NULL;
    double loss = 0, accuracy = 0;
    if (count != 3) {
        fprintf(stderr, "usage: evaluate MODEL.h5 DATA.h5\n");
        return 2;
    }
    if (wb_load(words[1], &model) != WB_OK || wb_module_create("CrossEntropyLoss()", WB_FLOAT32, &loss_fn) != WB_OK ||
        wb_dataset_open(words[2], "test/images", "test/labels", WB_FLOAT32, 1 / 255.0, 1, &test) != WB_OK ||
        wb_evaluate(model, loss_fn, NULL, 0, test, 64, &loss, &accuracy, NULL) != WB_OK) {
        fprintf(stderr, "%s\n", wb_last_error());
        return 1;
    }
    printf("C:      test accuracy %.4f%%, test loss %.6f\n", 100 * accuracy, loss);
    wb_dataset_free(test);
    wb_module_free(loss_fn);
    wb_module_free(model);
    return 0;
}
