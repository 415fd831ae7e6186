"""Devices by name: "cpu" is taken wherever PyTorch takes a device, and another gets a sentence."""

import copy
import pickle

import numpy as np
import pytest

import wingbeat as wb
from wingbeat import nn

MAKERS = {
    "tensor": lambda device: wb.tensor([1.0], device=device),
    "as_tensor": lambda device: wb.as_tensor([1.0], device=device),
    "zeros": lambda device: wb.zeros(2, device=device),
    "ones": lambda device: wb.ones(2, device=device),
    "empty": lambda device: wb.empty(2, device=device),
    "full": lambda device: wb.full((2,), 1.0, device=device),
    "zeros_like": lambda device: wb.zeros_like(wb.ones(2), device=device),
    "full_like": lambda device: wb.full_like(wb.ones(2), 3.0, device=device),
    "arange": lambda device: wb.arange(3, device=device),
    "linspace": lambda device: wb.linspace(0, 1, 3, device=device),
    "eye": lambda device: wb.eye(2, device=device),
    "rand": lambda device: wb.rand(2, device=device),
    "randn": lambda device: wb.randn(2, device=device),
    "randint": lambda device: wb.randint(0, 5, (2,), device=device),
    "randperm": lambda device: wb.randperm(3, device=device),
    "rand_like": lambda device: wb.rand_like(wb.ones(2), device=device),
    "to": lambda device: wb.ones(2).to(device),
    "to a dtype": lambda device: wb.ones(2).to(device, wb.float64),
    "to=": lambda device: wb.ones(2).to(device=device),
    "module": lambda device: nn.Linear(1, 1).to(device).weight,
}


@pytest.mark.parametrize("name", MAKERS)
def test_the_processor_is_taken_and_a_gpu_refused(name):
    for place in ("cpu", "cpu:0", wb.device("cpu"), wb.device("cpu", 0), None):
        assert MAKERS[name](place).device == wb.device("cpu")
    with pytest.raises(NotImplementedError, match="one device, 'cpu', but 'cuda' was asked for"):
        MAKERS[name]("cuda")
    with pytest.raises((ValueError, TypeError)):
        MAKERS[name]("a b")


def test_a_device_is_a_value():
    first, second = wb.device("cpu"), wb.device("cpu:0")
    assert first != second and second == wb.device("cpu", 0) == wb.device(second) and len({first, second, first}) == 2
    assert (repr(first), str(second), second.index, first.type) == ("device(type='cpu')", "cpu:0", 0, "cpu")
    assert copy.deepcopy(second) == second and pickle.loads(pickle.dumps(second)) == second
    with pytest.raises(AttributeError):
        first.type = "cuda"
    with pytest.raises(NotImplementedError, match="number 1"):
        wb.device("cpu:1")
    with pytest.raises(ValueError):
        wb.device(3)
    with first:
        assert wb.zeros(1).device == first


def test_to_takes_what_pytorchs_takes():
    x, like = wb.ones(2), wb.zeros(1, dtype="float64")
    assert x.to("cpu") is x and x.to(wb.device("cpu"), non_blocking=True) is x and x.cpu() is x
    assert x.to(like).dtype == x.to("float64").dtype == x.to("cpu", "float64").dtype == x.to(dtype="float64").dtype
    assert x.to(np.zeros(1)).dtype == wb.float64 and not x.is_cuda
    copied = x.to("cpu", copy=True)
    copied.zero_()
    assert x.sum().item() == 2
    with pytest.raises(TypeError, match="one dtype"):
        x.to("float32", "float64")
    with pytest.raises(NotImplementedError, match="cuda"):
        x.cuda()
    model = nn.Linear(2, 2)
    assert model.to("cpu") is model and model.cpu() is model and model.to("cpu", wb.float64).weight.dtype == wb.float64
    with pytest.raises(NotImplementedError, match="cuda:1"):
        model.cuda(1)


def test_what_programs_ask_about_gpus_is_answered():
    assert not wb.cuda.is_available() and wb.cuda.device_count() == 0
    wb.cuda.manual_seed_all(0)
    wb.cuda.empty_cache()
    wb.backends.cudnn.benchmark = True
    wb.backends.cudnn.deterministic = True
    assert not wb.backends.mps.is_available() and not wb.accelerator.is_available()
    assert wb.accelerator.current_accelerator() is None
    device = wb.device("cuda" if wb.cuda.is_available() else "cpu")
    assert device.type == "cpu"
    with pytest.raises(NotImplementedError):
        wb.cuda.synchronize()
