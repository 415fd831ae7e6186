"""What layers do that no fixture shows: random numbers, first values, options of a call, states, wrong input."""

import copy

import numpy as np
import pytest
from support import numbers, same_bits

import wingbeat as wb
from wingbeat import nn

F = nn.functional


# -------------------------------------------------------------------- first values


@pytest.mark.parametrize(
    "layer, fan",
    [
        (lambda: nn.Conv1d(8, 200, 5), 40),
        (lambda: nn.Conv2d(8, 100, (3, 2), groups=2), 24),
        (lambda: nn.Conv3d(4, 60, 2), 32),
        (lambda: nn.ConvTranspose2d(64, 16, 3, groups=2), 72),
        (lambda: nn.Bilinear(25, 10, 50), 25),
    ],
)
def test_weights_and_biases_start_evenly_in_pytorchs_bounds(layer, fan):
    wb.manual_seed(3)
    module = layer()
    bound = fan**-0.5
    values = module.weight.detach().numpy()
    assert np.abs(values).max() <= bound and np.abs(values).max() > 0.99 * bound
    assert abs(values.mean()) < 5 * bound / np.sqrt(3 * values.size)
    assert np.abs(module.bias.detach().numpy()).max() <= bound
    wb.manual_seed(3)
    assert same_bits(layer().weight.detach().numpy(), values)


def test_rows_of_an_embedding_start_as_normal_numbers_and_the_padding_row_as_zeros():
    wb.manual_seed(0)
    layer = nn.Embedding(200, 100, padding_idx=-3)
    rows = layer.weight.detach().numpy()
    assert layer.padding_idx == 197 and not rows[197].any()
    others = np.delete(rows, 197, 0)
    assert abs(others.mean()) < 0.05 and abs(others.std() - 1) < 0.05


def test_reset_parameters_draws_anew():
    layer = nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3))
    layer(wb.randn(4, 2, 5, 5))
    parameter, before = layer[0].weight, layer[0].weight.detach().numpy().copy()
    for module in layer:
        module.reset_parameters()
    assert layer[0].weight is parameter and not same_bits(parameter.detach().numpy(), before)
    assert layer[1].running_mean.tolist() == [0] * 3 and layer[1].num_batches_tracked.item() == 0
    layer(wb.randn(4, 2, 5, 5))
    layer[1].weight.detach().fill_(2.0)
    layer[1].reset_running_stats()
    assert layer[1].running_var.tolist() == [1] * 3 and layer[1].num_batches_tracked.item() == 0
    assert layer[1].weight.tolist() == [2] * 3


# -------------------------------------------------------------------- random numbers


@pytest.mark.parametrize(
    "layer, shape, together",
    [
        (nn.Dropout(0.3), (40, 50, 6), 0),
        (nn.Dropout1d(0.3), (40, 50, 6), 1),
        (nn.Dropout2d(0.3), (40, 50, 2, 3), 2),
        (nn.Dropout3d(0.3), (40, 50, 1, 2, 3), 3),
    ],
)
def test_dropouts_drop_their_share_and_scale_the_rest(layer, shape, together):
    wb.manual_seed(1)
    found = layer(wb.ones(*shape)).numpy()
    assert set(np.unique(found)) == {0, np.float32(1 / 0.7)}
    whole = found.reshape(*shape[: len(shape) - together], -1) if together else found[..., None]
    assert (whole == whole[..., :1]).all(), "what is dropped together is whole channels"
    share = (whole[..., 0] == 0).mean()
    assert abs(share - 0.3) < 5 * np.sqrt(0.21 / whole[..., 0].size)
    assert same_bits(layer.eval()(wb.ones(*shape)).numpy(), np.ones(shape, "f4"))
    layer.train()


@pytest.mark.parametrize("layer", [nn.AlphaDropout(0.2), nn.FeatureAlphaDropout(0.2)])
def test_alpha_dropouts_keep_mean_and_variance(layer):
    wb.manual_seed(2)
    found = layer(wb.randn(2000, 50, 2)).numpy()
    assert abs(found.mean()) < 0.02 and abs(found.std() - 1) < 0.03


