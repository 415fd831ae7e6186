"""Hooks of modules, and how modules, parameters and buffers are found and removed."""

import copy

import numpy as np
import pytest
from support import numbers, same_bits

import wingbeat as wb
from wingbeat import nn, optim

X = numbers((5, 3), "float32")


def network():
    return nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))


def test_forward_hooks_see_and_replace_arguments_and_results_in_order():
    model, seen = network(), []
    handles = [
        model[2].register_forward_pre_hook(lambda module, args: seen.append(("pre", module, args[0].shape))),
        model[2].register_forward_pre_hook(lambda module, args: (args[0] * 2,)),
        model[2].register_forward_hook(lambda module, args, output: output + 1),
        model[2].register_forward_hook(lambda module, args, output: seen.append(("first", output.shape)), prepend=True),
    ]
    hidden = model[1](model[0](X))
    expected = hidden * 2 @ model[2].weight.T + model[2].bias + 1
    np.testing.assert_allclose(model(X).detach().numpy(), expected.detach().numpy(), rtol=1e-6)
    assert seen == [("pre", model[2], (5, 4)), ("first", (5, 2))]
    for handle in handles:
        handle.remove()
    handles[0].remove()
    assert same_bits(model(X).detach().numpy(), model[2](hidden).detach().numpy()) and len(seen) == 2


def test_hooks_with_keywords_and_those_that_are_always_called():
    class Scaled(nn.Module):
        def forward(self, x, scale=1.0):
            if scale < 0:
                raise ValueError("negative")
            return x * scale

    module, seen = Scaled(), []
    with module.register_forward_pre_hook(lambda m, args, kwargs: (args, {"scale": 3.0}), with_kwargs=True):
        assert module(wb.ones(1), scale=2.0).item() == 3
    module.register_forward_hook(
        lambda m, args, kwargs, out: seen.append((kwargs, out)), with_kwargs=True, always_call=True
    )
    with pytest.raises(ValueError, match="negative"):
        module(wb.ones(1), scale=-1.0)
    assert seen == [({"scale": -1.0}, None)]
    with (
        pytest.raises(TypeError, match=r"expected \(args, kwargs\)"),
        module.register_forward_pre_hook(lambda m, args, kwargs: 3, with_kwargs=True),
    ):
        module(wb.ones(1))
    with pytest.raises(TypeError, match="expected a function as a hook"):
        module.register_forward_hook(3)


def test_backward_hooks_see_and_replace_gradients():
    model, seen = network(), []
    x = wb.tensor(X, requires_grad=True)
    model(x).sum().backward()
    plain = x.grad.numpy()
    x.grad = None
    pre = model[2].register_full_backward_pre_hook(lambda module, grads: (grads[0] * 2,))
    post = model[2].register_full_backward_hook(
        lambda module, inputs, outputs: seen.append((inputs[0].numpy(), outputs[0].numpy()))
    )
    model(x).sum().backward()
    np.testing.assert_allclose(x.grad.numpy(), 2 * plain, rtol=1e-6)
    ((inputs, outputs),) = seen
    assert (outputs == 2).all()
    np.testing.assert_allclose(inputs, outputs @ model[2].weight.detach().numpy(), rtol=1e-6)
    pre.remove()
    post.remove()
    # Where no input needs a gradient, the hook sees those of the outputs all the same.
    model[0].register_full_backward_hook(lambda module, inputs, outputs: seen.append((inputs, outputs[0].shape)))
    model(X).sum().backward()
    assert seen[-1] == ((None,), (5, 4))


