"""PyTorch's ways with optimisers: param_groups, state, closures, hooks, state_dict both ways, and ones of one's own."""

import copy
import pickle

import numpy as np
import pytest
from support import numbers, same_bits

import wingbeat as wb
from wingbeat import nn, optim


def leaves(*shapes, dtype="float64"):
    return [nn.Parameter(numbers(shape, dtype, seed=place)) for place, shape in enumerate(shapes)]


def give(parameters, step=0):
    for place, parameter in enumerate(parameters):
        parameter.grad = wb.tensor(numbers(parameter.shape, parameter.dtype.name, seed=10 * step + place + 1))


def test_groups_keep_keys_of_the_users_own_and_are_the_same_objects():
    a, b = leaves((2,), (3,))
    optimizer = optim.SGD([{"params": [a], "name": "first", "lr": 0.1}, {"params": b, "initial_lr": 0.5}], lr=0.2)
    first, second = optimizer.param_groups
    assert optimizer.param_groups[0] is first and first["name"] == "first" and "name" not in second
    assert second["initial_lr"] == 0.5 and "initial_lr" not in first
    first["note"] = {"any": "thing"}
    for group in optimizer.param_groups:
        group["lr"] *= 0.5
    assert [group["lr"] for group in optimizer.param_groups] == [0.05, 0.1]
    assert first.get("note") == {"any": "thing"} and first.setdefault("other", 3) == 3 and first.pop("other") == 3
    assert list(first)[:2] == ["params", "lr"] and len(first) == len(dict(first)) == len(list(first))
    assert optimizer.defaults["lr"] == 0.2 and optimizer.defaults["momentum"] == 0.0
    with pytest.raises(TypeError, match="add_param_group"):
        first["params"] = []
    with pytest.raises(TypeError, match="keeps all its settings"):
        del first["lr"]
    state = optimizer.state_dict()
    assert [group["params"] for group in state["param_groups"]] == [[0], [1]]
    assert state["param_groups"][0]["name"] == "first" and state["param_groups"][1]["initial_lr"] == 0.5
    other = optim.SGD([{"params": [a]}, {"params": [b]}], lr=1.0)
    other.load_state_dict(state)
    assert other.param_groups[0]["name"] == "first" and other.param_groups[1]["initial_lr"] == 0.5
    assert [group["lr"] for group in other.param_groups] == [0.05, 0.1]


def test_a_flag_may_change_between_steps_and_compiled_steps_see_it():
    def run(compiled):
        (parameter,) = leaves((4,))
        optimizer = optim.SGD([parameter], lr=0.1, momentum=0.9)
        step = wb.compile(lambda: optimizer.step()) if compiled else optimizer.step
        for number in range(8):
            if number == 3:
                optimizer.param_groups[0]["nesterov"] = True
            if number == 5:
                optimizer.param_groups[0]["maximize"] = True
            give([parameter], number)
            step()
        return parameter.detach().numpy().copy()

    plain = run(False)
    assert same_bits(plain, run(True))
    (parameter,) = leaves((4,))
    value, velocity = parameter.detach().numpy().copy(), None
    for number in range(8):
        give([parameter], number)
        g = parameter.grad.numpy() * (-1 if number >= 5 else 1)
        velocity = g if velocity is None else 0.9 * velocity + g
        value = value - 0.1 * (g + 0.9 * velocity if number >= 3 else velocity)
    np.testing.assert_allclose(plain, value, rtol=1e-12)


def test_each_parameter_counts_its_own_steps_whatever_captures_them():
    """Adam of two parameters, of which one misses steps, is Adam of each by itself."""
    for compiled in (False, True):
        a, b = leaves((3,), (2,))
        c, d = leaves((3,), (2,))
        together = optim.Adam([a, b], lr=0.1, amsgrad=True)
        apart = [optim.Adam([c], lr=0.1, amsgrad=True), optim.Adam([d], lr=0.1, amsgrad=True)]

        def both():
            together.step()

        step = wb.compile(both) if compiled else both
        for number in range(12):
            give([a, b], number)
            give([c, d], number)
            if number in (0, 4, 5, 9):
                b.grad = d.grad = None
            step()
            for optimizer in apart:
                optimizer.step()
            assert same_bits(a.detach().numpy(), c.detach().numpy()), number
            assert same_bits(b.detach().numpy(), d.detach().numpy()), number
        state = together.state_dict()["state"]
        assert (state[0]["step"].item(), state[1]["step"].item()) == (12, 8)
        # States with other counts, into steps that were captured with these.
        state[0]["step"] = wb.tensor(3.0)
        together.load_state_dict({"state": state, "param_groups": together.state_dict()["param_groups"]})
        apart[0].state[c]["step"] = wb.tensor(3.0)
        for number in range(12, 15):
            give([a, b], number)
            give([c, d], number)
            step()
            for optimizer in apart:
                optimizer.step()
            assert same_bits(a.detach().numpy(), c.detach().numpy()), number
            assert same_bits(b.detach().numpy(), d.detach().numpy()), number


