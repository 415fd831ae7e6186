#!/usr/bin/env python3
"""Holds the modules beside PyTorch's, by the samples of its own database of modules. `make test-peers` runs it.

The database is torch.testing._internal.common_modules.module_db. Each sample is made in both libraries, takes over one
state, and is called: results, derivatives of inputs and parameters, buffers afterwards, and the keys of the state in
their order are compared, in float64, in training and in evaluation mode. What draws random numbers is compared in
evaluation alone. Prints the differences and a summary line; fails below 98 % agreement. Names of modules choose some.
"""

import copy
import sys
import warnings
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "python"))

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch.testing._internal.common_modules import module_db  # noqa: E402

import wingbeat as wb  # noqa: E402
from wingbeat import nn  # noqa: E402

ENOUGH = 0.98
# Layers that draw random numbers in training.
DRAWING = ("Dropout", "RReLU")


def ours(value):
    """The same argument for this library."""
    if isinstance(value, torch.Tensor):
        return wb.tensor(value.detach().numpy(), requires_grad=value.requires_grad)
    if isinstance(value, (list, tuple)):
        return type(value)(ours(entry) for entry in value)
    if isinstance(value, dict):
        return {name: ours(entry) for name, entry in value.items()}
    if isinstance(value, (torch.nn.TransformerEncoderLayer, torch.nn.TransformerDecoderLayer)):
        return transformer_layer(value)
    if callable(value) and hasattr(nn.functional, getattr(value, "__name__", "")):
        return getattr(nn.functional, value.__name__)
    if isinstance(value, (torch.dtype, torch.device)):
        return str(value).removeprefix("torch.")
    return value


def transformer_layer(layer):
    """A layer of a Transformer with the other library's arguments."""
    attention = layer.self_attn
    return getattr(nn, type(layer).__name__)(
        attention.embed_dim,
        attention.num_heads,
        layer.linear1.out_features,
        layer.dropout.p,
        ours(layer.activation),
        layer.norm1.eps,
        attention.batch_first,
        layer.norm_first,
        layer.linear1.bias is not None,
    )


def leaves(value):
    """The tensors of nested tuples and lists."""
    if isinstance(value, (list, tuple)):
        return [leaf for entry in value for leaf in leaves(entry)]
    return [value] if hasattr(value, "dtype") else []


def close(what, found, want, rtol):
    if want is not None:
        np.testing.assert_allclose(found.detach().numpy(), want.detach().numpy(), rtol, rtol, err_msg=what)


def compare(info, sample, training):
    """Raises where the two differ."""
    name = info.module_cls.__name__
    args, kwargs = sample.constructor_input.args, sample.constructor_input.kwargs
    theirs = info.module_cls(*args, **kwargs).double().train(training)
    mine = getattr(nn, name)(*ours(args), **ours(kwargs)).double().train(training)
    keys = list(theirs.state_dict())
    assert list(mine.state_dict()) == keys, f"keys {list(mine.state_dict())} beside {keys}"
    mine.load_state_dict({key: value.numpy() for key, value in theirs.state_dict().items()})
    given, options = sample.forward_input.args, sample.forward_input.kwargs
    own, own_options = ours(given), ours(options)
    # A layer that writes over its input may not write over a leaf.
    want = theirs(
        *[entry.clone() if isinstance(entry, torch.Tensor) else copy.copy(entry) for entry in given], **options
    )
    found = mine(*own, **own_options)
    if training and any(word in name for word in DRAWING):
        return
    results, expected = leaves(found), leaves(want)
    assert len(results) == len(expected), f"{len(results)} results beside {len(expected)}"
    for result, value in zip(results, expected):
        close("result", result, value, 1e-9)
    if expected and expected[0].requires_grad:
        expected[0].sum().backward()
        results[0].sum().backward()
        for tensor, value in zip(leaves(own), leaves(given)):
            close("derivative of an input", tensor.grad, value.grad, 1e-7)
        for (key, tensor), (_, value) in zip(mine.named_parameters(), theirs.named_parameters()):
            close(f"derivative of {key}", tensor.grad, value.grad, 1e-7)
    for (key, tensor), (_, value) in zip(mine.named_buffers(), theirs.named_buffers()):
        close(key, tensor, value, 1e-9)


def main(names):
    warnings.filterwarnings("ignore")
    same, different, missing = Counter(), Counter(), []
    for info in module_db:
        name = info.module_cls.__name__
        if names and name not in names:
            continue
        if not hasattr(nn, name):
            missing.append(name)
            continue
        for training in (True, False) if info.train_and_eval_differ else (True,):
            torch.manual_seed(0)
            samples = info.module_inputs_func(
                info, device="cpu", dtype=torch.float64, requires_grad=True, training=training
            )
            for sample in samples:
                if sample.forward_input is None:
                    continue
                try:
                    compare(info, sample, training)
                    same[name] += 1
                except Exception as error:
                    different[name] += 1
                    arguments = f"{sample.constructor_input.args} {sample.constructor_input.kwargs}"
                    sentence = " ".join(str(error).split())
                    print(f"{name}{arguments:.160}: {type(error).__name__}: {sentence:.240}")
    count = sum(same.values()) + sum(different.values())
    share = sum(same.values()) / max(count, 1)
    print(f"not here: {', '.join(missing)}")
    print(f"{len(same)} modules, {count} samples, {100 * share:.1f} % agree")
    return 0 if share >= ENOUGH else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
