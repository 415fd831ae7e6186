"""nn.Module as in PyTorch: registration, parameters, state, modes, conversion, printing."""

import gc
import weakref

import numpy as np
import pytest
from support import numbers, same_bits

import wingbeat as wb
from wingbeat import nn, optim


class Block(nn.Module):
    def __init__(self, width=3):
        super().__init__()
        self.first = nn.Linear(width, 4)
        self.scale = nn.Parameter(wb.ones(4))
        self.register_buffer("offset", wb.zeros(4))
        self.note = "plain"

    def forward(self, x):
        return self.first(x) * self.scale + self.offset


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.block = Block()
        self.head = nn.Sequential(nn.ReLU(), nn.Linear(4, 2))

    def forward(self, x, double=False):
        out = self.head(self.block(x))
        return out * 2 if double else out


NAMES = ["block.scale", "block.first.weight", "block.first.bias", "head.1.weight", "head.1.bias"]


def test_attributes_register_themselves_under_dotted_paths():
    net = Net()
    assert [name for name, _ in net.named_parameters()] == NAMES
    assert [id(p) for p in net.parameters()] == [id(p) for _, p in net.named_parameters()]
    assert [name for name, _ in net.named_buffers()] == ["block.offset"] and len(list(net.buffers())) == 1
    assert [name for name, _ in net.named_modules()] == ["", "block", "block.first", "head", "head.0", "head.1"]
    assert [name for name, _ in net.named_children()] == ["block", "head"] and list(net.children()) == [
        net.block,
        net.head,
    ]
    assert all(isinstance(p, nn.Parameter) and p.requires_grad and p.is_leaf for p in net.parameters())
    assert net.block.note == "plain" and net.head[1] is dict(net.named_modules())["head.1"]


def test_forward_is_what_the_class_says_and_takes_what_it_takes():
    net = Net()
    x = numbers((5, 3), "float32")
    weights = {name: p.detach().numpy() for name, p in net.named_parameters()}
    hidden = np.maximum(x @ weights["block.first.weight"].T + weights["block.first.bias"], 0)
    expected = hidden @ weights["head.1.weight"].T + weights["head.1.bias"]
    for given in (x, wb.tensor(x)):
        np.testing.assert_allclose(net(given).detach().numpy(), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(net(x, double=True).detach().numpy(), 2 * expected, rtol=1e-5, atol=1e-6)
    with pytest.raises(NotImplementedError, match="Empty does not define forward"):
        type("Empty", (nn.Module,), {})()(x)


def test_a_subclass_trains():
    wb.manual_seed(0)
    net = Net()
    x = numbers((64, 3), "float32")
    y = np.stack([x.sum(1), x[:, 0] * 2], 1)
    optimizer = optim.Adam(net.parameters(), lr=0.02)
    losses = []
    for _ in range(200):
        loss = nn.functional.mse_loss(net(wb.tensor(x)), wb.tensor(y))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0] / 20


def test_assigning_again_replaces_and_deleting_removes():
    net = Net()
    net.block.scale = nn.Parameter(wb.zeros(4))
    assert dict(net.named_parameters())["block.scale"].tolist() == [0] * 4
    net.block.offset = wb.ones(4)
    assert dict(net.named_buffers())["block.offset"].tolist() == [1] * 4
    del net.block.scale, net.block.offset
    assert (
        "block.scale" not in net.state_dict()
        and "block.offset" not in net.state_dict()
        and not hasattr(net.block, "scale")
    )
    del net.block.note
    assert not hasattr(net.block, "note")
    net.head = nn.Linear(4, 1)
    assert [name for name, _ in net.named_parameters()][-2:] == ["head.weight", "head.bias"]
    net.block.first.bias = None
    assert net.block.first.bias is None and "block.first.bias" not in net.state_dict()
    assert net.block.first(np.zeros((1, 3), "f4")).detach().numpy().tolist() == [[0] * 4]


def test_wrong_assignments_are_refused():
    net = Net()
    with pytest.raises(TypeError, match="expected a Parameter or None, found Tensor"):
        net.block.scale = wb.ones(4)
    with pytest.raises(TypeError, match="expected a Module"):
        net.head = "text"
    with pytest.raises(ValueError, match="contain itself"):
        net.block.first.loop = net
    with pytest.raises(TypeError, match="int64"):
        nn.Parameter(wb.tensor([1, 2]))
    with pytest.raises(ValueError):
        net.add_module("a.b", nn.ReLU())
    with pytest.raises(TypeError):
        net.add_module("text", "text")
    with pytest.raises(TypeError):
        net.register_parameter("text", "text")

    class Early(nn.Module):
        def __init__(self):
            self.layer = nn.Linear(1, 1)

    with pytest.raises(RuntimeError, match=r"super\(\).__init__\(\)"):
        Early()
    assert [name for name, _ in net.named_parameters()] == NAMES


