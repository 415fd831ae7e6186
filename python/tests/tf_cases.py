"""Functions of TensorFlow's face, as calls: they run on TensorFlow and on wingbeat.tf alike.

A case is a text. In it `tf` is the module, and these are tensors whose values are formulas:

    x, y [3, 4] of both signs    p, q [3, 4] in (0.1, 1.9)    u [3, 4] in (-0.9, 0.9)    v [5]    m [4, 4]    s [4, 4],
    symmetric and positive definite    i, j [3, 4] int32    k [6] int32, from 0 to 3    b [3, 4] bool
    image [2, 6, 5, 3] in (0, 1)    wave [2, 12]    volume [1, 4, 5, 4, 2]

tf_values.json has what TensorFlow gives for each: fixtures/tf_values.py writes it.
"""

import numpy as np


def ramp(*shape):
    count = int(np.prod(shape))
    return np.arange(count, dtype=np.float64).reshape(shape)


def inputs(tf):
    """The tensors under their names."""

    def floats(array):
        return tf.constant(np.asarray(array, dtype=np.float32))

    square = np.sin(ramp(4, 4) * 1.3 + 0.4)
    return {
        "x": floats(np.sin(ramp(3, 4) * 1.7 + 0.3) * 2),
        "y": floats(np.cos(ramp(3, 4) * 2.3 + 0.1) * 1.5),
        "p": floats(np.sin(ramp(3, 4) * 1.1) * 0.9 + 1),
        "q": floats(np.cos(ramp(3, 4) * 0.7) * 0.9 + 1),
        "u": floats(np.sin(ramp(3, 4) * 1.9 + 0.2) * 0.9),
        "v": floats(np.sin(ramp(5) * 2.1 + 0.5)),
        "m": floats(square + 2 * np.eye(4)),
        "s": floats(square @ square.T + np.eye(4)),
        "i": tf.constant(((ramp(3, 4) * 7) % 11 - 5).astype(np.int32)),
        "j": tf.constant(((ramp(3, 4) * 5) % 7 + 1).astype(np.int32)),
        "k": tf.constant(np.array([0, 2, 1, 3, 0, 2], dtype=np.int32)),
        "b": tf.constant(ramp(3, 4) % 3 == 0),
        "image": floats(np.sin(ramp(2, 6, 5, 3) * 0.37) * 0.45 + 0.5),
        "wave": floats(np.sin(ramp(2, 12) * 0.9)),
        "volume": floats(np.sin(ramp(1, 4, 5, 4, 2) * 0.61)),
    }


def listed(text):
    return [line.strip() for line in text.strip().splitlines() if line.strip()]


