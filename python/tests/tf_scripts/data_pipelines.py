"""Pipelines of tf.data: sources, batches, windows, padding, mixing, and functions of elements."""

import numpy as np
import tensorflow as tf

dataset = tf.data.Dataset.from_tensor_slices([8, 3, 0, 8, 2, 1])
print(dataset)
for element in dataset:
    print(element.numpy(), end=" ")
print()
print(dataset.reduce(0, lambda state, value: state + value).numpy())
iterator = iter(dataset)
print(next(iterator).numpy(), next(iterator).numpy())

features = np.sin(np.arange(24)).reshape(8, 3).astype(np.float32)
labels = np.arange(8) % 3
pairs = tf.data.Dataset.from_tensor_slices((features, labels))
print(pairs.element_spec)
for x, y in pairs.take(2):
    print(x.numpy(), y.numpy())
named = tf.data.Dataset.from_tensor_slices({"a": features, "b": labels})
print(sorted(named.element_spec), next(iter(named))["b"])

batches = pairs.map(lambda x, y: (x * 2.0, y + 1)).batch(3)
for x, y in batches:
    print(x.shape, y.numpy(), round(float(tf.reduce_sum(x)), 4))
print(len(batches), batches.element_spec, pairs.batch(3, drop_remainder=True).element_spec)
print([x.shape.as_list() for x, _ in pairs.batch(3, drop_remainder=True)])

numbers = tf.data.Dataset.range(10)
print(list(numbers.filter(lambda x: x % 3 == 0).as_numpy_iterator()))
print(list(numbers.skip(2).take(5).map(lambda x: x**2, num_parallel_calls=tf.data.AUTOTUNE).as_numpy_iterator()))
print(list(numbers.shard(3, 1).as_numpy_iterator()), list(numbers.take(3).repeat(2).as_numpy_iterator()))
print(sorted(numbers.shuffle(10, seed=3).as_numpy_iterator()))
print(sorted(numbers.shuffle(4).repeat(2).as_numpy_iterator()))
print([sorted(batch.tolist()) for batch in numbers.shuffle(10).batch(10).repeat(2).as_numpy_iterator()])

print([[int(v) for v in window] for window in numbers.window(4, shift=3)])
print([[int(v) for v in window] for window in numbers.window(3, shift=2, stride=2, drop_remainder=True)])
windows = numbers.window(4, shift=2, drop_remainder=True).flat_map(lambda w: w.batch(4, drop_remainder=True))
for window in windows.map(lambda w: (w[:-1], w[1:])).take(2):
    print(window[0].numpy(), window[1].numpy())

ragged = tf.data.Dataset.from_generator(
    lambda: ([n] * n for n in range(1, 5)), output_signature=tf.TensorSpec([None], tf.int32)
)
for batch in ragged.padded_batch(2):
    print(batch.numpy().tolist())
for batch in ragged.padded_batch(4, padded_shapes=[5], padding_values=-1):
    print(batch.numpy().tolist())


def count(stop):
    for n in range(stop):
        yield n, [n] * 2


typed = tf.data.Dataset.from_generator(count, args=[4], output_types=(tf.int32, tf.float32), output_shapes=((), (2,)))
print(typed.element_spec, [(int(a), b.numpy().tolist()) for a, b in typed.take(2)])

print([(int(a), float(b)) for a, b in tf.data.Dataset.zip((numbers, tf.data.Dataset.from_tensors(0.5).repeat(3)))])
print([int(v) for v in numbers.take(2).concatenate(tf.data.Dataset.range(7, 9))])
print([(int(n), int(v)) for n, v in tf.data.Dataset.range(5, 8).enumerate(start=10)])
mixed = tf.data.Dataset.range(1, 6).interleave(
    lambda x: tf.data.Dataset.from_tensors(x).repeat(4), cycle_length=2, block_length=3
)
print([int(v) for v in mixed])
print([int(v) for v in tf.data.Dataset.from_tensor_slices([[1, 2, 3], [4, 5, 6]]).unbatch()])
print([int(v) for v in numbers.take(4).scan(np.int64(0), lambda s, x: (s + x, s + x))])
print([int(v) for v in numbers.take_while(lambda x: x < 4)])
print([int(v) for v in numbers.apply(lambda d: d.batch(5)).map(tf.reduce_sum)])
calls = []


def source():
    calls.append(1)
    yield from range(3)


cached = tf.data.Dataset.from_generator(source, output_signature=tf.TensorSpec([], tf.int32)).cache()
print([[int(v) for v in cached] for _ in range(2)], len(calls))
for dataset in (numbers, numbers.repeat(), numbers.filter(lambda x: x > 1), numbers.batch(4), numbers.repeat(3)):
    print(dataset.cardinality().numpy(), end=" ")
print()
traces = []


def traced(x):
    traces.append(x.dtype.name)
    return tf.cast(x, tf.float32) / 3.0


print([round(float(v), 3) for v in numbers.map(traced)], len(traces))


def stateful(x, y):
    mean, variance = tf.nn.moments(x, axes=[0])
    return (x - mean) / tf.sqrt(variance + 1e-6), tf.one_hot(y, 3)


for x, y in pairs.map(stateful).batch(8).prefetch(tf.data.AUTOTUNE):
    print(x.shape, y.numpy().sum(axis=0), round(float(tf.reduce_sum(x * x)), 3))
print(int(numbers.take(1).get_single_element()))
