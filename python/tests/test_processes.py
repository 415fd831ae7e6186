"""Threads, forks, interrupts and large requests: the process stays alive and the bits stay the same."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from support import numbers, python, same_bits

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat._library import check, lib

TRAINING = """
import numpy as np
import wingbeat as wb
from wingbeat import nn, optim
wb.manual_seed(0)
model = nn.Sequential(nn.Linear(200, 300), nn.GELU(), nn.Linear(300, 10))
optimizer = optim.Adam(model.parameters(), lr=1e-3)
for step in range(4):
    x, y = wb.randn(256, 200), wb.randint(0, 10, (256,))
    loss = nn.functional.cross_entropy(model(x), y) + (x.exp().sum() * 1e-9)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
import hashlib
print(loss.item(), hashlib.sha256(b"".join(p.detach().numpy().tobytes() for p in model.parameters())).hexdigest())
"""


def test_one_two_and_five_threads_give_the_same_bits():
    results = {python(TRAINING, WINGBEAT_NUM_THREADS=str(count)) for count in (1, 2, 5)}
    assert len(results) == 1


def test_the_number_of_threads_can_be_set_and_read():
    before = wb.get_num_threads()
    try:
        for count in (1, 2, 256):
            wb.set_num_threads(count)
            assert wb.get_num_threads() == count
        for wrong, kind in (
            (0, ValueError),
            (257, ValueError),
            (-1, ValueError),
            ("a", TypeError),
            (1.5, TypeError),
            (2**40, ValueError),
        ):
            with pytest.raises(kind):
                wb.set_num_threads(wrong)
        assert wb.get_num_threads() == 256
    finally:
        wb.set_num_threads(before)


def test_several_python_threads_train_models_of_their_own_to_the_same_bits():
    def train(place, results):
        weight = nn.Parameter(numbers((20, 20), "float32", place))
        optimizer = optim.SGD([weight], lr=0.01, momentum=0.9)
        compiled = wb.compile(lambda x: (x @ weight).tanh().sum())
        for step in range(30):
            x = wb.tensor(numbers((8, 20), "float32", step))
            with wb.no_grad():
                (x @ weight).sum().item()
            loss = ((x @ weight).tanh() ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            with pytest.raises(ValueError, match=r"\[20, 20\] x \[3, 4\]"):
                weight @ wb.ones(3, 4)
            wb.hvp(lambda v: (v**3).sum(), (x,), (x,))[0].numpy()
        results[place] = weight.detach().numpy().copy(), compiled(np.ones((1, 20), "f4")).item()

    alone, together = {}, {}
    for place in range(4):
        train(place, alone)
    threads = [threading.Thread(target=train, args=(place, together)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(together) == [0, 1, 2, 3]
    for place in range(4):
        assert same_bits(alone[place][0], together[place][0]) and alone[place][1] == together[place][1]


def test_one_tensor_may_be_read_and_differentiated_from_several_threads():
    shared = wb.tensor(numbers((300, 300)), requires_grad=True)
    expected = wb.grad(lambda t: (t * t).sum())(shared.detach()).numpy()
    wrong = []

    def work():
        for _ in range(20):
            if not same_bits(wb.grad(lambda t: (t * t).sum())(shared.detach()).numpy(), expected):
                wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_other_python_threads_run_while_the_engine_computes():
    """A switch interval of 100 s: the other thread gets on only where a call releases the interpreter's lock."""
    ticks, done = [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(1)
            done.wait(0.001)

    before = sys.getswitchinterval()
    x = wb.tensor(numbers((700, 700)))
    sys.setswitchinterval(100)
    try:
        thread = threading.Thread(target=tick)
        thread.start()
        for _ in range(5):
            (x @ x @ x @ x).sum().item()
        count = len(ticks)
    finally:
        done.set()
        sys.setswitchinterval(before)
        thread.join()
    assert count >= 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
def test_a_forked_child_computes_on_and_its_parent_too():
    output = python("""
import os
import numpy as np
import wingbeat as wb
from wingbeat import nn
wb.set_num_threads(2)
x = wb.tensor(np.random.default_rng(0).random((600, 600)))
expected = (x @ x).exp().sum().item()
model = nn.Linear(600, 600, dtype="float64")
def work():
    assert (x @ x).exp().sum().item() == expected
    model(x).sum().backward()
    model.weight.grad.numpy()
for _ in range(3):
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    work()
    assert os.waitpid(child, 0)[1] == 0
print("both")
""")
    assert output == "both\n"


def test_worker_processes_of_multiprocessing_compute(tmp_path):
    (tmp_path / "pool.py").write_text("""
import multiprocessing, sys
import numpy as np
import wingbeat as wb
def work(n):
    t = wb.tensor(np.full((400, 400), float(n)), requires_grad=True)
    (t @ t).sum().backward()
    return t.grad.numpy().sum()
if __name__ == "__main__":
    work(1)
    for method in ("fork", "spawn"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            print(pool.map(work, [1, 2, 3]) == [work(n) for n in (1, 2, 3)])
""")
    result = subprocess.run([sys.executable, tmp_path / "pool.py"], capture_output=True, text=True, timeout=60)
    assert result.stdout == "True\nTrue\n", result.stdout + result.stderr


def test_memory_that_cannot_be_had_is_a_memory_error_and_earlier_values_stay():
    kept = wb.tensor(numbers((10,)))
    for call in (
        lambda: wb.zeros(2**50),
        lambda: wb.ones(2**40, dtype="float64").numpy(),
        lambda: wb.ones(1).expand(2**45).clone().numpy(),
        lambda: wb.ones(2**25, 1) + wb.ones(1, 2**25),
        lambda: wb.randn(2**46),
        lambda: nn.Linear(2**25, 2**25),
    ):
        with pytest.raises(MemoryError, match="bytes"):
            result = call()
            result.numpy()
    assert same_bits(kept.numpy(), numbers((10,))) and (kept * 2).sum().item() == (numbers((10,)) * 2).sum()


def test_a_limit_on_memory_is_a_memory_error_too():
    output = python("""
import resource
import numpy as np
import wingbeat as wb
x = wb.ones(1000)
x.numpy()
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
try:
    (wb.ones(40000, 40000) * 2).numpy()
except MemoryError as error:
    print(type(error).__name__, error)
print((x * 2).sum().item())
""")
    assert "OutOfMemoryError" in output and "bytes" in output and output.endswith("2000.0\n")


def test_memory_is_counted_and_given_back():
    usage = wb.memory_usage()
    assert set(usage) == {"in_use", "peak", "cached"} and usage["peak"] >= usage["in_use"] >= 0
    t = wb.ones(1000, 1000)
    t.numpy()
    assert wb.memory_usage()["in_use"] >= usage["in_use"] + 4_000_000
    del t
    wb.memory_trim()
    assert wb.memory_usage()["cached"] == 0


def test_a_freed_handle_is_a_runtime_error():
    t = wb.ones(3)
    lib.wb_tensor_free(t._handle)
    for call in (lambda: t + 1, lambda: t.numpy(), lambda: t.sum(), lambda: t.item(), lambda: t.backward()):
        with pytest.raises(RuntimeError, match="freed"):
            call()
    model = nn.Linear(1, 1)
    with pytest.raises(RuntimeError, match="tensor"):
        check(lib.wb_tensor_free(model._handle))
    assert model(np.ones((1, 1), "f4")).shape == (1, 1)


def test_names_that_the_package_does_not_have_are_attribute_errors():
    with pytest.raises(AttributeError, match="nothing"):
        _ = wb.nothing
    assert all(hasattr(wb, name) for name in wb.__all__) and "nn" in dir(wb) and wb.__version__


def test_a_program_that_ends_with_live_objects_ends_quietly():
    assert (
        python("""
import wingbeat as wb, numpy as np, threading
from wingbeat import nn, optim
model = nn.Sequential(nn.Linear(2, 2)); optimizer = optim.Adam(model.parameters())
array = wb.ones(5).numpy(); borrowed = wb.from_numpy(np.ones(5)); lazy = borrowed * 2
step = wb.compile(lambda x: model(x)); step(np.ones((1, 2), "f4"))
import builtins; builtins.kept = [model, optimizer, array, borrowed, lazy, step]
""")
        == ""
    )


def test_where_no_code_may_be_made_loops_are_interpreted_to_the_same_bits():
    code = """
import ctypes, sys
import numpy as np
import wingbeat as wb
x = wb.tensor(np.linspace(-2, 2, 50_000, dtype=np.float32))
if sys.argv[1] == "refuse":
    # PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN
    if ctypes.CDLL(None, use_errno=True).prctl(65, 1, 0, 0, 0):
        print("cannot refuse")
        sys.exit()
step = wb.compile(lambda x: ((x * x - 3) / (x + 7) * x, (x.tanh() * x + 1).sum()))
for _ in range(3):
    a, b = step(x)
print(a.numpy().tobytes().hex()[-400:], b.item())
"""
    refused = python(code, "refuse")
    if refused == "cannot refuse\n":
        pytest.skip("this kernel refuses no process executable memory")
    assert refused == python(code, "allow") == python(code, "allow", WINGBEAT_PASSES="-jit")
