"""Views: what is written to a part of a tensor reaches the tensor, and the other way round.

NumPy, which has the same rule, is the reference.
"""

import gc
import random

import numpy as np
import pytest

import wingbeat as wb
from wingbeat import nn, optim

VIEWS = {
    "a[0]": lambda a: a[0],
    "a[1:3]": lambda a: a[1:3],
    "a[..., 1]": lambda a: a[..., 1],
    "a[:, ::2]": lambda a: a[:, ::2],
    "a[None]": lambda a: a[None],
    "a[-1, 1:]": lambda a: a[-1, 1:],
    "a[...]": lambda a: a[...],
    "a[1][2]": lambda a: a[1][2],
    "T": lambda a: a.T,
    "reshape": lambda a: a.reshape(2, 8),
    "flat": lambda a: a.reshape(-1),
    "a.T[1:]": lambda a: a.T[1:],
    "rows of rows": lambda a: a[1:][1:][0],
}
METHODS = {
    "view": (lambda a: a.view(2, 8), lambda a: a.reshape(2, 8)),
    "flatten": (lambda a: a.flatten(), lambda a: a.reshape(-1)),
    "ravel": (lambda a: a.ravel(), lambda a: a.reshape(-1)),
    "unflatten": (lambda a: a.unflatten(0, (2, 2)), lambda a: a.reshape(2, 2, 4)),
    "unsqueeze": (lambda a: a.unsqueeze(1), lambda a: a[:, None]),
    "squeeze": (lambda a: a.unsqueeze(0).squeeze(), lambda a: a),
    "transpose": (lambda a: a.transpose(0, 1), lambda a: a.T),
    "permute": (lambda a: a.permute(1, 0), lambda a: a.T),
    "mT": (lambda a: a.mT, lambda a: a.T),
    "t": (lambda a: a.t(), lambda a: a.T),
    "movedim": (lambda a: a.movedim(0, 1), lambda a: a.T),
    "swapaxes": (lambda a: a.swapaxes(0, 1), lambda a: a.T),
    "diagonal": (lambda a: a.diagonal(), lambda a: np.einsum("ii->i", a)),
    "diagonal off": (lambda a: a.diagonal(1), lambda a: np.einsum("ii->i", a[:3, 1:])),
    "split": (lambda a: a.split(2)[1], lambda a: a[2:]),
    "chunk": (lambda a: a.chunk(2, 1)[0], lambda a: a[:, :2]),
    "unbind": (lambda a: a.unbind(1)[3], lambda a: a[:, 3]),
    "select": (lambda a: a.select(1, 2), lambda a: a[:, 2]),
    "narrow": (lambda a: a.narrow(0, 1, 2), lambda a: a[1:3]),
    "detach": (lambda a: a.detach(), lambda a: a),
    "data": (lambda a: a.data, lambda a: a),
    "expand to itself": (lambda a: a.expand(4, 4), lambda a: a),
    "expand with an axis": (lambda a: a.expand(1, 4, 4), lambda a: a[None]),
    "view_as": (lambda a: a.view_as(wb.zeros(2, 8)), lambda a: a.reshape(2, 8)),
    "wb.reshape": (lambda a: wb.reshape(a, (2, 8)), lambda a: a.reshape(2, 8)),
}
METHODS.update({name: (view, view) for name, view in VIEWS.items()})
WRITES = {
    "fill_": (lambda v: v.fill_(7), lambda v: v.fill(7)),
    "zero_": (lambda v: v.zero_(), lambda v: v.fill(0)),
    "add_": (lambda v: v.add_(2), lambda v: np.add(v, 2, out=v)),
    "mul_": (lambda v: v.mul_(3), lambda v: np.multiply(v, 3, out=v)),
    "copy_": (lambda v: v.copy_(v + 1), lambda v: np.add(v, 1, out=v)),
    "+=": (lambda v: v.__iadd__(1), lambda v: v.__iadd__(1)),
    "setitem": (lambda v: v.__setitem__(..., 5), lambda v: v.__setitem__(..., 5)),
    "masked_fill_": (lambda v: v.masked_fill_(v > 6, -1), lambda v: v.__setitem__(v > 6, -1)),
    "mask": (lambda v: v.__setitem__(v > 6, -1), lambda v: v.__setitem__(v > 6, -1)),
    "neg_": (lambda v: v.neg_(), lambda v: np.negative(v, out=v)),
    "clamp_": (lambda v: v.clamp_(min=3), lambda v: np.maximum(v, 3, out=v)),
}


