#!/usr/bin/env python3
"""Writes the Python classes of layers, losses, optimisers and schedules, and docs/layers.md, from the registry of the
built library.

    scripts/generate_layers.py            writes the files
    scripts/generate_layers.py --check    fails if a file on disk is not what the registry says

A layer's name, arguments and documentation are said once, in its Swift type. One file a family:
python/wingbeat/nn/FAMILY.py, python/wingbeat/optim/optimizers.py, python/wingbeat/optim/schedules.py. Containers are
written by hand, because they are Python's sequences too; only their pages come from here.
"""

import ctypes
import re
import shutil
import subprocess
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "python" / "wingbeat"
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "scripts")]

import keras_classes  # noqa: E402
import keras_training_classes  # noqa: E402

from wingbeat import _abi  # noqa: E402
from wingbeat._library import check, lib  # noqa: E402

BY_HAND = ("containers", "transformer")
# Classes with methods of Python's own, written by hand: module and base class. Names that end with a number of axes
# stand without it.
BASES = {
    "ConvTranspose": "_sized.SizedLayer",
    "MaxPool": "_sized.PoolLayer",
    "AvgPool": "_sized.PoolLayer",
    "AdaptiveMaxPool": "_sized.PoolLayer",
    "MaxUnpool": "_sized.UnpoolLayer",
    "BatchNorm": "_running.RunningLayer",
    "InstanceNorm": "_running.RunningLayer",
    "LazyLinear": "_lazy.LazyLayer",
    "Embedding": "_tables.RowLayer",
    "EmbeddingBag": "_tables.BagLayer",
    "RNN": "_recurrent.RecurrentLayer",
    "LSTM": "_recurrent.LayerWithCells",
    "GRU": "_recurrent.RecurrentLayer",
    "RNNCell": "_recurrent.RecurrentCell",
    "LSTMCell": "_recurrent.CellWithCells",
    "GRUCell": "_recurrent.RecurrentCell",
    "Standardize": "_adapting.AdaptingLayer",
    "MultiheadAttention": "_attention.AttentionLayer",
}
# Parameters and buffers that some layers of a family lack: their attributes are None then, as in PyTorch.
ARRAYS = {
    "BatchNorm": ("weight", "bias", "running_mean", "running_var", "num_batches_tracked"),
    "InstanceNorm": ("weight", "bias", "running_mean", "running_var", "num_batches_tracked"),
    "LayerNorm": ("weight", "bias"),
    "GroupNorm": ("weight", "bias"),
    "RMSNorm": ("weight",),
}
# Losses that came after size_average and reduce had gone.
WITHOUT_LEGACY = ("CTCLoss", "HuberLoss", "GaussianNLLLoss")
# Schedules in whose constructors PyTorch has the optimiser behind all else.
OPTIMIZER_LAST = ("ChainedScheduler",)
# Optimisers whose steps ask for the loss.
WITH_CLOSURE = ("LBFGS",)
WIDTH = 120


@dataclass
class Argument:
    name: str
    type: str
    initial: str  # None if it has to be given
    documentation: str


@dataclass
class Entry:
    name: str
    family: str
    documentation: str
    inputs: str
    outputs: str
    arguments: list = field(default_factory=list)


def entries(registry):
    """The entries of one of the library's tables."""
    count = ctypes.c_int32()
    check(lib.wb_registry_count(registry, count))
    found = []
    for index in range(count.value):
        texts = [ctypes.c_char_p() for _ in range(5)]
        check(lib.wb_registry_entry(registry, index, *texts, count_of := ctypes.c_int32()))
        entry = Entry(*[text.value.decode() for text in texts])
        for place in range(count_of.value):
            parts = [ctypes.c_char_p() for _ in range(4)]
            check(lib.wb_registry_argument(registry, index, place, *parts))
            entry.arguments.append(Argument(*[None if part.value is None else part.value.decode() for part in parts]))
        found.append(entry)
    return found


def annotation(argument, as_sequence=False):
    """The type as the classes annotate it."""
    kind = re.sub(r"tuple\[(\w+), \.\.\.\]", r"Sequence[\1]", argument.type) if as_sequence else argument.type
    return re.sub(r"\b(DType|Tensor)\b", r"\1Like", kind)


def of_python(entry):
    """The arguments as PyTorch has them: with `device`, and with size_average and reduce, which Python alone knows."""
    found = list(entry.arguments)
    names = [argument.name for argument in found]
    if "dtype" in names:
        found.insert(names.index("dtype"), Argument("device", "DeviceLike", "None", ""))
    if entry.family == "losses" and entry.name not in WITHOUT_LEGACY:
        place = names.index("reduction")
        found.insert(place, Argument("reduce", "bool | None", "None", ""))
        if names[place - 1] in ("ignore_index", "eps") and entry.name != "TripletMarginLoss":
            place -= 1
        found.insert(place, Argument("size_average", "bool | None", "None", ""))
    return found


