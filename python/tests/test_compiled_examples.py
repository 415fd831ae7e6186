"""The training steps of the examples with images, compiled and plain, on one thread and two, at once and resumed from a
checkpoint: always the same bits, of losses, parameters, gradients, running statistics and the next random number."""

import importlib.util
import sys

import numpy as np
import pytest
from support import ROOT, same_bits

import wingbeat as wb
from wingbeat import optim

EXAMPLES = ROOT / "examples"
NAMES = [
    "11-mnist-cnn",
    "12-lstm-rows",
    "13-denoising-autoencoder",
    "14-variational-autoencoder",
    "15-residual-network",
]
SIDE, ROWS, STEPS, HALF = 12, (48, 48, 20, 48, 48, 20), 6, 3


def loaded(name):
    """The example's module. It finds what the examples share by sys.path, as if it had been started."""
    (path,) = (EXAMPLES / name).glob("*.py")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    before = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = before
    return module


def training(module):
    """(model, optimizer, schedule, step) of an example."""
    if module.__name__ != "mnist_cnn":
        model, optimizer, step = module.training(SIDE)
        return model, optimizer, optim.lr_scheduler.StepLR(optimizer, 2, gamma=0.5), step
    model, loss_fn, optimizer, schedule = module.training(SIDE, STEPS)

    def step(x, y):
        optimizer.zero_grad()
        loss = loss_fn(model(x), y)
        loss.backward()
        optimizer.step()
        return loss

    return model, optimizer, schedule, step


def batches():
    rng = np.random.default_rng(0)
    return [(rng.random((rows, SIDE, SIDE), "f4"), rng.integers(0, 10, rows)) for rows in ROWS]


def trained(module, wrap, threads=1, checkpoint=None):
    """All that can be seen after the steps. With a checkpoint, new objects take over from it half way."""
    before = wb.get_num_threads()
    wb.set_num_threads(threads)
    try:
        wb.manual_seed(1)
        model, optimizer, schedule, step = training(module)
        step, losses = wrap(step), []
        for number, (x, y) in enumerate(batches()):
            if checkpoint is not None and number == HALF:
                parts = {"model": model, "optimizer": optimizer, "schedule": schedule}
                state = {name: part.state_dict() for name, part in parts.items()}
                wb.save({**state, "random": wb.random.get_rng_state()}, checkpoint)
                wb.manual_seed(99)
                model, optimizer, schedule, step = training(module)
                wb.rand(5)
                state, step = wb.load(checkpoint), wrap(step)
                for name, part in (("model", model), ("optimizer", optimizer), ("schedule", schedule)):
                    part.load_state_dict(state[name])
                wb.random.set_rng_state(state["random"])
            losses.append(step(wb.tensor(x), wb.tensor(y)).item())
            schedule.step()
        seen = {"losses": np.array(losses), "rate": np.array(optimizer.param_groups[0]["lr"])}
        for name, value in model.state_dict().items():
            seen[name] = value.numpy().copy()
        for name, parameter in model.named_parameters():
            seen[f"{name}.grad"] = parameter.grad.numpy().copy()
        seen["next random number"] = wb.rand(1).numpy()
        return seen
    finally:
        wb.set_num_threads(before)


def assert_same(found, expected):
    assert found.keys() == expected.keys()
    differing = [name for name in expected if not same_bits(found[name], expected[name])]
    assert not differing, differing


def plain(step):
    return step


@pytest.mark.parametrize("name", NAMES)
def test_a_compiled_step_is_the_plain_one_to_the_bit_on_any_threads_and_after_resuming(name, tmp_path):
    module = loaded(name)
    expected = trained(module, plain)
    assert np.isfinite(expected["losses"]).all() and len(set(expected["losses"])) == STEPS
    for wrap in (plain, wb.compile):
        for threads in (1, 2):
            assert_same(trained(module, wrap, threads), expected)
            assert_same(trained(module, wrap, threads, tmp_path / "half.h5"), expected)


def test_what_is_drawn_and_averaged_is_a_part_of_the_comparison():
    module = loaded("11-mnist-cnn")
    expected, seen = trained(module, plain), training(module)[0]
    assert any(type(layer).__name__ == "Dropout" for layer in seen)
    assert expected["2.running_mean"].any() and expected["2.num_batches_tracked"] == STEPS


def test_the_trainer_of_the_cnn_takes_the_compiled_steps_and_goes_on_from_its_file(tmp_path):
    module = loaded("11-mnist-cnn")
    (x, y), ends = (np.concatenate(part) for part in zip(*batches())), []
    data, size = wb.data.TensorDataset(x, y), ROWS[0]
    steps = -(-len(data) // size)

    wb.manual_seed(1)
    model, optimizer, schedule, step = training(module)
    step = wb.compile(step)
    for x, y in data.batches(size, shuffle=True, seed=0, epoch=0):
        step(x, y)
        schedule.step()
    ends.append(model.state_dict())

    for stops in ([0], [steps // 2, 0]):
        wb.manual_seed(1)
        for limit in stops:
            model, loss_fn, optimizer, schedule = module.training(SIDE, STEPS)
            trainer = wb.Trainer(model, loss_fn, optimizer)
            if limit != stops[0]:
                trainer.load(tmp_path / "half.h5")
            trainer.fit(data, 1, size, schedule=schedule, schedule_each="step", max_steps=limit)
            trainer.save(tmp_path / "half.h5")
        ends.append(model.state_dict())
    for end in ends[1:]:
        assert_same({k: v.numpy() for k, v in end.items()}, {k: v.numpy() for k, v in ends[0].items()})
