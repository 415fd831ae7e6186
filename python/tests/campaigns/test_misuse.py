"""Random calls of the whole ABI, with nonsense for arguments: nothing crashes or hangs, and good calls are right
afterwards.

The program is misuse.c. What draws the arguments of each function is written from the header, so that no function can
be left out. The long form runs under AddressSanitizer, which `make campaign` builds.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from campaign import LONG, library_folder, report
from support import ROOT

sys.path.insert(0, str(ROOT / "scripts"))

from header import HEADER, parse

KINDS = {
    f"wb_{kind}": kind.upper()
    for kind in ("tensor", "module", "optimizer", "dataset", "batches", "program", "trainer", "recording")
    + ("schedule", "checkpoints", "writer", "value")
}
CALLBACKS = {
    f"wb_{kind}_callback": f"on_{kind}"
    for kind in (
        *("log", "release", "vjp", "jvp", "hook", "forward", "place", "progress", "run"),
        *("module", "closure", "factor"),
    )
}
CALLBACKS["wb_log_callback"] = "on_line"
COUNTS = ("count", "rank", "capacity")
# What would train for as long as a number can say; and no descriptor of somebody else's is read.
_EPOCHS = "if (option == WB_TRAINER_EPOCHS || option == WB_TRAINER_MAX_STEPS) value = below(s, 4) + 1;"
BOUNDED = {
    "wb_trainer_set": _EPOCHS,
    "wb_trainer_set_int64": _EPOCHS,
    "wb_writer_append": "if (rows > 3) rows = 3;",
    "wb_set_run_callback": "if (descriptor >= 0) descriptor = -1;",
}
NUMBERS = {
    "int32_t": "an_int(s)",
    "int64_t": "a_long(s)",
    "uint64_t": "an_unsigned(s)",
    "size_t": "a_size(s)",
    "double": "a_double(s)",
}


def value(name: str, type, header) -> str:
    """The C expression that draws an argument."""
    base, kind, constant, stars = type.base, type.kind, type.constant, type.stars
    if kind == "handle":
        owned = stars == 2 and not constant[1]
        return "outs(s)" if owned else f"{'handles' if stars == 2 else 'handle'}(s, {KINDS[base]})"
    if kind == "callback":
        return f"chance(s, 8) ? NULL : {CALLBACKS[base]}"
    if kind == "enum" and stars == 0:
        last = max(value for _, value in header.enums[base])
        return f"({base})(chance(s, 10) ? an_int(s) : below(s, {last + 2}))"
    if base == "wb_index_kind":
        return "index_kinds(s)"
    if kind == "char":
        return {1: "a_text(s)", 2: "a_texts(s)" if constant[1] else "(const char **)(s->scratch + 4096)"}[stars]
    if kind == "void":
        if name == "context":
            return "NULL"
        if stars == 2:
            return {
                (True, True, False): "memories(s, zeros)",
                (False, True, False): "(void *const *)memories(s, s->scratch)",
                (True, False, False): "(const void **)(s->scratch + 4096)",
            }[constant]
        return "memory(s, zeros)" if constant[0] else "memory(s, s->scratch)"
    if stars == 1 and constant[0]:
        return {"int64_t": "longs(s)", "int32_t": "ints(s)", "double": "doubles(s)"}[base]
    if stars == 1:
        return f"chance(s, 12) ? NULL : ({base} *)(s->scratch + 8192)"
    if base == "int32_t" and name.endswith(COUNTS):
        return "a_count(s)"
    return NUMBERS[base]


def declaration(name: str, type) -> str:
    parts = [("const " if type.constant[0] else "") + type.base + " "]
    parts += ["*" + ("const " if constant else "") for constant in type.constant[1:]]
    return "".join(parts) + name


def function(found, header) -> list[str]:
    """The C function that calls a function with drawn arguments."""
    lines = [f"static void call_{found.name}(source *s) {{"]
    for name, type in found.parameters:
        lines.append(f"    {declaration(name, type)} = {value(name, type, header)};")
    lines.append(f"    {BOUNDED[found.name]}" if found.name in BOUNDED else "    (void)s;")
    call = f"{found.name}({', '.join(name for name, _ in found.parameters)})"
    lines.append(f'    enter(s, "{found.name}");')
    if found.result.base != "wb_status":
        return [*lines, f"    (void){call};", "    leave(s, WB_OK);", "}"]
    lines += [f"    wb_status status = {call};", "    leave(s, status);"]
    for name, type in found.parameters:
        if type.kind == "handle" and type.stars == 2 and not type.constant[1]:
            lines.append(f"    if (status == WB_OK) adopt(s, {KINDS[type.base]}, (void **){name});")
        elif type.kind == "char" and type.stars == 2 and not type.constant[1]:
            lines.append(f"    if (status == WB_OK) look({name});")
    return [*lines, "}"]


def calls() -> str:
    header = parse(HEADER.read_text(encoding="utf-8"))
    lines = [line for found in header.functions.values() for line in function(found, header)]
    names = ", ".join(f"call_{name}" for name in header.functions)
    return "\n".join([*lines, f"static void (*const calls[])(source *) = {{{names}}};"]) + "\n"


def library() -> Path:
    """The folder of the library under test."""
    if LONG and (path := os.environ.get("WINGBEAT_ASAN")):
        return Path(path)
    return library_folder()


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    folder = tmp_path_factory.mktemp("misuse")
    (folder / "calls.h").write_text(calls(), encoding="utf-8")
    where = library()
    watched = LONG and "WINGBEAT_ASAN" in os.environ
    compiler = os.environ["WINGBEAT_ASAN_CC"].split() if watched else ["cc"]
    command = [
        *compiler,
        "-std=c11",
        "-Wall",
        "-Wextra",
        "-Werror",
        "-O1",
        "-g",
        f"-I{ROOT / 'include'}",
        f"-I{folder}",
        str(Path(__file__).parent / "misuse.c"),
        "-o",
        str(folder / "misuse"),
        f"-L{where}",
        "-lwingbeat",
        f"-Wl,-rpath,{where}",
        "-lm",
        "-pthread",
    ]
    subprocess.run(command, check=True)
    return folder / "misuse"


@pytest.mark.parametrize("threads", [1, 4])
def test_nonsense_neither_crashes_nor_hangs_and_good_calls_are_right_afterwards(program, threads, tmp_path):
    seconds = 300 if LONG else 5
    seed = 20261130 + threads
    watched = LONG and "WINGBEAT_ASAN" in os.environ
    environment = (
        os.environ | {"ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1:max_allocation_size_mb=2048"}
        if watched
        else os.environ
    )
    try:
        run = subprocess.run(
            [str(program), str(seed), str(seconds), str(threads)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            timeout=seconds + 240,
            check=False,
        )
    except subprocess.TimeoutExpired as hang:
        raise AssertionError(f"a call hangs (seed {seed}): {hang.stderr}") from hang
    assert run.returncode == 0, f"seed {seed}: {run.stderr.decode(errors='replace')[-4000:]}"
    assert run.stderr == b"", "the library printed something"
    made, refused = map(int, run.stdout.split())
    assert made > 1000
    assert 0 < refused < made
    report(
        f"misuse on {threads} thread{'s' if threads > 1 else ''}",
        f"{made} calls, {refused} refused, in {seconds} s{', under AddressSanitizer' if watched else ''}",
    )
