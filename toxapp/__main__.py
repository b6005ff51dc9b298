"""The command line: every screen's job without a screen. `python -m toxapp --help`.

With --json a verb prints one object on stdout and nothing else. A mistake is one sentence on
stderr and exit code 2.
"""

from __future__ import annotations

import sys

import typer

from toxapp.commands import (
    bench,
    comparing,
    data,
    doubts,
    drifting,
    judging,
    reporting,
    rules,
    training,
)
from toxapp.errors import ToxappError

app = typer.Typer(
    help="From a file of labelled comments to moderation decisions that can be defended.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for verb in (
    *(data.check, data.add, data.datasets, data.delete),
    *(training.train, training.runs, training.status, training.stop, training.resume),
    *(judging.evaluate, rules.thresholds, rules.calibrate, judging.score, comparing.compare),
    *(doubts.doubts, drifting.drift, reporting.report),
):
    app.command()(verb)
app.add_typer(bench.app, name="bench")


def main() -> None:
    """Run the command line; a user's mistake is a sentence and exit code 2."""
    try:
        app()
    except ToxappError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
