"""What these scripts share: parameters from NumPy's generator, so that every engine starts from the same numbers."""

import numpy as np
import torch


def seed_parameters(model, seed=0, scale=0.2):
    """Normal numbers for all parameters with two axes and more; those with one keep what they have, but for biases,
    which become small numbers."""
    rng = np.random.default_rng(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if parameter.dim() > 1 or name.split(".")[-1].startswith("bias") or "bias" in name:
                values = rng.normal(0, scale, tuple(parameter.shape))
                parameter.copy_(torch.tensor(values, dtype=parameter.dtype))
    return model


def blobs(rows, shape, classes, seed=0):
    """Images with a bright square whose place is the class: float32 [rows, *shape], int64 [rows]."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, rows)
    images = rng.normal(0, 0.3, (rows, *shape)).astype(np.float32)
    side = shape[-1] // 4
    for row, label in enumerate(labels):
        top, left = (label // 4) * side, (label % 4) * side
        images[row, ..., top : top + side, left : left + side] += 1
    return images, labels.astype(np.int64)
