"""Transforms of images under the names of torchvision.transforms: objects that are called with an image.

Images are as in wingbeat.vision.transforms.functional. Random ones draw from the default generator (manual_seed).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any

from ..._creation import rand, randint, randn
from ..._dtypes import as_dtype, float32
from ..._errors import ArgumentError
from ..._naming import listing, refusing
from ..._random import randperm
from ..._tensor import Tensor
from .._images import check, needed_pil, scaled, size_of
from . import functional

__all__ = [
    "CenterCrop",
    "ColorJitter",
    "Compose",
    "ConvertImageDtype",
    "Grayscale",
    "InterpolationMode",
    "Lambda",
    "Normalize",
    "PILToTensor",
    "Pad",
    "RandomApply",
    "RandomChoice",
    "RandomCrop",
    "RandomErasing",
    "RandomGrayscale",
    "RandomHorizontalFlip",
    "RandomOrder",
    "RandomResizedCrop",
    "RandomRotation",
    "RandomVerticalFlip",
    "Resize",
    "ToPILImage",
    "ToTensor",
    "functional",
]
__dir__ = listing(__name__)
if not TYPE_CHECKING:
    __getattr__ = refusing(__name__)


class InterpolationMode(Enum):
    """How pixels between pixels are found."""

    NEAREST = "nearest"
    BILINEAR = "bilinear"
    BICUBIC = "bicubic"


class _Transform:
    """A transform. `batch` is the same of many images at once, [images, channels, height, width], where nothing in it
    is random: one plan of the engine's for a batch."""

    batch: Callable[[Tensor], Tensor] | None = None

    def __call__(self, img: Any) -> Any:
        return self.forward(img)

    def forward(self, img: Any) -> Any:
        """The transformed image."""
        raise NotImplementedError

    def _arguments(self) -> str:
        return ", ".join(f"{name}={value!r}" for name, value in vars(self).items() if not name.startswith("_"))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._arguments()})"


def _batched(transform: Any) -> Callable[[Tensor], Tensor] | None:
    """What a transform does to many images [images, channels, height, width] of uint8 at once; None if it does other
    things to each."""
    if isinstance(transform, Compose):
        steps = [_batched(step) for step in transform.transforms]
        if not steps or any(step is None for step in steps) or type(transform).__call__ is not Compose.__call__:
            return None
        if not isinstance(transform.transforms[0], (ToTensor, PILToTensor)):
            return None

        def several(images: Tensor) -> Tensor:
            for step in steps:
                images = step(images)  # type: ignore[misc]  # none of them is None
            return images

        return several
    own = isinstance(transform, _Transform) and type(transform).__module__ == __name__
    return transform.batch if own else None


class Compose:
    """Transforms one after the other."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = list(transforms)
        for transform in self.transforms:
            if not callable(transform):
                raise TypeError(f"Compose: expected functions, found {transform!r:.80}")

    def __call__(self, img: Any) -> Any:
        for transform in self.transforms:
            img = transform(img)
        return img

    def __repr__(self) -> str:
        return "Compose(\n" + "".join(f"    {transform!r}\n" for transform in self.transforms) + ")"


class ToTensor(_Transform):
    """An image of PIL's or an array as a tensor [channels, height, width]; uint8 becomes float32 in [0, 1]."""

    def forward(self, img: Any) -> Tensor:
        """The image as a tensor."""
        return functional.to_tensor(img)

    def batch(self, images: Tensor) -> Tensor:
        """The same of many images."""
        return scaled(images)


class PILToTensor(_Transform):
    """An image as a tensor [channels, height, width] of its own dtype."""

    def forward(self, img: Any) -> Tensor:
        """The image as a tensor."""
        return functional.pil_to_tensor(img)

    def batch(self, images: Tensor) -> Tensor:
        """The same of many images."""
        return images


class ToPILImage(_Transform):
    """A tensor or an array as an image of PIL's, which has to be installed."""

    def __init__(self, mode: str | None = None) -> None:
        needed_pil("ToPILImage")
        self.mode = mode

    def forward(self, img: Any) -> Any:
        """The image as PIL's."""
        return functional.to_pil_image(img, self.mode)


class ConvertImageDtype(_Transform):
    """A tensor in another dtype, scaled: uint8 has 255 where floats have 1."""

    def __init__(self, dtype: Any = float32) -> None:
        self.dtype = as_dtype(dtype)

    def forward(self, img: Tensor) -> Tensor:
        """The tensor in that dtype."""
        return functional.convert_image_dtype(img, self.dtype)

    batch = forward


