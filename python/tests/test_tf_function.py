"""tf.function, tf.data, tf.random and tf.debugging: what the scripts of tf_scripts do not show."""

import io

import numpy as np
import pytest

import wingbeat as wb
import wingbeat.tf as tf


def test_a_function_is_traced_once_for_each_kind_of_arguments():
    traces = []

    @tf.function
    def f(x, n=1, flag=True):
        traces.append((n, flag))
        return x * n if flag else x

    for x in (tf.constant([1.0]), tf.constant([5.0]), np.array([2.0], np.float32)):
        f(x)
    assert traces == [(1, True)] and f.experimental_get_tracing_count() == 1
    f(tf.constant([1.0, 2.0]))
    f(tf.constant([1]), n=3)
    f(tf.constant([1]), 3, True)
    f(tf.constant([1]), flag=False)
    assert len(traces) == 4


def test_what_a_function_sees_of_python_stays_as_it_was_traced():
    scale = 2.0

    @tf.function
    def f(x):
        return x * scale

    assert float(f(tf.constant(1.0))) == 2.0
    scale = 3.0
    assert float(f(tf.constant(1.0))) == 2.0 and float(f(tf.constant([1.0]))[0]) == 3.0


def test_variables_go_in_and_out_of_each_run():
    v, seen = tf.Variable(1.0), tf.Variable(0)

    @tf.function
    def f(x):
        v.assign(v * x)
        seen.assign_add(1)
        return v + 1.0

    assert [float(f(tf.constant(2.0))) for _ in range(3)] == [3.0, 5.0, 9.0]
    v.assign(10.0)
    assert float(f(tf.constant(2.0))) == 21.0 and int(seen) == 4


def test_variables_are_made_in_the_first_call_alone():
    class Layer:
        w = None

        @tf.function
        def __call__(self, x):
            if self.w is None:
                self.w = tf.Variable(tf.ones([2]) * 3.0)
            return self.w * x

    layer = Layer()
    assert [layer(tf.constant(2.0)).numpy().tolist() for _ in range(3)] == [[6.0, 6.0]] * 3

    @tf.function
    def makes(x):
        return tf.Variable(x)

    makes(1.0)
    with pytest.raises(ValueError, match="singleton"):
        makes(1.0)


def test_a_training_step_is_one_program_and_learns():
    w = tf.Variable(tf.zeros([3, 1]))
    x = tf.constant(np.random.RandomState(0).randn(32, 3), dtype=tf.float32)
    y = tf.matmul(x, [[1.0], [-2.0], [0.5]])

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(tf.matmul(x, w) - y))
        w.assign_sub(0.2 * tape.gradient(loss, w))
        return loss

    losses = [float(step(x, y)) for _ in range(60)]
    assert step.experimental_get_tracing_count() == 1 and losses[-1] < 1e-5 < losses[0]
    np.testing.assert_allclose(w.numpy().ravel(), [1.0, -2.0, 0.5], atol=1e-3)


def test_where_a_value_is_asked_for_the_function_runs_line_by_line():
    calls = []

    @tf.function
    def f(x):
        calls.append(1)
        if tf.reduce_sum(x) > 0:
            return x
        return -x

    assert [float(f(tf.constant([value]))[0]) for value in (-2.0, 3.0, -4.0)] == [2.0, 3.0, 4.0]
    assert len(calls) == 4  # once for the trace that was given up

    @tf.function
    def loop(n):
        total = 0
        for i in tf.range(n):
            total += i
        return total

    assert int(loop(5)) == 10 and int(loop(tf.constant(2000))) == 1999000


def test_derivatives_pass_through_functions():
    v = tf.Variable(3.0)

    @tf.function
    def square(x):
        return x * x * v

    with tf.GradientTape() as outer:
        with tf.GradientTape() as tape:
            y = square(v)
        first = tape.gradient(y, v)
    assert float(first) == 27.0 and float(outer.gradient(first, v)) == 18.0


