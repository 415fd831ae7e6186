"""python -m wingbeat.torch: a program finds itself as Python itself would run it, and torch is never PyTorch."""

import signal
import subprocess
import sys
from functools import partial

import pytest
from support import python, run_program

run = partial(run_program, "wingbeat.torch")


def script(folder, text, name="program.py"):
    (folder / name).write_text(text, encoding="utf-8")
    return name


def test_arguments_main_and_file_are_the_programs(tmp_path):
    name = script(
        tmp_path,
        "import sys, __main__\n"
        "print(sys.argv, __name__, __file__, __main__.__file__, __spec__, vars(__main__) is globals(), sys.path[0])\n",
    )
    done = run(name, "--lr", "0.1", folder=tmp_path)
    assert done.stdout == f"['program.py', '--lr', '0.1'] __main__ program.py program.py None True {tmp_path}\n", (
        done.stderr
    )


def test_every_way_to_import_gives_this_library(tmp_path):
    name = script(
        tmp_path,
        "import torch, torchvision, wingbeat, sys\n"
        "import torch.nn as nn, torch.nn.functional as F, torch.optim as optim\n"
        "from torch import nn as again\n"
        "from torch.utils.data import DataLoader, Dataset\n"
        "from torch.utils.data.dataset import random_split\n"
        "from torch.nn.modules.linear import Linear\n"
        "from torch.nn.parameter import Parameter\n"
        "from torch.autograd import Variable\n"
        "from torchvision import datasets, transforms\n"
        "from torchvision.transforms import functional as TF\n"
        "import torchvision.transforms.functional\n"
        "assert torch is wingbeat and nn is wingbeat.nn is again and F is nn.functional and Linear is nn.Linear\n"
        "assert torch.__name__ == 'wingbeat' and torch.nn.__spec__.name == 'wingbeat.nn'\n"
        "assert random_split is torch.utils.data.random_split and datasets is wingbeat.vision.datasets\n"
        "assert TF.__name__ == 'wingbeat.vision.transforms.functional' and Parameter is nn.Parameter\n"
        "import importlib; importlib.import_module('wingbeat.nn')\n"
        "print('good')\n",
    )
    done = run(name, folder=tmp_path)
    assert done.stdout == "good\n", done.stderr


def test_the_same_names_work_after_a_change_of_import_lines():
    assert (
        python(
            "import wingbeat as torch\nimport wingbeat.nn as nn\nimport wingbeat.nn.functional as F\n"
            "import wingbeat.optim as optim\nfrom wingbeat.utils.data import DataLoader\n"
            "print(torch.long, torch.double is torch.float64, nn.modules.conv is nn, torch.backends.cudnn.enabled)"
        )
        == "int64 True True False\n"
    )


@pytest.mark.parametrize(
    "text, code, words",
    [
        ("import sys\nsys.exit(3)", 3, ""),
        ("import sys\nsys.exit('a reason')", 1, "a reason\n"),
        ("raise SystemExit", 0, ""),
        ("def f():\n    raise ValueError('why')\nf()\n", 1, "ValueError: why\n"),
        ("1 +\n", 1, "SyntaxError: invalid syntax\n"),
        ("import torch.nothing\n", 1, "No module named 'torch.nothing' in wingbeat\n"),
        ("import torch\ntorch.nothing\n", 1, "module 'wingbeat' has no attribute 'nothing'\n"),
        ("import torch\ntorch.sparse_coo_tensor\n", 1, "use dense ones, or SciPy's matrices outside of the graph\n"),
        ("import torch.hub\n", 1, "read it with wingbeat.load\n"),
        ("import torch.onnx\n", 1, "wingbeat.export writes a model that C reads\n"),
    ],
)
def test_exit_codes_and_messages_are_the_programs(tmp_path, text, code, words):
    done = run(script(tmp_path, text), folder=tmp_path)
    assert done.returncode == code and done.stderr.endswith(words)


def test_a_traceback_begins_in_the_program(tmp_path):
    done = run(script(tmp_path, "def f():\n    raise ValueError('why')\nf()\n"), folder=tmp_path)
    plain = subprocess.run([sys.executable, "program.py"], cwd=tmp_path, capture_output=True, text=True)
    strip = [line.replace(f"{tmp_path}/", "") for line in plain.stderr.splitlines()]
    assert [line.replace(f"{tmp_path}/", "") for line in done.stderr.splitlines()] == strip


def test_an_interrupt_ends_it_as_it_ends_python(tmp_path):
    name = script(tmp_path, "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    done = run(name, folder=tmp_path)
    assert done.returncode == -signal.SIGINT and done.stderr.endswith("KeyboardInterrupt\n")


def test_modules_run_and_a_missing_file_is_a_sentence(tmp_path):
    (tmp_path / "package").mkdir()
    script(tmp_path / "package", "", "__init__.py")
    script(tmp_path / "package", "import sys, torch\nprint(sys.argv[1:], __package__, torch.__name__)\n", "program.py")
    assert run("-m", "package.program", "a", folder=tmp_path).stdout == "['a'] package wingbeat\n"
    missing = run("none.py", folder=tmp_path)
    assert missing.returncode == 2 and missing.stderr == (
        "wingbeat.torch: cannot open 'none.py': No such file or directory\n"
    )
    assert run().returncode == 2 and run("--help").returncode == 0


def test_pytorch_that_is_imported_already_is_left_alone():
    assert "PyTorch itself has been imported already" in python(
        "import sys, types\nsys.modules['torch'] = types.ModuleType('torch')\nimport wingbeat.torch\n"
        "try:\n    wingbeat.torch.install()\nexcept ImportError as error:\n    print(error)"
    )
