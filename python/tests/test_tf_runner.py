"""python -m wingbeat.tf: TensorFlow's and Keras' import names are this library's."""

from functools import partial

import pytest
from support import python, run_program

run = partial(run_program, "wingbeat.tf")


def test_a_script_imports_modules_under_every_name(tmp_path):
    (tmp_path / "program.py").write_text(
        "import tensorflow as tf\n"
        "import tensorflow.math as tfm\n"
        "from tensorflow import nn, data\n"
        "from tensorflow.data import Dataset\n"
        "import keras, tf_keras, tensorflow.keras.layers as layers\n"
        "from tensorflow.python.keras import optimizers\n"
        "import wingbeat.tf, wingbeat.keras\n"
        "assert tf is wingbeat.tf and tfm is tf.math and nn is tf.nn and Dataset is tf.data.Dataset\n"
        "assert keras is tf_keras is wingbeat.keras is tf.keras and layers is keras.layers\n"
        "assert optimizers is keras.optimizers\n"
        "raise SystemExit(3)\n"
    )
    done = run("program.py", folder=tmp_path)
    assert done.returncode == 3, done.stderr


@pytest.mark.parametrize(
    "name", ["tensorflow.io", "tensorflow.lite", "tensorflow.distribute", "tensorflow.keras.applications"]
)
def test_a_module_that_is_missing_says_what_to_do(tmp_path, name):
    (tmp_path / "program.py").write_text(f"import {name}\n")
    done = run("program.py", folder=tmp_path)
    assert done.returncode == 1
    assert f"ModuleNotFoundError: No module named {name!r} in wingbeat: " in done.stderr


def test_without_a_program_the_usage_is_shown(tmp_path):
    done = run(folder=tmp_path)
    assert done.returncode == 2 and "usage: python -m wingbeat.tf" in done.stdout
    missing = run("nothing.py", folder=tmp_path)
    assert missing.returncode == 2 and missing.stderr.startswith("wingbeat.tf: cannot open 'nothing.py'")


def test_tensorflow_that_is_imported_already_is_left_alone():
    assert "TensorFlow itself has been imported already" in python(
        "import sys, types\nsys.modules['tensorflow'] = types.ModuleType('tensorflow')\nimport wingbeat.tf\n"
        "try:\n    wingbeat.tf.install()\nexcept ImportError as error:\n    print(error)"
    )
