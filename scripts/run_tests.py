"""Runs test suites and ends with a line for each test that failed and one line for all of them: `N passed, M failed`.

    run_tests.py LOGS {swift|c|pytest|step} NAME COMMAND ... [-- {swift|c|pytest|step} NAME COMMAND ...] ...

Suites run one after the other, those behind a `--` beside those before it. The kind says how a suite reports its tests.
A suite that crashes, hangs, or reports nothing counts as a failure, and so does one that exits with an error although
every test it reported passed. `step` is a command without counts.
"""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

LONGEST = 3600  # seconds for one suite


def count_swift(text):
    """XCTest and Swift Testing, which `swift test` runs one after the other.

    A test that began and did not end has crashed.
    """
    ended = re.findall(r"^Test Case '([^']+)' (passed|failed|skipped)", text, flags=re.M)
    outcomes = dict(ended)
    began = dict.fromkeys(re.findall(r"^Test Case '([^']+)' started", text, flags=re.M))
    passed = sum(outcome == "passed" for _, outcome in ended)
    reasons = dict(reversed(re.findall(r"error: (\S+) : (.*)$", text, flags=re.M)))
    failed = [f"{name}: {reasons.get(name, '')}" for name, outcome in ended if outcome == "failed"]
    failed += [f"{name}: did not end" for name in began if name not in outcomes]
    passed += len(re.findall(r"^\S+ +Test (?!run with |case )\S.* passed after ", text, flags=re.M))
    failed += re.findall(r"^\S+ +Test (?!run with |case )(\S.*) failed after ", text, flags=re.M)
    return passed, failed


def count_c(text):
    """Tests/C/check.h: a line for each test that failed, and the last line."""
    found = re.findall(r"^(\d+) passed, \d+ failed$", text, flags=re.M)
    return int(found[-1]) if found else 0, [
        f"{name}: {reason}" for reason, name in re.findall(r"^(.*)\nFAILED: (.*)$", text, flags=re.M)
    ]


def count_pytest(text):
    """The summary of `pytest -q`, such as `1 failed, 41 passed, 2 skipped in 3.21s`, and the lines before it."""
    summary = next((line for line in reversed(text.splitlines()) if re.search(r" in \d+\.\d+s", line)), "")
    passed = re.search(r"(\d+) passed", summary)
    return int(passed[1]) if passed else 0, re.findall(r"^(?:FAILED|ERROR) (.*)$", text, flags=re.M)


def count_step(text):
    return 1, []


COUNTERS = {"swift": count_swift, "c": count_c, "pytest": count_pytest, "step": count_step}


class Runner:
    """Runs suites and counts what they report."""

    def __init__(self, logs):
        self.logs = logs
        self.passed, self.failed = 0, []
        self.processes = []
        self.lock = threading.Lock()
        self.is_stopped = False

    def run(self, command, log):
        """The exit status of a command, None if it took too long. All that it started ends with it."""
        with open(log, "wb") as output:
            with self.lock:
                if self.is_stopped:
                    return None
                process = subprocess.Popen(
                    command,
                    shell=True,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
                self.processes.append(process)
            try:
                return process.wait(timeout=LONGEST)
            except subprocess.TimeoutExpired:
                return None
            finally:
                kill(process)
                process.wait()

    def run_all(self, suites):
        for kind, name, command in zip(suites[0::3], suites[1::3], suites[2::3]):
            log = self.logs / f"test-{re.sub(r'[^a-z0-9]+', '-', name.lower())}.log"
            began = time.monotonic()
            status = self.run(command, log)
            if self.is_stopped:
                return
            text = log.read_text(encoding="utf-8", errors="replace")
            passed, failed = COUNTERS[kind](text) if status == 0 or kind != "step" else (0, [])
            if not failed and (status != 0 or passed == 0):
                failed = ["the suite as a whole"]
            with self.lock:
                if failed:
                    print(*text.splitlines()[-80:], sep="\n")
                    ending = "took too long" if status is None else f"exit status {status}"
                    print(f"{name}: FAILED ({ending}; all of its output: {log}; command: {command})")
                print(f"{name}: {passed} passed, {len(failed)} failed ({time.monotonic() - began:.0f} s)", flush=True)
                self.passed += passed
                self.failed += [f"{name}: {test}" for test in failed]

    def stop(self):
        with self.lock:
            self.is_stopped = True
            for process in self.processes:
                kill(process)


def kill(process):
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def beside(arguments):
    """The suites that run one after the other, for each of those that run beside each other."""
    lanes = [[]]
    for argument in arguments:
        if argument == "--":
            lanes.append([])
        else:
            lanes[-1].append(argument)
    return lanes


def main(logs, *arguments):
    logs = Path(logs)
    logs.mkdir(parents=True, exist_ok=True)
    # A job in the background may ignore SIGINT, and so would all that it starts, though tests send it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    runner = Runner(logs)
    threads = [threading.Thread(target=runner.run_all, args=(suites,)) for suites in beside(arguments)]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    except BaseException:
        runner.stop()
        raise
    for test in runner.failed:
        print(f"FAILED {test}")
    print(f"{runner.passed} passed, {len(runner.failed)} failed")
    return 1 if runner.failed or not runner.passed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
