"""What `make install` puts into a prefix is enough to build programs against, from an empty folder, and to run them."""

import os
import re
import shutil
import subprocess

import pytest
from support import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
# What would show a program the way, or make another make of the one that runs this.
LEFT_OUT = (
    "LD_LIBRARY_PATH",
    "LD_RUN_PATH",
    "PKG_CONFIG_PATH",
    "CMAKE_PREFIX_PATH",
    "MAKEFLAGS",
    "MAKELEVEL",
    "MFLAGS",
    "DESTDIR",
)
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}

C_PROGRAM = """
#include <stdio.h>
#include <wingbeat.h>
int main(void) {
    const float values[] = {1, 2, 4};
    double sum = 0;
    wb_tensor *x = NULL;
    if (wb_tensor_create(WB_FLOAT32, 1, (int64_t[]){3}, values, &x) || wb_sum(x, &x) || wb_tensor_item(x, &sum))
        return fprintf(stderr, "%s\\n", wb_last_error()), 1;
    printf("%g\\n", sum);
    return 0;
}
"""
FORTRAN_PROGRAM = """
program main
    use wingbeat
    implicit none
    type(wb_tensor) :: x
    real(c_float) :: total
    if (wb_tensor_create([1.0_c_float, 2.0_c_float, 4.0_c_float], x) /= WB_OK) error stop
    if (wb_sum(x, x) /= WB_OK) error stop
    if (wb_tensor_read(x, total) /= WB_OK) error stop
    print "(i0)", nint(total)
end program
"""


def run(command, folder, **environment):
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, env={**ENVIRONMENT, **environment})
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def needs(*programs):
    missing = [program for program in programs if shutil.which(program) is None]
    return pytest.mark.skipif(bool(missing), reason=f"{', '.join(missing)} not installed")


def install(*settings):
    """make install, of a library that is there already."""
    if subprocess.run(["make", "-q", "build"], cwd=ROOT, capture_output=True, env=ENVIRONMENT).returncode != 0:
        pytest.skip("build/lib is not what `make build` would make of these sources")
    run(["make", "install", "LDCONFIG=true", *settings], ROOT)


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prefix")
    install(f"PREFIX={folder}")
    return folder


def readme_line(start):
    (line,) = re.findall(rf"^{start} .*\$\(pkg-config .*$", README, flags=re.M)
    return line


def loaded_from(program):
    (path,) = re.findall(r"libwingbeat\.so\.0 => (\S+)", run(["ldd", program], program.parent))
    return path


@needs("pkg-config", "cc")
def test_a_c_program_builds_by_the_readmes_line_and_finds_the_library_when_it_runs(prefix, tmp_path):
    (tmp_path / "program.c").write_text(C_PROGRAM, encoding="utf-8")
    run(["bash", "-c", readme_line("cc")], tmp_path, PKG_CONFIG_PATH=str(prefix / "lib/pkgconfig"))
    assert run([tmp_path / "program"], tmp_path) == "7\n"
    assert loaded_from(tmp_path / "program").startswith(f"{prefix}/lib/")


@needs("pkg-config", "gfortran")
def test_a_fortran_program_builds_by_the_readmes_line_and_finds_the_library_when_it_runs(prefix, tmp_path):
    (tmp_path / "program.f90").write_text(FORTRAN_PROGRAM, encoding="utf-8")
    run(["bash", "-c", readme_line("gfortran")], tmp_path, PKG_CONFIG_PATH=str(prefix / "lib/pkgconfig"))
    assert run([tmp_path / "program"], tmp_path) == "7\n"
    assert loaded_from(tmp_path / "program").startswith(f"{prefix}/lib/")


def configure(folder, languages, text, found_in):
    """A CMake project in a folder, configured into folder/build; returns what its message(STATUS ...) said."""
    (folder / "program.c").write_text(C_PROGRAM, encoding="utf-8")
    (folder / "program.f90").write_text(FORTRAN_PROGRAM, encoding="utf-8")
    (folder / "CMakeLists.txt").write_text(
        f"cmake_minimum_required(VERSION 3.10)\nproject(app LANGUAGES {languages})\n{text}", encoding="utf-8"
    )
    return re.findall(r"^-- app: (.*)$", run(["cmake", "-S", ".", "-B", "build", *found_in], folder), flags=re.M)


@needs("cmake", "cc")
def test_a_cmake_project_links_the_library_also_when_the_prefix_was_moved(tmp_path):
    install(f"PREFIX={tmp_path / 'first'}")
    moved = (tmp_path / "first").rename(tmp_path / "second")
    project = tmp_path / "project"
    project.mkdir()
    configure(
        project,
        "C",
        """
        find_package(wingbeat 0.1 REQUIRED)
        add_executable(app program.c)
        target_link_libraries(app PRIVATE wingbeat::wingbeat)""",
        [f"-DCMAKE_PREFIX_PATH={moved}"],
    )
    run(["cmake", "--build", "build"], project)
    assert run([project / "build/app"], project) == "7\n"
    assert loaded_from(project / "build/app").startswith(f"{moved}/lib/")


