"""Keras's initialisers, regularisers, constraints, activations and helpers; and how optimisers, losses and metrics are
used: by name, from configs, inside programs, and written by users."""

import json
import math
import sys
from pathlib import Path

import numpy as np
import pytest

import wingbeat as wb
import wingbeat.tf as tf
from wingbeat.keras import activations, constraints, initializers, losses, metrics, optimizers, regularizers, utils

FIXTURES = Path(__file__).parent / "fixtures" / "keras_training"
sys.path.insert(0, str(FIXTURES))

import keras_training_cases as cases  # noqa: E402

MODULES = {"activations": activations, "regularizers": regularizers, "constraints": constraints, "utils": utils}


@pytest.mark.parametrize("number", range(len(cases.FUNCTIONS)))
def test_functions_of_an_array_are_those_of_keras(number):
    expected = json.loads((FIXTURES / "functions.json").read_text(encoding="utf-8"))[number]
    module, name, arguments, given = cases.FUNCTIONS[number]
    made = getattr(MODULES[module], name)
    if isinstance(made, type):
        instance = made(**arguments)
        found = instance(tf.constant(given))
        assert made.from_config(instance.get_config()).get_config() == instance.get_config()
    else:
        found = made(given if module == "utils" else tf.constant(given), **arguments)
    np.testing.assert_allclose(np.asarray(found, np.float64).reshape(-1), expected, rtol=1e-5, atol=1e-6)


def test_sparsemax_is_the_nearest_distribution():
    # By its definition: Keras 3.15 gives rows of zeros where two elements are left.
    given = np.array(cases.WIDE)
    found = np.asarray(activations.sparsemax(tf.constant(cases.WIDE)))
    np.testing.assert_allclose(found.sum(-1), 1.0, rtol=1e-6)
    for row, shares in zip(given, found):
        taken = row[shares > 0] - shares[shares > 0]
        assert np.ptp(taken) < 1e-5 and (row[shares == 0] <= taken[0] + 1e-5).all()


# ---------------------------------------------------------------- initialisers


def test_initializers_give_what_their_names_say():
    assert not np.asarray(initializers.Zeros()((2, 3))).any()
    assert (np.asarray(initializers.get("ones")((2, 3), dtype="float64")) == 1).all()
    assert (np.asarray(initializers.Constant(2.5)((4,))) == 2.5).all()
    assert np.asarray(initializers.Identity(3.0)((3, 3))).tolist() == (np.eye(3) * 3).tolist()
    q = np.asarray(initializers.Orthogonal(gain=2.0, seed=1)((5, 3)))
    np.testing.assert_allclose(q.T @ q, 4 * np.eye(3), atol=1e-5)
    with pytest.raises(ValueError, match="Could not interpret initializer"):
        initializers.get(object())


@pytest.mark.parametrize(
    "name, variance, limit",
    [
        ("glorot_uniform", 2 / 300, math.sqrt(6 / 300)),
        ("glorot_normal", 2 / 300, 2 * math.sqrt(2 / 300) / 0.8796),
        ("he_uniform", 2 / 100, math.sqrt(6 / 100)),
        ("he_normal", 2 / 100, 2 * math.sqrt(2 / 100) / 0.8796),
        ("lecun_uniform", 1 / 100, math.sqrt(3 / 100)),
        ("lecun_normal", 1 / 100, 2 * math.sqrt(1 / 100) / 0.8796),
    ],
)
def test_initializers_by_fan_have_their_variance_and_bounds(name, variance, limit):
    wb.manual_seed(0)
    drawn = np.asarray(initializers.get(name)((100, 200)))
    assert drawn.var() == pytest.approx(variance, rel=0.05)
    assert abs(drawn.mean()) < 0.01 and np.abs(drawn).max() <= limit * 1.001


def test_a_seed_gives_the_same_values_and_leaves_others_alone():
    wb.manual_seed(3)
    expected = np.asarray(initializers.RandomNormal()((4,)))
    wb.manual_seed(3)
    seeded = initializers.RandomUniform(-1, 1, seed=7)
    assert np.asarray(seeded((3,))).tolist() == np.asarray(seeded((3,))).tolist()
    assert np.asarray(initializers.RandomNormal()((4,))).tolist() == expected.tolist()
    assert initializers.VarianceScaling(2.0, "fan_out").get_config()["mode"] == "fan_out"
    config = initializers.serialize(initializers.HeNormal(seed=2))
    assert config["class_name"] == "HeNormal" and config["config"] == {
        "seed": 2,
        "input_axes": None,
        "output_axes": None,
    }
    assert isinstance(initializers.deserialize(config), initializers.HeNormal)


