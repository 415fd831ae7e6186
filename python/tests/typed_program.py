"""A user's program that a type checker reads: assert_type says what each result is. test_types.py runs mypy on it, and
then runs it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Optional, Union

import numpy as np
from numpy.typing import NDArray

import wingbeat as wb
from wingbeat import autograd, data, distributions, implicit, linalg
from wingbeat._functions import ValuesAndIndices
from wingbeat._linear_algebra import EigenSystem, QRFactors, SignAndLogarithm, SingularSystem

if TYPE_CHECKING:
    from typing_extensions import assert_type
else:

    def assert_type(value, kind):
        return value


Array = NDArray[Any]
Pair = tuple[wb.Tensor, wb.Tensor]


def creation() -> wb.Tensor:
    a = wb.tensor([[1.0, 2.0], [3.0, 4.0]], dtype="float64", requires_grad=True)
    assert_type(a, wb.Tensor)
    assert_type(wb.zeros(2, 3), wb.Tensor)
    assert_type(wb.ones((2, 3), dtype=wb.float64), wb.Tensor)
    assert_type(wb.full([2], 1.5, dtype=np.float32), wb.Tensor)
    assert_type(wb.arange(5), wb.Tensor)
    assert_type(wb.eye(3), wb.Tensor)
    assert_type(wb.zeros_like(a), wb.Tensor)
    assert_type(wb.from_numpy(np.ones(3)), wb.Tensor)
    assert_type(wb.meshgrid(wb.arange(2), wb.arange(3)), tuple[wb.Tensor, ...])
    assert_type(wb.randint(10, (3,)), wb.Tensor)
    assert_type(wb.randint(0, 10, (3,)), wb.Tensor)
    assert_type(wb.randn(a.shape), wb.Tensor)
    assert_type(wb.normal(a.detach(), 1.0), wb.Tensor)
    assert_type(wb.normal(0.0, 1.0, (2,)), wb.Tensor)
    assert_type(wb.promote_types("int32", np.float64) == wb.float64, bool)
    return a


def what_a_tensor_is(a: wb.Tensor) -> None:
    assert_type(a.shape, tuple[int, ...])
    assert_type(a.size(), tuple[int, ...])
    assert_type(a.size(0), int)
    assert_type(a.ndim, int)
    assert_type(len(a), int)
    assert_type(a.numel(), int)
    assert_type(a.dtype.name, str)
    assert_type(a.requires_grad, bool)
    assert_type(a.grad, Optional[wb.Tensor])
    assert_type(a.detach().numpy(), Array)
    assert_type(a.sum().item(), float)
    assert_type(float(a.sum()), float)
    assert_type(np.asarray(a.detach()), Array)
    for row in a:
        assert_type(row, wb.Tensor)


def arithmetic(a: wb.Tensor, b: wb.Tensor) -> wb.Tensor:
    assert_type(a + b, wb.Tensor)
    assert_type(2 * a - 1, wb.Tensor)
    assert_type(1.0 / a, wb.Tensor)
    assert_type(a @ b, wb.Tensor)
    assert_type(-(abs(a) ** 2), wb.Tensor)
    assert_type(a == b, wb.Tensor)
    assert_type((a > 0) & (b > 0), wb.Tensor)
    assert_type(~(a > 0), wb.Tensor)
    assert_type(a.detach() + np.ones(2), wb.Tensor)
    assert_type(divmod(a, 2), Pair)
    assert_type(wb.exp(a), wb.Tensor)
    assert_type(wb.exp(1.0), wb.Tensor)
    assert_type(wb.exp([1.0, 2.0]), wb.Tensor)
    assert_type(a.exp().log1p().tanh(), wb.Tensor)
    assert_type(wb.add(a, b, alpha=2), wb.Tensor)
    assert_type(wb.maximum(a, 0), wb.Tensor)
    assert_type(a.clamp(0, 1), wb.Tensor)
    assert_type(wb.where(a > 0, a, 0.0), wb.Tensor)
    assert_type(wb.where(a > 0), tuple[wb.Tensor, ...])
    assert_type(a.where(a > 0, b), wb.Tensor)
    assert_type(wb.softmax(a, -1, dtype=wb.float64), wb.Tensor)
    assert_type(a.float().double().int().bool(), wb.Tensor)
    assert_type(a.to("float32"), wb.Tensor)
    c = a.detach().clone()
    c += b
    c *= 2
    assert_type(c, wb.Tensor)
    assert_type(c.exp_().clamp_(max=1.0).zero_(), wb.Tensor)
    assert_type(c.uniform_(0, 1), wb.Tensor)
    return c


def shapes_and_indices(a: wb.Tensor) -> None:
    assert_type(a.reshape(-1), wb.Tensor)
    assert_type(a.reshape((4, 1)).squeeze(1).view(2, 2), wb.Tensor)
    assert_type(a.T.mT, wb.Tensor)
    assert_type(wb.permute(a, 1, 0), wb.Tensor)
    assert_type(a.permute((1, 0)), wb.Tensor)
    assert_type(wb.cat([a, a], dim=1), wb.Tensor)
    assert_type(wb.stack((a, a)), wb.Tensor)
    assert_type(a.split(1), tuple[wb.Tensor, ...])
    assert_type(wb.chunk(a, 2, 1), tuple[wb.Tensor, ...])
    assert_type(a[0], wb.Tensor)
    assert_type(a[0, ..., None], wb.Tensor)
    assert_type(a[::-1, [0, 1]], wb.Tensor)
    assert_type(a[a > 0], wb.Tensor)
    assert_type(wb.gather(a, 0, wb.tensor([[0, 1]])), wb.Tensor)
    assert_type(a.nonzero(), wb.Tensor)
    assert_type(a.nonzero(as_tuple=True), tuple[wb.Tensor, ...])
    assert_type(wb.pad(a, (1, 1), mode="reflect"), wb.Tensor)
    b = a.detach().clone()
    b[0] = 1.0
    b[:, 1] = np.zeros(2)


def reductions(a: wb.Tensor) -> None:
    assert_type(a.sum(), wb.Tensor)
    assert_type(a.sum(0), wb.Tensor)
    assert_type(wb.mean(a, (0, 1), keepdim=True), wb.Tensor)
    assert_type(a.max(), wb.Tensor)
    assert_type(a.max(0), ValuesAndIndices)
    assert_type(wb.min(a, axis=1).indices, wb.Tensor)
    assert_type(wb.max(a, a), wb.Tensor)
    assert_type(a.argmax(1), wb.Tensor)
    assert_type(a.std(unbiased=False), wb.Tensor)
    assert_type(a.sort(descending=True).values, wb.Tensor)
    values, places = wb.topk(a, 1)
    assert_type(values, wb.Tensor)
    assert_type(places, wb.Tensor)
    assert_type(wb.unique(a), wb.Tensor)
    assert_type(wb.unique(a, return_inverse=True, return_counts=True), tuple[wb.Tensor, wb.Tensor, wb.Tensor])
    assert_type(wb.norm(a, 1, 0), wb.Tensor)


def linear_algebra(a: wb.Tensor) -> None:
    assert_type(wb.einsum("ij,jk->ik", a, a), wb.Tensor)
    assert_type(wb.mm(a, a).trace(), wb.Tensor)
    assert_type(linalg.slogdet(a), SignAndLogarithm)
    assert_type(linalg.eigh(a @ a.T), EigenSystem)
    assert_type(linalg.svd(a), SingularSystem)
    assert_type(linalg.qr(a), QRFactors)
    assert_type(linalg.solve(a, a), wb.Tensor)


def derivatives(x: wb.Tensor) -> None:
    def loss(p: wb.Tensor, scale: float = 1.0) -> wb.Tensor:
        return scale * (p * p).sum()

    def of_dict(p: dict[str, wb.Tensor]) -> wb.Tensor:
        return (p["w"] * p["b"]).sum()

    def with_aux(p: wb.Tensor) -> tuple[wb.Tensor, str]:
        return (p * p).sum(), "aux"

    assert_type(wb.grad(loss)(x), wb.Tensor)
    assert_type(wb.grad(loss)(x, 2.0), wb.Tensor)
    assert_type(wb.grad(loss)(3.0), wb.Tensor)
    gradient: wb.Tensor = wb.grad(lambda p: (p * p).sum())(x)
    assert_type(wb.grad(of_dict)({"w": x, "b": x}), dict[str, wb.Tensor])
    assert_type(wb.grad(with_aux, has_aux=True)(x), tuple[wb.Tensor, str])
    assert_type(wb.value_and_grad(loss)(x), Pair)
    assert_type(wb.value_and_grad(of_dict)({"w": x, "b": x}), tuple[wb.Tensor, dict[str, wb.Tensor]])
    second: wb.Tensor = wb.grad(wb.grad(lambda p: (p**3).sum()))(wb.tensor(2.0))
    hessian: wb.Tensor = wb.hessian(lambda p: (p**3).sum())(gradient)
    assert_type(wb.grad(lambda p, q: (p * q).sum(), argnums=(0, 1))(second, hessian), Any)
    value, pull = wb.vjp(loss, x)
    assert_type(value, wb.Tensor)
    assert_type(pull(wb.ones(())), tuple[Any, ...])
    assert_type(wb.jvp(loss, (x,), (x,)), Pair)
    value, push = wb.linearize(loss, x)
    assert_type(push(x), wb.Tensor)
    assert_type(wb.jacrev(wb.exp)(x), wb.Tensor)
    assert_type(wb.hessian(loss)(x), wb.Tensor)
    assert_type(wb.vmap(loss)(x), wb.Tensor)
    assert_type(wb.checkpoint(loss, x, scale=2.0), wb.Tensor)
    assert_type(autograd.grad(loss(x), x), tuple[wb.Tensor, ...])
    assert_type(autograd.grad(loss(x), [x], allow_unused=True), tuple[Optional[wb.Tensor], ...])
    loss(x).backward()
    with wb.no_grad():
        handle = x.register_hook(lambda gradient: 2 * gradient)
        handle.remove()


class Cube(autograd.Function):
    @staticmethod
    def forward(ctx: autograd.FunctionCtx, x: wb.Tensor) -> wb.Tensor:
        ctx.save_for_backward(x)
        ctx.power = 3
        power: int = ctx.power
        return x**power

    @staticmethod
    def backward(ctx: autograd.FunctionCtx, gradient: wb.Tensor) -> wb.Tensor:
        (x,) = ctx.saved_tensors
        return 3 * gradient * x**2


@wb.custom_vjp
def softer(x: wb.Tensor) -> wb.Tensor:
    return x.tanh()


softer.defvjp(lambda x: (x.tanh(), x), lambda x, cotangent: (cotangent * (1 - x.tanh() ** 2),))


@wb.custom_jvp
def cubed(x: wb.Tensor) -> wb.Tensor:
    return x**3


@cubed.defjvp
def _(primals: tuple[wb.Tensor], tangents: tuple[wb.Tensor]) -> Pair:
    return cubed(primals[0]), 3 * primals[0] ** 2 * tangents[0]


@wb.custom_gradient
def clipped(x: wb.Tensor) -> tuple[wb.Tensor, Callable[[wb.Tensor], wb.Tensor]]:
    return x, lambda cotangent: cotangent.clamp(-1, 1)


def custom_rules(x: wb.Tensor) -> None:
    assert_type(softer(x), wb.Tensor)
    assert_type(cubed(x), wb.Tensor)
    assert_type(clipped(x), wb.Tensor)
    result: wb.Tensor = Cube.apply(x)
    result.sum().backward()


@wb.no_grad
def decorated(x: wb.Tensor, times: int = 1) -> wb.Tensor:
    return x * times


@wb.autocast()
def in_bfloat16(x: wb.Tensor) -> wb.Tensor:
    return x @ x


def modes(x: wb.Tensor) -> None:
    assert_type(decorated(x, times=2), wb.Tensor)
    assert_type(in_bfloat16(x), wb.Tensor)
    with wb.no_grad(), wb.autocast(enabled=False), wb.set_grad_enabled(True):
        assert_type(wb.is_grad_enabled(), bool)
    assert_type(wb.memory_usage(), dict[str, int])
    wb.manual_seed(0)
    wb.set_num_threads(wb.get_num_threads())


@wb.compile
def step(x: wb.Tensor, y: wb.Tensor) -> wb.Tensor:
    return ((x - y) ** 2).mean()


@wb.compile(numpy=True)
def step_on_arrays(x: wb.Tensor) -> wb.Tensor:
    return 2 * x


class Model:
    def __init__(self, weight: wb.Tensor) -> None:
        self.weight = weight

    @wb.compile
    def predict(self, x: wb.Tensor) -> dict[str, wb.Tensor]:
        return {"y": x @ self.weight}


def compiled(x: wb.Tensor) -> None:
    assert_type(step(x, x), wb.Tensor)
    assert_type(step(np.ones((2, 2), np.float32), np.ones((2, 2), np.float32)), wb.Tensor)
    assert_type(step.explain(), str)
    assert_type(wb.compile(step_of_pair, numpy=True)(np.ones(2, np.float32)), Any)
    assert_type(wb.compile(wb.exp, numpy=True)(np.ones(2, np.float32)), Array)
    assert_type(Model(x).predict(x), dict[str, wb.Tensor])


def step_of_pair(x: wb.Tensor) -> Pair:
    return x, x


def equations(p: wb.Tensor) -> None:
    assert_type(implicit.fixed_point(lambda x, p: (x + p / x) / 2, wb.ones_like(p), p), wb.Tensor)
    assert_type(implicit.root(lambda x, p: x * x - p, 1.0, wb.tensor(2.0)), wb.Tensor)
    found = implicit.root(lambda x, p: {"x": x["x"] ** 2 - p}, {"x": wb.ones_like(p)}, p, linear_solver="gmres")
    assert_type(found, dict[str, wb.Tensor])


def probability(logits: wb.Tensor) -> None:
    classes = distributions.Categorical(logits=logits)
    assert_type(classes.sample((3,)), wb.Tensor)
    assert_type(classes.log_prob(classes.sample()), wb.Tensor)
    assert_type(classes.batch_shape, tuple[int, ...])
    assert_type(classes.expand((2, 2)), distributions.Categorical)
    normal = distributions.Normal(0.0, 1.0)
    assert_type(normal.rsample(4), wb.Tensor)
    assert_type(distributions.kl_divergence(normal, normal), wb.Tensor)


def data_sets() -> Iterator[wb.Tensor]:
    pairs = data.TensorDataset(np.zeros((4, 2)), np.zeros(4))
    assert_type(pairs[0], Pair)
    assert_type(pairs.x_shape, tuple[int, ...])
    for x, y in pairs.batches(2, shuffle=True):
        assert_type(x, wb.Tensor)
        assert_type(y, wb.Tensor)
        yield x
    alone = data.TensorDataset(np.zeros((4, 2)))
    for x in alone.batches(2, shuffle="exact", drop_last=True):
        assert_type(x, wb.Tensor)
        yield x


def of_file(path: str) -> tuple[data.HDF5Dataset[Pair], data.HDF5Dataset[wb.Tensor]]:
    return data.HDF5Dataset(path, "x", "y", scale=1 / 255), data.HDF5Dataset(path, "x")


def errors(a: wb.Tensor) -> Optional[wb.Error]:
    try:
        a.reshape(3, 3)
    except wb.ShapeError as error:
        return error
    return None


def what_a_checker_refuses(a: wb.Tensor) -> Union[wb.Tensor, None]:
    """mypy fails where one of these needs no `ignore`."""
    wb.exp("1")  # type: ignore[arg-type]
    wb.softmax(a, 0.5)  # type: ignore[arg-type]
    wb.sum(a, axes=0)  # type: ignore[call-arg]
    a.sum("0")  # type: ignore[arg-type]
    a + "1"  # type: ignore[operator]
    a.no_such_method()  # type: ignore[attr-defined]
    wb.no_such_function(a)  # type: ignore[attr-defined]
    wb.gelu(a, approximate="sigmoid")  # type: ignore[arg-type]
    wb.full((2,), "1")  # type: ignore[arg-type]
    wb.tensor([1.0], dtype=1)  # type: ignore[arg-type]
    data.TensorDataset(a).batches(2, shuffle="random")  # type: ignore[arg-type]
    return None


def main() -> None:
    a = creation()
    what_a_tensor_is(a)
    arithmetic(a, wb.ones(2, 2, dtype="float64"))
    shapes_and_indices(a)
    reductions(a)
    linear_algebra(a)
    derivatives(a)
    custom_rules(a)
    modes(a)
    compiled(wb.ones(2, 2))
    equations(wb.tensor([2.0, 3.0]))
    probability(wb.zeros(3))
    assert len(list(data_sets())) == 4
    assert isinstance(errors(a), ValueError)


if __name__ == "__main__":
    main()
