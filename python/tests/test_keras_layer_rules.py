"""What no fixture shows of the layers with Keras' rules: when parameters are made, what trains, what is refused; and
functions with a closed form, where TensorFlow has none, or another one."""

import numpy as np
import pytest

import wingbeat as wb
from wingbeat import keras, nn
from wingbeat.keras import layers

SHAPE = (2, 5, 6, 3)


def values(*shape):
    return wb.tensor(np.random.RandomState(sum(shape)).standard_normal(shape))


def arrays(layer):
    """Parameters and buffers by their names."""
    return dict([*layer.named_parameters(), *layer.named_buffers()])


# ---------------------------------------------------------------- parameters


def test_parameters_are_made_by_the_first_input_or_by_its_shape():
    lazy, told = layers.Dense(4), layers.Dense(4, input_shape=(3,))
    assert not list(lazy.parameters()) and arrays(told)["kernel"].shape == (3, 4)
    assert "input_shape" not in lazy.expression() and told.expression() == "keras.Dense(4, input_shape=(3,))"
    lazy(wb.ones(2, 3))
    assert arrays(lazy)["kernel"].shape == (3, 4) and lazy.expression() == told.expression()
    several = layers.MultiHeadAttention(2, 3, input_shape=((5, 4), (6, 2)))
    assert arrays(several)["value_dense.kernel"].shape == (2, 2, 3)
    assert arrays(several)["query_dense.kernel"].shape == (4, 2, 3)


def test_an_input_shape_may_leave_extents_open():
    assert arrays(layers.LSTM(4, input_shape=(None, 3)))["cell.kernel"].shape == (3, 16)
    with pytest.raises(ValueError, match="has to be known"):
        layers.Dense(4, input_shape=(None,))
    with pytest.raises(ValueError, match="above 0"):
        layers.Dense(4, input_shape=(0,))


def test_a_block_that_is_captured_makes_parameters_too():
    model = nn.Sequential(layers.Dense(4, activation="relu"), layers.BatchNormalization(), layers.Dense(1)).eval()
    step = wb.compile(lambda x: model(x))
    x = values(5, 3).float()
    first = step(x).detach().numpy().copy()
    np.testing.assert_array_equal(step(x).detach().numpy(), first)
    np.testing.assert_array_equal(model(x).detach().numpy(), first)
    assert arrays(model[0])["kernel"].shape == (3, 4)


def test_layers_that_do_not_train_need_no_gradient_and_can_train_again():
    layer = layers.Dense(3, trainable=False, input_shape=(2,))
    assert not arrays(layer)["kernel"].requires_grad
    layer.trainable = True
    assert arrays(layer)["kernel"].requires_grad and arrays(layer)["bias"].requires_grad
    wrapped = layers.Bidirectional(layers.LSTM(2), input_shape=(4, 3))
    wrapped.trainable = False
    assert not any(parameter.requires_grad for parameter in wrapped.parameters())


def test_batches_are_normalised_by_what_was_seen_where_a_layer_does_not_train():
    layer = layers.BatchNormalization(trainable=False, input_shape=(3,)).train()
    x = values(8, 3).float()
    np.testing.assert_allclose(layer(x).detach().numpy(), x.numpy() / np.sqrt(1.001), rtol=1e-6)
    np.testing.assert_array_equal(arrays(layer)["moving_mean"].numpy(), 0)


def test_a_layer_as_an_activation_is_a_child():
    layer = layers.Dense(3, activation=layers.PReLU(), input_shape=(2,))
    x = values(4, 2).float()
    layer(x)
    assert [name for name, _ in layer.named_parameters()] == ["kernel", "bias", "activation.alpha"]
    twin = nn.build(layer.expression())
    twin.load_state_dict(layer.state_dict())
    np.testing.assert_array_equal(twin.eval()(x).detach().numpy(), layer(x).detach().numpy())


