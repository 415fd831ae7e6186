"""docs/operations.md says what the library does."""

import os
import subprocess
import sys

from support import ROOT


def generate(*arguments):
    return subprocess.run(
        [sys.executable, ROOT / "scripts" / "generate_operations.py", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT / "python")},
    )


def test_the_list_of_operations_is_not_stale():
    result = generate("--check")
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_new_operation_is_noticed():
    code = (
        "import sys; sys.argv = ['x', '--check']\n"
        f"sys.path.insert(0, {str(ROOT / 'python')!r}); sys.path.insert(0, {str(ROOT / 'scripts')!r})\n"
        "import wingbeat as wb, wingbeat._math\n"
        'def cube(input):\n    """The third power."""\n    return input * input * input\n'
        "wb.cube = cube; wb.__all__.append('cube')\n"
        "import generate_operations\n"
        "assert '| cube | The third power |' in generate_operations.document()\n"
        "generate_operations.main()\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert result.returncode == 1 and "make docs" in result.stderr, result.stdout + result.stderr
