"""StringLookup, IntegerLookup, TextVectorization: numbers for words. Texts stay in Python: these layers take lists and
NumPy arrays, and give tensors of numbers, with which models train."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ...tf._tensor import convert, wrap
from .._layer import Layer
from .._symbolic import has_symbolic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

_PUNCTUATION = re.compile(r"[!\"#$%&()*+,\-./:;<=>?@\[\\\]^_`{|}~']")
_SPACES = " \t\n\r\f\v"
_MODES = ("int", "one_hot", "multi_hot", "count", "tf_idf")


class _Lookup(Layer):
    """What the layers have in common: a vocabulary, which adapt() finds or set_vocabulary() gives."""

    _word: ClassVar[str]
    _arguments: ClassVar[tuple[str, ...]]

    def _begin(self, settings: dict[str, Any], vocabulary: Any, idf_weights: Any) -> None:
        mode = settings["output_mode"]
        if mode not in _MODES:
            raise ValueError(f"{type(self).__name__}: expected output_mode to be one of {_MODES}, found {mode!r}")
        if settings.get("sparse"):
            raise NotImplementedError(f"{type(self).__name__}: there are no sparse tensors; leave sparse=True away")
        most = settings["max_tokens"]
        if most is not None and (isinstance(most, bool) or not isinstance(most, int) or most < 2):
            raise ValueError(f"{type(self).__name__}: expected max_tokens to be None, or 2 and more, found {most!r}")
        if settings["pad_to_max_tokens"] and most is None:
            raise ValueError(f"{type(self).__name__}: pad_to_max_tokens=True needs max_tokens")
        self.__dict__["_settings"] = settings
        self.__dict__["_given"] = vocabulary is not None
        # Tokens without the special ones, their numbers, and their weights.
        self.__dict__["_tokens"] = []
        self.__dict__["_places"] = {}
        self.__dict__["_idf"] = None
        self._keras.built = True
        if vocabulary is not None:
            self.set_vocabulary(vocabulary, idf_weights)

    _own_attributes = Layer._own_attributes | {"_settings", "_given", "_tokens", "_places", "_idf"}

    def __getattr__(self, name: str) -> Any:
        found = self.__dict__.get("_settings", {})
        if name in found:
            return found[name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    # ---------------------------------------------------------------- vocabulary

    def _special(self) -> list[Any]:
        """What stands before the tokens: the mask, where results are numbers, and what is not known."""
        mask, is_int = self.mask_token, self.output_mode == "int"
        return ([mask] if mask is not None and is_int else []) + [self.oov_token] * self.num_oov_indices

    def get_vocabulary(self, include_special_tokens: bool = True) -> list[Any]:
        """The tokens in the order of their numbers."""
        return [*(self._special() if include_special_tokens else []), *self._tokens]

    def vocabulary_size(self) -> int:
        """How many tokens there are, with the special ones."""
        return len(self._special()) + len(self._tokens)

    def set_vocabulary(self, vocabulary: Any, idf_weights: Any = None) -> None:
        """Sets the tokens: a list, an array, or a file with one in each line. idf_weights: a weight for each token, for
        output_mode 'tf_idf'. Special tokens at the beginning may be there or not."""
        if isinstance(vocabulary, (str, Path)):
            if not Path(vocabulary).is_file():
                raise ValueError(f"Vocabulary file {vocabulary} does not exist.")
            vocabulary = Path(vocabulary).read_text(encoding="utf-8").splitlines()
        tokens = [self._token(token) for token in np.asarray(vocabulary, dtype=object).reshape(-1)]
        special = self._special()
        front = len(special) if special and tokens[: len(special)] == special else 0
        tokens = tokens[front:]
        repeated = [token for token, count in Counter(tokens).items() if count > 1]
        if repeated:
            raise ValueError(f"The passed vocabulary has at least one repeated term: {repeated[:5]}")
        reserved = [token for token in tokens if token in (self.oov_token, self.mask_token)]
        if reserved:
            raise ValueError(f"Found reserved tokens in the vocabulary, behind its beginning: {reserved}")
        if self.max_tokens is not None and len(tokens) + len(special) > self.max_tokens:
            raise ValueError(
                f"Attempted to set a vocabulary larger than the maximum vocab size: {len(tokens) + len(special)} "
                f"tokens, and max_tokens is {self.max_tokens}."
            )
        weights = None
        if self.output_mode == "tf_idf":
            if idf_weights is None:
                raise ValueError("`idf_weights` must be set if output_mode is 'tf_idf'.")
            weights = np.asarray(idf_weights, "float32").reshape(-1)[front:]
            if len(weights) != len(tokens):
                raise ValueError(f"expected a weight for each of {len(tokens)} tokens, found {len(weights)}")
        elif idf_weights is not None:
            raise ValueError("`idf_weights` should only be set if output_mode is 'tf_idf'.")
        self._take_tokens(tokens, weights)

    def _take_tokens(self, tokens: list[Any], weights: Any) -> None:
        first = len(self._special())
        self.__dict__["_tokens"] = tokens
        self.__dict__["_places"] = {token: first + place for place, token in enumerate(tokens)}
        if weights is not None:
            # What is not known has the mean weight.
            mean = np.full(first, weights.mean() if len(weights) else 0, "float32")
            self.__dict__["_idf"] = np.concatenate([mean, weights])

    def _token(self, value: Any) -> Any:
        raise NotImplementedError

    # ---------------------------------------------------------------- learning it

    def adapt(self, data: Any, batch_size: int | None = None, steps: int | None = None) -> None:
        """Finds the tokens of data, the frequent ones first: texts, or batches of texts one after the other."""
        if self._given:
            raise ValueError(
                f"Cannot adapt layer '{self.name}' after setting a static vocabulary via `vocabulary` argument or "
                "`set_vocabulary()` method."
            )
        counts: Counter[Any] = Counter()
        documents: Counter[Any] = Counter()
        total = 0
        for rows in self._batches(data, steps):
            for row in rows:
                counts.update(row)
                documents.update(set(row))
                total += 1
        for token in (self.mask_token, self.oov_token):
            counts.pop(token, None)
        # Frequent ones first; of equals the later ones in the order of their bytes.
        tokens = sorted(counts, key=lambda token: (counts[token], _order(token)), reverse=True)
        if self.max_tokens is not None:
            tokens = tokens[: max(self.max_tokens - len(self._special()), 0)]
        weights = None
        if self.output_mode == "tf_idf":
            weights = np.log(1 + total / (1 + np.array([documents[token] for token in tokens], "float64")))
            weights = weights.astype("float32")
        self._take_tokens(tokens, weights)

    def _batches(self, data: Any, steps: int | None) -> Iterator[list[list[Any]]]:
        if isinstance(data, (list, tuple, np.ndarray, str, bytes)) or hasattr(data, "shape"):
            yield self._rows(data)
            return
        for place, batch in enumerate(data):
            if steps is not None and place >= steps:
                return
            yield self._rows(batch)

    def _rows(self, data: Any) -> list[list[Any]]:
        """Tokens of each document: of an array of one axis each element is one."""
        array = self._array(data)
        rows = array.reshape(array.shape[0], -1) if array.ndim > 1 else array.reshape(-1, 1)
        return [list(row) for row in rows]

    def _array(self, data: Any) -> Any:
        """Texts or numbers as an array of tokens."""
        array = np.asarray(data.numpy() if hasattr(data, "numpy") else data, dtype=object)
        tokens = [self._token(value) for value in array.reshape(-1)]
        found = np.empty(len(tokens), dtype=object)
        found[:] = tokens
        return found.reshape(array.shape)

    # ---------------------------------------------------------------- calls

    def __call__(self, inputs: Any) -> Any:
        if has_symbolic(inputs):
            raise NotImplementedError(
                f"{type(self).__name__}: texts stay in Python, and are no part of a model; call the layer on arrays, "
                "and give the model its results"
            )
        return self.call(inputs)

    def _number(self, token: Any) -> int:
        place = self._places.get(token)
        if place is not None:
            return int(place)
        if token == self.mask_token and self.mask_token is not None:
            return 0 if self.output_mode == "int" else -1
        count = self.num_oov_indices
        if count == 0:
            raise ValueError(
                f"When `num_oov_indices=0` all inputs should be in vocabulary, found OOV values [{token!r}], consider "
                "setting `num_oov_indices=1`."
            )
        first = int(len(self._special()) - count)
        return first if count == 1 else first + int(token % count)

    def _encoded(self, rows: list[list[int]]) -> Any:
        """Vectors of the numbers in rows, [rows, tokens]."""
        depth = self.max_tokens if self.pad_to_max_tokens else self.vocabulary_size()
        found = np.zeros((len(rows), depth), "float32")
        for place, row in enumerate(rows):
            found[place] = np.bincount([number for number in row if number >= 0], minlength=depth)
        if self.output_mode == "multi_hot":
            found = np.minimum(found, 1)
        elif self.output_mode == "tf_idf":
            if self._idf is None:
                raise ValueError("When `output_mode` is `'tf_idf'`, the layer has to be adapted, or given idf_weights.")
            found[:, : len(self._idf)] *= self._idf
            return found
        return found.astype("int64")

    def call(self, inputs: Any) -> Any:
        """Numbers of the inputs, int64 of their shape; or vectors, by output_mode: int64, of tf_idf float32."""
        if self.invert:
            return self._inverted(inputs)
        tokens = self._array(inputs)
        numbers = np.array([self._number(token) for token in tokens.reshape(-1)], "int64").reshape(tokens.shape)
        if self.output_mode == "int":
            return _tensor(numbers)
        if self.output_mode == "one_hot":
            numbers = numbers[..., 0] if numbers.ndim > 1 and numbers.shape[-1] == 1 else numbers
            return _tensor(self._encoded([[number] for number in numbers.reshape(-1)]).reshape(*numbers.shape, -1))
        rows = numbers.reshape(-1, numbers.shape[-1]) if numbers.ndim else numbers.reshape(1, 1)
        return _tensor(self._encoded([list(row) for row in rows]).reshape(*numbers.shape[:-1], -1))

    def _inverted(self, inputs: Any) -> Any:
        numbers = np.asarray(inputs)
        words = dict(enumerate(self.get_vocabulary()))
        found: Any = np.empty(numbers.size, dtype=object)
        found[:] = [words.get(int(number), self.oov_token) for number in numbers.reshape(-1)]
        found = found.reshape(numbers.shape)
        return found if self._word == "string" else _tensor(found.astype("int64"))

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments, with the vocabulary."""
        config = {**super().get_config(), **self._settings, "vocabulary": self.get_vocabulary(False) or None}
        config["idf_weights"] = None if self._idf is None else self._idf[len(self._special()) :].tolist()
        return config


