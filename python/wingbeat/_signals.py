"""Signals that come while the library computes for long.

Python notes a signal and runs its handler at the next byte code, which is not before the library returns. While a run
is long, Python also writes a byte to a pipe (signal.set_wakeup_fd), which the library looks at between pieces of its
work; then it drops the run, and asks here. Whether it goes on depends on the handler: what that raises ends the call.
"""

from __future__ import annotations

import atexit
import os
import signal
import threading

from . import _abi
from ._callbacks import guarded, watch
from ._library import check, lib, unguarded


class _Pipe:
    """What the library looks at, and what Python writes to."""

    def __init__(self) -> None:
        self.reading, self.writing = os.pipe()
        os.set_blocking(self.reading, False)
        os.set_blocking(self.writing, False)
        self._identity = os.fstat(self.writing).st_ino
        self._before = -1

    def is_open(self) -> bool:
        """Whether the descriptors are still the pipe's: a process that becomes a daemon closes all."""
        try:
            return os.fstat(self.reading).st_ino == os.fstat(self.writing).st_ino == self._identity
        except OSError:
            return False

    def connect(self) -> None:
        before = signal.set_wakeup_fd(self.writing, warn_on_full_buffer=False)
        if before != self.writing:
            self._before = before

    def disconnect(self) -> None:
        now = signal.set_wakeup_fd(self._before)
        if now != self.writing:  # somebody else's since
            signal.set_wakeup_fd(now)


_pipe: _Pipe | None = None


@guarded(_abi.wb_run_callback)
def _event(_: object, event: int) -> None:
    """What is raised here, handlers of signals included, ends the call."""
    global _pipe
    watch()
    if threading.current_thread() is not threading.main_thread():
        return  # handlers run in the main thread alone
    if event == _abi.WB_RUN_BEGINS:
        if _pipe is None or not _pipe.is_open():
            _pipe = _Pipe()
            listen()
        _pipe.connect()
    elif event == _abi.WB_RUN_ENDED and _pipe is not None:
        _pipe.disconnect()


def listen() -> None:
    """Has the library tell of long runs."""
    check(lib.wb_set_run_callback(_event, None, -1 if _pipe is None else _pipe.reading))


def _in_child() -> None:
    """A process that was forked off must not read its parent's pipe."""
    global _pipe
    if _pipe is not None:
        _pipe.disconnect()
        _pipe = None
        listen()


watch()
listen()
atexit.register(
    unguarded("wb_set_run_callback"), _abi.wb_run_callback(), None, -1
)  # a process that embeds Python may go on without it
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
