"""What pyproject.toml cannot say: the wheel holds the engine that `make` builds, and has the engine's version."""

import ctypes
import platform
import shutil
import subprocess
import sysconfig
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

CHECKOUT = Path(__file__).resolve().parent.parent
BUILT = CHECKOUT / "build" / "lib"
SONAME = "libwingbeat.so.0"


def tell(sentence):
    """Writes to the terminal, if there is one: pip keeps what a build prints to itself."""
    try:
        with open("/dev/tty", "w", encoding="utf-8") as terminal:
            terminal.write(f"\n{sentence}\n")
    except OSError:
        print(sentence, flush=True)


def built_library():
    if not (BUILT / SONAME).exists() or platform.machine() == "x86_64" and not (BUILT / "glibc-hwcaps").exists():
        if not (CHECKOUT / "Makefile").exists():
            raise SystemExit("wingbeat is installed from its checkout, by `pip install ./python`.")
        tell("wingbeat: building the engine with Swift. This takes some minutes; build/logs has the compiler's words.")
        if subprocess.call(["make", "build"], cwd=CHECKOUT):
            raise SystemExit("The engine could not be built; run `make build` in the checkout to see why.")
    return BUILT / SONAME


def version():
    library = ctypes.CDLL(str(built_library()))
    library.wb_version.restype = ctypes.c_char_p
    return library.wb_version().decode()


class BuildWithLibrary(build_py):
    def run(self):
        super().run()
        for library in BUILT.rglob(SONAME):
            copy = Path(self.build_lib, "wingbeat", "lib", library.relative_to(BUILT))
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, copy)


class WithLibrary(Distribution):
    """A package for one platform: setuptools takes it for pure Python where it sees no extension module."""

    def has_ext_modules(self):
        return True


class PlatformWheel(bdist_wheel):
    """One wheel for every Python (ctypes needs no extension module), but for this platform only."""

    def get_tag(self):
        return "py3", "none", sysconfig.get_platform().replace("-", "_").replace(".", "_")


setup(version=version(), distclass=WithLibrary, cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": PlatformWheel})
