"""Everything that the store knows of one trial: what went into its digest, and what came of it.

Finds the trial by its digest or by its labels. Computes nothing but the digest of the parts, to tell whether
they are those that it was made from, and whether what is installed now is what it was made by.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from oversample_bench import store
from oversample_bench.core.digests import UNAVAILABLE, restored
from oversample_bench.core.errors import UsageError, listed, nearest
from oversample_bench.core.specs import PROTOCOL_VERSION, Component, ResampleSpec, TrialSpec, parted
from oversample_bench.plugins.registry import Registry, load_registry
from oversample_bench.store.resample_files import ResampleFiles
from oversample_bench.store.restoring import resample_spec

LEAST_DIGITS = 4
"""Of a digest; fewer are taken for a label."""

MOST_SHOWN = 8
VERDICT = ("status", "stage", "kind", "reason", "traceback")
MEASURED = ("notes", "trial_seconds", "random_state")
DETECTED = ("stump", "stump_null", "forest", "forest_null")
FIDELITY = ("precision", "recall", "density", "coverage")
AUDIT = (
    "n_real",
    "n_dropped",
    "n_new",
    "n_new_majority",
    "n_requested",
    "n_copies",
    "n_mixed",
    "realised_ratio",
)


@dataclass(frozen=True)
class Explanation:
    """One trial, as plain values that JSON can hold.

    Attributes
    ----------
    digest : str
        Of the trial.
    labels : list of dict
        Under which the plan of the folder has it: dataset, ratio, method, classifier, split, seed. Empty for
        a trial of an earlier suite.
    trial : dict
        Status, stage, kind, reason and traceback; seconds, seed of the classifier; empty before it was run.
    scores : dict of str to float or None
        By metric.
    uncomputed : dict of str to str
        Why a metric gave no number, for those that failed.
    resample : dict
        Digest, status, ..., seconds, memory, seed of the method; its audit and fidelity; its file on disk
        (None where there is none); empty before it was made.
    parts : dict
        What went into the digest; ``confirmed`` tells whether these parts give it today.
    split : dict
        Sizes of the split; empty where it could not be made.
    data : dict
        The card of the data set.
    run : dict
        When, where and with which versions the trial was carried out.
    """

    digest: str
    labels: list[dict[str, Any]]
    trial: dict[str, Any]
    scores: dict[str, float | None]
    uncomputed: dict[str, str]
    resample: dict[str, Any]
    parts: dict[str, Any]
    split: dict[str, Any]
    data: dict[str, Any]
    run: dict[str, Any]

    def as_json(self) -> str:
        """Return everything as indented JSON."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False)


def explain(folder: str | Path, name: str) -> Explanation:
    """Tell everything of one trial.

    Parameters
    ----------
    folder : str or Path
        The folder of a run.
    name : str
        The first digits of its digest (four or more), or its labels as
        ``dataset/ratio/method/classifier/split/seed``; as many of them as leave one trial.

    Returns
    -------
    Explanation
        What the store knows.

    Raises
    ------
    UsageError
        When the folder is no run's, or when no trial or more than one has that name.
    """
    folder = Path(folder)
    with closing(store.connect(folder)) as connection:
        return _explained(folder, connection, find(connection, name))


def find(connection: sqlite3.Connection, name: str) -> str:
    """Return the digest of the one trial that ``name`` stands for; see `explain`."""
    query = "SELECT trial FROM planned UNION SELECT digest FROM trials"
    digests = sorted(row[0] for row in connection.execute(query))
    if not digests:
        raise UsageError("This store holds no trial yet. Start a run with `bench run SUITE`.")
    if len(name) >= LEAST_DIGITS and (found := [one for one in digests if one.startswith(name.lower())]):
        if len(found) > 1:
            raise UsageError(
                f"{len(found)} trials begin with '{name}': {listed(found, MOST_SHOWN)}. Give more digits."
            )
        return str(found[0])
    query = f"SELECT trial, {', '.join(store.PLACE)} FROM planned ORDER BY position"  # noqa: S608 - ours
    rows = [tuple(map(str, row)) for row in connection.execute(query)]
    whole = [row for row in rows if "/".join(row[1:]) == name]  # labels may hold slashes
    return _by_labels(whole or rows, name)