def signature(entry, first, as_sequences=False):
    """The parameters of __init__, with their types."""
    parts = [first]
    for argument in of_python(entry):
        initial = "" if argument.initial is None else f" = {argument.initial}"
        parts.append(f"{argument.name}: {annotation(argument, as_sequences)}{initial}")
    return ", ".join(parts)


def named(table, entry):
    """What a table has for a class, or for its name without the number of axes."""
    return table.get(entry.name, table.get(re.sub(r"\dd$", "", entry.name)))


def tuples(entry):
    """Arguments that PyTorch keeps as tuples of known length where one number is given: name -> length."""
    found = {}
    for argument in entry.arguments:
        each = re.match(r"int \| tuple\[(int(?:, int)*)\]", argument.type)
        if each:
            found[argument.name] = each.group(1).count("int")
        if argument.name == "normalized_shape":
            found[argument.name] = 1
    return found


def docstring(entry, indent):
    """The documentation of the registry, with the arguments."""
    paragraphs = entry.documentation.split("\n\n")
    lines = ['"""' + paragraphs[0].replace("\n", " ")]
    wrap = WIDTH - len(indent)
    lines = textwrap.wrap(lines[0], wrap)
    for paragraph in paragraphs[1:]:
        lines += ["", *textwrap.wrap(paragraph.replace("\n", " "), wrap)]
    shown = [argument for argument in entry.arguments if argument.documentation]
    if shown:
        lines.append("")
        for argument in shown:
            lines += textwrap.wrap(f"{argument.name}: {argument.documentation}.", wrap, subsequent_indent="    ")
    if len(lines) == 1 and len(lines[0]) + 3 <= wrap:
        return [indent + lines[0] + '"""']
    return [indent + line if line else "" for line in lines] + [indent + '"""']


def lines_of(parts, indent):
    """Parts with commas between them, over lines, none of which is split."""
    lines, line = [], indent
    for place, part in enumerate(parts):
        piece = part + ("," if place + 1 < len(parts) else "")
        if line != indent and len(line) + 1 + len(piece) > WIDTH:
            lines.append(line)
            line = indent
        line += piece if line == indent else " " + piece
    return [*lines, line]


def call(head, arguments, indent):
    """A call or definition, over several lines where it is long."""
    line = f"{indent}{head}({', '.join(arguments)})"
    if len(line) <= WIDTH - 12:
        return [line]
    return [f"{indent}{head}(", *lines_of(arguments, indent + "    "), f"{indent})"]


def listed(names):
    return ", ".join(f'"{name}"' for name in names) + ("," if len(names) == 1 else "")


def layer(entry):
    """The class of a layer or a loss."""
    base = (named(BASES, entry) or ".Layer").partition(".")[2]
    lines = ["", "", f"class {entry.name}({base}):", *docstring(entry, "    "), "", f'    _kind = "{entry.name}"']
    tensors = [argument.name for argument in entry.arguments if "Tensor" in argument.type]
    arrays = named(ARRAYS, entry) or ()
    kept = [argument.name for argument in entry.arguments if argument.name not in ("dtype", *tensors)]
    if kept:
        line = f"    _arguments = ({listed(kept)})"
        names = [f'"{name}"' for name in kept]
        lines += [line] if len(line) <= WIDTH else ["    _arguments = (", *lines_of(names, "        "), "    )"]
    if tensors:
        lines.append(f"    _tensors = ({listed(tensors)})")
    if arrays:
        lines.append(f"    _arrays = ({listed(arrays)})")
    if tuples(entry):
        lengths = ", ".join(f'"{name}": {count}' for name, count in tuples(entry).items())
        lines.append(f"    _tuples = {{{lengths}}}")
    parts = [part.strip() for part in re.split(r",\s*(?![^\[]*\])", signature(entry, "self"))]
    definition = call("def __init__", parts, "    ")
    definition[-1] += " -> None:"
    lines += ["", *definition]
    given = [argument.name for argument in of_python(entry)]
    if "size_average" in given:
        lines.append("        reduction = reduction_of(type(self).__name__, size_average, reduce, reduction)")
        given = [name for name in given if name not in ("size_average", "reduce")]
    lines += call("self._make", [f"{name}={name}" for name in given], "        ")
    if base != "Layer":
        return lines
    names = [name.strip().removesuffix("=None") for name in entry.inputs.split(",")]
    definition = call("def forward", ["self", *(f"{name}: TensorLike" for name in names)], "    ")
    definition[-1] += " -> Tensor:"
    lines += ["", *definition]
    run = {1: "_run", 2: "_run_pair"}.get(len(names), "_several")
    if run == "_several":
        lines.append(f"        result: Tensor = self._several({', '.join(names)})")
        lines.append("        return result")
    else:
        lines.append(f"        return self.{run}({', '.join(names)})")
    return lines


