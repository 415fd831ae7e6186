"""tf.function: when it is traced, what it keeps of Python, and how variables go through it."""

import sys

import tensorflow as tf


@tf.function
def double(a):
    print("Tracing with", a)
    return a + a


print(double(tf.constant(1)))
print(double(tf.constant(1.1)))
print(double(tf.constant(2.2)))
print(double(tf.constant([1.0, 2.0])))
print(double(tf.constant([3.0, 4.0])))


@tf.function
def train(num_steps):
    print("Tracing with num_steps =", num_steps)
    tf.print("Executing with num_steps =", num_steps, output_stream=sys.stdout)
    total = tf.constant(0.0)
    for _ in tf.range(num_steps):
        total += 1.5
    return total


print(train(num_steps=10).numpy())
print(train(num_steps=20).numpy())


@tf.function
def f(x):
    print("Traced with", x)
    tf.print("Executed with", x, output_stream=sys.stdout)


f(1)
f(1)
f(2)

external_list = []


@tf.function
def side_effect(x):
    external_list.append(x.shape)
    return x * 2


for _ in range(3):
    side_effect(tf.constant([1.0, 2.0]))
print(len(external_list), external_list)

counter = tf.Variable(0)


@tf.function
def count(times):
    counter.assign_add(times)
    return counter.read_value() * 10


for number in range(3):
    print(count(tf.constant(number)), counter.numpy())


class Counter(tf.Module):
    def __init__(self):
        super().__init__()
        self.count = None

    @tf.function
    def __call__(self):
        if self.count is None:
            self.count = tf.Variable(0)
        return self.count.assign_add(1)


first, second = Counter(), Counter()
print(first().numpy(), first().numpy(), second().numpy())


@tf.function(input_signature=[tf.TensorSpec(shape=[None], dtype=tf.float32)])
def total(x):
    return tf.reduce_sum(x) / tf.cast(tf.shape(x)[0], tf.float32)


print(total(tf.constant([1.0, 2.0])).numpy(), total(tf.constant([1.0, 2.0, 6.0])).numpy())
try:
    total(tf.constant([[1.0, 2.0]]))
except TypeError:
    print("another rank is refused")


@tf.function
def sign(x):
    if x > 0:
        return tf.constant("positive" == "positive")
    return tf.constant(False)


print(sign(tf.constant(2.0)).numpy(), sign(tf.constant(-2.0)).numpy())


@tf.function
def collatz(n):
    steps = tf.constant(0)
    while n > 1:
        n = tf.where(n % 2 == 0, n // 2, 3 * n + 1)
        steps += 1
    return steps


print(collatz(tf.constant(6)).numpy(), collatz(tf.constant(27)).numpy())


@tf.function
def structures(inputs, scale=2.0):
    return {"sum": inputs["a"] + inputs["b"], "pair": (inputs["a"] * scale, None), "list": [inputs["b"]]}


found = structures({"a": tf.constant(1.0), "b": tf.constant(4.0)})
print(found["sum"].numpy(), found["pair"][0].numpy(), found["pair"][1], found["list"][0].numpy())
print(structures({"a": tf.constant(1.0), "b": tf.constant(4.0)}, scale=3.0)["pair"][0].numpy())


@tf.function
def inner(x):
    return tf.square(x)


@tf.function
def outer(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = inner(x) * x
    return tape.gradient(y, x)


print(outer(tf.constant(2.0)).numpy())
v = tf.Variable(3.0)
with tf.GradientTape() as tape:
    y = inner(v)
print(tape.gradient(y, v).numpy())

dataset = tf.data.Dataset.range(6).batch(2)


@tf.function
def over(dataset):
    result = tf.constant(0, dtype=tf.int64)
    for batch in dataset:
        result += tf.reduce_prod(batch)
    return result


print(over(dataset).numpy())
concrete = double.get_concrete_function(tf.TensorSpec([2], tf.float32))
print(concrete(tf.constant([5.0, 6.0])).numpy())
tf.config.run_functions_eagerly(True)
print(double(tf.constant(7)))
tf.config.run_functions_eagerly(False)