def _by_labels(rows: Sequence[tuple[str, ...]], name: str) -> str:
    """Take the labels off the beginning of ``name``, one after the other, until one trial is left."""
    said, rest = "", name.strip("/")
    for column, what in enumerate(store.PLACE, start=1):
        labels = list(dict.fromkeys(row[column] for row in rows))
        if not rest:
            break
        label = _leading(labels, rest)
        if label is None:
            raise UsageError(_unknown(what, rest, labels, said))
        rows = [row for row in rows if row[column] == label]
        said, rest = f"{said}{label}/", rest[len(label) + 1 :]
    found = list(dict.fromkeys(row[0] for row in rows))
    if rest or not found:
        raise UsageError(f"'{name}' goes on after {said!r}, which is a trial: leave out '{rest}'.")
    if len(found) > 1:
        raise UsageError(_ambiguous(rows, name))
    return found[0]


def _leading(labels: Sequence[str], rest: str) -> str | None:
    """Return the longest label that ``rest`` begins with; a label may hold a slash itself."""
    fits = [label for label in labels if f"{rest}/".startswith(f"{label}/")]
    return max(fits, key=len, default=None)


def _unknown(what: str, rest: str, labels: Sequence[str], said: str) -> str:
    wrong = rest.split("/", maxsplit=1)[0]
    where = f"'{said.rstrip('/')}' has" if said else "this run has"
    hint = "" if said else " A trial is named by the first digits of its digest, or by its labels."
    return f"{where} no {_called(what)} '{wrong}'.{nearest(wrong, labels)} There are: {listed(labels)}.{hint}"


def _called(what: str) -> str:
    return {"dataset": "data set"}.get(what, what)


def _ambiguous(rows: Sequence[tuple[str, ...]], name: str) -> str:
    column = next(n for n in range(1, len(store.PLACE) + 1) if len({row[n] for row in rows}) > 1)
    labels = list(dict.fromkeys(row[column] for row in rows))
    return (
        f"'{name}' stands for {len(rows):,} trials. Say the {_called(store.PLACE[column - 1])}, too: "
        f"{listed(labels, MOST_SHOWN)}; for example '{'/'.join(rows[0][1:])}'."
    )


def _row(connection: sqlite3.Connection, query: str, *values: object) -> dict[str, Any]:
    row = connection.execute(query, values).fetchone()
    return {} if row is None else dict(row)


def _explained(folder: Path, connection: sqlite3.Connection, digest: str) -> Explanation:
    query = f"SELECT resample, {', '.join(store.PLACE)} FROM planned WHERE trial = ? ORDER BY position"  # noqa: S608 - ours
    places = [dict(row) for row in connection.execute(query, (digest,))]
    trial = _row(connection, "SELECT * FROM trials WHERE digest = ?", digest)
    drawn = trial.get("resample") or places[0]["resample"]
    resample = _row(connection, "SELECT * FROM resamples WHERE digest = ?", drawn)
    split = _row(connection, "SELECT * FROM splits WHERE digest = ?", resample.get("split"))
    card = _row(connection, "SELECT card FROM datasets WHERE fingerprint = ?", split.get("fingerprint"))
    query = "SELECT metric, value, reason FROM scores WHERE trial = ? ORDER BY metric"
    scores = connection.execute(query, (digest,)).fetchall()
    return Explanation(
        digest=digest,
        labels=[{name: place[name] for name in store.PLACE} for place in places],
        trial={name: trial[name] for name in (*VERDICT, *MEASURED)} if trial else {},
        scores={metric: value for metric, value, _ in scores},
        uncomputed={metric: reason for metric, _, reason in scores if reason},
        resample=_resample(folder, resample),
        parts=_parts(digest, trial, resample, _fingerprints(connection, split)),
        split={name: value for name, value in split.items() if name != "fingerprint"},
        data=json.loads(card["card"]) if card else {},
        run=_run(connection, trial or resample),
    )


