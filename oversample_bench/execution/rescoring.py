"""Scores trials that are done by metrics that were asked for since, from the predictions that were kept.

Nothing is fitted. A trial without kept predictions, or whose classifier was not asked for what the metric
needs, is left for the next run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from oversample_bench import store
from oversample_bench.api import Metric
from oversample_bench.core.errors import UsageError
from oversample_bench.evaluation.probability_bins import binned
from oversample_bench.evaluation.scoring import computed
from oversample_bench.execution.recorder import bins_text, reason
from oversample_bench.plugins.expected_cost import NAME as EXPECTED_COST
from oversample_bench.plugins.expected_cost import ExpectedCost
from oversample_bench.plugins.registry import Registry, load_registry
from oversample_bench.plugins.validation import COSTS_HINT
from oversample_bench.store import Ledger
from oversample_bench.store.lock import occupied
from oversample_bench.store.prediction_files import Answers, PredictionFiles, Predictions, Vector


@dataclass(frozen=True)
class Rescoring:
    """The kept predictions of a folder, and the metrics by which they are scored.

    Parameters
    ----------
    folder : Path
        The output folder of a run.
    metrics : mapping of str to Metric
        By name.
    sources : mapping of str to str
        Who offers each, and by which code.
    """

    folder: Path
    metrics: Mapping[str, Metric]
    sources: Mapping[str, str]

    @classmethod
    def of(cls, folder: Path, registry: Registry, names: Iterable[str]) -> Rescoring:
        """Return what it takes to score the predictions of a folder by these metrics.

        Raises
        ------
        UsageError
            When no plugin offers one of them.
        """
        entries = {name: registry.entry("metric", name) for name in names}
        metrics = {name: entry.resolve() for name, entry in entries.items()}
        return cls(folder, metrics, {name: entry.source for name, entry in entries.items()})

    def carry_out(self, ledger: Ledger, *, retry: bool = True) -> int:
        """Write the scores that are lacking and can be had; return of how many trials.

        Parameters
        ----------
        ledger : Ledger
            The open store of the folder.
        retry : bool, default=True
            Whether metrics that failed are tried again.
        """
        count = 0
        lacking = store.unscored(ledger.connection, self.sources, retry=retry)
        for trial, kept, wanted in self.possible(lacking):
            answers = kept.answers[trial]
            values, failed = computed(answers, kept.y_true, wanted)
            reasons = {name: reason(one) for name, one in failed.items()}
            bins = _bins(kept.y_true, answers, wanted)
            ledger.add_scores(trial, values, self.sources, reasons, bins)
            count += 1
        return count

    def possible(
        self, lacking: Mapping[str, Mapping[str, list[str]]]
    ) -> Iterator[tuple[str, Predictions, dict[str, Metric]]]:
        """Yield the trials that can be scored: the digest, what was kept, and by which metrics.

        Parameters
        ----------
        lacking : mapping
            From `oversample_bench.store.unscored`.
        """
        files = PredictionFiles(self.folder)
        for resample, trials in lacking.items():
            kept = files.load(resample)
            for trial, names in trials.items() if kept else ():
                answers = kept.answers.get(trial, {}) if kept else {}
                wanted = {name: self.metrics[name] for name in names if self.metrics[name].needs in answers}
                if kept and wanted:
                    yield trial, kept, wanted


def metrics_kept(folder: Path) -> list[ExpectedCost]:
    """Return the metrics that the suite of a folder brought along: the expected cost, where it told costs."""
    with closing(store.connect(folder)) as connection:
        run = store.last_run(connection) or {"options": {}}
    costs = run["options"].get("costs")
    return [ExpectedCost.of(**costs)] if costs else []


def score_folder(folder: Path, names: Sequence[str]) -> tuple[dict[str, bool], int]:
    """Score the finished trials of a run by metrics of any installed plugin; fit nothing.

    Parameters
    ----------
    folder : Path
        The output folder of a run.
    names : sequence of str
        Of metrics.

    Returns
    -------
    (dict of str to bool, int)
        Whether higher is better, by name; and how many finished trials lack a score still, because what
        their classifiers answered was not kept, or cannot be read.

    Raises
    ------
    UsageError
        When a metric is not offered, or takes costs that the suite did not tell; and when the folder is no
        run's or is being written to.
    """
    given = metrics_kept(folder)
    if EXPECTED_COST in names and not given:
        raise UsageError(f"{COSTS_HINT} Run the suite again with them: nothing is fitted anew.")
    registry = load_registry(given=given)
    names = list({registry.own_name("metric", name): name for name in reversed(names)}.values())[::-1]
    again = Rescoring.of(folder, registry, names)
    with occupied(folder) as ledger:
        again.carry_out(ledger)
        lacking = store.unscored(ledger.connection, again.sources, retry=False)
    higher = {name: metric.higher_is_better for name, metric in again.metrics.items()}
    return higher, sum(map(len, lacking.values()))


def _bins(y_true: Vector, answers: Answers, metrics: Mapping[str, Metric]) -> str:
    """Return the counts by predicted probability that a metric of probabilities leaves."""
    shares = answers.get("probabilities")
    asked = any(metric.needs == "probabilities" for metric in metrics.values())
    return bins_text(binned(y_true, shares)) if asked and shares is not None else ""
