"""wingbeat.compile beside plain calls where tensors that the function sees are one and the same, or share memory."""

from ctypes import c_int32, c_void_p

import numpy as np
import pytest
from support import same_bits

import wingbeat as wb
from wingbeat import nn
from wingbeat._arrays import handles
from wingbeat._library import lib


def values(*tensors):
    return [np.array(tensor.detach().numpy()) for tensor in tensors]


def both(make):
    """The arrays that make(wrap) gives, where wrap is compile and where it does nothing."""
    plain, compiled = make(lambda f: f), make(wb.compile)
    assert len(plain) == len(compiled)
    for number, (left, right) in enumerate(zip(plain, compiled)):
        assert same_bits(left, right), f"array {number}: {left} plain, {right} compiled"
    return plain


class World(nn.Module):
    def __init__(self):
        super().__init__()
        self.register_buffer("m", wb.ones(3))
        self.pair = (self.m, self.m)

    def forward(self, x):
        self.m = self.m * 0.5 + x
        a, b = self.pair
        self.pair = (b, a * 0.5)
        return x * self.pair[0] + self.m


def test_a_buffer_that_is_assigned_to_and_also_stands_in_an_attribute_that_is_replaced():
    def run(wrap):
        world, found = World(), []
        call = wrap(world)
        for number in range(6):
            found += values(call(wb.ones(3) * number), world.m, *world.pair)
            if number == 3:  # from now on they are two tensors, and then three
                world.pair = (world.m, wb.ones(3))
            if number == 4:
                world.pair = (wb.zeros(3), wb.ones(3))
        return found

    both(run)


@pytest.mark.parametrize("first, second", [(0, 0), (0, 1), (1, 0)])
def test_names_that_mean_the_same_tensor_and_are_bound_anew(first, second):
    def run(wrap):
        state = [wb.ones(2), wb.ones(2) * 2]
        left, right = state[first], state[second]

        def step(x):
            nonlocal left, right
            left.add_(x)
            h = left * right
            left, right = right, left
            return h

        call, found = wrap(step), []
        for number in range(5):
            found += values(call(wb.ones(2) * number), left, right)
            if number == 2:
                left = right
        return found

    both(run)


def test_an_argument_that_is_given_twice_and_written_to():
    def run(wrap):
        def f(a, b):
            a.add_(1)
            return a * b

        call, found = wrap(f), []
        for _ in range(3):
            a, b = wb.ones(3), wb.ones(3) * 3
            found += values(call(a, b), a, b, call(a, a), a, call(a, b), a)
        return found

    assert both(run)[3].tolist() == [9, 9, 9]


VIEWS = {
    "a part": lambda t: t[:2],
    "another shape": lambda t: t.reshape(1, 3)[0, 1:],
    "detached": lambda t: t.detach()[1:],
    "a view of a view": lambda t: t[:][1:].reshape(2),
}


@pytest.mark.parametrize("kind", VIEWS)
@pytest.mark.parametrize("written", [0, 1])
def test_arguments_of_which_one_is_a_view_of_the_other(kind, written):
    def run(wrap):
        def f(*arguments):
            arguments[written].mul_(2)
            return arguments[0].sum() + arguments[1].sum() * 10

        call, found = wrap(f), []
        for _ in range(3):
            t = wb.tensor([1.0, 2.0, 3.0])
            view = VIEWS[kind](t)
            found += values(call(t, view), t, view, call(wb.ones(3), wb.ones(2)), call(view, t), t)
        return found

    both(run)


@pytest.mark.parametrize("kind", VIEWS)
def test_an_argument_that_is_a_view_of_a_tensor_from_outside(kind):
    def run(wrap):
        w = wb.tensor([1.0, 2.0, 3.0])

        def outer(x):
            w.mul_(2)
            return x + 1

        def inner(x):
            x.mul_(2)
            return w + 1

        first, second, found = wrap(outer), wrap(inner), []
        for _ in range(3):
            view = VIEWS[kind](w)
            found += values(first(view), first(wb.ones(2)), first(w), second(view), w, second(wb.ones(2)), second(w))
        return found

    both(run)


def test_a_function_that_ran_as_it_is_once_is_a_program_the_next_time():
    runs = []

    def f(a, b):
        runs.append(1)
        a.add_(1)
        return a * b

    call = wb.compile(f)
    a, b = wb.ones(3), wb.ones(3)
    for _ in range(3):
        call(a, b)
    assert len(runs) == 1
    call(a, a)
    assert len(runs) == 2
    call(a, b)
    assert len(runs) == 2


def test_a_program_says_whether_its_inputs_collide_and_refuses_them():
    a, b, out = wb.ones(3), wb.ones(3), c_void_p()
    assert lib.wb_capture_begin(handles([a, b]), 2) == 0
    a.add_(1)
    result = a * b
    assert lib.wb_capture_end(handles([result]), 1, out) == 0
    flag, results = c_int32(-1), (c_void_p * 1)()

    def collides(*inputs):
        assert lib.wb_program_collides(out, handles(inputs), len(inputs), flag) == 0
        return flag.value

    x, y = wb.ones(3) * 2, wb.ones(3) * 5
    assert collides(x, y) == 0
    assert collides(x, x) == 1
    assert collides(x, x[:]) == 1
    assert lib.wb_program_run(out, handles([x, x[:]]), 2, results, 1) != 0
    assert b"shares memory" in lib.wb_last_error()
    assert values(x)[0].tolist() == [2, 2, 2]
    assert lib.wb_program_collides(out, handles([x]), 1, flag) != 0
    assert lib.wb_program_collides(out, handles([x, y]), 2, None) != 0
    assert lib.wb_program_collides(None, handles([x, y]), 2, flag) != 0
    lib.wb_program_free(out)
