"""The models of export_models.py run and train as written: what is exported from them is compared with that."""

import inspect

import numpy as np
import pytest
from export_models import MODELS, REFUSED
from support import same_bits

from wingbeat import optim

ALL = {**MODELS, **{name: refused.model for name, refused in REFUSED.items()}}


def trainable(model):
    return [parameter for parameter in model.parameters() if parameter.requires_grad]


def outputs(case, model, rows):
    found = model(*case.examples(rows))
    return [output.detach().numpy() for output in (found if isinstance(found, tuple) else (found,))]


@pytest.mark.parametrize("name", ALL)
def test_a_model_runs_forward_and_backward_on_any_number_of_rows(name):
    case = ALL[name]
    for rows in (1, 2, 3, 7):
        model = case.build()
        assert [output.shape for output in outputs(case, model, rows)] == [(rows, *shape) for shape in case.targets]
        case.loss(model, rows).backward()
        gradients = [parameter.grad for parameter in trainable(model) if parameter.grad is not None]
        assert gradients and all(np.isfinite(gradient.numpy()).all() for gradient in gradients)


@pytest.mark.parametrize("name", ALL)
def test_a_model_is_built_the_same_each_time_and_trains(name):
    case = ALL[name]
    model, twin = case.build(), case.build()
    assert all(same_bits(a.numpy(), b.numpy()) for a, b in zip(model.state_dict().values(), twin.state_dict().values()))
    before = {key: value.numpy().copy() for key, value in model.state_dict().items()}
    first = case.loss(model.eval(), 16).item()
    optimizer = optim.Adam(trainable(model), lr=0.01)
    model.train()
    for _ in range(100):
        optimizer.zero_grad()
        case.loss(model, 16).backward()
        optimizer.step()
    assert case.loss(model.eval(), 16).item() < 0.95 * first
    parameters = dict(model.named_parameters())
    for key, value in model.state_dict().items():
        moved = not same_bits(value.numpy(), before[key])
        # A buffer moves; a parameter does that has a gradient, which none has that is frozen or is not called.
        assert moved == (key not in parameters or parameters[key].grad is not None), key
    if name in MODELS:
        assert all(parameter.grad is not None for parameter in trainable(model))


@pytest.mark.parametrize("name", REFUSED)
def test_the_line_that_a_refusal_names_stands_in_the_forward_pass_once(name):
    source = [line.strip() for line in inspect.getsource(REFUSED[name].model.kind.forward).splitlines()]
    assert source.count(REFUSED[name].line) == 1
