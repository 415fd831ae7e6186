"""Checkpoints of version 1 (Tests/fixtures/checkpoints-1) are loaded, and what was saved goes on as it would have.

What a file holds must come back exactly. What is computed from it may differ a little between kinds of processors,
whose kernels add in other orders: by OUTPUT_ULPS in results, and by TRAINED_ULPS in what training makes of them, which
is what errors of two units in every parameter and state at every step grow to in these trainings. A unit is the
distance from 1 to the next number of the dtype, times the largest number of the tensor.
"""

import re
from ctypes import c_double

import h5py
import numpy as np
import pytest
from checkpoints_of_version_1 import (
    ALL,
    EPOCH,
    FOLDER,
    MODELS,
    OPTIMIZERS,
    OWN_MODELS,
    STEP,
    TRAININGS,
    history,
    parameters,
    path,
    step,
)
from support import same_bits

import wingbeat as wb
from wingbeat import _abi, nn
from wingbeat._library import check, lib
from wingbeat.data import shuffle_code
from wingbeat.training import Trainer

OUTPUT_ULPS, TRAINED_ULPS = 8, 32
BUILT = {**MODELS, **OWN_MODELS}


def stored(name, group="parameters"):
    """The arrays of a file's group, in order."""
    with h5py.File(path(name)) as file:
        return {key: array[()] for key, array in file[group].items()}


@pytest.fixture
def expected(request):
    """The group of expected.h5 for a case."""
    with h5py.File(FOLDER / "expected.h5") as file:
        yield file[request.getfixturevalue("name")]


def assert_close(found, wanted, ulps, what=""):
    if what == "model":  # where version 1 was written, a scalar of float64 widened it
        wanted = wanted.astype(found.dtype)
    assert (found.dtype, found.shape) == (wanted.dtype, wanted.shape), what
    unit = np.finfo(wanted.dtype).eps * np.abs(wanted).max(initial=0)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=ulps * unit, err_msg=what)


def assert_outputs(model, case, expected):
    assert case.input is None or same_bits(case.input, expected["input"][()]), "numbers are made as they were"
    outputs = case.outputs(model)
    assert sorted(outputs) == sorted(expected.get("outputs", ()))
    for key, output in outputs.items():
        assert_close(output, expected[f"outputs/{key}"][()], OUTPUT_ULPS, key)


def assert_trained(model, expected):
    """The model's parameters are those that the saved one ended with."""
    found, wanted, start = parameters(model), expected["after"][()], 0
    assert len(found) == len(wanted)
    for key, parameter in model.named_parameters():
        end = start + parameter.numel()
        assert_close(found[start:end], wanted[start:end], TRAINED_ULPS, key)
        start = end


def assert_holds(model, name):
    """Parameters and buffers are the file's, to the bit."""
    for group, tensors in (("parameters", dict(model.named_parameters())), ("buffers", dict(model.named_buffers()))):
        for key, array in stored(name, group).items():
            assert same_bits(tensors[key].detach().numpy(), array), key


def contents(model):
    return {key: value.numpy().copy() for key, value in model.state_dict().items()}


def assert_unchanged(model, before):
    assert all(same_bits(value, before[key]) for key, value in contents(model).items())


# ---------------------------------------------------------------- the files


def test_each_file_is_of_version_1_and_belongs_to_a_case():
    files = sorted(file.stem for file in FOLDER.glob("*.h5"))
    assert files == sorted([*ALL, "expected"])
    for name in ALL:
        with h5py.File(path(name)) as file:
            assert (file.attrs["format"], file.attrs["format_version"]) == (b"wingbeat-checkpoint", 1)


# ---------------------------------------------------------------- models


@pytest.mark.parametrize("name", MODELS)
def test_load_builds_the_model_that_was_saved(name, expected):
    model = wb.load(path(name))
    # What Softplus has between its parentheses may say that it has no threshold.
    assert re.sub(r"Softplus\(.*\)", "Softplus()", repr(model)) == expected.attrs["repr"]
    assert_holds(model, name)
    if name != "shared-module":  # whose parameters may be listed in each of their places
        assert list(model.state_dict()) == list(stored(name))
    assert all(parameter.requires_grad for parameter in model.parameters())
    assert_outputs(model, MODELS[name], expected)


@pytest.mark.parametrize("name", [name for name in BUILT if name != "softplus"])
def test_load_into_fills_a_model_that_is_there(name, expected):
    for load in (wb.load_into, lambda file, model: model.load(file)):
        wb.manual_seed(2)
        model = BUILT[name].build()
        trained = [parameter.requires_grad for parameter in model.parameters()]
        assert load(path(name), model) == (EPOCH, STEP)
        assert_holds(model, name)
        assert [parameter.requires_grad for parameter in model.parameters()] == trained
        assert_outputs(model, BUILT[name], expected)


