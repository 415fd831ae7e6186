"""Keras's optimisers. Written by scripts/generate_layers.py from the engine's registry; do not edit."""

from __future__ import annotations

from typing import Any

from ._engine import EngineOptimizer


class SGD(EngineOptimizer):
    """Stochastic gradient descent, as Keras's: the rate is in the velocity.

    v = momentum v - learning_rate g; p += v, or with nesterov momentum v - learning_rate g.

    learning_rate: learning rate.
    momentum: share of the velocity that is kept, from 0 to 1.
    nesterov: Nesterov's momentum.
    weight_decay: the parameter first loses weight_decay learning_rate times itself.
    clipnorm: the largest norm of each gradient.
    clipvalue: the largest magnitude of a gradient's elements.
    global_clipnorm: the largest norm of all gradients together.
    use_ema: keeps an exponential average of the parameters.
    ema_momentum: share of the average that is kept, from 0 to 1.
    ema_overwrite_frequency: steps after which the average takes the parameters' place, again and again.
    loss_scale_factor: what the loss was multiplied by.
    gradient_accumulation_steps: gradients that make a step, by their mean; 2 at least.
    """

    _kind = "keras.SGD"
    _settings = (
        "learning_rate",
        "momentum",
        "nesterov",
        "weight_decay",
        "clipnorm",
        "clipvalue",
        "global_clipnorm",
        "use_ema",
        "ema_momentum",
        "ema_overwrite_frequency",
        "loss_scale_factor",
        "gradient_accumulation_steps",
    )

    def __init__(
        self,
        learning_rate: Any = 0.01,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._make(
            name,
            kwargs,
            learning_rate=learning_rate,
            momentum=momentum,
            nesterov=nesterov,
            weight_decay=weight_decay,
            clipnorm=clipnorm,
            clipvalue=clipvalue,
            global_clipnorm=global_clipnorm,
            use_ema=use_ema,
            ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency,
            loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps,
        )


class Adam(EngineOptimizer):
    """Adam (Kingma and Ba 2015, the form before section 2.1), as Keras's: epsilon is inside the corrected rate.

    m += (1 - beta_1)(g - m); v += (1 - beta_2)(g^2 - v); p -= learning_rate sqrt(1 - beta_2^t) / (1 - beta_1^t) m /
    (sqrt(v) + epsilon).

    learning_rate: learning rate.
    beta_1: decay of the mean of gradients, from 0 on and below 1.
    beta_2: decay of the mean of squares, from 0 on and below 1.
    epsilon: added to the denominator.
    amsgrad: divides by the root of the largest v so far (Reddi et al. 2018).
    weight_decay: the parameter first loses weight_decay learning_rate times itself.
    clipnorm: the largest norm of each gradient.
    clipvalue: the largest magnitude of a gradient's elements.
    global_clipnorm: the largest norm of all gradients together.
    use_ema: keeps an exponential average of the parameters.
    ema_momentum: share of the average that is kept, from 0 to 1.
    ema_overwrite_frequency: steps after which the average takes the parameters' place, again and again.
    loss_scale_factor: what the loss was multiplied by.
    gradient_accumulation_steps: gradients that make a step, by their mean; 2 at least.
    """

    _kind = "keras.Adam"
    _settings = (
        "learning_rate",
        "beta_1",
        "beta_2",
        "epsilon",
        "amsgrad",
        "weight_decay",
        "clipnorm",
        "clipvalue",
        "global_clipnorm",
        "use_ema",
        "ema_momentum",
        "ema_overwrite_frequency",
        "loss_scale_factor",
        "gradient_accumulation_steps",
    )

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-07,
        amsgrad: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._make(
            name,
            kwargs,
            learning_rate=learning_rate,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            amsgrad=amsgrad,
            weight_decay=weight_decay,
            clipnorm=clipnorm,
            clipvalue=clipvalue,
            global_clipnorm=global_clipnorm,
            use_ema=use_ema,
            ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency,
            loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps,
        )


class AdamW(EngineOptimizer):
    """Keras's Adam with decoupled decay (Loshchilov and Hutter 2019).

    learning_rate: learning rate.
    weight_decay: the parameter first loses weight_decay learning_rate times itself.
    beta_1: decay of the mean of gradients, from 0 on and below 1.
    beta_2: decay of the mean of squares, from 0 on and below 1.
    epsilon: added to the denominator.
    amsgrad: divides by the root of the largest v so far (Reddi et al. 2018).
    clipnorm: the largest norm of each gradient.
    clipvalue: the largest magnitude of a gradient's elements.
    global_clipnorm: the largest norm of all gradients together.
    use_ema: keeps an exponential average of the parameters.
    ema_momentum: share of the average that is kept, from 0 to 1.
    ema_overwrite_frequency: steps after which the average takes the parameters' place, again and again.
    loss_scale_factor: what the loss was multiplied by.
    gradient_accumulation_steps: gradients that make a step, by their mean; 2 at least.
    """

    _kind = "keras.AdamW"
    _settings = (
        "learning_rate",
        "weight_decay",
        "beta_1",
        "beta_2",
        "epsilon",
        "amsgrad",
        "clipnorm",
        "clipvalue",
        "global_clipnorm",
        "use_ema",
        "ema_momentum",
        "ema_overwrite_frequency",
        "loss_scale_factor",
        "gradient_accumulation_steps",
    )

    def __init__(
        self,
        learning_rate: Any = 0.001,
        weight_decay: float | None = 0.004,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-07,
        amsgrad: bool = False,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._make(
            name,
            kwargs,
            learning_rate=learning_rate,
            weight_decay=weight_decay,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            amsgrad=amsgrad,
            clipnorm=clipnorm,
            clipvalue=clipvalue,
            global_clipnorm=global_clipnorm,
            use_ema=use_ema,
            ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency,
            loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps,
        )


class Nadam(EngineOptimizer):
    """Adam with Nesterov's momentum (Dozat 2016), as Keras's.

    u(t) = beta_1 (1 - 0.96^t / 2); U(t) = u(1) ... u(t); m and v as Adam's; p -= learning_rate (u(t + 1) m / (1 - U(t +
    1)) + (1 - u(t)) g / (1 - U(t))) / (sqrt(v / (1 - beta_2^t)) + epsilon).

    learning_rate: learning rate.
    beta_1: decay of the mean of gradients, from 0 on and below 1.
    beta_2: decay of the mean of squares, from 0 on and below 1.
    epsilon: added to the denominator.
    weight_decay: the parameter first loses weight_decay learning_rate times itself.
    clipnorm: the largest norm of each gradient.
    clipvalue: the largest magnitude of a gradient's elements.
    global_clipnorm: the largest norm of all gradients together.
    use_ema: keeps an exponential average of the parameters.
    ema_momentum: share of the average that is kept, from 0 to 1.
    ema_overwrite_frequency: steps after which the average takes the parameters' place, again and again.
    loss_scale_factor: what the loss was multiplied by.
    gradient_accumulation_steps: gradients that make a step, by their mean; 2 at least.
    """

    _kind = "keras.Nadam"
    _settings = (
        "learning_rate",
        "beta_1",
        "beta_2",
        "epsilon",
        "weight_decay",
        "clipnorm",
        "clipvalue",
        "global_clipnorm",
        "use_ema",
        "ema_momentum",
        "ema_overwrite_frequency",
        "loss_scale_factor",
        "gradient_accumulation_steps",
    )

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-07,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._make(
            name,
            kwargs,
            learning_rate=learning_rate,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            weight_decay=weight_decay,
            clipnorm=clipnorm,
            clipvalue=clipvalue,
            global_clipnorm=global_clipnorm,
            use_ema=use_ema,
            ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency,
            loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps,
        )


class RMSprop(EngineOptimizer):
    """RMSprop (Hinton 2012; centred: Graves 2013), as Keras's: epsilon is inside the root.

    v = rho v + (1 - rho) g^2; centred: a = rho a + (1 - rho) g, v - a^2 in place of v; u = learning_rate g / sqrt(v +
    epsilon); p -= u, or with momentum b = momentum b + u, p -= b.

    learning_rate: learning rate.
    rho: share of the mean of squares that is kept, from 0 to 1.
    momentum: share of the increment that is kept, from 0 to 1.
    epsilon: added to the denominator.
    centered: divides by the root of the variance.
    weight_decay: the parameter first loses weight_decay learning_rate times itself.
    clipnorm: the largest norm of each gradient.
    clipvalue: the largest magnitude of a gradient's elements.
    global_clipnorm: the largest norm of all gradients together.
    use_ema: keeps an exponential average of the parameters.
    ema_momentum: share of the average that is kept, from 0 to 1.
    ema_overwrite_frequency: steps after which the average takes the parameters' place, again and again.
    loss_scale_factor: what the loss was multiplied by.
    gradient_accumulation_steps: gradients that make a step, by their mean; 2 at least.
    """

    _kind = "keras.RMSprop"
    _settings = (
        "learning_rate",
        "rho",
        "momentum",
        "epsilon",
        "centered",
        "weight_decay",
        "clipnorm",
        "clipvalue",
        "global_clipnorm",
        "use_ema",
        "ema_momentum",
        "ema_overwrite_frequency",
        "loss_scale_factor",
        "gradient_accumulation_steps",
    )

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.9,
        momentum: float = 0.0,
        epsilon: float = 1e-07,
        centered: bool = False,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._make(
            name,
            kwargs,
            learning_rate=learning_rate,
            rho=rho,
            momentum=momentum,
            epsilon=epsilon,
            centered=centered,
            weight_decay=weight_decay,
            clipnorm=clipnorm,
            clipvalue=clipvalue,
            global_clipnorm=global_clipnorm,
            use_ema=use_ema,
            ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency,
            loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps,
        )


class Adagrad(EngineOptimizer):
    """Adagrad (Duchi et al. 2011), as Keras's: epsilon is inside the root.

    s += g^2; p -= learning_rate g / sqrt(s + epsilon).

    learning_rate: learning rate.
    initial_accumulator_value: what the sum of squares begins with.
    epsilon: added to the denominator.
    weight_decay: the parameter first loses weight_decay learning_rate times itself.
    clipnorm: the largest norm of each gradient.
    clipvalue: the largest magnitude of a gradient's elements.
    global_clipnorm: the largest norm of all gradients together.
    use_ema: keeps an exponential average of the parameters.
    ema_momentum: share of the average that is kept, from 0 to 1.
    ema_overwrite_frequency: steps after which the average takes the parameters' place, again and again.
    loss_scale_factor: what the loss was multiplied by.
    gradient_accumulation_steps: gradients that make a step, by their mean; 2 at least.
    """

    _kind = "keras.Adagrad"
    _settings = (
        "learning_rate",
        "initial_accumulator_value",
        "epsilon",
        "weight_decay",
        "clipnorm",
        "clipvalue",
        "global_clipnorm",
        "use_ema",
        "ema_momentum",
        "ema_overwrite_frequency",
        "loss_scale_factor",
        "gradient_accumulation_steps",
    )

    def __init__(
        self,
        learning_rate: Any = 0.001,
        initial_accumulator_value: float = 0.1,
        epsilon: float = 1e-07,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._make(
            name,
            kwargs,
            learning_rate=learning_rate,
            initial_accumulator_value=initial_accumulator_value,
            epsilon=epsilon,
            weight_decay=weight_decay,
            clipnorm=clipnorm,
            clipvalue=clipvalue,
            global_clipnorm=global_clipnorm,
            use_ema=use_ema,
            ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency,
            loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps,
        )


class Adadelta(EngineOptimizer):
    """Adadelta (Zeiler 2012), as Keras's.

    a = rho a + (1 - rho) g^2; u = -sqrt(d + epsilon) / sqrt(a + epsilon) g; d = rho d + (1 - rho) u^2; p +=
    learning_rate u.

    learning_rate: learning rate.
    rho: share of the means of squares that is kept, from 0 to 1.
    epsilon: added to the denominator.
    weight_decay: the parameter first loses weight_decay learning_rate times itself.
    clipnorm: the largest norm of each gradient.
    clipvalue: the largest magnitude of a gradient's elements.
    global_clipnorm: the largest norm of all gradients together.
    use_ema: keeps an exponential average of the parameters.
    ema_momentum: share of the average that is kept, from 0 to 1.
    ema_overwrite_frequency: steps after which the average takes the parameters' place, again and again.
    loss_scale_factor: what the loss was multiplied by.
    gradient_accumulation_steps: gradients that make a step, by their mean; 2 at least.
    """

    _kind = "keras.Adadelta"
    _settings = (
        "learning_rate",
        "rho",
        "epsilon",
        "weight_decay",
        "clipnorm",
        "clipvalue",
        "global_clipnorm",
        "use_ema",
        "ema_momentum",
        "ema_overwrite_frequency",
        "loss_scale_factor",
        "gradient_accumulation_steps",
    )

    def __init__(
        self,
        learning_rate: Any = 0.001,
        rho: float = 0.95,
        epsilon: float = 1e-07,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._make(
            name,
            kwargs,
            learning_rate=learning_rate,
            rho=rho,
            epsilon=epsilon,
            weight_decay=weight_decay,
            clipnorm=clipnorm,
            clipvalue=clipvalue,
            global_clipnorm=global_clipnorm,
            use_ema=use_ema,
            ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency,
            loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps,
        )


class Adamax(EngineOptimizer):
    """Adam with the largest gradient in place of the mean of squares (Kingma and Ba 2015, section 7), as Keras's.

    m += (1 - beta_1)(g - m); u = max(beta_2 u, |g|); p -= learning_rate / (1 - beta_1^t) m / (u + epsilon).

    learning_rate: learning rate.
    beta_1: decay of the mean of gradients, from 0 on and below 1.
    beta_2: decay of the mean of squares, from 0 on and below 1.
    epsilon: added to the denominator.
    weight_decay: the parameter first loses weight_decay learning_rate times itself.
    clipnorm: the largest norm of each gradient.
    clipvalue: the largest magnitude of a gradient's elements.
    global_clipnorm: the largest norm of all gradients together.
    use_ema: keeps an exponential average of the parameters.
    ema_momentum: share of the average that is kept, from 0 to 1.
    ema_overwrite_frequency: steps after which the average takes the parameters' place, again and again.
    loss_scale_factor: what the loss was multiplied by.
    gradient_accumulation_steps: gradients that make a step, by their mean; 2 at least.
    """

    _kind = "keras.Adamax"
    _settings = (
        "learning_rate",
        "beta_1",
        "beta_2",
        "epsilon",
        "weight_decay",
        "clipnorm",
        "clipvalue",
        "global_clipnorm",
        "use_ema",
        "ema_momentum",
        "ema_overwrite_frequency",
        "loss_scale_factor",
        "gradient_accumulation_steps",
    )

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-07,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._make(
            name,
            kwargs,
            learning_rate=learning_rate,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            weight_decay=weight_decay,
            clipnorm=clipnorm,
            clipvalue=clipvalue,
            global_clipnorm=global_clipnorm,
            use_ema=use_ema,
            ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency,
            loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps,
        )


class Ftrl(EngineOptimizer):
    """Follow the regularised leader (McMahan et al. 2013), as Keras's.

    q = -learning_rate_power; h = g + 2 l2_shrinkage p; z += h - ((n + g^2)^q - n^q) / learning_rate p; n += g^2; p =
    (clip(z, -l1, l1) - z) / ((n^q + beta) / learning_rate + 2 l2).

    learning_rate: learning rate.
    learning_rate_power: how the rate falls with the sum of squares, at most 0.
    initial_accumulator_value: what the sum of squares begins with.
    l1_regularization_strength: of the penalty on magnitudes.
    l2_regularization_strength: of the penalty on squares.
    l2_shrinkage_regularization_strength: of a penalty on squares that is taken with the gradient.
    beta: added to the root of the sum of squares.
    weight_decay: the parameter first loses weight_decay learning_rate times itself.
    clipnorm: the largest norm of each gradient.
    clipvalue: the largest magnitude of a gradient's elements.
    global_clipnorm: the largest norm of all gradients together.
    use_ema: keeps an exponential average of the parameters.
    ema_momentum: share of the average that is kept, from 0 to 1.
    ema_overwrite_frequency: steps after which the average takes the parameters' place, again and again.
    loss_scale_factor: what the loss was multiplied by.
    gradient_accumulation_steps: gradients that make a step, by their mean; 2 at least.
    """

    _kind = "keras.Ftrl"
    _settings = (
        "learning_rate",
        "learning_rate_power",
        "initial_accumulator_value",
        "l1_regularization_strength",
        "l2_regularization_strength",
        "l2_shrinkage_regularization_strength",
        "beta",
        "weight_decay",
        "clipnorm",
        "clipvalue",
        "global_clipnorm",
        "use_ema",
        "ema_momentum",
        "ema_overwrite_frequency",
        "loss_scale_factor",
        "gradient_accumulation_steps",
    )

    def __init__(
        self,
        learning_rate: Any = 0.001,
        learning_rate_power: float = -0.5,
        initial_accumulator_value: float = 0.1,
        l1_regularization_strength: float = 0.0,
        l2_regularization_strength: float = 0.0,
        l2_shrinkage_regularization_strength: float = 0.0,
        beta: float = 0.0,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._make(
            name,
            kwargs,
            learning_rate=learning_rate,
            learning_rate_power=learning_rate_power,
            initial_accumulator_value=initial_accumulator_value,
            l1_regularization_strength=l1_regularization_strength,
            l2_regularization_strength=l2_regularization_strength,
            l2_shrinkage_regularization_strength=l2_shrinkage_regularization_strength,
            beta=beta,
            weight_decay=weight_decay,
            clipnorm=clipnorm,
            clipvalue=clipvalue,
            global_clipnorm=global_clipnorm,
            use_ema=use_ema,
            ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency,
            loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps,
        )


class Lion(EngineOptimizer):
    """Evolved sign momentum (Chen et al. 2023), as Keras's.

    p -= learning_rate sign(beta_1 m + (1 - beta_1) g); m = beta_2 m + (1 - beta_2) g.

    learning_rate: learning rate.
    beta_1: decay of the mean of gradients, from 0 on and below 1.
    beta_2: decay of the mean of squares, from 0 on and below 1.
    weight_decay: the parameter first loses weight_decay learning_rate times itself.
    clipnorm: the largest norm of each gradient.
    clipvalue: the largest magnitude of a gradient's elements.
    global_clipnorm: the largest norm of all gradients together.
    use_ema: keeps an exponential average of the parameters.
    ema_momentum: share of the average that is kept, from 0 to 1.
    ema_overwrite_frequency: steps after which the average takes the parameters' place, again and again.
    loss_scale_factor: what the loss was multiplied by.
    gradient_accumulation_steps: gradients that make a step, by their mean; 2 at least.
    """

    _kind = "keras.Lion"
    _settings = (
        "learning_rate",
        "beta_1",
        "beta_2",
        "weight_decay",
        "clipnorm",
        "clipvalue",
        "global_clipnorm",
        "use_ema",
        "ema_momentum",
        "ema_overwrite_frequency",
        "loss_scale_factor",
        "gradient_accumulation_steps",
    )

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.99,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._make(
            name,
            kwargs,
            learning_rate=learning_rate,
            beta_1=beta_1,
            beta_2=beta_2,
            weight_decay=weight_decay,
            clipnorm=clipnorm,
            clipvalue=clipvalue,
            global_clipnorm=global_clipnorm,
            use_ema=use_ema,
            ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency,
            loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps,
        )


class Lamb(EngineOptimizer):
    """Adam with a rate for each layer (You et al. 2020), as Keras's.

    u = m / (1 - beta_1^t) / (sqrt(v / (1 - beta_2^t)) + epsilon); p -= learning_rate |p| / |u| u, where a norm of 0
    makes the ratio 1.

    learning_rate: learning rate.
    beta_1: decay of the mean of gradients, from 0 on and below 1.
    beta_2: decay of the mean of squares, from 0 on and below 1.
    epsilon: added to the denominator.
    weight_decay: the parameter first loses weight_decay learning_rate times itself.
    clipnorm: the largest norm of each gradient.
    clipvalue: the largest magnitude of a gradient's elements.
    global_clipnorm: the largest norm of all gradients together.
    use_ema: keeps an exponential average of the parameters.
    ema_momentum: share of the average that is kept, from 0 to 1.
    ema_overwrite_frequency: steps after which the average takes the parameters' place, again and again.
    loss_scale_factor: what the loss was multiplied by.
    gradient_accumulation_steps: gradients that make a step, by their mean; 2 at least.
    """

    _kind = "keras.Lamb"
    _settings = (
        "learning_rate",
        "beta_1",
        "beta_2",
        "epsilon",
        "weight_decay",
        "clipnorm",
        "clipvalue",
        "global_clipnorm",
        "use_ema",
        "ema_momentum",
        "ema_overwrite_frequency",
        "loss_scale_factor",
        "gradient_accumulation_steps",
    )

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-07,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._make(
            name,
            kwargs,
            learning_rate=learning_rate,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            weight_decay=weight_decay,
            clipnorm=clipnorm,
            clipvalue=clipvalue,
            global_clipnorm=global_clipnorm,
            use_ema=use_ema,
            ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency,
            loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps,
        )


class Adafactor(EngineOptimizer):
    """Adafactor (Shazeer and Stern 2018), as Keras's: squares of matrices are kept as means of rows and columns.

    b = 1 - t^beta_2_decay; s = g^2 + epsilon_1; r = b r + (1 - b) mean(s, -1); c = b c + (1 - b) mean(s, -2); v = r c /
    mean(r), of vectors b v + (1 - b) s; u = g / sqrt(v); p -= max(epsilon_2, rms(p)) min(learning_rate, 1 / sqrt(t)) u
    / max(1, rms(u) / clip_threshold).

    learning_rate: learning rate.
    beta_2_decay: how fast the share of old squares grows, below 0.
    epsilon_1: added to squares of gradients.
    epsilon_2: the smallest root mean square of a parameter that counts.
    clip_threshold: the largest root mean square of a step.
    relative_step: taken as Keras takes it; changes nothing.
    weight_decay: the parameter first loses weight_decay learning_rate times itself.
    clipnorm: the largest norm of each gradient.
    clipvalue: the largest magnitude of a gradient's elements.
    global_clipnorm: the largest norm of all gradients together.
    use_ema: keeps an exponential average of the parameters.
    ema_momentum: share of the average that is kept, from 0 to 1.
    ema_overwrite_frequency: steps after which the average takes the parameters' place, again and again.
    loss_scale_factor: what the loss was multiplied by.
    gradient_accumulation_steps: gradients that make a step, by their mean; 2 at least.
    """

    _kind = "keras.Adafactor"
    _settings = (
        "learning_rate",
        "beta_2_decay",
        "epsilon_1",
        "epsilon_2",
        "clip_threshold",
        "relative_step",
        "weight_decay",
        "clipnorm",
        "clipvalue",
        "global_clipnorm",
        "use_ema",
        "ema_momentum",
        "ema_overwrite_frequency",
        "loss_scale_factor",
        "gradient_accumulation_steps",
    )

    def __init__(
        self,
        learning_rate: Any = 0.001,
        beta_2_decay: float = -0.8,
        epsilon_1: float = 1e-30,
        epsilon_2: float = 0.001,
        clip_threshold: float = 1.0,
        relative_step: bool = True,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._make(
            name,
            kwargs,
            learning_rate=learning_rate,
            beta_2_decay=beta_2_decay,
            epsilon_1=epsilon_1,
            epsilon_2=epsilon_2,
            clip_threshold=clip_threshold,
            relative_step=relative_step,
            weight_decay=weight_decay,
            clipnorm=clipnorm,
            clipvalue=clipvalue,
            global_clipnorm=global_clipnorm,
            use_ema=use_ema,
            ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency,
            loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps,
        )


class Muon(EngineOptimizer):
    """Momentum made orthogonal by the Newton-Schulz iteration, for matrices (Jordan et al. 2024, Liu et al. 2025); Adam
    steps all else. As Keras's.

    m = momentum m + g; u = nesterov ? g + momentum m : m; X = u / (|u| + 1e-7), ns_steps times X = muon_a X + (muon_b G
    + muon_c G^2) X with G = X X^T; p -= rate X.

    learning_rate: learning rate.
    adam_beta_1: Adam's decay of the mean of gradients.
    adam_beta_2: Adam's decay of the mean of squares.
    adam_weight_decay: weight_decay of what Adam steps.
    epsilon: added to the denominator.
    weight_decay: the parameter first loses weight_decay learning_rate times itself.
    clipnorm: the largest norm of each gradient.
    clipvalue: the largest magnitude of a gradient's elements.
    global_clipnorm: the largest norm of all gradients together.
    use_ema: keeps an exponential average of the parameters.
    ema_momentum: share of the average that is kept, from 0 to 1.
    ema_overwrite_frequency: steps after which the average takes the parameters' place, again and again.
    loss_scale_factor: what the loss was multiplied by.
    gradient_accumulation_steps: gradients that make a step, by their mean; 2 at least.
    muon_a: the iteration's factor of X.
    muon_b: the iteration's factor of G X.
    muon_c: the iteration's factor of G^2 X.
    adam_lr_ratio: Adam's rate, of the learning rate.
    momentum: share of the sum of gradients that is kept, from 0 to 1.
    ns_steps: how often the iteration runs.
    nesterov: Nesterov's momentum.
    rms_rate: a matrix [a, b] has the rate learning_rate sqrt(max(a, b)) rms_rate; None: learning_rate.
    adam: of a group: Adam steps its matrices too.
    """

    _kind = "keras.Muon"
    _settings = (
        "learning_rate",
        "adam_beta_1",
        "adam_beta_2",
        "adam_weight_decay",
        "epsilon",
        "weight_decay",
        "clipnorm",
        "clipvalue",
        "global_clipnorm",
        "use_ema",
        "ema_momentum",
        "ema_overwrite_frequency",
        "loss_scale_factor",
        "gradient_accumulation_steps",
        "muon_a",
        "muon_b",
        "muon_c",
        "adam_lr_ratio",
        "momentum",
        "ns_steps",
        "nesterov",
        "rms_rate",
        "adam",
    )

    def __init__(
        self,
        learning_rate: Any = 0.001,
        adam_beta_1: float = 0.9,
        adam_beta_2: float = 0.999,
        adam_weight_decay: float | None = 0.004,
        epsilon: float = 1e-07,
        weight_decay: float | None = 0.004,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        muon_a: float = 3.4445,
        muon_b: float = -4.775,
        muon_c: float = 2.0315,
        adam_lr_ratio: float = 1.0,
        momentum: float = 0.95,
        ns_steps: int = 5,
        nesterov: bool = True,
        rms_rate: float | None = 0.2,
        adam: bool = False,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._make(
            name,
            kwargs,
            learning_rate=learning_rate,
            adam_beta_1=adam_beta_1,
            adam_beta_2=adam_beta_2,
            adam_weight_decay=adam_weight_decay,
            epsilon=epsilon,
            weight_decay=weight_decay,
            clipnorm=clipnorm,
            clipvalue=clipvalue,
            global_clipnorm=global_clipnorm,
            use_ema=use_ema,
            ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency,
            loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps,
            muon_a=muon_a,
            muon_b=muon_b,
            muon_c=muon_c,
            adam_lr_ratio=adam_lr_ratio,
            momentum=momentum,
            ns_steps=ns_steps,
            nesterov=nesterov,
            rms_rate=rms_rate,
            adam=adam,
        )


class ScheduleFreeAdamW(EngineOptimizer):
    """Adam without a schedule of the rate (Defazio et al. 2024), as Keras's.

    z starts as p; v += (1 - beta_2)(g^2 - v); z -= learning_rate g / (sqrt(v / (1 - beta_2^t)) + epsilon); x, the mean
    of all z, is (p - (1 - beta_1) z) / beta_1 before the step; p = (1 - beta_1) z + beta_1 x.

    learning_rate: learning rate.
    beta_1: decay of the mean of gradients, from 0 on and below 1.
    beta_2: decay of the mean of squares, from 0 on and below 1.
    epsilon: added to the denominator.
    warmup_steps: steps in which the rate rises to learning_rate.
    weight_decay: the parameter first loses weight_decay learning_rate times itself.
    clipnorm: the largest norm of each gradient.
    clipvalue: the largest magnitude of a gradient's elements.
    global_clipnorm: the largest norm of all gradients together.
    use_ema: keeps an exponential average of the parameters.
    ema_momentum: share of the average that is kept, from 0 to 1.
    ema_overwrite_frequency: steps after which the average takes the parameters' place, again and again.
    loss_scale_factor: what the loss was multiplied by.
    gradient_accumulation_steps: gradients that make a step, by their mean; 2 at least.
    """

    _kind = "keras.ScheduleFreeAdamW"
    _settings = (
        "learning_rate",
        "beta_1",
        "beta_2",
        "epsilon",
        "warmup_steps",
        "weight_decay",
        "clipnorm",
        "clipvalue",
        "global_clipnorm",
        "use_ema",
        "ema_momentum",
        "ema_overwrite_frequency",
        "loss_scale_factor",
        "gradient_accumulation_steps",
    )

    def __init__(
        self,
        learning_rate: Any = 0.0025,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-08,
        warmup_steps: int = 0,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        use_ema: bool = False,
        ema_momentum: float = 0.99,
        ema_overwrite_frequency: int | None = None,
        loss_scale_factor: float | None = None,
        gradient_accumulation_steps: int | None = None,
        name: str | None = None,
        **kwargs: Any,
    ) -> None:
        self._make(
            name,
            kwargs,
            learning_rate=learning_rate,
            beta_1=beta_1,
            beta_2=beta_2,
            epsilon=epsilon,
            warmup_steps=warmup_steps,
            weight_decay=weight_decay,
            clipnorm=clipnorm,
            clipvalue=clipvalue,
            global_clipnorm=global_clipnorm,
            use_ema=use_ema,
            ema_momentum=ema_momentum,
            ema_overwrite_frequency=ema_overwrite_frequency,
            loss_scale_factor=loss_scale_factor,
            gradient_accumulation_steps=gradient_accumulation_steps,
        )


KINDS = (
    SGD,
    Adam,
    AdamW,
    Nadam,
    RMSprop,
    Adagrad,
    Adadelta,
    Adamax,
    Ftrl,
    Lion,
    Lamb,
    Adafactor,
    Muon,
    ScheduleFreeAdamW,
)