def fresh(dtype=np.float64):
    array = np.arange(16, dtype=dtype).reshape(4, 4)
    return wb.tensor(array), array.copy()


@pytest.mark.parametrize("name", METHODS)
def test_a_write_to_a_view_reaches_the_tensor_and_its_other_views(name):
    of_tensor, of_array = METHODS[name]
    for write, same in WRITES.values():
        (a, array) = fresh()
        other, view = a[1:], of_tensor(a)
        shown = of_array(array)
        write(view)
        if shown.ndim:
            same(shown)
        else:
            same(array[1, 2:3].reshape(()))  # NumPy gives a scalar there
        for found, expected in ((a, array), (other, array[1:]), (view, of_array(array))):
            np.testing.assert_array_equal(found.numpy(), expected)


@pytest.mark.parametrize("name", METHODS)
def test_a_write_to_the_tensor_is_seen_by_a_view(name):
    of_tensor, of_array = METHODS[name]
    for is_read_before in (False, True):
        (a, array) = fresh()
        view = of_tensor(a)
        if is_read_before:
            view.numpy()
        a.add_(1)
        a[2] = 9.0
        array += 1
        array[2] = 9
        np.testing.assert_array_equal(view.numpy(), of_array(array))
        np.testing.assert_array_equal((view * 2).numpy(), of_array(array) * 2)


def test_a_loop_over_rows_writes_them():
    a = wb.zeros(3, 2)
    for place, row in enumerate(a):
        row.fill_(place)
        row[1] += 10
    assert a.tolist() == [[0, 10], [1, 11], [2, 12]]


def test_what_copies_is_no_view():
    for copy in (
        lambda a: a.clone(),
        lambda a: a + 0,
        lambda a: a[[0, 1]],
        lambda a: a[a > 3],
        lambda a: a.flip(0),
        lambda a: a.roll(1, 0),
        lambda a: a.repeat(1, 1),
        lambda a: a.tile(1, 1),
        lambda a: a.diag(),
        lambda a: a.index_select(0, [0]),
        lambda a: wb.cat([a]),
        lambda a: wb.tensor(a),
        lambda a: a.to(wb.float32),
    ):
        (a, array) = fresh()
        other = copy(a)
        kept = other.tolist()
        other.fill_(99)
        np.testing.assert_array_equal(a.numpy(), array)
        other = copy(a)
        a.fill_(98)
        assert other.tolist() == kept


def test_an_expanded_tensor_shows_what_is_written_and_is_not_written_itself():
    a = wb.tensor([[1.0], [2.0]])
    wide = a.expand(2, 3)
    a[0] = 5.0
    assert wide.tolist() == [[5] * 3, [2] * 3]
    with pytest.raises(wb.StateError, match="several of its elements are one; clone it first"):
        wide.add_(1)
    wide[:, 0].clone().add_(1)
    assert a.tolist() == [[5], [2]]


def test_numpy_arrays_stay_as_they_were():
    a = wb.zeros(3)
    view = a[1:]
    before = view.numpy()
    a.fill_(1)
    assert before.tolist() == [0, 0] and view.tolist() == [1, 1]


def test_values_that_were_computed_from_a_view_stay():
    a = wb.ones(3)
    doubled = a[1:] * 2
    a.fill_(5)
    assert doubled.tolist() == [2, 2]


def test_a_view_whose_tensor_has_gone_is_a_tensor_of_its_own_with_the_last_values():
    def view_of(write):
        a = wb.zeros(4)
        view = a[1:]
        write(a, view)
        return view

    for write, expected in (
        (lambda a, view: None, [0, 0, 0]),
        (lambda a, view: a.fill_(3), [3, 3, 3]),
        (lambda a, view: view.fill_(4), [4, 4, 4]),
        (lambda a, view: (a.fill_(3), view.numpy()), [3, 3, 3]),
        (lambda a, view: (view.numpy(), a.add_(2)), [2, 2, 2]),
    ):
        view = view_of(write)
        gc.collect()
        assert view.tolist() == expected
        view += 1
        part = view[:2]
        part.mul_(2)
        assert view.tolist() == [2 * (expected[0] + 1), 2 * (expected[1] + 1), expected[2] + 1]