def test_a_softplus_of_version_1_has_no_threshold_in_values_and_slopes():
    model = wb.load(path("softplus"))
    x = wb.tensor(MODELS["softplus"].input, requires_grad=True)
    y = model(x)
    y.sum().backward()
    given, eps = x.detach().numpy(), np.finfo("float64").eps
    exact, slope = np.logaddexp(0, given), np.exp(-np.logaddexp(0, -given))
    above = (given > 20) & (given <= 30)
    assert above.sum() == 3 and (exact > given * (1 + 8 * eps))[above].all() and (slope < 1 - 8 * eps)[above].all()
    np.testing.assert_allclose(y.detach().numpy(), exact, rtol=4 * eps)
    np.testing.assert_allclose(x.grad.numpy(), slope, rtol=0, atol=4 * eps)


def test_the_places_of_a_shared_module_are_trained_as_one():
    model = wb.load(path("shared-module"))
    weight = model[0][0].weight
    with wb.no_grad():
        weight.copy_(np.eye(3, dtype="float32"))
    for place in (model[0][2], model[2][0], model[2][1][0], model[2][1][2]):
        assert place.weight.tolist() == np.eye(3).tolist()
    model(MODELS["shared-module"].input).sum().backward()
    assert model[2][1][2].weight.grad is not None and same_bits(weight.grad.numpy(), model[2][0].weight.grad.numpy())


@pytest.mark.parametrize("name, kind", [("net", "Net"), ("namesakes", "LayerNorm")])
def test_load_refuses_a_class_of_the_program_that_wrote_the_file(name, kind):
    with pytest.raises(NotImplementedError, match=kind):
        wb.load(path(name))


@pytest.mark.parametrize("name", MODELS)
def test_a_loaded_model_may_be_saved_and_loaded_again(name, expected, tmp_path):
    first = wb.load(path(name))
    first.save(tmp_path / "again.h5")
    again = wb.load(tmp_path / "again.h5")
    assert repr(again) == repr(first)
    assert_holds(again, name)
    assert_outputs(again, MODELS[name], expected)


def changed(name, places, layer):
    """The model of a file with another layer at a place."""
    model = MODELS[name].build()
    holder = model
    for place in places[:-1]:
        holder = dict(holder.named_children())[place]
    holder.add_module(places[-1], layer)
    return model


