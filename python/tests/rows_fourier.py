"""Rows of the table for discrete Fourier transforms. Complex numbers are pairs of reals, [..., 2]."""

import numpy as np
from operation_table import WHOLE, Operation, given, points

LINE, PAIRS = points((6,), seed=70), points((5, 2), seed=71)
X, Z = points((2, 3, 4), seed=72), points((3, 4, 2), seed=73)
PRIME = points((2, 37, 2), seed=74)


def complex_of(x):
    assert x.ndim and x.shape[-1] == 2
    return x[..., 0] + 1j * x[..., 1]


def pairs_of(z):
    return np.stack([z.real, z.imag], -1)


def sizes_of(s, dim, shape):
    """s and axes as NumPy takes them."""
    if s is not None:
        s = [s] if np.isscalar(s) else list(s)
        axes = list(range(-len(s), 0)) if dim is None else list(dim)
        return [shape[axis] if size == -1 else size for size, axis in zip(s, axes)], axes
    return None, dim if dim is None else tuple(dim)


def from_pairs(function):
    def reference(x, n=None, dim=-1, norm=None):
        return pairs_of(function(complex_of(x), n, dim, norm))

    return reference


def several_from_pairs(function, initial):
    def reference(x, s=None, dim=initial, norm=None):
        z = complex_of(x)
        return pairs_of(function(z, *sizes_of(s, dim, z.shape), norm))

    return reference


def from_reals(function):
    return lambda x, n=None, dim=-1, norm=None: pairs_of(function(x, n, dim, norm))


def several_from_reals(function, initial):
    return lambda x, s=None, dim=initial, norm=None: pairs_of(function(x, *sizes_of(s, dim, x.shape), norm))


def to_reals(function):
    return lambda x, n=None, dim=-1, norm=None: function(complex_of(x), n, dim, norm)


def several_to_reals(function, initial):
    def reference(x, s=None, dim=initial, norm=None):
        z = complex_of(x)
        return function(z, *sizes_of(s, dim, z.shape), norm)

    return reference


def in_torch(name, takes_pairs):
    """The transform of torch, with pairs for its complex tensors."""

    def found(torch):
        function = getattr(torch.fft, name)

        def call(x, *args, **kwargs):
            result = function(torch.view_as_complex(x.contiguous()) if takes_pairs else x, *args, **kwargs)
            return torch.view_as_real(result.resolve_conj()) if result.is_complex() else result

        return call

    return found


OPPOSITE = {None: "forward", "backward": "forward", "forward": "backward", "ortho": "ortho"}


def hfftn(z, s, axes, norm):
    return np.fft.irfftn(z.conj(), s, axes, OPPOSITE[norm])


def ihfftn(x, s, axes, norm):
    return np.fft.rfftn(x, s, axes, OPPOSITE[norm]).conj()


def one(name, function, x, matrix, takes_pairs=True):
    """A transform along one axis."""
    return Operation(
        f"fft.{name}",
        function,
        given(x),
        given(matrix, 6),
        given(matrix, 2),
        given(matrix, 7, 0),
        given(matrix, dim=-2, norm="ortho"),
        given(matrix, norm="forward"),
        given(matrix, n=3, norm="backward"),
        given(matrix, 1),
        refuses=WHOLE if takes_pairs else (),
        torch=in_torch(name, takes_pairs),
    )


def several(name, function, matrix, size, takes_pairs=True):
    """A transform along two axes, or all."""
    return Operation(
        f"fft.{name}",
        function,
        given(matrix),
        given(matrix, size),
        given(matrix, size, [1, 0]),
        given(matrix, dim=[0, 1], norm="ortho"),
        given(matrix, [-1, 3], norm="forward"),
        refuses=WHOLE if takes_pairs else (),
        torch=in_torch(name, takes_pairs),
    )


ROWS = [
    one("fft", from_pairs(np.fft.fft), PAIRS, Z),
    one("ifft", from_pairs(np.fft.ifft), PRIME, Z),
    one("rfft", from_reals(np.fft.rfft), LINE, X, takes_pairs=False),
    one("ihfft", from_reals(np.fft.ihfft), LINE, X, takes_pairs=False),
    one("irfft", to_reals(np.fft.irfft), PAIRS, Z),
    one("hfft", to_reals(np.fft.hfft), PAIRS, Z),
]
TWO = (-2, -1)
ROWS += [
    several("fft2", several_from_pairs(np.fft.fftn, TWO), Z, (2, 5)),
    several("ifft2", several_from_pairs(np.fft.ifftn, TWO), Z, (2, 5)),
    several("rfft2", several_from_reals(np.fft.rfftn, TWO), X[0], (2, 5), takes_pairs=False),
    several("ihfft2", several_from_reals(ihfftn, TWO), X[0], (2, 5), takes_pairs=False),
    several("irfft2", several_to_reals(np.fft.irfftn, TWO), Z, (2, 5)),
    several("hfft2", several_to_reals(hfftn, TWO), Z, (2, 5)),
    several("fftn", several_from_pairs(np.fft.fftn, None), Z, (2, 5)),
    several("ifftn", several_from_pairs(np.fft.ifftn, None), Z, (2, 5)),
    several("rfftn", several_from_reals(np.fft.rfftn, None), X[1], (2, 5), takes_pairs=False),
    several("ihfftn", several_from_reals(ihfftn, None), X[1], (2, 5), takes_pairs=False),
    several("irfftn", several_to_reals(np.fft.irfftn, None), Z, (2, 5)),
    several("hfftn", several_to_reals(hfftn, None), Z, (2, 5)),
    Operation(
        "fft.pairs",
        lambda x, imag=None: np.stack(np.broadcast_arrays(x, 0 * x if imag is None else imag), -1),
        given(X),
        given(X, X[::-1].copy()),
        given(X, X[0, :1].copy()),
        torch=lambda torch: lambda x, imag=None: torch.view_as_real(torch.complex(x, x * 0 if imag is None else imag)),
    ),
    Operation(
        "fft.fftshift",
        lambda x, dim=None: np.fft.fftshift(x, dim),
        given(X),
        given(LINE, 0),
        given(X, [0, 2]),
        given(X, dim=-2),
        results="same",
    ),
    Operation(
        "fft.ifftshift",
        lambda x, dim=None: np.fft.ifftshift(x, dim),
        given(X),
        given(LINE, 0),
        given(X, [0, 1]),
        given(X, dim=-2),
        results="same",
    ),
    Operation(
        "fft.fftfreq",
        lambda n, d=1.0, dtype="float32": np.fft.fftfreq(n, d).astype(dtype),
        given(6),
        given(7, 0.25),
        given(1),
        given(8, d=3, dtype="float64"),
        flat=True,
        results="same",
    ),
    Operation(
        "fft.rfftfreq",
        lambda n, d=1.0, dtype="float32": np.fft.rfftfreq(n, d).astype(dtype),
        given(6),
        given(7, 0.25),
        given(1),
        given(8, d=3, dtype="float64"),
        flat=True,
        results="same",
    ),
]
