"""Forward passes written down, and graphs made of them, as a binding does it."""

from ctypes import c_char_p, c_void_p, memmove

from wingbeat import _abi, nn
from wingbeat._arrays import handle_array
from wingbeat._library import check, lib
from wingbeat._tree import flatten
from wingbeat.nn._loading import module_of


class Recorded:
    """One recording of a module's forward pass: what the pass gave, and the handle."""

    def __init__(self, module, *inputs, place=None):
        self.module = module
        names = (_abi.c_char_p * len(inputs))(*(f"x{number}".encode() for number in range(len(inputs))))

        def say(_, text, capacity):
            memmove(text, place + b"\0", min(len(place) + 1, capacity))

        callback = _abi.wb_place_callback(say) if place else _abi.wb_place_callback()
        check(lib.wb_recording_begin(module._handle, handles(inputs), names, len(inputs), callback, None))
        try:
            self.results = flatten(module(*inputs))[0]
            out = c_void_p()
            check(lib.wb_recording_end(handles(self.results), len(self.results), out))
        except BaseException:
            lib.wb_recording_cancel()
            raise
        self.handle = out.value

    def __del__(self):
        if hasattr(self, "handle"):
            lib.wb_recording_free(self.handle)


def handles(tensors):
    return handle_array(len(tensors))(*(tensor._handle for tensor in tensors))


def graph_of(*evaluation, training=()):
    """The Graph of several recordings."""
    out = c_void_p()
    lists = [handle_array(len(list_))(*(recorded.handle for recorded in list_)) for list_ in (evaluation, training)]
    check(lib.wb_graph_create(evaluation[0].module._handle, lists[0], len(evaluation), lists[1], len(training), out))
    return module_of(out.value)


def text_of(graph):
    """The graph as an expression, with its body."""
    text = c_char_p()
    check(lib.wb_module_expression(graph._handle, text))
    return text.value.decode()


class Called(nn.Module):
    """A module whose forward pass is one function of tensors."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)
