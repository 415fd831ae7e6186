"""What Keras' layers and models do beside numbers: names, variables, modes, masks, graphs of the engine, copies, files,
and what is said of what does not fit."""

import copy
import pickle

import numpy as np
import pytest

import wingbeat as wb
from wingbeat import keras
from wingbeat import tf as tf

layers = keras.layers


class Linear(layers.Layer):
    def __init__(self, units=3, **kwargs):
        super().__init__(**kwargs)
        self.units = units

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), initializer="ones", name="kernel")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", trainable=False)

    def call(self, x, training=False):
        return x @ self.kernel * (2.0 if training else 1.0) + self.bias


def classifier():
    return keras.Sequential([keras.Input((4,)), layers.Dense(5, activation="tanh"), layers.Dense(3)])


def test_names_count_by_class_and_begin_anew_with_a_session():
    keras.backend.clear_session()
    assert [layers.Dense(1).name, layers.Dense(1).name, Linear().name] == ["dense", "dense_1", "linear"]
    keras.backend.clear_session()
    assert layers.Dense(1).name == "dense"
    with pytest.raises(ValueError, match="cannot contain character `/`"):
        layers.Dense(1, name="a/b")


def test_variables_of_a_layer_are_parameters_and_buffers_of_its_module():
    layer = Linear(name="own")
    assert not layer.built and layer.weights == []
    layer.build((None, 2))
    assert layer.built and [weight.path for weight in layer.weights][0] == "own/kernel"
    assert [name for name, _ in layer.named_parameters()] == ["kernel"] and len(list(layer.buffers())) == 1
    assert layer.count_params() == 9 and len(layer.trainable_weights) == 1
    layer.trainable = False
    assert layer.trainable_weights == [] and not next(iter(layer.parameters())).requires_grad
    layer.trainable = True
    layer.set_weights([np.full((2, 3), 2.0), np.ones(3)])
    np.testing.assert_array_equal(layer(np.ones((1, 2))).numpy(), [[5, 5, 5]])
    with pytest.raises(ValueError, match="weight list of length 1"):
        layer.set_weights([np.ones((2, 3))])
    with pytest.raises(ValueError, match="not compatible with provided weight shape"):
        layer.set_weights([np.ones((3, 3)), np.ones(3)])


def test_training_goes_down_to_all_layers_and_ends_with_the_call():
    model = keras.Sequential([layers.Dropout(0.9), Linear(1)])
    x = np.ones((200, 2), "float32")
    assert np.ptp(model(x).numpy()) == 0
    assert np.ptp(model(x, training=True).numpy()) > 0
    assert np.ptp(model(x).numpy()) == 0 and not model.training


def test_given_the_engines_tensors_a_model_is_an_ordinary_module():
    model = classifier()
    x = wb.rand(6, 4)
    loss = (model(x) ** 2).sum()
    assert type(loss) is wb.Tensor
    loss.backward()
    assert all(parameter.grad is not None for parameter in model.parameters())
    assert isinstance(model(x.numpy()), tf.Tensor)


def test_a_functional_model_is_a_graph_of_the_engine(tmp_path):
    inputs = keras.Input((6, 6, 2))
    x = layers.Conv2D(3, 3, padding="same")(inputs)
    x = layers.BatchNormalization()(x) * 2.0
    model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(x)), name="net")
    assert "Graph(" in model.expression()
    wb.save(model, tmp_path / "net.h5")
    twin = wb.load(tmp_path / "net.h5").eval()
    data = np.linspace(-1, 1, 144, dtype="float32").reshape(2, 6, 6, 2)
    np.testing.assert_array_equal(twin(wb.tensor(data)).detach().numpy(), model(data).numpy())
    nested = keras.Sequential([keras.Input((6, 6, 2)), model, layers.ReLU()])
    assert "net=" in nested.expression()


def test_symbolic_tensors_know_shapes_without_computing():
    x = keras.Input((None, 8))
    assert x.shape == (None, None, 8) and keras.backend.is_keras_tensor(x)
    assert layers.Dense(3)(x).shape == (None, None, 3)
    assert layers.GlobalAveragePooling1D()(x).shape == (None, 8)
    assert (x[:, 0] + 1.0).shape == (None, 8)
    assert layers.Flatten().compute_output_shape((None, 4, 5)) == (None, 20)
    state = wb.get_rng_state() if hasattr(wb, "get_rng_state") else None
    layers.Dropout(0.5)(x)
    assert state is None or np.array_equal(wb.get_rng_state(), state)
    with pytest.raises(TypeError, match="boolean"):
        bool(x)
    with pytest.raises(ValueError, match="symbolic"):
        np.asarray(x)


