"""SGD, Adam and AdamW against NumPy, step by step; their settings and their state."""

import itertools

import numpy as np
import pytest
from support import numbers, same_bits

import wingbeat as wb
from wingbeat import nn, optim

START = [numbers((3, 2), seed=1), numbers((4,), seed=2)]


def gradients(step):
    return [numbers(p.shape, seed=10 * step + place) for place, p in enumerate(START)]


def run(optimizer, parameters, steps, first=0):
    for step in range(first, first + steps):
        optimizer.zero_grad()
        for parameter, gradient in zip(parameters, gradients(step)):
            (parameter * gradient).sum().backward()
        optimizer.step()


def flat(state_dict):
    """Arrays of a state_dict by place and name."""
    return {
        (place, name): value.numpy().copy()
        for place, state in state_dict["state"].items()
        for name, value in state.items()
    }


def sgd(lr, momentum=0, dampening=0, weight_decay=0, nesterov=False):
    values, velocity = [p.copy() for p in START], [None] * 2
    for step in range(10):
        for i, g in enumerate(gradients(step)):
            g = g + weight_decay * values[i]
            if momentum:
                velocity[i] = g if velocity[i] is None else momentum * velocity[i] + (1 - dampening) * g
                g = g + momentum * velocity[i] if nesterov else velocity[i]
            values[i] = values[i] - lr * g
    return values


def adam(lr, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, decoupled=False):
    values = [p.copy() for p in START]
    m, v = [np.zeros_like(p) for p in START], [np.zeros_like(p) for p in START]
    for step in range(10):
        for i, g in enumerate(gradients(step)):
            if decoupled:
                values[i] = values[i] * (1 - lr * weight_decay)
            else:
                g = g + weight_decay * values[i]
            m[i] = betas[0] * m[i] + (1 - betas[0]) * g
            v[i] = betas[1] * v[i] + (1 - betas[1]) * g * g
            values[i] = values[i] - lr * (m[i] / (1 - betas[0] ** (step + 1))) / (
                np.sqrt(v[i] / (1 - betas[1] ** (step + 1))) + eps
            )
    return values