class StringLookup(_Lookup):
    """Numbers for words, and with invert=True words for numbers (a NumPy array: texts stay in Python).

    max_tokens: the most tokens, with the special ones. num_oov_indices: 1, or 0 where all words are known. mask_token:
    has number 0. oov_token: stands for what is not known. vocabulary: a list or a file, in the place of adapt().
    output_mode: 'int', or vectors: 'one_hot', 'multi_hot', 'count', 'tf_idf' with idf_weights. pad_to_max_tokens: the
    vectors have max_tokens elements.
    """

    _word = "string"

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: str | None = None,
        oov_token: str = "[UNK]",
        vocabulary: Any = None,
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        pad_to_max_tokens: bool = False,
        sparse: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        if num_oov_indices not in (0, 1):
            raise NotImplementedError(f"StringLookup: num_oov_indices is 0 or 1 here, found {num_oov_indices!r}")
        settings = {
            "max_tokens": max_tokens, "num_oov_indices": num_oov_indices, "mask_token": mask_token,
            "oov_token": oov_token, "invert": invert, "output_mode": output_mode,
            "pad_to_max_tokens": pad_to_max_tokens, "sparse": sparse, "encoding": encoding,
        }  # fmt: skip
        self._begin(settings, vocabulary, idf_weights)

    def _token(self, value: Any) -> Any:
        return _text(value, self.encoding)


