"""One engine on one workload, in a process of its own; run.py talks to it over its standard streams.

    worker.py ENGINE WORKLOAD THREADS LOSSES

Prints the losses of the first steps as JSON, then answers each line: a number of steps with the seconds that they took,
an empty line with the peak memory in MiB and the end. With BENCHMARK_CLOCK=processor seconds are those that the process
had a processor. What an engine gives as a pair is a function for the first steps and another for those that are timed.
"""

import importlib
import json
import os
import sys
import time

engine, name, threads, losses = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "WINGBEAT_NUM_THREADS"):
    os.environ[variable] = str(threads)

from workloads import BY_NAME  # noqa: E402  (after the number of threads is set)

steps = importlib.import_module(f"engines.{engine}").steps(BY_NAME[name], threads)
clock = time.process_time if os.environ.get("BENCHMARK_CLOCK") == "processor" else time.perf_counter
first, steps = steps if isinstance(steps, tuple) else (steps, steps)
print(json.dumps([first(1) for _ in range(losses)]), flush=True)
for line in sys.stdin:
    if not line.strip():
        break
    count = int(line)
    began = clock()
    steps(count)
    print(clock() - began, flush=True)
# The system's own figure for a process (ru_maxrss) begins with what its parent had.
with open("/proc/self/status") as status:
    print(next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024, flush=True)
