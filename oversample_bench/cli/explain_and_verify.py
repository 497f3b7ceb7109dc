"""`bench explain` and `bench verify`."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from oversample_bench.cli.console import TOLERANCE, echo
from oversample_bench.cli.messages import FOLDER
from oversample_bench.cli.run_and_plan import DATA_DIR, WORKERS
from oversample_bench.core.errors import UsageError
from oversample_bench.evaluation import threads

if TYPE_CHECKING:
    from oversample_bench.execution.deviations import Verification
    from oversample_bench.execution.explanation import Explanation

MOST_ROWS = 20


@click.command("explain", short_help="Show everything about one trial.")
@FOLDER
@click.argument("trial", metavar="TRIAL")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def explain_command(folder: Path, trial: str, *, as_json: bool) -> None:
    """Show what went into one trial of the run in DIR, and what came of it.

    TRIAL is the beginning of its digest, or its labels as tables show them, separated by slashes: data set,
    ratio, method, classifier, split, seed; as many as leave one trial.
    """
    from oversample_bench.execution.explanation import explain

    found = explain(folder, trial)
    if as_json:
        echo(found.as_json())
    else:
        _tell(found)


def _tell(found: Explanation) -> None:
    """Print an explanation part by part, the outcome first."""
    names = ["/".join(map(str, place.values())) for place in found.labels]
    _section("trial", {"digest": found.digest, "labels": ", ".join(names) or "not planned any more"})
    _section("", {"status": "pending: it was not run yet"} if not found.trial else _outcome(found.trial))
    _section("scores", {**found.scores, **{name: f"– ({why})" for name, why in found.uncomputed.items()}})
    apart = {"audit", "fidelity", "detectability"}
    _section("resample", _outcome({name: one for name, one in found.resample.items() if name not in apart}))
    _section("audit of the resample", found.resample.get("audit", {}))
    _section("fidelity of the resample to the withheld rows", found.resample.get("fidelity", {}))
    _section("how well its rows are told from withheld rows", found.resample.get("detectability", {}))
    _section("what went into the digest", _parts(found.parts))
    _section("split", found.split)
    _section("data", found.data)
    _section("run", found.run)
    for what, row in (("trial", found.trial), ("resample", found.resample)):
        if row.get("traceback"):
            echo(f"\ntraceback of the {what}:\n{row['traceback']}")


def _outcome(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is told of an outcome in lines: no traceback, and no reason where there is none."""
    told = {name: value for name, value in row.items() if name != "traceback" and value != ""}
    if "file" in told and told["file"] is None:
        told["file"] = "none on this disk: it would be made again"
    return told


def _parts(parts: Mapping[str, Any]) -> dict[str, Any]:
    if not parts:
        return {}
    sure = "yes: these parts give it" if parts["confirmed"] else "no: another version of the protocol gave it"
    return {**parts, "confirmed": sure}


def _section(title: str, values: Mapping[str, Any]) -> None:
    """Print named values in two columns, nested ones under dotted names."""
    if not values:
        return
    if title:
        echo(click.style(f"\n{title}" if title != "trial" else title, bold=True))
    lines = _flat(values)
    width = max(20, *(len(name) for name, _ in lines))
    for name, value in lines:
        echo(f"  {name:<{width}}  {value}".rstrip())


def _flat(values: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    from oversample_bench.cli.console_tables import cell

    lines: list[tuple[str, str]] = []
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            lines += _flat(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            lines.append((prefix + name, ", ".join(map(str, value)) or "–"))
        else:
            lines.append((prefix + name, "–" if value in ("", {}) else cell(value)))
    return lines


@click.command("verify", short_help="Repeat a sample of the trials and compare the numbers.")
@FOLDER
@click.option(
    "--fraction",
    type=float,
    default=0.05,
    show_default=True,
    help="Share of the trials to repeat; at least one.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of the sample.")
@click.option(
    "--tolerance",
    type=TOLERANCE,
    default=0.0,
    show_default=True,
    help="Largest difference between numbers that count as equal.",
)
@DATA_DIR
@click.option(
    "--suite", type=click.Path(path_type=Path), help="The suite, if it has plugin files: they will be run."
)
@click.option(
    "--trust-plugins",
    is_flag=True,
    help="Without --suite: run the plugin files that the store in DIR names, whatever they do.",
)
@click.option(
    "--suite-dir",
    type=click.Path(path_type=Path),
    help="With --trust-plugins: the folder of these files.  [default: the working directory]",
)
@click.option(
    "--runner",
    type=click.Choice(["auto", "serial", "ray"]),
    default="auto",
    show_default=True,
    help="As in `bench run`.",
)
@WORKERS
def verify_command(folder: Path, **given: Any) -> int:
    """Repeat a sample of the trials in DIR, resamples included, and compare the numbers.

    Nothing is written. Plugin files are run only if you name the suite or trust the store, which may name
    any file. Exits with 0 if all numbers are equal, 2 if all compared numbers are equal but some trials could
    not be repeated (their data or plugin has changed), 3 if a number differs.
    """
    threads.claim()  # before anything imports numpy
    from rich.console import Console

    from oversample_bench.execution.progress import watcher
    from oversample_bench.execution.run_result import Options
    from oversample_bench.execution.verify import verify
    from oversample_bench.execution.verify_sample import sampled
    from oversample_bench.suite import load_suite

    if given["suite_dir"] and (given["suite"] or not given["trust_plugins"]):
        raise UsageError("--suite-dir goes with --trust-plugins; --suite names the suite itself.")
    suite = load_suite(given["suite"]) if given["suite"] else None
    trusted = (given["suite_dir"] or Path()) if given["trust_plugins"] else None
    sample = sampled(folder, given["fraction"], given["seed"], suite, trusted)
    options = Options(runner=given["runner"], workers=given["workers"] or 0, data_dir=given["data_dir"])
    console = Console(highlight=False, markup=False, emoji=False)
    found = verify(sample, options, given["tolerance"], watcher(console))
    _conclude(found, given["tolerance"])
    return found.exit_code


def _conclude(found: Verification, tolerance: float) -> None:
    from oversample_bench.cli.console_tables import print_table

    echo(
        f"{found.n_compared:,} of {found.n_trials:,} trials repeated, {found.n_numbers:,} numbers "
        f"compared: {_verdict(found, tolerance)}."
    )
    if found.deviations:
        rows = [(one.trial, one.what, one.stored, one.found) for one in found.deviations[:MOST_ROWS]]
        shown = f" ({len(rows)} of {len(found.deviations):,})" if len(rows) < len(found.deviations) else ""
        print_table(("trial", "what", "stored", "now"), rows, title=f"Differences{shown}:")
    if found.unverified:
        rows_not = found.unverified[:MOST_ROWS]
        of = (
            f" ({len(rows_not)} of {len(found.unverified):,})"
            if len(rows_not) < len(found.unverified)
            else ""
        )
        print_table(("what", "why"), rows_not, title=f"Not compared{of}:")


def _verdict(found: Verification, tolerance: float) -> str:
    if found.deviations:
        n_beyond = len(found.deviations)
        size = f", the largest by {found.largest:.3g}" if isfinite(found.largest) else ""
        return f"{n_beyond:,} differ{'s' * (n_beyond == 1)}{size}"
    if not found.n_numbers:
        return "nothing could be compared"
    if found.largest:
        return f"all within {tolerance:g}, the largest difference is {found.largest:.3g}"
    return "all are equal"