class IntegerLookup(_Lookup):
    """Numbers from 0 on for whole numbers, and with invert=True back. The arguments are those of StringLookup; with
    several num_oov_indices the rest of the number says which."""

    _word = "int64"

    def __init__(
        self,
        max_tokens: int | None = None,
        num_oov_indices: int = 1,
        mask_token: int | None = None,
        oov_token: int = -1,
        vocabulary: Any = None,
        vocabulary_dtype: str = "int64",
        idf_weights: Any = None,
        invert: bool = False,
        output_mode: str = "int",
        sparse: bool = False,
        pad_to_max_tokens: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        if isinstance(num_oov_indices, bool) or not isinstance(num_oov_indices, int) or num_oov_indices < 0:
            raise ValueError(f"IntegerLookup: expected num_oov_indices of 0 or more, found {num_oov_indices!r}")
        settings = {
            "max_tokens": max_tokens, "num_oov_indices": num_oov_indices, "mask_token": mask_token,
            "oov_token": oov_token, "vocabulary_dtype": vocabulary_dtype, "invert": invert, "output_mode": output_mode,
            "sparse": sparse, "pad_to_max_tokens": pad_to_max_tokens,
        }  # fmt: skip
        self._begin(settings, vocabulary, idf_weights)

    def _token(self, value: Any) -> Any:
        number = int(value)
        if number != value and not isinstance(value, str):
            raise ValueError(f"IntegerLookup: expected whole numbers, found {value!r:.80}")
        return number


class TextVectorization(_Lookup):
    """Texts as rows of numbers of their words.

    standardize: 'lower_and_strip_punctuation', 'lower', 'strip_punctuation', None, or a function of a list of texts.
    split: 'whitespace', 'character', None, or a function of a list of texts that gives lists of words. ngrams: the most
    words that make a token, or a tuple of how many. output_mode: 'int' [texts, words], filled up with 0; 'multi_hot',
    'count', 'tf_idf' [texts, tokens]. output_sequence_length: how many words a row has. The others are StringLookup's.
    """

    _word = "string"

    def __init__(
        self,
        max_tokens: int | None = None,
        standardize: str | Callable[[list[str]], Iterable[str]] | None = "lower_and_strip_punctuation",
        split: str | Callable[[list[str]], Iterable[Sequence[str]]] | None = "whitespace",
        ngrams: int | tuple[int, ...] | None = None,
        output_mode: str = "int",
        output_sequence_length: int | None = None,
        pad_to_max_tokens: bool = False,
        vocabulary: Any = None,
        idf_weights: Any = None,
        sparse: bool = False,
        ragged: bool = False,
        encoding: str = "utf-8",
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        if ragged:
            raise NotImplementedError("TextVectorization: there are no ragged tensors; leave ragged=True away")
        output_mode = {"binary": "multi_hot", "tf-idf": "tf_idf"}.get(output_mode, output_mode)
        if output_mode != "int" and output_sequence_length is not None:
            raise ValueError(
                "`output_sequence_length` must not be set if `output_mode` is not 'int'. Received "
                f"output_sequence_length={output_sequence_length}."
            )
        known = ("lower_and_strip_punctuation", "lower", "strip_punctuation", None)
        for what, given, values in (
            ("standardize", standardize, known),
            ("split", split, ("whitespace", "character", None)),
        ):
            if not callable(given) and given not in values:
                raise ValueError(f"TextVectorization: expected {what} to be a function or one of {values}: {given!r}")
        settings = {
            "max_tokens": max_tokens, "standardize": standardize, "split": split, "ngrams": ngrams,
            "output_mode": output_mode, "output_sequence_length": output_sequence_length,
            "pad_to_max_tokens": pad_to_max_tokens, "sparse": sparse, "ragged": ragged, "encoding": encoding,
        }  # fmt: skip
        self._begin(settings, vocabulary, idf_weights)

    mask_token, oov_token, num_oov_indices, invert = "", "[UNK]", 1, False

    def _token(self, value: Any) -> Any:
        return _text(value, self.encoding)

    def _rows(self, data: Any) -> list[list[Any]]:
        array = self._array(data)
        if array.ndim > 1:
            if array.shape[-1] != 1:
                raise ValueError(
                    "When using `TextVectorization` to tokenize strings, the input rank must be 1 or the last shape "
                    f"dimension must be 1. Received: inputs.shape={array.shape}"
                )
            array = array[..., 0]
        texts = [str(text) for text in array.reshape(-1)]
        if callable(self.standardize):
            texts = [_text(text, self.encoding) for text in self.standardize(texts)]
        else:
            form = self.standardize or ""
            texts = [_lowered(text) for text in texts] if "lower" in form else texts
            texts = [_PUNCTUATION.sub("", text) for text in texts] if "strip" in form else texts
        if callable(self.split):
            rows = [[_text(word, self.encoding) for word in words] for words in self.split(texts)]
        elif self.split == "whitespace":
            rows = [[word for word in re.split(f"[{_SPACES}]+", text) if word] for text in texts]
        else:
            rows = [list(text) if self.split == "character" else [text] for text in texts]
        if self.ngrams is None:
            return rows
        sizes = tuple(range(1, self.ngrams + 1)) if isinstance(self.ngrams, int) else tuple(self.ngrams)
        return [[" ".join(row[at : at + size]) for size in sizes for at in range(len(row) - size + 1)] for row in rows]

    def call(self, inputs: Any) -> Any:
        """Numbers [texts, words] in int64, or vectors [texts, tokens], of tf_idf in float32; of one text a row. Without
        a split a number for each text."""
        is_one = self._array(inputs).ndim == 0
        rows = [[self._number(token) for token in row] for row in self._rows(inputs)]
        if self.output_mode != "int":
            found = self._encoded(rows)
        elif self.split is None and self.ngrams is None and self.output_sequence_length is None:
            found = np.array([row[0] for row in rows], "int64").reshape(self._array(inputs).shape or (1,))
        else:
            length = self.output_sequence_length
            width = max((len(row) for row in rows), default=0) if length is None else length
            found = np.zeros((len(rows), width), "int64")
            for place, row in enumerate(rows):
                found[place, : min(len(row), width)] = row[:width]
        return _tensor(found[0] if is_one else found)


def _tensor(array: Any) -> Any:
    return wrap(convert(array))


def _text(value: Any, encoding: str) -> str:
    if isinstance(value, bytes):
        return value.decode(encoding)
    if not isinstance(value, str):
        raise TypeError(f"expected texts, found {value!r:.80} of type {type(value).__name__}")
    return str(value)


def _lowered(text: str) -> str:
    """ASCII's letters alone become small, as in TensorFlow."""
    if text.isascii():
        return text.lower()
    return "".join([letter.lower() if letter.isascii() else letter for letter in text])


def _order(token: Any) -> Any:
    return token.encode() if isinstance(token, str) else token


__all__ = ["IntegerLookup", "StringLookup", "TextVectorization"]
