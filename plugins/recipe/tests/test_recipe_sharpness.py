import numpy as np
import pytest
import torch

from oversample_bench_recipe.sharpness import ascent, class_weights, sharpness_aware

A = np.array([[2.0, 0.5], [0.5, 1.0]])
WEIGHTS = torch.tensor([[1.0, 9.0]])


def bowl(parameters, of_class):
    """Two classes with a quadratic loss each: the first pulls to 0 by A, the second to (1, 1)."""
    (w,) = parameters
    first = 0.5 * torch.einsum("mi,ij,mj->m", w, torch.from_numpy(A).to(w), w)
    second = 0.5 * (w - 1).square().sum(1)
    return (of_class[:, 0] * first + of_class[:, 1] * second).sum()


def gradient(w, weights):
    return weights[0] * A @ w + weights[1] * (w - 1)


def test_weights_are_inverse_frequencies_of_which_the_smallest_is_one():
    """w_c = n_max / n_c."""
    assert [1.0, 3.0, 9.0] == class_weights(torch.tensor([90.0, 30.0, 10.0])).tolist()


def test_the_gradient_is_that_of_the_unweighted_loss_rho_up_the_weighted_one():
    """g(w + rho h / ||h||), where h is the gradient of the weighted loss and g that of the plain one."""
    w = np.array([0.3, -0.7])
    h = gradient(w, (1, 9))
    expected = gradient(w + 0.05 * h / np.linalg.norm(h), (1, 1))

    at = torch.tensor(w[None], requires_grad=True)
    (found,) = sharpness_aware([at], bowl, torch.tensor([0.05]), WEIGHTS.double())

    np.testing.assert_allclose(found[0], expected, rtol=1e-6)


def test_the_weights_turn_the_ascent():
    """With the weights of the classes the ascent goes elsewhere than SAM's."""
    at = torch.tensor([[0.3, -0.7]], requires_grad=True)
    tilted, plain = (
        sharpness_aware([at], bowl, torch.tensor([0.5]), w)[0] for w in (WEIGHTS, torch.ones(1, 2))
    )

    assert not torch.allclose(tilted, plain)


def test_parameters_stay_where_they_are():
    """The ascent leaves the parameters that the optimiser then moves as they were, to the last bit."""
    at = torch.tensor([[0.1, 0.7]], requires_grad=True)
    before = at.detach().clone()
    sharpness_aware([at], bowl, torch.tensor([0.05]), WEIGHTS)

    assert torch.equal(before, at.detach())


@pytest.mark.parametrize("beside", [0.0, 0.05])
def test_without_ascent_it_is_the_plain_gradient(beside):
    """Rho = 0 gives the gradient itself, to the last bit, whatever the members beside use."""
    at = torch.tensor([[0.1, 0.7], [0.1, 0.7]], requires_grad=True)
    weights = WEIGHTS.expand(2, 2)
    (plain,) = torch.autograd.grad(bowl([at], torch.ones(2, 2)), [at])

    (found,) = sharpness_aware([at], bowl, torch.tensor([0.0, beside]), weights)

    assert torch.equal(plain[0], found[0])


def test_the_step_has_length_rho_over_all_parameters_of_a_member():
    """The norm is taken over all parameters of a member together, each member by itself."""
    generator = torch.Generator().manual_seed(0)
    gradients = [torch.randn(2, 3, 4, generator=generator), torch.randn(2, 1, 4, generator=generator)]
    steps = ascent(gradients, torch.tensor([0.05, 0.2]))

    lengths = torch.cat([step.flatten(1) for step in steps], 1).norm(dim=1)
    np.testing.assert_allclose(lengths, [0.05, 0.2], rtol=1e-5)


def test_no_gradient_no_ascent():
    """Where the loss is flat there is no direction to go, and nothing becomes NaN."""
    (step,) = ascent([torch.zeros(1, 3)], torch.tensor([0.05]))

    assert torch.equal(torch.zeros(1, 3), step)
