"""Advises on a table: a fixed design, run on as many splits as the time allows.

The design is written as a suite, so that what was done can be read, repeated and gone on with. What costs
nothing (`FREE`), six samplers and three classifiers meet on ten splits. Two splits come first, in this
process, and say how long one takes; where ten would take longer than there is time, fewer are made, and that
is said; when time is up nothing is begun any more. Every split has all pairs of a classifier and a method, so
that none is judged on easier rows than another.
"""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path
from typing import Any

from oversample_bench.analysis.control import FREE
from oversample_bench.core.atomic_write import replacement
from oversample_bench.core.errors import UsageError, counted
from oversample_bench.core.specs import Reading, table_stem
from oversample_bench.datasets.suggested_reading import check_named, is_file, suggested
from oversample_bench.execution.driver import run
from oversample_bench.execution.run_result import Options, Result
from oversample_bench.execution.runners.cluster import cores
from oversample_bench.execution.watcher import Watcher
from oversample_bench.plugins.expected_cost import NAME as EXPECTED_COST
from oversample_bench.suite import Suite, load_suite, parse_suite

SAMPLERS = ("random", "smote", "borderline_smote", "svm_smote", "adasyn", "smote_enn")
CLASSIFIERS = (
    "logistic_regression",
    {"name": "random_forest", "params": {"n_estimators": 100, "min_samples_leaf": 2}},
    "hist_gradient_boosting",
)
METRICS = ("mcc", "f1_minority", "recall", "precision", "auprc")

FIRST_SPLITS, LEAST_SPLITS, MOST_SPLITS = 2, 3, 10
LEAST_SECONDS = 10.0
"""For what is left after the first splits, however little time there is."""
SHARE_OF_TIME = 0.85
"""Of what is left after the first splits: the report takes some as well."""
SHORTEST_LIMIT = 30.0
LIMIT_SHARE = 0.1
"""Of the time there is, that one fit or trial may take; never less than `SHORTEST_LIMIT` seconds."""


@dataclass(frozen=True)
class Question:
    """What advice is wanted on.

    Parameters
    ----------
    table : str
        A file, or the name of a registered data set.
    target : str, default=""
        The column of the file that holds the classes.
    minority, majority : str, default=""
        The two classes, where there are more or the rarer is not meant.
    reading : Reading, optional
        What is known of the columns.
    metric : str, default="mcc"
        By which it is decided.
    costs : tuple of (float, float), optional
        What a miss and a false alarm cost; then it is decided by the expected cost.
    minutes : float, default=5
        How long it may take.
    splits : int, default=10
        Splits at most.
    """

    table: str
    target: str = ""
    minority: str = ""
    majority: str = ""
    reading: Reading = field(default_factory=Reading)
    metric: str = "mcc"
    costs: tuple[float, float] | None = None
    minutes: float = 5.0
    splits: int = MOST_SPLITS

    @property
    def is_file(self) -> bool:
        """Whether the table is a file."""
        return is_file(self.table) or os.sep in self.table

    @property
    def name(self) -> str:
        """What suite and folder are called."""
        stem = table_stem(self.table) if self.is_file else self.table
        return "advice_" + (re.sub(r"[^A-Za-z0-9._-]+", "_", stem).strip("_.") or "table")


@dataclass(frozen=True)
class Advised:
    """What was done for an answer.

    Parameters
    ----------
    result : Result
        The run.
    suite_file : Path
        Its suite.
    metric : str
        By which it is decided.
    """

    result: Result
    suite_file: Path
    metric: str


def advise(
    question: Question, folder: Path, options: Options | None = None, watcher: Watcher | None = None
) -> Advised:
    """Run the design on a table, and write suite and report.

    Parameters
    ----------
    question : Question
        The table, and what is known of it.
    folder : Path
        Where suite, results and report go; a later call goes on there.
    options : Options, optional
        Where to run.
    watcher : Watcher, optional
        Told of the progress, and of what was decided about the table.

    Raises
    ------
    UsageError
        When the table cannot be used.
    """
    try:
        return _advised(question, folder, options or Options(), watcher or Watcher())
    except UsageError as error:
        raise UsageError(_of_the_table(str(error), question, folder)) from None


