"""Runs a program with this library in another one's place, for wingbeat.torch and wingbeat.tf.

The program finds itself as `python PROGRAM` would run it: sys.argv, sys.path, __main__, the exit code, and tracebacks
that begin in it.
"""

from __future__ import annotations

import os
import signal
import sys
import types
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_USAGE = "usage: python -m {} [-m MODULE | SCRIPT.py] [ARGUMENT ...]"


def _program(face: str, arguments: list[str]) -> tuple[Any, types.ModuleType]:
    """The code of the program and the module that it runs in; sys.argv and sys.path are set for it."""
    module = types.ModuleType("__main__")
    if arguments[0] == "-m":
        if len(arguments) < 2:
            raise SystemExit(_USAGE.format(face))
        import runpy

        sys.argv = arguments[1:]
        sys.path.insert(0, os.getcwd())
        _, spec, code = runpy._get_module_details(arguments[1])  # type: ignore[attr-defined]
        sys.argv[0] = module.__file__ = spec.origin
        module.__spec__, module.__package__, module.__loader__ = spec, spec.parent, spec.loader
    else:
        path = arguments[0]
        try:
            with open(path, "rb") as file:
                source = file.read()
        except OSError as error:
            sys.stderr.write(f"{face}: cannot open {path!r}: {error.strerror}\n")
            raise SystemExit(2) from None
        sys.argv = list(arguments)
        sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
        code = compile(source, path, "exec", dont_inherit=True)
        module.__file__ = path
        module.__dict__.update(__package__=None, __spec__=None, __cached__=None)
    module.__dict__["__builtins__"] = __builtins__
    return code, module


def main(face: str, doc: str | None, install: Callable[[], None]) -> int:
    """Runs the program that the command line names, after install(); gives the exit code. face: the module that is
    run, such as "wingbeat.torch"."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("-h", "--help"):
        print(f"{doc}\n{_USAGE.format(face)}")
        return 0 if arguments else 2
    if sys.path and sys.path[0] in ("", os.getcwd()):
        del sys.path[0]  # what -m put there
    install()
    hidden = 1  # frames of this file at the head of a traceback
    try:
        code, module = _program(face, arguments)
        sys.modules["__main__"] = module
        exec(code, module.__dict__)
    except SystemExit:
        raise
    except KeyboardInterrupt as error:
        _show(error, hidden)
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # so that whoever started it sees what ended it
        os.kill(os.getpid(), signal.SIGINT)
    except BaseException as error:
        _show(error, hidden)
        return 1
    return 0


def _show(error: BaseException, hidden: int) -> None:
    """Has the exception printed as if nothing were above the program."""
    traceback = error.__traceback__
    for _ in range(hidden):
        traceback = traceback.tb_next if traceback is not None else None
    if isinstance(error, SyntaxError):
        while traceback is not None and traceback.tb_frame.f_code.co_filename == __file__:
            traceback = traceback.tb_next
    sys.excepthook(type(error), error.with_traceback(traceback), traceback)
    sys.stderr.flush()
