import copy
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from oversample_bench_gan import training
from oversample_bench_gan.plan import Architecture, Plan, Schedule, Weights
from oversample_bench_gan.rows import Rows
from oversample_bench_gan.training import adversaries, autoencoder, play, train_autoencoder

D_FEATURES, LATENT, N_MAJORITY, N_MINORITY, N_NEW = 5, 3, 20, 6, 14
WEIGHTS = Weights(a1=0.3, a2=0.7, b1=0.11, b2=0.013, c=1.7, e=1.9, f1=0.23, f2=0.29)
PLAN = Plan(
    Architecture((4,), LATENT, "tanh", "linear", axes=False, class_output="linear"),
    WEIGHTS,
    Schedule(
        batch_size=100, steps=10, learning_rate=1e-2, rounds=6, inner=(2, 3, 2), rates=(3e-3, 2e-3, 1e-3)
    ),
    reduction="coordinate_mean",
    separation="squared",
)


def generators(*seeds):
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def rows_of(members=1, seed=0, n_majority=N_MAJORITY, n_minority=N_MINORITY, d=D_FEATURES):
    shape = (members, n_majority + n_minority, d)
    return Rows(torch.rand(shape, generator=torch.Generator().manual_seed(seed)) * 2 - 1, n_majority)


def latents_of(members=1, seed=7, n_new=N_NEW):
    return torch.rand(members, n_new, LATENT, generator=torch.Generator().manual_seed(seed)) - 0.5


def built(plan=PLAN, **changed):
    return replace(plan, architecture=replace(plan.architecture, **changed))


def paced(plan=PLAN, **changed):
    return replace(plan, schedule=replace(plan.schedule, **changed))


def tensors(net):
    return [parameter.detach().clone() for parameter in net.parameters()]


def same(first, second):
    return all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


class Alone(torch.nn.Module):
    """One member's net in double precision, written the plain way."""

    def __init__(self, layers, last):
        super().__init__()
        self.layers = torch.nn.ModuleList()
        for weight, bias in layers:
            layer = torch.nn.Linear(*weight.shape).double()
            layer.weight.data, layer.bias.data = weight.double().T.clone(), bias[0].double()
            self.layers.append(layer)
        self.last = last

    @classmethod
    def of(cls, net, last):
        parts = [net] if hasattr(net, "weights") else [net.trunk, net.head]
        lasts = [last] if len(parts) == 1 else [torch.tanh, last]
        return torch.nn.Sequential(
            *[
                cls(
                    [(w[0].detach(), b[0].detach()) for w, b in zip(part.weights, part.biases, strict=True)],
                    end,
                )
                for part, end in zip(parts, lasts, strict=True)
            ]
        )

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = torch.nn.functional.leaky_relu(layer(x), 0.2)
        return self.last(self.layers[-1](x))


def straight(x):
    return x


def shares(x):
    return torch.softmax(x, -1)


def norms(difference):
    return (difference**2).sum(-1)


def clustered(z0, z1):
    m0, m1 = z0.mean(0), z1.mean(0)
    return norms(z0 - m0).mean() + 0.3 * norms(z1 - m1).mean() - 0.7 * norms(m0 - m1)


def weights_in(net):
    return [p for name, p in net.named_parameters() if name.endswith("weight")]


def first_phase_by_hand(rows, plan, d, latent):
    """Return E and Q trained by (3.3) in plain torch, and what (3.1) and (3.2) were before each step."""
    start = autoencoder(rows, plan, generators(0))
    E, Q = Alone.of(start.encoder, torch.tanh), Alone.of(start.decoder, straight)
    x, told = rows.X[0].double(), []
    adam = torch.optim.Adam([*E.parameters(), *Q.parameters()], lr=plan.schedule.learning_rate)
    for _ in range(plan.schedule.steps):
        z = E(x)
        l_rec = norms(Q(z) - x).mean() / d
        l_clu = clustered(z[: rows.n_majority], z[rows.n_majority :]) / latent
        penalty = sum((w**2).sum() for w in weights_in(E) + weights_in(Q))
        adam.zero_grad()
        (l_rec + 0.11 * l_clu + 0.013 * penalty).backward()
        adam.step()
        told.append([l_rec.item(), l_clu.item()])
    return E, Q, np.transpose(told)


