"""The two loops of a language model: learning sentences, and going on from prompts.

Neither the Trainer of transformers nor its ``generate``: both draw from torch's global generator.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import signature
from typing import Any

import numpy as np
import torch
from torch import Tensor

from oversample_bench_llm.backends import Language

# B texts of a batch, L tokens, V tokens of the vocabulary

IGNORED = -100
"""What the loss of transformers leaves out."""
WARM_UP = 0.05
"""The share of the steps in which the learning rate rises; it then falls to 0 in a line."""
LARGEST_GRADIENT = 1.0


@dataclass(frozen=True)
class Lessons:
    """How long, how much at a time and how fast."""

    epochs: int
    max_steps: int
    batch_size: int
    learning_rate: float

    def steps(self, n: int) -> int:
        """Return how many steps are taken on ``n`` sentences."""
        return min(self.epochs * -(-n // self.batch_size), self.max_steps)


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Seed torch's global generators, which initial weights and dropout draw from, and restore them."""
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        torch.random.manual_seed(seed)
        yield


def learn(
    language: Language, sentence: Callable[[int], str], n: int, lessons: Lessons, rng: np.random.RandomState
) -> list[float]:
    """Train on ``n`` sentences by next-token loss, and return the loss of each step.

    Parameters
    ----------
    language : Language
        What is trained, in place.
    sentence : callable
        ``sentence(i)`` writes sentence i anew each time it is read.
    n : int
        How many there are.
    lessons : Lessons
        How long, how much at a time and how fast; AdamW of transformers' own defaults.
    rng : RandomState
        Draws the order of the sentences.
    """
    n_steps, model = lessons.steps(n), language.model
    adamw = torch.optim.AdamW(model.parameters(), lr=lessons.learning_rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(adamw, lambda step: _pace(step, n_steps))
    model.train()
    losses = []
    for chosen in _batches(n, lessons.batch_size, n_steps, rng):
        tokens = [[*language.encode(sentence(i)), language.end] for i in chosen]
        loss = _loss(language, tokens)
        adamw.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), LARGEST_GRADIENT)
        adamw.step()
        schedule.step()
        losses.append(float(loss.detach()))
    return losses


def _pace(step: int, n_steps: int) -> float:
    """Return the share of the learning rate at a step: a rise, then a line down to 0."""
    rise = max(1, round(WARM_UP * n_steps))
    return min((step + 1) / rise, (n_steps - step) / max(1, n_steps - rise))


def _batches(n: int, size: int, n_steps: int, rng: np.random.RandomState) -> Iterator[list[int]]:
    """Return positions, epoch by epoch, each a permutation that is cut into batches."""
    order: list[int] = []
    for _ in range(n_steps):
        order = order or rng.permutation(n).tolist()
        yield order[:size]
        order = order[size:]


def _loss(language: Language, tokens: Sequence[Sequence[int]]) -> Tensor:
    """Return the mean loss of each next token up to the end of each text; what fills up does not count."""
    length = max(map(len, tokens))
    ids = torch.full((len(tokens), length), language.end)
    labels = torch.full((len(tokens), length), IGNORED)
    for row, own in enumerate(tokens):
        ids[row, : len(own)] = labels[row, : len(own)] = torch.tensor(own)
    device = next(language.model.parameters()).device
    logits = language.model(input_ids=ids.to(device)).logits  # (B, L, V)
    flat = logits[:, :-1].flatten(0, 1).float()
    return torch.nn.functional.cross_entropy(flat, labels[:, 1:].flatten().to(device), ignore_index=IGNORED)


@dataclass(frozen=True)
class Sampling:
    """How prompts are gone on from."""

    temperature: float
    at_once: int
    max_length: int


def written(
    language: Language, prompts: Sequence[str], sampling: Sampling, generator: torch.Generator
) -> list[str]:
    """Return each prompt with what the model writes after it.

    Parameters
    ----------
    language : Language
        What writes.
    prompts : sequence of str
        What it goes on from.
    sampling : Sampling
        The temperature, how many prompts at once, and how long a text may get, in tokens.
    generator : torch.Generator
        Draws the tokens.
    """
    language.model.eval()
    found: list[str] = []
    for first in range(0, len(prompts), sampling.at_once):
        tokens = [language.encode(prompt) for prompt in prompts[first : first + sampling.at_once]]
        with torch.no_grad():
            texts = _continued(language, tokens, sampling, generator)
        found += [language.decode(own) for own in texts]
    return found


def _continued(
    language: Language, prompts: Sequence[Sequence[int]], sampling: Sampling, generator: torch.Generator
) -> list[list[int]]:
    """Draw token after token until all texts have ended or are too long; prompts are filled up in front."""
    device = next(language.model.parameters()).device
    ids, mask = (one.to(device) for one in _left_padded(prompts, language.end))
    texts, ended = [list(own) for own in prompts], torch.zeros(len(prompts), dtype=torch.bool)
    cache, position = _cache(language.model), (mask.cumsum(1) - 1).clamp(min=0)
    for _ in range(max(0, sampling.max_length - ids.shape[1])):
        out = language.model(
            input_ids=ids, attention_mask=mask, position_ids=position, use_cache=True, **cache
        )
        position = position[:, -1:] + 1
        shares = (out.logits[:, -1].float() / sampling.temperature).softmax(-1).cpu()  # (B, V)
        drawn = torch.multinomial(shares, 1, generator=generator)  # (B, 1)
        ended |= drawn[:, 0] == language.end
        if ended.all():
            break
        for text, token, is_over in zip(texts, drawn[:, 0].tolist(), ended.tolist(), strict=True):
            text.extend([] if is_over else [token])
        ids = drawn.to(device)
        mask = torch.cat([mask, torch.ones(len(mask), 1, dtype=mask.dtype, device=device)], 1)
    return texts


def _cache(model: Any) -> dict[str, Any]:
    """Return what a model keeps earlier keys and values in, by the name that its version has for it."""
    from transformers import DynamicCache

    name = "cache" if "cache" in signature(model.forward).parameters else "past_key_values"
    return {name: DynamicCache(config=model.config)}


def _left_padded(prompts: Sequence[Sequence[int]], fill: int) -> tuple[Tensor, Tensor]:
    """Return prompts of one length, (B, L), and which of their tokens are real."""
    length = max(map(len, prompts))
    ids = torch.tensor([[fill] * (length - len(own)) + list(own) for own in prompts])
    mask = torch.tensor([[0] * (length - len(own)) + [1] * len(own) for own in prompts])
    return ids, mask


def longest(language: Language, texts: Sequence[str]) -> int:
    """Return how many tokens the longest text has, its end included."""
    return max(len(language.encode(text)) for text in texts) + 1


def placed(language: Language, device: torch.device) -> Any:
    """Move the model to a device."""
    return language.model.to(device)
