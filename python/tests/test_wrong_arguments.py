"""Nonsense in place of each argument of each operation: a Python exception with a sentence that names the operation, or
a result; nothing else, and nothing is lost."""

import gc
import inspect

import numpy as np
import pytest
from operation_table import mapped, parts, table
from support import same_bits

import wingbeat as wb

TABLE = table()
NONSENSE = [
    None,
    "text",
    b"bytes",
    object(),
    float,
    print,
    {},
    {"a": 1},
    [],
    (),
    [[1.0, 2.0], [3.0]],
    ["a"],
    [None],
    (np.nan,),
    1j,
    np.nan,
    np.inf,
    -np.inf,
    0.5,
    -1,
    7,
    2**31,
    2**40,
    2**63,
    2**70,
    -(2**31),
    -(2**63),
    10**30,
    1e300,
    True,
    slice(1),
    np.array(["a"]),
    np.array([1j]),
    np.array([None]),
    np.zeros(0),
    np.zeros((7, 5, 3, 2)),
    np.array([True, False]),
    np.array([2**40, -(2**40)]),
    np.array([np.nan, 1.0]),
]
REFUSALS = (wb.Error, TypeError, ValueError, IndexError)
SMALL, LARGE = 1 << 16, 2**31

# Parts of compositions that look at the argument, and say so; an argument `dtype` is looked at by what casts.
ALSO = {
    "take_along_dim": ["reshape"],
    "triangular_solve": ["solve_triangular"],
    "chunk": ["split"],
    "max": ["take_along_dim"],
    "min": ["take_along_dim"],
    "lerp": ["full"],
    **{name: ["full"] for name in ("zeros", "ones", "zeros_like", "ones_like", "full_like", "bernoulli")},
    **{f"max_unpool{axes}d": ["scatter"] for axes in (1, 2, 3)},
    "rand_like": ["random"],
    "randn_like": ["randn", "random"],
    "randint_like": ["randint"],
    "argwhere": ["nonzero"],
    **{name: ["index_select"] for name in ("take", "masked_scatter")},
    **{name: ["index_put"] for name in ("index_copy", "index_fill")},
    "embedding": ["index_select"],
    "ctc_loss": ["index_select"],
    "svd_lowrank": ["svd"],
    "scalar_tensor": ["full"],
    **{name: ["interpolate"] for name in ("upsample", "upsample_nearest", "upsample_bilinear")},
    "embedding_bag": ["index_select", "index_add"],
}
# Python's and NumPy's own sentences, where a flag is asked whether it is true.
FLAGS = "truth value"


def names(row):
    function = row.function
    return [
        row.name,
        *ALSO.get(row.name, ()),
        "as dtype",
        FLAGS,
        *(name for name in wb.__all__ if getattr(wb, name) is function),
    ]


def places(row):
    """(case, way to it) of every argument: of the first case that has it."""
    seen = set()
    for case in row.cases:
        for key in (*range(len(case.args)), *case.kwargs):
            if key not in seen:
                seen.add(key)
                yield case, key


def evaluated(result):
    """Small results with their values; the large are views, and stay so."""
    for part in parts(result):
        if isinstance(part, wb.Tensor) and part.numel() <= SMALL:
            part.detach().numpy()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row", [pytest.param(row, id=row.path) for row in TABLE.values()])
def test_nonsense_in_place_of_each_argument_is_refused_with_a_sentence_that_names_the_operation(row):
    function = row.function
    before = [wb.tensor(array) for case in row.cases for array in case.arrays()]
    copies = [tensor.numpy().copy() for tensor in before]
    unnamed = []
    for case, key in places(row):
        for nonsense in NONSENSE:
            if row.random and isinstance(nonsense, int) and nonsense == LARGE:
                continue  # no nonsense, but half a minute's draw where memory is large
            args, kwargs = mapped((list(case.args), dict(case.kwargs)), wb.tensor)
            (args if isinstance(key, int) else kwargs)[key] = nonsense
            try:
                evaluated(function(*args, **kwargs))
            except REFUSALS as error:
                sentence = str(error)
                if not any(name in sentence for name in names(row)):
                    unnamed.append(f"{key}={nonsense!r:.40}: {type(error).__name__}: {sentence}")
    assert not unnamed, "\n".join(unnamed)
    for tensor, copy in zip(before, copies):
        assert same_bits(tensor.numpy(), copy)


@pytest.mark.parametrize("row", [pytest.param(row, id=row.path) for row in TABLE.values()])
def test_an_argument_too_few_or_of_no_name_is_a_type_error_of_the_operation(row):
    function = row.function
    with pytest.raises(TypeError, match=row.name):
        function(
            *mapped(list(row.cases[0].args), wb.tensor), **{**mapped(row.cases[0].kwargs, wb.tensor), "nonsense": 1}
        )
    required = [
        parameter
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is parameter.empty and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    if required:
        with pytest.raises(TypeError, match=row.name):
            function()


def test_refusals_leave_no_memory_behind():
    def nonsense():
        for row in TABLE.values():
            for bad in (None, "text", np.zeros((7, 5, 3, 2)), 2**70):
                args, kwargs = mapped((list(row.cases[0].args), dict(row.cases[0].kwargs)), wb.tensor)
                for place in range(len(args)):
                    try:
                        row.function(*args[:place], bad, *args[place + 1 :], **kwargs)
                    except REFUSALS:
                        pass
        gc.collect()
        return wb.memory_usage()

    first = nonsense()
    assert nonsense()["in_use"] == first["in_use"]
