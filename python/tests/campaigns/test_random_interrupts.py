"""Exceptions of a signal's handler at random instants: of Ctrl-C, and of a timer.

An instant is a time after the start of a small program, spread over all of its length, so that it hits any byte code of
it and any place in the engine. The exception has to come out once, unchanged; afterwards no mode and no block is open,
no number is wrong, and parameters are those after a whole step.
"""

import os
import random
import signal
import tempfile
import time

import numpy as np
import pytest
from campaign import report, times
from support import Alarm, alarms

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat._modes import recording_flags

ROWS = np.random.default_rng(7).standard_normal((24, 5)).astype(np.float32)
LARGE = np.random.default_rng(8).standard_normal((700, 700)).astype(np.float32)
TARGETS = ROWS @ np.arange(1, 6, dtype=np.float32)[:, None]


class Interrupts:
    """Raises an exception after a time, as a signal's handler does, and remembers it."""

    def __init__(self):
        self._alarms = alarms(lambda: self.kind())

    def __enter__(self):
        self.raised, self.ignored = self._alarms.__enter__()
        return self

    def __exit__(self, *exception):
        self._alarms.__exit__(None, None, None)

    def interrupted(self, run, delay, kind):
        """Runs; whether an exception came out, which must be the one that was raised, if one was."""
        self.kind = kind
        self.raised.clear()
        self.ignored.clear()
        found = None
        try:
            signal.setitimer(signal.ITIMER_REAL, delay)
            run()
            signal.setitimer(signal.ITIMER_REAL, 0)
        except BaseException as exception:
            found = exception
        signal.setitimer(signal.ITIMER_REAL, 0)
        assert len(self.raised) <= 1
        assert found is (self.raised[0] if self.raised else None), f"{self.raised} became {found!r}"
        assert not [lost for lost in self.ignored if isinstance(lost.exc_value, (Alarm, KeyboardInterrupt))], (
            self.ignored
        )
        return found is not None


def model():
    wb.manual_seed(3)
    return nn.Sequential(nn.Linear(5, 6), nn.Tanh(), nn.Linear(6, 1))


def state(module):
    return b"".join(parameter.detach().numpy().tobytes() for parameter in module.parameters())