def check(make, expected):
    for dtype, tolerance in (("float64", 1e-12), ("float32", 2e-5)):
        parameters = [nn.Parameter(p.astype(dtype)) for p in START]
        run(make(parameters), parameters, 10)
        for parameter, value in zip(parameters, expected):
            assert parameter.dtype == dtype
            np.testing.assert_allclose(parameter.detach().numpy(), value, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(
    "momentum, dampening, weight_decay, nesterov",
    [
        (m, d, w, n)
        for m, d, w, n in itertools.product((0, 0.9), (0, 0.3), (0, 0.1), (False, True))
        if not (n and (d or not m))
    ],
)
def test_sgd_is_its_formula_for_ten_steps(momentum, dampening, weight_decay, nesterov):
    settings = {
        "lr": 0.1,
        "momentum": momentum,
        "dampening": dampening,
        "weight_decay": weight_decay,
        "nesterov": nesterov,
    }
    check(lambda parameters: optim.SGD(parameters, **settings), sgd(**settings))


@pytest.mark.parametrize(
    "settings",
    [{"lr": 0.01}, {"lr": 0.1, "betas": (0.5, 0.9)}, {"lr": 0.01, "eps": 0.1}, {"lr": 0.01, "weight_decay": 0.2}],
)
def test_adam_and_adamw_are_their_formulas_for_ten_steps(settings):
    check(lambda parameters: optim.Adam(parameters, **settings), adam(**settings))
    settings = {"weight_decay": 0.01, **settings}
    check(lambda parameters: optim.AdamW(parameters, **settings), adam(**settings, decoupled=True))


def test_parameters_without_a_gradient_are_left_alone():
    a, b = nn.Parameter(wb.ones(2)), nn.Parameter(wb.ones(2))
    for optimizer in (optim.SGD([a, b], lr=0.1, weight_decay=0.5), optim.AdamW([a, b], lr=0.1)):
        optimizer.zero_grad()
        a.sum().backward()
        optimizer.step()
    assert b.tolist() == [1, 1] and a.tolist() != [1, 1]


def test_a_changed_learning_rate_holds_from_the_next_step():
    parameter = nn.Parameter(wb.zeros(1, dtype="float64"))
    optimizer = optim.SGD([parameter], lr=1.0)
    for change in (
        lambda: None,
        lambda: setattr(optimizer, "lr", 0.5),
        lambda: optimizer.param_groups[0].__setitem__("lr", 0.25),
    ):
        change()
        optimizer.zero_grad()
        parameter.sum().backward()
        optimizer.step()
    assert parameter.item() == -1.75 and optimizer.lr == optimizer.param_groups[0]["lr"] == 0.25


def test_settings_are_attributes_and_a_parameter_group():
    parameters = [nn.Parameter(wb.zeros(1))]
    optimizer = optim.SGD(parameters, lr=0.1, momentum=0.9, nesterov=True)
    assert (optimizer.lr, optimizer.momentum, optimizer.dampening, optimizer.weight_decay, optimizer.nesterov) == (
        0.1,
        0.9,
        0,
        0,
        True,
    )
    (group,) = optimizer.param_groups
    assert group["params"] == parameters and dict(group)["momentum"] == 0.9
    for name in ("other", "betas"):  # keys of the user's own
        with pytest.raises(KeyError):
            group[name]
        group[name] = [1]
        assert group[name] == [1] and name in list(group)
    adam = optim.Adam(parameters, betas=(0.8, 0.9), eps=1e-6)
    assert (adam.lr, adam.betas, adam.eps, adam.weight_decay) == (1e-3, (0.8, 0.9), 1e-6, 0)
    assert repr(optim.SGD(parameters, lr=0.1, nesterov=False)) == (
        "SGD (\nParameter Group 0\n    dampening: 0.0\n    differentiable: False\n    foreach: None\n    fused: None\n"
        "    lr: 0.1\n    maximize: False\n    momentum: 0.0\n    nesterov: False\n    weight_decay: 0.0\n)"
    )


@pytest.mark.parametrize(
    "make",
    [lambda p: optim.SGD(p, lr=0.1, momentum=0.9), lambda p: optim.Adam(p, lr=0.1), lambda p: optim.AdamW(p, lr=0.1)],
)
def test_a_state_dict_lets_another_optimiser_go_on_with_the_same_bits(make):
    straight = [nn.Parameter(p) for p in START]
    run(make(straight), straight, 6)
    first = [nn.Parameter(p) for p in START]
    optimizer = make(first)
    run(optimizer, first, 3)
    state = optimizer.state_dict()
    kept = flat(state)
    second = [nn.Parameter(p.detach()) for p in first]
    run(optimizer, first, 1, first=3)
    assert kept.keys() == flat(state).keys() and all(same_bits(value, kept[n]) for n, value in flat(state).items())
    fresh = make(second)
    run(fresh, [nn.Parameter(p) for p in START], 0)
    fresh.load_state_dict(state)
    run(fresh, second, 3, first=3)
    assert all(same_bits(a.detach().numpy(), b.detach().numpy()) for a, b in zip(straight, second))


def test_a_state_that_does_not_fit_is_refused_whole():
    parameters = [nn.Parameter(p) for p in START]
    optimizer = optim.Adam(parameters, lr=0.1)
    run(optimizer, parameters, 2)
    state = optimizer.state_dict()
    before = flat(state)
    other = optim.SGD(parameters, lr=0.5, momentum=0.9)
    run(other, parameters, 1)
    group = {**state["param_groups"][0], "lr": 9.0}
    wrong_shape = {
        "state": {place: {name: np.zeros(7) for name in names} for place, names in state["state"].items()},
        "param_groups": [group],
    }
    renamed = {
        "state": {
            place: {"x" + name: value for name, value in names.items()} for place, names in state["state"].items()
        },
        "param_groups": [group],
    }
    for given, words in (
        (other.state_dict(), "0.momentum_buffer' of shape .* fits no parameter"),
        (wrong_shape, r"\[7\] fits no parameter"),
        (renamed, "xstep' of shape .* fits no parameter"),
        ({"state": {}, "param_groups": [group, group]}, "expected the state of 1 groups, found that of 2"),
        ({"state": {}, "param_groups": [{**group, "params": [0]}]}, "expected 2 parameters in group 0, found 1"),
        ({"state": {}}, "param_groups"),
        ({}, "param_groups"),
    ):
        with pytest.raises(RuntimeError, match=words):
            optimizer.load_state_dict(given)
        after = flat(optimizer.state_dict())
        assert optimizer.lr == 0.1 and all(same_bits(value, before[key]) for key, value in after.items())


@pytest.mark.parametrize(
    "make, kind, words",
    [
        (lambda p: optim.SGD([], lr=0.1), ValueError, "parameter"),
        (lambda p: optim.SGD(p, lr=0.1), TypeError, "found a tensor"),
        (lambda p: optim.SGD(["a"]), TypeError, "found str"),
        (lambda p: optim.SGD(None), TypeError, "NoneType"),
        (lambda p: optim.SGD([{"params": [p], "lr": "a"}]), TypeError, "lr takes a number"),
        (lambda p: optim.SGD([{"lr": 1}]), TypeError, "params"),
        (lambda p: optim.SGD([p], lr=-1), ValueError, "-1"),
        (lambda p: optim.SGD([p], lr="a"), TypeError, "'a'"),
        (lambda p: optim.SGD([p], lr=float("nan")), ValueError, "nan"),
        (lambda p: optim.SGD([p], lr=0.1, nesterov=True), ValueError, "nesterov|momentum"),
        (lambda p: optim.Adam([p], betas=(1.0, 0.9)), ValueError, "beta"),
        (lambda p: optim.Adam([p], betas=0.9), TypeError, "betas takes a tuple of 2"),
        (lambda p: optim.Adam([p], eps=-1), ValueError, "-1"),
        (lambda p: optim.Adam([p * 2]), (ValueError, RuntimeError), "leaf|require"),
        (lambda p: optim.Adam([p, p]), ValueError, "twice"),
        (lambda p: setattr(optim.SGD([p], lr=1.0), "lr", -1), ValueError, "-1"),
        (lambda p: setattr(optim.SGD([p], lr=1.0), "lr", None), TypeError, "None"),
    ],
)
def test_wrong_settings_and_parameters_are_refused_with_a_fitting_exception(make, kind, words):
    with pytest.raises(kind, match=words):
        make(nn.Parameter(wb.ones(1)))


def test_training_goes_down_to_the_least_squares_solution():
    x = numbers((50, 3))
    y = x @ np.array([[1.0], [-2.0], [0.5]]) + 0.3
    model = nn.Linear(3, 1, dtype="float64")
    optimizer = optim.SGD(model.parameters(), lr=0.2, momentum=0.5)
    for _ in range(400):
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()
    np.testing.assert_allclose(model.weight.detach().numpy(), [[1, -2, 0.5]], atol=1e-9)
    np.testing.assert_allclose(model.bias.detach().numpy(), [0.3], atol=1e-9)


def test_steps_see_what_happens_between_them():
    """The formula of SGD with momentum goes on from the values that are there, whatever put them there."""
    model = nn.Sequential(nn.Linear(3, 2, bias=False))
    parameter = model[0].weight
    optimizer = optim.SGD(model.parameters(), lr=0.5, momentum=0.5)
    array, velocity = np.full((2, 3), 0.25, "f4"), None
    kept = {name: value.numpy().copy() for name, value in model.state_dict().items()}
    for step in range(24):
        kind = step % 6 if step > 2 else 0
        if kind == 1:
            model.load_state_dict(kept)
        elif kind == 2:
            model.double()
        elif kind == 3:
            model.float()
        elif kind == 4:
            with wb.no_grad():
                parameter.copy_(parameter * 2)
        before = parameter.detach().numpy().astype("f8")
        if kind == 5:
            parameter.grad = parameter
        else:
            array[...] = step
            parameter.grad = wb.tensor(array) if step % 2 else array
        gradient = parameter.grad.numpy().astype("f8")
        optimizer.step()
        velocity = gradient if velocity is None else 0.5 * velocity + gradient
        np.testing.assert_allclose(
            parameter.detach().numpy(), before - 0.5 * velocity, rtol=1e-5, atol=1e-5, err_msg=str(step)
        )
        np.testing.assert_array_equal(parameter.grad.numpy(), gradient.astype(parameter.grad.dtype))


def test_an_optimiser_steps_inside_compile_and_outside_in_turn():
    def run(compiled):
        wb.manual_seed(4)
        model = nn.Linear(3, 1)
        optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9, dampening=0.5)

        def step(x):
            loss = (model(x) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            return loss

        inside = wb.compile(step) if compiled else step
        losses = [(inside if i % 3 else step)(numbers((5, 3), "float32", seed=i)).item() for i in range(12)]
        return losses, [p.detach().numpy().copy() for p in model.parameters()]

    (losses, parameters), (expected, values) = run(True), run(False)
    assert losses == expected and all(same_bits(p, v) for p, v in zip(parameters, values))


def test_what_is_asked_for_after_a_step_is_what_was_recorded_before_it():
    # A variable of a transform stands between the parameter and the loss, which nobody has computed yet.
    from wingbeat._transforms import variable

    parameter = wb.ones(3) * 2.0
    optimizer = optim.SGD([parameter], lr=1.0)
    for _ in range(3):
        before = parameter.numpy().copy()
        stand_in = variable(parameter)
        loss = (stand_in * stand_in).sum()
        (parameter.grad,) = wb.autograd.grad(loss, [stand_in], retain_graph=True)
        optimizer.step()
        assert loss.item() == pytest.approx(float((before**2).sum()))
