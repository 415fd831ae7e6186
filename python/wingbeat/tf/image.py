"""Images under tf.image's names: [..., height, width, channels]. Floats are in [0, 1]."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .. import _creation, _functions, _math, _resampling, _shaping
from .._naming import listing
from .._tensor import Tensor as Base
from . import _dtypes
from ._absent import refusing
from ._similarity import alike, over_scales
from ._tensor import constant_shape, convert, op
from ._windows import convolved, extract_patches
from .errors import InvalidArgumentError
from .random import _stateless, seeded

if TYPE_CHECKING:
    from collections.abc import Callable


class ResizeMethod:
    """How images are resized."""

    BILINEAR = "bilinear"
    NEAREST_NEIGHBOR = "nearest"
    BICUBIC = "bicubic"
    AREA = "area"
    LANCZOS3 = "lanczos3"
    LANCZOS5 = "lanczos5"
    GAUSSIAN = "gaussian"
    MITCHELLCUBIC = "mitchellcubic"


def _image(images: Any) -> Base:
    tensor = convert(images)
    if len(tensor.shape) < 3:
        raise ValueError(f"'image' must be at least three-dimensional, found shape {tuple(tensor.shape)}")
    return tensor


def _batch(images: Any) -> tuple[Base, tuple[int, ...]]:
    """Images as [n, h, w, c], and the axes that were in front."""
    tensor = _image(images)
    front = tuple(tensor.shape)[:-3]
    return tensor.reshape((math.prod(front), *tuple(tensor.shape)[-3:])), front


def _restored(tensor: Base, front: tuple[int, ...]) -> Base:
    return tensor.reshape((*front, *tuple(tensor.shape)[1:]))


@op
def resize(
    images: Any,
    size: Any,
    method: Any = ResizeMethod.BILINEAR,
    preserve_aspect_ratio: bool = False,
    antialias: bool = False,
    name: str | None = None,
) -> Any:
    """Images at another size, (height, width): float32, but for the method 'nearest'."""
    tensor, front = _batch(images)
    height, width = constant_shape(size)
    if preserve_aspect_ratio:
        scale = min(height / tensor.shape[1], width / tensor.shape[2])
        height, width = round(tensor.shape[1] * scale), round(tensor.shape[2] * scale)
    how = {0: "bilinear", 1: "nearest", 2: "bicubic", 3: "area"}.get(method, method)
    if how not in ("bilinear", "nearest", "bicubic", "area"):
        raise InvalidArgumentError(f"resize: expected 'bilinear', 'nearest', 'bicubic' or 'area', found {method!r}")
    if how == "nearest":
        return _restored(_nearest(tensor, height, width), front)
    data = (tensor if tensor.dtype.is_floating_point else tensor.to(_dtypes.float32)).movedim(-1, 1)
    if how == "bicubic" and not antialias:
        found = _weighted(data, height, width, _cubic_weights)
    elif how == "area":
        found = _weighted(data, height, width, _area_weights)
    else:
        found = _resampling.interpolate(data, (height, width), mode=how, align_corners=False, antialias=antialias)
    return _restored(found.movedim(1, -1).to(_dtypes.float32), front)


def _nearest(tensor: Base, height: int, width: int) -> Base:
    """The element in whose half-open cell the centre lies."""
    for axis, extent in ((1, height), (2, width)):
        given = tensor.shape[axis]
        places = [min(int((place + 0.5) * given / extent), given - 1) for place in range(extent)]
        index = _creation.tensor(places, dtype="int64")
        from .._picking import index_select

        tensor = index_select(tensor, axis, index)
    return tensor


def _weighted(data: Base, height: int, width: int, of: Callable[[int, int], list[list[float]]]) -> Base:
    """Sums of elements by weights, along one axis and then along the other."""
    for axis, extent in ((2, height), (3, width)):
        weights = of(data.shape[axis], extent)
        matrix = _creation.tensor(weights, dtype=data.dtype)
        data = _functions.matmul(data.movedim(axis, -1), matrix).movedim(-1, axis)
    return data


def _area_weights(given: int, wanted: int) -> list[list[float]]:
    """The share of each element in each place's cell: [given, wanted]."""
    scale = given / wanted
    return [
        [max(min(at + 1, (place + 1) * scale) - max(at, place * scale), 0.0) / scale for place in range(wanted)]
        for at in range(given)
    ]