def test_rrelu_draws_slopes_in_training_and_takes_their_mean_in_evaluation():
    wb.manual_seed(4)
    layer, x = nn.RReLU(0.1, 0.3), -wb.ones(5000)
    slopes = -layer(x).numpy()
    assert 0.1 <= slopes.min() < 0.101 and 0.299 < slopes.max() <= 0.3 and abs(slopes.mean() - 0.2) < 0.005
    np.testing.assert_allclose(-layer.eval()(x).numpy(), 0.2, rtol=1e-6)


# -------------------------------------------------------------------- options of a call


@pytest.mark.parametrize("axes", [1, 2, 3])
def test_max_unpool_puts_back_what_max_pool_found(axes):
    shape = (2, 3, 5, 4, 5)[: axes + 2]
    pool = getattr(nn, f"MaxPool{axes}d")(2, return_indices=True)
    unpool = getattr(nn, f"MaxUnpool{axes}d")(2)
    x = numbers(shape)
    values, places = pool(x)
    t = wb.tensor(values.numpy(), requires_grad=True)
    found = unpool(t, places, output_size=shape)
    assert found.shape == shape
    kept = found.detach().numpy()
    assert (kept[kept != 0] == x[kept != 0]).all() and (kept != 0).sum() == values.numel()
    weights = numbers(shape, seed=1)
    (found * weights).sum().backward()
    assert same_bits(
        t.grad.numpy(),
        np.take_along_axis(weights.reshape(*shape[:2], -1), places.numpy().reshape(*shape[:2], -1), 2).reshape(
            values.shape
        ),
    )
    assert repr(unpool).startswith(f"MaxUnpool{axes}d(kernel_size=(2,")
    pair = nn.Sequential(pool, unpool)
    assert pair(x).shape == (*shape[:2], *[extent // 2 * 2 for extent in shape[2:]])


def test_output_size_of_a_transposed_convolution_is_what_the_convolution_came_from():
    for extent in (7, 8):
        x = numbers((1, 2, extent, extent), "float32")
        down, up = nn.Conv2d(2, 3, 3, stride=2, padding=1), nn.ConvTranspose2d(3, 2, 3, stride=2, padding=1)
        assert up(down(x), output_size=x.shape).shape == x.shape
        assert up(down(x), output_size=(extent, extent)).shape == x.shape
    with pytest.raises(ValueError, match="output_size is from 7 to 8 on spatial axis 0, but is 9"):
        up(down(x), output_size=(9, 9))


def test_bags_take_offsets_and_weights_by_name():
    bag = nn.EmbeddingBag.from_pretrained(wb.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), mode="sum")
    picks = wb.tensor([0, 1, 2, 2])
    assert bag(picks, wb.tensor([0, 1])).tolist() == [[1, 2], [13, 16]]
    weights = wb.tensor([1.0, 0.0, 2.0, 0.5])
    assert bag(picks, offsets=wb.tensor([0, 1]), per_sample_weights=weights).tolist() == [[1, 2], [12.5, 15]]
    assert bag(picks.reshape(2, 2)).tolist() == [[4, 6], [10, 12]] and not bag.weight.requires_grad


# -------------------------------------------------------------------- states


def test_from_pretrained_takes_rows_and_freezes_them():
    rows = numbers((4, 3))
    layer = nn.Embedding.from_pretrained(rows)
    assert (layer.num_embeddings, layer.embedding_dim) == (4, 3) and not layer.weight.requires_grad
    assert same_bits(layer(wb.tensor([3, 1])).numpy(), rows[[3, 1]])
    assert nn.Embedding.from_pretrained(rows, freeze=False, padding_idx=1).weight.requires_grad
    with pytest.raises(ValueError, match=r"expected \[rows, width\], found \[3\]"):
        nn.Embedding.from_pretrained(wb.ones(3))


def test_rows_longer_than_max_norm_are_scaled_where_they_are_picked():
    layer = nn.Embedding.from_pretrained(wb.tensor([[3.0, 4.0], [6.0, 8.0], [0.3, 0.4]]), max_norm=1.0)
    layer(wb.tensor([0, 2]))
    np.testing.assert_allclose(layer.weight.numpy(), [[0.6, 0.8], [6, 8], [0.3, 0.4]], rtol=1e-6)


def block():
    wb.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4)
    )


