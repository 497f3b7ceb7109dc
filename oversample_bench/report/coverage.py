"""How much of the plan is done: one line on top, and a table where it is not all of it."""

from __future__ import annotations

from oversample_bench.analysis.results import PENDING, Results
from oversample_bench.report.table import NOTHING, ReportSection, Row, Table, Text, titled, words


def line(results: Results) -> str:
    """Return a line like ``1,234 of 1,350 trials done (91 %), 12 failed, 104 not yet run``.

    A trial that is shown under several labels counts once.
    """
    status = results.plan.drop_duplicates("trial")["status"]
    done, pending, skipped = (int((status == name).sum()) for name in ("ok", PENDING, "skipped"))
    failed = len(status) - done - pending - skipped
    share = 100 * done // len(status)  # rounded down: 100 % means all
    parts = [f"{done:,} of {len(status):,} trials done ({share} %)"]
    parts.append(f"{failed:,} failed" if failed else "none failed")
    parts += [
        f"{count:,} {word}" for count, word in ((skipped, "skipped"), (pending, "not yet run")) if count
    ]
    return f"{', '.join(parts)}.{_unscored(results)}"


def _unscored(results: Results) -> str:
    """Tell of trials in which a metric failed, and of those that lack a metric which was asked for later."""
    failed = results.plan.loc[results.plan.index.isin(results.uncomputed.index), "trial"].nunique()
    unscored = (results.plan["status"] == "ok") & ~results.scored.all(axis=1)
    waiting = results.plan.loc[unscored, "trial"].nunique()
    told = f" In {failed:,} of those done a metric failed (see What failed?)." if failed else ""
    if waiting:
        told += f" {waiting:,} of those done lack a metric of this report."
    return told


def section(results: Results) -> ReportSection:
    """Return how to go on and where trials are missing; without blocks where all are done."""
    hint = _hint(results)
    blocks: list[Text | Table] = [Text(hint)] if hint else []
    if (results.plan["status"] != "ok").any():
        blocks.append(_table(results))
    return ReportSection("What is missing?", blocks)


def _hint(results: Results) -> str:
    status = str(results.run["status"])
    pending = bool((results.plan["status"] == PENDING).any())
    if status == "finished" and not pending:
        return ""
    states = {
        "running": "The last run had not ended when this was read: it is going on, or it was killed",
        "interrupted": "The last run was interrupted",
    }
    text = states.get(status, "The last run left trials out")
    return f"{text}. `bench run SUITE --out DIR`, with this folder as DIR, goes on where it stopped."


def _table(results: Results) -> Table:
    plan = results.plan
    grouped = plan.assign(done=plan["status"] == "ok").groupby(["dataset", "method"], sort=False)["done"]
    counts = grouped.agg(["sum", "size"])
    text = counts["sum"].astype(str) + "/" + counts["size"].astype(str)
    methods = results.names("method")
    wide = text.unstack("method").reindex(index=plan["dataset"].unique(), columns=methods).fillna(NOTHING)
    rows = [
        Row(words(name, *line), {"dataset": str(name)})
        for name, line in zip(wide.index, wide.to_numpy().tolist(), strict=True)
    ]
    return Table("coverage", "Trials done, of those planned", titled("data set", *methods), rows)
