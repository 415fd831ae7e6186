"""Programs in the idioms of PyTorch and TensorFlow run without a change under `python -m wingbeat.torch` and
`python -m wingbeat.tf`, and print what the other library prints (the folder "printed" beside them, which
scripts/compare_scripts.py writes)."""

from pathlib import Path

import pytest
from printed_numbers import differences
from support import run_program

TESTS = Path(__file__).parent
# Face -> the folder of its programs, and the helpers there that are no programs.
FACES = {"torch": ("scripts", ("seeded",)), "tf": ("tf_scripts", ("formulas",))}
SCRIPTS = [
    (face, path)
    for face, (folder, helpers) in FACES.items()
    for path in sorted((TESTS / folder).glob("*.py"))
    if path.stem not in helpers
]


@pytest.mark.parametrize("face, least", [("torch", 20), ("tf", 7)])
def test_there_is_what_the_other_library_printed_of_each(face, least):
    names = [path.stem for known, path in SCRIPTS if known == face]
    printed = (TESTS / FACES[face][0] / "printed").glob("*.txt")
    assert len(names) >= least and names == sorted(path.stem for path in printed)


@pytest.mark.parametrize("face, path", SCRIPTS, ids=[f"{face}-{path.stem}" for face, path in SCRIPTS])
def test_a_script_prints_what_it_prints_with_the_other_library(face, path):
    done = run_program(f"wingbeat.{face}", path.name, folder=path.parent)
    assert done.returncode == 0, done.stderr
    expected = (path.parent / "printed" / f"{path.stem}.txt").read_text(encoding="utf-8")
    assert differences(done.stdout, expected) == []


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("loss 1.2345", "loss 1.2346", True),
        ("loss 1.23", "loss 1.33", False),
        ("epoch 3", "epoch 4", False),
        ("a 1.0", "b 1.0", False),
        ("x 1e-9", "x 2e-9", True),
        ("a\nb", "a", False),
        ("v -0.5", "v 0.5", False),
    ],
)
def test_numbers_are_compared_closely_and_words_exactly(one, other, same):
    assert (differences(one, other) == []) is same
