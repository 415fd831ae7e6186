"""PyTorch's names for dtypes, constructors, modes and modules: what each gives, and what is said of missing ones."""

import os

import numpy as np
import pytest
from support import ROOT, python

import wingbeat as wb
from wingbeat import nn

NAMES = ROOT.parent / "shared" / "docs" / "torch-names.tsv"


def test_dtypes_have_their_other_names():
    assert (wb.float, wb.double, wb.int, wb.long) == (wb.float32, wb.float64, wb.int32, wb.int64)


def test_constructors_take_sizes_and_values():
    assert wb.Tensor(2, 3).shape == wb.FloatTensor(2, 3).shape == (2, 3) and wb.Tensor().shape == (0,)
    assert wb.Tensor([1, 2]).dtype is wb.float32 and wb.Tensor(np.array([1.0])).dtype is wb.float32
    assert wb.Tensor(wb.tensor([1])).dtype is wb.int64 and wb.Tensor([1], dtype=wb.int32).dtype is wb.int32
    for kind, dtype in (
        (wb.LongTensor, wb.int64),
        (wb.IntTensor, wb.int32),
        (wb.DoubleTensor, wb.float64),
        (wb.ByteTensor, wb.uint8),
        (wb.BoolTensor, wb.bool),
    ):
        made = kind([[0, 1]])
        assert made.dtype is dtype and made.tolist() == [[0, 1]] and isinstance(made, kind)
        assert not isinstance(wb.ones(1), kind) and kind(4).shape == (4,)
    for call in (lambda: wb.Tensor(2, "a"), lambda: wb.Tensor([1.0], "float64"), lambda: wb.FloatTensor(2, 1.5)):
        with pytest.raises(TypeError, match="in a size"):
            call()
    with pytest.raises(TypeError):
        wb.LongTensor("text")


def test_type_says_and_takes_pytorchs_names():
    x = wb.ones(2)
    assert x.type() == "torch.FloatTensor" and x.long().type() == "torch.LongTensor" == wb.typename(x.long())
    for given in ("torch.LongTensor", wb.LongTensor, wb.int64, "int64"):
        assert x.type(given).dtype is wb.int64
    with pytest.raises(TypeError, match="NoTensor"):
        x.type("torch.NoTensor")
    assert wb.is_tensor(x) and not wb.is_tensor([1]) and wb.numel(wb.ones(2, 3)) == 6
    assert wb.ones(2, 3, 4).stride() == (12, 4, 1) and wb.ones(2, 3).stride(0) == 3 and not x.is_sparse
    assert x.pin_memory() is x and not x.is_pinned() and wb.is_nonzero(wb.tensor(2))


def test_a_variable_is_its_tensor():
    from wingbeat.autograd import Variable

    x = wb.ones(2)
    assert Variable(x) is x and Variable(wb.ones(1), requires_grad=True).requires_grad and isinstance(x, Variable)


def test_detaching_in_place_ends_derivatives_there():
    w = wb.ones(2, requires_grad=True)
    h = w * 2
    kept = h
    assert h.detach_() is kept and not h.requires_grad and h.tolist() == [2, 2]
    (h * w).sum().backward()
    assert w.grad.tolist() == [2, 2] and not w.detach_().requires_grad


