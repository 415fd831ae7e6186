"""tf.GradientTape, tf.Variable and custom derivatives: what the scripts of tf_scripts do not show."""

import copy
import gc
import pickle

import numpy as np
import pytest

import wingbeat as wb
import wingbeat.tf as tf


def test_the_derivative_of_x_squared_prints_as_in_the_tutorial():
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x**2
    assert str(tape.gradient(y, x)) == "tf.Tensor(6.0, shape=(), dtype=float32)"
    assert repr(y) == "<tf.Tensor: shape=(), dtype=float32, numpy=9.0>"


def test_outside_of_tapes_nothing_is_recorded():
    v = tf.Variable([1.0, 2.0])
    assert not (v * 2.0).requires_grad
    with tf.GradientTape() as tape:
        y = v * 2.0
        with tape.stop_recording():
            assert not (v * 2.0).requires_grad
    assert y.requires_grad and not (y * v).requires_grad
    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
    assert not x.requires_grad and not (x * x).requires_grad


def test_an_assignment_in_a_tape_leaves_earlier_reads_their_derivative():
    v = tf.Variable(2.0)
    with tf.GradientTape(persistent=True) as tape:
        a = v * v
        v.assign(5.0)
        b = v * v * v
        c = a + b
    assert float(tape.gradient(a, v)) == 4.0 and float(tape.gradient(b, v)) == 75.0
    assert float(tape.gradient(c, v)) == 79.0
    v.assign(100.0)
    assert float(tape.gradient(a, v)) == 4.0


def test_the_hessian_of_nested_tapes_is_that_of_the_library():
    def function(x):
        return tf.reduce_sum(tf.sin(x) * x**2)

    start = np.array([0.3, -0.7, 1.1], np.float32)
    x = tf.constant(start)
    with tf.GradientTape() as outer:
        outer.watch(x)
        with tf.GradientTape() as inner:
            inner.watch(x)
            y = function(x)
        gradient = inner.gradient(y, x)
    found = outer.jacobian(gradient, x).numpy()
    expected = wb.hessian(lambda t: (wb.sin(t) * t**2).sum())(wb.tensor(start)).numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_a_third_derivative_passes_through_three_tapes():
    x = tf.Variable(0.5)
    with tf.GradientTape() as third, tf.GradientTape() as second:
        with tf.GradientTape() as first:
            y = tf.exp(2.0 * x)
        dy = first.gradient(y, x)
        d2y = second.gradient(dy, x)
    assert float(third.gradient(d2y, x)) == pytest.approx(8 * np.exp(1.0), rel=1e-6)


def test_structures_weights_and_none():
    a, b, unused = tf.Variable(1.0), tf.Variable([1.0, 2.0]), tf.Variable(0.0)
    with tf.GradientTape(persistent=True) as tape:
        y = {"p": a * 2.0, "q": b * 3.0}
    found = tape.gradient(y, {"a": a, "rest": (b, [unused])})
    assert float(found["a"]) == 2.0 and found["rest"][0].numpy().tolist() == [3.0, 3.0]
    assert found["rest"][1] == [None]
    found = tape.gradient(y, [a, b], output_gradients={"p": tf.constant(10.0), "q": tf.constant([1.0, 0.0])})
    assert float(found[0]) == 20.0 and found[1].numpy().tolist() == [3.0, 0.0]
    zeros = tape.gradient(y, unused, unconnected_gradients="zero")
    assert float(zeros) == 0.0
    assert tape.gradient(tf.constant(3), a) is None


def test_a_tape_refuses_what_tensorflow_refuses():
    x = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        y = x * x
    tape.gradient(y, x)
    with pytest.raises(RuntimeError, match="non-persistent GradientTape can only be used"):
        tape.jacobian(y, x)
    with pytest.raises(ValueError, match="not recording"):
        tape.reset()
    with pytest.raises(ValueError, match=r"not tf\.Tensor"), tf.GradientTape() as tape:
        tape.watch(3.0)
    with pytest.raises(RuntimeError, match=r"Use tf\.GradientTape instead"):
        tf.gradients(y, x)
    with tf.GradientTape() as tape, pytest.raises(ValueError, match="still recording"):
        tape.__enter__()


