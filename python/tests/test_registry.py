"""Each kind that the engine's registry lists: made in Python by its class and in C by its expression, saved, and loaded
by the other."""

import ctypes
import importlib.util
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import wingbeat as wb
from wingbeat import _abi, keras, nn, optim
from wingbeat._library import check, lib

ROOT = Path(__file__).resolve().parents[2]
GENERATOR = ROOT / "scripts" / "generate_layers.py"
spec = importlib.util.spec_from_file_location("generate_layers", GENERATOR)
generate_layers = importlib.util.module_from_spec(spec)
sys.modules["generate_layers"] = generate_layers
spec.loader.exec_module(generate_layers)

LAYERS, LOSSES, OPTIMIZERS, FUNCTIONS = (
    generate_layers.entries(registry)
    for registry in (
        _abi.WB_REGISTRY_LAYERS,
        _abi.WB_REGISTRY_LOSSES,
        _abi.WB_REGISTRY_OPTIMIZERS,
        _abi.WB_REGISTRY_FUNCTIONS,
    )
)
# What stands for an argument that has to be given, by its name or its type.
GIVEN = {"inputs": "x", "body": "y = relu(x)", "outputs": "y"}
GIVEN_BY_TYPE = {"int": 3, "tuple[int": (3,), "float": 0.5, "str": "text", "bool": True}
# Values other than the defaults, by name or by how a type begins.
OTHER = {"padding_idx": 1, "proj_size": 1}
OTHER_BY_TYPE = {"int": 3, "float": 0.25, "str": "y = tanh(x)", "Tensor": wb.tensor([0.5, 1.0, 2.0])}
# Of Keras' layers, which a layer checks.
OF_KERAS = {
    "activation": "relu",
    "recurrent_activation": "relu",
    "axis": 1,
    "output_padding": 1,
    "equation": "ab,bc->ac",
    "bias_axes": "c",
    "dims": (1,),
    "noise_shape": (3, 1),
    "rate": 0.5,
    "shape": (3,),
    "renorm": False,
    "interpolation": "bilinear",
    "rank": 2,
    "axes": 1,
    "use_cudnn": True,
    "mean": 0.5,
    "variance": 2.0,
    "bin_boundaries": (0.5, 1.0),
    "scale": 0.5,
    "pad_to_aspect_ratio": False,
    "attention_axes": (1,),
    "dropout": 0.5,
    "recurrent_dropout": 0.5,
    "shared_axes": 1,
    "factor": 0.5,
    "height_factor": 0.5,
    "width_factor": (0.25, 0.5),
    "value_range": (0.0, 1.0),
}
# Arguments of Python alone, which the engine does not know.
PYTHONS = ("device", "size_average", "reduce", "name", "keywords")


def class_of(entry):
    """The Python class of an entry."""
    is_keras = entry.family.startswith("keras.")
    return getattr(keras.layers if is_keras else nn, entry.name.removeprefix("keras."))


OWN_LOSSES = [entry for entry in LOSSES if not entry.name.startswith("keras.")]
KINDS = [entry for entry in LAYERS + OWN_LOSSES if entry.family not in generate_layers.BY_HAND or entry.name == "Graph"]

PROGRAM = r"""
#include <stdio.h>
#include <string.h>
#include <wingbeat.h>

/* Reads lines "EXPRESSION<tab>FILE TO WRITE<tab>FILE TO READ"; prints the description and the expression of what it has
   read. */
int main(void) {
    static char line[1 << 16];
    while (fgets(line, sizeof line, stdin)) {
        char *expression = strtok(line, "\t"), *written = strtok(NULL, "\t"), *read = strtok(NULL, "\n");
        wb_module *made = NULL, *loaded = NULL;
        const char *text = NULL;
        for (char *c = expression; *c; c++) if (*c == 1) *c = '\n';
        if (wb_module_create(expression, WB_FLOAT32, &made) || wb_save(written, made, NULL, 0, 0) ||
            wb_load(read, &loaded) || wb_module_describe(loaded, &text))
            return fprintf(stderr, "%s: %s\n", expression, wb_last_error()), 1;
        printf("%s%c", text, 2);
        if (wb_module_expression(loaded, &text)) return fprintf(stderr, "%s\n", wb_last_error()), 1;
        printf("%s%c", text, 3);
    }
    return 0;
}
"""


