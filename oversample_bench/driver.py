"""Carries out a suite: what is left of its plan, on a runner, into the store of its folder.

The driver is the one writer of the store. A row is committed before anybody is told of it, so that whatever
ends this process, what was shown as done is done. Nothing is computed twice, and a run with nothing left to
do loads no data and starts no Ray.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from oversample_bench import store
from oversample_bench.checking import check_names, check_parameters, registry_of
from oversample_bench.choosing import Choice, Name
from oversample_bench.environment import environment
from oversample_bench.errors import UsageError
from oversample_bench.identity import Identity
from oversample_bench.inventory import Inventory, check_data, data_folder
from oversample_bench.plan import Plan, plan
from oversample_bench.registry import LooseFile, Registry
from oversample_bench.suite import Suite
from oversample_bench.tasks import Job, Resources, jobs
from oversample_bench.watching import Watcher

if TYPE_CHECKING:
    import pandas as pd

    from oversample_bench.draws import DrawFiles
    from oversample_bench.runners.cluster import Cluster
    from oversample_bench.runners.events import Blueprint, Event

LOCK_NAME = ".lock"


@dataclass(frozen=True)
class Options:
    """How a suite is carried out; nothing here changes a number.

    Parameters
    ----------
    runner : {"auto", "serial", "ray"}, default="auto"
        Where stages run.
    address : str, default=""
        Of a running Ray cluster; empty to start one on this machine.
    workers : int, default=0
        CPU slots for Ray; 0 for all.
    data_dir : Path, optional
        Where loaders look for files; ``OVERSAMPLE_BENCH_DATA`` if it is not given.
    retry : bool, default=True
        Whether trials that did not succeed are tried again.
    """

    runner: Name = "auto"
    address: str = ""
    workers: int = 0
    data_dir: Path | None = None
    retry: bool = True


@dataclass(frozen=True)
class Summary:
    """What became of a run.

    Attributes
    ----------
    folder : Path
        Where the store and the report are.
    counts : mapping of str to int
        Planned trials by status; ``pending`` for those that were not reached.
    computed : int
        Trials that this run carried out.
    seconds : float
        Wall-clock seconds of this run.
    interrupted : bool
        Whether it was stopped before its end.
    """

    folder: Path
    counts: Mapping[str, int]
    computed: int
    seconds: float
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """0 when every planned trial succeeded, 2 when some did not, 130 when interrupted."""
        if self.interrupted:
            return 130
        return 0 if set(self.counts) <= {"ok"} else 2

    def trials(self) -> pd.DataFrame:
        """Return one row a trial, as `bench export` writes it."""
        from oversample_bench.report import trials

        return trials(self.folder)


def run(
    suite: Suite,
    out: str | Path = "",
    options: Options | None = None,
    watcher: Watcher | None = None,
) -> Summary:
    """Carry out what is left of a suite.

    Parameters
    ----------
    suite : Suite
        As `load_suite` returns it.
    out : str or Path, default=""
        The folder of the results; ``reports/<name>`` if it is empty.
    options : Options, optional
        Where and how to run.
    watcher : Watcher, optional
        Told of the progress.

    Returns
    -------
    Summary
        Counts by status, and the trials as a table.

    Raises
    ------
    UsageError
        When the suite, the data or the folder cannot be used; nothing that was done before is lost.
    """
    folder = Path(out or Path("reports") / suite.name)
    registry = registry_of(suite)
    check_names(suite, registry)
    with _locked(folder), _opened(folder) as ledger:
        return _Run(suite, folder, registry, options or Options(), ledger).carry_out(watcher or Watcher())


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Keep other runs out of the folder; the system opens the lock when this process dies."""
    import filelock

    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(folder / LOCK_NAME)
        lock.acquire(timeout=0)
    except filelock.Timeout as error:
        raise UsageError(
            f"another run is writing to '{folder}'. Wait for it, or choose another folder with --out."
        ) from error
    except OSError as error:
        raise UsageError(f"'{folder}' cannot be written to: {error.strerror or error}") from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _opened(folder: Path) -> Iterator[store.Ledger]:
    ledger = store.Ledger(folder)
    try:
        yield ledger
    finally:
        ledger.close()