@pytest.mark.parametrize(
    "text, mean, deviation",
    [
        ("zeros", 0, 0),
        ("Constant(value=0.25)", 0.25, 0),
        ("glorot_uniform", 0, np.sqrt(2 / 600)),
        ("GlorotNormal(seed=3)", 0, np.sqrt(2 / 600)),
        ("he_uniform", 0, np.sqrt(2 / 200)),
        ("he_normal", 0, np.sqrt(2 / 200)),
        ("lecun_uniform", 0, np.sqrt(1 / 200)),
        ("lecun_normal", 0, np.sqrt(1 / 200)),
        ("RandomNormal(mean=1.0, stddev=0.5)", 1, 0.5),
        ("RandomUniform(minval=0.0, maxval=1.0)", 0.5, np.sqrt(1 / 12)),
        ("VarianceScaling(scale=2.0, mode='fan_out', distribution='untruncated_normal')", 0, np.sqrt(2 / 400)),
        ("orthogonal", 0, np.sqrt(1 / 400)),
    ],
)
def test_initialisers_have_the_moments_that_keras_states(text, mean, deviation):
    kernel = arrays(layers.Dense(400, kernel_initializer=text, input_shape=(200,)))["kernel"].detach().numpy()
    assert abs(kernel.mean() - mean) < 0.002 + 0.01 * deviation
    assert abs(kernel.std() - deviation) <= 0.02 * deviation
    if text == "orthogonal":
        np.testing.assert_allclose(kernel @ kernel.T, np.eye(200), atol=1e-5)
    if "Normal" in text or text.endswith("_normal"):
        far = np.abs(kernel - mean).max() / deviation
        assert (far > 3) == (text == "RandomNormal(mean=1.0, stddev=0.5)")


# ---------------------------------------------------------------- closed forms


def test_a_transposed_convolution_with_a_dilated_kernel_spreads_it():
    layer = layers.Conv2DTranspose(2, 3, padding="valid", dilation_rate=2, input_shape=SHAPE[1:]).double()
    wide = layers.Conv2DTranspose(2, 5, padding="valid", input_shape=SHAPE[1:]).double()
    spread = np.zeros((5, 5, 2, 3))
    spread[::2, ::2] = arrays(layer)["kernel"].detach().numpy()
    with wb.no_grad():
        arrays(wide)["kernel"].copy_(wb.tensor(spread))
    x = values(*SHAPE)
    np.testing.assert_allclose(layer(x).detach().numpy(), wide(x).detach().numpy(), atol=1e-12)


def test_sparsemax_is_the_nearest_point_of_the_simplex():
    x = np.array([[0.5, 0.2, -1.0, 0.1], [3.0, 0.0, 0.0, 0.0]])
    y = layers.Activation("sparsemax")(wb.tensor(x)).numpy()
    np.testing.assert_allclose(y.sum(-1), 1)
    threshold = (0.5 + 0.2 + 0.1 - 1) / 3
    np.testing.assert_allclose(y[0], np.maximum(x[0] - threshold, 0), atol=1e-12)


def test_thresholded_relu_has_a_bound_of_its_own():
    x = np.array([-1.0, 0.5, 1.0, 1.5])
    np.testing.assert_array_equal(layers.ThresholdedReLU(theta=1.0)(wb.tensor(x[None])).numpy()[0], [0, 0, 0, 1.5])


def test_the_hard_sigmoid_of_keras_2_is_another_one():
    x = wb.tensor([[-3.0, -1.0, 0.0, 2.0, 3.0]])
    np.testing.assert_allclose(layers.Activation("hard_sigmoid_v2")(x).numpy()[0], [0, 0.3, 0.5, 0.9, 1], rtol=1e-6)
    np.testing.assert_allclose(layers.Activation("hard_sigmoid")(x).numpy()[0], [0, 1 / 3, 0.5, 5 / 6, 1], rtol=1e-6)


