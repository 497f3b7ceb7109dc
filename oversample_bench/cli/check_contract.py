"""`bench plugins check`: the contract of an oversampler, rule by rule, without pytest."""

from __future__ import annotations

import io
import json
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from oversample_bench.cli.console import echo
from oversample_bench.core.errors import UsageError, counted
from oversample_bench.core.outcome import LimitReached
from oversample_bench.evaluation import threads

if TYPE_CHECKING:
    from oversample_bench.testing.candidate import Candidate
    from oversample_bench.testing.rules import Finding, Rule

MARKS = {"holds": "holds", "broken": "BROKEN", "does not apply": "n/a"}
WORDS = {"holds": "hold", "broken": "broken", "does not apply": "do not apply"}


@click.command("check", short_help="Check a method, yours or anybody's, rule by rule.")
@click.argument("what", metavar="NAME|package.module:Class|FILE.py", nargs=-1, required=True)
@click.option("--params", default="", metavar="YAML", help="What to build it with: '{epochs: 3}'.")
@click.option("--deterministic", is_flag=True, help="It is meant to make the same rows with every seed.")
@click.option("--drops-rows", is_flag=True, help="It removes real rows by design, as cleaning does.")
@click.option("--owes-nothing", is_flag=True, help="It is not meant to reach the ratio that is asked for.")
@click.option(
    "--limit",
    type=click.FloatRange(min=0, min_open=True),
    default=60.0,
    show_default=True,
    help="Seconds for each rule.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check_contract_command(
    what: tuple[str, ...], params: str, limit: float, *, as_json: bool, **declared: bool
) -> int:
    """Check oversamplers against the rules that this program relies on, and print what holds.

    Each is a registered name, a class by its path, or a file: a plugin with hooks, or whatever classes with
    `fit_resample(X, y)` are in it. It need not know of this program. Exits with 1 if a rule is broken.

    \b
    bench plugins check smote
    bench plugins check imblearn.over_sampling:SMOTE
    bench plugins check my_method.py --params '{epochs: 3}'
    """  # noqa: D301 - click reads the backspace as "leave these lines as they are"
    threads.claim()  # before anything imports numpy
    from oversample_bench.cli.classes_to_check import candidates
    from oversample_bench.testing.candidate import Peculiarities

    said = Peculiarities(_parameters(params), **declared)
    chosen = [one for asked in what for one in candidates(asked, said)]
    told: dict[str, list[Finding]] = {}
    for one in chosen:
        if not as_json:
            echo(f"{chr(10) if told else ''}{one.name}")
        told[one.name] = list(_told(_findings(one, limit), quiet=as_json))
    if as_json:
        echo(
            json.dumps(
                {name: [asdict(finding) for finding in found] for name, found in told.items()}, indent=2
            )
        )
    return int(any(finding.state == "broken" for found in told.values() for finding in found))


def _parameters(text: str) -> dict[str, Any]:
    """Return what stands behind ``--params``."""
    if not text:
        return {}
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        found = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        raise UsageError(f"--params is no YAML: {error}") from None
    if not isinstance(found, dict):
        raise UsageError(f"--params is {text!r}; expected names and values: --params '{{epochs: 3}}'")
    return found


def _findings(one: Candidate, limit: float) -> Iterator[Finding]:
    """Yield what comes of each rule, as it comes."""
    from threadpoolctl import threadpool_limits

    from oversample_bench.testing.oversampler_ruleset import OVERSAMPLER_RULES

    with threadpool_limits(1):
        for rule in OVERSAMPLER_RULES:
            for case in rule.runs():
                yield _finding(rule, one, case, limit)


def _finding(rule: Rule, one: Candidate, case: tuple[Any, ...], limit: float) -> Finding:
    """Call a rule within a limit; what the method prints and logs meanwhile goes nowhere."""
    from oversample_bench.evaluation.limits import time_limit
    from oversample_bench.testing.rules import BROKEN, Finding, found

    nowhere = io.StringIO()
    logging.disable(logging.CRITICAL)
    try:
        with redirect_stdout(nowhere), redirect_stderr(nowhere), time_limit(limit):
            return found(rule, one, case)
    except LimitReached as late:
        return Finding.of(rule, case, BROKEN, str(late))
    finally:
        logging.disable(logging.NOTSET)


def _told(findings: Iterator[Finding], *, quiet: bool) -> Iterator[Finding]:
    """Print each finding as it comes, and their sum."""
    states: Counter[str] = Counter()
    for finding in findings:
        states[finding.state] += 1
        if not quiet:
            echo(_line(finding))
        yield finding
    if not quiet:
        summed = ", ".join(f"{states[state]} {word}" for state, word in WORDS.items() if states[state])
        echo(f"  {counted(states.total(), 'rule')}: {summed}")


def _line(finding: Finding) -> str:
    """Return a finding in a line; what is wrong has a line of its own."""
    case = f" ({finding.case})" if finding.case else ""
    line = f"  {MARKS[finding.state]:<7} {finding.rule}{case}"
    said = " ".join(finding.said.split())
    if not said:
        return line
    return f"{line}\n          {said}" if finding.state == "broken" else f"{line}: {said}"
