import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from oversample_bench_gan.nets import Descent, Headed, Net, identity, leaky, softmax

WIDTHS = st.lists(st.integers(1, 6), min_size=2, max_size=4)


def generators(*seeds):
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def table(members, rows, d, seed=0):
    return torch.rand(members, rows, d, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def net(widths=(3, 4, 2), seeds=(0, 1), last=torch.tanh):
    return Net(widths, generators(*seeds), leaky, last)


def affine(layers, x):
    """Return what one net makes of rows, in numpy: max(x, 0.2 x) between layers and tanh at the end."""
    for depth, (weight, bias) in enumerate(layers):
        x = x @ weight + bias
        x = np.tanh(x) if depth == len(layers) - 1 else np.maximum(x, 0.2 * x)
    return x


def layers_of(one, member):
    return [
        (weight[member].detach().double().numpy(), bias[member].detach().double().numpy())
        for weight, bias in zip(one.weights, one.biases, strict=True)
    ]


@settings(deadline=None)
@given(WIDTHS, st.integers(1, 3), st.integers(1, 5))
def test_each_member_is_a_plain_net_of_its_own(widths, members, rows):
    """A batch of nets gives what numpy gives for each member's own weights and rows."""
    nets, x = net(widths, range(members)), table(members, rows, widths[0])
    expected = [affine(layers_of(nets, m), x[m].double().numpy()) for m in range(members)]

    np.testing.assert_allclose(nets(x).detach(), expected, atol=1e-5)


@settings(deadline=None)
@given(WIDTHS, st.integers(0, 99))
def test_weights_start_within_the_bound_of_torch(widths, seed):
    """Weights and biases are uniform within 1 / sqrt(inputs)."""
    drawn = net(widths, (seed,))
    for inputs, weight, bias in zip(widths, drawn.weights, drawn.biases, strict=False):
        assert weight.shape[1] == inputs
        assert max(weight.abs().max(), bias.abs().max()) <= inputs**-0.5 + 1e-6


@settings(deadline=None)
@given(st.integers(0, 99), st.integers(0, 99))
def test_a_members_weights_come_from_its_own_generator(seed, other):
    """A member starts the same whatever stands beside it, and however much."""
    alone, beside = net(seeds=(seed,)), net(seeds=(other, seed))

    assert all(torch.equal(a[0], b[1]) for a, b in zip(alone.parameters(), beside.parameters(), strict=True))


def test_a_head_stands_on_its_trunk():
    """A net with a head is the head of what the trunk makes."""
    trunk, head, x = net((3, 4)), net((4, 2), (2, 3), softmax), table(2, 5, 3)

    assert torch.equal(Headed(trunk, head)(x), head(trunk(x)))


@settings(deadline=None)
@given(arrays(np.float32, (2, 3), elements=st.floats(-30, 30, width=32)))
def test_activations_are_what_they_are_called(x):
    """Identity changes nothing, leaky is max(x, 0.2 x), softmax makes shares."""
    given_x = torch.from_numpy(x)
    exponential = np.exp(x.astype(np.float64))

    assert torch.equal(identity(given_x), given_x)
    np.testing.assert_allclose(leaky(given_x), np.maximum(x, np.float32(0.2) * x), rtol=1e-6)
    np.testing.assert_allclose(softmax(given_x), exponential / exponential.sum(-1, keepdims=True), rtol=1e-5)


def descended(nets, x, steps=5):
    down = Descent(nets.parameters(), 1e-2, (0.9, 0.999))
    for _ in range(steps):
        down.step(nets(x).square().sum((1, 2)))
    return nets


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 4), st.integers(0, 9))
def test_many_nets_are_trained_as_each_would_be_alone(members, seed):
    """A member's steps are those of torch's Adam on it by itself: losses are summed, not averaged."""
    nets = descended(net(seeds=range(members)), table(members, 6, 3, seed))
    single = net(seeds=(0,))
    adam = torch.optim.Adam(single.parameters(), lr=1e-2)
    for _ in range(5):
        adam.zero_grad()
        single(table(members, 6, 3, seed)[:1]).square().sum().backward()
        adam.step()

    for ours, expected in zip(nets.parameters(), single.parameters(), strict=True):
        torch.testing.assert_close(ours[0], expected[0], atol=1e-5, rtol=0)


@settings(deadline=None)
@given(st.integers(1, 4))
def test_a_gradient_does_not_know_how_many_members_there_are(members):
    """A member's gradient is that of its own loss, which a mean over members would divide."""
    nets, x = net(seeds=range(members)), table(members, 6, 3)
    expected = torch.autograd.grad(nets(x)[0].square().sum(), list(nets.parameters()))
    Descent(nets.parameters(), 1e-2, (0.9, 0.999)).step(nets(x).square().sum((1, 2)))

    for parameter, gradient in zip(nets.parameters(), expected, strict=True):
        torch.testing.assert_close(parameter.grad[0], gradient[0])


def test_a_member_does_not_depend_on_its_neighbours():
    """In batches of equal size a member's weights are the same to the last bit beside any neighbours."""
    x = table(2, 6, 3)
    other = torch.stack([x[0], x[1] * 100])
    first, second = (descended(net(seeds=(0, seed)), rows) for seed, rows in ((1, x), (2, other)))

    assert all(torch.equal(a[0], b[0]) for a, b in zip(first.parameters(), second.parameters(), strict=True))


def test_one_members_nan_stays_its_own():
    """A member whose rows are NaN loses its weights; the other keeps every bit."""
    x = table(2, 6, 3)
    spoilt = torch.stack([x[0], torch.full_like(x[1], torch.nan)])
    first, second = (descended(net(), rows) for rows in (x, spoilt))

    for sound, beside in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(sound[0], beside[0])
        assert torch.isnan(beside[1]).all()


def test_a_loss_may_run_through_nets_that_are_not_to_learn_from_it():
    """Only the parameters given to the descent move or have a gradient."""
    learner, judge, x = net((3, 3), last=identity), net((3, 1), (2, 3), identity), table(2, 6, 3)
    before = [parameter.clone() for parameter in judge.parameters()]
    start = [parameter.clone() for parameter in learner.parameters()]
    Descent(learner.parameters(), 1e-2, (0.9, 0.999)).step(judge(learner(x)).square().sum((1, 2)))

    assert all(torch.equal(a, b) for a, b in zip(before, judge.parameters(), strict=True))
    assert all(parameter.grad is None for parameter in judge.parameters())
    assert not any(torch.equal(a, b) for a, b in zip(start, learner.parameters(), strict=True))


def test_two_widths_make_one_affine_map():
    """A net without hidden layers and with an affine output adds up: f(2 x) - f(x) = f(x) - f(0)."""
    line, x = net((3, 2), last=identity), table(2, 4, 3)

    torch.testing.assert_close(line(2 * x) - line(x), line(x) - line(0 * x), atol=1e-5, rtol=0)


def test_the_first_step_is_as_long_as_the_rate():
    """Adam's first step moves each weight by the learning rate, against the sign of its gradient."""
    line, x = net((3, 2), last=identity), table(2, 4, 3)
    start = line.weights[0].detach().clone()
    (gradient,) = torch.autograd.grad(line(x).square().sum(), [line.weights[0]])
    Descent(line.parameters(), 0.25, (0.5, 0.999)).step(line(x).square().sum((1, 2)))

    assert (line.weights[0].detach() - start).numpy() == pytest.approx(
        -0.25 * gradient.sign().numpy(), abs=1e-5
    )
