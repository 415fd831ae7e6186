"""Checkpoints say whose class a module is: a foreign one is refused by name, or built from the class that the caller
gives."""

import math

import numpy as np
import pytest

import wingbeat as wb
from wingbeat import nn, optim
from wingbeat._errors import StructureError
from wingbeat.training import Trainer, evaluate


class Tanh(nn.Module):
    """Another function than the layer of this name."""

    def forward(self, x):
        return x * 2


class Halved(nn.Sigmoid):
    def forward(self, x):
        return super().forward(x) / 2


class Called(nn.Sigmoid):
    def __call__(self, x):
        return super().__call__(x) * 3


class Residual(nn.Sequential):
    def forward(self, x):
        return x + super().forward(x)


class Net(nn.Sequential):
    """Computes what a Sequential does, and has more to it."""

    def width(self):
        return self.hidden


class Block(nn.Module):
    def __init__(self, hidden, act="tanh", function=None):
        super().__init__()
        self.hidden, self.act = hidden, act
        self.bounds = (-1.0, math.inf, {"deep": [1, None, True]})
        self.inner = nn.Sequential(nn.Linear(3, hidden), nn.Linear(hidden, 3))
        self.offset = nn.Parameter(np.full(3, 0.5, np.float32))
        self.register_buffer("count", wb.tensor(2))
        if function is not None:
            self.function = function

    def forward(self, x):
        y = getattr(wb, self.act)(self.inner(x)) + self.offset
        return self.function(y) if hasattr(self, "function") else y


X = np.linspace(-1, 1, 6, dtype=np.float32).reshape(2, 3)


def saved(model, tmp_path):
    model.save(tmp_path / "model.h5")
    return tmp_path / "model.h5"


@pytest.mark.parametrize(
    "made",
    [
        lambda: nn.Sequential(nn.Linear(3, 3), Tanh()),
        lambda: nn.Sequential(Halved()),
        lambda: nn.Sequential(Called()),
        lambda: Residual(nn.Linear(3, 3)),
        lambda: nn.Sequential(Residual(Residual(nn.Linear(3, 3)), Tanh())),
        lambda: Block(4),
    ],
)
def test_a_class_of_the_users_is_refused_by_name_or_built_from_the_class(made, tmp_path):
    model = made()
    path = saved(model, tmp_path)
    name = next(type(module).__name__ for module in model.modules() if type(module).__module__ == __name__)
    with pytest.raises(NotImplementedError, match=f"the model holds a '{name}', whose code this library does not have"):
        wb.load(path)
    for custom in (
        [Tanh, Halved, Called, Residual, Block],
        {kind.__name__: kind for kind in (Tanh, Halved, Called, Residual, Block)},
        {f"{__name__}.{kind.__name__}": kind for kind in (Tanh, Halved, Called, Residual, Block)},
    ):
        other = wb.load(path, custom=custom)
        assert [type(module) for module in other.modules()] == [type(module) for module in model.modules()] and repr(
            other
        ) == repr(model)
        assert other(X).tolist() == model(X).tolist()
        assert nn.Sequential(other)(X).tolist() == nn.Sequential(model)(X).tolist()


def test_a_module_that_overrides_call_is_called_by_containers_and_the_trainer():
    model = nn.Sequential(Called())
    assert model(X).tolist() == Called()(X).tolist() == (nn.Sigmoid()(X) * 3).tolist()
    assert evaluate(model, nn.MSELoss(), (X, (nn.Sigmoid()(X) * 3).numpy()))[0] == 0


def test_plain_attributes_come_back_and_those_that_no_file_holds_are_named(tmp_path):
    other = wb.load(saved(Block(5, "sigmoid"), tmp_path), custom=[Block])
    assert (other.hidden, other.act, other.bounds) == (5, "sigmoid", (-1.0, math.inf, {"deep": [1, None, True]}))
    assert [name for name, _ in other.named_parameters()] == [
        "offset",
        "inner.0.weight",
        "inner.0.bias",
        "inner.1.weight",
        "inner.1.bias",
    ]
    model = nn.Sequential(Block(4, function=lambda x: x.exp()), nn.Linear(3, 1))
    model[0].inner[0].weight.requires_grad = False
    path = saved(model, tmp_path)
    with pytest.raises(NotImplementedError, match="no file holds the attributes of a 'Block' that are function"):
        wb.load(path, custom=[Block])
    other = wb.load(path, custom={"Block": lambda: Block(4, function=wb.exp)})
    assert other(X).tolist() == model(X).tolist() and [p.requires_grad for p in other.parameters()] == [
        p.requires_grad for p in model.parameters()
    ]
    assert (
        saved(other, tmp_path)
        and wb.load(path, custom={"Block": lambda: Block(4, function=wb.exp)})(X).tolist() == model(X).tolist()
    )
    with pytest.raises(StructureError, match="load_state_dict: the state does not fit Block"):
        wb.load(path, custom={"Block": lambda: Block(7)})