def test_a_signature_is_kept():
    @tf.function(input_signature=[tf.TensorSpec([None, 2], tf.float32), tf.TensorSpec([], tf.int32)])
    def f(x, n):
        return x * tf.cast(n, tf.float32)

    assert f([[1.0, 2.0]], 3).numpy().tolist() == [[3.0, 6.0]]
    for wrong in (([1.0], 3), ([[1.0, 2.0]], 3.5), (tf.constant([[1, 2]]), 3), ([[1.0, 2.0]], 3, 4)):
        with pytest.raises(TypeError):
            f(*wrong)
    assert f.get_concrete_function()(tf.ones([1, 2]), tf.constant(2)).numpy().tolist() == [[2.0, 2.0]]


def test_what_is_printed_and_checked_comes_at_each_run():
    stream = io.StringIO()

    @tf.function
    def f(x):
        tf.print("x =", x, {"twice": x * 2.0}, output_stream=stream)
        tf.debugging.assert_positive(x, message="only above 0")
        return x

    f(tf.constant([1.0, 2.5]))
    f(tf.constant([3.0, 4.0]))
    assert stream.getvalue() == "x = [1 2.5] {'twice': [2 5]}\nx = [3 4] {'twice': [6 8]}\n"
    with pytest.raises(tf.errors.InvalidArgumentError, match="only above 0"):
        f(tf.constant([-1.0, 1.0]))


def test_a_traced_value_has_no_numbers_and_prints_as_tensorflow_prints_it(capsys):
    @tf.function
    def f(x):
        print(x, repr(x))
        return x

    f(tf.ones([2]))
    assert capsys.readouterr().out == (
        "Tensor(\"x:0\", shape=(2,), dtype=float32) <tf.Tensor 'x:0' shape=(2,) dtype=float32>\n"
    )


def test_an_error_in_a_trace_is_the_functions_and_leaves_no_block_open():
    @tf.function
    def f(x):
        raise KeyError("mine")

    for _ in range(2):
        with pytest.raises(KeyError, match="mine"):
            f(tf.ones([1]))
    assert tf.executing_eagerly() and float(tf.ones([])) == 1.0
    with pytest.raises(TypeError, match="Binding inputs to tf.function failed"):
        tf.function(lambda x: x)(1, y=2)


# -------------------------------------------------------------------- random numbers


def test_seeds_begin_the_numbers_anew():
    def drawn():
        return [tf.random.normal([3]).numpy().tolist(), tf.random.uniform([2], seed=7).numpy().tolist()]

    tf.random.set_seed(5)
    first = drawn(), drawn()
    tf.random.set_seed(5)
    assert (drawn(), drawn()) == first and first[0] != first[1]
    a, b = (tf.random.stateless_normal([4], seed=[1, 2]).numpy().tolist() for _ in range(2))
    assert a == b != tf.random.stateless_normal([4], seed=[1, 3]).numpy().tolist()
    one, two = (tf.random.Generator.from_seed(3) for _ in range(2))
    assert one.normal([3]).numpy().tolist() == two.normal([3]).numpy().tolist() != one.normal([3]).numpy().tolist()


def test_distributions_have_their_moments():
    tf.random.set_seed(0)
    normal = tf.random.normal([20000], mean=2.0, stddev=3.0).numpy()
    assert abs(normal.mean() - 2) < 0.1 and abs(normal.std() - 3) < 0.1
    cut = tf.random.truncated_normal([20000], mean=1.0, stddev=2.0).numpy()
    assert np.abs(cut - 1).max() <= 4.0 and abs(cut.std() / 2 - 0.8796) < 0.02
    whole = tf.random.uniform([20000], 2, 5, dtype=tf.int32).numpy()
    assert set(whole.tolist()) == {2, 3, 4}
    classes = tf.random.categorical(tf.math.log([[0.1, 0.2, 0.7]]), 20000).numpy()
    np.testing.assert_allclose(np.bincount(classes[0]) / 20000, [0.1, 0.2, 0.7], atol=0.02)
    assert sorted(tf.random.shuffle(tf.range(50)).numpy().tolist()) == list(range(50))
    kept = tf.nn.dropout(tf.ones([20000]), 0.25).numpy()
    assert abs((kept == 0).mean() - 0.25) < 0.02 and abs(kept.mean() - 1) < 0.03


