"""copy.copy, copy.deepcopy and pickle: an object's copy owns a handle of its own, or is refused."""

import copy
import gc
import importlib
import pickle
import pkgutil
import sys

import numpy as np
import pytest
from support import python, same_bits

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat._owner import Owner
from wingbeat.nn.graph import Container


def pickled(value):
    return pickle.loads(pickle.dumps(value))


COPIES = (copy.deepcopy, pickled)


class Scaled(nn.Module):
    """A module with a child, a parameter, a buffer and plain attributes."""

    def __init__(self, scale):
        super().__init__()
        self.scale = scale
        self.names = ["a", "b"]
        self.fc = nn.Linear(3, 3)
        self.offset = nn.Parameter(np.ones(3, np.float32))
        self.register_buffer("count", wb.zeros(()))
        self.register_buffer("nothing", None)

    def forward(self, x):
        return wb.tanh(self.fc(x)) * self.scale + self.offset


class Residual(nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)


class Tagged(nn.Parameter):
    __slots__ = ("tag",)


def values(module):
    return {name: value.numpy().copy() for name, value in module.state_dict().items()}


def same_values(a, b):
    return a.keys() == b.keys() and all(same_bits(a[name], b[name]) for name in a)


def step(model, optimizer, seed=0):
    rng = np.random.default_rng(seed)
    optimizer.zero_grad()
    model(wb.tensor(rng.normal(size=(5, 3)).astype(np.float32))).square().mean().backward()
    optimizer.step()


def models():
    shared = nn.Linear(3, 3)
    tied = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    tied[1].weight = tied[0].weight
    graph = nn.Graph("x", "h = relu(fc(x))\ny = add(h, x)", "y", "y = fc(x)", fc=nn.Linear(3, 3))
    return {
        "Sequential": nn.Sequential(nn.Linear(3, 4), nn.GELU("tanh"), nn.Linear(4, 3, bias=False)),
        "named": nn.Sequential({"fc": nn.Linear(3, 3), "act": nn.Softplus(2.0, 5.0)}),
        "double": nn.Sequential(nn.Linear(3, 3)).double(),
        "shared": nn.Sequential(shared, nn.Tanh(), shared),
        "tied": tied,
        "graph": graph,
        "host": Scaled(2.0),
        "residual": Residual(Scaled(0.5), nn.Tanh()),
        "reversible": nn.Reversible(nn.Linear(3, 3), nn.Linear(3, 3)),
        "list": nn.ModuleList([nn.Linear(3, 3)]),
        "dropout": nn.Sequential(nn.Dropout(0.25)),
        "loss": nn.CrossEntropyLoss(reduction="sum", from_logits=False),
        "container": Container(a=nn.Linear(1, 1)),
    }


def test_every_class_that_owns_a_handle_has_one_base():
    for entry in pkgutil.walk_packages(wb.__path__, "wingbeat."):
        importlib.import_module(entry.name)
    kinds = {
        kind
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] == "wingbeat"
        for kind in vars(module).values()
        if isinstance(kind, type) and kind.__module__.startswith("wingbeat") and "__del__" in vars(kind)
    }
    owners = {"Tensor", "Module", "EngineOptimizer", "LRScheduler", "Trainer", "Dataset", "Program", "_Recording"}
    assert owners | {"_Memory"} <= {kind.__name__ for kind in kinds}
    assert [kind for kind in kinds if not issubclass(kind, Owner)] == []


def test_what_owns_a_handle_and_says_nothing_about_copies_refuses_them():
    array = wb.ones(3).numpy()
    memory = array.base if type(array.base).__name__ == "_Memory" else array.base.base
    for function in (copy.copy, *COPIES):
        with pytest.raises(TypeError, match="_Memory: expected something that can be copied or pickled"):
            function(memory)
    assert array.tolist() == [1, 1, 1]


@pytest.mark.parametrize("dtype", ["bool", "uint8", "int32", "int64", "float32", "float64"])
def test_copies_of_a_tensor_have_its_values_dtype_and_shape(dtype):
    for shape in ((), (0, 2), (2, 3)):
        t = wb.ones(shape, dtype=dtype)
        for function in (copy.copy, *COPIES):
            other = function(t)
            assert type(other) is wb.Tensor and same_bits(other.numpy(), t.numpy()) and not other.requires_grad
            other.fill_(0)
            assert same_bits(t.numpy(), np.ones(shape, dtype))


def test_copies_of_a_leaf_have_its_gradient_and_gather_their_own():
    for kind in (wb.Tensor, nn.Parameter):
        p = kind(np.ones(3, np.float32), requires_grad=True)
        (p * 2).sum().backward()
        for function in (copy.copy, *COPIES):
            q = function(p)
            assert type(q) is kind and q.requires_grad and q.is_leaf and q.grad.tolist() == [2, 2, 2]
            (q * 3).sum().backward()
            assert q.grad.tolist() == [5, 5, 5] and p.grad.tolist() == [2, 2, 2]
            q.grad.zero_()
            assert p.grad.tolist() == [2, 2, 2]