@pytest.mark.parametrize(
    ("reduction", "d", "latent"), [("coordinate_mean", D_FEATURES, LATENT), ("sum", 1, 1)]
)
def test_phase_one_is_adam_down_3_3(reduction, d, latent):
    """E and Q, and the losses on the way, are those of a plain loop of (3.1), (3.2) and (3.3) on all rows."""
    plan = replace(PLAN, reduction=reduction)
    E, Q, told = first_phase_by_hand(rows_of(), plan, d, latent)
    trained = train_autoencoder(rows_of(), plan, generators(0))

    np.testing.assert_allclose(trained.history["reconstruction"][:, 0], told[0], rtol=1e-4)
    np.testing.assert_allclose(trained.history["clustering"][:, 0], told[1], rtol=1e-3, atol=1e-6)
    x = rows_of().X
    np.testing.assert_allclose(trained.encoder(x)[0].detach(), E(x[0].double()).detach(), atol=1e-4)
    np.testing.assert_allclose(
        trained.decoder(trained.encoder(x))[0].detach(), Q(E(x[0].double())).detach(), atol=1e-4
    )


def second_phase_by_hand(rows, Z_syn, trained, plan):
    """Return G trained by Algorithm 1's second phase in plain torch, and its losses before each last step."""
    start = adversaries(trained, plan, generators(1))
    D, C = Alone.of(start.discriminator, shares), Alone.of(start.classifier, straight)
    G, x = Alone.of(start.generator, straight), rows.X[0].double()
    Z = torch.cat([trained.encoder(rows.X)[0], Z_syn[0]]).detach().double()
    label = torch.zeros(len(Z), 2, dtype=torch.float64)
    label[: rows.n_majority, 0] = label[rows.n_majority :, 1] = 1
    n, told = len(x), []
    down = [
        torch.optim.Adam(net.parameters(), lr=rate, betas=(0.5, 0.999))
        for net, rate in zip((D, C, G), plan.schedule.rates, strict=True)
    ]

    def l_d():
        return ((D(x)[:, 1] - 1) ** 2).mean() + 1.7 * (D(G(Z).detach())[:, 1] ** 2).mean()

    def l_c():
        return norms(C(x) - label[:n]).mean() + 1.9 * norms(C(G(Z).detach()) - label).mean()

    def l_g():
        made = G(Z)
        l_rec = norms(made[:n] - x).mean() / x.shape[1]
        return l_rec + 0.23 * ((D(made)[:, 1] - 1) ** 2).mean() + 0.29 * norms(C(made) - label).mean()

    for _ in range(plan.schedule.rounds):
        for loss, adam, times in zip((l_d, l_c, l_g), down, plan.schedule.inner, strict=True):
            for _ in range(times):
                value = loss()
                adam.zero_grad()
                value.backward()
                adam.step()
            told.append(value.item())
    return G, np.reshape(told, (-1, 3)).T


def test_phase_two_is_algorithm_1():
    """G, and the losses on the way, are those of a plain loop of D by (3.4), C by (3.5) and G by (3.6)."""
    trained = train_autoencoder(rows_of(), PLAN, generators(0))
    G, told = second_phase_by_hand(rows_of(), latents_of(), trained, PLAN)
    judged = play(rows_of(), latents_of(), trained, PLAN, generators(1))

    for name, expected in zip(("discriminator", "classifier", "generator"), told, strict=True):
        np.testing.assert_allclose(judged.history[name][:, 0], expected, rtol=1e-3)
    made = judged.generator(latents_of())[0].detach()
    np.testing.assert_allclose(made, G(latents_of()[0].double()).detach(), atol=1e-3)


