"""Carries out a suite: what is left of its plan, on a runner, into the store of its folder.

The driver is the one writer of the store. A row is committed before anybody is told of it, so that whatever
ends this process, what was shown as done is done. Nothing is computed twice, and a run with nothing left to
do loads no data and starts no Ray.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from oversample_bench import store
from oversample_bench.core.digests import Identity
from oversample_bench.core.errors import UsageError
from oversample_bench.core.specs import DataSpec
from oversample_bench.datasets.paper_downloads import Downloads
from oversample_bench.evaluation.process_state import folder_kept, generators_kept
from oversample_bench.evaluation.tasks import Job
from oversample_bench.execution.adoption import adopt
from oversample_bench.execution.estimate import expected_seconds
from oversample_bench.execution.inventory import Inventory, check_data, data_folder
from oversample_bench.execution.jobs import Remaining, Stock, metric_sources
from oversample_bench.execution.recorder import Recorder, planned_records, run_options, run_record
from oversample_bench.execution.run_result import KeptFolder, Options, Result
from oversample_bench.execution.runner_choice import Choice, risk
from oversample_bench.execution.runners.ray_start import RayStartError
from oversample_bench.execution.watcher import Watcher
from oversample_bench.plugins.registry import Registry
from oversample_bench.plugins.validation import check_metrics, check_names, check_parameters, registry_of
from oversample_bench.report import is_shown
from oversample_bench.store.lease import TakenOverError
from oversample_bench.store.lock import occupied
from oversample_bench.store.prediction_files import PredictionFiles
from oversample_bench.store.resample_files import ResampleFiles
from oversample_bench.suite import Suite
from oversample_bench.suite.plan import Plan, plan

if TYPE_CHECKING:
    from oversample_bench.execution.runners.events import WorkerConfig


def run(
    suite: Suite,
    out: str | Path = "",
    options: Options | None = None,
    watcher: Watcher | None = None,
) -> Result:
    """Carry out what is left of a suite, and write the report where there is a folder for it.

    Parameters
    ----------
    suite : Suite
        From `load_suite`, or made in Python.
    out : str or Path, default=""
        The folder of the results, where a later run goes on. Without one they are kept as long as the
        `Result` is, and no report is written until `Result.write_report` is asked to.
    options : Options, optional
        Where and how to run.
    watcher : Watcher, optional
        Told of the progress.

    Returns
    -------
    Result
        Counts by status; trials, scores, comparisons and failures as tables.

    Raises
    ------
    UsageError
        When the suite, the data or the folder cannot be used; nothing that was done before is lost.
    """
    with folder_kept():
        registry = registry_of(suite)
    return carried_out(suite, registry, out, options, watcher)


def carried_out(
    suite: Suite,
    registry: Registry,
    out: str | Path = "",
    options: Options | None = None,
    watcher: Watcher | None = None,
) -> Result:
    """Do what `run` does, by the plugins of a registry."""
    started = time.monotonic()
    place = None if out else KeptFolder()
    folder = Path(place.path if place else out).absolute()  # wherever foreign code goes
    options = options or Options()
    if place:
        options = replace(options, report=False)
    files = data_folder(options.data_dir)
    check_names(suite, registry)
    watcher = watcher or Watcher()
    with occupied(folder, take_over=options.take_over) as ledger:
        if adopted := adopt(folder, ledger, registry):
            watcher.adopted(adopted)
        known = store.fingerprints(ledger.connection)
        inventory = Inventory(registry, files, known, Downloads(watcher.fetching))
        order = _Order(suite, folder, registry, options, inventory, started)
        done = _carry_out(order, ledger, watcher)
        counts = store.status_counts(ledger.connection, suite.metrics)
    seconds = time.monotonic() - started
    return Result(
        folder, counts, done.trials, seconds, done.interrupted, done.notices, place, done.scored_again
    )


@dataclass(frozen=True)
class _Done:
    """How many trials a run carried out or scored again, whether somebody stopped it, what was noticed."""

    trials: int = 0
    scored_again: int = 0
    interrupted: bool = False
    notices: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Order:
    """What was asked for, and where everything comes from and goes to."""

    suite: Suite
    folder: Path
    registry: Registry
    options: Options
    inventory: Inventory
    started: float

    def is_over(self) -> bool:
        """Tell whether the time that there is has passed."""
        most = self.options.max_seconds
        return most is not None and time.monotonic() - self.started >= most

    @property
    def files(self) -> ResampleFiles:
        return ResampleFiles(self.folder)


def _carry_out(order: _Order, ledger: store.Ledger, watcher: Watcher) -> _Done:
    """Do what is left, and write the report, also where the work ends before its end."""
    planned = plan(order.suite, order.options.shard)
    identity = _identity(order, planned, ledger)
    again = _score_again(order, ledger, watcher)
    stock = Stock(order.folder, ledger.connection)
    left = stock.remaining(order.suite, order.registry, (planned, identity), retry=order.options.retry)
    records = planned_records(planned, identity)
    if left.jobs:
        check_parameters(order.suite, order.registry)
        for note in check_data(order.suite, order.inventory):
            watcher.reading(note)
    elif (
        not again and _is_current(order, ledger, records) and not _awaited(order, (planned, identity), ledger)
    ):
        state, figures = store.state(ledger.connection), order.options.figures
        whole = not order.options.report or is_shown(order.folder, state, figures=figures)
        return _Done(interrupted=not whole and _report(order, watcher))
    ledger.set_plan(records)
    try:
        done = _run(order, (planned, identity), left, ledger, watcher)
    except (RayStartError, TakenOverError):  # nothing was begun; the report is another's
        raise
    except UsageError:
        with suppress(UsageError):  # why the work ended is what counts
            _report(order, watcher)
        raise
    return replace(done, interrupted=_report(order, watcher) or done.interrupted, scored_again=again)


def _score_again(order: _Order, ledger: store.Ledger, watcher: Watcher) -> int:
    """Score what is done already by the metrics that the suite asks for since; return how many trials."""
    sources = metric_sources(order.suite, order.registry)
    if not store.unscored(ledger.connection, sources, retry=order.options.retry):
        return 0
    from oversample_bench.execution.rescoring import Rescoring

    check_metrics(order.suite, order.registry)
    again = Rescoring.of(order.folder, order.registry, order.suite.metrics)
    if count := again.carry_out(ledger, retry=order.options.retry):
        watcher.rescored(count)
    return count


def _run(
    order: _Order,
    asked: tuple[Plan, Identity],
    left: Remaining,
    ledger: store.Ledger,
    watcher: Watcher,
) -> _Done:
    """Bracket the work by the beginning and the end of a run."""
    choice = _choice(order, left.jobs, ledger)
    number = ledger.begin(run_record(order.suite, order.registry, choice))
    sources = metric_sources(order.suite, order.registry)
    answers = PredictionFiles(order.folder)
    recorder = Recorder(ledger, order.registry, order.files, answers, sources, number)
    watcher.begin(left.n_settled + sum(len(job.trials) for job in left.jobs), left.n_settled, choice)
    status = "interrupted"
    try:
        _follow(order, left.jobs, choice, recorder, watcher)
        if order.is_over():
            status = "out of time"
        else:
            _add_decision_regions(order, asked, ledger)
            status = "finished"
    except KeyboardInterrupt:
        watcher.interrupted()
    finally:
        watcher.end()
        ledger.finish(number, status)
    return _Done(recorder.trials, 0, status == "interrupted", tuple(recorder.notices))


def _identity(order: _Order, planned: Plan, ledger: store.Ledger) -> Identity:
    try:
        return order.inventory.identity(planned, ledger.remember_dataset)
    except UsageError:
        check_data(order.suite, order.inventory)  # says it with the line of the suite
        raise


def _is_current(order: _Order, ledger: store.Ledger, records: list[store.PlannedRecord]) -> bool:
    """Tell whether the store is that of this very suite."""
    last = store.last_run(ledger.connection)
    return (
        last is not None
        and last["status"] == "finished"
        and last["suite_text"] == order.suite.text
        and last["options"] == json.loads(json.dumps(run_options(order.suite, order.registry)))
        and store.planned(ledger.connection) == [tuple(vars(record).values()) for record in records]
    )


def _choice(order: _Order, left: Sequence[Job], ledger: store.Ledger) -> Choice:
    """Return where the work should run, and what speaks for it."""
    from oversample_bench.execution.runners.cluster import Cluster

    cluster = Cluster(order.options.address, order.options.workers)
    expected = expected_seconds(ledger.connection, left)
    return Choice(order.options.runner, cluster, expected, risk(order.suite, left, ledger))


def _follow(order: _Order, left: Sequence[Job], choice: Choice, recorder: Recorder, watcher: Watcher) -> None:
    """Have the work done; write down what happens, and only then tell of it."""
    if not left:
        return
    from oversample_bench.execution.runner_choice import events
    from oversample_bench.execution.runners.events import DataProvider, Event, JobDone

    def moved(where: Choice) -> None:
        recorder.ledger.amend(recorder.run, run_record(order.suite, order.registry, where))
        watcher.moved(where)

    order.files.sweep()
    recorder.predictions.sweep()
    provider = DataProvider(order.inventory.dataset, order.files.load)
    running = events(choice, left, _worker_config(order, left), provider, moved, order.is_over)
    waiting = Counter(job.data for job in left)

    def tell(committed: Sequence[Event]) -> None:
        for event in committed:
            watcher.told(event)
            if isinstance(event, JobDone):
                _let_go(order.inventory, waiting, event.job)

    try:
        with generators_kept():
            for event in running:
                tell(recorder.committed(event))
    finally:
        running.close()  # ends the workers
        tell(recorder.commit())
        recorder.keep()


def _add_decision_regions(order: _Order, asked: tuple[Plan, Identity], ledger: store.Ledger) -> None:
    """Have the region plots made that the suite asks for and the store lacks."""
    if not order.suite.report.decision_regions:
        return
    from oversample_bench.execution.decision_regions import RegionPainter

    painter = RegionPainter(order.registry, order.inventory, order.files.load, order.suite.limits.trial)
    made = ledger.with_regions(retry=order.options.retry)
    for trial, view in painter.decision_regions(*asked, made):
        ledger.add_regions(trial, view)


def _awaited(order: _Order, asked: tuple[Plan, Identity], ledger: store.Ledger) -> bool:
    """Tell whether a region plot that the suite asks for has failed and is to be tried again."""
    if not (order.suite.report.decision_regions and order.options.retry):
        return False
    failed = ledger.with_regions(retry=False) - ledger.with_regions(retry=True)
    if not failed:
        return False
    from oversample_bench.execution.decision_regions import shown_trials

    planned, identity = asked
    return any(identity.trial(shown.spec) in failed for shown in shown_trials(planned))


def _let_go(inventory: Inventory, waiting: Counter[DataSpec], done: Job) -> None:
    """Forget the rows of a data set when its last job has ended."""
    waiting[done.data] -= 1
    if not waiting[done.data]:
        inventory.forget(done.data)


def _worker_config(order: _Order, left: Sequence[Job]) -> WorkerConfig:
    from oversample_bench.execution.runners.events import WorkerConfig

    keeps = order.options.predictions
    return WorkerConfig.of(left, order.registry, order.suite.metrics, order.suite.limits, keeps=keeps)


def _report(order: _Order, watcher: Watcher) -> bool:
    """Write the report, and return whether somebody stopped it: then the next run writes it."""
    from oversample_bench.report import write_report

    if not order.options.report:
        return False
    try:
        write_report(order.folder, figures=order.options.figures, progress=watcher.writing)
    except KeyboardInterrupt:
        watcher.interrupted()
        return True
    finally:
        watcher.writing("")
    return False
