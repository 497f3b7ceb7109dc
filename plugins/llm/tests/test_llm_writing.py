from types import SimpleNamespace

import numpy as np
import pytest
import torch

from oversample_bench_llm.backends import Language, Size, language
from oversample_bench_llm.sentences import Form
from oversample_bench_llm.writing import (
    IGNORED,
    Lessons,
    Sampling,
    _batches,
    _left_padded,
    _loss,
    _pace,
    learn,
    seeded,
    written,
)

TEXTS = ["target is 1, x0 is 0.52, x1 is -1.20", "target is 1, x1 is 0.33, x0 is 1.07"] * 8
SAMPLING = Sampling(temperature=0.7, at_once=3, max_length=20)


def form():
    return Form.of(np.array([[0.5, 1.0], [-0.5, -1.25]]), np.array([0, 1]), ["x0", "x1"], [True, True])


def small(seed=0):
    with seeded(seed, torch.device("cpu")):
        return language("scratch", form(), TEXTS, Size(width=16, layers=1, heads=2))


def taught(n_steps, rate=1e-2):
    model = small()
    losses = learn(
        model, TEXTS.__getitem__, len(TEXTS), Lessons(1000, n_steps, 8, rate), np.random.RandomState(0)
    )
    return model, losses


def test_learning_lowers_the_loss():
    """The loss starts near that of knowing nothing, log of the vocabulary, and falls."""
    model, losses = taught(60)

    assert losses[0] == pytest.approx(np.log(model.model.config.vocab_size), abs=0.5)
    assert losses[-1] < 0.3 * losses[0]


def test_what_was_learnt_by_heart_is_written():
    """A model that has learnt two sentences writes each from its beginning, at a low temperature."""
    model, _ = taught(300)
    generator = torch.Generator().manual_seed(0)

    prompts = ["target is 1, x0 is 0.52,", "target is 1, x1 is 0.33,"]
    found = written(model, prompts, Sampling(0.05, 3, 20), generator)

    assert TEXTS[:2] == found


def test_the_loss_is_the_mean_over_real_next_tokens():
    """By hand: -log softmax at each next token up to the end of each text, whatever fills up after it."""
    model = small()
    tokens = [[*model.encode(text), model.end] for text in (TEXTS[0], "target is 1, x0 is 0.52")]
    by_hand = []
    for own in tokens:
        logits = model.model(input_ids=torch.tensor([own])).logits[0]
        by_hand += [-logits[i].log_softmax(-1)[own[i + 1]].item() for i in range(len(own) - 1)]

    assert len(tokens[0]) > len(tokens[1])
    assert _loss(model, tokens).item() == pytest.approx(np.mean(by_hand), rel=1e-4)
    assert IGNORED == torch.nn.CrossEntropyLoss().ignore_index


def test_prompts_beside_do_not_change_what_is_likely():
    """A prompt that is filled up in front gets the scores that it gets alone."""
    model = small()
    short, long = model.encode("target is 1,"), model.encode("target is 1, x0 is 0.52,")
    ids, mask = _left_padded([short, long], model.end)
    position = (mask.cumsum(1) - 1).clamp(min=0)
    beside = model.model(input_ids=ids, attention_mask=mask, position_ids=position).logits[0, -1]

    alone = model.model(input_ids=torch.tensor([short])).logits[0, -1]

    torch.testing.assert_close(alone, beside, atol=1e-5, rtol=1e-4)


def test_a_text_starts_with_its_prompt_and_keeps_within_its_length():
    """An untrained model writes something after each prompt, of no more tokens than allowed."""
    model = small()
    prompts = ["target is 1, x0 is 0.52,", "target is 1,", "target is 0, x1 is -1.20,", "target is 1,"]
    found = written(model, prompts, SAMPLING, torch.Generator().manual_seed(0))

    assert len(prompts) == len(found)
    for prompt, text in zip(prompts, found, strict=True):
        assert text.startswith(prompt)
        assert len(prompt) < len(text)


def test_the_generator_decides_what_is_written():
    """The same generator gives the same texts, another one others."""
    model = small()
    first, again, other = (
        written(model, ["target is 1,"] * 4, SAMPLING, torch.Generator().manual_seed(seed))
        for seed in (0, 0, 1)
    )

    assert first == again
    assert first != other


def test_writing_ends_at_the_end():
    """A model that has only the end to say adds nothing to its prompts."""

    class Silent(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.zeros(1))
            self.config = small().model.config

        def forward(self, input_ids, attention_mask, position_ids, use_cache, cache=None):
            logits = torch.full((*input_ids.shape, 5), -1e9)
            logits[..., 3] = 0.0
            return SimpleNamespace(logits=logits)

    silent = Language(Silent(), lambda text: [len(text)], repr, 3, 99, 1.0, "")

    assert ["[2]", "[1]"] == written(silent, ["ab", "c"], SAMPLING, torch.Generator())


def test_each_epoch_reads_every_sentence_once():
    """Batches of 4 of 10 sentences: 4, 4 and 2, then anew."""
    found = list(_batches(10, 4, 6, np.random.RandomState(0)))

    assert [4, 4, 2, 4, 4, 2] == list(map(len, found))
    for epoch in (found[:3], found[3:]):
        assert list(range(10)) == sorted(i for batch in epoch for i in batch)


def test_the_learning_rate_rises_and_falls():
    """It reaches its full height after a twentieth of the steps, and ends near 0."""
    pace = [_pace(step, 100) for step in range(100)]

    assert 1.0 == max(pace) == pace[4]
    assert pace[0] == pytest.approx(0.2)
    assert 0 < pace[-1] < 0.02


@pytest.mark.parametrize(("n", "expected"), [(970, 800), (64, 100), (10, 50)])
def test_epochs_are_kept_within_bounds(n, expected):
    """50 epochs, or 800 steps where these are fewer."""
    assert expected == Lessons(50, 800, 32, 1e-3).steps(n)