# -------------------------------------------------------------------- data sets


def test_shuffles_are_permutations_and_follow_their_seed():
    numbers = tf.data.Dataset.range(20)
    orders = [[int(v) for v in numbers.shuffle(8, seed=1, reshuffle_each_iteration=False)] for _ in range(1)]
    again = numbers.shuffle(8, seed=1, reshuffle_each_iteration=False)
    assert [int(v) for v in again] == [int(v) for v in again] and sorted(orders[0]) == list(range(20))
    moving = numbers.shuffle(20)
    assert [int(v) for v in moving] != [int(v) for v in moving]
    # With a buffer of 4 nothing comes more than three places early.
    assert all(value <= place + 3 for place, value in enumerate(int(v) for v in numbers.shuffle(4)))


def test_a_map_is_traced_once_and_sees_no_tape():
    traces = []

    def double(x):
        traces.append(1)
        return x * 2.0

    data = tf.data.Dataset.from_tensor_slices(np.arange(6, dtype=np.float32)).map(double).batch(2)
    v = tf.Variable(1.0)
    with tf.GradientTape() as tape:
        total = tf.add_n([tf.reduce_sum(batch) * v for batch in data])
    assert float(tape.gradient(total, v)) == 30.0 and len(traces) == 1


def test_elements_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="not compatible"):
        tf.data.Dataset.from_tensor_slices(([1, 2], [1, 2, 3]))
    ragged = tf.data.Dataset.from_generator(
        lambda: ([0] * n for n in (1, 2)), output_signature=tf.TensorSpec([None], tf.int32)
    )
    with pytest.raises(tf.errors.InvalidArgumentError, match="padded_batch"):
        list(ragged.batch(2))
    with pytest.raises(tf.errors.OutOfRangeError):
        iter(tf.data.Dataset.range(0)).get_next()
    with pytest.raises(TypeError, match="infinite"):
        len(tf.data.Dataset.range(3).repeat())
    with pytest.raises(TypeError, match="no tensors of strings"):
        tf.data.Dataset.from_tensor_slices(["a", "b"])
    wrong = tf.data.Dataset.from_generator(lambda: iter([[1, 2]]), output_signature=tf.TensorSpec([3], tf.int32))
    with pytest.raises(TypeError, match="an element of shape"):
        list(wrong)


def test_checks_raise_where_they_do_not_hold():
    tf.debugging.assert_shapes([(tf.ones([2, 3]), ("n", 3)), (tf.ones([2]), ("n",))])
    tf.debugging.assert_near(1.0, 1.0 + 1e-7)
    for wrong in (
        lambda: tf.debugging.assert_near(1.0, 1.1),
        lambda: tf.debugging.assert_less([1, 2], [2, 2]),
        lambda: tf.debugging.check_numerics(tf.constant([np.nan]), "here"),
        lambda: tf.Assert(tf.constant(False), [1]),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError):
            wrong()
    for wrong in (
        lambda: tf.debugging.assert_rank(tf.ones([2]), 2),
        lambda: tf.debugging.assert_shapes([(tf.ones([2, 3]), ("n", "n"))]),
        lambda: tf.ensure_shape(tf.ones([2]), [3]),
    ):
        with pytest.raises(ValueError):
            wrong()


def test_the_face_leaves_the_library_as_it_is():
    x = wb.tensor([1.0, 2.0], requires_grad=True)
    tf.ones([2]) * 2.0
    (x * x).sum().backward()
    assert x.grad.tolist() == [2.0, 4.0] and type(x * 2) is wb.Tensor and repr(x.dtype) == "wingbeat.float32"
    assert tf.float32 == wb.float32 and wb.ones(2, dtype=tf.int32).dtype is wb.int32
