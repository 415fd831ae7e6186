"""PyTorch with torch.compile around forward and loss; the optimiser is the fused one."""

import torch

from .torch import repeat, training_step


def steps(workload, threads):
    torch.set_num_threads(threads)
    step = training_step(workload, torch.compile)
    return repeat(step, *(torch.from_numpy(a) for a in workload.data()))
