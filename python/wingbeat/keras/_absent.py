"""What Keras has and this package has not: for each such name what can be done instead."""

from __future__ import annotations

import sys

ABSENT = {
    "applications": (
        "nothing is downloaded, so there are no ready models; keras.models.load_model(path) reads .keras and .h5 "
        "files, also of Keras' own applications"
    ),
    "keras_tuner": "there is no tuner; loop over settings in Python, and compare the History of each fit",
    "wrappers": "there are no wrappers for scikit-learn; call fit and predict of the model",
    "distribution": "there is one device here; wingbeat.distributed says what there is",
    "export": "there are no SavedModels; model.save(path) writes a .keras file, wingbeat.export a graph for C",
    "legacy": "there is no Keras 2 under this name; Keras 3's classes read its files",
    "Quantizer": "there are no quantised layers",
    "quantizers": "there are no quantised layers",
    "RematScope": "there is none; tf.recompute_grad computes a function again in place of storing it",
    "remat": "there is none; tf.recompute_grad computes a function again in place of storing it",
    "StatelessScope": "there is none; wingbeat.func.functional_call runs a module on other values",
    "SymbolicScope": "there is none; keras.Input makes symbolic tensors",
    "device": "there is one device, the processor; leave the block out",
    "tree": "there is no keras.tree; tf.nest has flatten, map_structure and pack_sequence_as",
    "preprocessing": "there is none; keras.utils has pad_sequences, and layers prepare data (Rescaling, Normalization)",
    "visualization": "no pictures are drawn here; matplotlib takes NumPy arrays",
    # Of training.
    "MultiOptimizer": "there is no MultiOptimizer; make one optimizer for each list of variables, and apply each",
    "OptimizerMap": "there is no OptimizerMap; make one optimizer for each list of variables, and apply each",
    "plot_model": "no pictures of models are drawn; model.summary() shows layers, shapes and parameters",
    "model_to_dot": "no pictures of models are drawn; model.summary() shows layers, shapes and parameters",
    "text_dataset_from_directory": (
        "files of texts are not read into data sets; read them in Python, and give arrays to tf.data.Dataset"
    ),
    "image_dataset_from_directory": (
        "files of images are not decoded here; read them in Python (Pillow, imageio), and give tf.data.Dataset arrays"
    ),
    "audio_dataset_from_directory": "files of sounds are not read here; give arrays to tf.data.Dataset",
    "load_img": "files of images are not decoded here; read them in Python (Pillow, imageio)",
    "save_img": "files of images are not written here; write them in Python (Pillow, imageio)",
    "get_file": "nothing is downloaded; get the file, and give its path",
    "array_to_img": "no images of Pillow's are made here; PIL.Image.fromarray(x.astype('uint8')) makes one of an array",
    "Hashing": "there is no Hashing; IntegerLookup and StringLookup give numbers to what they have learned",
    "HashedCrossing": "there is no HashedCrossing; IntegerLookup gives numbers to what it has learned",
    "MelSpectrogram": "there is no such layer; tf.signal.stft and abs give spectrograms, before or in a Lambda",
    "STFTSpectrogram": "there is no such layer; tf.signal.stft and abs give spectrograms, before or in a Lambda",
    "TFSMLayer": "SavedModels are not read; keras.models.load_model reads .keras and .h5 files",
    "TorchModuleWrapper": "modules of PyTorch do not run here; wingbeat.nn has the same layers under its names",
    "JaxLayer": "functions of JAX do not run here; a subclass of keras.Layer computes with tf's functions",
    "FlaxLayer": "modules of Flax do not run here; a subclass of keras.Layer computes with tf's functions",
    "OrbaxCheckpoint": "there is no Orbax; ModelCheckpoint and BackupAndRestore write files",
    "set_backend": "there is one engine",
    "FeatureSpace": "there is no FeatureSpace; layers such as Normalization and CategoryEncoding prepare columns",
}


def sentence(module: str, name: str) -> str:
    """What to say of a name that a module of this package lacks."""
    plain = f"module {module!r} has no attribute {name!r}"
    path = f"{module}.{name}".partition(".keras.")[2]
    known = ABSENT.get(path) or ABSENT.get(name) or ABSENT.get(path.partition(".")[0])
    if known:
        return f"{plain}: {known}"
    near = [word for word in getattr(sys.modules.get(module), "__all__", ()) if word.lower() == name.lower()]
    return f"{plain}; did you mean {near[0]}?" if near else plain
