"""Optimisers and schedules against what PyTorch gave (fixtures/optimizers.h5)."""

from pathlib import Path

import h5py
import numpy as np
import optimizer_cases as cases
import pytest
from support import same_bits

import wingbeat as wb
from wingbeat import nn, optim

FIXTURE = Path(__file__).parent / "fixtures" / "optimizers.h5"
KINDS = [(kind, place) for kind, calls in cases.OPTIMIZERS.items() for place in range(len(calls))]


@pytest.fixture(scope="module")
def expected():
    with h5py.File(FIXTURE) as file:
        yield file


def run(optimizer, parameters, steps, dtype, step=None):
    for number in steps:
        for parameter, gradient in zip(parameters, cases.gradients(number, dtype)):
            parameter.grad = None if gradient is None else wb.tensor(gradient)
        (step or optimizer.step)()


def flat(parameters):
    return [parameter.detach().numpy().ravel().copy() for parameter in parameters]


@pytest.mark.parametrize("dtype, tolerance", [("float64", 1e-10), ("float32", 1e-5)])
@pytest.mark.parametrize("kind, place", KINDS, ids=str)
def test_an_optimiser_takes_pytorchs_steps(expected, kind, place, dtype, tolerance):
    parameters = [nn.Parameter(value) for value in cases.start(dtype)]
    used = cases.only_matrices(kind, parameters)
    optimizer = getattr(optim, kind)(used, **cases.OPTIMIZERS[kind][place])
    found = []
    for step in range(cases.STEPS):
        run(optimizer, parameters, [step], dtype)
        if step in cases.LOOKED_AT:
            found += flat(used)
    found += cases.flat_state(optimizer)
    want = expected[f"optimizers/{cases.name_of(kind, place)}"][()]
    np.testing.assert_allclose(np.concatenate(found), want, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("place", range(len(cases.LBFGS)))
def test_lbfgs_takes_pytorchs_steps(expected, place):
    settings = cases.LBFGS[place]
    parameters = [nn.Parameter(value) for value in cases.start("float64")]
    optimizer = optim.LBFGS(parameters, **settings)
    sign = -1 if settings.get("maximize") else 1

    def closure():
        optimizer.zero_grad()
        x = wb.cat([parameter.flatten() for parameter in parameters])
        loss = sign * (((x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum() / 10 + (x**2).sum() / 50)
        loss.backward()
        return loss

    losses = [float(optimizer.step(closure)) for _ in range(cases.LBFGS_STEPS)]
    state = optimizer.state_dict()["state"][0]
    found = np.concatenate([losses, [state["func_evals"].item(), state["n_iter"].item()], *flat(parameters)])
    np.testing.assert_allclose(found, expected[f"lbfgs/{place}"][()], rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("place", range(len(cases.SCHEDULES)), ids=lambda place: f"{place} {cases.SCHEDULES[place][0]}")
def test_a_schedule_sets_pytorchs_rates_and_momenta(expected, place):
    kind, arguments = cases.SCHEDULES[place]
    want = expected[f"schedules/{place} {kind}"][()]
    for form, name in enumerate(("SGD", "Adam")):
        groups = [{"params": [nn.Parameter(wb.ones(1))], "lr": rate} for rate in cases.RATES]
        optimizer = optim.SGD(groups, momentum=0.6) if name == "SGD" else optim.Adam(groups)
        schedule = cases.make_schedule(vars(optim.lr_scheduler), kind, arguments, optimizer)
        rates, momenta = [[group["lr"] for group in optimizer.param_groups]], [cases.momenta(optimizer)]
        assert schedule.get_last_lr() == rates[0]
        for epoch in range(cases.EPOCHS):
            schedule.step(*([cases.metric(epoch)] if kind == "ReduceLROnPlateau" else []))
            rates.append([group["lr"] for group in optimizer.param_groups])
            momenta.append(cases.momenta(optimizer))
            assert schedule.get_last_lr() == rates[-1]
        np.testing.assert_allclose(rates, want[form, 0], rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(momenta, want[form, 1], rtol=1e-12)


@pytest.mark.parametrize("kind, place", KINDS, ids=str)
def test_steps_that_go_on_from_a_state_dict_and_captured_steps_have_the_same_bits(kind, place):
    settings = cases.OPTIMIZERS[kind][place]

    def make(values):
        parameters = [nn.Parameter(value) for value in values]
        return parameters, getattr(optim, kind)(cases.only_matrices(kind, parameters), **settings)

    plain, optimizer = make(cases.start("float32"))
    run(optimizer, plain, range(cases.STEPS), "float32")

    first, optimizer = make(cases.start("float32"))
    run(optimizer, first, range(5), "float32")
    state = optimizer.state_dict()
    second, optimizer = make([parameter.detach().numpy() for parameter in first])
    optimizer.load_state_dict(state)
    run(optimizer, second, range(5, cases.STEPS), "float32")
    assert all(map(same_bits, flat(plain), flat(second)))

    third, optimizer = make(cases.start("float32"))
    run(optimizer, third, range(cases.STEPS), "float32", wb.compile(lambda: optimizer.step()))
    assert all(map(same_bits, flat(plain), flat(third)))
