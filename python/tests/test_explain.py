"""The listing of a plan: what it says of a step is true, and measuring changes nothing."""

import re
from ctypes import c_char_p

import numpy as np
import pytest
from support import numbers, same_bits

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat._arrays import handle_array
from wingbeat._library import check, lib


def cells(text):
    """The first line's numbers, and the table as one dict a line; a cell belongs to the title that it ends or begins
    with."""
    first, header, *lines = text.splitlines()
    nodes, steps, arena = map(
        int, re.fullmatch(r"plan: (\d+) nodes, (\d+) steps, (\d+) bytes of arena", first).groups()
    )
    titles = [(match.group(), match.start(), match.end()) for match in re.finditer(r"\S+( \S+)*", header)]
    rows = []
    for line in lines:
        row = {}
        for place, (title, start, end) in enumerate(titles):
            is_text = title in ("operations", "memory")
            begin = start if is_text else (titles[place - 1][2] if place else 0)
            stop = (titles[place + 1][1] if place + 1 < len(titles) else None) if is_text else end
            row[title] = line[begin:stop].strip()
        rows.append(row)
    return (nodes, steps, arena), rows[:-1], rows[-1]


def number(text):
    return float(text.replace(",", "").rstrip(" %")) if text else 0.0


def training(kind=optim.Adam):
    wb.manual_seed(1)
    model = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 3))
    optimizer = kind(model.parameters(), lr=0.05)

    @wb.compile
    def step(x, y):
        loss = nn.functional.cross_entropy(model(x + 0.01 * wb.randn(*x.shape, dtype="float32")), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return model, step


def batch(seed=0):
    return numbers((8, 6), "float32", seed), np.arange(8) % 3


def test_a_line_says_what_a_step_computes_reads_and_writes():
    f = wb.compile(lambda a, b: (a[:, :5] + 1).tanh() @ b)
    text = f.explain(np.ones((7, 9), "f4"), np.ones((5, 4), "f4"))
    (nodes, steps, arena), rows, total = cells(text)
    assert steps == len(rows) == 2 and nodes >= 5 and arena >= 7 * 5 * 4
    loop, product = rows
    assert loop["operations"] == "add tanh [7, 5]" and loop["flop"] == ""
    assert number(loop["bytes read"]) == 7 * 5 * 4, "of the slice, not of the whole argument"
    assert number(loop["written"]) == 7 * 5 * 4
    assert product["operations"] == "matmul 7x4x5" and number(product["flop"]) == 2 * 7 * 4 * 5
    assert number(product["bytes read"]) == (7 * 5 + 5 * 4) * 4 and number(product["written"]) == 7 * 4 * 4
    assert product["memory"].endswith("-> output 0 (112 B)")
    for title in ("flop", "bytes read", "written"):
        assert number(total[title]) == sum(number(row[title]) for row in rows)


def test_numbers_are_grouped_and_columns_stay_in_line():
    f = wb.compile(lambda a, b: (a @ b).sum())
    text = f.explain(np.ones((300, 400), "f4"), np.ones((400, 500), "f4"))
    _, rows, _ = cells(text)
    assert rows[0]["flop"] == "120,000,000" and rows[0]["bytes read"] == "1,280,000" and rows[0]["written"] == "600,000"
    assert [row["step"] for row in rows] == [str(place) for place in range(len(rows))]
    assert not any(line != line.rstrip() for line in text.splitlines())


def test_measuring_gives_times_shares_and_rates():
    f = wb.compile(lambda a, b: ((a @ b).exp() + 1).sum())
    arguments = np.ones((200, 300), "f4"), np.ones((300, 400), "f4") * 1e-3
    _, rows, total = cells(f.explain(*arguments, time=True))
    assert all(number(row["µs"]) > 0 for row in rows)
    assert abs(sum(number(row["µs"]) for row in rows) - number(total["µs"])) <= 0.01 * (1 + len(rows))
    assert abs(sum(number(row["share"]) for row in rows) - 100) <= 0.1 * len(rows)
    product = rows[0]
    assert abs(number(product["GFLOP/s"]) * number(product["µs"]) * 1e3 / (2 * 200 * 300 * 400) - 1) < 0.05
    assert not rows[-1]["GFLOP/s"] and number(rows[-1]["GB/s"]) > 0
    without = f.explain(*arguments)
    assert "µs" not in without and cells(without)[0] == cells(f.explain(time=True))[0]


@pytest.mark.parametrize("with_arguments", [True, False])
def test_measuring_changes_no_parameter_gradient_state_or_random_number(with_arguments):
    (model, step), (other, same_step) = training(), training()
    after = []
    for current, function, measures in ((model, step, True), (other, same_step, False)):
        wb.manual_seed(5)
        losses = []
        for seed in range(4):
            losses.append(function(*batch(seed)).item())
            if measures:
                kept = [p.detach().numpy().copy() for p in current.parameters()] + [
                    p.grad.numpy().copy() for p in current.parameters()
                ]
                held = [p.grad for p in current.parameters()]
                function.explain(*(batch(seed + 9) if with_arguments else ()), time=True)
                now = [p.detach().numpy() for p in current.parameters()] + [
                    p.grad.numpy() for p in current.parameters()
                ]
                assert all(map(same_bits, kept, now)) and all(
                    map(same_bits, kept[len(held) :], [g.numpy() for g in held])
                )
        after.append((losses, [p.detach().numpy() for p in current.parameters()], wb.rand(3).numpy()))
    assert (
        after[0][0] == after[1][0]
        and all(map(same_bits, after[0][1], after[1][1]))
        and same_bits(after[0][2], after[1][2])
    )


def test_measuring_before_the_first_run_takes_gradients_that_are_not_there_as_zero():
    model, step = training(optim.SGD)
    before = [p.detach().numpy().copy() for p in model.parameters()]
    assert "µs" in step.explain(*batch(), time=True)
    assert all(p.grad is None for p in model.parameters())
    assert all(map(same_bits, before, [p.detach().numpy() for p in model.parameters()]))


def test_a_program_that_cannot_run_on_the_arguments_cannot_be_measured_and_changes_nothing():
    model, step = training()
    x, y = batch()
    step(x, y)
    before = [p.detach().numpy().copy() for p in model.parameters()]
    with pytest.raises(IndexError, match="label 7"):
        step.explain(x, np.full_like(y, 7), time=True)
    assert all(map(same_bits, before, [p.detach().numpy() for p in model.parameters()]))
    handle = next(iter(step._programs.values()))._handle
    wrong = wb.ones(8, 6)
    for count, inputs, sentence in (
        (1, None, "null"),
        (1, [wrong], "2 inputs"),
        (2, [wrong, wrong], "input 1"),
        (-1, None, "negative"),
    ):
        with pytest.raises(ValueError, match=sentence):
            check(
                lib.wb_program_profile(
                    handle, inputs and handle_array(count)(*[t._handle for t in inputs]), count, c_char_p()
                )
            )


def test_functions_that_return_arrays_and_functions_without_arguments_are_measured_too():
    f = wb.compile(lambda x: x.exp().sum(0), numpy=True)
    x = np.ones((40, 50))
    assert "µs" in f.explain(x, time=True) and "µs" in f.explain(time=True)
    np.testing.assert_allclose(f(x), np.exp(x).sum(0))
    weight = nn.Parameter(wb.ones(30))
    g = wb.compile(lambda: weight * 2)
    g()
    assert "multiply [30]" in g.explain(time=True)


def test_inside_a_capture_nothing_is_measured():
    f = wb.compile(lambda x: x + 1)
    f(np.ones(3))
    with pytest.raises(RuntimeError, match="capture"):
        wb.compile(lambda x: f.explain(time=True))(np.ones(2))
    assert f(np.ones(3)).numpy().tolist() == [2, 2, 2]
