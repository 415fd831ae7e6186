"""The benchmarks: training steps and more on Wingbeat, beside other engines where asked.

    run.py [--peers torch,compile,jax,jet,numpy,tf,xla,ort] [--threads 1,2] [--only PARTS_OF_NAMES] [--rounds 9]
           [--write docs/benchmarks.md] [--before CHECKOUT] [--processor-time]

Every engine runs in a process of its own, with the same number of threads, on the same processors, from the same
weights and inputs. Their losses must agree. Rounds are interleaved, and a ratio is the median of the rounds' ratios, so
that what else the machine does falls on all alike. --before runs another checkout, with the library in its build/lib,
as one more engine: what a change costs, as a ratio in one run. --processor-time counts the seconds that processes had a
processor: for one thread, on a machine that others use too. Peers run with .venv-peers/bin/python, which `make bench
PEERS=...` sets up. A page that is written to keeps what it has of the same processor and this run has not measured, so
that a table can be made in parts.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

import figures
from workloads import WORKLOADS

HERE = Path(__file__).parent
ROUND_SECONDS = 0.2
STREAM_ROUNDS = 3
REST_SECONDS = 0.25
PEERS = HERE.parent / ".venv-peers/bin/python"
# A peer of this name keeps the memory that it gives back: glibc hands large blocks to the system at once, and pages
# that come from there again cost time. Networks are timed with both, and the lower figure counts.
KEEPING = " with kept memory"
KEPT_BYTES = str(1 << 32)


class Worker:
    before = None  # the other checkout

    def __init__(self, engine, workload, threads, losses=5):
        self.engine = engine
        engine, keeps = engine.removesuffix(KEEPING), engine.endswith(KEEPING)
        python = str(PEERS) if engine not in ("wingbeat", "before") else sys.executable
        environment, folder = dict(os.environ, PYTHONWARNINGS="ignore"), HERE
        if keeps:
            environment |= {"MALLOC_MMAP_THRESHOLD_": KEPT_BYTES, "MALLOC_TRIM_THRESHOLD_": KEPT_BYTES}
        if engine == "before":
            environment |= {
                "PYTHONPATH": str(self.before / "python"),
                "WINGBEAT_LIBRARY": str(self.before / "build/lib/libwingbeat.so.0"),
            }
            engine, folder = "wingbeat", self.before / "benchmarks"
        self.process = subprocess.Popen(
            [python, "worker.py", engine, workload.name, str(threads), str(losses)],
            cwd=folder,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        line = self.process.stdout.readline()
        self.losses = json.loads(line) if line else None

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def calibrate(self, workload):
        """Finds how many steps make a round."""
        if workload.kind == "stream":  # a whole epoch, nothing less
            self.steps = workload.steps
            return
        steps = 1
        while True:
            seconds = self.ask(str(steps))
            if seconds > ROUND_SECONDS / 4:
                break
            steps *= 4
        self.steps = max(1, round(steps * ROUND_SECONDS / seconds))

    def round(self):
        # Threads of the engine before look for work for some time: OpenBLAS's for 110 ms, some of OpenMP's for 200.
        time.sleep(REST_SECONDS)
        return self.ask(str(self.steps)) / self.steps

    def end(self):
        memory = self.ask("")
        self.process.wait()
        return memory


def agree(workload, a, b):
    tolerance = 1e-4 if workload.dtype == "float32" else 1e-9
    if workload.kind in ("hvp", "deep"):
        tolerance *= 30  # sums of many squares, or of values that nearly cancel
    return all(abs(x - y) <= tolerance * max(abs(x), abs(y), 1e-3) for x, y in zip(a, b))


def cold(workload, engines, threads, rounds):
    """Whole processes, from the start of Python to the end of the first step."""
    times = {engine: [] for engine in engines}
    memory = dict.fromkeys(engines, 0.0)
    for _ in range(rounds):
        for engine in engines:
            began = time.perf_counter()
            worker = Worker(engine, workload, threads, losses=1)
            times[engine].append(time.perf_counter() - began)
            memory[engine] = worker.end()
    return times, memory, []


def measure(workload, engines, threads, rounds):
    if workload.kind == "cold":
        return cold(workload, engines, threads, rounds)
    if workload.kind == "stream":
        workload.file().read_bytes()  # into the system's cache
        rounds = min(rounds, STREAM_ROUNDS)
    workers = [Worker(engine, workload, threads) for engine in engines]
    failed = [w.engine for w in workers if w.losses is None]
    workers = [w for w in workers if w.losses is not None]
    if not workers or workers[0].engine != "wingbeat":
        raise SystemExit(f"{workload.name}: wingbeat did not run")
    for other in workers[1:]:
        if not agree(workload, workers[0].losses, other.losses):
            raise SystemExit(
                f"{workload.name}: wingbeat's losses {workers[0].losses} and those of {other.engine} {other.losses} "
                "differ"
            )
    for worker in workers:
        worker.calibrate(workload)
    times = {worker.engine: [] for worker in workers}
    for _ in range(rounds):
        for worker in workers:
            times[worker.engine].append(worker.round())
    memory = {worker.engine: worker.end() for worker in workers}
    return times, memory, failed


def row(workload, threads, times, memory, failed, best):
    own = times["wingbeat"]
    cells = [workload.name, threads, f"{statistics.median(own) * 1e6:,.1f}"]
    medians = {engine: statistics.median(values) for engine, values in times.items() if engine != "wingbeat"}
    if medians:
        fastest = min(medians, key=medians.get)
        ratio = statistics.median(a / b for a, b in zip(own, times[fastest]))
        cells += [fastest, f"{medians[fastest] * 1e6:,.1f}", f"{ratio:.2f}"]
    else:
        cells += ["", "", ""]
    if workload.flops:
        rate = workload.flops / statistics.median(own) / 1e9
        cells += [f"{rate:.1f}", f"{rate / best[workload.products or workload.dtype]:.0%}"]
    else:
        cells += ["", ""]
    remarks = [", ".join(f"{e} {m * 1e6:,.1f}" for e, m in medians.items())]
    if failed:
        remarks.append(f"not run: {', '.join(failed)}")
    if workload.kind == "stream":
        rates = {engine: workload.batch / statistics.median(values) for engine, values in times.items()}
        remarks.append("samples a second: " + ", ".join(f"{engine} {rate:,.0f}" for engine, rate in rates.items()))
    cells += [f"{memory['wingbeat']:.0f}", "; ".join(filter(None, remarks))]
    return [str(cell) for cell in cells]


HEADER = [
    "workload",
    "threads",
    "µs a step",
    "fastest peer",
    "its µs",
    "ratio",
    "GFLOP/s",
    "of best",
    "MiB",
    "all peers, µs",
]


def table(rows):
    lines = ["| " + " | ".join(HEADER) + " |", "|" + " --- |" * len(HEADER)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def processor():
    """Its name, which virtual machines may shorten, and what tells it from others of that name."""
    fields = dict(
        line.split(":", 1)
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n")[0].splitlines()
        if ":" in line
    )
    fields = {name.strip(): value.strip() for name, value in fields.items()}
    if "model name" not in fields:
        return platform.machine()
    flags = fields.get("flags", "").split()
    vectors = next((name for flag, name in (("avx512f", "AVX-512"), ("avx2", "AVX2")) if flag in flags), "no AVX2")
    return f"{fields['model name']} (family {fields['cpu family']}, model {fields['model']}, {vectors})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", default="", help="engines to run beside, separated by commas")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--before", type=lambda path: Path(path).resolve(), help="another checkout to run beside")
    parser.add_argument("--only", default="", help="workloads whose name contains one of these, separated by commas")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--processor-time", action="store_true", help="count the time that processes had a processor")
    parser.add_argument("--write", type=Path, help="the page to write the tables to")
    parser.add_argument("--figures", action="store_true", help="also accuracy, memory, size and import time")
    options = parser.parse_args()
    peers = [name for name in options.peers.split(",") if name]
    Worker.before = options.before
    if options.processor_time:
        os.environ["BENCHMARK_CLOCK"] = "processor"

    rows = []
    for threads in map(int, options.threads.split(",")):
        best = figures.best_products(threads)
        print(
            f"best matrix products, {threads} thread(s): "
            + ", ".join(f"{rate:.0f} GFLOP/s {dtype}" for dtype, rate in best.items()),
            flush=True,
        )
        for workload in WORKLOADS:
            if not any(part in workload.name for part in options.only.split(",")):
                continue
            engines = (
                ["wingbeat"]
                + [peer for peer in peers if peer in workload.peers]
                + [peer + KEEPING for peer in peers if peer in workload.peers and workload.network]
                + (["before"] if options.before else [])
            )
            rows.append(row(workload, threads, *measure(workload, engines, threads, options.rounds), best))
            print("  ".join(rows[-1]), flush=True)
            write(options, rows, [])  # so that a run that is cut off has not been for nothing
    lines = figures.all_figures() if options.figures else []
    print("\n".join(lines), flush=True)
    write(options, rows, lines)


def write(options, rows, lines):
    if not options.write:
        return
    if options.write.exists():
        before = options.write.read_text(encoding="utf-8").splitlines()
        if any(line.startswith(f"Processor: {processor()}. ") for line in before):
            rows, lines = merged(rows, table_rows(before)), lines or figure_lines(before)
    options.write.write_text(figures.page(processor(), table(rows), lines, PEERS), encoding="utf-8")


def merged(rows, others):
    """Rows in the order of a whole run; those of `others` where this run has none."""
    known = {(row[1], row[0]): row for row in others + rows}
    order = {workload.name: place for place, workload in enumerate(WORKLOADS)}
    return [
        known[key] for key in sorted(known, key=lambda key: (int(key[0]), order.get(key[1], -1))) if key[1] in order
    ]


def table_rows(page):
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in page if line.startswith("| ")]
    return [row for row in cells if len(row) == len(HEADER) and row[1].isdigit()]


def figure_lines(page):
    """The figures beside the timings, without their dashes."""
    if "## Other figures" not in page:
        return []
    after = page[page.index("## Other figures") + 2 :]
    text = "\n".join(after[: after.index("")]).removeprefix("- ")
    return text.replace("\n  ", " ").split("\n- ")


if __name__ == "__main__":
    main()
