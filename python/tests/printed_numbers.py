"""What two runs of a program printed, compared: the words have to be the same, and the numbers close."""

import math
import re

_NUMBER = re.compile(r"(?<![\w.])[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+|inf|nan)(?![\w])")


def differences(found, expected, relative=2e-3, absolute=2e-4):
    """Lines that differ, each as a sentence. Whole numbers have to be the same; a number with a point may be off by
    its last digit, or by these tolerances, since rounding differs from engine to engine and training makes more of
    it."""
    ours, theirs = found.splitlines(), expected.splitlines()
    wrong = []
    if len(ours) != len(theirs):
        wrong.append(f"{len(ours)} lines in the place of {len(theirs)}")
    for number, (one, other) in enumerate(zip(ours, theirs), 1):
        same_words = re.sub(r"\s+", " ", _NUMBER.sub("#", one)) == re.sub(r"\s+", " ", _NUMBER.sub("#", other))
        pairs = list(zip(_NUMBER.findall(one), _NUMBER.findall(other)))
        if not same_words or not all(_close(a, b, relative, absolute) for a, b in pairs):
            wrong.append(f"line {number}: {one!r} in the place of {other!r}")
    return wrong


def _close(one, other, relative, absolute):
    if one == other:
        return True
    if not re.search(r"[.ein]", one + other):
        return False
    a, b = float(one), float(other)
    digits = len(other.partition(".")[2].partition("e")[0])
    last = 1.5 * 10.0**-digits if "e" not in other.lower() else 0
    return math.isclose(a, b, rel_tol=relative, abs_tol=max(absolute * min(1, abs(b) + 0.1), last))
