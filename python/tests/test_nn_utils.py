"""nn.utils: clipping, vectors of parameters, parametrisations, fusion; and nn.init."""

import copy

import numpy as np
import pytest
from support import numbers, same_bits

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat.nn import utils
from wingbeat.nn.utils import parametrizations, parametrize, stateless


def parameters(scale=1.0):
    found = []
    for seed, (shape, dtype) in enumerate([((3, 4), "float32"), ((5,), "float64"), ((), "float32"), ((2,), "float32")]):
        parameter = nn.Parameter(wb.zeros(shape, dtype=dtype))
        parameter.grad = wb.tensor(numbers(shape, dtype, seed=seed) * scale)
        found.append(parameter)
    found[-1].grad = None
    return found


def norm(arrays, p):
    norms = [np.linalg.norm(np.ravel(array), p) for array in arrays]
    return np.linalg.norm(norms, p)


@pytest.mark.parametrize("p", [2.0, 1.0, 3.5, float("inf")])
@pytest.mark.parametrize("limit", [0.5, 1e6])
def test_clipping_scales_all_gradients_by_one_number(p, limit):
    given = parameters()
    before = [parameter.grad.numpy() for parameter in given[:3]]
    total = utils.clip_grad_norm_(given, limit, norm_type=p)
    expected = norm(before, p)
    assert total.item() == pytest.approx(expected, rel=1e-6) and total.shape == ()
    assert utils.get_total_norm([wb.tensor(array) for array in before], p).item() == pytest.approx(expected, rel=1e-6)
    factor = min(1, limit / (expected + 1e-6))
    for parameter, array in zip(given, before):
        np.testing.assert_allclose(parameter.grad.numpy(), array * factor, rtol=1e-6)
        assert parameter.grad.dtype == parameter.dtype
    assert given[3].grad is None


def test_clipping_by_value_by_a_known_norm_and_of_nothing():
    given = parameters()
    before = [parameter.grad.numpy() for parameter in given[:3]]
    utils.clip_grad_value_(iter(given), 0.5)
    for parameter, array in zip(given, before):
        assert same_bits(parameter.grad.numpy(), np.clip(array, -0.5, 0.5).astype(array.dtype))
    given = parameters()
    utils.clip_grads_with_norm_(given, 1.0, wb.tensor(4.0))
    np.testing.assert_allclose(given[1].grad.numpy(), before[1] / (4 + 1e-6), rtol=1e-6)
    one = given[0]
    assert utils.clip_grad_norm_(one, 1.0).item() > 0
    assert utils.clip_grad_norm_([], 1.0).item() == 0 == utils.get_total_norm([]).item()


def test_a_norm_that_is_no_number_is_an_error_where_that_is_asked_for():
    given = parameters()
    given[0].grad = wb.full((3, 4), float("nan"))
    before = given[1].grad.numpy()
    with pytest.raises(FloatingPointError, match="the norm is nan"):
        utils.clip_grad_norm_(given, 1.0, error_if_nonfinite=True)
    assert same_bits(given[1].grad.numpy(), before)
    with pytest.raises(FloatingPointError):
        utils.get_total_norm([given[0].grad], error_if_nonfinite=True)
    assert np.isnan(utils.clip_grad_norm_(given, 1.0).item()) and np.isnan(given[1].grad.numpy()).all()
    for call, words in (
        (lambda: utils.clip_grad_norm_(3, 1.0), "expected a parameter, or several"),
        (lambda: utils.clip_grad_norm_([3], 1.0), "expected parameters"),
        (lambda: utils.clip_grad_norm_(given, float("nan")), "must not be NaN"),
        (lambda: utils.clip_grad_value_(given, -1.0), "a limit of 0 at least"),
        (lambda: utils.get_total_norm([wb.tensor([1])]), "total_norm"),
        (lambda: utils.clip_grads_with_norm_(given, 1.0, wb.ones(2)), "a norm of one number"),
    ):
        with pytest.raises((TypeError, ValueError), match=words):
            call()


