import numpy as np
import torch

from oversample_bench_recipe.smoothing import epsilons, smoothed

COUNTS = torch.tensor([90.0, 30.0, 10.0])


def test_the_largest_class_is_not_smoothed_and_the_smallest_the_most():
    """eps_c is 0 for the largest class and eps_max (1 - n_min / n_max) for the smallest."""
    found = epsilons(COUNTS, 0.1).tolist()

    np.testing.assert_allclose(found, [0, 0.1 * (1 - 30 / 90), 0.1 * (1 - 10 / 90)], rtol=1e-6)


def test_each_member_has_its_own_smoothing():
    """A member with eps_max 0 has plain targets beside one that is smoothed."""
    plain, mild = smoothed(epsilons(COUNTS.expand(2, 3), torch.tensor([[0.0], [0.1]])))

    assert torch.equal(torch.eye(3), plain)
    assert torch.equal(torch.eye(3)[0], mild[0])
    assert not torch.equal(torch.eye(3)[2], mild[2])


def test_a_target_is_one_hot_less_what_it_gives_to_all_classes():
    """The target of class c is (1 - eps_c) onehot + eps_c / C, and sums to 1."""
    eps = epsilons(COUNTS, 0.3).numpy()
    expected = [(1 - e) * np.eye(3)[c] + e / 3 for c, e in enumerate(eps)]

    found = smoothed(torch.from_numpy(eps)).numpy()

    np.testing.assert_allclose(found, expected, atol=1e-6)
    np.testing.assert_allclose(found.sum(1), 1, atol=1e-6)


def test_equal_classes_are_not_smoothed():
    """In a balanced table no class gives anything away."""
    assert [0.0, 0.0] == epsilons(torch.tensor([7.0, 7.0]), 0.1).tolist()
