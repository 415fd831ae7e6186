"""Rows of the table for window functions, Fourier transforms of pieces of a signal, and pairs of reals."""

import numpy as np
import scipy.signal
from operation_table import WHOLE, Operation, given, points

import wingbeat as wb

SIGNAL, SIGNALS = points((20,), seed=80), points((2, 15), seed=81)
WINDOW = points((6,), 0.4, 1.4, seed=82)
SPECTRA, WHOLE_SPECTRA = points((4, 5, 2), seed=83), points((2, 6, 4, 2), seed=84)
X, Y = points((2, 3), seed=85), points((2, 3), seed=86)


def weights(n_fft, window, win_length):
    """The window in the middle of a piece."""
    own = np.ones(n_fft if win_length is None else win_length) if window is None else window
    if own.ndim != 1 or len(own) > n_fft or (win_length or n_fft) != len(own):
        raise ValueError("window")
    before = (n_fft - len(own)) // 2
    return np.pad(own, (before, n_fft - len(own) - before))


def stft(
    x, n_fft, hop_length=None, win_length=None, window=None, center=True, pad_mode="reflect", normalized=False,
    onesided=None, return_complex=None,
):  # fmt: skip
    if x.ndim not in (1, 2):
        raise ValueError(x.shape)
    hop = n_fft // 4 if hop_length is None else hop_length
    if center:
        modes = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
        x = np.pad(x, [(0, 0)] * (x.ndim - 1) + [(n_fft // 2,) * 2], modes[pad_mode])
    count = (x.shape[-1] - n_fft) // hop + 1
    pieces = np.stack([x[..., start * hop : start * hop + n_fft] for start in range(count)], -2)
    transform = np.fft.fft if onesided is False else np.fft.rfft
    spectra = np.swapaxes(transform(pieces * weights(n_fft, window, win_length)), -1, -2)
    spectra = spectra / np.sqrt(n_fft) if normalized else spectra
    return np.stack([spectra.real, spectra.imag], -1)


def istft(
    x, n_fft, hop_length=None, win_length=None, window=None, center=True, normalized=False, onesided=None, length=None
):  # fmt: skip
    """By adding pieces up one by one."""
    if x.ndim not in (3, 4) or x.shape[-1] != 2 or x.shape[-3] != (n_fft if onesided is False else n_fft // 2 + 1):
        raise ValueError(x.shape)
    hop = n_fft // 4 if hop_length is None else hop_length
    z = np.swapaxes(x[..., 0] + 1j * x[..., 1], -1, -2)
    pieces = np.fft.ifft(z).real if onesided is False else np.fft.irfft(z, n_fft)
    pieces = pieces * np.sqrt(n_fft) if normalized else pieces
    own = weights(n_fft, window, win_length)
    reach = n_fft + hop * (pieces.shape[-2] - 1)
    sums, squares = np.zeros((*pieces.shape[:-2], reach)), np.zeros(reach)
    for place in range(pieces.shape[-2]):
        part = slice(place * hop, place * hop + n_fft)
        sums[..., part] += pieces[..., place, :] * own
        squares[part] += own**2
    start = n_fft // 2 if center else 0
    end = reach - start if length is None else min(start + length, reach)
    if squares[start:end].min() < 1e-11:
        raise ValueError("the windows leave gaps")
    signal = sums[..., start:end] / squares[start:end]
    more = 0 if length is None else length - signal.shape[-1]
    return np.pad(signal, [(0, 0)] * (signal.ndim - 1) + [(0, more)])


def real_stft(torch):
    """PyTorch's, with pairs."""
    return lambda x, *args, **kwargs: torch.view_as_real(torch.stft(x, *args, **{**kwargs, "return_complex": True}))


def real_istft(torch):
    return lambda x, *args, **kwargs: torch.istft(torch.view_as_complex(x.contiguous()), *args, **kwargs)


def pairs_of(a, b):
    return np.stack(np.broadcast_arrays(a, b), -1)


def window(name, reference, *cases):
    """One of signal.windows; SciPy's of the same name."""

    def values(M, sym=True, dtype="float32", requires_grad=False, **options):
        return reference(M, sym=sym, **options).astype(dtype)

    return Operation(
        f"signal.windows.{name}",
        values,
        *(given(count, **options) for count in (0, 1, 2, 7) for options in cases or ({},)),
        *(given(count, sym=False, dtype="float64", **options) for count in (1, 6) for options in cases or ({},)),
        flat=True,
        results="same",
    )


def older(name, reference, *options):
    """One of PyTorch's older functions."""

    def values(window_length, periodic=True, *args, dtype="float32", requires_grad=False, **more):
        return reference(window_length, *args, sym=not periodic, **more).astype(dtype)

    return Operation(
        name,
        values,
        *(given(count) for count in (0, 1, 2, 7)),
        given(6, dtype="float64"),
        given(6, False, dtype="float64"),
        given(1, periodic=False),
        *(given(6, **more, dtype="float64") for more in options),
        flat=True,
        results="same",
    )


def cosines(M, alpha=0.54, beta=0.46, sym=True):
    return scipy.signal.windows.general_cosine(M, [alpha, beta], sym)


def exponential(M, center=None, tau=1.0, sym=True):
    return scipy.signal.windows.exponential(M, center, tau, sym)


W = scipy.signal.windows
ROWS = [
    window("bartlett", W.bartlett),
    window("blackman", W.blackman),
    window("cosine", W.cosine),
    window("exponential", exponential, {}, {"tau": 2.5}),
    window("gaussian", lambda M, std=1.0, sym=True: W.gaussian(M, std, sym), {}, {"std": 2.5}),
    window("general_cosine", lambda M, a, sym=True: W.general_cosine(M, a, sym), {"a": [0.4, 0.5, 0.1]}, {"a": [1.0]}),
    window("general_hamming", lambda M, alpha=0.54, sym=True: W.general_hamming(M, alpha, sym), {}, {"alpha": 0.7}),
    window("hamming", W.hamming),
    window("hann", W.hann),
    window("kaiser", lambda M, beta=12.0, sym=True: W.kaiser(M, beta, sym), {}, {"beta": 0.0}, {"beta": 600.0}),
    window("nuttall", W.nuttall),
    older("bartlett_window", W.bartlett),
    older("blackman_window", W.blackman),
    older("hamming_window", cosines, {"alpha": 0.6}, {"beta": 0.3}),
    older("hann_window", W.hann),
    older("kaiser_window", lambda M, beta=12.0, sym=True: W.kaiser(M, beta, sym), {"beta": 5.0}),
    Operation(
        "stft",
        stft,
        given(SIGNAL, 8),
        given(SIGNAL, 6, 2, 6, WINDOW),
        given(SIGNALS, 8, hop_length=3, win_length=6, window=WINDOW, pad_mode="constant"),
        given(SIGNALS, 7, 4, center=False, onesided=False, normalized=True),
        given(SIGNAL, 5, 2, win_length=4, pad_mode="replicate", onesided=True),
        given(SIGNAL, 4, 1, pad_mode="circular", return_complex=True),
        refuses=WHOLE,
        torch=real_stft,
    ),
    Operation(
        "istft",
        istft,
        given(SPECTRA, 6, 2),
        given(SPECTRA, 6, 2, 6, WINDOW),
        given(SPECTRA, 7, hop_length=3, center=False, length=12),
        given(WHOLE_SPECTRA, 6, 3, onesided=False, normalized=True, window=WINDOW, length=20),
        given(WHOLE_SPECTRA[:, :4], 6, 3, length=7),
        refuses=WHOLE,
        rtol=1e-11,
        torch=real_istft,
    ),
    Operation(
        "complex",
        pairs_of,
        given(X, Y),
        given(X[0], Y[:, :1]),
        refuses=WHOLE,
        torch=lambda torch: lambda a, b: torch.view_as_real(torch.complex(a, b)),
    ),
    Operation(
        "polar",
        lambda a, b: pairs_of(a * np.cos(b), a * np.sin(b)),
        given(np.abs(X), Y),
        refuses=WHOLE,
        torch=lambda torch: lambda a, b: torch.view_as_real(torch.polar(a, b)),
    ),
    *(
        Operation(
            name,
            lambda x: pairs_of(x[..., 0], x[..., 1]) if x.shape[-1] == 2 else 1 / 0,
            given(SPECTRA),
            refuses=WHOLE,
            methods=False,
            torch=lambda torch: lambda x: x,
        )
        for name in ("view_as_real", "view_as_complex")
    ),
]
assert wb.signal.windows.__all__ == [row.name for row in ROWS[:11]]