class HostLayer(nn.Module):
    """Python code in a model, with a buffer that it assigns."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(5, 1)
        self.register_buffer("count", wb.zeros(1))

    def forward(self, x):
        self.count = self.count + 1
        return self.inner(x).tanh() * 1.5


class Loss(nn.Module):
    def forward(self, prediction, target):
        return ((prediction - target) ** 2).mean()


class Cube(wb.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x * x

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        with wb.no_grad():
            factor = x * 1.0
        return 3 * x * x * gradient + 0 * factor


def polynomial(x):
    return (Cube.apply(x) * wb.sin(x)).sum()


class Plain:
    """A value of a function; nothing is left over of a run that was cut off."""

    def __init__(self, function):
        self.function = function
        self.expected = function()

    def prepare(self):
        pass

    def run(self):
        self.function()

    def after(self):
        assert self.function() == self.expected


class Loop:
    """Training line by line: parameters are those after some step."""

    steps = 4

    def __init__(self):
        self.states = []
        self.prepare()
        self.states = [state(self.model)]
        for _ in range(self.steps):
            self.step()
            self.states.append(state(self.model))

    def prepare(self):
        self.model = model()
        self.optimizer = optim.Adam(self.model.parameters(), lr=0.05)
        self.x, self.y = wb.tensor(ROWS), wb.tensor(TARGETS)

    def step(self):
        self.optimizer.zero_grad()
        ((self.model(self.x) - self.y) ** 2).mean().backward()
        self.optimizer.step()

    def run(self):
        for _ in range(self.steps):
            self.step()

    def after(self):
        assert state(self.model) in self.states


class CompiledLoop(Loop):
    def prepare(self):
        super().prepare()
        model, optimizer = self.model, self.optimizer

        @wb.compile
        def step(x, y):
            optimizer.zero_grad()
            loss = ((model(x) - y) ** 2).mean()
            loss.backward()
            optimizer.step()
            return loss

        self.compiled = step

    def step(self):
        self.compiled(self.x, self.y)


class Fit:
    """A trainer that goes on where it was cut off ends where it would have ended."""

    callback = None

    def __init__(self):
        self.states = []
        self.prepare()
        self.states.append(state(self.model))
        self.fit(
            callback=lambda progress: self.states.append(state(self.model)) if not progress.epoch_ended else None,
            report_every=1,
        )
        self.states.append(state(self.model))

    def prepare(self):
        self.model = self.made()
        self.trainer = wb.Trainer(self.model, self.loss(), optim.Adam(self.model.parameters(), lr=0.05))

    def made(self):
        return model()

    def loss(self):
        return nn.MSELoss()

    def fit(self, **options):
        return self.trainer.fit((ROWS, TARGETS), epochs=1, batch_size=4, shuffle=False, **options)

    def run(self):
        self.fit(callback=self.callback)

    def after(self):
        # A report of an epoch's end counts as after it.
        place = self.trainer.total_steps
        assert state(self.model) == self.states[place], (place, state(self.model) in self.states)
        self.fit()
        assert self.trainer.total_steps == len(self.states) - 1
        assert state(self.model) == self.states[-1]


class FitWithCallback(Fit):
    callback = staticmethod(lambda progress: wb.tensor([1.0, 2.0]).sum().item() < 0)


class FitOnPython(Fit):
    def made(self):
        wb.manual_seed(3)
        return nn.Sequential(HostLayer())

    def loss(self):
        return Loss()


class FitInLongSteps(Fit):
    """Steps that can be stopped in the middle."""

    def made(self):
        wb.manual_seed(3)
        return nn.Sequential(nn.Linear(5, 1000), nn.Tanh(), nn.Linear(1000, 1000), nn.Tanh(), nn.Linear(1000, 1))

    def fit(self, **options):
        rows, targets = np.tile(ROWS, (4, 1)), np.tile(TARGETS, (4, 1))
        return self.trainer.fit((rows, targets), epochs=1, batch_size=32, shuffle=False, **options)


class Saving(Fit):
    def run(self):
        self.trainer.save(self.path)
        self.fit()
        self.trainer.save(self.path)

    def prepare(self):
        super().prepare()
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "trainer.h5")

    def after(self):
        if os.path.exists(self.path):
            wb.load(self.path)
            other = Fit.__new__(Fit)
            Fit.prepare(other)
            other.trainer.load(self.path)
            assert state(other.model) == self.states[other.trainer.total_steps]
        super().after()


def gradients_in_vmap():
    f = wb.vmap(wb.grad(polynomial))
    return f(wb.tensor(ROWS)).numpy().tobytes()


def hessian():
    return wb.hessian(polynomial)(wb.tensor(ROWS[0])).numpy().tobytes()


def jacobian():
    with wb.no_grad():
        return wb.jacrev(lambda x: Cube.apply(x) * x)(wb.tensor(ROWS[1])).numpy().tobytes()


def hooks():
    x = wb.tensor(ROWS, requires_grad=True)
    x.register_hook(lambda g: g * 2)
    y = x * 3
    y.register_hook(lambda g: g + 1)
    Cube.apply(y).sum().backward()
    return x.grad.numpy().tobytes()


def checkpointed():
    x = wb.tensor(ROWS, requires_grad=True)
    y = wb.checkpoint(lambda x: Cube.apply(x).tanh(), x)
    with wb.autocast():
        z = wb.matmul(y, wb.tensor(ROWS.T))
    z.sum().backward()
    return x.grad.numpy().tobytes()


def long_products():
    x = wb.tensor(LARGE)
    return wb.matmul(wb.matmul(x, x).tanh(), x).numpy().tobytes()


def modules():
    wb.manual_seed(1)
    module = HostLayer()
    with wb.no_grad():
        module(wb.tensor(ROWS))
    module.eval()
    loss = Loss()(module(wb.tensor(ROWS)), wb.tensor(TARGETS))
    loss.backward()
    return module.inner.weight.grad.numpy().tobytes() + module.count.numpy().tobytes()


def compiled():
    wb.manual_seed(1)
    module = HostLayer()
    f = wb.compile(lambda x: (module(x) * 2).sum())
    f(wb.tensor(ROWS))
    return np.float32(f(wb.tensor(ROWS)).item()).tobytes() + module.count.numpy().tobytes()


def exported():
    wb.manual_seed(1)
    module = nn.Sequential(nn.Linear(5, 2), nn.Tanh())
    return wb.export(module, ROWS)(wb.tensor(ROWS)).detach().numpy().tobytes()


PROGRAMS = {
    "loop": Loop,
    "compiled loop": CompiledLoop,
    "fit": Fit,
    "fit with a callback": FitWithCallback,
    "fit on Python modules": FitOnPython,
    "fit in long steps": FitInLongSteps,
    "saving": Saving,
    **{
        function.__name__: lambda function=function: Plain(function)
        for function in (
            gradients_in_vmap,
            hessian,
            jacobian,
            hooks,
            checkpointed,
            long_products,
            modules,
            compiled,
            exported,
        )
    },
}


def all_is_closed():
    assert recording_flags() == wb._abi.WB_GRAD_ENABLED
    assert wb.is_grad_enabled() and not wb.is_autocast_enabled() and not wb.autograd.inside_transform()
    wb.manual_seed(5)
    wb.rand(2).numpy()
    layer = nn.Linear(2, 1)
    x = wb.tensor([[1.0, 2.0]], requires_grad=True)
    layer(x).sum().backward()
    assert np.array_equal(x.grad.numpy(), layer.weight.detach().numpy())
    assert wb.matmul(wb.tensor([[1 + 2**-10]]), wb.tensor([[1.0]])).item() == 1 + 2**-10


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs timers")
def test_an_exception_at_any_instant_comes_out_once_and_leaves_everything_whole():
    generator = random.Random(15)
    instants = times(12, 10_000 // len(PROGRAMS) + 1)
    tried = hit = 0
    made = []  # temporary folders go at the end: what comes out of a finalizer is lost by Python itself
    for name, make in PROGRAMS.items():
        program = make()
        made.append(program)
        lengths = []
        for _ in range(3):
            program.prepare()
            start = time.perf_counter()
            program.run()
            lengths.append(time.perf_counter() - start)
            program.after()
        length = sorted(lengths)[1]
        with Interrupts() as interrupts:
            for number in range(instants):
                program.prepare()
                delay = max(1e-6, generator.uniform(0, length))
                try:
                    hit += interrupts.interrupted(program.run, delay, (Alarm, KeyboardInterrupt)[number % 2])
                    all_is_closed()
                    program.after()
                except BaseException as error:
                    raise AssertionError(f"{name}, instant {number}, after {delay * 1e6:.0f} us") from error
                tried += 1
    assert hit > tried // 2
    report(
        "interrupts",
        f"{len(PROGRAMS)} programs, {tried} instants, {hit} of them before the end; none lost, nothing left open",
    )