@pytest.mark.parametrize(
    "name, places, layer",
    [
        ("activations", ["steep"], lambda: nn.LeakyReLU(0.25)),
        ("activations", ["steep"], nn.ReLU),
        ("activations", ["gelu"], lambda: nn.GELU(approximate="tanh")),
        ("activations", ["gelu_tanh"], nn.GELU),
        ("activations", ["softmax_1"], lambda: nn.Softmax(dim=0)),
        ("activations", ["log_softmax_0"], lambda: nn.LogSoftmax(dim=1)),
        ("activations", ["flatten_0_1"], lambda: nn.Flatten(start_dim=0, end_dim=2)),
        ("activations", ["flatten_0"], nn.Flatten),
        ("activations", ["one more"], nn.Tanh),
        ("nested-float32", ["nothing"], nn.Identity),
        ("nested-float32", ["encoder", "2"], lambda: nn.Linear(5, 4)),
        ("nested-float32", ["head", "hidden"], lambda: nn.Linear(4, 3, bias=False)),
        ("nested-float32", ["head", "hidden"], lambda: nn.Linear(4, 3, dtype="float64")),
        ("nested-float32", ["head", "out"], lambda: nn.Linear(3, 3)),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else "",
)
def test_a_model_with_another_attribute_is_refused_and_unchanged(name, places, layer):
    model = changed(name, places, layer())
    before = contents(model)
    with pytest.raises(wb.StructureError):
        wb.load_into(path(name), model)
    assert_unchanged(model, before)


# ---------------------------------------------------------------- optimisers


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimiser_goes_on_as_the_saved_one_would_have(name, expected):
    case = OPTIMIZERS[name]
    wb.manual_seed(2)
    model = case.build()
    optimizer = case.loaded(model.parameters())
    # Once more over what three steps have made: no state of its own stays.
    for _ in range(2):
        assert wb.load_into(path(name), model, optimizer, restore_random=True) == (EPOCH, STEP)
        assert_holds(model, name)
        assert optimizer.param_groups[0]["lr"] == (0.05 if "adam" in name else 0.1)
        assert same_bits(wb.rand(4).numpy(), expected["random"][()])
        for number in range(STEP, STEP + 3):
            step(model, optimizer, number)
        assert_trained(model, expected)


@pytest.mark.parametrize(
    "name, other", [("sgd-momentum", "adam"), ("adam", "adamw"), ("adamw", "adam"), ("adam", "sgd")]
)
def test_an_optimiser_of_another_class_is_refused_and_nothing_has_changed(name, other):
    model = OPTIMIZERS[name].build()
    optimizer = OPTIMIZERS[other].loaded(model.parameters())
    before = contents(model)
    with pytest.raises(wb.StructureError):
        model.load(path(name), optimizer)
    assert_unchanged(model, before)
    assert optimizer.param_groups[0]["lr"] == 0.7


# ---------------------------------------------------------------- trainers


@pytest.mark.parametrize("name", TRAININGS)
def test_a_training_goes_on_to_the_end_it_would_have_had(name, expected):
    case = TRAININGS[name]
    wb.manual_seed(2)
    trainer = case.trainer(case.loaded)
    trainer.load(path(name))
    assert [trainer.epoch, trainer.step, trainer.total_steps] == list(expected.attrs["position"])
    assert_holds(trainer.model, name)
    assert same_bits(wb.rand(4).numpy(), expected["random"][()])
    reports = []
    reason = trainer.fit(case.data, callback=lambda report: reports.append(report), **case.options)
    assert reason == expected.attrs["reason"]
    with h5py.File(path(name)) as file:
        position = file["trainer"].attrs
        np.testing.assert_equal(reports[0].validation_loss, position["validation_loss"])
        np.testing.assert_equal(reports[0].validation_accuracy, position["validation_accuracy"])
    found, wanted = history(trainer), expected["history"][()]
    assert found.shape == wanted.shape
    eps = np.finfo(trainer.model[0].weight.dtype.name).eps
    np.testing.assert_allclose(found, wanted, rtol=TRAINED_ULPS * eps)
    assert_trained(trainer.model, expected)


@pytest.mark.parametrize("name", TRAININGS)
def test_a_loaded_trainer_has_the_order_of_the_data_from_the_file(name):
    """fit() of the package sets all of them anew, but in C they stay."""
    case = TRAININGS[name]
    trainer = case.trainer(case.loaded)
    trainer.load(path(name))
    shuffle = shuffle_code(case.options.get("shuffle", True))
    for option, wanted in (
        (_abi.WB_TRAINER_BATCH_SIZE, case.options["batch_size"]),
        (_abi.WB_TRAINER_SHUFFLE, shuffle),
        (_abi.WB_TRAINER_SEED, case.options.get("seed", 0)),
        (_abi.WB_TRAINER_DROP_LAST, case.options.get("drop_last", False)),
    ):
        found = c_double()
        check(lib.wb_trainer_get(trainer._handle, option, found))
        assert found.value == wanted


def test_the_best_parameters_of_the_file_are_what_training_ends_with():
    case = TRAININGS["cross-entropy"]
    trainer = case.trainer(case.loaded)
    trainer.load(path("cross-entropy"))
    trainer.fit(case.data, **case.options)
    best = stored("cross-entropy", "trainer/best")
    assert list(best) == [key for key, _ in trainer.model.named_parameters()]
    assert all(same_bits(parameter.detach().numpy(), best[key]) for key, parameter in trainer.model.named_parameters())


@pytest.mark.parametrize("name", TRAININGS)
def test_the_model_of_a_training_loads_without_its_trainer(name):
    case = TRAININGS[name]
    assert_holds(wb.load(path(name)), name)
    model = case.build()
    optimizer = case.loaded(model.parameters())
    with h5py.File(path(name)) as file:
        counts = file.attrs["epoch"], file.attrs["step"]
    assert wb.load_into(path(name), model, optimizer) == counts
    assert_holds(model, name)


@pytest.mark.parametrize("name", TRAININGS)
def test_a_trainer_with_another_loss_is_refused_and_nothing_has_changed(name):
    for other in TRAININGS:
        if other == name:
            continue
        model = TRAININGS[name].build()
        trainer = Trainer(model, TRAININGS[other].loss(), TRAININGS[name].loaded(model.parameters()))
        before = contents(model)
        with pytest.raises(wb.StructureError):
            trainer.load(path(name))
        assert_unchanged(model, before)
        assert (trainer.epoch, trainer.step, trainer.total_steps) == (0, 0, 0)


def test_a_trainer_does_not_load_a_file_without_one():
    model = OPTIMIZERS["adam"].build()
    trainer = Trainer(model, nn.MSELoss(), OPTIMIZERS["adam"].loaded(model.parameters()))
    with pytest.raises(wb.StructureError):
        trainer.load(path("adam"))