def test_views_of_a_view_go_on_to_share_when_the_first_tensor_has_gone():
    x = wb.zeros(6)
    y = x.view(2, 3)
    z, w = y[0], y[:, 1]
    x.fill_(1)
    del x
    gc.collect()
    z.add_(1)
    assert y.tolist() == [[2, 2, 2], [1, 1, 1]] and w.tolist() == [2, 1]
    y.fill_(7)
    assert z.tolist() == [7, 7, 7] and w.tolist() == [7, 7]


def test_a_view_between_may_go():
    a = wb.zeros(2, 3)
    part = a.T[1:][0]
    gc.collect()
    part.fill_(1)
    assert a.tolist() == [[0, 1, 0], [0, 1, 0]]


def programs(seed, steps, roots):
    """Runs a random program on tensors and on arrays side by side."""
    rng = random.Random(seed)
    pairs = list(roots)
    for _ in range(steps):
        place = rng.randrange(len(pairs))
        tensor, array = pairs[place]
        kind = rng.randrange(10)
        if kind < 4 and len(pairs) < 14:
            choice = rng.randrange(7)
            if choice < 3 and array.ndim:
                key = []
                for extent in array.shape:
                    if extent and rng.random() < 0.3:
                        key.append(rng.randrange(-extent, extent))
                    else:
                        key.append(
                            slice(
                                rng.choice([None, 0, 1, -2]),
                                rng.choice([None, extent, -1]),
                                rng.choice([None, 1, 2, -1]),
                            )
                        )
                if all(isinstance(entry, int) for entry in key):
                    key[-1] = slice(None)
                if rng.random() < 0.2 and array.ndim < 4:
                    key.insert(0, None)
                pairs.append((tensor[tuple(key)], array[tuple(key)]))
            elif choice == 3:
                order = list(range(array.ndim))
                rng.shuffle(order)
                pairs.append((tensor.permute(*order) if order else tensor.T, array.transpose(order)))
            elif choice == 4 and array.flags.c_contiguous and array.size:
                shape = rng.choice([(-1,), (1, -1), (-1, 1), array.shape[::-1]])
                pairs.append((tensor.reshape(shape), array.reshape(shape)))
            elif choice == 5 and array.ndim < 4:
                axis = rng.randrange(array.ndim + 1)
                pairs.append((tensor.unsqueeze(axis), np.expand_dims(array, axis)))
            elif choice == 6 and array.ndim == 2 and array.shape[0] == array.shape[1]:
                pairs.append((tensor.diagonal(), np.einsum("ii->i", array)))
        elif kind == 4 and place >= len(roots):
            del pairs[place], tensor, array
        elif kind == 5:
            tensor.numpy()
        else:
            value = rng.randrange(1, 9)
            write = rng.randrange(6)
            if write == 0:
                tensor.fill_(value)
                array[...] = value
            elif write == 1:
                tensor += value
                array += value
            elif write == 2 and array.ndim:
                tensor[-1:] = value
                array[-1:] = value
            elif write == 3:
                tensor.masked_fill_(tensor > value, -value)
                array[array > value] = -value
            elif write == 4:
                other = rng.choice(pairs)
                if other[1].shape == array.shape:
                    tensor.copy_(other[0] + value)
                    array[...] = other[1] + value
            else:
                tensor.mul_(-1)
                array *= -1
    return pairs


@pytest.mark.parametrize("seed", range(60))
def test_random_programs_of_views_and_writes_give_what_numpy_gives(seed):
    dtype = (np.float64, np.int64, np.float32)[seed % 3]
    arrays = [np.arange(24, dtype=dtype).reshape(2, 3, 4), np.arange(9, dtype=dtype).reshape(3, 3)]
    roots = [(wb.tensor(array), array.copy()) for array in arrays]
    for tensor, array in programs(seed, 80, roots):
        assert tensor.shape == array.shape
        np.testing.assert_array_equal(tensor.numpy(), array)


@pytest.mark.parametrize("seed", range(20))
def test_random_programs_inside_a_compiled_function_give_what_numpy_gives(seed):
    start = np.arange(24.0).reshape(2, 3, 4)
    outside, of_outside = wb.tensor(start), start.copy()
    part, of_part = outside[:, 1], of_outside[:, 1]

    @wb.compile
    def step(x):
        roots = [(x * 1, np.zeros((3, 3))), (outside, np.zeros((2, 3, 4))), (part, np.zeros((2, 4)))]
        return [tensor * 1 for tensor, _ in blind(seed, roots)]

    for run in range(3):
        x = np.arange(9.0).reshape(3, 3) + run
        found = step(wb.tensor(x))
        expected = blind(seed, [(x * 1, x * 1), (of_outside, of_outside), (of_part, of_part)])
        for tensor, (array, _) in zip(found, expected):
            np.testing.assert_array_equal(tensor.numpy(), array)
        np.testing.assert_array_equal(outside.numpy(), of_outside)
        np.testing.assert_array_equal(part.numpy(), of_part)
        part[0] += 1.0
        of_part[0] += 1.0


