"""Each layer and loss against what PyTorch 2 gives for it: fixtures/layers_from_torch.py wrote that down.

Results, derivatives of inputs and parameters, running statistics after several passes, both modes, texts, keys and
attributes; the same bits from a program, and after a round trip of the state.
"""

import json
from functools import cache
from pathlib import Path

import h5py
import numpy as np
import pytest
from layer_cases import CASES, FAMILIES, ROUGH, cotangent, parameter, passes
from support import same_bits

import wingbeat as wb
from wingbeat import nn

FIXTURES = Path(__file__).resolve().parent / "fixtures"
IDS = [f"{family}: {row[0]} {row[1:]}" for family, _, row in CASES]


@cache
def expected(family):
    """(values, notes) of the rows of a family."""
    with h5py.File(FIXTURES / f"layers_{family}.h5") as file:
        notes = json.loads(bytes(file["notes"][()]))
        return [file[f"{place}"][()] for place in range(len(notes))], notes


def make(row, dtype):
    """The module of a row, with the row's parameters."""
    names = {**vars(nn), "T": lambda data: wb.tensor(data, dtype="float64")}
    module = eval(row[0], names).to(dtype)
    with wb.no_grad():
        for name, tensor in module.named_parameters():
            tensor.copy_(wb.tensor(parameter(row, name, tensor.shape), dtype=dtype))
    return module


def tensors_of(inputs, dtype):
    return [
        wb.tensor(array, dtype=dtype, requires_grad=derived) if array.dtype == "f8" else wb.tensor(array)
        for array, derived in inputs
    ]


def run(module, row, dtype, training, compiled=False):
    """All numbers of a row, as the fixture has them."""

    def step(*tensors):
        result = module(*tensors)
        results = result if isinstance(result, tuple) else (result,)
        weights = wb.tensor(cotangent(row, results[0].shape), dtype=dtype)
        (results[0] * weights).sum().backward()
        return results

    call = wb.compile(step) if compiled else step
    module.train(training)
    for inputs in passes(row):
        tensors = tensors_of(inputs, dtype)
        module.zero_grad()
        results = call(*tensors)
    found = list(results)
    found += [tensor.grad for tensor in tensors if tensor.requires_grad]
    found += [tensor.grad for tensor in module.parameters()]
    found += list(module.buffers())
    module.eval()
    result = module(*[tensor.detach() for tensor in tensors])
    found.append(result[0] if isinstance(result, tuple) else result)
    return np.concatenate([tensor.detach().numpy().astype("f8").ravel() for tensor in found])


@pytest.mark.parametrize("family, place, row", CASES, ids=IDS)
@pytest.mark.parametrize("dtype, tolerance", [("float64", 1e-10), ("float32", 1e-5)])
def test_values_derivatives_and_buffers_are_pytorchs(family, place, row, dtype, tolerance):
    wanted = expected(family)[0][place]
    found = run(make(row, dtype), row, dtype, family != "random")
    tolerance = max(tolerance, 1e-7) if row[0] in ROUGH else tolerance
    np.testing.assert_allclose(found, wanted, rtol=tolerance, atol=tolerance * max(1, np.abs(wanted).max()))


@pytest.mark.parametrize("family, place, row", CASES, ids=IDS)
def test_texts_keys_and_attributes_are_pytorchs(family, place, row):
    module, notes = make(row, "float32"), expected(family)[1][place]
    assert repr(module) == notes["repr"]
    assert list(module.state_dict()) == notes["keys"]
    for name, value in notes["attributes"].items():
        if name in getattr(module, "_arguments", ()):
            assert (tuple(value) if isinstance(value, list) else value) == getattr(module, name), name


@pytest.mark.parametrize("family, place, row", CASES, ids=IDS)
def test_a_program_gives_the_same_bits(family, place, row):
    training = family != "random"
    plain, compiled = (run(make(row, "float32"), row, "float32", training, way) for way in (False, True))
    assert same_bits(plain, compiled)


@pytest.mark.parametrize("family, place, row", CASES, ids=IDS)
def test_state_dict_and_expression_make_the_same_module_again(family, place, row):
    module = make(row, "float64")
    if not hasattr(module, "_kind"):
        pytest.skip("its forward pass is Python's")
    twin = nn.build(module.expression())
    assert repr(twin) == repr(module) and twin.expression() == module.expression()
    twin.load_state_dict(module.state_dict())
    module.eval(), twin.eval()
    tensors = tensors_of(passes(row)[0], "float64")
    one, other = (found[0] if isinstance(found, tuple) else found for found in (module(*tensors), twin(*tensors)))
    assert same_bits(one.detach().numpy(), other.detach().numpy())


def test_every_layer_and_loss_has_a_row():
    homes = {f"wingbeat.nn.{family}" for family in (*FAMILIES, "dropout", "distances", "reshaping")}
    made = {row[0].split("(")[0] for _, _, row in CASES}
    listed = {name for name in nn.__all__ if getattr(getattr(nn, name), "__module__", "") in homes}
    # test_plain_layers.py has these.
    assert listed - made == {"CTCLoss", "LazyLinear", "MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d"}