@needs("cmake", "gfortran")
def test_a_cmake_project_with_fortran_compiles_the_module_for_itself(prefix, tmp_path):
    configure(
        tmp_path,
        "Fortran",
        """
        find_package(wingbeat REQUIRED COMPONENTS fortran)
        add_executable(app program.f90)
        target_link_libraries(app PRIVATE wingbeat::fortran)""",
        [f"-DCMAKE_PREFIX_PATH={prefix}"],
    )
    run(["cmake", "--build", "build"], tmp_path)
    assert run([tmp_path / "build/app"], tmp_path) == "7\n"
    assert [path.name for path in (tmp_path / "build").rglob("*.mod")] == ["wingbeat.mod"]


@needs("cmake", "cc")
def test_a_cmake_project_without_fortran_is_told_so_where_it_asks_for_the_module(prefix, tmp_path):
    assert configure(
        tmp_path,
        "C",
        """
        find_package(wingbeat QUIET COMPONENTS fortran)
        message(STATUS "app: ${wingbeat_FOUND}, ${wingbeat_NOT_FOUND_MESSAGE}")
        find_package(wingbeat QUIET OPTIONAL_COMPONENTS fortran)
        message(STATUS "app: ${wingbeat_FOUND}")""",
        [f"-DCMAKE_PREFIX_PATH={prefix}"],
    ) == ["0, wingbeat has no component fortran here; fortran needs a project that has enabled Fortran", "1"]


@needs("cmake")
def test_a_minor_version_serves_for_its_own_patches(prefix, tmp_path):
    version = (prefix / "lib/cmake/wingbeat/wingbeat-config-version.cmake").read_text(encoding="utf-8")
    installed = re.search(r'set\(PACKAGE_VERSION "(.*)"\)', version)[1]
    assert installed == re.search(r"^Version: (.*)$", (prefix / "lib/pkgconfig/wingbeat.pc").read_text(), flags=re.M)[1]
    version = version.replace(f'"{installed}"', '"0.3.4"')

    def serves(asked):
        """What find_package would hear, told the variables that it sets."""
        first, _, last = asked.partition("...")
        major, minor = f"{first}.0".split(".")[:2]
        settings = {
            "PACKAGE_FIND_VERSION": first,
            "PACKAGE_FIND_VERSION_MAJOR": major,
            "PACKAGE_FIND_VERSION_MINOR": minor,
        }
        if last:
            settings |= {
                "PACKAGE_FIND_VERSION_RANGE": asked,
                "PACKAGE_FIND_VERSION_MIN": first,
                "PACKAGE_FIND_VERSION_MAX": last.lstrip("<"),
                "PACKAGE_FIND_VERSION_RANGE_MAX": "EXCLUDE" if last.startswith("<") else "INCLUDE",
            }
        script = tmp_path / "script.cmake"
        script.write_text(
            "cmake_minimum_required(VERSION 3.10)\n"
            + "".join(f'set({name} "{value}")\n' for name, value in settings.items())
            + version
            + '\nmessage("${PACKAGE_VERSION_COMPATIBLE} ${PACKAGE_VERSION_EXACT}")\n',
            encoding="utf-8",
        )
        return subprocess.run(["cmake", "-P", script], capture_output=True, text=True, check=True).stderr.split()

    assert serves("0.3.4") == ["TRUE", "TRUE"]
    for asked in ("0.3", "0.3.1", "0.3...0.5", "0.1...<0.4", "0.2...0.3.4"):
        assert serves(asked) == ["TRUE"], asked
    for asked in ("0.3.5", "0.2", "0.4", "1.3", "0.3.5...0.4", "0.2...<0.3.4", "0.1...0.2"):
        assert serves(asked) == ["FALSE"], asked


def test_a_package_is_staged_for_its_own_place_and_names_no_path_that_the_loader_knows(tmp_path):
    install(f"DESTDIR={tmp_path}", "PREFIX=/usr", "LIBDIR=/usr/lib/x86_64-linux-gnu")
    library = tmp_path / "usr/lib/x86_64-linux-gnu"
    files = {
        str(path.relative_to(tmp_path / "usr"))
        for path in tmp_path.rglob("*")
        if not path.is_dir() and "hwcaps" not in str(path)
    }
    lib = "lib/x86_64-linux-gnu"
    assert files == {
        "include/wingbeat.h",
        "include/wingbeat/module.modulemap",
        "include/wingbeat/wingbeat.f90",
        f"{lib}/libwingbeat.so",
        f"{lib}/libwingbeat.so.0",
        f"{lib}/pkgconfig/wingbeat.pc",
        f"{lib}/cmake/wingbeat/wingbeat-config.cmake",
        f"{lib}/cmake/wingbeat/wingbeat-config-version.cmake",
    }
    for path in library.rglob("*.cmake"):
        assert str(tmp_path) not in path.read_text(encoding="utf-8") and "/usr" not in path.read_text(encoding="utf-8")
    package = (library / "pkgconfig/wingbeat.pc").read_text(encoding="utf-8")
    assert "rpath" not in package and str(tmp_path) not in package and "prefix=/usr\n" in package
    if shutil.which("pkg-config"):
        flags = run(
            ["pkg-config", "--cflags", "--libs", "wingbeat"], tmp_path, PKG_CONFIG_PATH=str(library / "pkgconfig")
        )
        assert flags.split() == ["-lwingbeat"]