def test_a_copied_gradient_is_a_tensor_of_its_own():
    p = nn.Parameter(np.ones(2, np.float32))
    p.sum().backward()
    for function in (copy.copy, *COPIES):
        g = function(p.grad)
        assert type(g) is wb.Tensor
        g.zero_()
        assert p.grad.tolist() == [1, 1]


def test_a_frozen_parameter_keeps_a_gradient_that_it_had():
    p = nn.Parameter(np.ones(2, np.float32))
    p.sum().backward()
    p.requires_grad = False
    before = None if p.grad is None else p.grad.tolist()
    for function in (copy.copy, *COPIES):
        q = function(p)
        assert not q.requires_grad and (None if q.grad is None else q.grad.tolist()) == before


def test_a_shallow_copy_of_a_computed_tensor_passes_derivatives_on_and_a_deep_one_is_refused():
    x = wb.ones(2, requires_grad=True)
    y = copy.copy(x * 3)
    y.sum().backward()
    assert x.grad.tolist() == [3, 3]
    with pytest.raises(RuntimeError, match="deepcopy: the tensor was computed"):
        copy.deepcopy(x * 3)
    assert pickled(x * 3).is_leaf


def test_a_subclass_of_a_parameter_keeps_its_class_and_attributes():
    p = Tagged(np.ones(2, np.float32), requires_grad=False)
    p.tag = ["layer", 1]
    for function in COPIES:
        q = function(p)
        assert type(q) is Tagged and q.tag == p.tag and q.tag is not p.tag and not q.requires_grad


@pytest.mark.parametrize("name", models())
def test_copies_of_a_model_have_its_structure_and_share_nothing_with_it(name):
    wb.manual_seed(1)
    model = models()[name]
    model.register_buffer("steps", wb.tensor(3))
    model.train(False)
    list(model.modules())[-1].train(True)
    for frozen in list(model.parameters())[:1]:
        frozen.requires_grad = False
    before = values(model)
    for function in COPIES:
        state = wb.get_rng_state() if hasattr(wb, "get_rng_state") else None
        other = function(model)
        assert state is None or wb.equal(wb.get_rng_state(), state)
        assert (
            type(other) is type(model)
            and repr(other) == repr(model)
            and other.modes() == model.modes()
            and same_values(values(other), before)
        )
        assert [path for path, _ in other.named_parameters()] == [path for path, _ in model.named_parameters()]
        assert [p.requires_grad for p in other.parameters()] == [p.requires_grad for p in model.parameters()]
        assert [type(m) for m in other.modules()] == [type(m) for m in model.modules()]
        with wb.no_grad():
            for tensor in (*other.parameters(), *other.buffers()):
                tensor.fill_(7)
        assert same_values(values(model), before)


def test_a_copy_draws_no_random_numbers():
    wb.manual_seed(5)
    expected = wb.rand(3).tolist()
    model = nn.Sequential(nn.Linear(3, 3), nn.Dropout(0.5))
    wb.manual_seed(5)
    copy.deepcopy(model), copy.copy(model), pickled(model)
    assert wb.rand(3).tolist() == expected


@pytest.mark.parametrize("name", ["Sequential", "named", "shared", "tied", "graph", "host", "residual"])
def test_a_model_and_its_optimiser_copied_together_stay_connected(name):
    model = models()[name]
    optimizer = optim.Adam(
        [{"params": list(model.parameters())[:1], "lr": 0.3}, {"params": list(model.parameters())[1:]}],
        lr=0.01,
        weight_decay=0.1,
    )
    for seed in range(3):
        step(model, optimizer, seed)
    twins = [function((model, optimizer)) for function in COPIES]
    optimizer.lr = 0.02
    for _, other in twins:
        other.lr = 0.02
    step(model, optimizer, 9)
    for twin, other in twins:
        assert [
            p is q for p, q in zip(twin.parameters(), (p for group in other.param_groups for p in group["params"]))
        ] == [True] * len(list(model.parameters()))
        step(twin, other, 9)
        assert same_values(values(twin), values(model)) and repr(other) == repr(optimizer)


