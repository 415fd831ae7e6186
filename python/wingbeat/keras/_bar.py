"""Keras' progress bar. On a terminal it is drawn over itself; elsewhere each epoch leaves its last line, without
control characters."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

_BOLD, _GREEN, _WHITE, _PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[37m", "\x1b[0m"


def is_terminal() -> bool:
    """Whether what is printed can be drawn over."""
    if "ipykernel" in sys.modules or "PYCHARM_HOSTED" in os.environ:
        return True
    try:
        return bool(sys.stdout.isatty()) and os.environ.get("TERM") != "dumb"
    except (AttributeError, ValueError):
        return False


def say(message: str, line_break: bool = True) -> None:
    """Prints a message where Keras does."""
    sys.stdout.write(f"{message}\n" if line_break else message)
    sys.stdout.flush()


class Progbar:
    """A progress bar.

    target: how many steps there are, None if nobody knows. verbose: 0 nothing, 1 a bar, 2 a line at the end.
    stateful_metrics: names of values that are shown as they are; the others are averaged over the steps.
    stateless_metrics: those that are averaged, in place of the former. interval: seconds between two drawings.
    """

    def __init__(
        self,
        target: int | None,
        width: int = 20,
        verbose: int = 1,
        interval: float = 0.05,
        stateful_metrics: Any = None,
        stateless_metrics: Any = None,
        unit_name: str = "step",
    ) -> None:
        if stateful_metrics is not None and stateless_metrics is not None:
            raise ValueError(
                "Only one of `stateful_metrics` or `stateless_metrics` can be provided: the one names the values that "
                "are shown as they are, the other those that are averaged."
            )
        self.target, self.width, self.verbose = target, width, verbose
        self.interval, self.unit_name = interval, unit_name
        self.stateful_metrics = None if stateful_metrics is None else set(stateful_metrics)
        self.stateless_metrics = None if stateless_metrics is None else set(stateless_metrics)
        self._draws_over = is_terminal()
        self._seen = 0
        # name -> (sum, count), in the order in which they came.
        self._values: dict[str, list[Any]] = {}
        self._start = time.time()
        self._drawn_at = 0.0
        self._after_first: float | None = None
        self._width_before = 0

    def update(self, current: int, values: Any = None, finalize: bool | None = None) -> None:
        """Shows that `current` steps are done. values: (name, value) pairs. finalize: whether it is the last time."""
        if finalize is None:
            finalize = self.target is not None and current >= self.target
        for name, value in values or []:
            self._take(name, value, current, finalize)
        self._seen = current
        now = time.time()
        duration = self._step_time(current, now)
        if self.verbose == 1:
            if not finalize and (now - self._drawn_at < self.interval or not self._draws_over):
                return
            self._draw(current, duration, now, finalize)
        elif self.verbose == 2 and finalize and self.target:
            digits = len(str(self.target))
            say(
                f"{current:{digits}d}/{self.target} - {now - self._start:.0f}s -{self._spelled(duration)}"
                f"{self._metrics(absolute=False)}"
            )
        self._drawn_at = now

    def is_due(self) -> bool:
        """Whether a step that is done now is drawn."""
        return self._draws_over and time.time() - self._drawn_at >= self.interval

    def add(self, n: int, values: Any = None) -> None:
        """Shows that n more steps are done."""
        self.update(self._seen + n, values)

    def _take(self, name: str, value: Any, current: int, finalize: bool) -> None:
        is_averaged = (
            name in self.stateless_metrics
            if self.stateless_metrics is not None
            else name not in (self.stateful_metrics or ())
        )
        if not is_averaged or finalize:
            self._values[name] = [value, 1]
            return
        count = max(current - self._seen, 1)
        known = self._values.setdefault(name, [0.0, 0])
        known[0] += value * count
        known[1] += count

    def _step_time(self, current: int, now: float) -> float:
        """Seconds a step, without the first, which is slow."""
        if not current:
            return 0.0
        if self._after_first is not None and current > 1:
            found = (now - self._after_first) / (current - 1)
        else:
            found = (now - self._start) / current
        if current == 1:
            self._after_first = now
        return found

    def _draw(self, current: int, duration: float, now: float, finalize: bool) -> None:
        bold, green, white, plain = (_BOLD, _GREEN, _WHITE, _PLAIN) if self._draws_over else ("", "", "", "")
        if self.target:
            count = f"{current:{len(str(self.target))}d}/{self.target}"
            done = int(self.width * float(current) / self.target)
            strokes = f"{green}{'━' * done}{plain}" if done > 0 else ""
            text, shown = f"{bold}{count}{plain} {strokes}{white}{'━' * (self.width - done)}{plain}", len(count) + 1
            shown += max(done, 0) + max(self.width - done, 0)
        else:
            text = f"{current:7d}/Unknown"
            shown = len(text)
        left = _clock(duration * (self.target - current)) if self.target and not finalize else ""
        elapsed = left or f"{now - self._start:.0f}s"
        rest = f"{self._spelled(duration)}{self._metrics(absolute=True)}"
        text += f" {bold}{elapsed}{plain}{rest}"
        shown += 1 + len(elapsed) + len(rest)
        if self._draws_over:
            text = "\b" * self._width_before + "\r" + text
            text += " " * max(self._width_before - shown, 0)
            self._width_before = shown
        say(text, line_break=finalize)

    def _metrics(self, absolute: bool) -> str:
        parts = []
        for name, (total, count) in self._values.items():
            mean = float(_number(total)) / max(1, count)
            size = abs(mean) if absolute else mean
            parts.append(f" - {name}: {mean:.4f}" if size > 1e-3 else f" - {name}: {mean:.4e}")
        return "".join(parts)

    def _spelled(self, seconds: float) -> str:
        if seconds >= 1 or seconds == 0:
            return f" {seconds:.0f}s/{self.unit_name}"
        if seconds >= 1e-3:
            return f" {seconds * 1e3:.0f}ms/{self.unit_name}"
        return f" {seconds * 1e6:.0f}us/{self.unit_name}"


def _number(value: Any) -> Any:
    if isinstance(value, (int, float)):
        return value
    import numpy as np

    return np.mean(np.asarray(value))


def _clock(seconds: float) -> str:
    """Time that is left."""
    if seconds > 3600:
        return f"{seconds // 3600:.0f}:{seconds % 3600 // 60:02.0f}:{int(seconds % 60):02d}"
    if seconds > 60:
        return f"{seconds // 60:.0f}:{int(seconds % 60):02d}"
    return f"{int(seconds)}s"
