"""Whatever is written in whatever order, the store is a table by digest."""

import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oversample_bench import store
from oversample_bench.core.errors import UsageError
from oversample_bench.store import Ledger, PlannedRecord, RunRecord, TrialRecord, connect

STATUSES = ["ok", "failed", "timeout", "crashed", "oom", "upstream", "skipped"]
TEXTS = ("resample", "classifier", "params", "source", "stage", "kind", "reason", "traceback", "notes")
texts = st.text(st.characters(codec="utf-8"), max_size=30)
numbers = st.none() | st.floats(allow_nan=False)
metrics = st.sampled_from(["mcc", "f1", "auroc"])
sources = st.sampled_from(["host 1", "host 2"])


@st.composite
def trials(draw):
    status = draw(st.sampled_from(STATUSES))
    scores = draw(st.dictionaries(metrics, numbers)) if status == "ok" else {}
    reasons = {name: "no number" for name in scores if scores[name] is None and draw(st.booleans())}
    columns = {
        **{name: draw(texts) for name in TEXTS},
        "status": status,
        "run": 1,
        "random_state": draw(st.none() | st.integers(0, 2**32 - 1)),
        "trial_seconds": draw(st.floats(0, 1e9)),
    }
    by_metric = {name: draw(sources) for name in scores}
    return TrialRecord(draw(st.sampled_from("abcdef")), columns, scores, by_metric, "", reasons)


@pytest.mark.slow
@settings(deadline=None, max_examples=60)
@given(
    records=st.lists(trials(), max_size=12), asked=st.lists(st.tuples(metrics, sources)), retry=st.booleans()
)
def test_the_store_holds_the_last_row_of_each_digest(records, asked, retry):
    """Of rows written over each other the last one stays, but for a bad one over a good one.

    The scores of all good ones are there, the last of each metric, but for the failure of a metric over what
    the same version of it has given. They decide on what is left.
    """
    last: dict[str, TrialRecord] = {}
    kept: dict[tuple[str, str], tuple[str, float | None, str]] = {}
    for record in records:
        good_before = record.digest in last and last[record.digest].columns["status"] == "ok"
        if record.columns["status"] == "ok" or not good_before:
            last[record.digest] = record
        for metric, value in record.scores.items():
            key, reason = (record.digest, metric), record.reasons.get(metric, "")
            source, _, failed = kept.get(key, ("", None, "never"))
            if not reason or failed or source != record.sources[metric]:
                kept[key] = (record.sources[metric], value, reason)
    with tempfile.TemporaryDirectory() as folder:
        with closing(Ledger(Path(folder))) as ledger:
            for record in records:
                ledger.add_trial(record)
        with closing(connect(Path(folder))) as reader:
            found = {row["digest"]: dict(row) for row in reader.execute("SELECT * FROM trials")}
            scores = {tuple(row) for row in reader.execute("SELECT * FROM scores")}
            settled = store.settled(reader, asked, retry=retry)

    assert found == {digest: {"digest": digest, **record.columns} for digest, record in last.items()}
    assert scores == {(*key, *told) for key, told in kept.items()}
    sources = {key: source for key, (source, _, reason) in kept.items() if not (reason and retry)}
    assert settled == {d for d, record in last.items() if is_settled(record, sources, asked, retry)}


def is_settled(record, sources, asked, retry):
    """Tell by hand whether a trial need not be done again."""
    status = record.columns["status"]
    if status == "ok":
        return all(sources.get((record.digest, name)) == source for name, source in asked)
    return status == "skipped" or not retry


planned = st.builds(
    PlannedRecord,
    trial=st.sampled_from("abcdef"),
    **dict.fromkeys(("resample", "dataset", "ratio", "method", "classifier"), texts),
    split=st.integers(0, 99),
    seed=st.integers(0, 99),
)


@settings(deadline=None, max_examples=40)
@given(plans=st.lists(st.lists(planned, max_size=8), min_size=1, max_size=3))
def test_the_store_holds_the_last_plan_in_its_order(plans):
    """Of several plans the last one is there, each of its rows where it stood; a trial counts once."""
    with tempfile.TemporaryDirectory() as folder, closing(Ledger(Path(folder))) as ledger:
        for plan in plans:
            ledger.set_plan(plan)
        found = store.planned(ledger.connection)
        counts = store.status_counts(ledger.connection, ["mcc"])

    assert found == [tuple(vars(row).values()) for row in plans[-1]]
    assert sum(counts.values()) == len({row.trial for row in plans[-1]})


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, max_examples=40)
@given(
    options=st.dictionaries(texts, values, max_size=3),
    environment=st.dictionaries(texts, values, max_size=3),
    chosen=st.dictionaries(texts, st.booleans(), max_size=4),
    text=texts,
)
def test_a_run_is_told_as_it_was_begun(options, environment, chosen, text):
    """Text and values of a run come back equal, metrics in the order of the suite."""
    record = RunRecord(text, text, text, options, chosen, text, 3, environment)
    with tempfile.TemporaryDirectory() as folder, closing(Ledger(Path(folder))) as ledger:
        ledger.begin(record)
        found = store.last_run(ledger.connection)

    assert {key: found[key] for key in vars(record)} == vars(record)
    assert list(found["metrics"]) == list(chosen)


@settings(deadline=None, max_examples=40)
@given(content=st.binary(max_size=3000))
def test_no_file_of_that_name_breaks_the_reader(content):
    """Any bytes under the store's name are a store, an empty file, or refused in a sentence."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / store.FILE_NAME).write_bytes(content)
        try:
            connect(Path(folder)).close()
        except UsageError:
            return
