"""Each layer with Keras' rules against what Keras 3 gives for it: fixtures/layers_from_keras.py wrote that down.

Results, derivatives of inputs and parameters, moving statistics, both modes, names and shapes of variables in their
order; the same bits from a program, and after a round trip of expression and state.
"""

import json
from functools import cache
from pathlib import Path

import h5py
import numpy as np
import pytest
from keras_cases import CASES, RANDOM, ROUGH, cotangent, inputs, options, parameter
from support import same_bits

import wingbeat as wb
from wingbeat import keras, nn

FIXTURES = Path(__file__).resolve().parent / "fixtures"
IDS = [f"{family}: {row[0]} {row[1:]}" for family, _, row in CASES]


@cache
def expected(family):
    """(values, notes) of the rows of a family."""
    with h5py.File(FIXTURES / f"keras_{family}.h5") as file:
        notes = json.loads(bytes(file["notes"][()]))
        return [file[f"{place}"][()] for place in range(len(notes))], notes


def tensors_of(row, dtype):
    return [
        wb.tensor(array, dtype=dtype, requires_grad=derived) if array.dtype == "f8" else wb.tensor(array)
        for array, derived in inputs(row)
    ]


def call(module, row, tensors, dtype):
    """All results of the layer."""
    given = options(row)
    way = given.pop("as", None)

    def tensor(it):
        if isinstance(it, list):
            return [tensor(one) for one in it]
        if not isinstance(it, np.ndarray):
            return it
        return wb.tensor(it, dtype=dtype) if it.dtype == "f8" else wb.tensor(it)

    given = {name: tensor(it) for name, it in given.items()}
    result = module(tensors, **given) if way is list else module(*tensors, **given)
    return [it for it in (result if isinstance(result, (tuple, list)) else [result]) if it is not None]


def variables(module):
    """(name, tensor) of parameters, and of buffers behind them."""
    trained = [entry for entry in module.named_parameters() if entry[1].requires_grad]
    frozen = [entry for entry in module.named_parameters() if not entry[1].requires_grad]
    buffers = [entry for entry in module.named_buffers() if entry[1].dtype.is_floating_point]
    return trained, frozen + buffers


def make(row, dtype):
    """The module of a row, with the row's parameters, which its first pass has made."""
    module = eval(row[0], vars(keras.layers) | {"keras": keras}).to(dtype)
    with wb.no_grad():
        call(module, row, tensors_of(row, dtype), dtype)
        module.to(dtype)
        trained, kept = variables(module)
        for place, (name, tensor) in enumerate([*trained, *kept]):
            tensor.copy_(wb.tensor(parameter(row, name.rpartition(".")[2], place, tensor.shape), dtype=dtype))
    return module


def run(module, family, row, dtype, compiled=False):
    """All numbers of a row, as the fixture has them."""
    tensors = tensors_of(row, dtype)

    def step(*tensors):
        results = call(module, row, tensors, dtype)
        floats = [it for it in results if it.dtype.is_floating_point]
        total = sum(
            (it * wb.tensor(cotangent(row, place, it.shape), dtype=dtype)).sum() for place, it in enumerate(floats)
        )
        if floats and total.requires_grad:
            total.backward()
        return results

    module.train(family not in RANDOM)
    results = (wb.compile(step) if compiled else step)(*tensors)
    trained, kept = variables(module)
    found = list(results)
    wanted = [tensor for tensor in tensors if tensor.requires_grad] + [tensor for _, tensor in trained]
    found += [wb.zeros_like(it) if it.grad is None else it.grad for it in wanted]
    found += [tensor for _, tensor in kept]
    module.eval()
    found += call(module, row, [tensor.detach() for tensor in tensors], dtype)
    return np.concatenate([tensor.detach().numpy().astype("f8").ravel() for tensor in found])


@pytest.mark.parametrize("family, place, row", CASES, ids=IDS)
@pytest.mark.parametrize("dtype, tolerance", [("float64", 1e-10), ("float32", 1e-5)])
def test_values_derivatives_and_statistics_are_keras(family, place, row, dtype, tolerance):
    wanted = expected(family)[0][place]
    if expected(family)[1][place]["is_rough"] or any(word in row[0] for word in ROUGH):
        tolerance = max(tolerance, 1e-5)
    found = run(make(row, dtype), family, row, dtype)
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance * max(1, np.abs(wanted).max()))


@pytest.mark.parametrize("family, place, row", CASES, ids=IDS)
def test_variables_have_keras_names_shapes_and_order(family, place, row):
    trained, kept = variables(make(row, "float32"))
    found = [[name.rpartition(".")[2], list(it.shape), True] for name, it in trained]
    found += [[name.rpartition(".")[2], list(it.shape), False] for name, it in kept]
    assert found == expected(family)[1][place]["variables"]


@pytest.mark.parametrize("family, place, row", CASES, ids=IDS)
def test_a_program_gives_the_same_bits(family, place, row):
    plain, compiled = (run(make(row, "float32"), family, row, "float32", way) for way in (False, True))
    assert same_bits(plain, compiled)


@pytest.mark.parametrize("family, place, row", CASES, ids=IDS)
def test_state_dict_and_expression_make_the_same_layer_again(family, place, row):
    module = make(row, "float64")
    twin = nn.build(module.expression())
    assert type(twin) is type(module) and twin.expression() == module.expression()
    twin.load_state_dict(module.state_dict())
    module.eval(), twin.eval()
    with wb.no_grad():
        one, other = (call(it, row, tensors_of(row, "float64"), "float64") for it in (module, twin))
    for a, b in zip(one, other):
        assert same_bits(a.detach().numpy(), b.detach().numpy())


def test_every_layer_has_a_row():
    made = {row[0].split("(")[0] for _, _, row in CASES}
    kinds = {
        found.__name__
        for found in vars(keras.layers).values()
        if isinstance(found, type) and found.__dict__.get("_kind", "").startswith("keras.")
    }
    # In Keras 2 alone; of no class of Keras' own; and in other rows. test_keras_augmentation.py has the random images.
    images = {"Brightness", "Contrast", "Crop", "Flip", "Rotation", "Translation", "Zoom"}
    others = {"ThresholdedReLU", "ConvLSTMCell", "StackedRNNCells"}
    assert kinds - made == others | {f"Random{what}" for what in images}
    assert len(kinds) > 95