# ---------------------------------------------------------------- names and configs


@pytest.mark.parametrize("name", [*optimizers._OBJECTS])
def test_optimizers_come_back_from_configs_and_names(name):
    if name in ("optimizer", "lossscaleoptimizer"):
        return
    optimizer = optimizers.get(name)
    assert type(optimizer).__name__.lower() == name
    again = optimizers.deserialize(optimizers.serialize(optimizer))
    assert again.get_config() == optimizer.get_config()


def test_a_schedule_comes_back_with_its_optimizer():
    schedule = optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)
    optimizer = optimizers.SGD(schedule, momentum=0.5)
    again = optimizers.SGD.from_config(optimizer.get_config())
    assert again._schedule.get_config() == schedule.get_config() and again.momentum == 0.5
    with pytest.raises(TypeError, match="not settable"):
        optimizer.learning_rate = 0.1


def test_losses_and_metrics_are_found_by_all_their_names():
    assert losses.get("mse") is losses.mean_squared_error is metrics.get("mse")
    assert isinstance(losses.get("MeanSquaredError"), losses.MeanSquaredError)
    assert isinstance(metrics.get("auc"), metrics.AUC) and isinstance(metrics.get("AUC"), metrics.AUC)
    config = losses.serialize(losses.Huber(delta=0.5))
    assert losses.deserialize(config).delta == 0.5
    assert losses.deserialize("mean_absolute_error") is losses.mean_absolute_error
    for get in (losses.get, metrics.get):
        with pytest.raises(ValueError, match="Could not interpret"):
            get("nothing of that name")
    with pytest.raises(AttributeError, match="no attribute 'MultiOptimizer': there is no MultiOptimizer"):
        _ = optimizers.MultiOptimizer


def test_accuracy_means_what_the_shapes_say():
    from wingbeat.keras.metrics._resolution import loss_for, metric_for

    labels, scores, hot = np.zeros(3), np.zeros((3, 4)), np.zeros((3, 4))
    assert isinstance(metric_for("accuracy", labels, scores), metrics.SparseCategoricalAccuracy)
    assert isinstance(metric_for("acc", hot, scores), metrics.CategoricalAccuracy)
    assert isinstance(metric_for("acc", np.zeros((3, 1)), np.zeros((3, 1))), metrics.BinaryAccuracy)
    assert metric_for("acc", hot, scores).name == "acc" and metric_for("mse", hot, scores).name == "mse"
    assert loss_for("crossentropy", labels, scores).fn is losses.sparse_categorical_crossentropy


# ---------------------------------------------------------------- errors


@pytest.mark.parametrize(
    "kind, arguments",
    [
        ("SGD", {"momentum": 2.0}),
        ("Adam", {"beta_1": 1.0}),
        ("Adam", {"clipnorm": 1.0, "clipvalue": 1.0}),
        ("Adam", {"gradient_accumulation_steps": 1}),
        ("Adam", {"use_ema": True, "ema_momentum": 2.0}),
        ("RMSprop", {"rho": -0.1}),
        ("SGD", {"lr": 0.1}),
        ("SGD", {"learning_rate": "fast"}),
    ],
)
def test_wrong_settings_are_refused_when_the_optimizer_is_made(kind, arguments):
    with pytest.raises(ValueError):
        getattr(optimizers, kind)(**arguments)


def test_gradients_that_fit_no_variable_are_refused():
    v, other = tf.Variable([1.0]), tf.Variable([2.0])
    optimizer = optimizers.SGD(0.1)
    with pytest.raises(ValueError, match="No gradients provided"):
        optimizer.apply_gradients([(None, v)])
    optimizer.apply_gradients([(tf.constant([1.0]), v)])
    with pytest.raises(ValueError, match="Unknown variable"):
        optimizer.apply_gradients([(tf.constant([1.0]), other)])
    with pytest.raises(ValueError):
        optimizer.apply_gradients([(tf.constant([1.0, 2.0]), v)])
    assert v.numpy().tolist() == [np.float32(0.9)]


def test_wrong_shapes_of_losses_are_refused():
    with pytest.raises(ValueError, match="one shape"):
        losses.CategoricalCrossentropy()(np.zeros((2, 3), "f"), np.ones((2, 4), "f"))
    with pytest.raises(ValueError, match="without the classes"):
        losses.SparseCategoricalCrossentropy()(np.zeros((2, 3), int), np.ones((2, 4), "f"))
    with pytest.raises(ValueError, match="Invalid value for argument `reduction`"):
        losses.MeanSquaredError(reduction="all")