def test_jacobians_of_zero_rows_and_by_examples():
    x = tf.constant([[1.0, 2.0], [3.0, 4.0]])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        empty = y[:0]
    assert tape.batch_jacobian(y, x).numpy().tolist() == [[[2.0, 0.0], [0.0, 4.0]], [[6.0, 0.0], [0.0, 8.0]]]
    assert tape.jacobian(empty, x, unconnected_gradients="zero").shape == (0, 2, 2, 2)
    with pytest.raises(ValueError, match="first dimension"):
        tape.batch_jacobian(tf.reshape(y, [1, 4]), x)


def test_a_loop_of_training_keeps_no_graphs():
    v = tf.Variable(tf.ones([100]))
    before = None
    losses = []
    for step in range(60):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(v) * 0.5)
        v.assign_sub(0.1 * tape.gradient(loss, v))
        losses.append(float(loss))
        gc.collect()
        used = wb.memory_usage()["in_use"]
        if step == 20:
            before = used
    assert used <= before + 4096 and losses[-1] < losses[0] * 1e-4


def test_custom_gradients_with_structures_and_errors():
    @tf.custom_gradient
    def pair(x, y):
        def grad(first, second):
            return first * 2.0, second * 3.0

        return (x + 1.0, y + 1.0), grad

    x, y = tf.Variable(1.0), tf.Variable(2.0)
    with tf.GradientTape() as tape:
        a, b = pair(x, y)
        total = a * 10.0 + b
    assert [float(g) for g in tape.gradient(total, [x, y])] == [20.0, 3.0]
    assert [float(value) for value in pair(x, y)] == [2.0, 3.0]

    @tf.custom_gradient
    def wrong(x):
        return x

    with pytest.raises(TypeError, match=r"expected a function that returns \(result, grad\)"):
        wrong(x)

    @tf.custom_gradient
    def reads(x):
        return x * y, lambda upstream: upstream

    with pytest.raises(TypeError, match="must accept a keyword"), tf.GradientTape():
        reads(x)


def test_a_recomputed_block_keeps_less_and_gives_the_same():
    w = tf.Variable(tf.ones([16, 16]) * 0.05)
    x = tf.ones([4, 16])

    def block(x):
        return tf.nn.tanh(tf.matmul(tf.nn.tanh(tf.matmul(x, w)), w))

    found = []
    for function in (block, tf.recompute_grad(block)):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(function(function(x)))
        found.append(tape.gradient(loss, w).numpy())
    assert np.array_equal(*found)


# -------------------------------------------------------------------- variables


def test_variables_are_written_in_their_dtype_and_shape():
    v = tf.Variable([1, 2], name="n")
    assert (v.dtype, v.shape, v.name, v.trainable) == (tf.int32, (2,), "n:0", True)
    assert v.assign([3, 4]).numpy().tolist() == [3, 4]
    assert v.assign_add([1, 1], read_value=False) is None and v.numpy().tolist() == [4, 5]
    with pytest.raises(ValueError, match="Shape mismatch"):
        v.assign([1, 2, 3])
    with pytest.raises(TypeError, match="Cannot convert 1.5"):
        v.assign_add(1.5)
    with pytest.raises(ValueError, match="dtype int32 for Tensor with dtype float32"):
        v.assign(tf.constant([1.0, 2.0]))
    with pytest.raises(TypeError, match=r"variable\.ref\(\)"):
        hash(v)
    with pytest.raises(ValueError, match="must not be None"):
        tf.Variable(None)
    assert tf.Variable(lambda: tf.ones([2]), dtype=tf.float32).numpy().tolist() == [1.0, 1.0]
    grown = tf.Variable(tf.zeros([1, 2]), shape=tf.TensorShape([None, 2]))
    assert grown.assign(tf.ones([3, 2])).numpy().shape == (3, 2) and grown.shape.as_list() == [None, 2]
    v.scatter_nd_update([[0]], [9])
    v.scatter_nd_add([[1]], [2])
    assert v.numpy().tolist() == [9, 7] and v.sparse_read([1]).numpy().tolist() == [7]


