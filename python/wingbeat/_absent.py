"""What PyTorch has and this library has not: for each such name what can be done instead. Modules say it when they are
asked for the name (AttributeError), and so does `import torch.NAME` under wingbeat.torch (ImportError)."""

from __future__ import annotations

_SPARSE = "there are no sparse tensors; use dense ones, or SciPy's matrices outside of the graph"
_COMPLEX = "there are no complex tensors; wingbeat.fft keeps real and imaginary parts as pairs, z[..., 0] and z[..., 1]"
_NARROW = "there are no tensors of that dtype; the next wider one is int32"
_TRACED = "there is no tracing by PyTorch's compiler here; wingbeat.compile and wingbeat.export do that work"
_PROFILER = (
    "there is no profiler under PyTorch's names; wb.compile(f).explain(..., time=True) times each step of a plan"
)
_OPERATORS = "there are no registered operators; an operation of one's own is an autograd.Function or custom_vjp"

ABSENT: dict[str, str] = {
    **dict.fromkeys(
        "sparse sparse_coo_tensor sparse_csr_tensor sparse_coo sparse_csr spmm smm sspaddmm sparse_mask".split(),
        _SPARSE,
    ),
    **dict.fromkeys(
        "complex64 complex128 complex32 cfloat cdouble chalf real imag conj conj_physical resolve_conj resolve_neg "
        "angle is_conj is_neg".split(),
        _COMPLEX,
    ),
    **dict.fromkeys("int8 int16 short uint16 uint32 uint64 CharTensor ShortTensor".split(), _NARROW),
    **dict.fromkeys("fx _dynamo dynamo _inductor export_ir".split(), _TRACED),
    **dict.fromkeys("profiler autograd.profiler".split(), _PROFILER),
    **dict.fromkeys("ops classes library".split(), _OPERATORS),
    "hub": "nothing is downloaded; get the model's file, convert it with wingbeat.save, and read it with wingbeat.load",
    "futures": "there are no futures; concurrent.futures of Python has them",
    "onnx": "there is no ONNX here; wingbeat.export writes a model that C reads",
    "quantization": "there are no quantised layers; train and run in float32 or with autocast",
    "ao": "there are no quantised layers; train and run in float32 or with autocast",
    "quantize_per_tensor": "there are no quantised tensors",
    "package": "there are no packages of models; wingbeat.save(model, path) writes one file with everything",
    "mps": "this build computes on the processor alone",
    "xpu": "this build computes on the processor alone",
    "utils.tensorboard": "there is no writer of TensorBoard's files; a trainer's history plots itself (history.plot())",
    "utils.cpp_extension": "extensions of PyTorch's cannot be loaded; wingbeat has a C interface (include/wingbeat.h)",
    "utils.bottleneck": _PROFILER,
    "multiprocessing": "there is none; multiprocessing of Python takes tensors, and so do DataLoader's workers",
    "nn.quantized": "there are no quantised layers; train and run in float32 or with autocast",
    "nn.attention": "attention is one operation here, nn.functional.scaled_dot_product_attention",
    "cuda.FloatTensor": "this build has no GPU; FloatTensor makes one on the processor",
    "cuda.LongTensor": "this build has no GPU; LongTensor makes one on the processor",
    "cuda.ByteTensor": "this build has no GPU; ByteTensor makes one on the processor",
}


def sentence(module: str, name: str) -> str:
    """What to say of a name that a module of this package lacks."""
    path = f"{module}.{name}".partition(".")[2]
    known = ABSENT.get(path) or ABSENT.get(path.partition(".")[0] if "." in path else "")
    return f"module {module!r} has no attribute {name!r}" + (f": {known}" if known else "")
