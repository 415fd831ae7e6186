"""The functions of wingbeat.tf give what TensorFlow gives, and print it so (fixtures/tf_values.json)."""

import json

import numpy as np
import pytest
import tf_cases
from support import ROOT

import wingbeat.tf as tf

with open(ROOT / "python" / "tests" / "fixtures" / "tf_values.json", encoding="utf-8") as _file:
    KNOWN = json.load(_file)


def test_the_fixture_has_every_case():
    assert list(KNOWN["values"]) == tf_cases.CASES and list(KNOWN["printed"]) == tf_cases.PRINTED
    assert len(set(tf_cases.CASES)) == len(tf_cases.CASES) > 440


@pytest.mark.parametrize("case", tf_cases.CASES)
def test_a_function_gives_what_tensorflow_gives(case):
    dtype, shape, texts = KNOWN["values"][case]
    found = tf_cases.value(tf, case)
    assert (found.dtype.name, list(found.shape)) == (dtype, shape)
    expected, given = np.array([float(text) for text in texts]), tf_cases.kept(found)
    if found.dtype.kind != "f":
        assert given.tolist() == expected.tolist()
        return
    scale = max(np.abs(expected[np.isfinite(expected)]).max(initial=0), 1e-3)
    np.testing.assert_allclose(given, expected, rtol=2e-5, atol=2e-5 * scale)


@pytest.mark.parametrize("case", tf_cases.PRINTED)
def test_a_value_prints_as_tensorflow_prints_it(case):
    value = eval(case, {"tf": tf, "np": np})
    assert [str(value), repr(value)] == KNOWN["printed"][case]


def test_results_of_every_kind_stay_tensors_of_this_face():
    names = tf_cases.inputs(tf)
    for case in tf_cases.CASES:
        assert type(eval(case, {"tf": tf, "np": np, **names})) is tf.Tensor, case