@pytest.mark.parametrize("checked", [False, True])
def test_clipping_in_a_compiled_step_gives_the_same_bits(checked):
    x, y = numbers((6, 3), "float32"), numbers((6, 2), "float32", seed=1)

    def train(wrap):
        wb.manual_seed(0)
        model = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 2))
        optimizer = optim.Adam(model.parameters(), lr=0.1)

        @wrap
        def step(x, y):
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(x), y)
            loss.backward()
            total = utils.clip_grad_norm_(model.parameters(), 0.1, error_if_nonfinite=checked)
            utils.clip_grad_value_(model.parameters(), 0.02)
            optimizer.step()
            return loss, total

        found = [[part.item() for part in step(x, y)] for _ in range(4)]
        return found, [parameter.detach().numpy() for parameter in model.parameters()], step, model

    (plain, own, _, _), (compiled, others, step, model) = train(lambda step: step), train(wb.compile)
    assert plain == compiled and all(same_bits(a, b) for a, b in zip(own, others))
    if checked:
        before = model[0].weight.detach().numpy()
        with pytest.raises(FloatingPointError, match="the norm is"):
            step(x * np.float32(np.inf), y)
        assert same_bits(model[0].weight.detach().numpy(), before)


def test_parameters_become_a_vector_and_come_back():
    model = nn.Linear(3, 2)
    vector = utils.parameters_to_vector(model.parameters())
    assert vector.shape == (8,)
    (vector * wb.arange(8.0)).sum().backward()
    assert model.bias.grad.tolist() == [6, 7]
    utils.vector_to_parameters(wb.arange(8.0), model.parameters())
    assert model.weight.tolist() == [[0, 1, 2], [3, 4, 5]] and model.bias.tolist() == [6, 7]
    assert model.weight.requires_grad and model.weight.is_leaf
    with pytest.raises(ValueError, match="a vector of 8"):
        utils.vector_to_parameters(wb.zeros(7), model.parameters())


# -------------------------------------------------------------------- parametrisations


class Symmetric(nn.Module):
    def forward(self, x):
        return x.triu() + x.triu(1).T

    def right_inverse(self, x):
        return x.triu()


class Double(nn.Module):
    def forward(self, x):
        return 2 * x


def test_a_parametrised_parameter_is_computed_for_python_and_for_the_engine():
    x = numbers((5, 3), "float32")
    model = nn.Sequential(nn.Linear(3, 3), nn.Tanh())
    kind, weight = type(model[0]), model[0].weight.detach().numpy()
    parametrize.register_parametrization(model[0], "weight", Symmetric())
    assert parametrize.is_parametrized(model[0], "weight") and not parametrize.is_parametrized(model[0], "bias")
    assert type(model[0]).__name__ == "ParametrizedLinear" and isinstance(model[0], nn.Linear)
    assert parametrize.type_before_parametrizations(model[0]) is kind
    upper = np.triu(weight)
    symmetric = upper + np.triu(weight, 1).T
    np.testing.assert_array_equal(model[0].weight.detach().numpy(), symmetric)
    assert list(model.state_dict()) == ["0.bias", "0.parametrizations.weight.original"]
    expected = np.tanh(x @ symmetric.T + model[0].bias.detach().numpy())
    np.testing.assert_allclose(model(x).detach().numpy(), expected, rtol=1e-5)
    np.testing.assert_allclose(wb.compile(lambda x: model(x))(x).detach().numpy(), expected, rtol=1e-5)
    model(x).sum().backward()
    gradient = model[0].parametrizations.weight.original.grad
    assert gradient is not None and not np.tril(gradient.numpy(), -1).any()
    # Another behind it, and a value that is set.
    parametrize.register_parametrization(model[0], "weight", Double())
    np.testing.assert_allclose(model[0].weight.detach().numpy(), 2 * symmetric, rtol=1e-6)
    with parametrize.cached():
        assert model[0].weight is model[0].weight
    twin = copy.deepcopy(model)
    assert same_bits(twin(x).detach().numpy(), model(x).detach().numpy())
    parametrize.remove_parametrizations(model[0], "weight")
    assert type(model[0]) is kind and list(model.state_dict()) == ["0.bias", "0.weight"]
    np.testing.assert_allclose(model[0].weight.detach().numpy(), 2 * symmetric, rtol=1e-6)
    assert same_bits(twin(x).detach().numpy(), model(x).detach().numpy())
    assert repr(model[0]) == "Linear(in_features=3, out_features=3, bias=True)"
    assert "ParametrizedLinear" not in model.expression()


