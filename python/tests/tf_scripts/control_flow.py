"""tf.function with Python's `if`, `while`, `for` and `break` over tensors, alone and under open tapes."""

import tensorflow as tf


@tf.function
def branch(x):
    if tf.reduce_sum(x) > 0:
        return x * x
    else:
        return -x


@tf.function
def total(x):
    found = tf.constant(0.0)
    for value in x:
        found += value * value
    return found


@tf.function
def collatz(n):
    steps = tf.constant(0)
    while n != 1:
        if n % 2 == 0:
            n = n // 2
        else:
            n = 3 * n + 1
        steps += 1
    return steps


@tf.function
def below(n):
    found = tf.constant(0)
    for i in tf.range(n):
        if i == 4:
            break
        if i % 2 == 1:
            continue
        found += i
    return found


@tf.function
def root(x):
    """Newton's steps, as many as it takes."""
    y = x
    while tf.abs(y * y - x) > 1e-4:
        y = (y + x / y) / 2
    return y


weight = tf.Variable(2.0)
count = tf.Variable(0)


@tf.function
def loss(x):
    count.assign_add(1)
    if weight > 1.0:
        return tf.reduce_sum(x * x * weight)
    return tf.reduce_sum(x) * weight**3


@tf.function
def slope(x):
    with tf.GradientTape() as tape:
        value = loss(x)
    return value, tape.gradient(value, weight)


x, y = tf.constant([1.0, 2.0]), tf.constant([-1.0, -2.0])
for given in (x, y, x):
    with tf.GradientTape() as tape:
        tape.watch(given)
        result = branch(given)
    print("branch", branch(given).numpy(), result.numpy(), tape.gradient(result, given).numpy())

with tf.GradientTape() as tape:
    tape.watch(x)
    result = total(x)
print("total", result.numpy(), tape.gradient(result, x).numpy())
print("collatz", [collatz(tf.constant(n)).numpy() for n in (1, 7, 27)])
print("below", [below(tf.constant(n)).numpy() for n in (0, 3, 9)])

nine = tf.constant(9.0)
with tf.GradientTape() as outer:
    outer.watch(nine)
    with tf.GradientTape() as tape:
        tape.watch(nine)
        result = root(nine)
    first = tape.gradient(result, nine)
print(f"root {result:.4f}, its derivative {first:.4f}, the next {outer.gradient(first, nine):.5f}")

for value in (2.0, 0.5, 3.0):
    weight.assign(value)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        result = loss(x)
    print("loss", result.numpy(), tape.gradient(result, weight).numpy(), tape.gradient(result, x).numpy())
    print("slope", [part.numpy() for part in slope(x)])
print("calls", count.numpy())

with tf.GradientTape(persistent=True) as outer:
    outer.watch(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        result = loss(x)
    gradient = tape.gradient(result, x)
print("again", outer.gradient(gradient, x).numpy(), outer.gradient(gradient, weight).numpy())
with tf.GradientTape() as tape:
    tape.watch(x)
    result = branch(x)
print("jacobian", tape.jacobian(result, x).numpy().tolist())
