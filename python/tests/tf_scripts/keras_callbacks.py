"""Callbacks: hooks of one's own, early stopping with the best weights, rates by a function and by a plateau."""

import os
import tempfile

import tensorflow as tf
from formulas import set_weights, show, values

keras = tf.keras


def get_model():
    model = keras.Sequential([keras.layers.Input((5,)), keras.layers.Dense(1)])
    set_weights(model)
    model.compile(optimizer=keras.optimizers.RMSprop(learning_rate=0.1), loss="mean_squared_error", metrics=["mae"])
    return model


class Printer(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        print("train", sorted((logs or {}).keys()), self.params["epochs"])

    def on_epoch_begin(self, epoch, logs=None):
        print("epoch", epoch)

    def on_train_batch_end(self, batch, logs=None):
        print("  batch", batch, sorted(logs))

    def on_epoch_end(self, epoch, logs=None):
        show("  end", [logs["loss"], logs["val_loss"]])

    def on_test_begin(self, logs=None):
        print("  validating")


class StopAtMinimum(keras.callbacks.Callback):
    def __init__(self, patience=0):
        super().__init__()
        self.patience = patience

    def on_train_begin(self, logs=None):
        self.wait, self.best, self.best_weights = 0, float("inf"), None

    def on_epoch_end(self, epoch, logs=None):
        if logs["loss"] < self.best - 0.01:
            self.best, self.wait, self.best_weights = logs["loss"], 0, self.model.get_weights()
        else:
            self.wait += 1
            if self.wait >= self.patience:
                self.model.stop_training = True
                self.model.set_weights(self.best_weights)
                print("stopped at", epoch)


x, y = values(30, 5), values(30, 1, seed=6)
get_model().fit(x, y, batch_size=15, epochs=2, verbose=0, shuffle=False, validation_split=0.3, callbacks=[Printer()])
model = get_model()
model.fit(x, y, epochs=20, batch_size=10, verbose=0, shuffle=False, callbacks=[StopAtMinimum(2)])
show("best", model.get_weights()[0])

model = get_model()
history = model.fit(
    x, y, epochs=4, verbose=0, shuffle=False,
    callbacks=[keras.callbacks.LearningRateScheduler(lambda epoch, lr: lr * 0.5 if epoch > 1 else lr)],
)  # fmt: skip
show("rates", history.history["learning_rate"])
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "log.csv")
    history = model.fit(
        x, y, epochs=6, verbose=0, shuffle=False, validation_data=(x[:5], y[:5]),
        callbacks=[
            keras.callbacks.ReduceLROnPlateau(monitor="loss", factor=0.2, patience=1, min_delta=0.05),
            keras.callbacks.EarlyStopping(monitor="loss", patience=3, min_delta=0.05, restore_best_weights=True),
            keras.callbacks.CSVLogger(path),
            keras.callbacks.LambdaCallback(on_train_end=lambda logs: print("done", sorted(logs))),
        ],
    )  # fmt: skip
    with open(path) as file:
        print(file.readline().strip(), len(file.readlines()))
show("reduced", history.history["learning_rate"])
print(history.epoch)