_OF_X = (
    "abs negative sign square sin cos tan sinh cosh tanh asinh atan exp sigmoid floor ceil round identity erf erfc "
    "expm1 rint softplus log_sigmoid softsign is_nan is_inf is_finite"
)
_OF_P = "log log1p sqrt rsqrt reciprocal lgamma digamma"
_OF_U = "acos asin atanh erfinv"
_OF_TWO = (
    "add subtract multiply divide maximum minimum squared_difference floordiv floormod truediv atan2 less less_equal "
    "greater greater_equal equal not_equal divide_no_nan multiply_no_nan"
)
_REDUCED = "sum mean max min prod logsumexp variance std euclidean_norm"
_ROOT = {"abs", "negative", "sign", "square", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asinh", "atan", "exp"}
_ROOT |= {"sigmoid", "floor", "round", "identity", "sqrt", "acos", "asin", "atanh", "add", "subtract", "multiply"}
_ROOT |= {"divide", "maximum", "minimum", "truediv", "atan2", "less", "less_equal", "greater", "greater_equal"}
_ROOT |= {"equal", "not_equal"}


def _called(name):
    if name == "identity":
        return "tf.identity"
    return f"tf.{name}" if name in _ROOT and len(name) % 2 else f"tf.math.{name}"


# Functions of floats that derivatives are compared of too.
CASES = [
    *[f"{_called(name)}(x)" for name in _OF_X.split()],
    *[f"{_called(name)}(p)" for name in _OF_P.split()],
    *[f"{_called(name)}(u)" for name in _OF_U.split()],
    *[f"{_called(name)}(x, y)" for name in _OF_TWO.split()],
    *[f"tf.math.reduce_{name}(p, axis=1)" for name in _REDUCED.split()],
    *[f"tf.math.reduce_{name}(p, axis=[0, 1], keepdims=True)" for name in _REDUCED.split()],
    *[f"tf.math.reduce_{name}(p)" for name in _REDUCED.split()],
    *listed("""
        tf.math.acosh(p + 1.0)
        tf.math.pow(p, q)
        tf.pow(p, 2.0)
        p ** 0.5
        2.0 ** x
        x * y + 1
        1 - x / 2
        x @ tf.transpose(y)
        -x % 0.7
        x // 0.7
        abs(x)
        x[1:, ::2]
        x[..., -1]
        x[:, tf.newaxis, 1]
        x[1, 2]
        x[::-1]
        x > y
        x == y
        ~(x > y)
        (x > 0) & (y > 0)
        (x > 0) | (y > 0)
        (x > 0) ^ (y > 0)
        i + j
        i - 3
        i * j
        i / j
        i // j
        i % j
        i // -3
        -i
        abs(i)
        j ** 2
        i & j
        i > j
        tf.cast(x, tf.int32)
        tf.cast(i, tf.float32)
        tf.cast(x, tf.float64)
        tf.cast(b, tf.int32)
        tf.cast(i, tf.bool)
        tf.cast(x * 100, tf.uint8) * 0
        tf.saturate_cast(x * 200.0, tf.uint8)
        tf.clip_by_value(x, -0.5, 0.7)
        tf.clip_by_norm(x, 1.5)
        tf.clip_by_norm(x, 1.5, axes=[1])
        tf.clip_by_global_norm([x, y], 2.0)[0][1]
        tf.clip_by_global_norm([x, y], 2.0)[1]
        tf.linalg.global_norm([x, y])
        tf.norm(x)
        tf.norm(x, axis=1)
        tf.norm(x, ord=1, axis=0, keepdims=True)
        tf.norm(x, ord=np.inf, axis=1)
        tf.norm(x, ord=3, axis=1)
        tf.norm(x, ord='fro', axis=(0, 1))
        tf.linalg.normalize(x, axis=1)[0]
        tf.add_n([x, y, x])
        tf.math.accumulate_n([x, y])
        tf.scalar_mul(2.0, x)
        tf.math.polyval([1.0, -2.0, 0.5], x)
        tf.math.reciprocal_no_nan(x)
        tf.math.xlogy(p, q)
        tf.math.xdivy(tf.constant([0.0, 1.0, 3.0]), tf.constant([0.0, 2.0, -4.0]))
        tf.realdiv(x, p)
        tf.truncatediv(i, j * j + 1)
        tf.truncatemod(i, j * j + 1)
        tf.math.is_non_decreasing(tf.constant([1, 2, 2, 5]))
        tf.math.is_non_decreasing(x)
        tf.math.is_strictly_increasing(tf.constant([1, 2, 2, 5]))
        tf.math.is_strictly_increasing(tf.constant([[1.0, 2.0], [3.0, 5.0]]))
        tf.math.xlog1py(p, q)
        tf.math.igamma(tf.stop_gradient(p), q)
        tf.math.igammac(tf.stop_gradient(p), q)
        tf.math.zeta(tf.stop_gradient(p + 1.2), q)
        tf.math.polygamma(1.0, p)
        tf.math.lbeta(p)
        tf.math.ndtri(p / 2)
        tf.math.erfcinv(p)
        tf.math.bessel_i0(x)
        tf.math.bessel_i0e(x)
        tf.math.bessel_i1(x)
        tf.math.special.bessel_j0(p)
        tf.math.special.bessel_y1(p)
        tf.math.zero_fraction(tf.nn.relu(x))
        tf.math.l2_normalize(x, axis=1)
        tf.reduce_sum(i)
        tf.reduce_mean(i)
        tf.reduce_max(i, axis=0)
        tf.reduce_prod(j, axis=1)
        tf.reduce_sum(x, axis=-1)
        tf.reduce_sum(x, axis=[])
        tf.reduce_all(b)
        tf.reduce_any(b, axis=1)
        tf.reduce_mean(x, 0, True)
        tf.argmax(x)
        tf.argmax(x, axis=1)
        tf.argmin(x, 1, output_type=tf.int32)
        tf.math.count_nonzero(i)
        tf.math.count_nonzero(i, axis=0, keepdims=True, dtype=tf.int32)
        tf.cumsum(x)
        tf.cumsum(x, axis=1, exclusive=True)
        tf.cumsum(x, axis=1, reverse=True)
        tf.cumsum(x, axis=-1, exclusive=True, reverse=True)
        tf.cumsum(i)
        tf.math.cumprod(p, axis=1)
        tf.math.cumprod(p, axis=1, exclusive=True)
        tf.math.cumulative_logsumexp(x, axis=1)
        tf.sort(x, axis=0)
        tf.sort(x, direction='DESCENDING')
        tf.argsort(x)
        tf.argsort(x, direction='DESCENDING', axis=0)
        tf.math.top_k(x, 2).values
        tf.math.top_k(x, k=3).indices
        tf.math.in_top_k([1, 2, 0], x, 2)
        tf.math.invert_permutation([2, 0, 1])
        tf.math.segment_sum(x, [0, 0, 1])
        tf.math.segment_mean(x, [0, 0, 1])
        tf.math.segment_max(x, [0, 0, 2])
        tf.math.segment_min(x, [0, 1, 1])
        tf.math.segment_prod(x, [0, 0, 1])
        tf.math.unsorted_segment_sum(x, [1, 0, 1], 3)
        tf.math.unsorted_segment_mean(x, [1, 0, 1], 2)
        tf.math.unsorted_segment_max(x, [1, 0, 1], 2)
        tf.math.unsorted_segment_min(i, [1, 0, 1], 2)
        tf.math.unsorted_segment_prod(x, [1, -1, 1], 2)
        tf.math.unsorted_segment_sqrt_n(x, [1, 0, 1], 2)
        tf.math.confusion_matrix([0, 1, 2, 1], [0, 2, 2, 1])
        tf.math.bincount(k)
        tf.math.bincount(k, weights=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], minlength=5)
        tf.reshape(x, [2, -1])
        tf.reshape(x, (6, 2))
        tf.shape(x)
        tf.size(x)
        tf.rank(x)
        tf.transpose(image, [0, 3, 1, 2])
        tf.transpose(x)
        tf.squeeze(x[tf.newaxis])
        tf.squeeze(x[tf.newaxis, :, tf.newaxis], [0, 2])
        tf.expand_dims(x, -1)
        tf.broadcast_to(v, [3, 5])
        tf.concat([x, y], 0)
        tf.concat([x, y, x], axis=-1)
        tf.stack([x, y])
        tf.stack([x, y], axis=-1)
        tf.stack([1, 2, 3])
        tf.unstack(x, axis=1)[2]
        tf.split(x, 2, axis=1)[1]
        tf.split(x, [1, 3], 1)[1]
        tf.split(x, [1, -1], 0)[1]
        tf.tile(x, [2, 1])
        tf.repeat(v, 2)
        tf.repeat(x, [1, 0, 2], axis=0)
        tf.repeat(x, 2, axis=1)
        tf.pad(x, [[1, 0], [0, 2]])
        tf.pad(x, [[1, 1], [2, 0]], constant_values=3.0)
        tf.pad(x, [[1, 2], [2, 1]], 'REFLECT')
        tf.pad(x, [[1, 2], [2, 1]], mode='SYMMETRIC')
        tf.reverse(x, [0])
        tf.reverse(x, axis=[0, 1])
        tf.reverse_sequence(x, [1, 3, 2], seq_axis=1)
        tf.roll(x, 1, axis=0)
        tf.roll(x, [1, -1], axis=[0, 1])
        tf.meshgrid([1.0, 2.0], [3.0, 4.0, 5.0])[0]
        tf.meshgrid([1.0, 2.0], [3.0, 4.0, 5.0], indexing='ij')[1]
        tf.einsum('ij,kj->ik', x, y)
        tf.einsum('ij->j', x)
        tf.tensordot(x, y, [[1], [1]])
        tf.tensordot(x, tf.transpose(y), 1)
        tf.matmul(x, y, transpose_b=True)
        tf.matmul(x, y, transpose_a=True)
        tf.matmul(i, j, transpose_b=True)
        tf.linalg.matvec(m, [1.0, 2.0, -1.0, 0.5])
        tf.one_hot(k, 4)
        tf.one_hot([0, 2, -1, 5], 3)
        tf.one_hot([0, 2], 3, on_value=2.0, off_value=-1.0, axis=0)
        tf.one_hot([0, 2], 3, dtype=tf.int32)
        tf.range(5)
        tf.range(1, 10, 3)
        tf.range(0.0, 1.0, 0.25)
        tf.range(3, dtype=tf.float32)
        tf.linspace(0.0, 1.0, 5)
        tf.linspace([0.0, 1.0], [2.0, 5.0], 3, axis=1)
        tf.eye(3)
        tf.eye(2, 3, batch_shape=[2])
        tf.fill([2, 3], 7.0)
        tf.zeros([2, 3], tf.int32)
        tf.ones(3)
        tf.zeros_like(i)
        tf.ones_like(x, dtype=tf.float64)
        tf.constant(2.0, shape=[2, 2])
        tf.constant([1, 2, 3, 4], shape=(2, 2))
        tf.constant([[1, 2.5], [3, 4]])
        tf.constant(np.arange(3))
        tf.constant(np.array([1.5]))
        tf.constant([True, False])
        tf.convert_to_tensor([x[0, 0], 1.0])
        tf.convert_to_tensor(3)
        tf.gather(x, [2, 0])
        tf.gather(x, [[0, 1], [3, 2]], axis=1)
        tf.gather(x, [[0, 1], [3, 2], [1, 1]], axis=1, batch_dims=1)
        tf.gather(image, [[0, 1], [4, 2]], axis=2, batch_dims=1)
        tf.gather_nd(x, [[0, 1], [2, 3]])
        tf.gather_nd(x, [[2], [0]])
        tf.gather_nd(image, [[[0, 1]], [[5, 2]]], batch_dims=1)
        tf.scatter_nd([[1], [3], [1]], [1.0, 2.0, 3.0], [5])
        tf.scatter_nd([[0], [2]], y[:2], [3, 4])
        tf.tensor_scatter_nd_update(x, [[0, 1], [2, 2]], [9.0, 8.0])
        tf.tensor_scatter_nd_add(x, [[0], [0]], y[:2])
        tf.tensor_scatter_nd_sub(x, [[0, 0]], [1.5])
        tf.tensor_scatter_nd_max(x, [[0, 0], [1, 1]], [0.5, 0.5])
        tf.tensor_scatter_nd_min(x, [[0, 0], [1, 1]], [0.5, 0.5])
        tf.where(b, x, y)
        tf.where(x > 0, x, 0.0)
        tf.where(b)
        tf.boolean_mask(x, b)
        tf.boolean_mask(x, [True, False, True])
        tf.boolean_mask(x, [True, False, True, True], axis=1)
        tf.unique(k).y
        tf.unique(k).idx
        tf.unique_with_counts(k).count
        tf.sequence_mask([1, 3, 2])
        tf.sequence_mask([1, 3], 5, dtype=tf.float32)
        tf.searchsorted([1.0, 3.0, 5.0], [0.0, 3.0, 6.0])
        tf.searchsorted([1.0, 3.0, 5.0], [0.0, 3.0, 6.0], side='right')
        tf.slice(x, [1, 0], [2, -1])
        tf.strided_slice(x, [0, 1], [3, 4], [2, 2])
        tf.strided_slice(x, [1], [2], shrink_axis_mask=1)
        tf.dynamic_partition(x, [1, 0, 1], 2)[1]
        tf.nn.space_to_depth(image[:, :4, :4], 2)
        tf.nn.depth_to_space(tf.nn.space_to_depth(image[:, :4, :4], 2), 2)
        tf.ensure_shape(x, [None, 4])
        tf.stop_gradient(x) * x
        tf.map_fn(lambda row: row * 2, x)
        tf.map_fn(lambda pair: pair[0] + pair[1], (x, y), fn_output_signature=tf.float32)
        tf.vectorized_map(lambda row: tf.reduce_sum(row * row), x)
        tf.scan(lambda a, row: a + row, x)
        tf.scan(lambda a, row: a * 0.5 + row, x, initializer=tf.zeros(4), reverse=True)
        tf.foldl(lambda a, row: a + row, x)
        tf.foldr(lambda a, row: a * 0.5 + row, x)
        tf.while_loop(lambda n, a: n < 3, lambda n, a: (n + 1, a * x), (0, y))[1]
        tf.cond(tf.constant(True), lambda: x, lambda: y)
        tf.case([(tf.constant(False), lambda: x)], default=lambda: y)
        tf.switch_case(tf.constant(1), [lambda: x, lambda: y])
        tf.bitwise.bitwise_xor(i, j)
        tf.bitwise.left_shift(j, 2)
        tf.bitwise.invert(i)
        tf.nn.relu(x)
        tf.nn.relu6(x * 5)
        tf.nn.elu(x)
        tf.nn.selu(x)
        tf.nn.gelu(x)
        tf.nn.gelu(x, approximate=True)
        tf.nn.leaky_relu(x)
        tf.nn.leaky_relu(x, alpha=0.1)
        tf.nn.silu(x)
        tf.nn.swish(x)
        tf.nn.crelu(x)
        tf.nn.softmax(x)
        tf.nn.softmax(x, axis=0)
        tf.nn.log_softmax(x)
        tf.nn.softmax_cross_entropy_with_logits(labels=tf.nn.softmax(y), logits=x)
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[1, 3, 0], logits=x)
        tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.nn.sigmoid(y), logits=x)
        tf.nn.weighted_cross_entropy_with_logits(labels=tf.nn.sigmoid(y), logits=x, pos_weight=2.0)
        tf.nn.log_poisson_loss(p, x)
        tf.nn.log_poisson_loss(p, x, compute_full_loss=True)
        tf.nn.l2_loss(x)
        tf.nn.moments(x, [0])[0]
        tf.nn.moments(x, [0, 1], keepdims=True)[1]
        tf.nn.weighted_moments(x, [0], p)[1]
        tf.nn.batch_normalization(x, v[:4], p[0], v[1:], q[0], 1e-3)
        tf.nn.l2_normalize(x, axis=1)
        tf.nn.bias_add(x, v[:4])
        tf.nn.embedding_lookup(x, [2, 0, 2])
        tf.nn.embedding_lookup(x, [[2, 0]], max_norm=1.0)
        tf.nn.local_response_normalization(image, 1, 1.0, 0.5, 0.75)
        tf.nn.dropout(x, 0.0)
        tf.nn.conv1d(wave[..., tf.newaxis], tf.reshape(x, [3, 1, 4]), 2, 'SAME')
        tf.nn.conv1d(wave[..., tf.newaxis], tf.reshape(x, [3, 1, 4]), 1, 'VALID', dilations=2)
        tf.nn.conv2d(image, tf.reshape(image, [3, 4, 3, 5]), 1, 'SAME')
        tf.nn.conv2d(image, tf.reshape(image, [3, 4, 3, 5]), strides=[1, 2, 2, 1], padding='SAME')
        tf.nn.conv2d(image, tf.reshape(image, [3, 4, 3, 5]), 1, 'VALID')
        tf.nn.conv2d(image, tf.reshape(image, [3, 4, 3, 5]), 2, [[0, 0], [1, 2], [2, 1], [0, 0]])
        tf.nn.conv3d(volume, tf.reshape(volume, [2, 2, 2, 2, 10]), [1, 1, 2, 1, 1], 'SAME')
        tf.nn.depthwise_conv2d(image, tf.reshape(image[0, :4, :3], [2, 3, 3, 2]), [1, 1, 1, 1], 'SAME')
        tf.nn.separable_conv2d(image, image[:, :2, :3, :, tf.newaxis][0], image[:1, :1, :3, :], [1, 1, 1, 1], 'VALID')
        tf.nn.conv2d_transpose(image, tf.reshape(image, [3, 4, 5, 3]), [2, 12, 10, 5], 2)
        tf.nn.conv2d_transpose(image, tf.reshape(image, [3, 4, 5, 3]), [2, 8, 8, 5], 1, 'VALID')
        tf.nn.conv1d_transpose(wave[..., tf.newaxis], tf.reshape(x, [3, 4, 1]), [2, 24, 4], 2)
        tf.nn.max_pool2d(image, 2, 2, 'SAME')
        tf.nn.max_pool2d(image, 3, 2, 'VALID')
        tf.nn.max_pool1d(wave[..., tf.newaxis], 3, 2, 'SAME')
        tf.nn.max_pool3d(volume, 2, 2, 'SAME')
        tf.nn.max_pool(image, [1, 2, 2, 1], [1, 1, 1, 1], 'SAME')
        tf.nn.avg_pool2d(image, 2, 2, 'SAME')
        tf.nn.avg_pool2d(image, 3, 2, 'SAME')
        tf.nn.avg_pool1d(wave[..., tf.newaxis], 3, 2, 'VALID')
        tf.nn.avg_pool3d(volume, 2, 2, 'SAME')
        tf.nn.pool(image, [2, 2], 'AVG', strides=[2, 2], padding='SAME')
        tf.linalg.inv(m)
        tf.linalg.inv(m, adjoint=True)
        tf.linalg.det(m)
        tf.linalg.logdet(s)
        tf.linalg.slogdet(m)[1]
        tf.linalg.trace(m)
        tf.linalg.cholesky(s)
        tf.linalg.cholesky_solve(tf.linalg.cholesky(s), m)
        tf.linalg.solve(m, tf.transpose(x))
        tf.linalg.solve(m, tf.transpose(x), adjoint=True)
        tf.linalg.triangular_solve(tf.linalg.cholesky(s), m)
        tf.linalg.triangular_solve(tf.linalg.cholesky(s), m, adjoint=True)
        tf.linalg.lstsq(m[:, :3], s)
        tf.linalg.lstsq(m[:, :3], s, l2_regularizer=0.5)
        tf.linalg.svd(m[:3], compute_uv=False)
        tf.linalg.eigvalsh(s + tf.linalg.diag([0.0, 1.0, 2.0, 3.0]))
        tf.linalg.eigh(s + tf.linalg.diag([0.0, 1.0, 2.0, 3.0]))[0]
        tf.linalg.expm(m * 0.3)
        tf.linalg.pinv(m[:3])
        tf.linalg.matrix_rank(m)
        tf.linalg.diag([1.0, 2.0])
        tf.linalg.diag([1.0, 2.0], k=1)
        tf.linalg.tensor_diag([1.0, 2.0])
        tf.linalg.diag_part(m)
        tf.linalg.diag_part(m, k=-1)
        tf.linalg.tensor_diag_part(m)
        tf.linalg.set_diag(m, [1.0, 2.0, 3.0, 4.0])
        tf.linalg.band_part(m, 1, 0)
        tf.linalg.band_part(m, -1, 1)
        tf.linalg.matrix_transpose(image)
        tf.linalg.cross(x[:, :3], y[:, :3])
        tf.signal.frame(wave, 4, 3)
        tf.signal.frame(wave, 5, 3, pad_end=True)
        tf.signal.overlap_and_add(tf.signal.frame(wave, 4, 2), 2)
        tf.signal.hann_window(6)
        tf.signal.hamming_window(6, periodic=False)
        tf.signal.dct(wave)
        tf.signal.dct(wave, norm='ortho')
        tf.signal.idct(wave, norm='ortho')
        tf.signal.dct(wave, type=3)
        tf.signal.fftshift(v)
        tf.signal.ifftshift(v)
        tf.image.resize(image, [4, 8])
        tf.image.resize(image, [12, 3], method='bilinear', antialias=True)
        tf.image.resize(image, [9, 4], method='nearest')
        tf.image.resize(image, [9, 4], method='bicubic')
        tf.image.resize(image, [3, 4], method='area')
        tf.image.resize(image, [12, 12], preserve_aspect_ratio=True)
        tf.image.resize_with_pad(image, 8, 8)
        tf.image.resize_with_crop_or_pad(image, 4, 9)
        tf.image.crop_to_bounding_box(image, 1, 2, 3, 2)
        tf.image.pad_to_bounding_box(image, 1, 2, 9, 8)
        tf.image.central_crop(image, 0.5)
        tf.image.crop_and_resize(image, [[0.1, 0.2, 0.8, 0.9], [0.0, 0.0, 1.3, 1.0]], [1, 0], [3, 4])
        tf.image.flip_left_right(image)
        tf.image.flip_up_down(image[0])
        tf.image.transpose(image)
        tf.image.rot90(image)
        tf.image.rot90(image, k=3)
        tf.image.adjust_brightness(image, 0.2)
        tf.image.adjust_contrast(image, 1.5)
        tf.image.adjust_gamma(image, 2.0, 0.5)
        tf.image.adjust_saturation(image, 1.6)
        tf.image.adjust_hue(image, 0.3)
        tf.image.rgb_to_grayscale(image)
        tf.image.grayscale_to_rgb(image[..., :1])
        tf.image.rgb_to_hsv(image)
        tf.image.hsv_to_rgb(image)
        tf.image.convert_image_dtype(image, tf.uint8)
        tf.image.convert_image_dtype(tf.image.convert_image_dtype(image, tf.uint8), tf.float32)
        tf.image.per_image_standardization(image)
        tf.image.psnr(image, image * 0.9, 1.0)
        tf.image.ssim(image, tf.roll(image, 1, 1), 1.0, filter_size=3)
        tf.image.ssim(image[0], image[1] * 0.7, 2.0, filter_size=4, filter_sigma=1.0, return_index_map=True)
        tf.image.ssim(tf.image.convert_image_dtype(image, tf.uint8), tf.zeros([2, 6, 5, 3], tf.uint8), 255, 5)
        tf.image.ssim_multiscale(image, image * 0.6, 1.0, power_factors=[0.3, 0.7], filter_size=3)
        tf.image.ssim_multiscale(image, tf.image.flip_up_down(image) * 0.1 + image, 1.0, [0.5, 0.2], 2)
        tf.image.total_variation(image)
        tf.image.sobel_edges(image)
        tf.image.extract_patches(image, [1, 2, 3, 1], [1, 2, 1, 1], [1, 1, 1, 1], 'VALID')
    """),
]

# Whose derivatives differ, each for a reason: TensorFlow has none of them, or other ones where several are right.
WITHOUT_DERIVATIVES = {
    "tf.math.unsorted_segment_prod(x, [1, -1, 1], 2)",
    "tf.nn.conv1d(wave[..., tf.newaxis], tf.reshape(x, [3, 1, 4]), 1, 'VALID', dilations=2)",
    "tf.image.adjust_contrast(image, 1.5)",
    "tf.image.resize(image, [12, 3], method='bilinear', antialias=True)",
    "tf.image.resize(image, [3, 4], method='area')",
    "tf.image.crop_and_resize(image, [[0.1, 0.2, 0.8, 0.9], [0.0, 0.0, 1.3, 1.0]], [1, 0], [3, 4])",
    "tf.image.rgb_to_hsv(image)",
    "tf.image.hsv_to_rgb(image)",
    "tf.image.adjust_saturation(image, 1.6)",
    "tf.image.adjust_hue(image, 0.3)",
    "tf.math.xlogy(p, q)",
    "tf.math.reduce_prod(p)",
}

DERIVED = ("x", "y", "p", "q", "u", "v", "m", "s", "image", "wave", "volume")


def value(tf, case, names=None):
    """What a case gives, as an array."""
    return np.asarray(eval(case, {"tf": tf, "np": np, **(inputs(tf) if names is None else names)}))


def weights(shape):
    return np.cos(ramp(*shape) * 0.83 + 0.2) if shape else np.array(1.0)


def derivatives(tf, case):
    """(the result, {name: derivative of its weighted sum by that input})."""
    if case in WITHOUT_DERIVATIVES:
        return value(tf, case), {}
    names = inputs(tf)
    used = [name for name in DERIVED if name in names]
    with tf.GradientTape() as tape:
        for name in used:
            tape.watch(names[name])
        result = eval(case, {"tf": tf, "np": np, **names})
        total = None
        if result.dtype in (tf.float32, tf.float64):
            total = tf.reduce_sum(result * tf.constant(weights(tuple(result.shape)), dtype=result.dtype))
    found = {} if total is None else dict(zip(used, tape.gradient(total, [names[name] for name in used])))
    return np.asarray(result), {
        name: np.asarray(tf.convert_to_tensor(gradient)) for name, gradient in found.items() if gradient is not None
    }


def kept(array):
    """The elements that the fixture has of a result."""
    flat = array.astype(np.float64).ravel()
    return flat[:: max(-(-flat.size // 24), 1)]


# What str and repr give.
PRINTED = listed("""
    tf.constant(6.0)
    tf.constant([1.0, 2.0])
    tf.constant([[1.0, 2.0], [3.0, 4.0]])
    tf.constant(True)
    tf.constant([True, False])
    tf.constant(3)
    tf.constant([1, 2], dtype=tf.int64)
    tf.constant(1.5, dtype=tf.float64)
    tf.constant(0.1)
    tf.zeros([0, 3])
    tf.reshape(tf.range(24), [2, 3, 4])
    tf.range(2000)
    tf.Variable([1.0, 2.0])
    tf.Variable(3.0, name='w')
    tf.Variable([[1, 2], [3, 4]])
    tf.Variable(2.0).assign(5.0)
    tf.Variable([1.0]).assign_add([2.0])
    tf.float32
    tf.bool
    tf.constant([1.0]).shape
    tf.zeros([2, 3]).shape
    tf.TensorShape([None, 3])
    tf.TensorShape(None)
    tf.TensorSpec([None, 3], tf.float32)
    tf.TensorSpec([2], tf.int32, name='x')
    tf.math.top_k(tf.constant([1.0, 3.0, 2.0]), 2)
    tf.data.Dataset.range(3).batch(2).element_spec
    tf.data.Dataset.from_tensor_slices({'a': [1, 2], 'b': [[1.0], [2.0]]}).element_spec
    tf.data.Dataset.from_tensor_slices(([1, 2], [3.0, 4.0]))
    tf.data.Dataset.range(3).cardinality()
    tf.config.list_physical_devices('CPU')
    tf.constant([1.0, 2.0]).numpy()
    tf.constant(2.5).numpy()
    f'{tf.constant(2.5):.2f}'
    f'{tf.constant(2.5)}'
    tf.shape(tf.ones([2, 3]))
    tf.constant([[1.0, 2.0], [3.0, 4.0]])[0]
""")


def printed_cases(tf):
    """{case: [str, repr]}."""
    return {case: [spelled(eval(case, {"tf": tf, "np": np})) for spelled in (str, repr)] for case in PRINTED}
