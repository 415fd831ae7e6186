"""PyTorch with torch.compile around forward and loss; the optimiser is the fused one."""

import torch

from . import networks
from .torch import repeat, training_step


def steps(workload, threads):
    torch.set_num_threads(threads)
    step = training_step(workload, torch.compile)
    arrays = networks.data(workload) if workload.network else workload.data()
    return repeat(step, *(torch.from_numpy(a) for a in arrays))