def blind(seed, roots):
    """A random program that looks at no values."""
    rng = random.Random(seed)
    pairs = list(roots)
    for _ in range(40):
        place = rng.randrange(len(pairs))
        value, other = pairs[place]
        if rng.random() < 0.4 and len(value.shape) > 1:
            key = rng.choice([0, slice(1, None), (slice(None), 0), (slice(None), slice(None, None, 2))])
            pairs.append((value[key], other))
        elif rng.random() < 0.3:
            pairs.append((value.T, other))
        else:
            value[...] = value * 2 - rng.randrange(5)
    return pairs


# -------------------------------------------------------------------- derivatives


def test_a_write_through_a_view_of_a_computed_value_has_its_derivative():
    x = wb.tensor([1.0, 2.0, 3.0], requires_grad=True)
    w = wb.tensor(5.0, requires_grad=True)
    y = x * x
    y[1:].mul_(w)
    y.T[0] = w
    (y * y).sum().backward()
    assert x.grad.tolist() == [0, 2 * 2**2 * 25 * 2 * 2, 2 * 3**2 * 25 * 2 * 3]
    assert w.grad.tolist() == 2 * 5 + 2 * 4 * 5 * 4 + 2 * 9 * 5 * 9


def test_a_view_taken_before_a_write_carries_the_derivative_of_what_was_written():
    x = wb.tensor([1.0, 2.0], requires_grad=True)
    a = wb.zeros(2, 2)
    row = a[0]
    a[0] = x * 3
    assert row.requires_grad
    row.sum().backward()
    assert x.grad.tolist() == [3, 3]


def test_what_the_graph_has_captured_keeps_the_old_values():
    x = wb.tensor([1.0, 2.0], requires_grad=True)
    a = wb.tensor([3.0, 4.0])
    loss = (x * a[:]).sum()
    a.T.fill_(100)
    loss.backward()
    assert x.grad.tolist() == [3, 4]


def test_a_view_of_a_leaf_that_requires_gradients_is_written_only_without_them():
    w = wb.ones(2, 2, requires_grad=True)
    for write in (lambda: w[0].fill_(3), lambda: w.T[0].add_(1), lambda: w.view(-1).__setitem__(0, 2.0)):
        with pytest.raises(wb.StateError, match="only while gradients are disabled"):
            write()
    with wb.no_grad():
        w[0].fill_(3)
    w.detach()[1].fill_(4)
    w.data[1, 1] = 5.0
    assert w.tolist() == [[3, 3], [4, 5]] and w.requires_grad and w.is_leaf
    (w * w).sum().backward()
    assert w.grad.tolist() == [[6, 6], [8, 10]]
    w.data = wb.zeros(2, 2)
    assert w.tolist() == [[0, 0], [0, 0]] and w.requires_grad and w.is_leaf


def test_a_view_follows_an_optimisers_steps():
    for compiles in (False, True):
        layer = nn.Linear(3, 2)
        row, constant = layer.weight[0], layer.weight.detach()
        optimizer = optim.SGD(layer.parameters(), lr=0.5)

        def step(x):
            optimizer.zero_grad()
            layer(x).sum().backward()
            optimizer.step()

        step = wb.compile(step) if compiles else step
        for _ in range(5):
            step(wb.ones(1, 3))
            np.testing.assert_array_equal(row.detach().numpy(), layer.weight.detach().numpy()[0])
            np.testing.assert_array_equal(constant.numpy(), layer.weight.detach().numpy())
            assert row.requires_grad and not constant.requires_grad


def test_a_step_that_reads_a_view_of_its_parameter_sees_each_update():
    w = wb.ones(3, requires_grad=True)
    part = w[1:]
    optimizer = optim.SGD([w], lr=0.25)

    @wb.compile
    def step():
        optimizer.zero_grad()
        (part * part).sum().backward()
        optimizer.step()
        return part.sum()

    for run in range(1, 4):
        assert step().item() == 2 * 0.5**run
    assert w.tolist() == [1, 0.125, 0.125]