def _resample(folder: Path, resample: Mapping[str, Any]) -> dict[str, Any]:
    if not resample:
        return {}
    file = ResampleFiles(folder).path(resample["digest"])
    names = ("digest", *VERDICT, "fit_seconds", "peak_mib", "random_state")
    return {
        **{name: resample[name] for name in names},
        "file": str(file) if file.is_file() else None,
        "audit": {name: resample[name] for name in (*AUDIT, "fallback", "flags")},
        "fidelity": {name: resample[f"fidelity_{name}"] for name in FIDELITY},
        "detectability": {name: resample[f"detect_{name}"] for name in DETECTED},
    }


def _fingerprints(connection: sqlite3.Connection, split: Mapping[str, Any]) -> list[str]:
    """Return what the fingerprint of the data may be: that of the split, or any where there is no split."""
    if split:
        return [split["fingerprint"]]
    return [*dict.fromkeys(store.fingerprints(connection).values()), UNAVAILABLE]


def _parts(
    digest: str, trial: Mapping[str, Any], resample: Mapping[str, Any], fingerprints: Sequence[str]
) -> dict[str, Any]:
    """Return what the digest was made from, and whether it is."""
    if not (trial and resample):
        return {}
    spec = TrialSpec(resample_spec(resample["spec"]), Component(trial["classifier"], trial["params"]))
    sources = (resample["source"], trial["source"])
    fitting = [one for one in fingerprints if restored(spec, one, *sources).trial(spec) == digest]
    registry = load_registry()  # without loose plugins: a store names them, and nobody has said to run them
    return {
        "protocol_version": PROTOCOL_VERSION,
        "fingerprint": (fitting or fingerprints)[0],
        **_drawn(spec.resample),
        "method_source": resample["source"],
        "method_today": _today(registry, "oversampler", spec.resample.method, resample["source"]),
        "classifier": trial["classifier"],
        "classifier_params": spec.classifier.kwargs(),
        **_followers(spec.classifier),
        "classifier_source": trial["source"],
        "classifier_today": _today(registry, "classifier", spec.classifier, trial["source"]),
        "confirmed": bool(fitting),
    }


def _followers(classifier: Component) -> dict[str, Any]:
    told = [{"name": part.name, "params": part.kwargs()} for part in classifier.then()]
    return {"then": told} if told else {}


def _today(registry: Registry, kind: str, component: Component, source: str) -> str:
    """Say how a source of the store stands to what is installed now."""
    who, code = parted(source)
    if who.endswith(".py"):
        return "a plugin file, which is not looked at here"
    try:
        found = registry.source(kind, component)
    except UsageError:
        return "offered by nothing that is installed now"
    if found == source:
        return "the same is installed now"
    if registry.renewed(kind, component.name, source):
        return "the same version is installed now; a hash of its code was not kept"
    today, _ = parted(found)
    return "its code has changed since" if code and who == today else f"{today} is installed now"


def _drawn(spec: ResampleSpec) -> dict[str, Any]:
    split = spec.split
    return {
        "data": asdict(split.data),
        "ratio": "natural" if split.ratio is None else split.ratio,
        "protocol": split.protocol.as_written(),
        "split": split.index,
        "method": spec.method.name,
        "method_params": spec.method.kwargs(),
        "seed": spec.seed,
        "batch": [list(member) for member in spec.batch],
    }


def _run(connection: sqlite3.Connection, row: Mapping[str, Any]) -> dict[str, Any]:
    run = _row(connection, "SELECT * FROM runs WHERE id = ?", row.get("run"))
    names = ("id", "suite", "started", "finished", "status", "runner", "workers")
    return (
        {name: run[name] for name in names} | {"environment": json.loads(run["environment"])} if run else {}
    )