def test_the_default_dtype_holds_for_what_is_made_without_one():
    assert wb.get_default_dtype() is wb.float32
    try:
        wb.set_default_dtype(wb.float64)
        made = [
            wb.zeros(1), wb.ones(1), wb.rand(1), wb.randn(1), wb.tensor([1.0]), wb.tensor(2.5), wb.linspace(0, 1, 3),
            wb.arange(0.0, 1, 0.5), wb.eye(2), wb.full((1,), 1.5), wb.normal(0, 1, (2,)), wb.Tensor([1]), wb.empty(1),
            nn.Linear(1, 1).weight, nn.Sequential(nn.Linear(1, 1))(wb.ones(1, 1)),
        ]  # fmt: skip
        assert [tensor.dtype for tensor in made] == [wb.float64] * len(made)
        assert wb.tensor([1]).dtype is wb.int64 and wb.zeros(1, dtype=wb.float32).dtype is wb.float32
        assert wb.tensor(np.float32(1)).dtype is wb.float32
        whole = wb.tensor([1, 4])
        for function in (wb.sqrt, lambda x: x / 3, lambda x: x * 0.5, lambda x: x.exp(), lambda x: wb.fft.rfft(x)):
            assert function(whole).dtype is wb.float64, function
        # A program of the other default is none for this one.
        half = wb.compile(lambda x: x / 2)
        assert half(whole).dtype is wb.float64
        wb.set_default_dtype(wb.float32)
        assert half(whole).dtype is wb.float32
    finally:
        wb.set_default_dtype(wb.float32)
    assert nn.Linear(1, 1).weight.dtype is wb.float32
    for wrong in (wb.int64, "text", "int32"):
        with pytest.raises(TypeError):
            wb.set_default_dtype(wrong)


def test_printing_follows_the_options():
    before = dict(wb._printing._options)
    x = wb.tensor([1.23456789, 1e-9])
    try:
        wb.set_printoptions(precision=2)
        assert repr(wb.tensor([1.23456])) == "tensor([1.23])"
        wb.set_printoptions(sci_mode=True)
        assert repr(x) == "tensor([1.23e+00, 1.00e-09])"
        wb.set_printoptions(profile="default", sci_mode=False)
        assert repr(wb.tensor([1e-9])) == "tensor([0.])"
        wb.set_printoptions(threshold=4, edgeitems=1)
        assert repr(wb.arange(9)) == "tensor([0, ..., 8])"
        wb.set_printoptions(profile="full")
        assert "..." not in repr(wb.zeros(2000))
        for wrong in ({"precision": -1}, {"profile": "long"}, {"linewidth": "a"}):
            with pytest.raises(ValueError, match="set_printoptions: expected"):
                wb.set_printoptions(**wrong)
    finally:
        wb._printing._options.clear()
        wb._printing._options.update(before)


def test_inference_mode_is_a_block_and_a_decorator():
    w = wb.ones(1, requires_grad=True)
    with wb.inference_mode():
        assert not (w * 2).requires_grad
    with wb.inference_mode(False):
        assert (w * 2).requires_grad
    for decorator in (wb.inference_mode, wb.inference_mode(), wb.no_grad(), wb.autograd.no_grad):
        assert not decorator(lambda: w * 2)().requires_grad
    assert (w * 2).requires_grad


def test_compilers_of_scripts_leave_models_as_they_are():
    model = nn.Linear(2, 1)
    assert wb.jit.script(model) is model is wb.jit.trace(model, wb.ones(1, 2)) and not wb.jit.is_scripting()

    @wb.jit.script
    def double(x):
        return x * 2

    @wb.jit.ignore(drop=True)
    def other(x):
        return x

    assert double(3) == 6 and other(3) == 3
    for call in (lambda: wb.jit.save(model, "x"), lambda: wb.jit.load("x")):
        with pytest.raises(NotImplementedError, match="no TorchScript here"):
            call()


def test_other_devices_and_processes_are_asked_for_in_vain():
    assert not wb.cuda.is_available() and not wb.distributed.is_available() and not wb.distributed.is_initialized()
    assert not wb.backends.mps.is_available() and wb.version.cuda is None
    wb.backends.cudnn.benchmark = wb.backends.cudnn.deterministic = True
    model = nn.DataParallel(nn.Linear(2, 1))
    assert list(model.state_dict()) == ["module.weight", "module.bias"] and model(wb.ones(1, 2)).shape == (1, 1)
    for call in (
        lambda: wb.distributed.init_process_group("nccl"),
        lambda: nn.parallel.DistributedDataParallel(model),
        lambda: wb.device("cuda"),
    ):
        with pytest.raises(NotImplementedError):
            call()


