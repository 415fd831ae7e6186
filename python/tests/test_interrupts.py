"""Exceptions of signals' handlers that come while the library calls Python."""

import ctypes
import os
import signal
import sys
import time

import numpy as np
import pytest
from support import Alarm, alarms

import wingbeat as wb
from wingbeat import _abi, nn, optim
from wingbeat._library import lib
from wingbeat._modes import recording_flags


@pytest.fixture(name="alarms")
def exceptions_of_alarms():
    """The exceptions that the handler of SIGALRM has raised. None is ignored."""
    with alarms() as (raised, ignored):
        yield raised
        signal.setitimer(signal.ITIMER_REAL, 0)
    assert not ignored


def alarm_when_gradient_comes(tensor):
    """Has the C library raise SIGALRM when the tensor's gradient has been computed:

    Python's handler then runs at the next byte code, wherever that is.
    """
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
        with pytest.raises(Alarm) as found:
            signal.setitimer(signal.ITIMER_REAL, 0.02)
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
        lib.wb_vmap_begin(
            (ctypes.c_void_p * 1)(gradient._handle), (ctypes.c_int32 * 1)(0), 1, 0, (ctypes.c_void_p * 1)()
        )

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


# -------------------------------------------------------------------- long runs

LONG = 2400


def chain(count):
    """Products that take some seconds together."""
    x = wb.rand(LONG, LONG) / LONG
    y = x
    for _ in range(count):
        y = wb.matmul(y, x)
    return y


def test_a_handlers_exception_ends_a_long_computation_which_can_be_asked_for_again(alarms):
    y = chain(40)
    begin = time.process_time()
    with pytest.raises(Alarm) as found:
        signal.setitimer(signal.ITIMER_REAL, 0.1)
        y.numpy()
    used = time.process_time() - begin
    assert found.value is alarms[0]
    x = wb.rand(8, 8)
    assert np.allclose(wb.matmul(x, x).numpy(), x.numpy() @ x.numpy(), atol=1e-5)
    one = chain(1)
    begin = time.process_time()
    one.numpy()
    assert used < 40 * (time.process_time() - begin)  # not all of the chain was computed


def test_a_handler_that_raises_nothing_lets_a_long_computation_go_on():
    x = wb.rand(LONG, LONG) / LONG
    expected = wb.matmul(wb.matmul(x, x), x).numpy()
    came = []
    before = signal.signal(signal.SIGALRM, lambda *_: came.append(wb.ones(3).sum().item()))
    signal.setitimer(signal.ITIMER_REAL, 0.03, 0.05)
    try:
        found = wb.matmul(wb.matmul(x, x), x).numpy()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert came and set(came) == {3.0}
    assert np.array_equal(found, expected)


def test_a_handlers_exception_ends_a_long_step_of_training_and_every_value_is_whole(alarms):
    def made():
        wb.manual_seed(0)
        model = nn.Sequential(nn.Linear(512, 2048), nn.Tanh(), nn.Linear(2048, 2048), nn.Tanh(), nn.Linear(2048, 1))
        return wb.Trainer(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=0.01, momentum=0.9))

    x = np.random.default_rng(1).standard_normal((512, 512)).astype(np.float32)
    y = x.sum(1, keepdims=True)
    cut, whole = made(), made()
    for delay in (0.05, 0.3):
        with pytest.raises(Alarm) as found:
            signal.setitimer(signal.ITIMER_REAL, delay)
            cut.fit((x, y), epochs=10**6, batch_size=256)
        assert found.value is alarms[-1]
    if cut.total_steps:
        whole.fit((x, y), epochs=10**6, batch_size=256, max_steps=cut.total_steps)
    for one, other in zip(cut.model.parameters(), whole.model.parameters()):
        assert np.array_equal(one.detach().numpy(), other.detach().numpy())


def test_a_request_that_comes_in_a_long_step_of_training_is_not_used_up_by_it(alarms):
    model = nn.Sequential(nn.Linear(1500, 1500), nn.Tanh(), nn.Linear(1500, 1500), nn.Tanh(), nn.Linear(1500, 1))
    trainer = wb.Trainer(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=1e-3))
    data = wb.data.TensorDataset(wb.randn(16 * 1024, 1500), wb.randn(16 * 1024, 1))
    trainer.fit(data, epochs=9, batch_size=1024, max_steps=1)  # captured
    with pytest.raises(Alarm):
        signal.setitimer(signal.ITIMER_REAL, 0.03)
        trainer.fit(data, epochs=9, batch_size=1024)
    assert trainer.total_steps < 8  # an epoch has 16, of some tenths of a second each


def test_pipes_of_others_for_signals_stay_theirs():
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = signal.set_wakeup_fd(writing)
    try:
        chain(2).numpy()
        trainer().fit((X, Y), epochs=1, callback=lambda progress: False)
        assert signal.set_wakeup_fd(-1) == writing
    finally:
        signal.set_wakeup_fd(before)
        os.close(reading)
        os.close(writing)