def _cubic_weights(given: int, wanted: int) -> list[list[float]]:
    """How much each element counts for each place, [given, wanted]: Keys' cubic with a = -0.5. At the borders what is
    there counts alone, scaled to a sum of 1."""
    table = [[0.0] * wanted for _ in range(given)]
    for place in range(wanted):
        centre = (place + 0.5) * given / wanted - 0.5
        first = math.floor(centre) - 1
        # TensorFlow takes weights from a table of 1,024 places between two elements.
        centre = first + 1 + round((centre - first - 1) * 1024) / 1024
        near = [(at, _cubic(abs(centre - at))) for at in range(first, first + 4) if 0 <= at < given]
        total = sum(weight for _, weight in near)
        for at, weight in near:
            table[at][place] += weight / total
    return table


def _cubic(x: float) -> float:
    if x < 1:
        return (1.5 * x - 2.5) * x * x + 1
    return ((-0.5 * x + 2.5) * x - 4) * x + 2 if x < 2 else 0.0


@op
def resize_with_pad(
    image: Any, target_height: Any, target_width: Any, method: Any = "bilinear", antialias: bool = False
) -> Any:
    """Resized without another ratio of the sides, with zeros on both sides of what is too short."""
    tensor = _image(image)
    height, width = int(target_height), int(target_width)
    scale = min(height / tensor.shape[-3], width / tensor.shape[-2])
    rows, columns = math.floor(tensor.shape[-3] * scale), math.floor(tensor.shape[-2] * scale)
    found = resize(tensor, (rows, columns), method, antialias=antialias)
    top, left = [
        int(max(0.0, math.floor((wanted - extent * scale) / 2)))
        for wanted, extent in zip((height, width), tuple(tensor.shape)[-3:-1])
    ]
    return pad_to_bounding_box(found, top, left, height, width)