def test_a_layer_with_hooks_stays_what_it_is_in_files_and_texts(tmp_path):
    model = network()
    before = repr(model), model.expression()
    handle = model[0].register_forward_hook(lambda module, args, output: output * 0)
    assert (repr(model), model.expression()) == before and not model[1](model[0](X)).detach().numpy().any()
    model.save(tmp_path / "model.h5")
    assert repr(wb.load(tmp_path / "model.h5")) == before[0]
    twin = copy.deepcopy(model)
    assert not twin[0](X).detach().numpy().any()
    handle.remove()
    assert model[0](X).detach().numpy().any() and not twin[0](X).detach().numpy().any()
    trained = wb.training.Trainer(model, nn.MSELoss(), optim.SGD(model.parameters(), lr=0.1))
    trained.fit((X, X[:, :2]), batch_size=5)


def test_a_compiled_function_meets_hooks_that_come_and_go():
    model = network()
    step = wb.compile(lambda x: model(x).sum())
    plain = step(X).item()
    handle = model[1].register_forward_hook(lambda module, args, output: output * 0)
    assert step(X).item() == pytest.approx(model[2].bias.sum().item() * 5)
    handle.remove()
    assert step(X).item() == plain


def test_parts_are_found_by_their_paths():
    model = nn.Sequential(network(), nn.Identity())
    assert model.get_submodule("0.2") is model[0][2] and model.get_submodule("") is model
    assert model.get_parameter("0.0.weight") is model[0][0].weight
    model[0].register_buffer("seen", wb.zeros(2), persistent=False)
    assert model.get_buffer("0.seen") is model[0].seen and "0.seen" not in model.state_dict()
    model[0].seen = wb.ones(2)
    assert "0.seen" not in model.state_dict() and dict(model.named_buffers())["0.seen"] is model[0].seen
    model.set_submodule("1", nn.Tanh())
    assert isinstance(model[1], nn.Tanh)
    for call in (
        lambda: model.get_submodule("0.7"),
        lambda: model.get_parameter("0.weight"),
        lambda: model.get_buffer("x"),
        lambda: model.set_submodule("0.9", nn.Tanh(), strict=True),
    ):
        with pytest.raises(AttributeError, match="no (module|parameter|buffer)"):
            call()
    names = [name for name, _ in model.named_parameters(prefix="model", recurse=True)]
    assert names == [f"model.0.{place}.{kind}" for place in (0, 2) for kind in ("weight", "bias")]
    assert [name for name, _ in model.named_parameters(recurse=False)] == []
    shared = nn.Sequential(model[0][0], model[0][0])
    assert len(list(shared.named_parameters(remove_duplicate=False))) == 4 == 2 * len(list(shared.parameters()))
    assert list(model.state_dict(prefix="m."))[0] == "m.0.0.weight"


def test_loading_says_which_names_did_not_fit():
    model = nn.Linear(3, 2)
    assert repr(model.load_state_dict(model.state_dict())) == "<All keys matched successfully>"
    keys = model.load_state_dict({"weight": wb.ones(2, 3), "other": wb.ones(1)}, strict=False)
    assert keys.missing_keys == ["bias"] and keys.unexpected_keys == ["other"]


def test_hooks_where_states_are_taken_and_loaded():
    model, seen = network(), []
    layer = model[0]
    layer.register_state_dict_pre_hook(lambda module, prefix, keep: seen.append(("pre", prefix, keep)))
    layer.register_state_dict_post_hook(lambda module, state, prefix, _: state.pop(prefix + "bias"))
    state = model.state_dict(prefix="net.")
    assert seen == [("pre", "net.0.", False)] and "net.0.bias" not in state and "net.0.weight" in state

    def rename(module, state, prefix, _, strict, missing, unexpected, errors):
        state[prefix + "bias"] = state.pop(prefix + "b")

    layer.register_load_state_dict_pre_hook(rename)
    layer.register_load_state_dict_post_hook(lambda module, keys: seen.append(keys.missing_keys))
    given = {**network().state_dict(), "0.b": wb.ones(4)}
    del given["0.bias"]
    model.load_state_dict(given)
    assert layer.bias.tolist() == [1] * 4 and "0.b" in given and seen[-1] == []
    assert model(X).shape == (5, 2) and model.to_empty(device="cpu") is model