def test_lists_and_dicts_of_layers_belong_to_the_layer_also_later():
    class Many(keras.Model):
        def __init__(self):
            super().__init__()
            self.parts = [Linear(2)]
            self.parts.append(Linear(2))
            self.named = {"a": Linear(2)}
            self.named["b"] = Linear(2)

        def call(self, x):
            for part in [*self.parts, *self.named.values()]:
                x = part(x)
            return x

    model = Many()
    model(np.ones((1, 2)))
    assert len(model.layers) == 4 and len(model.trainable_weights) == 4


def test_forgetting_the_base_class_is_said():
    class Forgot(layers.Layer):
        def __init__(self):
            self.inner = layers.Dense(1)

    with pytest.raises(RuntimeError, match="forgot to call `super"):
        Forgot()


def test_copies_and_pickles_have_variables_of_their_own():
    x = np.ones((2, 4), "float32")
    for model in (classifier(), Linear()):
        before = model(x).numpy()
        twin = copy.deepcopy(model)
        twin.set_weights([weight * 0 for weight in twin.get_weights()])
        np.testing.assert_array_equal(model(x).numpy(), before)
        assert not twin(x).numpy().any()
    model = classifier()
    model.compile("adam", "mse")
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again(x).numpy(), model(x).numpy())
    assert again.compiled


def test_models_are_written_and_read_with_their_training(tmp_path):
    x, y = np.linspace(-1, 1, 80, dtype="float32").reshape(20, 4), np.arange(20) % 3
    model = classifier()
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    model.fit(x, y, epochs=2, verbose=0, shuffle=False)
    for name in ("model.keras", "model.h5"):
        model.save(tmp_path / name)
        again = keras.models.load_model(tmp_path / name)
        np.testing.assert_array_equal(again.predict(x, verbose=0), model.predict(x, verbose=0))
        assert again.compiled and int(again.optimizer.iterations.numpy()) == 2
        twin = copy.deepcopy(model)
        twin.load_weights(tmp_path / name)
        np.testing.assert_array_equal(twin.predict(x, verbose=0), model.predict(x, verbose=0))
    ours = [model.fit(x, y, epochs=3, verbose=0, shuffle=False).history["loss"]]
    ours.append(again.fit(x, y, epochs=3, verbose=0, shuffle=False).history["loss"])
    np.testing.assert_allclose(ours[1], ours[0], rtol=1e-6)
    model.save_weights(tmp_path / "only.weights.h5")
    with pytest.raises(ValueError, match="must end in"):
        model.save_weights(tmp_path / "only.h5x")
    with pytest.raises(ValueError, match="filepath extension"):
        model.save(tmp_path / "model.zip")


def test_checkpoints_of_callbacks_hold_the_best_model(tmp_path):
    x, y = np.linspace(-1, 1, 40, dtype="float32").reshape(10, 4), np.arange(10) % 3
    model = classifier()
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    path = str(tmp_path / "{epoch:02d}-{loss:.2f}.weights.h5")
    best = str(tmp_path / "best.keras")
    model.fit(
        x,
        y,
        epochs=3,
        verbose=0,
        callbacks=[
            keras.callbacks.ModelCheckpoint(path, save_weights_only=True),
            keras.callbacks.ModelCheckpoint(best, monitor="loss", save_best_only=True),
        ],
    )
    assert len(list(tmp_path.glob("0*.weights.h5"))) == 3
    np.testing.assert_array_equal(keras.models.load_model(best).predict(x, verbose=0), model.predict(x, verbose=0))


