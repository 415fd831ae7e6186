"""What the operation table does not say of what turns, cuts and repeats, of what replaces parts, and of new tensors
like others: views, windows, shared derivatives, sentences."""

import itertools

import numpy as np
import pytest

import wingbeat as wb


def test_what_cuts_and_adds_axes_shows_the_tensor_it_came_from():
    x = wb.zeros(2, 4)
    for view in (
        x.tensor_split(2, 1)[0],
        x.hsplit(2)[0],
        x.vsplit((1,))[0],
        wb.atleast_3d(x)[..., 0],
        wb.broadcast_tensors(x, wb.zeros(4))[0],
    ):
        before = x.sum().item()
        view += 1
        assert x.sum().item() == before + view.numel()


def test_unfold_gives_windows_with_derivatives_of_both_modes():
    x = np.arange(24.0).reshape(2, 6, 2)
    t = wb.tensor(x, "float64")
    for size, step in ((2, 1), (3, 2), (6, 1), (0, 5), (2, 2**40)):
        want = np.lib.stride_tricks.sliding_window_view(x, size, 1)[:, :: min(step, 7)] if size else None
        found = t.unfold(1, size, step)
        if size:
            np.testing.assert_array_equal(found.numpy(), want)
        else:
            assert found.shape == (2, 2, 2, 0)
    weights = wb.tensor(np.random.default_rng(0).normal(size=(2, 2, 2, 3)))
    gradient = wb.grad(lambda v: (v.unfold(1, 3, 3) * weights).sum())(t)
    np.testing.assert_array_equal(gradient.numpy(), np.moveaxis(weights.numpy(), 2, 3).reshape(2, 6, 2))
    gradient = wb.grad(lambda v: v.unfold(1, 3, 1).sum())(t)
    np.testing.assert_array_equal(gradient.numpy()[0, :, 0], [1, 2, 3, 3, 2, 1])
    np.testing.assert_array_equal(wb.vmap(lambda v: v.unfold(0, 2, 3))(t).numpy(), t.unfold(1, 2, 3).numpy())
    for size, step in ((7, 1), (-1, 1), (2, 0)):
        with pytest.raises(ValueError, match="unfold"):
            t.unfold(1, size, step)
    scalar = wb.tensor(2.5)
    assert scalar.unfold(0, 1, 1).tolist() == scalar.unfold(-1, 1, 3).tolist() == [2.5]
    assert scalar.unfold(0, 0, 1).shape == (0,)
    for axis, size in ((1, 1), (0, 2)):
        with pytest.raises((ValueError, IndexError), match="unfold"):
            scalar.unfold(axis, size, 1)


def test_a_scalar_has_no_places():
    assert wb.unravel_index(wb.tensor(0), ()) == ()


def test_counts_alone_give_places_and_the_expected_size_is_checked():
    assert wb.repeat_interleave(wb.tensor([2, 0, 3])).tolist() == [0, 0, 2, 2, 2]
    x = wb.tensor([[1.0, 2.0], [3.0, 4.0]])
    assert x.repeat_interleave([1, 2], dim=0).tolist() == [[1, 2], [3, 4], [3, 4]]
    assert x.repeat_interleave(wb.tensor([2]), 1, output_size=4).shape == (2, 4)
    with pytest.raises(ValueError, match="expected 3 elements"):
        x.repeat_interleave(2, 0, output_size=3)
    for counts in ([1, -1], [1, 2, 3]):
        with pytest.raises(ValueError, match="repeat_interleave"):
            x.repeat_interleave(counts, 0)
    counts = wb.tensor([1, 2])
    with pytest.raises(wb.StateError, match="capture"):
        wb.compile(lambda t: t.repeat_interleave(counts, 0))(x)
    assert wb.compile(lambda t: t.repeat_interleave(2, 0))(x).shape == (4, 2)


def test_combinations_and_triangles_are_those_of_itertools_and_numpy():
    for n, r in itertools.product(range(6), range(5)):
        x = wb.arange(n)
        for repeats, chosen in ((False, itertools.combinations), (True, itertools.combinations_with_replacement)):
            want = np.array(list(chosen(range(n), r)), "int64").reshape(-1, r) if r else np.zeros(0, "int64")
            np.testing.assert_array_equal(wb.combinations(x, r, repeats).numpy(), want)
    for rows, columns, offset in itertools.product(range(4), range(4), range(-5, 6)):
        found = wb.tril_indices(rows, columns, offset).numpy(), wb.triu_indices(rows, columns, offset).numpy()
        np.testing.assert_array_equal(found[0], np.array(np.tril_indices(rows, offset, columns)))
        np.testing.assert_array_equal(found[1], np.array(np.triu_indices(rows, offset, columns)))
    assert wb.tril_indices(3, 2**40).shape == (2, 6) and wb.triu_indices(2**62, 3).shape == (2, 6)


