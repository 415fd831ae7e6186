"""Programs about Keras' models that run under Keras and under wingbeat.keras: each gives numbers and texts.

fixtures/models_from_keras.py writes down what Keras gives, test_keras_models.py compares. All values come from
formulas, nothing is shuffled, so both compute the same.
"""

import contextlib
import io
import os
import re
import tempfile

import numpy as np

PROGRAMS = {}


def program(function):
    PROGRAMS[function.__name__] = function
    return function


def values(*shape, seed=1):
    """Numbers between -1 and 1 by a formula."""
    count = int(np.prod(shape))
    place = np.arange(count, dtype="float64")
    return (np.sin(place * 1.7 + seed) * np.cos(place * 0.31 * seed)).reshape(shape).astype("float32")


def labels(count, classes, seed=0):
    return ((np.arange(count) * 7 + seed) % 11 % classes).astype("int64")


def set_weights(model):
    """Weights of a model by a formula: variances stay positive."""
    found = []
    for place, weight in enumerate(model.get_weights()):
        new = values(*weight.shape, seed=place + 2) * 0.6 if weight.shape else weight
        found.append(np.abs(new) + 0.5 if "variance" in model.weights[place].path else new)
    model.set_weights(found)
    return model


def numbers(history):
    return {name: [float(value) for value in column] for name, column in history.history.items()}


