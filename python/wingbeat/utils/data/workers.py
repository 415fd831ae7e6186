"""Worker processes of a DataLoader.

Processes and not threads, because they run what the user has written: Python code, which one interpreter runs one line
at a time, and which draws from random generators that belong to a process, so that only in processes of their own the
same seed gives the same batches. What the engine reads itself needs no worker: its thread reads ahead.

Strangers have been hurt by forked workers, so each cause is looked after here. A fork waits until no thread of the
engine computes or reads, and the child's engine starts with threads of its own (one, until the worker asks for more).
Samples do not go through files or shared memory that a killed program leaves behind, but through a pipe, arrays as
their bytes. A worker that dies ends the loop with a sentence, and dies with its parent. HDF5 files that the parent has
open for reading are read in the workers too: libhdf5 reads by position (pread), so that no process moves another's
place in the file, and what it keeps decoded is each process's own after the fork.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import queue
import random
import signal
import threading
import traceback
import warnings
from multiprocessing import connection
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ..._errors import Error
from ..._modes import manual_seed, set_num_threads

if TYPE_CHECKING:
    from collections.abc import Callable

_FIRST_SECONDS = 0.2  # between two looks at whether the workers live


class WorkerInfo(NamedTuple):
    """A worker process, for the data set in it: its number, how many there are, its seed, and its copy of the data
    set."""

    id: int
    num_workers: int
    seed: int
    dataset: Any


_info: WorkerInfo | None = None


def get_worker_info() -> WorkerInfo | None:
    """In a worker process of a DataLoader what it knows of itself; None elsewhere."""
    return _info


class _Raised:
    """An exception of a worker on its way."""

    def __init__(self, error: BaseException, worker: int) -> None:
        self.kind, self.worker = type(error), worker
        self.text = "".join(traceback.format_exception(type(error), error, error.__traceback__))

    def again(self) -> BaseException:
        sentence = f"Caught {self.kind.__name__} in DataLoader worker process {self.worker}.\nOriginal {self.text}"
        if not issubclass(self.kind, Exception):
            return RuntimeError(sentence)
        try:
            return self.kind(_Sentence(sentence))
        except Exception:  # a class whose constructor takes something else
            return RuntimeError(sentence)


class _Sentence(str):
    """A text that a KeyError prints line by line."""

    __repr__ = str.__str__


class _End:
    """A worker's stream has no more samples."""


# -------------------------------------------------------------------- arrays through a pipe


def _send(pipe: Any, value: Any) -> None:
    buffers: list[pickle.PickleBuffer] = []
    text = pickle.dumps(value, protocol=5, buffer_callback=buffers.append)
    pipe.send_bytes(len(buffers).to_bytes(4, "little") + text)
    for buffer in buffers:
        with buffer.raw() as raw:
            pipe.send_bytes(raw)


def _receive(pipe: Any) -> Any:
    message = memoryview(pipe.recv_bytes())
    buffers = [pipe.recv_bytes() for _ in range(int.from_bytes(message[:4], "little"))]
    return pickle.loads(message[4:], buffers=buffers)


# -------------------------------------------------------------------- in the worker


def _work(
    pipe: Any,
    others: list[Any],
    dataset: Any,
    make_fetch: Callable[[Any], Callable[[Any], Any]],
    init: Callable[[int], object] | None,
    info: tuple[int, int, int],
    parent: int,
) -> None:
    """What a worker process does: answers each message (pass, number, rows) with (pass, number, batch)."""
    global _info
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent's loop, which ends this
    for other in others:
        other.close()
    number, count, seed = info
    failed = None
    try:
        set_num_threads(1)
        manual_seed(seed % (1 << 64))
        random.seed(seed)
        np.random.seed(seed % (1 << 32))
        _info = WorkerInfo(number, count, seed, dataset)
        if init is not None:
            init(number)
        dataset = _info.dataset
    except Exception as error:
        failed = _Raised(error, number)
    fetch, current = None, None
    while True:
        try:
            message = _receive(pipe)
        except (EOFError, OSError):
            return
        if message is None:
            return
        turn, place, rows = message
        answer: Any = failed
        if answer is None:
            try:
                if fetch is None or turn != current:
                    fetch, current = make_fetch(dataset), turn
                answer = fetch(rows)
            except StopIteration:
                answer = _End()
            except Exception as error:
                answer = _Raised(error, number)
        if os.getppid() != parent and parent:
            return
        try:
            _send(pipe, (turn, place, answer))
        except (BrokenPipeError, ConnectionError):
            return
        except Exception as error:  # what cannot be pickled
            _send(pipe, (turn, place, _Raised(error, number)))