def by_type(table, argument):
    """What a table has for how the argument's type begins."""
    return next((value for beginning, value in table.items() if argument.type.startswith(beginning)), None)


def of_keras(entry, argument):
    """A value for an argument of a layer of Keras that is not any of its type; None for one that is."""
    for ending, value in (("_initializer", "he_normal"), ("_regularizer", "L2(0.1)"), ("_constraint", "NonNeg()")):
        if argument.name.endswith(ending):
            return value
    if argument.name == "input_shape":
        return (
            ((3, 3), (3, 3)) if "HeadAttention" in entry.name or "GroupQuery" in entry.name else (3,) * axes_of(entry)
        )
    if argument.name == "scale" and "Rescaling" not in entry.name:
        return None
    if argument.name in ("cell", "layer", "backward_layer"):
        wraps_steps = entry.name.endswith(("TimeDistributed", "SpectralNormalization"))
        kind = "LSTMCell" if argument.name == "cell" else "Dense" if wraps_steps else "LSTM"
        return getattr(keras.layers, kind)(3, **({"go_backwards": True} if argument.name == "backward_layer" else {}))
    return OF_KERAS.get(argument.name)


def axes_of(entry):
    """The axes of an input without the batch."""
    axes = re.search(r"([123])D", entry.name)
    count = int(axes.group(1)) + 1 if axes else 1
    if entry.name.endswith("ConvLSTMCell"):
        return 3
    return count + (entry.family in ("keras.rnn", "keras.wrappers") and not entry.name.endswith("Cell"))


def arguments(entry, other=False):
    """Values for the arguments of an entry that have no default; with `other` also for the rest."""
    found = {}
    for argument in entry.arguments:
        if argument.name.startswith("*") or argument.name == "dtype":
            continue
        if entry.family.startswith("keras.") and (argument.initial is None or other):
            value = of_keras(entry, argument)
            if value is not None:
                found[argument.name] = value
                continue
        if argument.initial is None:
            found[argument.name] = GIVEN.get(argument.name, by_type(GIVEN_BY_TYPE, argument))
        elif other:
            value = OTHER.get(argument.name, by_type(OTHER_BY_TYPE, argument))
            if argument.type.startswith("bool"):
                value = argument.initial != "True"
            if argument.type.startswith("Literal["):
                choices = json.loads(argument.type[len("Literal") : argument.type.index("]") + 1].replace("'", '"'))
                value = next((choice for choice in choices if repr(choice) != argument.initial), choices[0])
            # Two arguments are two tensors.
            found[argument.name] = value.clone() if isinstance(value, wb.Tensor) else value
    return found


def modules():
    """(name, module) of each kind, with its defaults and with other arguments, and of trees of them."""
    for entry in KINDS:
        if entry.name == "keras.InputLayer":  # in Python a place in a graph, which has a shape of its own
            continue
        for other in (False, True):
            given = arguments(entry, other)
            if entry.name.endswith("StackedRNNCells"):
                given["cells"] = [keras.layers.LSTMCell(3), keras.layers.GRUCell(2)]
            yield f"{entry.name} {other}", class_of(entry)(**given)
    yield "Linear float64", nn.Linear(2, 3, dtype=wb.float64)
    yield "Sequential", nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.ReLU(), nn.Flatten(0, -1)))
    yield "named", nn.Sequential({"first": nn.Linear(2, 3), "inputs": nn.GELU("tanh"), "odd-name": nn.Softmax(dim=0)})
    shared = nn.Linear(2, 2)
    yield "shared", nn.Sequential(shared, nn.Tanh(), shared)
    yield "graph", graph()