def printed(function):
    """What a function prints, with times masked and what is drawn over left out."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        function()
    lines = []
    for line in re.sub(r"\x1b\[[0-9;]*m", "", out.getvalue()).split("\n"):
        lines.append(re.split(r"[\b\r]+", line)[-1].rstrip())
    text = "\n".join(lines)
    return re.sub(r"\d+(s|ms|us)/step", "T/step", re.sub(r" \d+s ", " Ts ", text))


def classifier(keras, name=None):
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(8, activation="relu", name="hidden"),
            keras.layers.Dense(3, activation="softmax", name="out"),
        ],
        name=name,
    )
    return set_weights(model)


@program
def fit_with_validation(keras):
    model = classifier(keras)
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = values(50, 6), labels(50, 3)
    history = model.fit(x, y, epochs=3, batch_size=16, shuffle=False, validation_split=0.25, verbose=0)
    return {
        "history": numbers(history),
        "keys": list(history.history),
        "epochs": history.epoch,
        "params": {key: history.params[key] for key in ("epochs", "steps")},
        "evaluate": [float(value) for value in model.evaluate(x, y, batch_size=7, verbose=0)],
        "dict": {key: float(v) for key, v in model.evaluate(x, y, verbose=0, return_dict=True).items()},
        "predict": model.predict(x[:9], batch_size=4, verbose=0).tolist(),
        "on_batch": model.predict_on_batch(x[:2]).tolist(),
        "names": model.metrics_names,
    }


@program
def weights_of_classes_and_samples(keras):
    x, y = values(24, 6), labels(24, 3)
    found = {}
    for name, given in {
        "class": {"class_weight": {0: 1.0, 1: 2.0, 2: 0.5}},
        "sample": {"sample_weight": np.abs(values(24, seed=5))},
    }.items():
        model = classifier(keras)
        model.compile(
            optimizer=keras.optimizers.Adam(0.05),
            loss=keras.losses.SparseCategoricalCrossentropy(),
            metrics=["accuracy"],
            weighted_metrics=["accuracy"],
        )
        found[name] = numbers(model.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0, **given))
    found["evaluate"] = [
        float(v) for v in model.evaluate(x, y, sample_weight=np.abs(values(24, seed=5)), batch_size=5, verbose=0)
    ]
    return found


@program
def penalties_of_regularisers(keras):
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(
                4, kernel_regularizer=keras.regularizers.L2(0.1), bias_regularizer="l1", activity_regularizer="l2"
            ),
            keras.layers.Dense(1, kernel_regularizer=keras.regularizers.L1L2(0.01, 0.02)),
        ]
    )
    set_weights(model)
    x, y = values(16, 6), values(16, 1, seed=3)
    model(x)
    found = {"losses": sorted(float(loss) for loss in model.losses)}
    model.compile(optimizer=keras.optimizers.SGD(0.05), loss="mse", metrics=["mae"])
    found["history"] = numbers(model.fit(x, y, epochs=3, batch_size=8, shuffle=False, verbose=0))
    found["weights"] = [weight.tolist() for weight in model.get_weights()]
    return found


@program
def hooks_of_callbacks(keras):
    heard = []
    names = [
        "train_begin", "train_end", "epoch_begin", "epoch_end", "train_batch_begin", "train_batch_end", "test_begin",
        "test_end", "test_batch_begin", "test_batch_end", "predict_begin", "predict_end", "predict_batch_begin",
        "predict_batch_end",
    ]  # fmt: skip

    class Listener(keras.callbacks.Callback):
        pass

    for name in names:

        def hook(self, *args, logs=None, name=name):
            parts = [part for part in args if isinstance(part, int)]
            given = logs if logs is not None else next((part for part in args if isinstance(part, dict)), {})
            heard.append([name, *parts, *sorted(given)])

        setattr(Listener, f"on_{name}", hook)
    model = classifier(keras)
    model.compile(optimizer="sgd", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    x, y = values(20, 6), labels(20, 3)
    listener = Listener()
    model.fit(x, y, epochs=2, batch_size=10, validation_data=(x[:8], y[:8]), verbose=0, callbacks=[listener])
    model.evaluate(x, y, verbose=0, callbacks=[listener])
    model.predict(x, batch_size=15, verbose=0, callbacks=[listener])
    return {"heard": heard, "params": sorted(listener.params)}


@program
def text_of_the_bar(keras):
    def run():
        model = classifier(keras)
        model.compile(
            optimizer=keras.optimizers.SGD(0.01), loss="sparse_categorical_crossentropy", metrics=["accuracy"]
        )
        x, y = values(100, 6), labels(100, 3)
        model.fit(x, y, epochs=2, batch_size=8, shuffle=False, validation_data=(x[:20], y[:20]))
        model.fit(x, y, epochs=1, batch_size=50, shuffle=False)
        model.fit(x, y, epochs=2, batch_size=50, shuffle=False, verbose=2)
        model.evaluate(x, y)
        model.evaluate(x, y, verbose=2)
        model.predict(x)

    return {"text": printed(run)}


@program
def stopping_and_rates(keras):
    out = {}
    x, y = values(40, 6), values(40, 1, seed=9)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "log.csv")

        def run():
            model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
            set_weights(model)
            model.compile(optimizer=keras.optimizers.SGD(0.9), loss="mse")
            history = model.fit(
                x,
                y,
                epochs=12,
                batch_size=10,
                shuffle=False,
                verbose=0,
                validation_data=(x[:10], y[:10]),
                callbacks=[
                    keras.callbacks.ReduceLROnPlateau("loss", factor=0.5, patience=1, verbose=1, min_delta=0.01),
                    keras.callbacks.EarlyStopping(
                        "loss", patience=3, verbose=1, restore_best_weights=True, min_delta=0.01
                    ),
                    keras.callbacks.CSVLogger(path),
                ],
            )
            out["history"] = numbers(history)
            out["weights"] = [weight.tolist() for weight in model.get_weights()]

        text = printed(run)
        # Rates are printed with all their digits.
        out["text"] = re.sub(r"rate to [0-9.e-]+\.", "rate to R.", text)
        with open(path) as file:
            out["csv"] = [line.split(",")[0] for line in file.read().split("\n")][:3] + [open(path).readline().strip()]
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1)])
    set_weights(model)
    model.compile(optimizer=keras.optimizers.SGD(0.1), loss="mse")
    seen = []
    history = model.fit(
        x,
        y,
        epochs=3,
        shuffle=False,
        verbose=0,
        callbacks=[
            keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.5 if epoch else rate),
            keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: seen.append([epoch, sorted(logs)])),
        ],
    )
    out["scheduled"], out["seen"] = numbers(history), seen
    return out


@program
def several_inputs_and_outputs(keras):
    layers = keras.layers
    first, second = keras.Input((4,), name="first"), keras.Input((3,), name="second")
    shared = layers.Dense(5, activation="tanh", name="shared")
    joined = layers.Concatenate(name="joined")([shared(first), layers.Dense(2, name="side")(second)])
    big = layers.Dense(3, activation="softmax", name="kind")(joined)
    small = layers.Dense(1, name="size")(shared(first) * 2.0 + 1.0)
    model = keras.Model([first, second], {"kind": big, "size": small})
    set_weights(model)
    model.compile(
        optimizer=keras.optimizers.SGD(0.05),
        loss={"kind": "sparse_categorical_crossentropy", "size": "mse"},
        loss_weights={"kind": 1.0, "size": 0.3},
        metrics={"kind": ["accuracy"], "size": ["mae"]},
    )
    x = {"first": values(20, 4), "second": values(20, 3, seed=4)}
    y = {"kind": labels(20, 3), "size": values(20, 1, seed=8)}
    history = model.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0)
    found = model.predict([x["first"], x["second"]], verbose=0)
    listed = keras.Model([first, second], [big, small])
    listed.compile(
        optimizer=keras.optimizers.SGD(0.05),
        loss=["sparse_categorical_crossentropy", "mse"],
        metrics=[["accuracy"], ["mae"]],
    )
    again = listed.fit(
        [x["first"], x["second"]], [y["kind"], y["size"]], epochs=1, batch_size=8, shuffle=False, verbose=0
    )
    inner = keras.Model(model.inputs, model.get_layer("joined").output)
    return {
        "history": numbers(history),
        "keys": list(history.history),
        "predict": {key: value.tolist() for key, value in found.items()},
        "listed": numbers(again),
        "inner": inner.predict([x["first"][:2], x["second"][:2]], verbose=0).tolist(),
        "layers": [layer.name for layer in model.layers],
    }


@program
def steps_of_ones_own(keras):
    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = keras.layers.Dense(5, activation="tanh")
            self.out = keras.layers.Dense(1)
            self.tracker = keras.metrics.Mean(name="total")

        def call(self, x, training=False):
            return self.out(self.hidden(x)) * (2.0 if training else 1.0)

        def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
            loss = keras.ops.mean(keras.ops.square(y - y_pred))
            self.tracker.update_state(loss)
            return loss

        def compute_metrics(self, x, y, y_pred, sample_weight=None):
            return {"total": self.tracker.result()}

        def test_step(self, data):
            x, y = data
            self.tracker.update_state(keras.ops.mean(keras.ops.abs(y - self(x, training=False))))
            return {"total": self.tracker.result()}

        @property
        def metrics(self):
            return [self.tracker]

    model = Model()
    x, y = values(30, 4), values(30, 1, seed=5)
    model(x[:1])
    set_weights(model)
    model.compile(optimizer=keras.optimizers.SGD(0.1))
    history = model.fit(x, y, epochs=3, batch_size=10, shuffle=False, verbose=0, validation_data=(x, y))
    return {
        "history": numbers(history),
        "evaluate": model.evaluate(x, y, verbose=0),
        "weights": [weight.path.split("/")[-1] for weight in model.weights],
    }


@program
def batches_of_other_kinds(keras):
    x, y = values(24, 6), labels(24, 3)

    def batches():
        while True:
            for start in range(0, 24, 8):
                yield x[start : start + 8], y[start : start + 8]

    class Rows(keras.utils.PyDataset):
        def __len__(self):
            return 3

        def __getitem__(self, place):
            return x[place * 8 : place * 8 + 8], y[place * 8 : place * 8 + 8]

    found = {}
    for name, data, more in (
        ("generator", batches(), {"steps_per_epoch": 3}),
        ("dataset", Rows(), {"shuffle": False}),
        ("few", batches(), {"steps_per_epoch": 2, "validation_data": (x[:8], y[:8]), "validation_freq": 2}),
    ):
        model = classifier(keras)
        model.compile(optimizer=keras.optimizers.SGD(0.1), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
        found[name] = numbers(model.fit(data, epochs=2, verbose=0, **more))
    model = classifier(keras)
    model.compile(
        optimizer=keras.optimizers.SGD(0.1),
        loss="sparse_categorical_crossentropy",
        metrics=["acc"],
        steps_per_execution=2,
    )
    found["executions"] = numbers(model.fit(x, y, epochs=2, batch_size=5, shuffle=False, verbose=0))
    found["batch"] = [float(value) for value in model.train_on_batch(x[:4], y[:4])]
    found["test"] = {key: float(value) for key, value in model.test_on_batch(x[:4], y[:4], return_dict=True).items()}
    return found


@program
def statistics_of_batches(keras):
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            layers.Conv2D(3, 3, padding="same", use_bias=False),
            layers.BatchNormalization(momentum=0.8),
            layers.Activation("relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(2),
        ]
    )
    set_weights(model)
    model.compile(
        optimizer=keras.optimizers.SGD(0.05, momentum=0.9),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    x, y = values(20, 8, 8, 2), labels(20, 2)
    history = model.fit(x, y, epochs=2, batch_size=8, shuffle=False, verbose=0, validation_data=(x, y))
    found = {
        "history": numbers(history),
        "statistics": [model.layers[1].get_weights()[place].tolist() for place in (2, 3)],
    }
    model.layers[1].trainable = False
    model.compile(
        optimizer=keras.optimizers.SGD(0.05), loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    )
    found["frozen"] = numbers(model.fit(x, y, epochs=1, batch_size=8, shuffle=False, verbose=0))
    found["counts"] = [len(model.trainable_weights), len(model.non_trainable_weights), model.count_params()]
    return found


def summaries(keras):
    layers = keras.layers
    keras.backend.clear_session()
    plain = classifier(keras, name="plain")
    yield plain, {}
    plain.compile(optimizer="adam", loss="mse")
    plain.optimizer.build(plain.trainable_variables)
    yield plain, {"show_trainable": True}
    image = keras.Input((28, 28, 1), name="image")
    x = layers.Conv2D(16, 3, activation="relu")(image)
    x = layers.BatchNormalization()(x)
    block = x
    x = layers.Conv2D(16, 3, padding="same")(x)
    x = layers.Add()([x, block])
    x = layers.GlobalAveragePooling2D()(x)
    out = layers.Dense(10, name="a_name_that_is_much_longer_than_its_column")(x)
    branched = keras.Model(image, out, name="branched")
    yield branched, {"line_length": 100}
    branched.layers[1].trainable = False
    yield branched, {"show_trainable": True, "line_length": 110}
    nested = keras.Sequential([keras.Input((6,)), plain, layers.Dense(2)], name="nested")
    yield nested, {"expand_nested": True}
    late = keras.Sequential([layers.Dense(4), layers.Dense(1)], name="late")
    yield late, {}


@program
def tables_of_models(keras):
    found = []
    for model, options in summaries(keras):
        lines = []
        model.summary(print_fn=lambda text, **rest: lines.append(text), **options)
        found.append("\n".join(lines))
    return {"tables": found}


@program
def names_and_configs(keras):
    keras.backend.clear_session()
    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((5,)), layers.Dense(4, activation="relu"), layers.Dropout(0.5), layers.Dense(2)]
    )
    set_weights(model)
    clone = keras.models.clone_model(model)
    clone.set_weights(model.get_weights())
    again = keras.models.model_from_json(model.to_json())
    again.set_weights(model.get_weights())
    x = values(3, 5)
    inputs = keras.Input((5,), name="in")
    functional = keras.Model(
        inputs, layers.Dense(3, name="d")(layers.LeakyReLU(negative_slope=0.1)(inputs)) * 2.0, name="f"
    )
    set_weights(functional)
    copied = keras.Model.from_config(functional.get_config())
    copied.set_weights(functional.get_weights())
    config = functional.get_config()
    return {
        "names": [layer.name for layer in model.layers],
        "paths": [weight.path for weight in model.weights],
        "same": [float(abs(model(x) - other(x)).numpy().max()) for other in (clone, again)],
        "copied": float(abs(functional(x) - copied(x)).numpy().max()),
        "config": sorted(config),
        "entries": [[entry["class_name"], entry["name"], len(entry["inbound_nodes"])] for entry in config["layers"]],
        "ends": [config["input_layers"], config["output_layers"]],
        "dense": {
            key: v
            for key, v in model.layers[0].get_config().items()
            if not isinstance(v, dict) and key != "quantization_config"
        },
        "sequential": sorted(model.get_config()),
    }
