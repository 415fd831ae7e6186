"""The header, the library's exported symbols and the Python declarations agree, and the library is what a host may
expect."""

import ctypes
import re
import subprocess
import sys
from pathlib import Path

import pytest

from wingbeat import _abi, _errors, _library

ROOT = Path(__file__).resolve().parents[2]
HEADER = (ROOT / "include" / "wingbeat.h").read_text(encoding="utf-8")
LIBRARIES = sorted((ROOT / "build" / "lib").rglob("libwingbeat.so.0"))

# What a program that uses the library must have: HDF5 and the system's C and C++ run-time libraries.
NEEDED = re.compile(r"libhdf5\S*|lib(c|m|dl|pthread|rt|util|gcc_s|stdc\+\+)\.so\.\d+|ld-linux\S*")


def readelf(option, path):
    return subprocess.run(["readelf", "-W", option, path], check=True, capture_output=True, text=True).stdout


def functions_in_header():
    """An extraction by other means than scripts/generate_abi.py: every name followed by a parenthesis."""
    text = re.sub(r"/\*.*?\*/", "", HEADER, flags=re.S)
    return set(re.findall(r"\b(wb_\w+)\(", text))


def test_the_declarations_are_what_the_header_says():
    result = subprocess.run(
        [sys.executable, ROOT / "scripts" / "generate_abi.py", "--check"], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
    assert set(_abi.FUNCTIONS) == functions_in_header()


def test_every_value_of_an_enum_has_the_enums_prefix():
    """The last word of an enum's name (op, kind, mode, ...) may be left out.

    Statuses and dtypes are the library's own words: WB_.
    """
    text = re.sub(r"/\*.*?\*/", "", HEADER, flags=re.S)
    enums = re.findall(r"typedef enum \w+ \{(.*?)\} (\w+);", text, flags=re.S)
    assert len(enums) >= 10
    for body, name in enums:
        prefixes = {f"{name}_".upper(), f"{name.rpartition('_')[0]}_".upper()} - {"WB_"}
        if name in ("wb_loss_kind", "wb_reduction"):
            continue
        if name in ("wb_status", "wb_dtype"):
            prefixes = {"WB_"}
        for value in re.findall(r"(WB_\w+)", body):
            assert value.startswith(tuple(prefixes)), f"{value} of {name}"


def test_the_header_has_no_code():
    assert not re.search(r"\bstatic\b|\binline\b", re.sub(r"/\*.*?\*/", "", HEADER, flags=re.S)), (
        "other languages could not call it"
    )


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda path: path.parent.name)
def test_the_library_exports_the_headers_functions_and_nothing_else(library):
    exported = {
        line.split()[7].split("@")[0]
        for line in readelf("--dyn-syms", library).splitlines()
        if re.match(r"\s*\d+:", line) and line.split()[6] != "UND" and len(line.split()) > 7
    }
    assert exported == functions_in_header()


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda path: path.parent.name)
def test_the_library_is_small_and_needs_no_swift(library):
    assert library.stat().st_size < 20_000_000
    needed = re.findall(r"\(NEEDED\)\s+Shared library: \[(.+?)\]", readelf("-d", library))
    assert [name for name in needed if not NEEDED.fullmatch(name)] == []
    assert ".symtab" not in readelf("-S", library), "the library is not stripped"


def test_enumerations_and_structs_have_the_sizes_that_the_compiler_gives_them(tmp_path):
    constants = sorted(name for name in vars(_abi) if name.startswith("WB_"))
    fields = [field for field, _ in _abi.wb_progress._fields_]
    source = tmp_path / "sizes.c"
    source.write_text(
        "#include <stdio.h>\n#include <wingbeat.h>\nint main(void) {\n"
        + "".join(f'printf("%d\\n", (int){name});\n' for name in constants)
        + "".join(f'printf("%zu\\n", offsetof(wb_progress, {field}));\n' for field in fields)
        + 'printf("%zu\\n%zu\\n", sizeof(wb_progress), sizeof(wb_status));\nreturn 0;\n}\n',
        encoding="utf-8",
    )
    program = tmp_path / "sizes"
    subprocess.run(["cc", "-std=c11", "-Wall", "-Werror", f"-I{ROOT / 'include'}", source, "-o", program], check=True)
    found = [int(line) for line in subprocess.run([program], check=True, capture_output=True, text=True).stdout.split()]
    expected = [getattr(_abi, name) for name in constants] + [
        getattr(_abi.wb_progress, field).offset for field in fields
    ]
    assert found == expected + [ctypes.sizeof(_abi.wb_progress), ctypes.sizeof(_abi.wb_status)]


def test_every_status_has_an_exception():
    statuses = {name: value for name, value in vars(_abi).items() if name.startswith("WB_ERROR_")}
    for name, status in statuses.items():
        error = _errors.exception(status, "a sentence")
        assert isinstance(error, _errors.Error) and str(error) == "a sentence"
        assert type(error) is _errors.InternalError or name != "WB_ERROR_INTERNAL"
        assert _library.lib.wb_status_name(status).decode() == name
    assert len({type(_errors.exception(status, "")) for status in statuses.values()}) == len(statuses)


@pytest.mark.parametrize(
    "sentence, kind",
    [
        ("open 'x.h5': No such file or directory", FileNotFoundError),
        ("open 'x.h5': Permission denied", PermissionError),
        ("save 'x.h5': No space left on device", OSError),
    ],
)
def test_trouble_with_files_is_the_built_in_exception_of_its_cause(sentence, kind):
    error = _errors.exception(_abi.WB_ERROR_FILE, sentence)
    assert isinstance(error, kind) and isinstance(error, _errors.FileError) and error.errno


def load_in_new_process(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT / "python"), **environment},
    )


def test_a_library_that_cannot_be_loaded_is_an_import_error_with_a_sentence():
    result = load_in_new_process("import wingbeat", WINGBEAT_LIBRARY="/nowhere/libwingbeat.so")
    assert result.returncode == 1
    assert "ImportError: wingbeat could not load its library: /nowhere/libwingbeat.so" in result.stderr


def test_a_library_that_the_host_has_loaded_is_used():
    # The host loads the plain build; left to itself, the package would pick the one for this processor.
    code = (
        "import ctypes, re\n"
        f"host = ctypes.CDLL({str(ROOT / 'build/lib/libwingbeat.so.0')!r})\n"
        "from wingbeat import _library\n"
        "assert _library.library._handle == host._handle\n"
        "mapped = set(re.findall(r'/\\S*libwingbeat\\S*', open('/proc/self/maps').read()))\n"
        "assert len(mapped) == 1, mapped\n"
    )
    result = load_in_new_process(code)
    assert result.returncode == 0, result.stderr
