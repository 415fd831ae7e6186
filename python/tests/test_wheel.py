"""The wheel that `pip install ./python` makes: what lies in it, and that it runs without the checkout."""

import email
import os
import platform
import shutil
import subprocess
import sys
import zipfile

import pytest
from support import ROOT

WIDE = ROOT / "build" / "lib" / "glibc-hwcaps"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Made from a copy, so that nothing is left in the checkout."""
    if (
        not (ROOT / "build" / "lib" / "libwingbeat.so.0").exists()
        or platform.machine() == "x86_64"
        and not WIDE.exists()
    ):
        pytest.skip("the library is not built")
    checkout = tmp_path_factory.mktemp("checkout")
    shutil.copytree(ROOT / "python", checkout / "python", ignore=shutil.ignore_patterns("tests", "__pycache__"))
    (checkout / "build").symlink_to(ROOT / "build")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        str(checkout),
        str(checkout / "python"),
    ]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return next(checkout.glob("*.whl"))


def test_it_holds_licence_readme_and_the_mark_of_types(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = email.message_from_bytes(archive.read(next(name for name in names if name.endswith("METADATA"))))
        licence = archive.read(next(name for name in names if name.endswith("LICENSE"))).decode()
    assert "wingbeat/py.typed" in names and any(name.endswith(".pyi") for name in names)
    assert licence == (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert metadata["License-Expression"] == "Apache-2.0" and metadata["Description-Content-Type"] == "text/markdown"
    assert metadata.get_payload().strip() == (ROOT / "python" / "README.md").read_text(encoding="utf-8").strip()


def test_it_serves_every_python_and_names_no_libhdf5_to_the_loader(wheel, tmp_path):
    assert "-py3-none-linux_" in wheel.name
    with zipfile.ZipFile(wheel) as archive:
        libraries = [name for name in archive.namelist() if ".so" in name]
        archive.extractall(tmp_path)
    assert "wingbeat/lib/libwingbeat.so.0" in libraries
    if shutil.which("readelf") is None:
        pytest.skip("readelf not installed")
    for library in libraries:
        needed = subprocess.run(
            ["readelf", "-d", tmp_path / library], capture_output=True, text=True, check=True
        ).stdout
        assert "NEEDED" in needed and "hdf5" not in needed


def test_it_trains_and_saves_without_the_checkout(wheel, tmp_path):
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    program = (ROOT / "python" / "README.md").read_text(encoding="utf-8").split("```python\n")[1].split("```")[0]
    program += "print(wb.__file__, loss.item() < 0.1, wb.load('sine.h5')(wb.zeros(1, 1)).shape)"
    environment = {name: value for name, value in os.environ.items() if name != "WINGBEAT_LIBRARY"}
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**environment, "PYTHONPATH": str(tmp_path / "site")},
    )
    assert result.stdout == f"{tmp_path}/site/wingbeat/__init__.py True (1, 1)\n", result.stderr