def test_a_training_that_was_cut_off_goes_on(tmp_path):
    class Stops(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    x, y = np.linspace(-1, 1, 40, dtype="float32").reshape(10, 4), np.arange(10) % 3
    model = classifier()
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
    with pytest.raises(KeyboardInterrupt):
        model.fit(x, y, epochs=4, verbose=0, callbacks=[backup, Stops()])
    assert model.predict(x, verbose=0).shape == (10, 3)
    history = model.fit(x, y, epochs=4, verbose=0, callbacks=[backup])
    assert history.epoch == [2, 3] and not (tmp_path / "backup").exists()


def test_an_infinite_loss_ends_the_training(capsys):
    model = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    model.compile(keras.optimizers.SGD(1e30), "mse")
    history = model.fit(
        np.ones((8, 1)),
        np.ones((8, 1)),
        batch_size=2,
        epochs=5,
        verbose=0,
        callbacks=[keras.callbacks.TerminateOnNaN()],
    )
    assert len(history.epoch) == 1 and "Invalid loss" in capsys.readouterr().out


def test_steps_run_line_by_line_where_that_is_asked_for():
    seen = []

    class Watching(keras.Model):
        def __init__(self):
            super().__init__()
            self.out = layers.Dense(1)

        def call(self, x):
            seen.append(x.shape[0])
            return self.out(x)

    for eager, times in ((True, 12), (False, 3)):
        model = Watching()
        model.compile("sgd", "mse", run_eagerly=eager)
        seen.clear()
        model.fit(np.ones((12, 2)), np.ones((12, 1)), batch_size=2, epochs=2, verbose=0)
        assert len(seen) >= times if eager else len(seen) < 12


def test_mixed_precision_keeps_variables_and_computes_in_sixteen_bits():
    keras.mixed_precision.set_global_policy("mixed_bfloat16")
    try:
        layer = layers.Dense(2)
        result = layer(np.ones((1, 3)))
        assert result.dtype == "bfloat16" and layer.kernel.dtype == "float32" and layer.compute_dtype == "bfloat16"
    finally:
        keras.mixed_precision.set_global_policy("float32")


def test_what_is_missing_names_what_there_is(tmp_path):
    for name in ("applications", "wrappers", "quantizers"):
        with pytest.raises(AttributeError, match="there (is|are) no|nothing is downloaded"):
            getattr(keras, name)
    with pytest.raises(NotImplementedError, match="CSVLogger"):
        keras.callbacks.TensorBoard("logs")
    with pytest.raises(NotImplementedError, match="wingbeat.export"):
        classifier().export(tmp_path)
    with pytest.raises(FileNotFoundError, match="nothing is downloaded"):
        keras.datasets.mnist.load_data(path=tmp_path / "mnist.npz")
    arrays = {f"{kind}_{part}": np.arange(3) for kind in "xy" for part in ("train", "test")}
    np.savez(tmp_path / "mnist.npz", **arrays)
    (x, _), _ = keras.datasets.mnist.load_data(path=tmp_path / "mnist.npz")
    np.testing.assert_array_equal(x, np.arange(3))


def test_wrong_data_and_wrong_models_are_said():
    model = classifier()
    with pytest.raises(ValueError, match="compile"):
        model.fit(np.ones((2, 4)), np.ones(2))
    model.compile("sgd", "mse")
    with pytest.raises(ValueError, match="same number of samples"):
        model.fit(np.ones((3, 4)), np.ones((2, 3)), verbose=0)
    with pytest.raises(ValueError, match="incompatible with the layer"):
        model(np.ones((2, 7)))
    with pytest.raises(ValueError, match="not sufficient to split"):
        model.fit(np.ones((1, 4)), np.ones((1, 3)), validation_split=0.5, verbose=0)
    with pytest.raises(ValueError, match="unique names"):
        keras.Sequential([layers.Dense(1, name="a"), layers.Dense(1, name="a")])
    with pytest.raises(ValueError, match="No such layer"):
        model.get_layer("nobody")
    with pytest.raises(ValueError, match="not connected"):
        keras.Model(keras.Input((2,)), layers.Dense(1)(keras.Input((2,))))
    with pytest.raises(NotImplementedError, match="call"):
        keras.Model()(np.ones((1, 1)))
    with pytest.raises(ValueError, match="Unrecognized keyword"):
        layers.Dense(1, nobody=2)


def test_a_layer_is_made_again_from_its_config_with_its_class():
    for layer in (keras.layers.Dense(3, activation="relu", name="d"), keras.layers.LSTM(4), keras.layers.RandomFlip()):
        again = keras.layers.deserialize(keras.layers.serialize(layer))
        assert type(again) is type(layer) and again.get_config() == layer.get_config()


@pytest.mark.parametrize(
    "name, words", [("Hashing", "IntegerLookup"), ("MelSpectrogram", "tf.signal.stft"), ("dense", "did you mean Dense")]
)
def test_a_layer_that_is_missing_is_answered_by_the_nearest_thing(name, words):
    with pytest.raises(AttributeError, match=f"has no attribute '{name}'.*{words}"):
        getattr(keras.layers, name)


def test_small_helpers_are_keras_own():
    utils = keras.utils
    assert (
        utils.img_to_array([[1, 2]]).shape == (1, 2, 1) and utils.img_to_array(np.zeros((2, 3, 1))).dtype == "float32"
    )
    assert utils.img_to_array(np.zeros((2, 3, 4)), "channels_first").shape == (4, 2, 3)
    assert utils.standardize_dtype("float16") == "float16" and utils.standardize_dtype(None) == "float32"
    assert utils.unpack_x_y_sample_weight((1, 2)) == (1, 2, None)
    assert utils.is_keras_tensor(keras.Input((2,))) and not utils.is_keras_tensor(np.zeros(2))
    with pytest.raises(ValueError, match="Unsupported image shape"):
        utils.img_to_array(np.zeros(3))
