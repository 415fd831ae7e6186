"""The programs in README.md run as they stand there, and links between pages lead somewhere."""

import math
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
FOLDERS = ("docs", "examples", "benchmarks", "python")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.S | re.M)


def run(command, folder):
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def compiled(source, folder):
    """The program that README's own line for linking against the checkout makes, told where the checkout is."""
    (folder / "program.c").write_text(source, encoding="utf-8")
    line = next(line for line in "".join(blocks("sh")).splitlines() if "-Iinclude" in line)
    words = [word.replace("-Iinclude", f"-I{ROOT}/include").replace("$PWD", str(ROOT)) for word in shlex.split(line)]
    words = [word.replace("-Lbuild", f"-L{ROOT}/build") for word in words]
    run([*words, "-std=c11", "-Wall", "-Wextra", "-Werror"], folder)
    return folder / "program"


def expect_sines(output):
    sines = re.findall(r"sin (\S+) = ([^\s,]+)", output)
    for angle, found in sines:
        assert abs(float(found) - math.sin(float(angle))) < 0.2
    return [angle for angle, _ in sines]


def test_the_python_program_and_the_c_program_run_one_after_the_other(tmp_path):
    (python,), (_, loading) = blocks("python"), blocks("c")
    (tmp_path / "program.py").write_text(python, encoding="utf-8")
    error = re.search(r"mean squared error (\S+)", run([sys.executable, "program.py"], tmp_path))
    assert float(error[1]) < 0.01
    assert expect_sines(run([compiled(loading, tmp_path)], tmp_path)) == ["0.0", "0.5", "1.0"]


def test_the_c_program_trains_without_python_in_thirty_lines_and_its_file_is_loaded(tmp_path):
    training, loading = blocks("c")
    assert len(training.splitlines()) <= 30
    assert expect_sines(run([compiled(training, tmp_path)], tmp_path)) == ["-3", "3"]
    assert expect_sines(run([compiled(loading, tmp_path)], tmp_path)) == ["0.0", "0.5", "1.0"]


def test_the_files_and_make_targets_that_it_names_exist():
    known = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M)
    for target in re.findall(r"(?:^|`)make ([a-z]+)", README, flags=re.M):
        assert target in known, target
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


PAGES = [ROOT / "README.md", *(page for folder in FOLDERS for page in sorted((ROOT / folder).rglob("*.md")))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_pages_lead_to_files(page):
    for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if "://" not in link:
            assert (page.parent / link).exists(), link
