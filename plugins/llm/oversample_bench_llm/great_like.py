"""What ImbLLM is compared with: a language model of all rows that is asked by label alone, after GReaT."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from oversample_bench_llm.text_sampler import Corpus, Table, TextSampler


@dataclass(kw_only=True, eq=False, repr=False)
class GReaTLike(TextSampler):
    """Let a language model learn the rows of all classes, and ask it for rows of one.

    After V. Borisov, K. Sessler, T. Leemann, M. Pawelczyk, G. Kasneci, "Language Models are Realistic Tabular
    Data Generators" (GReaT), ICLR 2023, as ImbLLM's paper compares it: target and features stand in random
    order, and the prompt is the label alone. "Like", since model, training and sampling are those of this
    plugin, so that the two samplers differ by what is learnt and asked only.

    Parameters
    ----------
    **others
        Those of `imbllm.ImbLLM`, without ``share``.

    Attributes
    ----------
    backend_, fallback_, duplicates_, filled_, asked_, loss_
        As there.
    """

    def _corpus(self, table: Table, rng: np.random.RandomState) -> Corpus:  # noqa: ARG002 - it draws nothing
        """Return all rows, the target anywhere; prompts of the label."""
        form, d = table.form, table.X.shape[1]

        def sentence(i: int, rng: np.random.RandomState) -> str:
            row = table.X[i]
            pieces = [*(form.piece(place, row[place]) for place in range(d)), form.labelled(table.y[i])]
            return ", ".join(pieces[place] for place in rng.permutation(d + 1))

        def prompts(n: int, rng: np.random.RandomState) -> list[str]:  # noqa: ARG001 - they are all alike
            return [f"{form.labelled(table.label)},"] * n

        return Corpus(len(table.X), sentence, prompts)
