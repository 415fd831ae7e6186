"""What TensorFlow has and this face has not: for each such name what can be done instead. Modules say it when they are
asked for the name, and so does `import tensorflow.NAME` under wingbeat.tf (ImportError)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._dtypes import MISSING, missing

if TYPE_CHECKING:
    from collections.abc import Callable

_COMPLEX = "there are no complex tensors; wingbeat.fft keeps real and imaginary parts as pairs, [..., 2]"
_SPARSE = "there are no sparse tensors; use dense ones, with tf.gather and tf.tensor_scatter_nd_add for their rows"
_RAGGED = "there are no ragged tensors; pad the rows (Dataset.padded_batch) and mask them (tf.sequence_mask)"
_STRINGS = "there are no tensors of strings; work on texts in Python, and give the numbers to tf.constant"
_FILES = (
    "records of TensorFlow's are not read; Dataset.from_generator takes what Python reads, wingbeat.data HDF5 files"
)
_GRAPHS = "there are no graphs and sessions of TensorFlow 1; tf.function makes a program of a function"
_SHARED = "this build computes in one process, on all cores; wingbeat.distributed says what there is"
_BOARD = "there is no writer of TensorBoard's files; keras.callbacks.CSVLogger writes a table, History keeps numbers"
_TFLITE = "there is no converter for TensorFlow Lite; wingbeat.export writes a model that C runs"
_SAVED = "SavedModels are neither read nor written; model.save('name.keras') and keras.models.load_model do that work"
_LOOKUP = "there are no tables in the graph; look words up in a Python dict"
_IMAGES = "files of images are not decoded here; read them in Python (Pillow, imageio), and give arrays to tf.constant"
_PROFILER = "there is no profiler; wingbeat.compile(f).explain(..., time=True) times each step of a plan"
_CHECKPOINTS = "TensorFlow's checkpoints are not read; model.save_weights('name.weights.h5') keeps weights"
_QUANTIZED = "there are no quantised tensors; train and run in float32, or with keras.mixed_precision"
_DRAWS = "numbers of that distribution are not drawn; there are normal, truncated_normal, uniform and categorical"
_RAW = "there are no raw operations; tf, tf.math and tf.nn have them under their public names"

ABSENT: dict[str, str] = {
    **dict.fromkeys("complex real imag conj angle dtypes.complex64 math.conj math.real math.imag".split(), _COMPLEX),
    **dict.fromkeys("sparse SparseTensor IndexedSlices SparseTensorSpec sparse_tensor".split(), _SPARSE),
    **dict.fromkeys("ragged RaggedTensor RaggedTensorSpec".split(), _RAGGED),
    **dict.fromkeys("strings as_string string_split string_to_number".split(), _STRINGS),
    **dict.fromkeys(
        "io train.Example train.Feature train.Features TFRecordReader data.TFRecordDataset".split(), _FILES
    ),
    **dict.fromkeys(
        "data.TextLineDataset data.FixedLengthRecordDataset data.experimental.make_csv_dataset".split(), _FILES
    ),
    **dict.fromkeys("io.decode_jpeg io.decode_png io.decode_image io.read_file image.decode_jpeg".split(), _IMAGES),
    **dict.fromkeys("image.decode_png image.decode_image image.encode_png image.encode_jpeg".split(), _IMAGES),
    **dict.fromkeys("compat.v1 Graph Session graph_util placeholder global_variables_initializer".split(), _GRAPHS),
    "compat": _GRAPHS,
    **dict.fromkeys("distribute tpu".split(), _SHARED),
    "summary": _BOARD,
    "lite": _TFLITE,
    "saved_model": _SAVED,
    "lookup": _LOOKUP,
    "profiler": _PROFILER,
    "train": _CHECKPOINTS,
    "quantization": _QUANTIZED,
    "raw_ops": _RAW,
    **dict.fromkeys("random.gamma random.poisson random.stateless_gamma".split(), _DRAWS),
    "math.betainc": "there is no incomplete beta function; tf.math.igamma is that of gamma",
    "experimental": "there is no tf.experimental; tf.constant takes NumPy's arrays, and NumPy takes tensors",
    "estimator": "there are no estimators; keras models have fit, evaluate and predict",
    "feature_column": "there are no feature columns; layers such as keras.layers.Normalization prepare features",
    "contrib": _GRAPHS,
    "xla": "there is no XLA here; tf.function makes programs, and takes jit_compile",
}


def sentence(module: str, name: str) -> str:
    """What to say of a name that a module of this face lacks."""
    path = f"{module}.{name}".removeprefix("wingbeat.tf").lstrip(".")
    if path in MISSING:
        return missing(path)
    known = ABSENT.get(path) or ABSENT.get(path.partition(".")[0] if "." in path else "")
    return f"module {module!r} has no attribute {name!r}" + (f": {known}" if known else "")


def refusing(module: str) -> Callable[[str], Any]:
    """The __getattr__ of a module of this face."""

    def __getattr__(name: str) -> Any:
        raise AttributeError(sentence(module, name))

    return __getattr__