def test_more_than_memory_holds_is_refused_at_once():
    for make in (
        lambda: wb.tril_indices(2**40, 2**40),
        lambda: wb.triu_indices(2**62, 1, -(2**63)),
        lambda: wb.combinations(wb.arange(1000), 500),
        lambda: wb.combinations(wb.arange(10), 2**62, True),
        lambda: wb.ones(3).repeat_interleave(2**62),
        lambda: wb.ones(3).repeat_interleave(wb.tensor([2**62, 2**62, 1])),
    ):
        with pytest.raises(wb.OutOfMemoryError):
            make().numpy()


def test_equal_extrema_share_the_derivative_as_pytorchs_do():
    x = wb.tensor([1.0, 5.0, 2.0], "float64", True)
    src = wb.tensor([5.0, 5.0, 2.0, 7.0, 7.0], "float64", True)
    index = wb.tensor([1, 1, 0, 2, 2])
    found = x.scatter_reduce(0, index, src, "amax")
    assert found.tolist() == [2, 5, 7]
    found.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), [0, 1 / 3, 0])
    np.testing.assert_allclose(src.grad.numpy(), [1 / 3, 1 / 3, 1, 0.5, 0.5])
    x.grad = src.grad = None
    found = x.scatter_reduce(0, index, src, "amin", include_self=False)
    assert found.tolist() == [2, 5, 7]
    found.sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), [0, 0, 0])
    np.testing.assert_allclose(src.grad.numpy(), [0.5, 0.5, 1, 0.5, 0.5])


def test_products_that_are_scattered_have_exact_derivatives_at_zeros():
    x, src = wb.tensor([2.0, 3.0], "float64"), wb.tensor([0.0, 4.0, 5.0], "float64")
    index = wb.tensor([0, 0, 0])
    gradients = wb.grad(lambda a, b: a.scatter_reduce(0, index, b, "prod").sum(), argnums=(0, 1))(x, src)
    np.testing.assert_array_equal(gradients[0].numpy(), [0, 1])
    np.testing.assert_array_equal(gradients[1].numpy(), [40, 0, 0])


def test_extrema_of_infinities_and_nan_and_whole_numbers():
    x = wb.tensor([-np.inf, 1.0, np.inf])
    found = x.scatter_reduce(0, wb.tensor([0, 1, 2]), wb.tensor([-np.inf, np.nan, np.inf]), "amax")
    np.testing.assert_array_equal(found.numpy(), [-np.inf, np.nan, np.inf])
    ends = np.array([-(2**63), 2**63 - 1])
    for reduce in ("amax", "amin"):
        np.testing.assert_array_equal(
            wb.tensor(ends).scatter_reduce(0, wb.tensor([0, 1]), ends[::-1].copy(), reduce).numpy(),
            [max(ends)] * 2 if reduce == "amax" else [min(ends)] * 2,
        )


def test_scattered_parts_are_written_in_place_too():
    x = wb.zeros(2, 3)
    assert x.index_add_(0, wb.tensor([1]), wb.ones(1, 3), alpha=2) is x
    x.index_fill_(1, wb.tensor([0]), wb.tensor(7)).put_(wb.tensor([-1]), wb.tensor([9.0]))
    x.masked_scatter_(x == 0, wb.tensor([4.0, 5.0, 6.0]))
    assert x.tolist() == [[7, 4, 5], [7, 2, 9]]
    x.index_copy_(0, wb.tensor([0]), wb.ones(1, 3)).scatter_reduce_(0, wb.tensor([[0]]), wb.tensor([[5.0]]), "mean")
    assert x.tolist() == [[3, 1, 1], [7, 2, 9]]
    with pytest.raises(wb.DTypeError, match="index_add"):
        wb.zeros(2, dtype="int64").index_add(0, wb.tensor([0]), wb.tensor([0.5]))
    with pytest.raises(wb.DTypeError, match="index_add"):
        wb.zeros(2, dtype="int64").index_add(0, wb.tensor([0]), wb.tensor([1]), alpha=0.5)