def test_values_can_be_set_and_parametrisations_left():
    layer = parametrize.register_parametrization(nn.Linear(3, 3), "weight", Symmetric())
    layer.weight = wb.tensor([[1.0, 2, 3], [2, 4, 5], [3, 5, 6]])
    assert layer.weight.tolist() == [[1, 2, 3], [2, 4, 5], [3, 5, 6]]
    assert layer.parametrizations.weight.original.tolist() == [[1, 2, 3], [0, 4, 5], [0, 0, 6]]
    parametrize.remove_parametrizations(layer, "weight", leave_parametrized=False)
    assert layer.weight.tolist() == [[1, 2, 3], [0, 4, 5], [0, 0, 6]]
    layer = parametrizations.weight_norm(nn.Linear(3, 2))
    with pytest.raises(ValueError, match="found several"):
        parametrize.remove_parametrizations(layer, "weight", leave_parametrized=False)
    for call, words in (
        (lambda: parametrize.register_parametrization(nn.Linear(3, 2), "scale", Double()), "no parameter"),
        (lambda: parametrize.register_parametrization(nn.Linear(3, 2), "weight", 3), "expected a module"),
        (lambda: parametrize.register_parametrization(nn.Linear(3, 2), "weight", nn.Flatten(0)), "unsafe=True"),
        (lambda: parametrize.remove_parametrizations(nn.Linear(3, 2), "weight"), "no parametrisation"),
        (lambda: parametrizations.spectral_norm(nn.Linear(3, 2), "scale"), "no parameter"),
        (lambda: parametrizations.spectral_norm(nn.Linear(3, 2), dim=2), "an axis of 2"),
        (lambda: parametrizations.orthogonal(nn.Linear(3, 2), "bias"), "two axes"),
        (lambda: parametrizations.orthogonal(nn.Linear(3, 2), orthogonal_map="qr"), "matrix_exp"),
        (lambda: utils.weight_norm(nn.Linear(3, 2), "scale"), "no parameter"),
        (lambda: utils.remove_weight_norm(nn.Linear(3, 2)), "no such normalisation"),
    ):
        with pytest.raises((ValueError, TypeError), match=words):
            call()


