"""What a compiled function sets besides values: whether tensors require gradients, and gradients that go."""

import wingbeat as wb


def test_what_is_set_as_it_was_is_set_again_by_each_call():
    """The first call changes nothing, and the later ones do."""
    weight, other = wb.ones(2, requires_grad=True), wb.ones(2)

    @wb.compile
    def step(x):
        other.requires_grad = False
        weight.requires_grad = True
        other.grad = None
        return x * 2

    for _ in range(3):
        step(wb.ones(2))
        assert not other.requires_grad and weight.requires_grad and other.grad is None
        other.requires_grad, weight.requires_grad = True, False
        other.grad = wb.ones(2)
    step(wb.ones(2))
    assert not other.requires_grad and weight.requires_grad and other.grad is None