def decoded_once(plan, rows):
    start = autoencoder(rows, plan, generators(*range(len(rows.X))))
    z = start.encoder(rows.X)
    return z.detach().double().numpy(), start.decoder(z).detach().double().numpy()


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 6), st.integers(1, 4), st.integers(0, 99))
def test_the_sum_is_as_many_coordinate_means_as_there_are_coordinates(d, latent, seed):
    """With "sum" L_rec and L_clu are the paper's norms; the default divides them by d and by dz."""
    rows = rows_of(2, seed, d=d)
    plan = replace(paced(built(latent=latent), steps=1), reduction="sum")
    z, decoded = decoded_once(plan, rows)
    x = rows.X.double().numpy()
    l_rec = ((decoded - x) ** 2).sum(-1).mean(-1)
    l_clu = [clustered(*torch.from_numpy(one).split((N_MAJORITY, N_MINORITY))) for one in z]
    whole = train_autoencoder(rows, plan, generators(0, 1)).history
    part = train_autoencoder(rows, replace(plan, reduction="coordinate_mean"), generators(0, 1)).history

    np.testing.assert_allclose(whole["reconstruction"][0], l_rec, rtol=1e-5)
    np.testing.assert_allclose(whole["clustering"][0], l_clu, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(part["reconstruction"][0] * d, l_rec, rtol=1e-5)
    np.testing.assert_allclose(part["clustering"][0] * latent, l_clu, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("hidden", [(), (4,), (7, 4)])
def test_d_and_c_start_from_e_and_g_from_q(hidden):
    """Before the first round the trunks of D and C equal E and G equals Q, tensor by tensor."""
    trained = train_autoencoder(rows_of(2), built(hidden=hidden), generators(0, 1))
    start = adversaries(trained, built(hidden=hidden), generators(0, 1))

    assert same(tensors(start.discriminator.trunk), tensors(trained.encoder))
    assert same(tensors(start.classifier.trunk), tensors(trained.encoder))
    assert same(tensors(start.generator), tensors(trained.decoder))


def test_d_and_c_have_a_last_layer_of_their_own():
    """Both end in two outputs, drawn anew for each; D's are shares of one."""
    start = adversaries(autoencoder(rows_of(), PLAN, generators(0)), PLAN, generators(0))
    outputs = [net(rows_of().X).detach() for net in (start.discriminator, start.classifier)]

    assert [one.shape[-1] for one in outputs] == [2, 2]
    torch.testing.assert_close(outputs[0].sum(-1), torch.ones(1, N_MAJORITY + N_MINORITY))
    assert not same(tensors(start.discriminator.head), tensors(start.classifier.head))


@pytest.mark.parametrize(("class_output", "sums_to_one"), [("linear", False), ("softmax", True)])
def test_the_last_activation_of_c_is_a_choice(class_output, sums_to_one):
    """C's outputs are free numbers, or shares where that is asked for."""
    plan = built(class_output=class_output)
    start = adversaries(autoencoder(rows_of(), plan, generators(0)), plan, generators(0))
    sums = start.classifier(rows_of().X).detach().sum(-1)

    assert torch.allclose(sums, torch.ones_like(sums)) == sums_to_one


def test_the_encoder_is_frozen_in_phase_two():
    """E's tensors are the same before and after the adversaries, bit for bit; so are Q's."""
    trained = train_autoencoder(rows_of(2), PLAN, generators(0, 1))
    before = tensors(trained.encoder), tensors(trained.decoder)
    judged = play(rows_of(2), latents_of(2), trained, PLAN, generators(0, 1))

    assert same(before[0], tensors(trained.encoder))
    assert same(before[1], tensors(trained.decoder))
    assert not same(before[1], tensors(judged.generator))
    assert not same(before[0], tensors(judged.discriminator.trunk))
    assert not same(before[0], tensors(judged.classifier.trunk))


@settings(max_examples=8, deadline=None)
@given(hidden=st.lists(st.integers(1, 6), max_size=2), latent=st.integers(1, 4), d=st.integers(1, 5))
def test_q_mirrors_e(hidden, latent, d):
    """Q's layers are E's in reverse, whatever their widths."""
    start = autoencoder(rows_of(d=d), built(hidden=tuple(hidden), latent=latent), generators(0))
    shapes = list(pairwise([d, *hidden, latent]))

    assert [tuple(w.shape[1:]) for w in start.encoder.weights] == shapes
    assert [tuple(w.shape[1:]) for w in start.decoder.weights] == [shape[::-1] for shape in shapes[::-1]]


@pytest.mark.parametrize("factor", [1, 1e6])
def test_the_latent_space_is_bounded_by_tanh(factor):
    """With the default bottleneck every coordinate of z is within 1, whatever the rows."""
    rows = rows_of(2)
    trained = train_autoencoder(rows, PLAN, generators(0, 1))

    assert trained.encoder(rows.X * factor).abs().max() <= 1


def test_a_linear_bottleneck_is_not_bounded():
    """The paper to the letter has no activation at the end of E."""
    start = autoencoder(rows_of(), built(bottleneck="linear"), generators(0))

    assert start.encoder(rows_of().X * 1e6).abs().max() > 1


def test_the_output_can_be_bounded_as_well():
    """Q's last activation is tanh where that is asked for."""
    start = autoencoder(rows_of(), built(output="tanh"), generators(0))

    assert start.decoder(torch.full((1, 2, LATENT), 1e6)).abs().max() <= 1


def moved(plan, members, seeds):
    """Return everything that is trained, member by member."""
    trained = train_autoencoder(members, plan, generators(*seeds))
    judged = play(members, latents_of(len(seeds)), trained, plan, generators(*seeds))
    nets = trained.encoder, trained.decoder, judged.discriminator, judged.classifier, judged.generator
    losses = [loss.T for loss in (trained.history | judged.history).values()]
    return [tensor for net in nets for tensor in tensors(net)] + losses


@pytest.mark.parametrize("batch_size", [4, 100])
def test_a_member_does_not_depend_on_its_neighbours(batch_size):
    """In batches of equal size a member's nets and losses are the same to the last bit beside any other."""
    plan, X, other = paced(batch_size=batch_size), rows_of(2).X, rows_of(2, seed=9).X
    neighbours = torch.stack([X[0], other[1] * 50]), torch.stack([X[0], torch.full_like(X[1], torch.nan)])
    expected = moved(plan, Rows(X, N_MAJORITY), (0, 1))
    for rows in neighbours:
        beside = moved(plan, Rows(rows, N_MAJORITY), (0, 5))

        assert all(torch.equal(a[0], b[0]) for a, b in zip(expected, beside, strict=True))


def test_small_batches_hold_every_minority_row():
    """With a batch of six a step still sees all six rows of the minority: (3.2) has both its means."""
    history = train_autoencoder(rows_of(), paced(batch_size=6), generators(0)).history

    assert torch.isfinite(history["clustering"]).all()


def test_history_has_an_entry_a_step_and_a_round():
    """Losses of the first phase are told each step, those of the second each round."""
    trained = train_autoencoder(rows_of(2), paced(steps=7), generators(0, 1))
    judged = play(rows_of(2), latents_of(2), trained, paced(rounds=3), generators(0, 1))

    assert {name: loss.shape for name, loss in trained.history.items()} == {
        "reconstruction": (7, 2),
        "clustering": (7, 2),
    }
    assert {name: loss.shape for name, loss in judged.history.items()} == {
        "discriminator": (3, 2),
        "classifier": (3, 2),
        "generator": (3, 2),
    }


def test_no_steps_leave_the_nets_as_they_start():
    """Without steps and rounds there are no losses, and nothing moves."""
    plan, start = paced(steps=0, rounds=0), autoencoder(rows_of(), PLAN, generators(0))
    trained = train_autoencoder(rows_of(), plan, generators(0))
    judged = play(rows_of(), latents_of(), trained, plan, generators(0))

    assert same(tensors(start.encoder), tensors(trained.encoder))
    assert same(tensors(start.decoder), tensors(judged.generator))
    assert [len(loss) for loss in (trained.history | judged.history).values()] == [0] * 5


def test_no_global_generator_is_used():
    """Training neither draws from torch's own generator nor seeds it."""
    before = torch.get_rng_state().clone()
    moved(paced(batch_size=4), rows_of(2), (0, 1))

    assert torch.equal(before, torch.get_rng_state())


class Slope:
    """A descent that takes gradients and no step: torch's Adam refuses the device of no memory."""

    def __init__(self, parameters, learning_rate, betas):
        self.parameters = list(parameters)

    def step(self, losses):
        torch.autograd.grad(losses.sum(), self.parameters)


def test_every_tensor_follows_the_rows_to_their_device(monkeypatch):
    """Nothing is left behind on the CPU: both phases run on a device that mixes with no other."""
    monkeypatch.setattr(training, "Descent", Slope)
    rows = Rows(rows_of().X.to("meta"), N_MAJORITY)
    trained = train_autoencoder(rows, PLAN, generators(0))
    judged = play(rows, latents_of().to("meta"), trained, PLAN, generators(0))

    assert {loss.device.type for loss in (trained.history | judged.history).values()} == {"meta"}


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_trains_as_the_cpu_does():
    """On a GPU the losses are those of the CPU, up to rounding."""
    cpu = train_autoencoder(rows_of(2), PLAN, generators(0, 1))
    gpu = train_autoencoder(Rows(rows_of(2).X.cuda(), N_MAJORITY), PLAN, generators(0, 1))
    there = play(Rows(rows_of(2).X.cuda(), N_MAJORITY), latents_of(2).cuda(), gpu, PLAN, generators(0, 1))
    here = play(rows_of(2), latents_of(2), copy.deepcopy(cpu), PLAN, generators(0, 1))

    for name, loss in (cpu.history | here.history).items():
        torch.testing.assert_close((gpu.history | there.history)[name].cpu(), loss, rtol=1e-2, atol=1e-3)