def graph():
    module = nn.Graph("x", "h = relu(body(x))\ny = add(h, mul(scale, x))", "y", "y = body(x)")
    module.add_module("body", nn.Linear(2, 2))
    module.register_parameter("scale", nn.Parameter(wb.ones(2)))
    module.register_buffer("mean", wb.zeros(3, dtype=wb.float64))
    return module


MODULES = dict(modules())


@pytest.fixture(scope="module")
def by_c(tmp_path_factory):
    """For each module: (what C has made from the expression, as Python loads it; what C prints of the file that Python
    has saved)."""
    folder = tmp_path_factory.mktemp("registry")
    (folder / "program.c").write_text(PROGRAM, encoding="utf-8")
    subprocess.run(
        [
            "cc",
            "-std=c11",
            "-Wall",
            "-Wextra",
            "-Werror",
            f"-I{ROOT / 'include'}",
            folder / "program.c",
            "-o",
            folder / "program",
            f"-L{ROOT / 'build/lib'}",
            "-lwingbeat",
            f"-Wl,-rpath,{ROOT / 'build/lib'}",
        ],
        check=True,
    )
    lines = []
    for number, module in enumerate(MODULES.values()):
        module.save(folder / f"python{number}.h5")
        expression = module.expression().replace("\n", "\1")
        lines.append(f"{expression}\t{folder}/c{number}.h5\t{folder}/python{number}.h5\n")
    output = subprocess.run([folder / "program"], input="".join(lines), capture_output=True, text=True)
    assert output.returncode == 0, output.stderr
    printed = [entry.split("\2") for entry in output.stdout.split("\3")[:-1]]
    loaded = [wb.load(folder / f"c{number}.h5") for number in range(len(MODULES))]
    return dict(zip(MODULES, zip(loaded, printed)))


@pytest.mark.parametrize("name", MODULES)
def test_c_and_python_make_save_and_load_the_same_module(name, by_c):
    module, (loaded, (description, expression)) = MODULES[name], by_c[name]
    assert type(loaded) is type(module)
    assert loaded.expression() == module.expression() == expression
    built = nn.build(module.expression())
    assert built.expression() == module.expression()
    if name.startswith("keras."):  # those print as Keras' do, with a name that each has for itself
        assert description.startswith(name.split()[0])
    else:
        assert repr(loaded) == repr(module) == repr(built) == description
    if "Lazy" in name:  # it has no parameters yet
        return
    assert {key: (value.shape, value.dtype) for key, value in built.state_dict().items()} == {
        key: (value.shape, value.dtype) for key, value in module.state_dict().items()
    }