class Normalize(_Transform):
    """(tensor - mean) / std, with a number for each channel."""

    def __init__(self, mean: Sequence[float], std: Sequence[float], inplace: bool = False) -> None:
        self.mean, self.std, self.inplace = mean, std, inplace

    def forward(self, img: Tensor) -> Tensor:
        """The normalised tensor."""
        return functional.normalize(img, self.mean, self.std, self.inplace)

    def batch(self, images: Tensor) -> Tensor:
        """The same of many images."""
        return functional.normalize(images, self.mean, self.std)

    def _arguments(self) -> str:
        return f"mean={self.mean}, std={self.std}"


class Resize(_Transform):
    """An image at another size: (height, width), or one number for its shorter edge."""

    def __init__(
        self,
        size: Any,
        interpolation: Any = InterpolationMode.BILINEAR,
        max_size: int | None = None,
        antialias: bool | None = True,
    ) -> None:
        functional._edges(size, "Resize")
        self.size, self.interpolation, self.max_size, self.antialias = size, interpolation, max_size, antialias

    def forward(self, img: Any) -> Any:
        """The image at that size."""
        return functional.resize(img, self.size, self.interpolation, self.max_size, bool(self.antialias))


class CenterCrop(_Transform):
    """The middle of an image, of (height, width) or a square."""

    def __init__(self, size: Any) -> None:
        self.size = functional._edges(size, "CenterCrop")

    def forward(self, img: Any) -> Any:
        """The middle of the image."""
        return functional.center_crop(img, self.size)

    batch = forward


class Pad(_Transform):
    """An image with a border; see functional.pad."""

    def __init__(self, padding: Any, fill: float = 0, padding_mode: str = "constant") -> None:
        self.padding, self.fill, self.padding_mode = padding, fill, padding_mode

    def forward(self, img: Any) -> Any:
        """The image with its border."""
        return functional.pad(img, self.padding, self.fill, self.padding_mode)

    batch = forward


class Grayscale(_Transform):
    """An image in grey, in one channel or three equal ones."""

    def __init__(self, num_output_channels: int = 1) -> None:
        self.num_output_channels = num_output_channels

    def forward(self, img: Any) -> Any:
        """The image in grey."""
        return functional.rgb_to_grayscale(img, self.num_output_channels)


class Lambda(_Transform):
    """A function of the user's."""

    def __init__(self, lambd: Callable[[Any], Any]) -> None:
        if not callable(lambd):
            raise TypeError(f"Lambda: expected a function, found {lambd!r:.80}")
        self.lambd = lambd

    def forward(self, img: Any) -> Any:
        """What the function gives."""
        return self.lambd(img)

    def _arguments(self) -> str:
        return ""


# -------------------------------------------------------------------- random ones


def _chance(p: float) -> bool:
    return float(rand(()).item()) < p


def _whole(low: int, high: int) -> int:
    """One of low ... high."""
    return int(randint(low, high + 1, ()).item())


class _Chance(_Transform):
    """Base of what happens with a probability."""

    def __init__(self, p: float = 0.5) -> None:
        if not isinstance(p, (int, float)) or not 0 <= p <= 1:
            raise ArgumentError(f"{type(self).__name__}: expected a probability from 0 to 1, found {p!r:.80}")
        self.p = p


class RandomHorizontalFlip(_Chance):
    """Left and right are exchanged with probability p."""

    def forward(self, img: Any) -> Any:
        """The image, or the flipped one."""
        return functional.hflip(img) if _chance(self.p) else img


class RandomVerticalFlip(_Chance):
    """Top and bottom are exchanged with probability p."""

    def forward(self, img: Any) -> Any:
        """The image, or the flipped one."""
        return functional.vflip(img) if _chance(self.p) else img