@pytest.mark.parametrize(
    "kind",
    [
        lambda p: optim.SGD(p, 0.1),
        lambda p: optim.SGD(p, 0.1, momentum=0.9, nesterov=True),
        lambda p: optim.SGD(p, 0.1, momentum=0.9, dampening=0.5),
        optim.Adam,
        optim.AdamW,
    ],
)
def test_an_optimiser_copied_alone_has_parameters_of_its_own(kind):
    model = nn.Linear(3, 3)
    optimizer = kind(model.parameters())
    optimizer.note = ["kept"]
    step(model, optimizer)
    step(model, optimizer, 1)
    before = values(model)
    for function in COPIES:
        other = function(optimizer)
        parameters = other.param_groups[0]["params"]
        assert other.note == ["kept"] and all(
            p is not q and same_bits(p.detach().numpy(), q.detach().numpy())
            for p, q in zip(parameters, model.parameters())
        )
        other.step()
        assert same_values(values(model), before) and not same_bits(parameters[0].detach().numpy(), before["weight"])
        del other
        gc.collect()
        assert repr(optimizer) == repr(kind(model.parameters()))
    twin = copy.copy(optimizer)
    twin.lr = 0.5
    assert twin.param_groups[0]["params"][0] is model.weight and optimizer.lr != 0.5


def test_a_group_that_is_added_later_has_the_constructors_settings_also_in_a_copy():
    a, b, c = (nn.Parameter(np.ones(1, np.float32)) for _ in range(3))
    optimizer = optim.SGD([{"params": [a], "lr": 1.0}], lr=0.25)
    for each in (optimizer, copy.deepcopy(optimizer), pickled(optimizer)):
        each.add_param_group({"params": [b if each is optimizer else c]})
        assert [group["lr"] for group in each.param_groups] == [1.0, 0.25]
        c = nn.Parameter(np.ones(1, np.float32))


def test_a_shallow_copy_of_a_module_holds_the_same_things_and_outlives_it():
    model = Scaled(2.0)
    x = wb.ones(1, 3)
    expected = model(x).tolist()
    other = copy.copy(model)
    assert other.fc is model.fc and other.offset is model.offset and other.names is model.names
    other.fc = nn.Linear(3, 3)
    assert model(x).tolist() == expected
    kept = copy.copy(model)
    del model
    gc.collect()
    assert kept(x).tolist() == expected and other(x).tolist() != expected


def test_copies_keep_forward_methods_of_the_instance_and_attributes_that_refer_to_the_module():
    model = nn.Sequential(nn.Linear(3, 3))
    model.forward = Scaled.forward.__get__(model)
    model.fc, model.scale, model.offset = model[0], 1.5, nn.Parameter(np.zeros(3, np.float32))
    model.itself = [model]
    x = wb.ones(1, 3)
    for function in (copy.deepcopy,):  # a pickle names a bound method, and finds the class's
        other = function(model)
        assert other.itself[0] is other and other.fc is other[0] and other.forward.__self__ is other
        assert other(x).tolist() == model(x).tolist() == nn.Sequential(other)(x).tolist()
        with wb.no_grad():
            other.fc.weight.fill_(0)
        assert other(x).tolist() != model(x).tolist()


class Quiet(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(3, 3)
        self.log = open(__file__)

    def __getstate__(self):
        state = self.__dict__.copy()
        state["log"].close()
        del state["log"]
        return state

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.log = None


def test_a_users_getstate_and_setstate_are_about_plain_attributes():
    model = Quiet()
    other = copy.deepcopy(model)
    assert other.log is None and same_values(values(other), values(model)) and other.fc is not model.fc


@pytest.mark.parametrize("function", COPIES)
def test_a_tree_as_deep_as_trees_can_be_is_copied(function):
    model = nn.Linear(2, 2)
    for _ in range(150):
        model = nn.Sequential(model)
    other = function(model)
    assert same_values(values(other), values(model))
    model = nn.Linear(2, 2)
    for _ in range(100):
        model = nn.Sequential(model, model)
    assert len(list(function(model).modules())) == 101


def test_a_pickle_works_in_another_process(tmp_path):
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 1))
    optimizer = optim.Adam(model.parameters(), lr=0.05)
    step(model, optimizer)
    model(wb.ones(2, 3)).sum().backward()
    (tmp_path / "pickle").write_bytes(
        pickle.dumps(
            {
                "model": model,
                "optimizer": optimizer,
                "loss": nn.MSELoss(),
                "tensor": wb.tensor([1.5, 2.5], dtype="float64"),
            }
        )
    )
    optimizer.step()
    out = python(
        """
import pickle, sys
import wingbeat as wb
found = pickle.load(open(sys.argv[1], 'rb'))
found['optimizer'].step()
tensor, loss = found['tensor'], found['loss'](wb.ones(2), wb.zeros(2))
print(found['model'](wb.ones(1, 3)).item().hex(), tensor.tolist(), tensor.dtype, loss.item())
""",
        tmp_path / "pickle",
    )
    assert out.split() == [model(wb.ones(1, 3)).item().hex(), "[1.5,", "2.5]", "float64", "1.0"]