# ---------------------------------------------------------------- programs


def steps(optimizer, decorate, count=6):
    w = tf.Variable(np.linspace(-1, 1, 6, dtype=np.float32).reshape(3, 2))
    x = tf.constant(np.linspace(0, 1, 12, dtype=np.float32).reshape(4, 3))
    mean, loss_fn = metrics.Mean(), losses.MeanSquaredError()

    def step(x):
        with tf.GradientTape() as tape:
            loss = loss_fn(tf.zeros((4, 2)), x @ w)
        optimizer.apply_gradients(zip(tape.gradient(loss, [w]), [w]))
        mean.update_state(loss)
        return loss

    function = tf.function(step) if decorate else step
    found = [float(function(x)) for _ in range(count)]
    traces = function.experimental_get_tracing_count() if decorate else 0
    return found, w.numpy(), float(mean.result()), traces


@pytest.mark.parametrize(
    "make",
    [
        lambda: optimizers.SGD(0.1, momentum=0.9),
        lambda: optimizers.Adam(optimizers.schedules.CosineDecay(0.1, 5)),
        lambda: optimizers.RMSprop(0.01, gradient_accumulation_steps=2, use_ema=True, ema_overwrite_frequency=2),
        lambda: optimizers.Nadam(0.01, weight_decay=0.1, global_clipnorm=0.5),
        lambda: optimizers.Adafactor(0.1),
    ],
)
def test_a_tf_function_steps_as_plain_calls_do_and_is_traced_once(make):
    plain, captured = steps(make(), False), steps(make(), True)
    np.testing.assert_allclose(plain[0], captured[0], rtol=1e-6)
    np.testing.assert_allclose(plain[1], captured[1], rtol=1e-5, atol=1e-7)
    assert plain[2] == pytest.approx(captured[2], rel=1e-6)
    # Once to find that variables are made, and once for the program.
    assert captured[3] == 2


def test_a_rate_that_changes_plans_nothing_anew():
    optimizer = optimizers.Adam(0.1)
    v = tf.Variable([1.0, 2.0])

    @tf.function
    def step():
        optimizer.apply_gradients([(tf.constant([1.0, -1.0]), v)])
        return v.value()

    step()
    step()
    count = step.experimental_get_tracing_count()
    for rate in (0.5, 0.01, 0.0):
        optimizer.learning_rate = rate
        assert float(optimizer.learning_rate) == np.float32(rate)
        before = v.numpy().copy()
        moved = np.abs(step().numpy() - before)
        np.testing.assert_allclose(moved, rate, rtol=1e-4, atol=1e-6)
    optimizer.learning_rate.assign(0.25)
    before = v.numpy().copy()
    np.testing.assert_allclose(np.abs(step().numpy() - before), 0.25, rtol=1e-4)
    assert step.experimental_get_tracing_count() == count
    assert int(optimizer.iterations) == 6


def test_constraints_of_variables_hold_after_each_step():
    v = tf.Variable([1.0, 0.05], constraint=constraints.NonNeg())
    optimizers.SGD(0.1).apply_gradients([(tf.constant([1.0, 1.0]), v)])
    assert v.numpy().tolist() == [np.float32(0.9), 0.0]