def test_the_state_of_a_parameter_is_read_and_written_by_the_parameter():
    a, b = leaves((3,), (2,))
    optimizer = optim.Adam([a, b], lr=0.1)
    assert len(optimizer.state) == 0 and dict(optimizer.state[a]) == {} and a not in list(optimizer.state)
    give([a])
    optimizer.step()
    assert list(optimizer.state) == [a] and list(optimizer.state[a]) == ["step", "exp_avg", "exp_avg_sq"]
    assert optimizer.state[a]["step"].item() == 1
    with wb.no_grad():
        optimizer.state[a]["exp_avg"].copy_(wb.tensor([1.0, 2.0, 3.0]))
    optimizer.state[a]["step"] = 7
    assert optimizer.state[a]["exp_avg"].tolist() == [1, 2, 3] and optimizer.state[a]["step"].item() == 7
    with pytest.raises(KeyError):
        optimizer.state[nn.Parameter(wb.ones(1))]
    optimizer.state.clear()
    assert len(optimizer.state) == 0


def test_a_closure_is_called_with_gradients_enabled_and_its_loss_comes_back():
    for kind in (optim.SGD, optim.Adam, optim.LBFGS):
        (parameter,) = leaves((3,))
        optimizer = kind([parameter], lr=0.1)

        def closure():
            optimizer.zero_grad()
            loss = (parameter**2).sum()
            loss.backward()
            return loss

        with wb.no_grad():
            first = optimizer.step(closure)
        assert isinstance(first, wb.Tensor) and first.item() == pytest.approx((numbers((3,)) ** 2).sum())
        assert optimizer.step(closure).item() < first.item()
    with pytest.raises(TypeError, match="LBFGS: expected a closure"):
        optimizer.step()
    with pytest.raises(ZeroDivisionError):
        optimizer.step(lambda: 1 / 0)
    assert optimizer.step(lambda: float(closure())) < 1  # a closure may give a number
    with pytest.raises(wb.UnsupportedError, match="one group"):
        optimizer.add_param_group({"params": leaves((2,))})


def test_lbfgs_goes_on_from_a_state_dict_to_the_bit_and_takes_compiled_closures():
    def make(values):
        parameters = [nn.Parameter(value) for value in values]
        optimizer = optim.LBFGS(parameters, max_iter=4, history_size=5, line_search_fn="strong_wolfe")

        def closure():
            optimizer.zero_grad()
            a, b = parameters
            loss = ((a - b[:3]) ** 2).sum() + ((b**2 - 1) ** 2).sum()
            loss.backward()
            return loss

        return parameters, optimizer, closure

    start = [numbers((3,), seed=1), numbers((4,), seed=2)]
    plain, optimizer, closure = make(start)
    for _ in range(4):
        optimizer.step(closure)
    first, optimizer, closure = make(start)
    for _ in range(2):
        optimizer.step(closure)
    state = optimizer.state_dict()
    assert list(state["state"]) == [0] and len(state["state"][0]["old_dirs"]) == len(state["state"][0]["ro"]) <= 5
    second, optimizer, closure = make([parameter.detach().numpy() for parameter in first])
    optimizer.load_state_dict({**state, "state": {0: {**state["state"][0], "al": [None, 1.0]}}})  # as PyTorch's is
    for _ in range(2):
        optimizer.step(closure)
    compiled, optimizer, closure = make(start)
    inside = wb.compile(closure)
    for _ in range(4):
        optimizer.step(inside)
    for one, two, three in zip(plain, second, compiled):
        assert same_bits(one.detach().numpy(), two.detach().numpy())
        assert same_bits(one.detach().numpy(), three.detach().numpy())


def test_hooks_run_around_a_step():
    (parameter,) = leaves((3,))
    optimizer = optim.SGD([parameter], lr=0.1)
    seen = []
    before = optimizer.register_step_pre_hook(lambda *given: seen.append(("before", *given)))
    after = optimizer.register_step_post_hook(lambda *given: seen.append(("after", *given)))
    give([parameter])
    optimizer.step()
    assert seen == [("before", optimizer, (), {}), ("after", optimizer, (), {})]
    before.remove()
    with after:
        optimizer.step()
    optimizer.step()
    assert [name for name, *_ in seen] == ["before", "after", "after"]
    optimizer.register_step_pre_hook(lambda *_: 3)
    with pytest.raises(TypeError, match="from a hook, found 3"):
        optimizer.step()


def test_zero_grad_can_leave_zeros():
    (parameter,) = leaves((3,))
    optimizer = optim.SGD([parameter], lr=0.1)
    give([parameter])
    optimizer.zero_grad(set_to_none=False)
    assert parameter.grad.tolist() == [0, 0, 0]
    optimizer.zero_grad()
    assert parameter.grad is None