def test_a_forward_method_of_the_instance_is_refused(tmp_path):
    model = nn.Sequential(nn.Linear(3, 3))
    model.forward = lambda x: x * 2
    path = saved(model, tmp_path)
    with pytest.raises(NotImplementedError, match="the model holds a 'Sequential'"):
        wb.load(path)
    with pytest.raises(NotImplementedError, match="that are forward"):
        wb.load(path, custom=[nn.Sequential])


def test_a_subclass_without_a_forward_method_is_its_layer_or_the_class_if_that_is_given(tmp_path):
    model = Net(nn.Linear(3, 3))
    model.hidden = 7
    path = saved(model, tmp_path)
    assert type(wb.load(path)) is nn.Sequential and wb.load(path)(X).tolist() == model(X).tolist()
    other = wb.load(path, custom=[Net])
    assert type(other) is Net and other.width() == 7 and other(X).tolist() == model(X).tolist()


def test_the_packages_own_classes_with_python_code_need_no_name_and_a_users_namesake_does(tmp_path):
    model = nn.ReversibleSequential((nn.Linear(2, 2), nn.Linear(2, 2)))
    x = wb.ones(1, 4)
    assert wb.load(saved(model, tmp_path))(x).tolist() == model(x).tolist()
    assert len(wb.load(saved(nn.ModuleList([nn.Tanh(), Tanh()]), tmp_path), custom=[Tanh])) == 2

    class ModuleList(nn.Module):
        def forward(self, x):
            return x

    with pytest.raises(NotImplementedError, match="the model holds a 'ModuleList'"):
        wb.load(saved(nn.Sequential(ModuleList()), tmp_path))


def test_what_is_shared_stays_shared_with_classes_and_is_refused_where_functions_part_it(tmp_path):
    shared = nn.Linear(3, 3)
    model = nn.Sequential(Residual(shared), Residual(shared, Tanh()), nn.Linear(3, 3))
    model[2].weight = shared.weight
    path = saved(model, tmp_path)
    other = wb.load(path, custom=[Residual, Tanh])
    assert other[0][0] is other[1][0] and other[2].weight is other[0][0].weight and len(list(other.parameters())) == 3
    optim.Adam(other.parameters())
    with pytest.raises(StructureError, match="load: expected the parameters .* in what the functions of `custom` made"):
        wb.load(path, custom={"Residual": lambda: Residual(nn.Linear(3, 3)), "Tanh": Tanh})


def test_a_trainer_with_python_code_saves_loads_and_goes_on(tmp_path):
    def trainer(model):
        return Trainer(model, nn.MSELoss(), optim.Adam(model.parameters(), lr=0.05))

    data = (X, X)
    one = trainer(nn.Sequential(Residual(Block(4)), nn.Linear(3, 3)))
    one.fit(data, epochs=2, batch_size=1)
    one.save(tmp_path / "trainer.h5")
    two = trainer(wb.load(tmp_path / "trainer.h5", custom=[Residual, Block]))
    two.load(tmp_path / "trainer.h5")
    assert [p.loss for p in two.history] == [p.loss for p in one.history] and len(two.history) == 2
    for each in (one, two):
        each.fit(data, epochs=4, batch_size=1)
    assert one.model(X).tolist() == two.model(X).tolist()


def test_custom_that_is_no_class_is_a_type_error(tmp_path):
    path = saved(nn.Linear(3, 3), tmp_path)
    for custom in ({"Block": 3}, {1: Block}):
        with pytest.raises(TypeError, match="load: expected custom as classes"):
            wb.load(path, custom=custom)
    path = saved(Block(3), tmp_path)
    with pytest.raises(TypeError, match="expected a module from the function of `custom`, found 3"):
        wb.load(path, custom={"Block": lambda: 3})
    with pytest.raises(TypeError, match="expected a subclass of nn.Module for 'Block'"):
        wb.load(path, custom={"Block": int})


def test_loading_is_linear_in_modules_that_are_shared(tmp_path):
    model = nn.Linear(3, 3)
    for _ in range(60):
        model = nn.Sequential(model, model)
    path = saved(model, tmp_path)
    other = wb.load(path)
    assert len(list(other.modules())) == 61 and len(list(other.parameters())) == 2
    model.load(path)