def test_weight_decay_spares_what_is_excluded():
    kernel, bias = tf.Variable([1.0], name="kernel"), tf.Variable([1.0], name="bias")
    optimizer = optimizers.SGD(0.1, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    zero = tf.constant([0.0])
    optimizer.apply_gradients([(zero, kernel), (zero, bias)])
    assert kernel.numpy().tolist() == [np.float32(0.95)] and bias.numpy().tolist() == [1.0]


# ---------------------------------------------------------------- of users' own


def test_an_optimizer_of_ones_own_steps_by_its_update_step():
    class Momentum(optimizers.Optimizer):
        def build(self, variables):
            super().build(variables)
            self.momenta = self.add_optimizer_variables(variables, "momentum")

        def update_step(self, gradient, variable, learning_rate):
            m = self.momenta[self._get_variable_index(variable)]
            self.assign(m, m * 0.9 - gradient * learning_rate)
            self.assign_add(variable, m)

    own, stock = tf.Variable([1.0, 2.0]), tf.Variable([1.0, 2.0])
    mine, theirs = Momentum(0.1, clipnorm=0.5), optimizers.SGD(0.1, momentum=0.9, clipnorm=0.5)
    for _ in range(4):
        mine.apply([tf.constant([1.0, -2.0])], [own])
        theirs.apply([tf.constant([1.0, -2.0])], [stock])
    np.testing.assert_allclose(own.numpy(), stock.numpy(), rtol=1e-6)
    assert int(mine.iterations) == 4 and len(mine.variables) == 3


def test_a_schedule_of_ones_own_is_asked_at_each_step():
    class Halving(optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 1.0 / 2.0 ** tf.cast(step, "float32")

        def get_config(self):
            return {}

    v = tf.Variable([0.0])
    optimizer = optimizers.SGD(Halving())
    for _ in range(4):
        optimizer.apply_gradients([(tf.constant([1.0]), v)])
    assert v.numpy().tolist() == [-1.875]


def test_losses_and_metrics_of_ones_own():
    class Cubes(losses.Loss):
        def call(self, y_true, y_pred):
            return (y_pred - y_true) ** 3

    assert float(Cubes()([1.0, 1.0], [2.0, 3.0])) == 4.5
    assert float(Cubes(reduction="sum")([1.0, 1.0], [2.0, 3.0], sample_weight=[1.0, 0.5])) == 5.0

    class Largest(metrics.Metric):
        def __init__(self, name="largest"):
            super().__init__(name=name)
            self.value = self.add_weight(name="value", initializer="zeros")

        def update_state(self, y_true, y_pred, sample_weight=None):
            self.value.assign(max(float(self.value.numpy()), float(np.max(np.asarray(y_pred)))))

        def result(self):
            return self.value

    largest = Largest()
    largest.update_state(None, [1.0, 5.0])
    assert float(largest.result()) == 5.0
    largest.reset_state()
    assert float(largest.result()) == 0.0
    one, other = metrics.Mean(), metrics.Mean()
    one.update_state([1.0, 2.0])
    other.update_state(6.0)
    one.merge_state([other])
    assert float(one.result()) == 3.0


def test_a_loss_of_a_softmax_is_that_of_its_logits():
    # Where the probability is 0 in float32 the clipped loss would have no gradient.
    z = tf.Variable([[60.0, -60.0]])
    with tf.GradientTape() as tape:
        loss = losses.SparseCategoricalCrossentropy()([1], activations.softmax(z))
    assert float(loss) == pytest.approx(120.0)
    np.testing.assert_allclose(tape.gradient(loss, z).numpy(), [[1.0, -1.0]])


def test_a_scaled_loss_leaves_out_steps_that_are_not_finite():
    v = tf.Variable([1.0])
    optimizer = optimizers.LossScaleOptimizer(optimizers.SGD(0.1), initial_scale=8.0, dynamic_growth_steps=2)
    optimizer.build([v])
    assert float(optimizer.scale_loss(tf.constant(2.0))) == 16.0
    optimizer.apply([tf.constant([float("inf")])])
    assert v.numpy().tolist() == [1.0] and float(optimizer.dynamic_scale) == 4.0
    for _ in range(2):
        optimizer.apply([tf.constant([4.0])])
    np.testing.assert_allclose(v.numpy(), [0.8], rtol=1e-6)
    assert float(optimizer.dynamic_scale) == 8.0 and int(optimizer.iterations) == 2
    again = optimizers.deserialize(optimizers.serialize(optimizer))
    assert again.inner_optimizer.get_config() == optimizer.inner_optimizer.get_config()


# ---------------------------------------------------------------- state


def test_state_is_set_and_saved_in_the_order_of_keras():
    def made():
        v = tf.Variable([1.0, 2.0], name="v")
        optimizer = optimizers.Adam(0.1, amsgrad=True)
        optimizer.build([v])
        return v, optimizer

    v, optimizer = made()
    assert [x.name.rpartition("_")[2] for x in optimizer.variables[2:]] == ["momentum", "velocity", "hat"]
    for _ in range(3):
        optimizer.apply([tf.constant([1.0, -0.5])])
    store = {}
    optimizer.save_own_variables(store)
    w, other = made()
    other.load_own_variables(store)
    w.assign(v)
    for one in (optimizer, other):
        one.apply([tf.constant([0.5, 0.5])])
    assert v.numpy().tolist() == w.numpy().tolist() and int(other.iterations) == 4


def test_checkpoints_have_keras_optimizers_like_the_others(tmp_path):
    from wingbeat import nn

    def made():
        wb.manual_seed(1)
        model = nn.Linear(2, 1)
        optimizer = optimizers.Nadam(0.05)
        optimizer.build([*model.parameters()])
        return model, optimizer

    def step(model, optimizer):
        loss = (model(wb.ones(3, 2)) ** 2).sum()
        gradients = wb.autograd.grad(loss, [*model.parameters()])
        optimizer.apply(list(gradients))

    model, optimizer = made()
    for _ in range(3):
        step(model, optimizer)
    model.save(tmp_path / "x.h5", optimizer)
    other, fresh = made()
    other.load(tmp_path / "x.h5", fresh)
    assert int(fresh.iterations) == 3
    step(model, optimizer)
    step(other, fresh)
    for mine, theirs in zip(model.parameters(), other.parameters()):
        assert mine.detach().numpy().tolist() == theirs.detach().numpy().tolist()


def test_schedules_of_pytorch_set_the_rate_of_a_keras_optimizer():
    from wingbeat import nn

    wb.manual_seed(0)
    model = nn.Linear(3, 2)
    engine = optimizers._engine.engine_class("keras.SGD", optimizers.SGD._settings)
    optimizer = object.__new__(engine)
    optimizer._make(model.parameters(), learning_rate=0.1, momentum=0.9)
    assert optimizer.learning_rate == 0.1
    scheduler = wb.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    scheduler.step()
    assert optimizer.learning_rate == pytest.approx(0.05)


# ---------------------------------------------------------------- helpers


def test_series_are_cut_into_windows():
    data = np.arange(10)
    batches = list(utils.timeseries_dataset_from_array(data, data + 100, 3, batch_size=4, sampling_rate=2))
    assert batches[0][0].numpy().tolist()[:2] == [[0, 2, 4], [1, 3, 5]]
    assert [len(batch[0]) for batch in batches] == [4, 2]
    assert batches[0][1].numpy().tolist() == [100, 101, 102, 103]


def test_data_sets_are_split():
    left, right = utils.split_dataset(np.arange(10), left_size=0.3)
    assert [int(x) for x in left] == [0, 1, 2] and [int(x) for x in right] == [3, 4, 5, 6, 7, 8, 9]
    with pytest.raises(ValueError, match="must be specified"):
        utils.split_dataset(np.arange(10))


def test_a_seed_sets_all_random_numbers():
    utils.set_random_seed(5)
    first = np.random.rand(), wb.rand(1).item()
    utils.set_random_seed(5)
    assert first == (np.random.rand(), wb.rand(1).item())
    with pytest.raises(AttributeError, match="no pictures of models"):
        _ = utils.plot_model


def test_objects_of_ones_own_are_found_when_they_are_registered():
    @utils.register_keras_serializable("mine")
    class Half(regularizers.Regularizer):
        def __call__(self, x):
            return tf.constant(0.5)

        def get_config(self):
            return {}

    config = regularizers.serialize(Half())
    assert config["registered_name"] == "mine>Half"
    assert isinstance(regularizers.deserialize(config), Half)
    with pytest.raises(ValueError, match="'Other' is not known; if it is a class or function of your own"):
        regularizers.deserialize({"class_name": "Other", "config": {}})
    with pytest.raises(ValueError, match="lambda, whose code is not executed"):
        utils.deserialize_keras_object({"class_name": "__lambda__", "config": {"value": "x"}})
    with utils.custom_object_scope({"Other": Half}):
        assert isinstance(regularizers.deserialize({"class_name": "Other", "config": {}}), Half)


@pytest.mark.parametrize(
    "name, settings", [("output/kernel", {"exclude_layers": ["outp.t"]}), ("embedding", {}), ("kernel", None)]
)
def test_muon_leaves_what_is_excluded_to_adam(name, settings):
    muon = optimizers.Muon(0.01, adam_weight_decay=None, weight_decay=None, **settings or {})
    own, other = (wb.keras.Variable(np.arange(6.0).reshape(3, 2), dtype="float32", name="v") for _ in range(2))
    own.path = name
    adam = optimizers.Adam(0.01)
    for step in range(3):
        gradient = tf.constant(np.sin(np.arange(6.0).reshape(3, 2) + step), tf.float32)
        muon.apply_gradients([(gradient, own)])
        adam.apply_gradients([(gradient, other)])
    assert np.array_equal(own.numpy(), other.numpy()) == (settings is not None)
    assert len(muon.variables) == (4 if settings is not None else 3)
    assert optimizers.Muon.from_config(muon.get_config()).get_config() == muon.get_config()
    assert type(optimizers.get("muon")) is optimizers.Muon
