"""Derivatives of an expectation over a discrete variable, estimated from samples, against exact ones.

Exits with 1 if a stated answer is missed.
"""

import sys

import numpy as np

import wingbeat as wb
from wingbeat import optim
from wingbeat.distributions import Categorical, Normal
from wingbeat.nn.functional import gumbel_softmax

# A bandit: arm k pays a normal reward of mean MEANS[k]. The policy is softmax(LOGITS), and J = sum_k p_k MEANS[k] what
# it earns on average.
MEANS, NOISE = np.array([9.0, 10.0, 12.0, 11.0]), 1.0
LOGITS = np.array([0.3, 0.6, -0.2, 0.1])
SAMPLES = 100_000
RUNS, BATCH, STEPS = 64, 16, 400

means = wb.tensor(MEANS)


# ---------------------------------------- estimators: functions whose gradient, on average, is that of J or near it


def reinforce(logits, baseline):
    """The score function (Williams 1992): (reward - baseline) log p(arm), summed over policies, one sample of each.
    logits: [..., policies, arms]."""
    policy = Categorical(logits=logits)
    arm = policy.sample()
    reward = Normal(means[arm], NOISE).sample()
    return ((reward - baseline) * policy.log_prob(arm)).sum()


def straight_through(logits, tau):
    """The mean reward of one-hot arms, with the derivatives of soft ones; so the reward must be known as a function of
    soft arms too."""
    return (gumbel_softmax(logits, tau, hard=True) * means).sum()


# -------------------------------------------------------------------- bias and variance


def compare():
    """Estimates the gradient of J from single samples.

    Returns the rows of a table: name, bias, its standard error, standard deviation, and the known one.
    """
    p = np.exp(LOGITS) / np.exp(LOGITS).sum()
    earned = p @ MEANS
    known = p * (MEANS - earned)
    exact = wb.grad(lambda logits: (Categorical(logits=logits).probs * means).sum())(wb.tensor(LOGITS))
    print("exact gradient ", exact.numpy().round(4))
    assert np.abs(exact.numpy() - known).max() < 1e-12

    def spread(baseline):
        """The standard deviation of reinforce's gradient (r - b) (e_k - p), by enumeration of the arms k."""
        lengths = ((np.eye(len(p)) - p) ** 2).sum(1)
        return np.sqrt(p @ (((MEANS - baseline) ** 2 + NOISE**2) * lengths) - known @ known)

    rows = []
    policies = wb.tensor(LOGITS).expand(
        SAMPLES, len(p)
    )  # one policy a sample, so that row i of the gradient is the estimate from sample i
    for name, function, argument, expected in (
        ("reinforce", reinforce, 0.0, spread(0)),
        ("reinforce, baseline J", reinforce, earned, spread(earned)),
        ("straight-through, tau 1", straight_through, 1.0, None),
        ("straight-through, tau 0.1", straight_through, 0.1, None),
    ):
        estimates = wb.grad(function)(policies, argument)
        deviation = np.sqrt(wb.var(estimates, 0).sum().item())
        bias = np.linalg.norm(estimates.mean(0).numpy() - known)
        rows.append((name, bias, deviation / SAMPLES**0.5, deviation, expected))
    print(f"{'from one sample':27} bias (+- its error)   deviation   known")
    for name, bias, error, deviation, expected in rows:
        print(
            f"{name:27} {bias:6.4f} (+- {error:.4f}) {deviation:12.4f}   "
            + ("" if expected is None else f"{expected:.4f}")
        )
    return rows


# -------------------------------------------------------------------- learning which arm is best


def learned(objective):
    """How many of RUNS policies, trained side by side from the uniform one, have the best arm as their most probable
    one."""
    wb.manual_seed(2)
    logits = wb.zeros(RUNS, len(MEANS), requires_grad=True)
    average = wb.zeros(RUNS)  # of the rewards so far: the baseline
    optimizer = optim.SGD([logits], lr=0.2)

    @wb.compile
    def step():
        optimizer.zero_grad()
        (-objective(logits, average) / BATCH).backward()
        optimizer.step()

    for _ in range(STEPS):
        step()
    return int((Categorical(logits=logits).mode == int(MEANS.argmax())).sum())


def bandit(uses_baseline):
    """The objective of reinforce, for a batch of pulls of each policy."""

    def objective(logits, average):
        policy = Categorical(logits=logits)
        arm = policy.sample((BATCH,))  # [batch, runs]
        reward = Normal(means.to("float32")[arm], NOISE).sample()
        baseline = average.clone() if uses_baseline else 0.0
        average.copy_(average + 0.1 * (reward.mean(0) - average))
        return ((reward - baseline) * policy.log_prob(arm)).sum()

    return objective


def main():
    wb.manual_seed(1)
    plain, centred, warm, cold = compare()
    counts = {
        "reinforce": learned(bandit(False)),
        "reinforce, running baseline": learned(bandit(True)),
        "straight-through": learned(lambda logits, average: straight_through(logits.expand(BATCH, *logits.shape), 0.5)),
    }
    for name, count in counts.items():
        print(f"{name:27} finds the best arm in {count} of {RUNS} runs")
    answers = {
        "reinforce has no bias": plain[1] < 5 * plain[2] and centred[1] < 5 * centred[2],
        "its deviation is the known one": all(abs(row[3] / row[4] - 1) < 0.02 for row in (plain, centred)),
        "a baseline makes it a fifth at most": centred[3] < plain[3] / 5,
        "straight-through has a bias, less at a lower temperature, for more deviation": warm[1] > 10 * warm[2]
        and cold[1] < warm[1] / 3
        and cold[3] > warm[3],
        "with a baseline, and straight through, the best arm is found": min(list(counts.values())[1:])
        == RUNS
        > counts["reinforce"],
    }
    for answer, holds in answers.items():
        print(("" if holds else "MISSED: ") + answer)
    return 0 if all(answers.values()) else 1


sys.exit(main())