def test_running_statistics_move_once_a_pass_also_under_checkpoints_and_programs():
    x = numbers((3, 2, 4, 4), "float32")
    states = []
    for way in ("plain", "segments", "checkpoint", "program"):
        model = block()
        if way == "segments":
            model.checkpoint = True
        for _ in range(3):
            if way == "checkpoint":
                wb.checkpoint(model, wb.tensor(x, requires_grad=True)).sum().backward()
            elif way == "program":
                if _ == 0:
                    step = wb.compile(lambda t: (model(t) ** 2).sum())
                step(x)
            else:
                model(wb.tensor(x, requires_grad=True)).sum().backward()
        states.append({name: tensor.numpy() for name, tensor in model.named_buffers()})
    assert states[0]["1.num_batches_tracked"] == 3
    for state in states[1:]:
        assert all(same_bits(value, states[0][name]) for name, value in state.items())


def test_a_pass_that_fails_moves_no_running_statistics():
    model = nn.Sequential(nn.BatchNorm1d(3), nn.Linear(4, 2))
    with pytest.raises(ValueError, match=r"Sequential\.1 \(Linear\): expected 4 features, found 3"):
        model(wb.randn(5, 3))
    assert model[0].num_batches_tracked.item() == 0 and model[0].running_mean.tolist() == [0] * 3


def test_a_pass_without_examples_counts_but_moves_nothing():
    layer = nn.BatchNorm1d(3)
    assert layer(wb.zeros(0, 3)).shape == (0, 3)
    assert layer.running_var.tolist() == [1] * 3 and layer.num_batches_tracked.item() == 1


def test_a_weight_of_a_loss_is_a_buffer(tmp_path):
    x, y = wb.tensor(numbers((4, 3))), wb.tensor([0, 2, 1, 1])
    loss = nn.CrossEntropyLoss(wb.tensor([1.0, 2.0, 3.0]), reduction="sum")
    assert list(loss.state_dict()) == ["weight"] and not list(loss.parameters())
    assert loss.expression() == "CrossEntropyLoss(reduction='sum', weight=Buffer(3))"
    first = loss(x, y).item()
    assert first == F.cross_entropy(x, y, weight=loss.weight, reduction="sum").item()
    loss.save(tmp_path / "loss.h5")
    assert wb.load(tmp_path / "loss.h5")(x, y).item() == first
    assert copy.deepcopy(loss)(x, y).item() == first
    twin = nn.build(loss.expression())
    twin.load_state_dict(loss.state_dict())
    assert twin(x, y).item() == first
    loss.weight = loss.weight * 2
    assert loss(x, y).item() == 2 * first
    loss.weight = None
    assert loss.expression() == "CrossEntropyLoss(reduction='sum')"
    assert loss(x, y).item() == F.cross_entropy(x, y, reduction="sum").item()
    loss.weight = wb.tensor([1.0, 2.0, 3.0])
    assert loss(x, y).item() == first and list(loss.state_dict()) == ["weight"]