def test_a_stateful_layer_goes_on_until_it_is_set_again():
    layer = layers.GRU(3, stateful=True, return_sequences=True, input_shape=(4, 2))
    plain = layers.GRU(3, return_sequences=True, input_shape=(8, 2))
    plain.load_state_dict(layer.state_dict())
    x = values(2, 8, 2).float()
    whole = plain(x).detach().numpy()
    halves = [layer(x[:, :4]).detach().numpy(), layer(x[:, 4:]).detach().numpy()]
    np.testing.assert_allclose(np.concatenate(halves, 1), whole, atol=1e-6)
    layer.stateful = False
    layer.stateful = True
    np.testing.assert_allclose(layer(x[:, :4]).detach().numpy(), whole[:, :4], atol=1e-6)
    with pytest.raises(ValueError, match="keeps its batch"):
        layer(values(3, 4, 2).float())


def test_dropout_of_steps_is_the_same_for_all_of_a_sequence():
    wb.manual_seed(3)
    layer = layers.SimpleRNN(
        50, dropout=0.5, activation="linear", recurrent_initializer="zeros", return_sequences=True, input_shape=(4, 6)
    ).train()
    y = layer(wb.ones(2, 4, 6)).detach().numpy()
    assert np.abs(y - y[:, :1]).max() < 1e-6 and np.abs(y[0] - y[1]).max() > 1e-3


@pytest.mark.parametrize(
    "expression",
    [
        "keras.LSTM(3)",
        "keras.GRU(3, reset_after=False)",
        "keras.MultiHeadAttention(2, 3)",
        "keras.BatchNormalization()",
        "keras.Conv2DTranspose(2, 3, strides=2, padding='same')",
    ],
)
def test_derivatives_nest(expression):
    layer = nn.build(expression).double()
    shape = {"Conv": (1, 3, 3, 2), "Batch": (3, 2)}.get(expression[6:][: 4 if "Conv" in expression else 5], (2, 3, 4))
    x = values(*shape).requires_grad_()
    inputs = (x, x) if "Attention" in expression else (x,)

    def loss(scale):
        return (layer(*[it * scale for it in inputs]) ** 2).sum()

    layer.to("float64")
    loss(wb.tensor(1.0, dtype="float64"))
    layer.to("float64")
    scale = wb.tensor(1.0, dtype="float64", requires_grad=True)
    (first,) = wb.autograd.grad(loss(scale), [scale], create_graph=True)
    (second,) = wb.autograd.grad(first, [scale])
    step = 1e-4
    numbers = [float(loss(wb.tensor(1 + k * step, dtype="float64")).detach()) for k in (-1, 0, 1)]
    assert abs(float(second) - (numbers[2] - 2 * numbers[1] + numbers[0]) / step**2) < 1e-4 * max(1, abs(float(second)))


# ---------------------------------------------------------------- sentences


@pytest.mark.parametrize(
    "expression, words",
    [
        ("keras.Dense(0)", "units is from 1"),
        ("keras.Dense(3, activation='reluu')", "no activation 'reluu'; did you mean relu"),
        ("keras.Dense(3, kernel_initializer='he_norml')", "no initialiser 'he_norml'; did you mean"),
        ("keras.Dense(3, kernel_initializer='he_normal(sed=1)')", "no argument 'sed'"),
        ("keras.Conv2D(3, 3, groups=2)", "groups must divide filters"),
        ("keras.Conv2D(3, 3, padding='sane')", "'valid' or 'same'"),
        ("keras.Conv2DTranspose(3, 3, output_padding=1)", "output_padding is below strides"),
        ("keras.Dropout(1.5)", "rate is from 0 to below 1"),
        ("keras.Permute((0, 1))", "numbers from 1"),
        ("keras.EinsumDense('ab->c', 3)", "an equation such as"),
        ("keras.EinsumDense('ab,bc->ad', 3)", "'d' of the output is in neither"),
        ("keras.BatchNormalization(renorm=True)", "renorm=True is not there"),
        ("keras.Normalization(mean=1.0)", "both, or none"),
        ("keras.GroupQueryAttention(2, 3, 2)", "num_key_value_heads divides"),
        ("keras.Bidirectional(Linear(2, 2))", "a recurrent layer of Keras is expected"),
        ("keras.LSTM(3, dropout=1.0)", "dropout is from 0 to below 1"),
        ("keras.Discretization(bin_boundaries=(1.0, 0.5))", "rise"),
        ("keras.Dense(3, input_shape=('a',))", "input_shape has extents"),
        ("keras.Dense(3, input_shape=((3,), 4))", "one shape or a tuple of shapes"),
    ],
)
def test_wrong_arguments_get_a_sentence(expression, words):
    with pytest.raises((ValueError, NotImplementedError, RuntimeError), match=words):
        nn.build(expression)


