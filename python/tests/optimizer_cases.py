"""What optimisers and schedules are tried with, here and by fixtures/optimizers.py, which has PyTorch compute it."""

import numpy as np

STEPS = 8
# After which of them parameters are compared.
LOOKED_AT = (0, 4, 7)
SHAPES = ((4, 3), (5,), (2, 6))

# kind: calls of its constructor, each with other options than the defaults.
OPTIMIZERS = {
    "SGD": [
        {},
        {"lr": 0.1, "momentum": 0.9},
        {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1},
        {"lr": 0.1, "momentum": 0.8, "nesterov": True, "weight_decay": 0.05},
        {"lr": 0.1, "maximize": True, "momentum": 0.5, "weight_decay": 0.1},
        {"lr": 0.1, "foreach": False, "differentiable": False, "fused": None},
    ],
    "Adam": [
        {},
        {"lr": 0.03, "betas": (0.7, 0.95), "eps": 1e-4},
        {"lr": 0.03, "weight_decay": 0.1},
        {"lr": 0.03, "amsgrad": True, "betas": (0.6, 0.5)},
        {"lr": 0.03, "maximize": True, "weight_decay": 0.1, "capturable": False},
        {"lr": 0.03, "weight_decay": 0.2, "decoupled_weight_decay": True},
    ],
    "AdamW": [
        {},
        {"lr": 0.03, "betas": (0.7, 0.95), "eps": 1e-4, "weight_decay": 0.3},
        {"lr": 0.03, "amsgrad": True, "betas": (0.6, 0.5)},
        {"lr": 0.03, "maximize": True, "weight_decay": 0.0},
    ],
    "NAdam": [
        {},
        {"lr": 0.03, "betas": (0.7, 0.95), "eps": 1e-4, "momentum_decay": 0.3},
        {"lr": 0.03, "weight_decay": 0.1},
        {"lr": 0.03, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True},
    ],
    "RAdam": [
        {},
        {"lr": 0.03, "betas": (0.7, 0.95), "eps": 1e-4},
        {"lr": 0.03, "weight_decay": 0.1},
        {"lr": 0.03, "weight_decay": 0.1, "decoupled_weight_decay": True, "maximize": True},
    ],
    "RMSprop": [
        {},
        {"lr": 0.03, "alpha": 0.8, "eps": 1e-4, "weight_decay": 0.1},
        {"lr": 0.03, "momentum": 0.9},
        {"lr": 0.03, "centered": True},
        {"lr": 0.03, "centered": True, "momentum": 0.5, "maximize": True, "weight_decay": 0.1},
    ],
    "Adagrad": [
        {},
        {"lr": 0.1, "lr_decay": 0.2, "weight_decay": 0.1},
        {"lr": 0.1, "initial_accumulator_value": 0.5, "eps": 1e-3},
        {"lr": 0.1, "maximize": True},
    ],
    "Adadelta": [{}, {"lr": 0.5, "rho": 0.7, "eps": 1e-3, "weight_decay": 0.1}, {"maximize": True}],
    "Adamax": [
        {},
        {"lr": 0.03, "betas": (0.7, 0.95), "eps": 1e-3, "weight_decay": 0.1},
        {"lr": 0.03, "maximize": True},
    ],
    "ASGD": [
        {},
        {"lr": 0.1, "lambd": 0.1, "alpha": 0.5, "t0": 3.0},
        {"lr": 0.1, "weight_decay": 0.1, "maximize": True, "t0": 0.0},
    ],
    "Rprop": [{}, {"lr": 0.05, "etas": (0.3, 1.5), "step_sizes": (0.01, 0.09)}, {"maximize": True}],
    "Muon": [
        {},
        {"lr": 0.1, "weight_decay": 0.3, "momentum": 0.5, "nesterov": False},
        {"lr": 0.1, "ns_coefficients": (2.0, -1.5, 0.5), "ns_steps": 3, "eps": 1e-3},
        {"lr": 0.1, "adjust_lr_fn": "match_rms_adamw"},
        {"lr": 0.1, "adjust_lr_fn": "spectral_unclamped"},
    ],
}

LBFGS = [
    {"lr": 0.3},
    {"lr": 0.5, "max_iter": 4},
    {"line_search_fn": "strong_wolfe"},
    {"line_search_fn": "strong_wolfe", "max_iter": 6, "max_eval": 9, "history_size": 3},
    {"line_search_fn": "strong_wolfe", "tolerance_grad": 1e-2, "tolerance_change": 1e-3},
    {"line_search_fn": "strong_wolfe", "max_iter": 5, "maximize": True},
]
LBFGS_STEPS = 3


def start(dtype):
    """The parameters at first."""
    generator = np.random.default_rng(1)
    return [generator.standard_normal(shape).astype(dtype) for shape in SHAPES]


def gradients(step, dtype):
    """The gradients of a step; that of the second parameter is missing in two of them."""
    generator = np.random.default_rng(100 + step)
    found = [generator.standard_normal(shape).astype(dtype) for shape in SHAPES]
    return [found[0], None if step in (2, 3) else found[1], found[2]]


def only_matrices(kind, values):
    return [value for value, shape in zip(values, SHAPES) if kind != "Muon" or len(shape) == 2]


def name_of(kind, place):
    return f"{kind} {place}"


def flat_state(optimizer):
    """The state by place and name, each as a flat array; without SGD's count, which PyTorch does not keep."""
    found = []
    for _, state in sorted(optimizer.state_dict()["state"].items()):
        for name, value in sorted(state.items()):
            if value is not None and not (name == "step" and "momentum_buffer" in state and len(state) == 2):
                found.append(np.asarray(value, "float64").ravel().copy())
    return found