def test_a_lazy_layer_learns_its_features_from_its_first_input(tmp_path):
    model = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.LazyLinear(2, bias=False))
    for call in (model.state_dict, lambda: list(model.parameters()), lambda: model[0].weight):
        with pytest.raises(wb.StateError, match="LazyLinear: expected a forward pass before"):
            call()
    with pytest.raises(wb.StateError, match="cannot be in a program"):
        wb.compile(lambda x: model(x))(wb.ones(2, 3))
    assert repr(model[0]) == "LazyLinear(in_features=0, out_features=4, bias=True)"
    model.to("cpu")
    result = model(wb.ones(2, 3))
    assert list(model.state_dict()) == ["0.weight", "0.bias", "2.weight"] and model[2].bias is None
    assert model[0].in_features == 3 and repr(model[0]) == "LazyLinear(in_features=3, out_features=4, bias=True)"
    with pytest.raises(ValueError, match=r"Sequential\.0 \(LazyLinear\): expected 3 features, found 5"):
        model(wb.ones(2, 5))
    model.save(tmp_path / "model.h5")
    for twin in (wb.load(tmp_path / "model.h5"), copy.deepcopy(model)):
        assert same_bits(twin(wb.ones(2, 3)).detach().numpy(), result.detach().numpy())
    assert same_bits(wb.compile(lambda x: model(x))(wb.ones(2, 3)).detach().numpy(), result.detach().numpy())


# -------------------------------------------------------------------- PyTorch's ways


def test_cross_map_lrn_is_a_local_response_norm_with_a_middle():
    x = numbers((2, 6, 3, 3))
    for size, same, alpha in ((3, 3, 0.3), (4, 3, 0.3 * 3 / 4), (5, 5, 0.3)):
        one, other = nn.CrossMapLRN2d(size, 0.3, 0.5, 2), nn.LocalResponseNorm(same, alpha, 0.5, 2)
        np.testing.assert_allclose(one(x).numpy(), other(x).numpy(), rtol=1e-14)


def test_size_average_and_reduce_say_what_reduction_says():
    x, y = numbers((3, 4)), numbers((3, 4), seed=1)
    for old, new in (
        ({"size_average": True}, "mean"),
        ({"size_average": False}, "sum"),
        ({"reduce": False}, "none"),
        ({"size_average": False, "reduce": False}, "none"),
        ({"reduce": True}, "mean"),
    ):
        assert nn.MSELoss(**old).reduction == new
        assert same_bits(nn.L1Loss(**old)(x, y).numpy(), nn.L1Loss(reduction=new)(x, y).numpy())
    assert (
        nn.CrossEntropyLoss(None, False).reduction == "sum"
        and nn.MultiMarginLoss(1, 1.0, None, None, False).reduction == "none"
    )