def test_copies_and_pickles_have_keys_and_state_but_no_hooks():
    (parameter,) = leaves((3,))
    optimizer = optim.NAdam([{"params": [parameter], "name": "all"}], lr=0.1)
    optimizer.register_step_post_hook(lambda *_: None)
    give([parameter])
    optimizer.step()
    for twin in (copy.copy(optimizer), copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optim.SGD([parameter])))):
        assert twin.param_groups[0]["lr"] in (0.1, 0.001)
    twin = copy.copy(optimizer)
    assert twin.param_groups[0]["name"] == "all" and list(twin.state[parameter]) == list(optimizer.state[parameter])


# ---------------------------------------------------------------- optimisers of one's own


class Own(optim.Optimizer):
    def __init__(self, params, lr=0.1, momentum=0.9):
        super().__init__(params, {"lr": lr, "momentum": momentum})

    def step(self, closure=None):
        loss = None if closure is None else closure()
        with wb.no_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is None:
                        continue
                    state = self.state[p]
                    if "velocity" not in state:
                        state["velocity"] = wb.zeros_like(p)
                    state["velocity"] = group["momentum"] * state["velocity"] + p.grad
                    p.copy_(p - group["lr"] * state["velocity"])
        return loss


def test_an_optimiser_in_python_is_one_like_the_others():
    (a,), (b,) = leaves((3,)), leaves((3,))
    own, engine = Own([a]), optim.SGD([b], lr=0.1, momentum=0.9)
    seen = []
    own.register_step_post_hook(lambda *_: seen.append(1))
    for number in range(4):
        give([a], number)
        give([b], number)
        own.step()
        engine.step()
        np.testing.assert_allclose(a.detach().numpy(), b.detach().numpy(), rtol=1e-12)
    assert seen == [1] * 4 and isinstance(own, optim.Optimizer) and isinstance(engine, optim.Optimizer)
    state = own.state_dict()
    assert list(state["state"]) == [0] and state["param_groups"] == [{"lr": 0.1, "momentum": 0.9, "params": [0]}]
    other = Own([nn.Parameter(a.detach())])
    other.load_state_dict(state)
    (twin,) = other.param_groups[0]["params"]
    assert same_bits(other.state[twin]["velocity"].numpy(), own.state[a]["velocity"].numpy())
    own.zero_grad()
    assert a.grad is None
    assert repr(own).splitlines()[:3] == ["Own (", "Parameter Group 0", "    lr: 0.1"]
    for wrong, error in (
        (lambda: Own([]), ValueError),
        (lambda: Own([a, a]), ValueError),
        (lambda: Own(a), TypeError),
        (lambda: optim.Optimizer([a], {}).step(), NotImplementedError),
        (lambda: own.load_state_dict({"state": {}, "param_groups": []}), wb.StructureError),
    ):
        with pytest.raises(error):
            wrong()


def test_schedules_drive_an_optimiser_in_python():
    (a,), (b,) = leaves((3,)), leaves((3,))
    own, engine = Own([a], lr=0.4), optim.SGD([b], lr=0.4, momentum=0.9)
    makers = (
        lambda optimizer: optim.lr_scheduler.CosineAnnealingLR(optimizer, 5),
        lambda optimizer: optim.lr_scheduler.OneCycleLR(optimizer, 0.3, total_steps=12),
        lambda optimizer: optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 0.9**epoch),
    )
    for make in makers:
        one, two = make(own), make(engine)
        for _ in range(8):
            one.step()
            two.step()
            for name in ("lr", "momentum"):
                assert own.param_groups[0][name] == engine.param_groups[0][name]


def test_a_penalty_is_the_sum_over_the_groups():
    a, b = leaves((3,), (2,))
    optimizer = optim.SGD([{"params": [a], "l1": 0.5}, {"params": [b], "l2": 0.25}], lr=0.1)
    total = optim.penalty(optimizer, l2=0.125)
    x, y = a.detach().numpy(), b.detach().numpy()
    assert total.item() == pytest.approx(0.5 * abs(x).sum() + 0.125 * (x**2).sum() + 0.25 * (y**2).sum())
    total.backward()
    np.testing.assert_allclose(a.grad.numpy(), 0.5 * np.sign(x) + 0.25 * x)
    np.testing.assert_allclose(b.grad.numpy(), 0.5 * y)
    assert optim.penalty([a]).item() == 0 and optim.penalty([a, b], l1=1.0).item() == pytest.approx(
        abs(x).sum() + abs(y).sum()
    )


def test_numbers_of_pythons_in_a_state_keep_all_their_digits():
    (parameter,) = leaves((3,))
    optimizer = optim.NAdam([parameter])
    give([parameter])
    optimizer.step()
    optimizer.state[parameter]["mu_product"] = 0.1
    assert optimizer.state[parameter]["mu_product"].item() == 0.1