def test_children_can_be_removed_and_inserted():
    model = network()
    model.insert(1, nn.ReLU())
    assert [type(child).__name__ for child in model] == ["Linear", "ReLU", "Tanh", "Linear"]
    assert repr(nn.build(model.expression())) == repr(model)
    del model[1]
    assert list(dict(model.named_children())) == ["0", "1", "2"] and repr(nn.build(model.expression())) == repr(model)
    last = model.pop()
    assert isinstance(last, nn.Linear) and len(model) == 2 and model(X).shape == (5, 4)
    both = model + nn.Sequential(last)
    assert len(both) == 3 and both(X).shape == (5, 2) and len(model[:1]) == 1
    layers = nn.ModuleList([nn.Linear(2, 2)]) + [nn.Tanh()]
    layers += [nn.ReLU()]
    layers.insert(0, nn.Identity())
    layers[-1] = nn.Sigmoid()
    del layers[1]
    assert repr(layers) == "ModuleList(\n  (0): Identity()\n  (1): Tanh()\n  (2): Sigmoid()\n)"
    with pytest.raises(IndexError, match="no module number 3; there are 3"):
        layers[3]
    with pytest.raises(NotImplementedError):
        layers(X)

    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(3, 2), nn.Linear(2, 2)

    net = Net()
    net.second = None
    assert list(net.state_dict()) == ["first.weight", "first.bias"]
    del net.first
    assert not list(net.state_dict()) and not hasattr(net, "first")


def test_dicts_of_modules_and_lists_and_dicts_of_parameters(tmp_path):
    choices = nn.ModuleDict({"linear": nn.Linear(3, 2), "none": nn.Identity()})
    choices.update([("tanh", nn.Tanh())])
    assert list(choices) == ["linear", "none", "tanh"] == list(choices.keys()) and "none" in choices
    assert choices.pop("none") is not None and len(choices) == 2
    with pytest.raises(KeyError, match="no module 'none'; there are linear, tanh"):
        choices["none"]
    weights = nn.ParameterList([wb.ones(2, 3), nn.Parameter(wb.zeros(3))])
    weights.append(wb.ones(1))
    weights[0] = wb.full((2, 2), 3.0)
    assert len(weights) == 3 and [tuple(weight.shape) for weight in weights] == [(2, 2), (3,), (1,)]
    assert all(isinstance(weight, nn.Parameter) for weight in weights) and weights[-1] is list(weights)[2]
    assert weights.pop(1).shape == (3,) and list(weights.state_dict()) == ["0", "1"]
    named = nn.ParameterDict({"scale": wb.ones(2), "shift": nn.Parameter(wb.zeros(2))})
    named["more"] = wb.ones(3)
    del named["shift"]
    assert list(named) == ["scale", "more"] == [name for name, _ in named.named_parameters()]
    assert named.get("shift") is None and named.setdefault("scale").shape == (2,) and "more" in named.copy()
    assert named.popitem()[0] == "more" and list(named.fromkeys(["a", "b"], wb.ones(1))) == ["a", "b"]
    whole = nn.ModuleList([choices, weights, named])
    whole.save(tmp_path / "model.h5")
    for twin in (wb.load(tmp_path / "model.h5"), copy.deepcopy(whole)):
        assert repr(twin) == repr(whole) and len(twin[1]) == 2 and list(twin[2]) == ["scale"]
        for name, value in whole.state_dict().items():
            assert same_bits(twin.state_dict()[name].numpy(), value.numpy())
    built = nn.build(whole.expression())
    assert list(built.state_dict()) == list(whole.state_dict()) and list(built[2]) == ["scale"]


def test_what_cannot_be_is_said():
    for call in (nn.Linear(2, 2).share_memory, nn.Linear(2, 2).compile):
        with pytest.raises(NotImplementedError, match="expected"):
            call()
