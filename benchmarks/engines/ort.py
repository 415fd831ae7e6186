"""ONNX Runtime, for inference. Models are written here, field by field, as ONNX files are protocol buffers, and the
package that makes them need not be there.
"""

import numpy as np
import onnxruntime

from . import networks

# Numbers of fields in onnx.proto.
NODE_INPUT, NODE_OUTPUT, NODE_TYPE, NODE_ATTRIBUTE = 1, 2, 4, 5
FLOAT, INTEGERS, INTEGER, TEXT = 1, 7, 2, 3


def number(value):
    """A whole number, seven bits a byte."""
    result = bytearray()
    while value > 127:
        result.append(value & 127 | 128)
        value >>= 7
    return bytes([*result, value])


def field(place, value):
    if isinstance(value, int):
        return number(place << 3) + number(value)
    value = value.encode() if isinstance(value, str) else value
    return number(place << 3 | 2) + number(len(value)) + value


def attribute(name, value):
    if isinstance(value, str):
        return field(1, name) + field(4, value) + field(20, TEXT)
    if isinstance(value, int):
        return field(1, name) + field(3, value) + field(20, INTEGER)
    return field(1, name) + b"".join(field(8, n) for n in value) + field(20, INTEGERS)


def node(kind, inputs, outputs, **attributes):
    body = b"".join(field(NODE_INPUT, name) for name in inputs) + b"".join(field(NODE_OUTPUT, n) for n in outputs)
    body += field(NODE_TYPE, kind)
    return body + b"".join(field(NODE_ATTRIBUTE, attribute(*pair)) for pair in attributes.items())


def tensor(name, array):
    kind = 7 if array.dtype == np.int64 else 1
    dimensions = b"".join(field(1, n) for n in array.shape)
    return dimensions + field(2, kind) + field(8, name) + field(9, np.ascontiguousarray(array).tobytes())


def described(name, shape):
    dimensions = b"".join(field(1, field(1, n)) for n in shape)
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, dimensions)))


def model(nodes, constants, shape, result):
    graph = b"".join(field(1, n) for n in nodes) + field(2, "graph")
    graph += b"".join(field(5, tensor(*pair)) for pair in constants.items())
    graph += field(11, described("x", shape)) + field(12, described("y", result))
    return field(1, 8) + field(7, graph) + field(8, field(2, 17))


def mlp(p):
    nodes, last = [], "x"
    for layer in range(0, len(p), 2):
        name = "y" if layer + 2 == len(p) else f"h{layer}"
        nodes.append(node("Gemm", [last, f"p{layer}", f"p{layer + 1}"], [name], transB=1))
        if name != "y":
            nodes.append(node("Relu", [name], [name + "r"]))
            name += "r"
        last = name
    return nodes, {}


def cnn_mnist(p):
    nodes, last = [], "x"
    for layer in (0, 2):
        nodes += [
            node("Conv", [last, f"p{layer}", f"p{layer + 1}"], [f"c{layer}"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
            node("Relu", [f"c{layer}"], [f"r{layer}"]),
            node("MaxPool", [f"r{layer}"], [f"m{layer}"], kernel_shape=[2, 2], strides=[2, 2]),
        ]
        last = f"m{layer}"
    return [
        *nodes,
        node("Flatten", [last], ["f"]),
        node("Gemm", ["f", "p4", "p5"], ["h"], transB=1),
        node("Relu", ["h"], ["hr"]),
        node("Gemm", ["hr", "p6", "p7"], ["y"], transB=1),
    ], {}


def lstm(p):
    """ONNX has the gates in the order input, output, forget, cell, and steps in front."""

    def ordered(array):
        i, f, g, o = np.split(array, 4)
        return np.concatenate([i, o, f, g])[None]

    constants, nodes, last = {"one": np.array([1], np.int64)}, [node("Transpose", ["x"], ["t"], perm=[1, 0, 2])], "t"
    for layer in range(2):
        w, r, b, c = p[4 * layer : 4 * layer + 4]
        constants |= {f"w{layer}": ordered(w), f"r{layer}": ordered(r)}
        constants[f"b{layer}"] = np.concatenate([ordered(b), ordered(c)], 1)
        nodes += [
            node("LSTM", [last, f"w{layer}", f"r{layer}", f"b{layer}"], [f"y{layer}", f"h{layer}"], hidden_size=128),
            node("Squeeze", [f"y{layer}", "one"], [f"s{layer}"]),
        ]
        last = f"s{layer}"
    constants["zero"] = np.array([0], np.int64)
    nodes += [node("Squeeze", ["h1", "zero"], ["last"]), node("Gemm", ["last", "p8", "p9"], ["y"], transB=1)]
    return nodes, constants


SHAPES = {
    "cnn_mnist": [(32, 1, 3, 3), (32,), (64, 32, 3, 3), (64,), (128, 3136), (128,), (10, 128), (10,)],
    "lstm": [(512, 28), (512, 128), (512,), (512,), (512, 128), (512, 128), (512,), (512,), (10, 128), (10,)],
}


def steps(workload, threads):
    if workload.kind != "infer":
        raise SystemExit("only inference")
    if workload.network:
        p, (x, _) = networks.values(SHAPES[workload.network]), networks.data(workload)
        nodes, constants = {"cnn_mnist": cnn_mnist, "lstm": lstm}[workload.network](p)
    else:
        p, (x, _) = workload.parameters(), workload.data()
        nodes, constants = mlp(p)
    constants |= {f"p{place}": value for place, value in enumerate(p) if workload.network != "lstm" or place > 7}
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(model(nodes, constants, x.shape, (1, 10)), options)

    def run(count):
        for _ in range(count):
            (y,) = session.run(None, {"x": x})
        return float(y.sum())

    return run