def test_the_generated_files_are_what_the_registry_says():
    result = subprocess.run([sys.executable, GENERATOR, "--check"], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_kind_has_a_class_with_its_arguments_in_order_and_documentation():
    for entry in LAYERS + OWN_LOSSES:
        # A branch of exported trees, which nobody makes; and in Python a place in a graph.
        if entry.name in ("Container", "keras.InputLayer"):
            continue
        kind, is_keras = class_of(entry), entry.family.startswith("keras.")
        assert kind.__name__ in (keras.layers if is_keras else nn).__all__ and kind._kind == entry.name
        assert entry.documentation.split("\n\n")[0].rstrip().endswith("."), entry.name
        if entry.family not in generate_layers.BY_HAND:
            names = [name for name in inspect.signature(kind).parameters if name not in PYTHONS]
            assert names == [argument.name.lstrip("*") for argument in entry.arguments if argument.name != "*modules"]
            assert inspect.getdoc(kind).startswith(entry.documentation.split("\n")[0][:60])
    for entry in OPTIMIZERS:
        if entry.name.startswith("keras."):
            continue
        kind = getattr(optim, entry.name)
        assert list(inspect.signature(kind).parameters) == ["params", *[argument.name for argument in entry.arguments]]
        assert kind._settings == tuple(argument.name for argument in entry.arguments)
        assert entry.name in optim.__all__


def test_keras_losses_and_optimizers_have_their_arguments_in_order():
    for entry in OPTIMIZERS + LOSSES:
        home, _, name = entry.name.rpartition(".")
        if home != "keras" or name == "Loss":  # what the losses of users are reduced by
            continue
        kind = getattr(keras.losses if entry in LOSSES else keras.optimizers, name)
        names = [argument.name for argument in entry.arguments]
        found = [name for name in inspect.signature(kind).parameters if name not in ("name", "dtype", "kwargs")]
        assert kind._settings == tuple(names) and kind._kind == entry.name
        if name == "Muon":  # `adam`, of a group of variables, which Keras excludes by their paths
            found = [name for name in found if not name.startswith("exclude_")] + ["adam"]
        assert found == names
        assert inspect.getdoc(kind).startswith(entry.documentation.split("\n")[0][:60])


def test_every_function_of_the_documentation_is_in_the_table():
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    table = {entry.name for entry in FUNCTIONS}
    documented = {
        line.split("|")[1].split(",")[0].strip(" *")
        for line in page.splitlines()
        if line.startswith("| ") and not line.startswith("| function")
    }
    # The table has linalg.inv as inv, fft.rfft as fft_rfft, and nn.functional.fold as fold. What is not filled has no
    # values that a program could want, pairs as complex numbers are what they were, and a number fills a tensor.
    documented = {name.replace("fft.", "fft_").rpartition(".")[2] for name in documented}
    documented -= {"empty", "empty_like", "view_as_real", "view_as_complex", "scalar_tensor"}
    for alias in documented - table:
        with pytest.raises(ValueError, match="missing"):
            check(lib.wb_call(alias.encode(), None, 0, None, 0, None))
    assert len(documented) > 160 and len(documented - table) < 10
    assert all(entry.documentation for entry in FUNCTIONS)


def test_an_index_out_of_range_and_an_unknown_table_are_refused():
    text = ctypes.c_char_p()
    for registry in range(5):
        for index in (-1, 10_000, 2**31 - 1, -(2**31)):
            with pytest.raises(IndexError, match="there is no entry number"):
                check(lib.wb_registry_entry(registry, index, text, None, None, None, None, None))
            with pytest.raises(IndexError):
                check(lib.wb_registry_argument(registry, 0, index, text, None, None, None))
    with pytest.raises(ValueError, match="no table number 5"):
        check(lib.wb_registry_count(5, ctypes.c_int32()))


@pytest.mark.parametrize(
    "expression, words",
    [
        ("Linnear(3, 4)", "column 1: there is no layer or loss 'Linnear'; did you mean Linear"),
        ("Linear(3)", "'out_features' is missing"),
        ("Linear(3, 4, bia=True)", "no argument 'bia'; there are: in_features, out_features, bias"),
        ("Linear(3, 'a')", "column 11: out_features takes a whole number, but found 'a'"),
        ("Linear(3, 4, True, None, 5)", "too many arguments"),
        ("Linear(3, 4", "column 12: expected ',' or '\\)'"),
        ("Sequential(ReLU(), Linear(0, 1))", "column 20: features must be positive"),
        ("Linear(3, 4) x", "column 14: expected the end"),
        ("", "column 1"),
        ("Linear(3, 4, bias=Linear)", "column 19: Linear is a kind of module"),
        ("Sequential(3)", "column 12: modules takes a module, but found 3"),
        ("Dropout(p=1.5)", "p must be from 0 to 1"),
        ("GELU('x')", "'none' or 'tanh', but found 'x'"),
        ("SharedModule('0')", "stands before it"),
        ("Sequential(a=ReLU(), a=ReLU())", "two children have the name 'a'"),
        ("Adam()", "no layer or loss 'Adam'"),
        ("MSELoss(reduction='average')", "'none' or 'mean' or 'sum'"),
        ("Linear(99999999999999999999, 1)", "does not fit 64 bits"),
    ],
)
def test_a_wrong_expression_gets_a_sentence_with_what_would_have_fitted(expression, words):
    with pytest.raises(ValueError, match=words):
        nn.build(expression)