def _advised(question: Question, folder: Path, options: Options, watcher: Watcher) -> Advised:
    started = time.monotonic()
    question = _with_reading(question, watcher)
    folder.mkdir(parents=True, exist_ok=True)  # paths of the suite start there
    seconds = 60 * question.minutes
    first = min(FIRST_SPLITS, question.splits)
    begun = run(
        suite_of(question, folder, first),
        folder,
        replace(options, runner="serial", address="", workers=0, report=False, max_seconds=seconds),
        watcher,
    )
    if begun.interrupted:
        return Advised(begun, _written(question, folder, first), _metrics(question)[0])
    per_split = begun.seconds / first if begun.computed else 0.0
    left = seconds - (time.monotonic() - started)
    splits = _affordable(question, per_split / _n_workers(options), left)
    if splits < question.splits:
        watcher.reading(
            f"{counted(splits, 'split')} in place of {question.splits}: more would take longer than "
            f"{question.minutes:g} min (--minutes)"
        )
    path = _written(question, folder, splits)
    rest = replace(options, max_seconds=max(left, LEAST_SECONDS))
    done = run(load_suite(path), folder, rest, watcher)
    return Advised(done, path, _metrics(question)[0])


def suite_of(question: Question, folder: Path, splits: int) -> Suite:
    """Return the suite of a question, as its file in ``folder`` says it."""
    return parse_suite(suite_text(question, folder, splits), str(folder / "suite.yaml"), folder)


def suite_text(question: Question, folder: Path, splits: int) -> str:
    """Return the YAML of a suite that asks the question."""
    from ruamel.yaml import YAML

    written = StringIO()
    yaml = YAML()
    yaml.default_flow_style = None
    yaml.width = 110
    yaml.dump(_fields(question, folder, splits), written)
    head = (
        f"# What `bench advise {question.table}` has compared. To go on with other methods, metrics or more\n"
        "# splits, edit this file and `bench run` it with the same folder; nothing is computed twice.\n\n"
    )
    return head + written.getvalue()


def _fields(question: Question, folder: Path, splits: int) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "name": question.name,
        "data": [_data(question, folder)],
        "methods": [*FREE, *SAMPLERS],
        "classifiers": list(CLASSIFIERS),
        "splits": splits,
        "metrics": _metrics(question),
    }
    if question.costs:
        fields["costs"] = dict(zip(("miss", "false_alarm"), question.costs, strict=True))
    limit = max(SHORTEST_LIMIT, LIMIT_SHARE * 60 * question.minutes)
    title = f"What to do about the rare class of {question.table}"
    return {**fields, "limits": {"fit": limit, "trial": limit}, "report": {"title": title}}


def _data(question: Question, folder: Path) -> dict[str, Any]:
    classes = {"majority": question.majority, "minority": question.minority}
    told = {name: label for name, label in classes.items() if label}
    if not question.is_file:
        return {"dataset": question.table, **told}
    path = Path(os.path.relpath(Path(question.table).absolute(), folder.absolute())).as_posix()
    reading = {name: value for name, value in vars(question.reading).items() if value}
    lists = {name: list(value) if isinstance(value, tuple) else value for name, value in reading.items()}
    return {"path": path, "target": question.target, **told, **lists, "label": table_stem(question.table)}


def _metrics(question: Question) -> list[str]:
    first = EXPECTED_COST if question.costs else question.metric
    return list(dict.fromkeys([first, *METRICS]))


def _of_the_table(message: str, question: Question, folder: Path) -> str:
    """Return what is said of the suite's lines and of its file as said of the table, each sentence once."""
    plain = re.sub(r"(?m)^.*suite\.yaml:\d+:\d+: (the data set '[^']*': )?", "", message)
    there = str(folder.absolute() / _data(question, folder).get("path", question.table))
    return "\n".join(dict.fromkeys(plain.replace(there, question.table).splitlines()))


def _with_reading(question: Question, watcher: Watcher) -> Question:
    """Return the question with all doubts about columns settled, and say how."""
    if not question.is_file:
        return question
    check_named(question.table, question.target)
    found = suggested(Path(question.table), question.target, question.reading)
    for sentence in found.told:
        watcher.reading(f"{table_stem(question.table)}: {sentence}")
    return replace(question, reading=found.reading)


def _written(question: Question, folder: Path, splits: int) -> Path:
    path = folder / "suite.yaml"
    with replacement(path) as place:
        place.write_text(suite_text(question, folder, splits), encoding="utf-8")
    return path


def _n_workers(options: Options) -> int:
    return 1 if options.runner == "serial" else options.workers or cores()


def _affordable(question: Question, seconds: float, left: float) -> int:
    """Return how many splits there is time for, of which each takes ``seconds``."""
    most = question.splits
    if not seconds:
        return most
    more = int(SHARE_OF_TIME * max(left, 0.0) / seconds)
    return min(most, max(min(LEAST_SPLITS, most), FIRST_SPLITS + more))