def test_a_shared_parameter_and_a_shared_module_count_once_and_train_once():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.a = nn.Linear(2, 2, bias=False)
            self.b = self.a
            self.c = nn.Linear(2, 2, bias=False)
            self.c.weight = self.a.weight

        def forward(self, x):
            return self.c(self.b(self.a(x)))

    tied = Tied()
    assert [name for name, _ in tied.named_parameters()] == ["a.weight"] and list(tied.state_dict()) == ["a.weight"]
    with wb.no_grad():
        tied.a.weight.copy_([[2.0, 0.0], [0.0, 3.0]])
    assert tied(np.ones((1, 2), "f4")).tolist() == [[8, 27]]
    tied(np.ones((1, 2), "f4")).sum().backward()
    assert tied.c.weight.grad.numpy()[0, 0] == 12


def test_the_work_on_modules_that_share_children_is_linear_in_modules():
    """Each of 30 levels has the one below twice: 2**30 paths lead to the innermost."""

    class Pair(nn.Module):
        def __init__(self, child):
            super().__init__()
            self.a, self.b = child, child

        def forward(self, x):
            return self.a(x)

    for kind in (nn.Sequential, lambda child, _: Pair(child)):
        model = innermost = nn.Linear(2, 2)
        for _ in range(30):
            model = kind(model, model)
        text = repr(model)
        assert text.count("Linear(") < 10_001
        assert "..." in text
        assert len(list(model.modules())) == len(model.modes()) == 31
        assert [name.rpartition(".")[2] for name, _ in model.named_parameters()] == ["weight", "bias"]
        visited = []
        assert model.apply(visited.append) is model
        assert len(visited) == 31
        assert visited[0] is innermost
        assert visited[-1] is model
        model.eval()
        assert not innermost.training
        model.train().requires_grad_(False).double().float().zero_grad()
        assert len(model.state_dict()) == 2
        model.load_state_dict(model.state_dict())
    assert nn.Sequential(innermost, innermost).expression() == "Sequential(Linear(2, 2), SharedModule('0'))"


def test_state_dict_is_a_snapshot_and_load_state_dict_takes_it_over():
    net, other = Net(), Net()
    state = net.state_dict()
    kept = {name: value.numpy().copy() for name, value in state.items()}
    assert set(state) == {*NAMES, "block.offset"}
    # As in PyTorch: module by module, its parameters, then its buffers.
    assert list(state).index("block.offset") == list(state).index("block.scale") + 1
    net(numbers((4, 3), "float32")).sum().backward()
    optim.SGD(net.parameters(), lr=1.0).step()
    assert all(same_bits(value.numpy(), kept[name]) for name, value in state.items())
    assert not same_bits(net.state_dict()["head.1.bias"].numpy(), kept["head.1.bias"])
    for given in (state, kept):
        other.load_state_dict(given)
        assert all(same_bits(value.numpy(), kept[name]) for name, value in other.state_dict().items())
    parameter = other.head[1].weight
    other.load_state_dict(net.state_dict())
    assert other.head[1].weight is parameter and parameter.requires_grad, "the parameter is the same, with other values"


def test_a_state_that_does_not_fit_is_refused_whole():
    net = Net()
    kept = {name: value.numpy().copy() for name, value in net.state_dict().items()}
    state = {name: value * 0 for name, value in kept.items()}
    missing = {name: value for name, value in state.items() if name != "head.1.bias"}
    for wrong, words in (
        (missing, "missing: head.1.bias"),
        ({**state, "extra": np.zeros(1)}, "unexpected: extra"),
        ({**state, "block.scale": np.zeros(5)}, r"expected shape \[4\], found \[5\]"),
    ):
        with pytest.raises(RuntimeError, match=words):
            net.load_state_dict(wrong)
        assert all(same_bits(value.numpy(), kept[name]) for name, value in net.state_dict().items())
    with pytest.raises(TypeError):
        net.load_state_dict({**state, "head.1.bias": "text"})
    assert all(same_bits(value.numpy(), kept[name]) for name, value in net.state_dict().items())
    net.load_state_dict(missing, strict=False)
    assert not net.block.scale.detach().numpy().any() and same_bits(
        net.head[1].bias.detach().numpy(), kept["head.1.bias"]
    )


def test_train_and_eval_reach_all_modules():
    net = Net()
    assert all(module.training for module in net.modules())
    assert net.eval() is net and not any(module.training for module in net.modules())
    assert net.train() is net and all(module.training for module in net.modules())
    net.block.eval()
    assert [module.training for module in net.modules()] == [True, False, False, True, True, True]


