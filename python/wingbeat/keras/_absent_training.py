"""What Keras has for training and this package has not: for each such name what can be done instead."""

from __future__ import annotations

import sys

ABSENT = {
    "Muon": "there is no Muon under Keras's names; wingbeat.optim.Muon takes a model's parameters",
    "MultiOptimizer": "there is no MultiOptimizer; make one optimizer for each list of variables, and apply each",
    "OptimizerMap": "there is no OptimizerMap; make one optimizer for each list of variables, and apply each",
    "ScheduleFreeAdamW": "there is no ScheduleFreeAdamW; AdamW with use_ema=True keeps an average of the variables",
    "CTC": "there is no CTC loss; frame-wise classes can be trained with SparseCategoricalCrossentropy",
    "ctc": "there is no CTC loss; frame-wise classes can be trained with sparse_categorical_crossentropy",
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
    "FeatureSpace": "there is no FeatureSpace; layers such as Normalization and CategoryEncoding prepare columns",
    "pack_x_y_sample_weight": "there is none; write a tuple (x, y) or (x, y, sample_weight)",
}


def sentence(module: str, name: str) -> str:
    """What an AttributeError says of a name that a module has not."""
    plain = f"module {module!r} has no attribute {name!r}"
    if name in ABSENT:
        return f"{plain}: {ABSENT[name]}"
    known = [word for word in getattr(sys.modules.get(module), "__all__", ()) if word.lower() == name.lower()]
    return f"{plain}; did you mean {known[0]}?" if known else plain