@dataclass
class _Run:
    """One call of `run`."""

    suite: Suite
    folder: Path
    registry: Registry
    options: Options
    ledger: store.Ledger
    started: float = field(default_factory=time.monotonic)
    computed: int = 0

    def carry_out(self, watcher: Watcher) -> Summary:
        """Find out what is left, do it, and write the report."""
        from oversample_bench.report import write_report

        connection = self.ledger.connection
        inventory = Inventory(
            self.registry, data_folder(self.options.data_dir), store.fingerprints(connection)
        )
        planned = plan(self.suite)
        identity = self._identity(planned, inventory)
        left = self._left(planned, identity)
        if left:
            check_parameters(self.suite, self.registry)
            check_data(self.suite, inventory)
        elif self._is_current(planned, identity):
            return self._summary(interrupted=False)
        summary = self._compute(_Work(planned, identity, inventory, left), watcher)
        write_report(self.folder)
        return summary

    def _identity(self, planned: Plan, inventory: Inventory) -> Identity:
        try:
            return inventory.identity(planned, self.ledger.remember_dataset)
        except UsageError:
            check_data(self.suite, inventory)  # says it with the line of the suite
            raise

    def _left(self, planned: Plan, identity: Identity) -> list[Job]:
        from oversample_bench.draws import DrawFiles

        connection = self.ledger.connection
        done = store.settled(connection, self.metric_sources().items(), retry=self.options.retry)
        drawn = store.good_draws(connection)
        files = DrawFiles(self.folder)
        resources = {
            method.component(): Resources(method.resources.cpus, method.resources.gpus)
            for method in self.suite.methods
        }
        return list(
            jobs(planned, identity, done, lambda digest: digest in drawn and files.has(digest), resources)
        )

    def _is_current(self, planned: Plan, identity: Identity) -> bool:
        """Tell whether the store and its report are those of this very suite."""
        from oversample_bench.recording import planned_records

        last = store.last_run(self.ledger.connection)
        same = last is not None and last["status"] == "finished" and last["suite_text"] == self.suite.text
        return (
            same
            and (self.folder / "report.md").is_file()
            and store.planned(self.ledger.connection)
            == [tuple(vars(record).values()) for record in planned_records(planned, identity)]
        )

    def metric_sources(self) -> dict[str, str]:
        """Return the distribution and version of each metric."""
        return {name: self.registry.entry("metric", name).source for name in self.suite.metrics}

    def _compute(self, work: _Work, watcher: Watcher) -> Summary:
        from oversample_bench.recording import planned_records

        choice = self._choice(work)
        record = self._record(choice)
        self.ledger.set_plan(planned_records(work.plan, work.identity))
        run_number = self.ledger.begin(record)
        total = len(work.plan.trials)
        watcher.begin(total, total - sum(len(job.trials) for job in work.jobs), choice)
        status = "interrupted"
        try:
            self._follow(work, choice, run_number, watcher)
            status = "finished"
        except KeyboardInterrupt:
            watcher.interrupted()
        finally:
            self.ledger.finish(run_number, status)
            watcher.end()
        return self._summary(interrupted=status == "interrupted")

    def _follow(self, work: _Work, choice: Choice, run_number: int, watcher: Watcher) -> None:
        """Write down each event, and only then tell of it."""
        if not work.jobs:
            return
        from oversample_bench.choosing import events
        from oversample_bench.draws import DrawFiles
        from oversample_bench.runners.events import Supply

        files = DrawFiles(self.folder)
        files.sweep()
        supply = Supply(work.inventory.dataset, files.load)

        def moved() -> None:
            ray = replace(choice, runner="ray")
            self.ledger.amend(run_number, self._record(ray))
            watcher.moved(ray)

        running = events(choice, work.jobs, self._blueprint(work), supply, moved)
        try:
            for event in running:
                self._write(event, files, run_number)
                watcher.told(event)
        finally:
            running.close()  # type: ignore[attr-defined]  # it is a generator: this ends the workers

    def _write(self, event: Event, files: DrawFiles, run_number: int) -> None:
        from oversample_bench.outcome import Ok
        from oversample_bench.recording import draw_record, trial_record
        from oversample_bench.runners.events import DrawDone, TrialDone

        if isinstance(event, DrawDone):
            if isinstance(event.outcome, Ok):
                files.save(event.task.digest, event.outcome.value.draw)
            source = self.registry.entry("oversampler", event.task.spec.method.name).source
            self.ledger.add_draw(draw_record(event, source, run_number), event.split)
        elif isinstance(event, TrialDone):
            source = self.registry.entry("classifier", event.task.spec.classifier.name).source
            self.ledger.add_trial(trial_record(event, source, self.metric_sources(), run_number))
            self.computed += 1

    def _choice(self, work: _Work) -> Choice:
        from oversample_bench.estimate import expected_seconds
        from oversample_bench.runners.cluster import Cluster

        cluster: Cluster = Cluster(self.options.address, self.options.workers)
        last = store.last_run(self.ledger.connection)
        risk = "the suite has loose plugin files" if self.suite.plugins else ""
        if last is not None and last["status"] == "running":
            risk = "the last run here died without a word"
        expected = expected_seconds(self.ledger.connection, work.jobs)
        return Choice(self.options.runner, cluster, expected, risk)

    def _blueprint(self, work: _Work) -> Blueprint:
        from oversample_bench.runners.events import Blueprint
        from oversample_bench.stages import Bounds

        limits = self.suite.limits
        drawn = {("oversampler", trial.spec.draw.method) for trial in work.plan.trials}
        tried = {("classifier", trial.spec.classifier) for trial in work.plan.trials}
        return Blueprint(
            loose=tuple(LooseFile.read(path) for path in self.suite.plugins),
            metrics=self.suite.metrics,
            components=tuple(sorted(drawn | tried, key=repr)),
            bounds=Bounds(limits.fit, limits.trial, limits.memory, soft=True),
        )

    def _record(self, choice: Choice) -> store.RunRecord:
        metrics = {
            name: self.registry.entry("metric", name).resolve().higher_is_better
            for name in self.suite.metrics
        }
        used = {f"{plugin.distribution} {plugin.version}" for plugin in self.registry.plugins}
        first = choice.first()
        return store.RunRecord(
            suite=self.suite.name,
            suite_digest=self.suite.digest(),
            suite_text=self.suite.text,
            options=self.suite.report.model_dump(),
            metrics=metrics,
            runner=first,
            workers=choice.workers() if first == "ray" else 1,
            environment=environment(used),
        )

    def _summary(self, *, interrupted: bool) -> Summary:
        return Summary(
            folder=self.folder,
            counts=store.status_counts(self.ledger.connection),
            computed=self.computed,
            seconds=time.monotonic() - self.started,
            interrupted=interrupted,
        )


@dataclass(frozen=True)
class _Work:
    """What is left to do, and what it needs."""

    plan: Plan
    identity: Identity
    inventory: Inventory
    jobs: list[Job]
