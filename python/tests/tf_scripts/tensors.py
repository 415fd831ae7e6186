"""Tensors: how they are made, printed, sliced, gathered, reshaped and combined."""

import numpy as np
import tensorflow as tf

rank_0 = tf.constant(4)
print(rank_0)
print(tf.constant([2.0, 3.0, 4.0]))
rank_2 = tf.constant([[1, 2], [3, 4], [5, 6]], dtype=tf.float16)
print(rank_2)
rank_3 = tf.constant([[[0, 1, 2, 3, 4], [5, 6, 7, 8, 9]], [[10, 11, 12, 13, 14], [15, 16, 17, 18, 19]]])
print(rank_3)
print(np.array(rank_2).dtype, rank_2.numpy().shape)
a, b = tf.constant([[1, 2], [3, 4]]), tf.constant([[1, 1], [1, 1]])
print(a + b, "\n")
print(a * b, "\n")
print(a @ b, "\n")
c = tf.constant([[4.0, 5.0], [10.0, 1.0]])
print(tf.reduce_max(c), tf.math.argmax(c), tf.nn.softmax(c))

rank_4 = tf.zeros([3, 2, 4, 5])
print(rank_4.dtype, rank_4.ndim, rank_4.shape, rank_4.shape[0], rank_4.shape[-1], tf.size(rank_4).numpy())
print(tf.rank(rank_4), tf.shape(rank_4))

row = tf.constant([0, 1, 1, 2, 3, 5, 8, 13, 21, 34])
print(row[0].numpy(), row[-1].numpy(), row[:4].numpy(), row[4:].numpy(), row[2:7].numpy(), row[::2].numpy())
print(row[::-1].numpy())
print(rank_3[:, :, 4], rank_3[1, 0], rank_3[..., tf.newaxis].shape)

x = tf.constant([[1], [2], [3]])
print(x.shape.as_list(), tf.reshape(x, [1, 3]), tf.reshape(rank_3, [-1]).numpy())
print(tf.reshape(rank_3, [3 * 2, -1]).shape if rank_3.shape[0] == 3 else tf.reshape(rank_3, [4, -1]).shape)
try:
    tf.reshape(rank_3, [7, -1])
except Exception as error:
    print(isinstance(error, tf.errors.InvalidArgumentError))

f64 = tf.constant([2.2, 3.3, 4.4], dtype=tf.float64)
print(tf.cast(tf.cast(f64, dtype=tf.float16), dtype=tf.uint8))
x = tf.constant([1, 2, 3])
print(tf.multiply(x, 2), x * tf.constant([2, 2, 2]), tf.reshape(x, [3, 1]) * tf.range(1, 5))
print(tf.broadcast_to(tf.constant([1, 2, 3]), [3, 3]))

board = tf.reshape(tf.range(18), [6, 3])
print(tf.gather(board, [0, 3, 5]), tf.gather_nd(board, [[0, 1], [5, 2]]).numpy())
print(tf.slice(board, begin=[1, 1], size=[2, 2]), tf.boolean_mask(board, board % 4 == 0).numpy())
print(tf.scatter_nd([[0], [2], [4]], [7, 8, 9], [6]).numpy())
print(tf.tensor_scatter_nd_add(tf.ones([4], tf.int32), [[1], [1]], [5, 6]).numpy())
print(tf.where(board > 8, board, -board).numpy()[:, 0])
print(tf.transpose(board).shape, tf.concat([board, board], 1).shape, tf.stack([board, board]).shape)
print([part.numpy().tolist() for part in tf.split(row, 2)], [int(v) for v in tf.unstack(x)])
print(tf.einsum("ij,ik->jk", tf.cast(board, tf.float32), tf.ones([6, 2])))

for wrong in (
    lambda: tf.constant(1) + tf.constant(1.0),
    lambda: tf.constant([1.0, 2.0]) + tf.constant([1.0, 2.0, 3.0]),
    lambda: tf.matmul(tf.ones([2, 3]), tf.ones([2, 3])),
    lambda: tf.constant([1.0])[3],
    lambda: tf.exp(tf.constant(1)),
    lambda: tf.concat([tf.ones([2, 2]), tf.ones([3, 3])], 0),
    lambda: tf.debugging.assert_equal(tf.constant(1), tf.constant(2)),
):
    try:
        wrong()
        print("nothing was raised")
    except tf.errors.InvalidArgumentError:
        print("InvalidArgumentError")

v = tf.Variable([[1.0, 2.0], [3.0, 4.0]], name="mine")
print(v.name, v.shape, v.dtype, tf.convert_to_tensor(v).numpy().tolist(), tf.math.argmax(v).numpy())
v.assign(v + 1.0)
print(v.numpy().tolist(), v.assign_add([[1.0, 1.0], [1.0, 1.0]]).numpy().tolist(), (v[0] * 2).numpy().tolist())
try:
    v.assign([1.0, 2.0, 3.0])
except ValueError as error:
    print(type(error).__name__)
print(tf.nest.map_structure(lambda t: t + 1, {"a": 1, "b": (2, [3])}))
print(tf.is_tensor(row), tf.is_tensor(np.ones(2)), tf.executing_eagerly())
with tf.device("/CPU:0"):
    print(tf.add(1, 2))
print(tf.range(3) == tf.constant([0, 1, 3]), tf.constant(3) == 3, bool(tf.constant(0)))
print({row.ref(): 1}[row.ref()], float(tf.constant(2.5)), int(tf.constant(3)), list(range(5))[tf.constant(2)])