@pytest.mark.parametrize("shape", [(4, 4), (3, 5), (5, 3)])
@pytest.mark.parametrize("name", [None, "matrix_exp", "cayley", "householder"])
@pytest.mark.parametrize("trivialization", [True, False])
def test_orthogonal_weights_stay_orthogonal_while_they_are_trained(shape, name, trivialization):
    wb.manual_seed(1)
    layer = nn.Linear(*shape, dtype="float64")
    nn.init.orthogonal_(layer.weight)
    before = layer.weight.detach().numpy()
    parametrizations.orthogonal(layer, orthogonal_map=name, use_trivialization=trivialization)
    if trivialization or name == "householder" or name is None and shape != (4, 4):
        np.testing.assert_allclose(layer.weight.detach().numpy(), before, atol=1e-12)
    optimizer = optim.SGD(layer.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        layer(numbers((6, shape[0]))).square().sum().backward()
        optimizer.step()
    weight = layer.weight.detach().numpy()
    small = weight @ weight.T if weight.shape[0] <= weight.shape[1] else weight.T @ weight
    np.testing.assert_allclose(small, np.eye(len(small)), atol=1e-10)
    if trivialization:
        layer.weight = wb.tensor(before)
        np.testing.assert_allclose(layer.weight.detach().numpy(), before, atol=1e-12)


@pytest.mark.parametrize("module", [parametrizations, utils], ids=["new", "old"])
def test_weight_and_spectral_norm_change_nothing_at_first_and_bound_the_weight(module):
    x = numbers((5, 6), "float32")
    layer = nn.Linear(6, 4)
    plain = layer(x).detach().numpy()
    model = nn.Sequential(module.weight_norm(layer), nn.ReLU())
    np.testing.assert_allclose(model[0](x).detach().numpy(), plain, rtol=1e-5, atol=1e-6)
    assert same_bits(model(x).detach().numpy(), np.maximum(model[0](x).detach().numpy(), 0))
    other = module.spectral_norm(nn.Linear(6, 4), n_power_iterations=30)
    other(x)
    other.eval()
    other(x)
    assert np.linalg.svd(other.weight.detach().numpy())[1][0] == pytest.approx(1, abs=1e-4)
    if module is utils:
        utils.remove_weight_norm(layer)
        utils.remove_spectral_norm(other)
        assert list(layer.state_dict()) == ["bias", "weight"] == list(other.state_dict())
        assert repr(layer) == "Linear(in_features=6, out_features=4, bias=True)"
    else:
        parametrize.remove_parametrizations(layer, "weight")
    np.testing.assert_allclose(layer(x).detach().numpy(), plain, rtol=1e-5, atol=1e-6)


def test_recurrent_weights_can_be_parametrised():
    x = numbers((4, 2, 3), "float32")
    lstm = nn.LSTM(3, 5)
    plain = lstm(x)[0].detach().numpy()
    parametrizations.weight_norm(lstm, "weight_hh_l0")
    output, _ = lstm(x)
    np.testing.assert_allclose(output.detach().numpy(), plain, rtol=1e-5, atol=1e-6)
    output.sum().backward()
    assert lstm.parametrizations.weight_hh_l0.original1.grad is not None


def test_a_program_of_a_parametrised_model_trains_to_the_same_bits():
    x, y = numbers((6, 3), "float32"), numbers((6, 4), "float32", seed=1)

    def train(wrap):
        wb.manual_seed(2)
        model = nn.Sequential(parametrizations.spectral_norm(nn.Linear(3, 4)), utils.weight_norm(nn.Linear(4, 4)))
        optimizer = optim.Adam(model.parameters(), lr=0.05)

        @wrap
        def step(x, y):
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(model(x), y)
            loss.backward()
            optimizer.step()
            return loss

        losses = [step(x, y).item() for _ in range(5)]
        return losses, {name: value.numpy() for name, value in model.state_dict().items()}

    (losses, plain), (others, compiled) = train(lambda step: step), train(wb.compile)
    assert losses == others and all(same_bits(plain[name], compiled[name]) for name in plain)


def test_a_parametrised_layer_is_not_exported_as_a_plain_one():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = parametrizations.weight_norm(nn.Linear(3, 2))

        def forward(self, x):
            return self.fc(x)

    with pytest.raises(NotImplementedError, match="computed from others"):
        wb.export(Net(), wb.zeros(2, 3))


def test_a_call_with_other_parameters_leaves_the_module_alone():
    model = nn.Sequential(nn.Linear(3, 2), nn.Tanh())
    before = model[0].weight.detach().numpy()
    weight = wb.ones(2, 3, requires_grad=True)
    x = numbers((4, 3), "float32")
    found = stateless.functional_call(model, {"0.weight": weight}, wb.tensor(x))
    expected = np.tanh(x.sum(1, keepdims=True) + model[0].bias.detach().numpy())
    np.testing.assert_allclose(found.detach().numpy(), expected, rtol=1e-5)
    found.sum().backward()
    assert weight.grad is not None and model[0].weight.grad is None
    assert same_bits(model[0].weight.detach().numpy(), before)
    assert same_bits(model(x).detach().numpy(), nn.Sequential(model[0], nn.Tanh())(x).detach().numpy())
    for names, strict in (({"0.scale": weight}, False), ({"0.weight": weight}, True)):
        with pytest.raises(ValueError, match="functional_call: expected"):
            stateless.functional_call(model, names, wb.tensor(x), strict=strict)


def test_a_batch_normalisation_is_folded_into_what_comes_before():
    class Norm(nn.Module):
        def __init__(self, weight, bias, mean, variance, eps):
            super().__init__()
            self.weight, self.bias, self.eps = nn.Parameter(weight), nn.Parameter(bias), eps
            self.register_buffer("running_mean", mean)
            self.register_buffer("running_var", variance)

    values = [wb.tensor(numbers((4,), "float32", seed=seed)) for seed in range(4)]
    values[3] = values[3].square()
    bn, layer, x = Norm(*values, 1e-3).eval(), nn.Linear(3, 4).eval(), numbers((5, 3), "float32")
    fused = utils.fuse_linear_bn_eval(layer, bn)
    weight, bias, mean, variance = values
    expected = (layer(x) - mean) / (variance + 1e-3).sqrt() * weight + bias
    np.testing.assert_allclose(fused(x).detach().numpy(), expected.detach().numpy(), rtol=1e-4, atol=1e-5)
    with pytest.raises(RuntimeError, match="evaluation mode"):
        utils.fuse_linear_bn_eval(layer.train(), bn)


# -------------------------------------------------------------------- initialisers


def test_initialisers_are_their_formulas():
    init = nn.init
    assert init.eye_(wb.empty(3, 4)).tolist() == np.eye(3, 4).tolist()
    dirac = init.dirac_(wb.empty(6, 2, 3, 4), groups=2).numpy()
    expected = np.zeros((6, 2, 3, 4))
    for group in range(2):
        for channel in range(2):
            expected[3 * group + channel, channel, 1, 2] = 1
    np.testing.assert_array_equal(dirac, expected)
    for shape in ((4, 6), (6, 4), (5, 2, 3)):
        matrix = init.orthogonal_(wb.empty(shape, dtype="float64"), gain=2).numpy().reshape(shape[0], -1)
        small = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
        np.testing.assert_allclose(small, 4 * np.eye(len(small)), atol=1e-12)
    sparse = init.sparse_(wb.empty(50, 8), 0.31, std=0.5).numpy()
    assert ((sparse == 0).sum(0) == 16).all() and 0.4 < sparse[sparse != 0].std() < 0.6
    assert len({tuple(column) for column in (sparse == 0).T}) == 8
    for mean, std, a, b in ((0, 1, -2, 2), (1, 0.5, 0, 3), (0, 1, 1, 1.5), (0, 1, -float("inf"), 0)):
        draws = init.trunc_normal_(wb.empty(20000), mean, std, a, b).numpy()
        assert a <= draws.min() and draws.max() <= b
        grid = np.linspace(max(a, -8), min(b, 8), 2001)
        density = np.exp(-(((grid - mean) / std) ** 2) / 2)
        assert draws.mean() == pytest.approx((grid * density).sum() / density.sum(), abs=0.03)
    wb.manual_seed(5)
    first = init.trunc_normal_(wb.empty(9)).numpy()
    wb.manual_seed(5)
    assert same_bits(init.trunc_normal_(wb.empty(9)).numpy(), first)


def test_gains_are_pytorchs():
    for name, gain in (("linear", 1), ("conv_transpose2d", 1), ("tanh", 5 / 3), ("relu", 2**0.5), ("selu", 0.75)):
        assert nn.init.calculate_gain(name) == gain
    assert nn.init.calculate_gain("leaky_relu", 0.2) == (2 / 1.04) ** 0.5
    for wrong in (("swish",), ("leaky_relu", "x"), (None,)):
        with pytest.raises(ValueError, match="calculate_gain: expected"):
            nn.init.calculate_gain(*wrong)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: nn.init.eye_(wb.empty(3)), "2 axes are expected"),
        (lambda: nn.init.dirac_(wb.empty(3, 3)), "3 to 5 axes"),
        (lambda: nn.init.dirac_(wb.empty(3, 3, 1), 2), "groups that divide 3"),
        (lambda: nn.init.orthogonal_(wb.empty(3)), "2 to 64 axes"),
        (lambda: nn.init.sparse_(wb.empty(3, 3), 1.5), "a share of zeros from 0 to 1"),
        (lambda: nn.init.trunc_normal_(wb.empty(3), std=0.0), "above 0"),
        (lambda: nn.init.trunc_normal_(wb.empty(3), a=1.0, b=0.0), "bounds in order"),
        (lambda: nn.init.uniform_(wb.empty(3), generator=3), "expected None as generator"),
        (lambda: nn.init.eye_(wb.zeros(3, 3, dtype="int64")), "a floating dtype"),
    ],
)
def test_wrong_arguments_of_initialisers_get_a_sentence(call, words):
    with pytest.raises((ValueError, TypeError, NotImplementedError), match=words):
        call()