class RandomApply(_Chance):
    """Transforms that are applied, all of them, with probability p."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]], p: float = 0.5) -> None:
        super().__init__(p)
        self.transforms = transforms

    def forward(self, img: Any) -> Any:
        """The image, or the transformed one."""
        return Compose(self.transforms)(img) if _chance(self.p) else img


class RandomChoice(_Transform):
    """One of several transforms, drawn anew for each image."""

    def __init__(self, transforms: Sequence[Callable[[Any], Any]]) -> None:
        self.transforms = list(transforms)

    def forward(self, img: Any) -> Any:
        """The image, transformed by one of them."""
        return self.transforms[_whole(0, len(self.transforms) - 1)](img)


class RandomOrder(RandomChoice):
    """All of several transforms, in an order drawn anew for each image."""

    def forward(self, img: Any) -> Any:
        """The image, transformed by all of them."""
        for place in randperm(len(self.transforms)).tolist():
            img = self.transforms[place](img)
        return img


class RandomCrop(_Transform):
    """A part of (height, width) or a square from a random place, after a border is added.

    pad_if_needed: an image that is too small gets a border; without it that is an error.
    """

    def __init__(
        self,
        size: Any,
        padding: Any = None,
        pad_if_needed: bool = False,
        fill: float = 0,
        padding_mode: str = "constant",
    ) -> None:
        self.size, self.padding = functional._edges(size, "RandomCrop"), padding
        self.pad_if_needed, self.fill, self.padding_mode = pad_if_needed, fill, padding_mode

    def forward(self, img: Any) -> Any:
        """The part of the image."""
        check(img, "RandomCrop")
        if self.padding is not None:
            img = functional.pad(img, self.padding, self.fill, self.padding_mode)
        height, width = self.size
        rows, columns = size_of(img)
        if self.pad_if_needed and (rows < height or columns < width):
            border = (max(0, width - columns), max(0, height - rows))
            img = functional.pad(img, border, self.fill, self.padding_mode)
            rows, columns = size_of(img)
        if rows < height or columns < width:
            raise ArgumentError(
                f"RandomCrop: expected an image of at least {height} x {width}, found {rows} x {columns}"
            )
        return functional.crop(img, _whole(0, rows - height), _whole(0, columns - width), height, width)


class RandomResizedCrop(_Transform):
    """A part of random area (a fraction in `scale`) and shape (width by height in `ratio`), resized to a size."""

    def __init__(
        self,
        size: Any,
        scale: Sequence[float] = (0.08, 1.0),
        ratio: Sequence[float] = (3 / 4, 4 / 3),
        interpolation: Any = InterpolationMode.BILINEAR,
        antialias: bool | None = True,
    ) -> None:
        self.size, self.scale, self.ratio = functional._edges(size, "RandomResizedCrop"), scale, ratio
        self.interpolation, self.antialias = interpolation, antialias

    def forward(self, img: Any) -> Any:
        """The part of the image at that size."""
        check(img, "RandomResizedCrop")
        rows, columns = size_of(img)
        low, high = (math.log(bound) for bound in self.ratio)
        for _ in range(10):
            area = rows * columns * (self.scale[0] + (self.scale[1] - self.scale[0]) * float(rand(()).item()))
            ratio = math.exp(low + (high - low) * float(rand(()).item()))
            width, height = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
            if 0 < width <= columns and 0 < height <= rows:
                top, left = _whole(0, rows - height), _whole(0, columns - width)
                break
        else:  # the middle, of a shape within the bounds
            width = min(columns, round(rows * self.ratio[1]))
            height = min(rows, round(columns / self.ratio[0]))
            top, left = (rows - height) // 2, (columns - width) // 2
        part = functional.crop(img, top, left, height, width)
        return functional.resize(part, list(self.size), self.interpolation, antialias=bool(self.antialias))


class RandomRotation(_Transform):
    """An image turned by a random angle in degrees, from (-degrees, degrees) or between two; PIL does the work."""

    def __init__(
        self, degrees: Any, interpolation: Any = InterpolationMode.NEAREST, expand: bool = False, fill: Any = 0
    ) -> None:
        needed_pil("RandomRotation")
        self.degrees = (-degrees, degrees) if isinstance(degrees, (int, float)) else tuple(degrees)
        self.interpolation, self.expand, self.fill = interpolation, expand, fill

    def forward(self, img: Any) -> Any:
        """The turned image."""
        from .._images import as_channels, as_kind, is_pil

        angle = self.degrees[0] + (self.degrees[1] - self.degrees[0]) * float(rand(()).item())
        mode = {"nearest": 0, "bilinear": 2, "bicubic": 3}[getattr(self.interpolation, "value", self.interpolation)]
        picture = img if is_pil(img) else functional.to_pil_image(img)
        turned = picture.rotate(angle, mode, self.expand, fillcolor=self.fill)
        if is_pil(img):
            return turned
        found = as_channels(turned, "RandomRotation")
        return as_kind(scaled(found) if isinstance(img, Tensor) and img.dtype.is_floating_point else found, img)


class ColorJitter(_Transform):
    """Brightness, contrast, saturation and hue changed at random, in an order drawn anew for each image.

    brightness, contrast, saturation: a number b for factors from max(0, 1 - b) to 1 + b, or (least, most). hue: a
    number h up to 0.5 for turns from -h to h, or (least, most).
    """

    def __init__(self, brightness: Any = 0, contrast: Any = 0, saturation: Any = 0, hue: Any = 0) -> None:
        self.brightness = self._bounds("brightness", brightness)
        self.contrast = self._bounds("contrast", contrast)
        self.saturation = self._bounds("saturation", saturation)
        self.hue = self._bounds("hue", hue)

    def _bounds(self, name: str, given: Any) -> tuple[float, float] | None:
        centre, least, most = (0.0, -0.5, 0.5) if name == "hue" else (1.0, 0.0, math.inf)
        if isinstance(given, (int, float)) and given >= 0:
            low, high = centre - given, centre + given
            low = low if name == "hue" else max(low, 0)
        elif isinstance(given, (tuple, list)) and len(given) == 2:
            low, high = map(float, given)
        else:
            raise ArgumentError(f"ColorJitter: expected a number of 0 or more or a pair as {name}, found {given!r:.80}")
        if not least <= low <= high <= most:
            raise ArgumentError(f"ColorJitter: expected {name} between {least} and {most}, found {given!r:.80}")
        return None if low == high == centre else (low, high)

    def forward(self, img: Any) -> Any:
        """The changed image."""
        changes = (
            (self.brightness, functional.adjust_brightness),
            (self.contrast, functional.adjust_contrast),
            (self.saturation, functional.adjust_saturation),
            (self.hue, functional.adjust_hue),
        )
        for place in randperm(len(changes)).tolist():
            bounds, change = changes[place]
            if bounds is not None:
                img = change(img, bounds[0] + (bounds[1] - bounds[0]) * float(rand(()).item()))
        return img


class RandomGrayscale(_Chance):
    """The image in gray, with as many channels as it has, with probability p."""

    def __init__(self, p: float = 0.1) -> None:
        super().__init__(p)

    def forward(self, img: Any) -> Any:
        """The image, or the gray one."""
        check(img, "RandomGrayscale")
        channels = functional.pil_to_tensor(img).shape[-3]
        return functional.rgb_to_grayscale(img, 3 if channels == 3 else 1) if _chance(self.p) else img


class RandomErasing(_Chance):
    """A tensor with a part of random place, area (a fraction in `scale`) and shape (height by width in `ratio`)
    replaced, with probability p: by a number, a number for each channel, or normal draws ("random")."""

    def __init__(
        self,
        p: float = 0.5,
        scale: Sequence[float] = (0.02, 0.33),
        ratio: Sequence[float] = (0.3, 3.3),
        value: Any = 0,
        inplace: bool = False,
    ) -> None:
        super().__init__(p)
        if isinstance(value, str) and value != "random":
            raise ArgumentError(f"RandomErasing: expected numbers or 'random' as value, found {value!r:.80}")
        self.scale, self.ratio, self.value, self.inplace = scale, ratio, value, inplace

    def forward(self, img: Any) -> Any:
        """The tensor, or the one with a part replaced."""
        if not isinstance(img, Tensor):
            raise TypeError(f"RandomErasing: expected a tensor, found {type(img).__name__}; put ToTensor before it")
        if not _chance(self.p):
            return img
        channels, rows, columns = img.shape[-3:]
        low, high = (math.log(bound) for bound in self.ratio)
        for _ in range(10):
            area = rows * columns * (self.scale[0] + (self.scale[1] - self.scale[0]) * float(rand(()).item()))
            ratio = math.exp(low + (high - low) * float(rand(()).item()))
            height, width = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
            if height < rows and width < columns:
                top, left = _whole(0, rows - height), _whole(0, columns - width)
                return functional.erase(img, top, left, height, width, self._values(channels, height, width, img))
        return img

    def _values(self, channels: int, height: int, width: int, img: Tensor) -> Any:
        if self.value == "random":
            return randn(channels, height, width).to(img.dtype)
        if isinstance(self.value, (tuple, list)):
            return Tensor(list(self.value)).to(img.dtype).reshape(-1, 1, 1)
        return self.value