# -------------------------------------------------------------------- in the parent


class Workers:
    """The worker processes of a loader, and a thread that takes what they send."""

    def __init__(
        self,
        dataset: Any,
        count: int,
        make_fetch: Callable[[Any], Callable[[Any], Any]],
        init: Callable[[int], object] | None,
        seed: int,
        context: Any,
    ) -> None:
        self.count, self.turn = count, 0
        self.results: queue.SimpleQueue[Any] = queue.SimpleQueue()
        made: Any = "fork" if context is None else context
        if isinstance(made, str):
            made = multiprocessing.get_context(made)
        is_forking = made.get_start_method() == "fork"
        self.processes: list[Any] = []
        self.pipes: list[Any] = []
        for number in range(count):
            own, others = made.Pipe(duplex=True)
            process = made.Process(
                target=_work,
                args=(
                    others,
                    [*self.pipes, own] if is_forking else [],
                    dataset,
                    make_fetch,
                    init,
                    (number, count, seed + number),
                    os.getpid() if is_forking else 0,
                ),
                daemon=True,
            )
            with warnings.catch_warnings():
                # The engine's threads are where no lock is held while the process forks.
                warnings.filterwarnings("ignore", message=".*multi-threaded, use of fork.*")
                process.start()
            others.close()
            self.pipes.append(own)
            self.processes.append(process)
        threading.Thread(target=_take, args=(list(self.pipes), self.results), daemon=True).start()

    def ask(self, worker: int, place: int, rows: Any) -> None:
        """Has a worker make batch number `place` of the present pass."""
        try:
            _send(self.pipes[worker], (self.turn, place, rows))
        except (BrokenPipeError, ConnectionError, OSError):
            self.check()
            raise

    def next(self, timeout: float) -> tuple[int, Any]:
        """(number, batch) of what comes first in this pass; raises what a worker has raised."""
        waited = 0.0
        while True:
            try:
                turn, place, answer = self.results.get(timeout=_FIRST_SECONDS)
            except queue.Empty:
                waited += _FIRST_SECONDS
                self.check()
                if timeout and waited >= timeout:
                    raise RuntimeError(f"DataLoader timed out after {timeout} seconds") from None
                continue
            if turn == self.turn:
                return place, answer

    def check(self) -> None:
        """Raises where a worker has died."""
        for process in self.processes:
            if process.exitcode is not None:
                code = process.exitcode
                cause = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
                raise RuntimeError(f"DataLoader worker (pid {process.pid}) {cause} before its time")

    def close(self) -> None:
        """Ends the processes."""
        for pipe in self.pipes:
            try:
                _send(pipe, None)
            except (OSError, ValueError):
                pass
        for process in self.processes:
            process.join(0.5)
            if process.exitcode is None:
                process.terminate()
                process.join(1)
        for pipe in self.pipes:
            pipe.close()
        self.pipes, self.processes = [], []


def _take(pipes: list[Any], results: queue.SimpleQueue[Any]) -> None:
    """The thread's work: so no worker waits with a full pipe while the loop computes."""
    open_pipes = list(pipes)
    while open_pipes:
        try:
            ready = connection.wait(open_pipes)
        except (OSError, ValueError):
            return
        for pipe in ready:
            try:
                results.put(_receive(pipe))
            except (EOFError, OSError, TypeError, ValueError):
                open_pipes.remove(pipe)
            except Exception as error:  # what cannot be made again from its pickle
                results.put((None, None, error))
                return


def raised(answer: Any) -> Any:
    """A worker's answer, or raises what it is."""
    if isinstance(answer, _Raised):
        raise answer.again() from None
    if isinstance(answer, (Error, Exception)):
        raise answer
    return answer


def is_end(answer: Any) -> bool:
    """Whether a worker's stream has ended."""
    return isinstance(answer, _End)