def test_tensors_are_compared_with_pytorchs_tolerances():
    close = wb.testing.assert_close
    close(wb.tensor([1.0]), wb.tensor([1.0 + 1e-6]))
    close({"a": [1.0, wb.ones(2)]}, {"a": [1.0, wb.ones(2)]})
    close(wb.tensor([float("nan")]), wb.tensor([float("nan")]), equal_nan=True)
    wb.testing.assert_allclose(wb.ones(1), np.ones(1))
    for one, other, words in (
        (wb.tensor([1.0]), wb.tensor([1.001]), "1 of 1 differ"),
        (wb.ones(1), wb.ones(2), "shapes"),
        (wb.ones(1), wb.ones(1).double(), "dtypes"),
        ([1.0], [1.0, 2.0], "lengths"),
        ({"a": 1.0}, {"b": 1.0}, "keys"),
        (wb.tensor([float("nan")]), wb.tensor([float("nan")]), "not close"),
    ):
        with pytest.raises(AssertionError, match=words):
            close(one, other)


@pytest.mark.parametrize(
    "name, words",
    [
        ("sparse_coo_tensor", "no sparse tensors"),
        ("complex64", "no complex tensors"),
        ("int8", "next wider one is int32"),
        ("hub", "wingbeat.load"),
        ("profiler", "explain"),
        ("conj", r"z\[..., 0\]"),
        ("futures", "concurrent.futures"),
        ("nothing_like_it", "module 'wingbeat' has no attribute 'nothing_like_it'$"),
    ],
)
def test_what_is_missing_says_what_can_be_done(name, words):
    with pytest.raises(AttributeError, match=words):
        getattr(wb, name)


def test_parts_of_modules_that_are_missing_say_so_too():
    with pytest.raises(AttributeError, match="explain"):
        wb.autograd.profiler  # noqa: B018
    with pytest.raises(AttributeError, match="history plots itself"):
        wb.utils.tensorboard  # noqa: B018


@pytest.mark.skipif(not NAMES.exists(), reason="the list of names is not here")
def test_nearly_all_uses_in_public_scripts_exist():
    line = python(
        "import sys\nsys.path.insert(0, sys.argv[2])\nimport torch_names\nsys.argv = ['x', sys.argv[1]]\n"
        "torch_names.main()",
        NAMES,
        os.fspath(ROOT / "scripts"),
    ).splitlines()[-1]
    assert float(line.split(" %")[0]) >= 97, line


def test_a_summary_counts_by_formula_and_leaves_the_model_as_it_was():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Linear(8, 16)
            self.rest = nn.Sequential(nn.ReLU(), nn.Dropout(0.5), nn.Linear(16, 4))
            self.again = self.rest[2]

        def forward(self, x):
            return self.rest(self.first(x)), x

    net = Net()
    net.rest.eval()
    net.first.weight.requires_grad = False
    for given in ((3, 8), wb.ones(3, 8), np.ones((3, 8), np.float32)):
        found = wb.summary(net, given)
        assert [row.path for row in found.rows] == ["", "first", "rest", "rest.0", "rest.1", "rest.2"]
        assert [row.output_shape for row in found.rows][1:] == [(3, 16), (3, 4), (3, 16), (3, 16), (3, 4)]
        assert found.rows[0].output_shape == [(3, 4), (3, 8)]
        assert found.multiply_adds == 3 * 8 * 16 + 3 * 16 * 4 and found.total_parameters == 8 * 16 + 16 + 16 * 4 + 4
        assert found.trainable_parameters == found.total_parameters - 8 * 16
        assert found.parameter_bytes == 4 * found.total_parameters and found.input_bytes == 96
        assert found.activation_bytes == 4 * 3 * (16 + 16 + 16 + 4)
    assert net.training and not net.rest.training and not net.rest[0].training and net.first.training
    text = str(found)
    assert "first: Linear" in text and "multiply-adds: 576" in text and "of which 128 are frozen" in text
    assert "<table>" in found._repr_html_() and len(wb.summary(net, (3, 8), depth=1).rows) == 3
    assert wb.summary(net).multiply_adds == 0
    for call, kind in ((lambda: wb.summary(3), TypeError), (lambda: wb.summary(net, (3, 9)), ValueError)):
        with pytest.raises(kind):
            call()
    assert net(wb.ones(3, 8))[0].shape == (3, 4) and net.training
