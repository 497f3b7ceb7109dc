"""The command line: arguments in, one call each. Everything that is not needed is imported late.

Exit codes: 0 all well, 1 the request cannot be carried out (or nobody reads the output any more, as in
``bench plan ... | head``, which click ends in silence), 2 some trials did not succeed, 3 a gate failed,
130 interrupted.
"""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Sequence

import click

from oversample_bench import __version__
from oversample_bench.cli.advise import advise_command
from oversample_bench.cli.check_scores import check_command
from oversample_bench.cli.console import echo, leave, speak_plainly, told_of
from oversample_bench.cli.diff_and_merge import diff_command, merge_command
from oversample_bench.cli.explain_and_verify import explain_command, verify_command
from oversample_bench.cli.list_installed import datasets
from oversample_bench.cli.list_plugins import plugins
from oversample_bench.cli.messages import export, init_command, report, schema
from oversample_bench.cli.run_and_plan import plan_command, run_command
from oversample_bench.core.errors import UsageError, nearest


class Bench(click.Group):
    """The group of all commands; a mistyped command is answered with the nearest one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was asked for."""
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            known = self.list_commands(ctx)
            raise UsageError(
                f"there is no command '{args[0]}'.{nearest(args[0], known)} There are: {', '.join(known)}"
            )
        return super().resolve_command(ctx, args)


@click.group(cls=Bench, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="oversample-bench")
def bench() -> None:
    """Find out which oversampler helps on data like yours.

    A suite (YAML) says what to compare: data sets, ratios, methods, classifiers. `bench run` runs what is
    left of it and writes a report; running it again computes nothing twice.

    \b
    bench advise my.csv --target label    say what to do about the rare class of a table
    bench run suites/quickstart.yaml      compare, and write reports/quickstart/report.md
    bench plan suites/quickstart.yaml     show what would be run
    bench datasets list                   list the data sets that a suite can name
    bench plugins list                    list the methods, classifiers and metrics
    """  # noqa: D301 - click reads the backspace as "leave these lines as they are"


for command in (
    advise_command,
    init_command,
    run_command,
    plan_command,
    report,
    export,
    schema,
    datasets,
    plugins,
):
    bench.add_command(command)

for command in (diff_command, merge_command, explain_command, verify_command):
    bench.add_command(command)

bench.add_command(check_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Carry out a command line and exit with its code; what cannot be done is told in a sentence."""
    speak_plainly()
    sys.exit(leave(_carry_out(arguments)))


def _carry_out(arguments: Sequence[str] | None) -> int:
    try:
        code = bench.main(args=arguments, prog_name="bench", standalone_mode=False)
    except click.ClickException as error:
        error.show(file=sys.stderr)
        return 1
    except UsageError as error:
        echo(str(error), err=True)
        return 1
    except (click.Abort, KeyboardInterrupt):
        return 130
    except (OSError, sqlite3.Error) as error:
        told_of(error)
        return 1
    except MemoryError:
        echo("the memory of this machine, or what you may have of it (see `ulimit -v`), is used up", err=True)
        return 1
    return code if isinstance(code, int) else 0
