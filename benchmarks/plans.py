"""How large the plans of derivatives are: prints nodes, steps and arena of the workloads pinn and deep, the latter with
what each order multiplies them by."""

import re

from engines import wingbeat as engine
from workloads import WORKLOADS


def size(workload):
    """(nodes, steps, bytes of arena)"""
    step, arguments, _ = engine.step_of(workload)
    return tuple(map(int, re.findall(r"\d+", step.explain(*arguments).splitlines()[0])))


before = None
for workload in WORKLOADS:
    if workload.kind not in ("pinn", "deep"):
        continue
    nodes, steps, arena = size(workload)
    growth = (
        f"; {nodes / before[0]:.2f} times the nodes, {steps / before[1]:.2f} the steps, "
        f"{arena / before[2]:.2f} the arena of order {workload.order - 1}"
        if before
        else ""
    )
    print(f"plan of {workload.name}: {nodes} nodes, {steps} steps, {arena / 2**20:.2f} MiB of arena{growth}")
    before = (nodes, steps, arena) if workload.kind == "deep" and workload.order < 4 else None
