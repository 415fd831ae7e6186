"""Exceptions of signals' handlers that come while the library calls Python."""

import ctypes
import signal
import sys

import numpy as np
import pytest
import wingbeat as wb
from wingbeat import _abi, nn, optim
from wingbeat._library import lib
from wingbeat._modes import recording_flags


class Alarm(Exception):
    pass


@pytest.fixture
def alarms():
    """The exceptions that the handler of SIGALRM has raised."""
    raised = []

    def handler(number, frame):
        raised.append(Alarm())
        raise raised[-1]

    before = signal.signal(signal.SIGALRM, handler)
    ignored, hook = [], sys.unraisablehook
    sys.unraisablehook = ignored.append
    yield raised
    signal.setitimer(signal.ITIMER_REAL, 0)
    sys.unraisablehook = hook
    signal.signal(signal.SIGALRM, before)
    assert not ignored


def alarm_when_gradient_comes(tensor):
    """Has the C library raise SIGALRM when the tensor's gradient has been computed: Python's handler then runs at the next byte code, wherever that is."""
    hook = ctypes.cast(ctypes.CDLL(None)["raise"], _abi.wb_hook_callback)
    assert lib.wb_tensor_register_hook(tensor, hook, _abi.wb_release_callback(), int(signal.SIGALRM)) == 0


def all_is_closed():
    return recording_flags() == _abi.WB_GRAD_ENABLED and wb.rand(2).shape == (2,)


def trainer():
    wb.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
    return wb.Trainer(model, nn.MSELoss(), optim.Adam(model.parameters(), lr=0.01))


X = np.random.default_rng(0).standard_normal((64, 4)).astype(np.float32)
Y = X.sum(1, keepdims=True)


@pytest.mark.parametrize("callback", [None, lambda progress: False])
def test_fit_raises_what_a_handler_raises_and_goes_on_afterwards(alarms, callback):
    cut, whole = trainer(), trainer()
    for _ in range(3):
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        with pytest.raises(Alarm) as found:
            cut.fit((X, Y), epochs=10**9, batch_size=8, callback=callback)
        assert found.value is alarms[-1]
    steps = cut.total_steps
    cut.fit((X, Y), epochs=10**9, batch_size=8, max_steps=5)
    whole.fit((X, Y), epochs=10**9, batch_size=8, max_steps=steps + 5)
    for one, other in zip(cut.model.parameters(), whole.model.parameters()):
        assert np.array_equal(one.detach().numpy(), other.detach().numpy())
    assert len(alarms) == 3


def test_fit_raises_what_its_callback_raises_and_goes_on_afterwards():
    cut = trainer()

    def callback(progress):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cut.fit((X, Y), epochs=2, batch_size=8, callback=callback)
    assert cut.total_steps == 1
    assert cut.fit((X, Y), epochs=2, batch_size=8) == "epochs"


def test_an_exception_in_front_of_a_hook_comes_out_of_backward_and_leaves_no_gradient(alarms):
    x = wb.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    called = []
    y.register_hook(called.append)
    z = y * y
    alarm_when_gradient_comes(z)
    with pytest.raises(Alarm) as found:
        z.sum().backward()
    assert found.value is alarms[0] and not called and x.grad is None
    assert all_is_closed()


class Twice(wb.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, gradient):
        with wb.no_grad():
            gradient.sum()
        return gradient * 2


def test_an_exception_in_front_of_a_rule_comes_out_of_grad_and_leaves_modes_as_they_were(alarms):
    x = wb.tensor([1.0, 2.0], requires_grad=True)
    z = Twice.apply(x) * 3
    alarm_when_gradient_comes(z)
    with pytest.raises(Alarm) as found:
        wb.autograd.grad(z.sum(), x)
    assert found.value is alarms[0] and all_is_closed()


def test_an_exception_in_front_of_a_rule_inside_vmap_leaves_no_function_open(alarms):
    def f(row):
        z = Twice.apply(row) * row
        return z.sum()

    def gradient(row):
        inner = wb.grad(f)

        def cut(row):
            z = Twice.apply(row) * row
            alarm_when_gradient_comes(z)
            return z.sum()

        return wb.grad(cut)(row) if armed else inner(row)

    rows = wb.tensor([[1.0, 2.0], [3.0, 4.0]])
    armed = True
    with pytest.raises(Alarm):
        wb.vmap(gradient)(rows)
    assert all_is_closed()
    armed = False
    assert np.array_equal(wb.vmap(gradient)(rows).numpy(), 4 * rows.numpy())


def test_what_a_callback_leaves_open_is_closed_when_it_ends():
    x = wb.tensor([1.0, 2.0], requires_grad=True)

    def hook(gradient):
        wb.no_grad().__enter__()
        wb.autocast().__enter__()
        lib.wb_vmap_begin((ctypes.c_void_p * 1)(gradient._handle), (ctypes.c_int32 * 1)(0), 1, 0, (ctypes.c_void_p * 1)())

    x.register_hook(hook)
    (x * x).sum().backward()
    assert np.array_equal(x.grad.numpy(), [2.0, 4.0])
    assert all_is_closed()


def test_one_mode_object_may_be_entered_inside_its_own_block():
    mode = wb.no_grad()
    with mode:
        with wb.enable_grad():
            with mode:
                assert not wb.is_grad_enabled()
            assert wb.is_grad_enabled()
        assert not wb.is_grad_enabled()
    assert wb.is_grad_enabled()


def test_set_grad_enabled_as_a_block_ends_with_the_mode_before_it():
    for mode in (False, True):
        with wb.set_grad_enabled(mode):
            assert wb.is_grad_enabled() is mode
        assert wb.is_grad_enabled()
    wb.set_grad_enabled(False)
    with wb.set_grad_enabled(True):
        assert wb.is_grad_enabled()
    assert not wb.is_grad_enabled()
    wb.set_grad_enabled(True)


def test_an_unraisable_exception_of_others_goes_where_it_went(alarms):
    wb.tensor([1.0], requires_grad=True).register_hook(print)  # from now on lost exceptions of callbacks are looked for
    seen, before = [], sys.unraisablehook

    class Bad:
        def __del__(self):
            raise ValueError("bad")

    sys.unraisablehook = lambda lost: seen.append(str(lost.exc_value))
    wb.tensor([1.0], requires_grad=True).register_hook(print)
    Bad()
    sys.unraisablehook = before
    assert seen == ["bad"]
