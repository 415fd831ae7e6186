"""wingbeat.compile beside plain calls where the state around the function changes: what is frozen, replaced, rebound,
written to, drawn."""

import copy
import pickle

import numpy as np
import pytest
from support import same_bits

import wingbeat as wb
from wingbeat import nn, optim


def both(make, calls):
    """The results of `calls` on make()'s function as it is and compiled, as lists; make gives (function, anything)."""
    found = []
    for wrap in (lambda f: f, wb.compile):
        wb.manual_seed(0)
        function, state = make()
        results = []
        calls(wrap(function), state, results)
        found.append([np.asarray(r.detach().numpy() if isinstance(r, wb.Tensor) else r) for r in results])
    assert len(found[0]) == len(found[1])
    for number, (plain, compiled) in enumerate(zip(*found)):
        assert same_bits(plain, compiled), f"result {number}: {plain} plain, {compiled} compiled"
    return found[0]


def training(model, optimizer):
    def step(x, y):
        loss = ((model(x) - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step


X, Y = np.linspace(-1, 1, 12, dtype="f4").reshape(4, 3), np.ones((4, 2), "f4")


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.out, self.scale = nn.Linear(3, 5), nn.Linear(5, 2), 1.5

    def forward(self, x):
        return self.out(self.fc(x).tanh()) * self.scale


def parameters(model):
    return [p.detach().numpy().copy() for p in model.parameters()]


CHANGES = {
    "a weight is frozen": lambda m, o: setattr(m.fc.weight, "requires_grad", False),
    "all but one are frozen": lambda m, o: [setattr(p, "requires_grad", False) for p in list(m.parameters())[1:]],
    "a child is replaced": lambda m, o: (
        setattr(m, "fc", nn.Linear(3, 5)),
        o.add_param_group({"params": list(m.fc.parameters())}),
    ),
    "a child is replaced and not trained": lambda m, o: setattr(m, "fc", nn.Linear(3, 5)),
    "a parameter is replaced": lambda m, o: setattr(m.fc, "weight", nn.Parameter(wb.ones(5, 3))),
    "an attribute changes": lambda m, o: setattr(m, "scale", 0.5),
    "a number becomes a tensor": lambda m, o: setattr(m, "scale", wb.tensor(0.25)),
    "an attribute is deleted that a class has": lambda m, o: (
        setattr(type(m), "spare", 3.0),
        setattr(m, "scale", m.spare),
    ),
    "a state is loaded": lambda m, o: m.load_state_dict({name: value * 0.5 for name, value in m.state_dict().items()}),
    "the rate": lambda m, o: setattr(o, "lr", 0.3),
    "the rate becomes 0": lambda m, o: setattr(o, "lr", 0.0),
    "weight decay begins": lambda m, o: setattr(o, "weight_decay", 0.1),
    "momentum ends": lambda m, o: setattr(o, "momentum", 0.0),
    "forward is replaced": lambda m, o: setattr(m, "forward", lambda x: m.out(m.fc(x).relu())),
    "a hook": lambda m, o: m.fc.weight.register_hook(lambda g: g * 0.5),
    "double": lambda m, o: m.double(),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_training_step_sees_what_changes_between_two_calls(name):
    def make():
        model = Net()
        optimizer = optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        return training(model, optimizer), (model, optimizer)

    def calls(step, state, results):
        x, y = wb.tensor(X), wb.tensor(Y)
        for round in range(6):
            if round == 3:
                CHANGES[name](*state)
                if name == "double":
                    x, y = x.to("float64"), y.to("float64")
            results.append(step(x, y))
            results.extend(parameters(state[0]))

    both(make, calls)


def test_programs_from_arrays_to_arrays_see_changes_too():
    model = Net()
    f, x = wb.compile(lambda x: model(x), numpy=True), X
    for change in (
        lambda: None,
        lambda: setattr(model, "scale", 0.5),
        lambda: setattr(model, "fc", nn.Linear(3, 5)),
        model.double,
        lambda: setattr(model, "scale", 2.0),
    ):
        change()
        x = X if model.fc.weight.dtype == wb.float32 else X.astype("f8")
        for _ in range(3):
            assert same_bits(f(x), model(wb.tensor(x, x.dtype.name)).detach().numpy())


def test_a_hook_that_is_removed_is_not_called_any_more():
    def make():
        model = nn.Linear(3, 2)
        return training(model, optim.SGD(model.parameters(), lr=0.1)), model

    def calls(step, model, results):
        handle = model.weight.register_hook(lambda g: g * 10)
        for round in range(6):
            if round == 3:
                handle.remove()
            step(wb.tensor(X), wb.tensor(Y))
            results.extend(parameters(model))

    both(make, calls)


def test_freezing_and_training_in_turn_captures_twice():
    captures = []
    model = nn.Linear(3, 2)
    plain = training(model, optim.SGD(model.parameters(), lr=0.1))

    @wb.compile
    def step(x, y):
        captures.append(1)
        return plain(x, y)

    for round in range(12):
        model.weight.requires_grad = round % 2 == 0
        model.train(round % 3 == 0)
        step(X, Y)
    assert len(captures) == 4, "one for each state"


class Memory(nn.Module):
    def __init__(self):
        super().__init__()
        self.m = wb.zeros(2)
        self.pair, self.last, self.count = (wb.zeros(2), wb.ones(2)), None, 0

    def forward(self, t):
        self.m = self.m * 0.5 + t * 0.5
        a, b = self.pair
        self.pair = (b, a + t)
        self.last = t if self.last is None else self.last + self.m
        self.count += 1
        return self.m + self.pair[0] * self.count


def test_tensors_that_a_forward_pass_leaves_in_attributes_go_on_from_call_to_call():
    def calls(f, model, results):
        kept = []
        for place in range(5):
            results.append(f(wb.ones(2) * (place + 1)))
            kept.append(model.m)
            results += [model.m, *model.pair, model.last, model.count]
            if place == 3:
                model.m = wb.ones(2) * 9
        results += kept

    def make():
        model = Memory()
        return model, model

    both(make, calls)


def test_the_moving_average_of_ones_is_right():
    class Average(nn.Module):
        def __init__(self):
            super().__init__()
            self.m = wb.zeros(1)

        def forward(self, t):
            self.m = self.m * 0.5 + t * 0.5
            return self.m

    f = wb.compile(Average())
    assert [f(wb.ones(1)).item() for _ in range(4)] == [0.5, 0.75, 0.875, 0.9375]


def test_writes_to_arguments_reach_the_caller():
    def work(t, u):
        t.add_(1)
        t[0] = 9.0
        u["a"] *= t.sum()
        return t * 2

    def calls(f, _, results):
        t, u = wb.arange(3, dtype="float32"), {"a": wb.ones(2)}
        alias = t
        for _ in range(3):
            results.append(f(t, u))
            results += [t, u["a"], alias]
        t = t * 0.5
        results += [f(t, u), t]

    both(lambda: (work, None), calls)


def test_writes_to_arrays_reach_the_caller_and_read_only_ones_are_refused():
    def fill(a):
        a[1:] = 5.0
        a[0] = a[1] * 2
        return a + 1

    for numpy in (False, True):
        f = wb.compile(fill, numpy=numpy)
        for _ in range(3):
            a = np.zeros(3, "f4")
            assert np.asarray(f(a)).tolist() == [11, 6, 6] and a.tolist() == [10, 5, 5]
    a.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        f(a)


def test_one_tensor_given_twice_and_written_is_one_tensor():
    def swap(a, b):
        a.add_(1)
        return b * 2

    def calls(f, _, results):
        t = wb.ones(2)
        for _ in range(3):
            results += [f(t, t), t, f(t, wb.ones(2)), t]

    both(lambda: (swap, None), calls)
    total = wb.zeros(2)

    def collect(t):
        t.add_(1)
        return total + t

    def again(f, _, results):
        with wb.no_grad():
            total.fill_(0)
        for _ in range(3):
            results += [f(total), total, f(wb.ones(2))]

    both(lambda: (collect, None), again)


TABLE = wb.ones(2)
FACTOR = 2.0
CALLS = 0


def helper(x):
    return x * TABLE * FACTOR


def counting(x):
    global TABLE, CALLS
    TABLE = TABLE + x
    CALLS += 1
    return helper(x) + CALLS


def test_global_names_that_are_bound_anew_are_seen_also_in_functions_that_are_called():
    def calls(f, _, results):
        global TABLE, FACTOR
        TABLE, FACTOR = wb.ones(2), 2.0
        for place in range(5):
            results.append(f(wb.ones(2)))
            if place == 2:
                TABLE = wb.ones(2) * 3
            if place == 3:
                FACTOR = 5.0

    both(lambda: (lambda x: helper(x), None), calls)


def test_a_tensor_that_is_replaced_at_each_call_is_captured_twice_at_most():
    captures, state = [], wb.zeros(2)

    def add(x):
        captures.append(1)
        return state + x

    f = wb.compile(add)
    for _ in range(6):
        state = f(wb.ones(2))
    assert state.tolist() == [6, 6] and len(captures) == 2


def test_global_names_that_the_function_binds_keep_what_it_has_left_there():
    def calls(f, _, results):
        global TABLE, CALLS
        TABLE, CALLS = wb.ones(2), 0
        for _ in range(4):
            results += [f(wb.ones(2)), TABLE, CALLS]

    both(lambda: (counting, None), calls)


def test_variables_of_an_enclosing_function_are_carried_and_seen():
    def make():
        total, factor = wb.zeros(2), 1.0

        def add(x):
            nonlocal total
            total = total + x * factor
            return total * 2

        def change(value):
            nonlocal factor
            factor = value

        return add, change

    def calls(f, change, results):
        for place in range(5):
            results.append(f(wb.ones(2)))
            if place == 2:
                change(3.0)

    assert both(make, calls)[-1].tolist() == [18, 18]


def test_a_method_sees_the_attributes_of_its_object():
    class Average:
        def __init__(self):
            self.value, self.rate, self.model = wb.zeros(2), 0.5, nn.Linear(2, 2)

        def update(self, x):
            self.value = self.value * (1 - self.rate) + self.model(x) * self.rate
            return self.value

    def make():
        average = Average()
        return average.update, average

    def calls(f, average, results):
        for place in range(6):
            with wb.no_grad():
                results += [f(wb.ones(2)), average.value]
            if place == 1:
                average.rate = 0.25
            if place == 3:
                average.model = nn.Linear(2, 2)

    both(make, calls)


def test_modes_that_the_function_sets_stay_set():
    def make():
        model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5))

        def f(x):
            model.train()
            y = model(x)
            model.eval()
            return y + model(x)

        return f, model

    def calls(f, model, results):
        for _ in range(3):
            results += [f(wb.tensor(X)), model.training]
            model.train()
            results += [f(wb.tensor(X)), model.training]

    both(make, calls)


def test_a_step_alone_follows_which_gradients_there_are():
    def make():
        a, b = nn.Parameter(wb.ones(2)), nn.Parameter(wb.ones(2))
        optimizer = optim.SGD([a, b], lr=0.1, momentum=0.5, weight_decay=0.1)
        return optimizer.step, (a, b)

    def calls(step, parameters, results):
        for place in range(8):
            for number, p in enumerate(parameters):
                p.grad = wb.ones(2) * (place + 1) if place >> number & 1 else None
            step()
            results += list(parameters)

    both(make, calls)


def test_gradients_that_are_added_up_may_come_and_go():
    def make():
        p = nn.Parameter(-wb.ones(2))

        def collect(x):
            (p * x).sum().backward()
            return p.grad * 1

        return collect, p

    def calls(f, p, results):
        for place in range(7):
            if place in (2, 3, 6):
                p.grad = None
            results += [f(-wb.zeros(2) if place == 3 else wb.ones(2)), p.grad]

    both(make, calls)


def test_what_requires_gradients_may_change_inside():
    def make():
        a, b = nn.Parameter(wb.ones(2)), nn.Parameter(wb.ones(2))

        def step(x):
            a.requires_grad = False
            (a * b * x).sum().backward()
            return b.grad * 1

        return step, (a, b)

    def calls(f, tensors, results):
        a, b = tensors
        for place in range(5):
            results += [f(wb.ones(2) * place), a.requires_grad]
            if place == 2:
                a.requires_grad = True

    both(make, calls)


def test_a_compiled_function_inside_another_is_looked_into():
    def make():
        model = nn.Linear(3, 2)
        inner = wb.compile(lambda x: model(x))
        return lambda x: inner(x) * 2, model

    def calls(f, model, results):
        for place in range(4):
            results.append(f(wb.tensor(X)).detach())
            if place == 1:
                model.weight = nn.Parameter(wb.zeros(2, 3))

    both(make, calls)


def test_copies_capture_for_themselves():
    weight = wb.ones(2)
    f = wb.compile(lambda x: x * weight)
    assert f(wb.ones(2)).tolist() == [1, 1]
    for other in (copy.copy(f), copy.deepcopy(f)):
        assert not other._programs and other(wb.ones(2) * 3).tolist() == [3, 3]
        del other
    assert f(wb.ones(2)).tolist() == [1, 1]
    with pytest.raises(TypeError, match="define it at the top"):
        pickle.dumps(f)
    with pytest.raises(TypeError, match="cannot be copied or pickled"):
        copy.copy(next(iter(f._programs.values())))
    assert pickle.loads(pickle.dumps(decorated)) is decorated
    by_name = pickle.loads(pickle.dumps(wb.compile(helper, numpy=True)))
    assert isinstance(by_name(np.ones(2, "f4")), np.ndarray)


@wb.compile
def decorated(x):
    return x + 1


def test_a_compiled_function_shows_its_programs():
    f = wb.compile(helper)
    assert repr(f) == "<compiled function helper, 0 programs>"
    f(wb.ones(2))
    assert repr(f) == "<compiled function helper, 1 programs:\n  (float32[2]) -> (float32[2])>"
    assert f._repr_html_() == f"<pre>{repr(f).replace('<', '&lt;').replace('>', '&gt;')}</pre>"
    assert repr(wb.compile(nn.ReLU())) == "<compiled function ReLU, 0 programs>"


ASKS = {
    "an if": lambda t: 1 if t.sum() > 0 else 2,
    "item": lambda t: t.sum().item(),
    "float": lambda t: float(t.sum()),
    "numpy": lambda t: t.numpy(),
    "tolist": lambda t: t.tolist(),
    "nonzero": lambda t: len(t.nonzero()),
    "a mask": lambda t: t[t > 0],
}


@pytest.mark.parametrize("name", ASKS)
def test_asking_for_a_value_names_the_function_and_the_line(name):
    def choose(t):
        return ASKS[name](t)

    with pytest.raises(wb.StateError, match=r"choose.*test_compiled_state.py:\d+, `.*lambda t: ") as caught:
        wb.compile(choose)(wb.ones(3))
    assert name in ("nonzero", "a mask") or "where" in str(caught.value), str(caught.value)


class Fit(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.factor = nn.Linear(3, 4), nn.Linear(4, 2), 1.0

    def forward(self, x):
        return self.second(self.first(x)) * self.factor


IN_TRAINING = {
    "freezing": lambda m, o: setattr(m.first.weight, "requires_grad", False),
    "replacing": lambda m, o: setattr(m, "first", nn.Linear(3, 4)),
    "adding a group": lambda m, o: (
        setattr(m, "first", nn.Linear(3, 4)),
        o.add_param_group({"params": list(m.first.parameters())}),
    ),
    "an attribute": lambda m, o: setattr(m, "factor", 0.5),
    "weight decay": lambda m, o: setattr(o, "weight_decay", 0.1),
    "a hook": lambda m, o: m.first.weight.register_hook(lambda g: g * 0),
}


@pytest.mark.parametrize("name", IN_TRAINING)
def test_a_trainer_sees_what_its_callback_changes(name):
    found = []
    for by_trainer in (True, False):
        wb.manual_seed(1)
        model = Fit()
        optimizer = optim.SGD(model.parameters(), lr=0.1)
        step = training(model, optimizer)
        if by_trainer:

            def callback(progress):
                if progress.total_steps == 3:
                    IN_TRAINING[name](model, optimizer)

            wb.Trainer(model, nn.MSELoss(), optimizer).fit(
                wb.data.TensorDataset(X, Y), epochs=6, batch_size=4, shuffle=False, callback=callback
            )
        else:
            for number in range(6):
                step(wb.tensor(X), wb.tensor(Y))
                if number == 2:
                    IN_TRAINING[name](model, optimizer)
        found.append(parameters(model))
    for trained, plain in zip(*found):
        np.testing.assert_array_equal(trained, plain)


def test_an_error_in_a_layer_names_its_path():
    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Sequential(nn.ReLU(), nn.Sequential(nn.Identity(), nn.Linear(9, 2)))

        def forward(self, x):
            return self.body(x)

    x = wb.ones(1, 3)
    for model, path in (
        (nn.Sequential(nn.ReLU(), nn.Linear(4, 2)), r"Sequential\.1 \(Linear\): "),
        (nn.Sequential(nn.Sequential(nn.Linear(4, 2))), r"Sequential\.0\.0 \(Linear\): "),
        (Block(), r"Block\.body\.1\.1 \(Linear\): "),
        (nn.Sequential(nn.Identity(), Block()), r"Sequential\.1\.body\.1\.1 \(Linear\): "),
    ):
        for call in (model, wb.compile(model)):
            with pytest.raises(wb.ShapeError, match="^" + path + r"expected \d features, found 3"):
                call(x)
    with pytest.raises(wb.ShapeError, match="^Linear: expected 4 features, found 3"):
        nn.Linear(4, 2)(x)


def test_a_module_inside_a_decorated_function_is_captured_at_the_first_call():
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 10))

    @wb.no_grad()
    def forward(x):
        return model(x)

    f = wb.compile(forward, numpy=True)
    x = np.ones((1, 3), np.float32)
    first = f(x)
    assert type(first) is np.ndarray and len(f._programs) == 1
    np.testing.assert_array_equal(first, model(wb.tensor(x)).detach().numpy())


def test_a_function_that_runs_as_it_is_gives_arrays_too():
    class Replacing(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(2, 2)

        def forward(self, x):
            self.layer = nn.Linear(2, 2)
            return self.layer(x)

    assert type(wb.compile(Replacing(), numpy=True)(np.ones((1, 2), np.float32))) is np.ndarray