def test_a_variable_is_copied_and_pickled_with_its_value():
    v = tf.Variable([1.0, 2.0], name="kernel", trainable=False)
    for twin in (copy.deepcopy(v), pickle.loads(pickle.dumps(v))):
        v.assign([1.0, 2.0])
        assert (twin.name, twin.trainable, twin.numpy().tolist()) == ("kernel:0", False, [1.0, 2.0])
        v.assign([5.0, 5.0])
        assert twin.numpy().tolist() == [1.0, 2.0]


def test_a_variable_that_a_tensor_was_read_of_may_change():
    v = tf.Variable(1.0)
    read, value = tf.convert_to_tensor(v), v.value()
    v.assign(2.0)
    assert (float(read), float(value), float(v)) == (1.0, 1.0, 2.0)


def test_numpy_takes_tensors_and_variables():
    x, v = tf.constant([1.0, 4.0]), tf.Variable([2.0, 3.0])
    assert type(np.sqrt(x)) is np.ndarray and np.sqrt(x).tolist() == [1.0, 2.0]
    assert float(np.mean(x)) == 2.5 and np.concatenate([x, v]).tolist() == [1.0, 4.0, 2.0, 3.0]
    assert type(np.ones(2, np.float32) + x) is tf.Tensor
    assert (np.ones(2, np.float32) * v).numpy().tolist() == [2.0, 3.0]
    found = x.numpy()
    found[0] = 9.0
    assert x.numpy().tolist() == [1.0, 4.0]


def test_dtypes_do_not_promote():
    for other in (tf.constant(1.0), 1.5, np.float32(2.0), tf.constant(1, tf.int64)):
        with pytest.raises(tf.errors.InvalidArgumentError, match="cannot compute AddV2"):
            tf.constant(1) + other
    assert (tf.constant(1.0) + 1).dtype == tf.float32 and (2 * tf.constant(1.0)).dtype == tf.float32
    assert (tf.constant([1.0]) + np.array([1.0])).dtype == tf.float32
    assert (tf.constant(1, tf.int64) / tf.constant(2, tf.int64)).dtype == tf.float64
    for wrong in (lambda: tf.exp(1), lambda: tf.concat([tf.ones(1), tf.ones(1, tf.int32)], 0)):
        with pytest.raises(tf.errors.InvalidArgumentError):
            wrong()


@pytest.mark.parametrize(
    "expression",
    [
        "tf.strings", "tf.io.read_file", "tf.saved_model", "tf.lite", "tf.distribute", "tf.sparse", "tf.ragged",
        "tf.summary", "tf.int8", "tf.string", "tf.complex64", "tf.lookup", "tf.compat.v1", "tf.data.TFRecordDataset",
        "tf.image.decode_jpeg", "tf.math.real", "tf.random.gamma", "tf.math.betainc", "tf.experimental.numpy",
    ],
)  # fmt: skip
def test_what_is_missing_names_the_nearest_thing(expression):
    with pytest.raises(AttributeError, match=r"there (is|are)|not read|neither|in one process|decoded|not drawn"):
        eval(expression, {"tf": tf})


def test_every_public_name_is_there_and_documented():
    modules = [tf, tf.math, tf.nn, tf.linalg, tf.random, tf.data, tf.image, tf.signal, tf.debugging, tf.config, tf.nest]
    modules += [tf.bitwise, tf.errors, tf.autodiff, tf.dtypes, tf.data.experimental, tf.math.special, tf.autograph]
    for module in modules:
        assert module.__doc__ and sorted(set(module.__all__)) == sorted(module.__all__), module.__name__
        for name in module.__all__:
            value = getattr(module, name)
            assert not callable(value) or value.__doc__, f"{module.__name__}.{name}"