# ---------------------------------------------------------------- schedules

EPOCHS = 24


def half(epoch):
    return 0.5 ** (epoch // 2)


def slower(epoch):
    return 1 / (1 + 0.1 * epoch)


def shrinking(epoch):
    return 0.97 if epoch % 3 else 0.5


def falling(x):
    return 1 / (1 + x)


# (kind, arguments); an argument that is a list of pairs is schedules.
SCHEDULES = [
    ("StepLR", {"step_size": 4}),
    ("StepLR", {"step_size": 3, "gamma": 0.7}),
    ("MultiStepLR", {"milestones": [3, 7, 7, 15], "gamma": 0.3}),
    ("ConstantLR", {}),
    ("ConstantLR", {"factor": 0.2, "total_iters": 9}),
    ("LinearLR", {}),
    ("LinearLR", {"start_factor": 1.0, "end_factor": 0.25, "total_iters": 11}),
    ("ExponentialLR", {"gamma": 0.9}),
    ("PolynomialLR", {}),
    ("PolynomialLR", {"total_iters": 17, "power": 2.5}),
    ("CosineAnnealingLR", {"T_max": 7}),
    ("CosineAnnealingLR", {"T_max": 10, "eta_min": 0.01}),
    ("CosineAnnealingWarmRestarts", {"T_0": 5}),
    ("CosineAnnealingWarmRestarts", {"T_0": 3, "T_mult": 2, "eta_min": 0.005}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 25}),
    ("OneCycleLR", {"max_lr": [0.5, 0.2], "epochs": 5, "steps_per_epoch": 6, "anneal_strategy": "linear"}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 30, "three_phase": True, "pct_start": 0.2, "div_factor": 10.0}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 30, "cycle_momentum": False, "final_div_factor": 50.0}),
    ("OneCycleLR", {"max_lr": 0.5, "total_steps": 30, "base_momentum": [0.7, 0.6], "max_momentum": 0.8}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.4, "step_size_up": 4}),
    ("CyclicLR", {"base_lr": [0.01, 0.02], "max_lr": 0.4, "step_size_up": 4, "step_size_down": 3}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.4, "step_size_up": 3, "mode": "triangular2"}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.4, "step_size_up": 3, "mode": "exp_range", "gamma": 0.95}),
    ("CyclicLR", {"base_lr": 0.01, "max_lr": 0.4, "step_size_up": 3, "scale_fn": falling, "cycle_momentum": False}),
    (
        "CyclicLR",
        {
            "base_lr": 0.01,
            "max_lr": 0.4,
            "step_size_up": 3,
            "scale_fn": falling,
            "scale_mode": "iterations",
            "base_momentum": 0.5,
            "max_momentum": 0.7,
        },
    ),
    ("LambdaLR", {"lr_lambda": half}),
    ("LambdaLR", {"lr_lambda": [half, slower]}),
    ("MultiplicativeLR", {"lr_lambda": shrinking}),
    ("SWALR", {"swa_lr": 0.05}),
    ("SWALR", {"swa_lr": 0.05, "anneal_epochs": 4, "anneal_strategy": "linear"}),
    ("SWALR", {"swa_lr": 0.05, "anneal_epochs": 0}),
    (
        "SequentialLR",
        {"schedulers": [("LinearLR", {"total_iters": 4}), ("CosineAnnealingLR", {"T_max": 12})], "milestones": [5]},
    ),
    (
        "SequentialLR",
        {
            "schedulers": [
                ("ConstantLR", {"factor": 0.1, "total_iters": 2}),
                ("ExponentialLR", {"gamma": 0.9}),
                ("StepLR", {"step_size": 2}),
            ],
            "milestones": [3, 8],
        },
    ),
    (
        "SequentialLR",
        {
            "schedulers": [("LambdaLR", {"lr_lambda": half}), ("MultiplicativeLR", {"lr_lambda": shrinking})],
            "milestones": [6],
        },
    ),
    (
        "ChainedScheduler",
        {"schedulers": [("ConstantLR", {"factor": 0.1, "total_iters": 3}), ("ExponentialLR", {"gamma": 0.9})]},
    ),
    ("ReduceLROnPlateau", {}),
    ("ReduceLROnPlateau", {"patience": 1, "factor": 0.5, "cooldown": 2, "min_lr": [0.04, 0.01]}),
    ("ReduceLROnPlateau", {"mode": "max", "patience": 2, "threshold": 0.1, "threshold_mode": "abs", "eps": 1e-3}),
    ("ReduceLROnPlateau", {"mode": "max", "patience": 0, "threshold": 0.2}),
    ("ReduceLROnPlateau", {"patience": 0, "threshold": 0.01, "threshold_mode": "abs", "factor": 0.7}),
]
# Which optimiser a schedule acts on: those with a momentum are tried with betas too.
RATES = (0.1, 0.3)


def metric(epoch):
    """What ReduceLROnPlateau looks at."""
    return float(np.sin(0.7 * epoch) + 1.5 / (epoch + 1))


def make_schedule(kinds, kind, arguments, optimizer):
    """A schedule by the names of a module such as torch.optim.lr_scheduler."""
    arguments = dict(arguments)
    if "schedulers" in arguments:
        parts = [make_schedule(kinds, *part, optimizer) for part in arguments.pop("schedulers")]
        if kind == "ChainedScheduler":
            return kinds[kind](parts, optimizer=optimizer)
        return kinds[kind](optimizer, parts, **arguments)
    return kinds[kind](optimizer, **arguments)


def momenta(optimizer):
    """The momentum of each group, or the first of its betas."""
    return [group["betas"][0] if "betas" in group else group["momentum"] for group in optimizer.param_groups]
