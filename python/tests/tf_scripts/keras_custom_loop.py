"""A training loop of one's own: tf.data batches, a compiled step, metrics, a schedule, the loss of layers."""

import tensorflow as tf
from formulas import labels, set_weights, show, values

keras = tf.keras

inputs = keras.Input(shape=(10,), name="digits")
x = keras.layers.Dense(16, activation="relu", activity_regularizer=keras.regularizers.L2(1e-3))(inputs)
outputs = keras.layers.Dense(4, name="predictions")(keras.layers.BatchNormalization()(x))
model = keras.Model(inputs=inputs, outputs=outputs)
set_weights(model)

schedule = keras.optimizers.schedules.ExponentialDecay(0.05, decay_steps=4, decay_rate=0.7)
optimizer = keras.optimizers.SGD(learning_rate=schedule, momentum=0.9)
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
train_acc = keras.metrics.SparseCategoricalAccuracy()
val_acc = keras.metrics.SparseCategoricalAccuracy()

train = tf.data.Dataset.from_tensor_slices((values(64, 10), labels(64, 4))).batch(16)
val = tf.data.Dataset.from_tensor_slices((values(24, 10, seed=4), labels(24, 4, seed=2))).batch(10)


@tf.function
def train_step(x, y):
    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        loss_value = loss_fn(y, logits) + tf.add_n(model.losses)
    grads = tape.gradient(loss_value, model.trainable_weights)
    optimizer.apply_gradients(zip(grads, model.trainable_weights))
    train_acc.update_state(y, logits)
    return loss_value


@tf.function
def test_step(x, y):
    val_acc.update_state(y, model(x, training=False))


for epoch in range(3):
    for step, (x_batch, y_batch) in enumerate(train):
        loss = train_step(x_batch, y_batch)
        if step % 2 == 0:
            show(f"epoch {epoch} step {step}", loss.numpy())
    show("accuracy", train_acc.result().numpy())
    train_acc.reset_state()
    for x_batch, y_batch in val:
        test_step(x_batch, y_batch)
    show("validation", val_acc.result().numpy())
    val_acc.reset_state()
print("iterations:", int(optimizer.iterations.numpy()))
show("rate", float(optimizer.learning_rate))
show("moving mean", model.layers[2].moving_mean.numpy())