def settings(entry, base, first, attributes):
    """The class of an optimiser or a schedule, whose first parameters are `first`."""
    lines = ["", "", f"class {entry.name}({base}):", *docstring(entry, "    "), ""]
    lines += [f"    {attribute}" for attribute in attributes]
    separator = r",\s*(?![^\[(]*[\])])"
    parts = [part.strip() for part in re.split(separator, signature(entry, f"self, {first}", as_sequences=True))]
    if entry.name in OPTIMIZER_LAST:
        parts = ["self", *parts[2:], "optimizer: Optimizer | None = None"]
    definition = call("def __init__", parts, "    ")
    definition[-1] += " -> None:"
    lines += ["", *definition]
    name = first.split(":")[0]
    if entry.name in OPTIMIZER_LAST:
        lines.append("        schedulers = list(schedulers)")
        name = "optimizer or common_optimizer(schedulers)"
    given = [f"{argument.name}={argument.name}" for argument in entry.arguments]
    return lines + call("self._make", [name, *given], "        ")


def optimizer(entry):
    """The class of an optimiser."""
    names = ", ".join(f'"{argument.name}"' for argument in entry.arguments)
    attributes = textwrap.wrap(f"_settings = ({names})", WIDTH - 4, subsequent_indent="    ")
    if entry.name in WITH_CLOSURE:
        attributes.append("_needs_closure = True")
    return settings(entry, "EngineOptimizer", "params: Iterable[Any]", attributes)


def schedule(entry):
    """The class of a schedule."""
    base = "PlateauScheduler" if entry.name == "ReduceLROnPlateau" else "LRScheduler"
    return settings(entry, base, "optimizer: Optimizer", [f'_kind = "{entry.name}"'])


def bases(found):
    """The imports of base classes."""
    wanted = {}
    for entry in found:
        home, _, name = (named(BASES, entry) or "layer.Layer").partition(".")
        wanted.setdefault(home, set()).add(name)
    return [f"from .{home} import {', '.join(sorted(names))}" for home, names in sorted(wanted.items())]


def module(family, found):
    """A file of layers or losses."""
    body = [line for entry in found for line in layer(entry)]
    text = "\n".join(body)
    names = [name for name in ("Literal",) if name in text]
    words = set(re.findall(r"\w+", text))
    what = {"losses": "Losses", "linear": "Linear layers"}.get(family, f"Layers of the family {family}")
    typing = ["    from .._device import DeviceLike"] if "DeviceLike" in words else []
    likes = ", ".join(name for name in ("DTypeLike", "TensorLike") if name in words)
    typing += [f"    from .._typing import {likes}"] if likes else []
    lines = [
        f'"""{what}. Written by scripts/generate_layers.py from the engine\'s registry; do not edit."""',
        "",
        "from __future__ import annotations",
        "",
        f"from typing import {', '.join(['TYPE_CHECKING', *names])}",
        "",
        *(["from .._tensor import Tensor"] if "Tensor" in words else []),
        *(["from ._reductions import reduction_of"] if "reduction_of" in words else []),
        *bases(found),
        "",
        "if TYPE_CHECKING:",
        *typing,
        *body,
    ]
    return "\n".join(lines) + "\n"


def optimizers(found):
    lines = [
        '"""The optimisers. Written by scripts/generate_layers.py from the engine\'s registry; do not edit."""',
        "",
        "from __future__ import annotations",
        "",
        "from collections.abc import Iterable",
        "from typing import Any",
        "",
        "from .engine import EngineOptimizer",
    ]
    body = [line for entry in found for line in optimizer(entry)]
    if "Literal" in "\n".join(body):
        lines[5] = "from typing import Any, Literal"
    return "\n".join(lines + body) + "\n"


def schedules(found):
    lines = [
        '"""The schedules. Written by scripts/generate_layers.py from the engine\'s registry; do not edit."""',
        "",
        "from __future__ import annotations",
        "",
        "from collections.abc import Callable, Sequence",
        "from typing import Literal",
        "",
        "from .optimizer import Optimizer",
        "from .schedule import LRScheduler, PlateauScheduler, common_optimizer",
    ]
    lines += [line for entry in found for line in schedule(entry)]
    return "\n".join(lines) + "\n"


