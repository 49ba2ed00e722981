"""``fabplan patterns``."""

from __future__ import annotations

import dataclasses

import click

from fabplan import units
from fabplan.cli.common import Common, common_options
from fabplan.cli.output import say_json, table, tell_labelled
from fabplan.errors import BadInput, Problem

LOW, HIGH = 1e-6, 0.1  # metre


@click.command("patterns")
@click.option("--width", default="5 mm", show_default=True, metavar="LENGTH", help="Of the electrodes' rectangle.")
@click.option("--length", default="5 mm", show_default=True, metavar="LENGTH", help="Of the electrodes' rectangle.")
@click.option("--anode-width", default="60 um", show_default=True, metavar="LENGTH", help="Of the anode's lines.")
@click.option("--cathode-width", default="60 um", show_default=True, metavar="LENGTH", help="Of the cathode's lines.")
@click.option("--gap", default="20 um", show_default=True, metavar="LENGTH", help="Between the nets.")
@click.option("--bus", default="200 um", show_default=True, metavar="LENGTH", help="Width of both buses.")
@common_options
def command(common: Common, **options: str) -> int:
    """Patterns of two nets on one rectangle: facing length, resistance, share of the area.

    Equal widths and gap give about the same facing length whatever the pattern; what differs is the resistance
    of the lines and how much of the rectangle a pattern fills.

    \b
    Example:
      fabplan patterns --width "3 mm" --length "2 mm" --gap "30 um"
    """
    values: dict[str, float] = {}
    problems: list[Problem] = []
    for name, given in options.items():
        option = f"--{name.replace('_', '-')}"
        try:
            values[name] = units.parse(given, "length", option)
        except BadInput as fault:
            problems.extend(fault.problems)
            continue
        if not LOW <= values[name] <= HIGH:
            problems.append(Problem("out of range", option, given[:60], "1 um to 100 mm"))
    if problems:
        raise BadInput(problems)
    # Drawing needs numpy and shapely: loaded when it is asked for, not for --help or wrong usage.
    from fabplan.geometry.patterns.base import Frame
    from fabplan.geometry.region import nanometres
    from fabplan.planner.patterns import compared

    nm = {name: nanometres(value) for name, value in values.items()}
    frame = Frame(
        nm["width"], nm["length"], nm["anode_width"], nm["cathode_width"], nm["gap"], nm["bus"], nm["bus"]
    )
    found = compared(frame)
    if common.as_json:
        say_json({"patterns": [dataclasses.asdict(c) for c in found]})
        return 0
    rows = [
        (c.pattern, units.show(c.facing_length, "length"), _squares(c.anode_squares), _squares(c.cathode_squares),
         f"{c.anode_share:.0%}", f"{c.cathode_share:.0%}")
        for c in found
        if c.facing_length is not None
    ]  # fmt: skip
    table(("pattern", "facing length", "anode squares", "cathode squares", "anode share", "cathode share"), rows)
    for c in found:
        if c.facing_length is None:
            tell_labelled("info", f"{c.pattern}: no room")
    return 0


def _squares(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3g}"