def test_too_short_a_source_and_wrong_shapes_get_a_sentence():
    x = wb.zeros(2, 3)
    with pytest.raises(IndexError, match="out of range"):
        x.masked_scatter(x == 0, wb.ones(5)).numpy()
    assert x.masked_scatter(x == 1, wb.ones(0)).tolist() == x.tolist()
    for wrong in (
        lambda: x.index_add(0, wb.tensor([0, 1]), wb.ones(1, 3)),
        lambda: x.index_copy(0, wb.tensor([[0, 1]]), wb.ones(2, 3)),
        lambda: x.select_scatter(wb.ones(2), 0, 0),
        lambda: x.slice_scatter(wb.ones(2, 3), 1, 1),
        lambda: x.diagonal_scatter(wb.ones(3)),
        lambda: x.put(wb.tensor([0]), wb.ones(2)),
        lambda: x.index_fill(0, wb.tensor([0]), wb.ones(1)),
        lambda: wb.cartesian_prod(x),
        lambda: wb.block_diag(wb.zeros(1, 2, 3)),
        lambda: wb.fliplr(wb.zeros(3)),
    ):
        with pytest.raises(wb.ShapeError):
            wrong()


def test_scalars_and_bare_calls_of_several_tensors_are_taken():
    assert wb.tensor(2.0).index_add(0, wb.tensor([0, 0]), wb.tensor([1.0, 2.0])).item() == 5
    assert wb.tensor(2.0).scatter_reduce(0, wb.tensor(0), wb.tensor(3.0), "prod").item() == 6
    assert [part.shape for part in wb.atleast_2d([wb.ones(3), wb.tensor(1.0)])] == [(1, 3), (1, 1)]
    assert wb.atleast_1d() == () and wb.broadcast_tensors() == () and wb.block_diag().shape == (1, 0)
    with pytest.raises(ValueError, match="cartesian_prod"):
        wb.cartesian_prod()


def test_new_tensors_take_the_dtype_of_a_tensor():
    x = wb.tensor([[1, 2]], "int32")
    assert x.new_zeros(2, 3).dtype == wb.int32 and x.new_zeros((2, 3)).shape == (2, 3)
    assert x.new_ones(2, dtype=wb.float64).tolist() == [1.0, 1.0]
    assert x.new_full((2,), 7).tolist() == [7, 7] and x.new_full((2,), 7).dtype == wb.int32
    assert x.new_tensor([1.9]).dtype == wb.int32 and x.new_empty(4).shape == (4,)
    assert wb.empty(2, 3).shape == (2, 3) and wb.empty_like(x).dtype == wb.int32
    assert wb.ones(1).new_ones(2, requires_grad=True).requires_grad
    assert wb.as_tensor(x) is x and wb.as_tensor([1, 2], dtype="float64").dtype == wb.float64
    array = np.zeros(3)
    assert wb.as_tensor(array).dtype == wb.float64


def test_what_a_tensor_is_and_its_transposes():
    x = wb.ones(2, 3)
    assert wb.is_tensor(x) and not wb.is_tensor(np.ones(2)) and wb.numel(x) == 6 and wb.is_floating_point(x)
    assert x.contiguous() is x and x.T.is_contiguous()
    assert x.H.shape == x.mH.shape == x.adjoint().shape == wb.t(x).shape == (3, 2)
    y = wb.clone(x)
    y += 1
    assert x.sum().item() == 6
    assert wb.row_stack is wb.vstack


def test_a_mask_to_write_at_has_the_shape_of_the_axes_that_it_is_for():
    x, rows = wb.zeros(3, 4), wb.tensor([2, 0])
    for indices in [(wb.ones(2, 4) > 0,), (wb.zeros(4, 4) > 0,), (rows, wb.ones(2) > 0), (wb.ones(3, 4, 1) > 0,)]:
        with pytest.raises(wb.ShapeError, match="a mask of shape"):
            wb.index_put(x, indices, 1.0)
    mask = wb.tensor([True, False, False, True])
    assert wb.index_put(x, (rows, mask), wb.tensor([5.0, 6.0])).tolist() == [[0, 0, 0, 6], [0] * 4, [5, 0, 0, 0]]