def test_conversion_changes_parameters_and_buffers_in_place():
    net = Net()
    parameters = list(net.parameters())
    before = [p.detach().numpy().copy() for p in parameters]
    assert net.double() is net and all(p.dtype == "float64" for p in (*net.parameters(), *net.buffers()))
    assert [id(p) for p in net.parameters()] == [id(p) for p in parameters] and net(numbers((2, 3))).dtype == "float64"
    net.float()
    assert all(same_bits(p.detach().numpy(), kept) for p, kept in zip(parameters, before)) and all(
        p.requires_grad for p in parameters
    )
    net.to("float64")
    (net(numbers((2, 3))).sum()).backward()
    assert all(p.grad.dtype == "float64" for p in net.parameters())
    with pytest.raises(TypeError, match="int64"):
        net.to("int64")
    assert all(p.dtype == "float64" for p in net.parameters())


def test_zero_grad_requires_grad_and_apply():
    net = Net()
    net(numbers((2, 3), "float32")).sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())
    net.block.requires_grad_(False)
    net(numbers((2, 3), "float32")).sum().backward()
    assert [p.grad is None for p in net.parameters()] == [True] * 3 + [False] * 2
    seen = []
    assert net.apply(lambda module: seen.append(type(module).__name__)) is net
    assert seen == ["Linear", "Block", "ReLU", "Linear", "Sequential", "Net"]


def test_a_module_prints_as_in_pytorch():
    assert (
        repr(Net())
        == """Net(
  (block): Block(
    (first): Linear(in_features=3, out_features=4, bias=True)
  )
  (head): Sequential(
    (0): ReLU()
    (1): Linear(in_features=4, out_features=2, bias=True)
  )
)"""
    )
    assert (
        repr(nn.Softmax(1)) == "Softmax(dim=1)"
        and repr(nn.LeakyReLU(0.2)) == "LeakyReLU(negative_slope=0.2)"
        and "tanh" in repr(nn.GELU("tanh"))
    )
    assert repr(nn.Parameter(wb.ones(1))).startswith("Parameter containing:\ntensor([1.], requires_grad=True)")


def test_sequential_and_module_list_are_sequences():
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    model.append(nn.Linear(3, 1)).extend([nn.Tanh(), nn.Identity()])
    assert (
        len(model) == 5
        and isinstance(model[-2], nn.Tanh)
        and [type(m).__name__ for m in model[:2]] == ["Linear", "ReLU"]
        and list(model)[0] is model[0]
    )
    model[3] = nn.Sigmoid()
    assert 0 < model(np.ones((1, 2), "f4")).item() < 1
    with pytest.raises(IndexError):
        model[9]
    named = nn.Sequential({"hidden": nn.Linear(2, 3), "out": nn.Linear(3, 1)})
    assert (
        list(named.state_dict()) == ["hidden.weight", "hidden.bias", "out.weight", "out.bias"]
        and named.hidden is named[0]
    )

    class Many(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList([nn.Linear(2, 2) for _ in range(3)])

        def forward(self, x):
            for layer in self.layers:
                x = layer(x)
            return x

    many = Many()
    many.layers.append(nn.Linear(2, 1))
    assert (
        len(list(many.parameters())) == 8
        and many(np.ones((3, 2), "f4")).shape == (3, 1)
        and "layers.3.bias" in many.state_dict()
    )


def test_sequential_of_own_modules_and_of_the_engines_is_the_same_function():
    class Double(nn.Module):
        def forward(self, x):
            return x * 2

    layer = nn.Linear(3, 3)
    x = numbers((2, 3), "float32")
    assert same_bits(
        nn.Sequential(layer, Double(), nn.ReLU())(x).detach().numpy(), (layer(x) * 2).relu().detach().numpy()
    )

    class Mine(nn.Linear):
        def forward(self, x):
            return super().forward(x) + 1

    mine = Mine(3, 2)
    expected = x @ mine.weight.detach().numpy().T + mine.bias.detach().numpy() + 1
    for model in (mine, nn.Sequential(mine)):
        np.testing.assert_allclose(model(x).detach().numpy(), expected, rtol=1e-5)


def test_modules_and_parameters_are_freed_with_their_last_reference():
    net = Net()
    gone = [weakref.ref(net.block.first), weakref.ref(net.block.scale)]
    gc.collect()
    before = wb.memory_usage()["in_use"]
    big = nn.Linear(1000, 1000)
    assert wb.memory_usage()["in_use"] > before + 4_000_000
    del big, net
    gc.collect()
    assert [reference() for reference in gone] == [None, None] and wb.memory_usage()["in_use"] <= before