@pytest.mark.parametrize(
    "layer, inputs, words",
    [
        (lambda: layers.Dense(3, input_shape=(4,)), [(2, 5)], "4 features on a last axis"),
        (lambda: layers.Dense(3), [()], "a batch of examples"),
        (lambda: layers.Conv2D(3, 3), [(2, 5, 5)], "4 axes with the batch"),
        (lambda: layers.Conv2D(3, 6), [(2, 5, 5, 1)], "the window reaches over 6"),
        (lambda: layers.BatchNormalization(input_shape=(4,)), [(2, 5)], "4 channels on axis 1"),
        (lambda: layers.LSTM(3), [(2, 0, 4)], "one step at least"),
        (lambda: layers.LSTM(3), [(2, 4)], r"\[N, T, ...\] is expected"),
        (lambda: layers.LSTM(3, input_shape=(5, 2)), [(2, 5, 4)], "2 features of a step"),
        (lambda: layers.Add(), [(2, 3), (2, 4)], "broadcast"),
        (lambda: layers.Dot(axes=1), [(2, 3), (2, 4)], "same extents"),
        (lambda: layers.Attention(), [(2, 3, 4), (2, 5, 6)], "are expected, but they are"),
        (lambda: layers.MultiHeadAttention(2, 3), [(2, 4), (2, 4)], "three at least"),
        (lambda: layers.Cropping2D(3), [(2, 5, 5, 1)], "to go"),
        (lambda: layers.TimeDistributed(layers.Dense(2)), [(2,)], r"\[N, T, ...\]"),
        (lambda: layers.RepeatVector(2), [(2, 3, 4)], r"\[N, C\]"),
        (lambda: layers.GroupNormalization(2), [(2, 3)], "groups must divide"),
        (lambda: layers.PReLU(shared_axes=3), [(2, 3)], "no axis 3"),
    ],
)
def test_wrong_inputs_get_a_sentence(layer, inputs, words):
    with pytest.raises(wb.Error, match=words):
        layer()(*[wb.zeros(*shape) for shape in inputs])


def test_a_wrong_mask_gets_a_sentence():
    with pytest.raises(wb.Error, match="a mask"):
        layers.LSTM(3)(wb.zeros(2, 5, 4), mask=wb.ones(2, 4, dtype="bool"))
    with pytest.raises(wb.Error, match="states of"):
        layers.LSTM(3)(wb.zeros(2, 5, 4), initial_state=[wb.zeros(2, 3)])


def test_draws_are_scaled_so_that_means_stay():
    wb.manual_seed(1)
    x = wb.ones(400, 50)
    for layer in (layers.Dropout(0.3), layers.GaussianDropout(0.3), layers.GaussianNoise(0.5)):
        assert abs(float(layer.train()(x).mean()) - 1) < 0.02
        np.testing.assert_array_equal(layer.eval()(x).numpy(), x.numpy())
    together = layers.Dropout(0.5, noise_shape=(None, 1)).train()(x).numpy()
    assert np.ptp(together, axis=1).max() == 0 and set(np.unique(together)) == {0.0, 2.0}
    spatial = layers.SpatialDropout1D(0.5).train()(wb.ones(3, 7, 20)).numpy()
    assert np.ptp(spatial, axis=1).max() == 0
    assert keras.layers.Dropout is layers.Dropout