def test_the_ctc_loss_is_the_function_of_that_name():
    rng = np.random.default_rng(3)
    x = wb.tensor(rng.standard_normal((6, 2, 4))).log_softmax(2)
    labels, steps, counts = wb.tensor([[3, 1, 2], [1, 1, 2]]), wb.tensor([6, 5]), wb.tensor([3, 2])
    for call, options in (
        ("CTCLoss()", {}),
        ("CTCLoss(blank=3, reduction='sum')", {"blank": 3, "reduction": "sum"}),
        ("CTCLoss(0, 'none', True)", {"reduction": "none", "zero_infinity": True}),
    ):
        module = eval(call, vars(nn))
        assert repr(module) == "CTCLoss()"
        want = nn.functional.ctc_loss(x, labels - options.get("blank", 0) // 3, steps, counts, **options)
        assert same_bits(module(x, labels - options.get("blank", 0) // 3, steps, counts).numpy(), want.numpy())
    # Lengths may be tuples, and there is no time for three labels in two steps.
    assert nn.functional.ctc_loss(x, labels, (2, 2), (3, 1), reduction="none").numpy()[0] == np.inf
    assert nn.functional.ctc_loss(x, labels, (2, 2), (3, 1), reduction="none", zero_infinity=True).numpy()[0] == 0


@pytest.mark.parametrize(
    "name, given",
    [
        ("input_lengths", {"steps": [7, 5]}),
        ("input_lengths", {"steps": [6, -1]}),
        ("target_lengths", {"counts": [4, 2]}),
        ("target_lengths", {"counts": [3, -2]}),
        ("targets", {"labels": [[3, 1, 4], [1, 1, 2]]}),
        ("targets", {"labels": [[3, 1, 2], [-1, 1, 2]]}),
    ],
)
@pytest.mark.parametrize("compiled", [False, True])
def test_lengths_and_labels_of_the_ctc_loss_are_looked_at(name, given, compiled):
    values = {"labels": [[3, 1, 2], [1, 1, 2]], "steps": [6, 5], "counts": [3, 2], **given}
    loss = wb.compile(nn.functional.ctc_loss) if compiled else nn.functional.ctc_loss
    with pytest.raises(wb.RangeError, match=rf"ctc_loss: {name} from 0 to \d are expected, but found -?\d at position"):
        loss(wb.zeros(6, 2, 4).log_softmax(2), *map(wb.tensor, values.values())).item()


def test_labels_behind_the_last_one_are_not_looked_at():
    x, steps, counts = wb.zeros(6, 2, 4).log_softmax(2), wb.tensor([6, 5]), wb.tensor([3, 1])
    want = nn.functional.ctc_loss(x, wb.tensor([[3, 1, 2], [1, 0, 0]]), steps, counts).numpy()
    assert same_bits(nn.functional.ctc_loss(x, wb.tensor([[3, 1, 2], [1, -1, 9]]), steps, counts).numpy(), want)


def test_lengths_of_labels_are_whole_numbers():
    x, labels = wb.zeros(6, 2, 4).log_softmax(-1), wb.tensor([[1, 2, 3], [1, 1, 2]])
    for lengths in [(6.5, 6), [6, None], ("6", 6)]:
        with pytest.raises(TypeError, match="ctc_loss: expected lengths that are whole numbers"):
            nn.functional.ctc_loss(x, labels, lengths, (3, 3))
    assert nn.functional.ctc_loss(x, labels, (np.int32(6), 6), [3, 2]).isfinite()


def test_a_device_is_taken_where_pytorch_takes_one():
    assert nn.Conv2d(1, 2, 3, device="cpu", dtype=wb.float64).weight.dtype == "float64"
    with pytest.raises(wb.UnsupportedError, match="cuda"):
        nn.Linear(1, 2, device="cuda")


@pytest.mark.parametrize(
    "call, kind, words",
    [
        (
            lambda: nn.Conv2d(3, 4, (3, 3, 3)),
            TypeError,
            r"kernel_size takes a whole number, or a tuple of 2.*\(3, 3, 3\)",
        ),
        (lambda: nn.Conv2d(3, 4, 3, groups=2), ValueError, "groups must divide"),
        (lambda: nn.Conv2d(3, 4, 0), ValueError, "kernel_size is from 1"),
        (lambda: nn.Conv2d(3, 4, 3, stride=2, padding="same"), ValueError, "stride must be 1"),
        (lambda: nn.Conv2d(3, 4, 3, padding="some"), TypeError, "'valid' or 'same'"),
        (lambda: nn.Conv2d(10**9, 10**9, 3), MemoryError, "bytes"),
        (lambda: nn.Conv2d(3, 4, 3)(wb.ones(2, 4, 5, 5)), ValueError, "take 3 channels"),
        (lambda: nn.Conv2d(3, 4, 3, padding_mode="reflect", padding=1)(wb.ones(3)), ValueError, "3 or 4 axes"),
        (lambda: nn.BatchNorm2d(4)(wb.ones(2, 3, 2, 2)), ValueError, "expected 4 features, found 3"),
        (lambda: nn.BatchNorm2d(4)(wb.ones(2, 4)), ValueError, "4 axes are expected"),
        (lambda: nn.BatchNorm1d(4)(wb.ones(1, 4)), ValueError, "more than 1 value"),
        (lambda: nn.BatchNorm1d(0), ValueError, "num_features must be positive"),
        (lambda: nn.InstanceNorm1d(4)(wb.ones(2, 3, 2)), ValueError, "expected 4 features, found 3"),
        (lambda: nn.GroupNorm(3, 4), ValueError, "num_groups must divide"),
        (lambda: nn.LayerNorm(()), ValueError, "normalized_shape"),
        (lambda: nn.LayerNorm(4)(wb.ones(2, 3)), ValueError, r"\[4\]"),
        (lambda: nn.Embedding(5, 3, padding_idx=7), ValueError, "one of 5 rows, but is 7"),
        (lambda: nn.Embedding(5, 3)(wb.ones(2)), TypeError, "whole numbers"),
        (lambda: nn.Embedding(5, 3)(wb.tensor([5])).tolist(), IndexError, "5"),
        (lambda: nn.EmbeddingBag(5, 3)(wb.tensor([1])), ValueError, "offsets"),
        (lambda: nn.Dropout2d(2), ValueError, "p must be from 0 to 1, but is 2"),
        (lambda: nn.ConstantPad2d((1, 2), 0), TypeError, "a tuple of 4"),
        (lambda: nn.ReflectionPad2d(1)(wb.ones(3, 3)), ValueError, "3 axes"),
        (lambda: nn.Upsample()(wb.ones(1, 1, 2)), ValueError, "size or scale_factor"),
        (lambda: nn.Softmax2d()(wb.ones(2, 2)), ValueError, "3 or 4 axes"),
        (lambda: nn.CrossMapLRN2d(2**63 - 1), ValueError, "size is from 1 to 16777216"),
        (lambda: nn.PReLU(0), ValueError, "num_parameters must be positive"),
        (lambda: nn.Bilinear(2, 3, 4)(wb.ones(5, 2), wb.ones(5, 4)), ValueError, "bilinear"),
        (lambda: nn.CrossEntropyLoss("sum"), TypeError, "<U3"),
        (lambda: nn.CrossEntropyLoss(wb.ones(2))(wb.ones(2, 3), wb.tensor([1, 0])), ValueError, r"\[3\]"),
        (lambda: nn.MaxPool2d(2, padding=2)(wb.ones(1, 4, 4)), ValueError, "half of the window"),
        (
            lambda: nn.Sequential(nn.MaxPool2d(2, return_indices=True), nn.ReLU())(wb.ones(1, 4, 4)),
            ValueError,
            "2 tensors",
        ),
        (lambda: nn.build("CrossEntropyLoss(weight=Linear(3, 4))"), ValueError, "column 25: weight takes a tensor"),
    ],
)
def test_wrong_input_gets_a_sentence(call, kind, words):
    with pytest.raises(kind, match=words):
        call()


def test_the_sentence_names_the_path_of_the_layer():
    model = nn.Sequential()
    model.add_module("encoder", nn.Sequential(nn.Linear(784, 10), nn.ReLU()))
    with pytest.raises(ValueError, match=r"^Sequential\.encoder\.0 \(Linear\): expected 784 features, found 783"):
        model(wb.ones(2, 783))


def test_arguments_that_each_pass_reads_can_be_changed():
    wb.manual_seed(0)
    model = nn.Sequential(nn.BatchNorm1d(3), nn.Dropout(0.5))
    x = wb.randn(50, 3)
    step = wb.compile(lambda t: model(t))
    step(x)
    model[0].momentum, model[1].p = None, 0.0
    assert repr(model[1]) == "Dropout(p=0.0, inplace=False)" and "momentum=None" in model[0].expression()
    model[0].reset_parameters()
    for call in (step, model):
        np.testing.assert_array_equal(call(x).detach().numpy(), step(x).detach().numpy())
    np.testing.assert_allclose(model[0].running_mean.numpy(), x.numpy().mean(0), rtol=1e-5, atol=1e-7)
    loss = nn.CrossEntropyLoss()
    loss.reduction, loss.label_smoothing = "none", 0.1
    assert loss(wb.ones(2, 3), wb.tensor([0, 1])).shape == (2,)
    with pytest.raises(wb.UnsupportedError, match="Conv2d: the argument 'stride' was built into the layer"):
        nn.Conv2d(1, 1, 3).stride = 2
    with pytest.raises(TypeError, match="p takes a number, but found 'half'"):
        model[1].p = "half"
    with pytest.raises(ValueError, match="reduction takes"):
        loss.reduction = "average"