def test_a_parameter_takes_values_and_shares_nothing():
    start = wb.zeros(2)
    parameter = nn.Parameter(start)
    start.fill_(3)
    assert parameter.tolist() == [0, 0]


def test_a_view_that_becomes_a_leaf_is_a_tensor_of_its_own():
    a = wb.zeros(4)
    leaf = a[:2].requires_grad_()
    a.fill_(1)
    assert leaf.tolist() == [0, 0] and leaf.is_leaf and leaf.requires_grad


def test_the_state_of_a_model_is_its_values_at_that_time():
    layer = nn.Linear(2, 2)
    state = layer.state_dict()
    kept = state["weight"].tolist()
    with wb.no_grad():
        layer.weight.fill_(9)
    assert state["weight"].tolist() == kept


def test_views_are_written_inside_mapped_functions():
    def function(x):
        y = x * 1
        y[0].fill_(5)
        y.reshape(-1)[1:] *= 2
        return y

    x = np.arange(6.0).reshape(2, 3)
    expected = x * 1
    expected[:, 1:] *= 2
    expected[:, 0] = 5
    np.testing.assert_array_equal(wb.vmap(function)(wb.tensor(x)).numpy(), expected)


def test_a_view_from_outside_is_not_written_with_what_differs_from_example_to_example():
    a = wb.zeros(3)
    part = a[1:]
    with pytest.raises(wb.StateError, match="vmap"):
        wb.vmap(lambda x: part.fill_(0).add_(x).sum())(wb.ones(2))


def test_derivatives_of_functions_that_write_to_views():
    def function(x):
        y = x * x
        y[:1].mul_(3)
        return y.sum()

    assert wb.grad(function)(wb.tensor([2.0, 5.0])).tolist() == [12, 10]
    assert wb.hessian(function)(wb.tensor([2.0, 5.0])).tolist() == [[6, 0], [0, 2]]


def test_a_view_does_not_keep_its_tensors_memory():
    def part():
        return (wb.ones(1 << 20) * 2)[:4]

    view = part()
    view.numpy()
    gc.collect()
    before = wb.memory_usage()["in_use"]
    views = [part() for _ in range(4)]
    for one in views:
        one.numpy()
    gc.collect()
    assert wb.memory_usage()["in_use"] - before < 1 << 20
    assert views[0].tolist() == [2] * 4


def test_a_tensor_has_a_view_of_itself_through_detach():
    hidden = wb.ones(2)
    for _ in range(100):
        hidden = hidden.detach() * 1.5
    hidden.detach().fill_(2)
    assert hidden.tolist() == [2, 2]


def test_what_is_written_to_a_view_of_a_gradient_is_collected():
    w = wb.tensor([1.0, 2.0, 3.0], requires_grad=True)
    (w * w).sum().backward()
    w.grad[0] = 7.0
    w.grad[1:].mul_(2)
    w.grad.view(3, 1)[2].add_(1)
    assert w.grad.tolist() == [7, 8, 13]
    w.grad.detach().clamp_(max=8)
    w.grad.data.neg_()
    assert w.grad.tolist() == [-7, -8, -8]
    (w * 1).sum().backward()
    assert w.grad.tolist() == [-6, -7, -7]
    w.grad.zero_()
    assert w.grad.tolist() == [0, 0, 0]


def test_gradients_are_clipped_through_views_inside_a_compiled_step():
    w = wb.tensor([1.0, 2.0], requires_grad=True)

    @wb.compile
    def step(x):
        w.grad = None
        (w * x).sum().backward()
        w.grad[:1].clamp_(max=0.5)
        return w.grad * 1

    assert step(wb.tensor([3.0, 4.0])).tolist() == [0.5, 4]
    assert step(wb.tensor([0.25, 1.0])).tolist() == [0.25, 1]
    assert w.grad.tolist() == [0.25, 1]


def test_the_views_by_name_refuse_what_is_outside():
    a = wb.zeros(2, 3)
    for call in (
        lambda: a.narrow(1, 2, 2),
        lambda: a.narrow(0, -3, 1),
        lambda: a.narrow(1, 0, -1),
        lambda: a.select(0, 2),
        lambda: a.select(2, 0),
    ):
        with pytest.raises(wb.RangeError):
            call()
    with pytest.raises(wb.ShapeError, match="t: expected two axes at most"):
        wb.zeros(1, 2, 3).t()
    assert a.narrow(1, -2, 2).shape == (2, 2) and a.select(-1, -1).shape == (2,) and wb.tensor(1.0).t().shape == ()