def page(tables):
    """docs/layers.md."""
    lines = [
        "# Layers, losses, optimisers, schedules",
        "",
        "Written by `make docs` from the registry of the library, which C lists by `wb_registry_entry`. Each is made",
        "by its expression, from C (`wb_module_create`, `wb_optimizer_create`, `wb_schedule_create`) and in Python by",
        "the class of that name in `wingbeat.nn`, `wingbeat.optim` or `wingbeat.optim.lr_scheduler`; `keras.Dense` and",
        "the like are in `wingbeat.keras.layers`, and have Keras' rules.",
    ]
    for title, found in tables:
        lines += ["", f"## {title}"]
        for entry in found:
            parts = [
                f"{argument.name}={argument.initial}" if argument.initial is not None else argument.name
                for argument in entry.arguments
            ]
            words = [f"`{entry.name}({parts[0]}" if parts else f"`{entry.name}(", *parts[1:]]
            call = lines_of([*words[:-1], words[-1] + ")`"], "")
            lines += ["", f"### {entry.name}", "", *call, ""]
            for paragraph in entry.documentation.split("\n\n"):
                lines += [*textwrap.wrap(paragraph.replace("\n", " "), WIDTH), ""]
            if entry.arguments:
                lines += ["| argument | type | default | |", "|---|---|---|---|"]
                for argument in entry.arguments:
                    initial = "" if argument.initial is None else f"`{argument.initial}`"
                    kind = argument.type.replace("|", "\\|")
                    lines.append(f"| `{argument.name}` | `{kind}` | {initial} | {argument.documentation} |")
                lines.append("")
            if entry.inputs:
                lines += textwrap.wrap(f"Takes {entry.inputs}; gives {entry.outputs}.", WIDTH)
            while not lines[-1]:
                lines.pop()
    return "\n".join(lines) + "\n"


def keras_files(layers):
    """The same of Keras' layers."""
    families = {}
    for entry in layers:
        families.setdefault(keras_classes.family_of(entry), []).append(entry)
    home = PACKAGE / "keras" / "layers"
    found = {
        home / f"{family}.py": formatted(keras_classes.module(family, entries, docstring, call, lines_of))
        for family, entries in families.items()
    }
    return {**found, home / "__init__.py": formatted(keras_classes.index(families))}


def formatted(text):
    """As the project's formatter lays Python out."""
    tool = shutil.which("ruff", path=f"{Path(sys.executable).parent}:{ROOT / '.venv' / 'bin'}:/usr/bin") or "ruff"
    name = ["--config", str(ROOT / "ruff.toml"), "--stdin-filename", str(PACKAGE / "x.py"), "-"]
    for words in (["format"], ["check", "--fix-only", "--select", "I"]):
        text = subprocess.run([tool, *words, *name], input=text, capture_output=True, text=True, check=True).stdout
    return text


def of_keras(losses, kinds):
    """The same of Keras's losses and optimisers."""
    home = PACKAGE / "keras"
    return {
        home / "losses" / "_kinds.py": formatted(keras_training_classes.losses(losses, docstring, call, listed)),
        home / "optimizers" / "_kinds.py": formatted(keras_training_classes.optimizers(kinds, docstring, call, listed)),
    }


def files():
    """path -> text of all that is generated."""
    layers, losses = entries(_abi.WB_REGISTRY_LAYERS), entries(_abi.WB_REGISTRY_LOSSES)
    found = {}
    plain = [entry for entry in layers + losses if not keras_classes.is_keras(entry)]
    for family in dict.fromkeys(entry.family for entry in plain):
        if family not in BY_HAND:
            found[PACKAGE / "nn" / f"{family}.py"] = module(
                family, [entry for entry in plain if entry.family == family]
            )
    found.update(keras_files([entry for entry in layers if keras_classes.is_keras(entry)]))
    kinds = entries(_abi.WB_REGISTRY_OPTIMIZERS)
    is_keras = keras_training_classes.is_keras
    found[PACKAGE / "optim" / "optimizers.py"] = optimizers([kind for kind in kinds if not is_keras(kind)])
    found.update(of_keras(list(filter(is_keras, losses)), list(filter(is_keras, kinds))))
    planned = entries(_abi.WB_REGISTRY_SCHEDULES)
    found[PACKAGE / "optim" / "schedules.py"] = schedules(planned)
    own = [entry for entry in layers if keras_classes.is_keras(entry)]
    tables = [("Layers", [entry for entry in layers if entry not in own]), ("Layers of Keras", own)]
    tables += [("Losses", losses), ("Optimisers", kinds), ("Schedules", planned)]
    found[ROOT / "docs" / "layers.md"] = page(tables)
    return found


def main(options):
    if options not in ([], ["--check"]):
        return __doc__
    for path, text in files().items():
        if not options:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            return f"{path.relative_to(ROOT)} is not what the registry says; run scripts/generate_layers.py"
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
