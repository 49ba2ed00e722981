"""Options that say what is wished for: `fabplan plan` and `fabplan compare` take the same ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from fabplan.cli.completing import names

Function = TypeVar("Function", bound=Callable[..., Any])

_OPTIONS = (
    click.argument("spec", required=False, shell_complete=names("specs", files=True)),
    click.option("--capacity", metavar="TEXT", help='Charge to deliver, e.g. "100 uAh".'),
    click.option("--footprint", metavar="TEXT", help='Rectangle the cell may take, e.g. "10 mm x 10 mm".'),
    click.option(
        "--anode", metavar="NAME", help='Material; "lithium" makes a half cell.', shell_complete=names("materials")
    ),
    click.option("--cathode", metavar="NAME", help="Material.", shell_complete=names("materials")),
    click.option("--electrolyte", metavar="NAME", help="Material.", shell_complete=names("materials")),
    click.option("--height-max", metavar="TEXT", help='Height of the whole cell, e.g. "1 mm".'),
    click.option(
        "--facility",
        metavar="NAME",
        help="Lab whose processes and limits count.",
        shell_complete=names("facilities"),
    ),
    click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Any key of the spec, e.g. target.rate=2C."),
    click.option("--allow-uncalibrated", is_flag=True, help="Print times and set points of low confidence, marked."),
)


def request_options(function: Function) -> Function:
    """Decorator: the options of a wish, in the order in which ``--help`` shows them."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function