@op
def resize_with_crop_or_pad(image: Any, target_height: Any, target_width: Any) -> Any:
    """The middle of the image, with zeros around it where it is too small."""
    tensor = _image(image)
    height, width = int(target_height), int(target_width)
    rows, columns = tensor.shape[-3], tensor.shape[-2]
    top, left = max((rows - height) // 2, 0), max((columns - width) // 2, 0)
    found = crop_to_bounding_box(tensor, top, left, min(rows, height), min(columns, width))
    down, right = max((height - rows) // 2, 0), max((width - columns) // 2, 0)
    return pad_to_bounding_box(found, down, right, height, width)


@op
def crop_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Any:
    """A block of the image."""
    tensor = _image(image)
    top, left, height, width = int(offset_height), int(offset_width), int(target_height), int(target_width)
    if top < 0 or left < 0 or top + height > tensor.shape[-3] or left + width > tensor.shape[-2]:
        raise ValueError(f"height and width must be >= target + offset: {tuple(tensor.shape)}")
    return _shaping.narrow(_shaping.narrow(tensor, -3, top, height), -2, left, width)


@op
def pad_to_bounding_box(
    image: Any, offset_height: Any, offset_width: Any, target_height: Any, target_width: Any
) -> Any:
    """The image in a larger one of zeros."""
    tensor = _image(image)
    top, left = int(offset_height), int(offset_width)
    down = int(target_height) - top - tensor.shape[-3]
    right = int(target_width) - left - tensor.shape[-2]
    if min(top, left, down, right) < 0:
        raise ValueError("the image and its offset must fit into the target")
    return _shaping.pad(tensor, (0, 0, left, right, top, down))


@op
def central_crop(image: Any, central_fraction: float) -> Any:
    """The middle share of height and width."""
    tensor, share = _image(image), float(central_fraction)
    if not 0 < share <= 1:
        raise ValueError("central_fraction must be within (0, 1]")
    top, left = [int((extent - extent * share) / 2) for extent in tuple(tensor.shape)[-3:-1]]
    height, width = tensor.shape[-3] - 2 * top, tensor.shape[-2] - 2 * left
    return _shaping.narrow(_shaping.narrow(tensor, -3, top, height), -2, left, width)


@op
def crop_and_resize(
    image: Any,
    boxes: Any,
    box_indices: Any,
    crop_size: Any,
    method: str = "bilinear",
    extrapolation_value: float = 0.0,
    name: str | None = None,
) -> Any:
    """Boxes (y1, x1, y2, x2), in shares of the image, cut out and resized with their corners in place."""
    from .._picking import index_select

    tensor = _image(image).to(_dtypes.float32)
    height, width = constant_shape(crop_size)
    picked = index_select(tensor, 0, convert(box_indices)).movedim(-1, 1)
    frame = convert(boxes)
    # Into [-1, 1] over the centres of the outer elements, which is what a grid is given in.
    rows = _ramp(frame[:, 0], frame[:, 2], height)
    columns = _ramp(frame[:, 1], frame[:, 3], width)
    count = frame.shape[0]
    grid = _shaping.stack(
        [columns.unsqueeze(1).expand((count, height, width)), rows.unsqueeze(2).expand((count, height, width))], -1
    )
    found = _resampling.grid_sample(picked, grid, "nearest" if method == "nearest" else "bilinear", "border", True)
    found = found.movedim(1, -1)
    inside = _functions.logical_and(_functions.ge(grid, -1), _functions.le(grid, 1))
    inside = _functions.logical_and(inside[..., 0], inside[..., 1]).unsqueeze(-1)
    return _functions.where(inside, found, _creation.full_like(found, float(extrapolation_value)))


def _ramp(start: Base, stop: Base, count: int) -> Base:
    if count == 1:
        return ((start + stop) * 0.5 * 2 - 1).unsqueeze(-1)
    steps = _creation.linspace(0, 1, count, dtype=start.dtype)
    return (start.unsqueeze(-1) + (stop - start).unsqueeze(-1) * steps) * 2 - 1


# -------------------------------------------------------------------- turned


@op
def flip_left_right(image: Any) -> Any:
    """The columns in reverse order."""
    return _shaping.flip(_image(image), -2)


@op
def flip_up_down(image: Any) -> Any:
    """The rows in reverse order."""
    return _shaping.flip(_image(image), -3)


@op
def transpose(image: Any, name: str | None = None) -> Any:
    """Rows and columns exchanged."""
    return _image(image).transpose(-3, -2)


@op
def rot90(image: Any, k: Any = 1, name: str | None = None) -> Any:
    """Turned by k quarters, against the clock."""
    from .._rearranging import rot90 as turned

    return turned(_image(image), int(k), (-3, -2))


def _drawn() -> float:
    return float(_creation.rand(()).item())


def _maybe_flipped(image: Any, axis: int, seed: Any, draws: Any) -> Base:
    tensor, front = _batch(image)
    with draws(seed):
        chosen = _functions.lt(_creation.rand((tensor.shape[0], 1, 1, 1)), 0.5)
    return _restored(_functions.where(chosen, _shaping.flip(tensor, axis), tensor), front)


@op
def random_flip_left_right(image: Any, seed: Any = None) -> Any:
    """Each image with its columns in reverse order, or as it is."""
    return _maybe_flipped(image, -2, seed, seeded)


@op
def random_flip_up_down(image: Any, seed: Any = None) -> Any:
    """Each image with its rows in reverse order, or as it is."""
    return _maybe_flipped(image, -3, seed, seeded)


@op
def stateless_random_flip_left_right(image: Any, seed: Any) -> Any:
    """As random_flip_left_right, the same for the same seed."""
    return _maybe_flipped(image, -2, seed, _stateless)


@op
def stateless_random_flip_up_down(image: Any, seed: Any) -> Any:
    """As random_flip_up_down, the same for the same seed."""
    return _maybe_flipped(image, -3, seed, _stateless)


def _random_crop(value: Any, size: Any) -> Base:
    tensor, sizes = convert(value), constant_shape(size)
    for axis, (extent, wanted) in enumerate(zip(tuple(tensor.shape), sizes)):
        if wanted > extent:
            raise InvalidArgumentError(f"Need value.shape >= size, got {tuple(tensor.shape)} and {sizes}")
        if wanted < extent:
            start = int(_creation.randint(0, extent - wanted + 1, ()).item())
            tensor = _shaping.narrow(tensor, axis, start, wanted)
    return tensor


@op
def random_crop(value: Any, size: Any, seed: Any = None, name: str | None = None) -> Any:
    """A block of that size from somewhere."""
    with seeded(seed):
        return _random_crop(value, size)


@op
def stateless_random_crop(value: Any, size: Any, seed: Any, name: str | None = None) -> Any:
    """As random_crop, the same for the same seed."""
    with _stateless(seed):
        return _random_crop(value, size)


# -------------------------------------------------------------------- brightness and colour


@op
def convert_image_dtype(image: Any, dtype: Any, saturate: bool = False, name: str | None = None) -> Any:
    """In another dtype, scaled between [0, 1] of floats and the range of whole numbers."""
    tensor, kind = convert(image), _dtypes.as_dtype(dtype)
    given = _dtypes.of(tensor.dtype)
    if given == kind:
        return tensor
    if given.is_floating and kind.is_floating:
        return tensor.to(kind)
    if given.is_floating:
        scaled = tensor * (float(kind.max) + 0.5)
        return (_math.clamp(scaled, float(kind.min), float(kind.max)) if saturate else scaled).to(kind)
    if kind.is_floating:
        return tensor.to(kind) * (1.0 / float(given.max))
    if given.size > kind.size:
        return _functions.div(tensor, (given.max + 1) // (kind.max + 1), rounding_mode="floor").to(kind)
    return tensor.to(kind) * ((kind.max + 1) // (given.max + 1))


def _as_floats(image: Any) -> tuple[Base, _dtypes.DType]:
    tensor = convert(image)
    kind = _dtypes.of(tensor.dtype)
    return (tensor if kind.is_floating else convert(convert_image_dtype(tensor, _dtypes.float32))), kind


def _as_before(tensor: Base, kind: _dtypes.DType) -> Any:
    return tensor if kind.is_floating else convert_image_dtype(tensor, kind, True)


@op
def adjust_brightness(image: Any, delta: Any) -> Any:
    """With delta added, in [0, 1]."""
    tensor, kind = _as_floats(image)
    return _as_before(tensor + convert(delta, hint=tensor.dtype), kind)


@op
def adjust_contrast(images: Any, contrast_factor: Any) -> Any:
    """The distances from each channel's mean times a factor."""
    tensor, kind = _as_floats(images)
    mean = _functions.mean(tensor, (-3, -2), True)
    return _as_before((tensor - mean) * convert(contrast_factor, hint=tensor.dtype) + mean, kind)


@op
def adjust_gamma(image: Any, gamma: Any = 1, gain: Any = 1) -> Any:
    """gain image^gamma."""
    tensor, kind = _as_floats(image)
    return _as_before(_functions.pow(tensor, float(gamma)) * float(gain), kind)


@op
def rgb_to_grayscale(images: Any, name: str | None = None) -> Any:
    """0.2989 red + 0.587 green + 0.114 blue: one channel."""
    tensor, kind = _as_floats(images)
    weights = _creation.tensor([0.2989, 0.587, 0.114], dtype=tensor.dtype)
    return _as_before(_functions.sum(tensor * weights, -1, True), kind)


@op
def grayscale_to_rgb(images: Any, name: str | None = None) -> Any:
    """One channel as three."""
    tensor = _image(images)
    return tensor.expand((*tuple(tensor.shape)[:-1], 3)).clone()


@op
def rgb_to_hsv(images: Any, name: str | None = None) -> Any:
    """Hue, saturation and value, in [0, 1]."""
    tensor = convert(images)
    red, green, blue = _shaping.unbind(tensor, -1)
    value, least = _functions.amax(tensor, -1), _functions.amin(tensor, -1)
    spread = value - least
    zero, one = _creation.zeros_like(value), _creation.ones_like(value)
    saturation = _functions.where(
        _functions.gt(value, 0), spread / _functions.where(_functions.gt(value, 0), value, one), zero
    )
    unit = _functions.where(_functions.gt(spread, 0), spread, one) * 6
    hue = _functions.where(
        _functions.eq(red, value),
        (green - blue) / unit,
        _functions.where(_functions.eq(green, value), (blue - red) / unit + 2 / 6, (red - green) / unit + 4 / 6),
    )
    hue = _functions.where(_functions.gt(spread, 0), hue, zero)
    return _shaping.stack([_functions.where(_functions.lt(hue, 0), hue + 1, hue), saturation, value], -1)


@op
def hsv_to_rgb(images: Any, name: str | None = None) -> Any:
    """Red, green and blue of hue, saturation and value."""
    hue, saturation, value = _shaping.unbind(convert(images), -1)
    parts = []
    for low, side in ((3.0, 1), (2.0, -1), (4.0, -1)):
        ramp = _functions.abs(hue * 6 - low)
        ramp = ramp - 1 if side > 0 else 2 - ramp
        parts.append((1 - saturation + saturation * _math.clamp(ramp, 0, 1)) * value)
    return _shaping.stack(parts, -1)


@op
def adjust_saturation(image: Any, saturation_factor: Any, name: str | None = None) -> Any:
    """The saturation times a factor."""
    tensor, kind = _as_floats(image)
    hue, saturation, value = _shaping.unbind(convert(rgb_to_hsv(tensor)), -1)
    saturation = _math.clamp(saturation * float(saturation_factor), 0, 1)
    return _as_before(convert(hsv_to_rgb(_shaping.stack([hue, saturation, value], -1))), kind)


@op
def adjust_hue(image: Any, delta: Any, name: str | None = None) -> Any:
    """The hue moved on by delta of a turn."""
    tensor, kind = _as_floats(image)
    hue, saturation, value = _shaping.unbind(convert(rgb_to_hsv(tensor)), -1)
    hue = _math.remainder(hue + float(delta), 1)
    return _as_before(convert(hsv_to_rgb(_shaping.stack([hue, saturation, value], -1))), kind)


def _between(low: float, high: float, seed: Any, draws: Any = seeded) -> float:
    with draws(seed):
        return low + (high - low) * _drawn()


@op
def random_brightness(image: Any, max_delta: float, seed: Any = None) -> Any:
    """adjust_brightness by something in [-max_delta, max_delta)."""
    return adjust_brightness(image, _between(-max_delta, max_delta, seed))


@op
def random_contrast(image: Any, lower: float, upper: float, seed: Any = None) -> Any:
    """adjust_contrast by something in [lower, upper)."""
    return adjust_contrast(image, _between(lower, upper, seed))


@op
def random_saturation(image: Any, lower: float, upper: float, seed: Any = None) -> Any:
    """adjust_saturation by something in [lower, upper)."""
    return adjust_saturation(image, _between(lower, upper, seed))


@op
def random_hue(image: Any, max_delta: float, seed: Any = None) -> Any:
    """adjust_hue by something in [-max_delta, max_delta)."""
    return adjust_hue(image, _between(-max_delta, max_delta, seed))


@op
def stateless_random_brightness(image: Any, max_delta: float, seed: Any) -> Any:
    """As random_brightness, the same for the same seed."""
    return adjust_brightness(image, _between(-max_delta, max_delta, seed, _stateless))


@op
def stateless_random_contrast(image: Any, lower: float, upper: float, seed: Any) -> Any:
    """As random_contrast, the same for the same seed."""
    return adjust_contrast(image, _between(lower, upper, seed, _stateless))


@op
def stateless_random_saturation(image: Any, lower: float, upper: float, seed: Any) -> Any:
    """As random_saturation, the same for the same seed."""
    return adjust_saturation(image, _between(lower, upper, seed, _stateless))


@op
def stateless_random_hue(image: Any, max_delta: float, seed: Any) -> Any:
    """As random_hue, the same for the same seed."""
    return adjust_hue(image, _between(-max_delta, max_delta, seed, _stateless))


@op
def per_image_standardization(image: Any) -> Any:
    """Each image with mean 0 and variance 1; it is divided by 1 / sqrt(elements) at least."""
    tensor = convert(image)
    tensor = tensor if tensor.dtype.is_floating_point else tensor.to(_dtypes.float32)
    axes = (-3, -2, -1)
    mean = _functions.mean(tensor, axes, True)
    centred = tensor - mean
    deviation = _functions.sqrt(_functions.mean(_functions.square(centred), axes, True))
    count = math.prod(tuple(tensor.shape)[-3:])
    return centred / _functions.maximum(deviation, _creation.full_like(deviation, count**-0.5))


# -------------------------------------------------------------------- measures


@op
def psnr(a: Any, b: Any, max_val: float, name: str | None = None) -> Any:
    """The peak signal-to-noise ratio of pairs of images, in decibels."""
    x, y = _scaled(a, max_val), _scaled(b, max_val)
    mean = _functions.mean(_functions.square(x - y), (-3, -2, -1))
    return _functions.log(mean) * (-10 / math.log(10))


def _scaled(image: Any, max_val: float) -> Base:
    tensor = convert(image)
    if tensor.dtype.is_floating_point:
        return tensor / float(max_val)
    scaled = convert(convert_image_dtype(tensor, _dtypes.float32))
    factor = _dtypes.of(tensor.dtype).max / float(max_val)
    return Base.__mul__(scaled, factor)


def _pair(name: str, img1: Any, img2: Any, max_val: float) -> tuple[Base, Base, tuple[int, ...]]:
    """Two images as [n, h, w, c] in [0, 1], and the axes that were in front."""
    x, front = _batch(_scaled(img1, max_val))
    y, other = _batch(_scaled(img2, max_val))
    if front != other or tuple(x.shape) != tuple(y.shape):
        raise InvalidArgumentError(
            f"{name}: expected images of one shape, found {(*front, *tuple(x.shape)[1:])} and "
            f"{(*other, *tuple(y.shape)[1:])}"
        )
    return x, y, front


@op
def ssim(
    img1: Any, img2: Any, max_val: float, filter_size: int = 11, filter_sigma: float = 1.5, k1: float = 0.01,
    k2: float = 0.03, return_index_map: bool = False,
) -> Any:  # fmt: skip
    """How alike pairs of images are, from -1 to 1, in windows weighed by a Gaussian; with `return_index_map` at each
    place."""
    x, y, front = _pair("ssim", img1, img2, max_val)
    found, _ = alike(x, y, filter_size, filter_sigma, k1, k2, "ssim")
    if return_index_map:
        return _restored(_functions.mean(found, (-1,)), front)
    return _functions.mean(found, (1, 2, 3)).reshape(front)


@op
def ssim_multiscale(
    img1: Any, img2: Any, max_val: float, power_factors: Any = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333),
    filter_size: int = 11, filter_sigma: float = 1.5, k1: float = 0.01, k2: float = 0.03,
) -> Any:  # fmt: skip
    """How alike pairs of images are over scales, each half as large as the one before, from 0 to 1."""
    x, y, front = _pair("ssim_multiscale", img1, img2, max_val)
    return over_scales(x, y, power_factors, filter_size, filter_sigma, k1, k2, "ssim_multiscale").reshape(front)


@op
def total_variation(images: Any, name: str | None = None) -> Any:
    """The sum of the distances of neighbours, of each image."""
    tensor = _image(images)
    down = _functions.abs(tensor[..., 1:, :, :] - tensor[..., :-1, :, :])
    right = _functions.abs(tensor[..., :, 1:, :] - tensor[..., :, :-1, :])
    axes = (-3, -2, -1)
    return _functions.sum(down, axes) + _functions.sum(right, axes)


@op
def sobel_edges(image: Any) -> Any:
    """Sobel's derivatives: [n, h, w, c, 2], down and to the right."""
    tensor = _image(image)
    n, h, w, c = tuple(tensor.shape)
    down = [[-1.0, -2.0, -1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 1.0]]
    right = [[-1.0, 0.0, 1.0], [-2.0, 0.0, 2.0], [-1.0, 0.0, 1.0]]
    from ._reshaping import pad

    kernel = _creation.tensor([down, right], dtype=tensor.dtype).permute((1, 2, 0)).reshape((3, 3, 1, 2))
    kernel = kernel.expand((3, 3, c, 2)).reshape((3, 3, 1, 2 * c))
    wide = pad(tensor, [[0, 0], [1, 1], [1, 1], [0, 0]], "REFLECT")
    return convolved("sobel_edges", 2, wide, kernel, 1, "VALID", None, None).reshape((n, h, w, c, 2))


__all__ = [
    "ResizeMethod", "adjust_brightness", "adjust_contrast", "adjust_gamma", "adjust_hue", "adjust_saturation",
    "central_crop", "convert_image_dtype", "crop_and_resize", "crop_to_bounding_box", "extract_patches",
    "flip_left_right", "flip_up_down", "grayscale_to_rgb", "hsv_to_rgb", "pad_to_bounding_box",
    "per_image_standardization", "psnr", "random_brightness", "random_contrast", "random_crop",
    "random_flip_left_right", "random_flip_up_down", "random_hue", "random_saturation", "resize",
    "resize_with_crop_or_pad", "resize_with_pad", "rgb_to_grayscale", "rgb_to_hsv", "rot90", "sobel_edges", "ssim",
    "ssim_multiscale", "stateless_random_brightness", "stateless_random_contrast", "stateless_random_crop",
    "stateless_random_flip_left_right", "stateless_random_flip_up_down", "stateless_random_hue",
    "stateless_random_saturation", "total_variation", "transpose",
]  # fmt: skip
__dir__ = listing(__name__)
__getattr__ = refusing(__name__)
