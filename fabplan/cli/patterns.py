"""``fabplan patterns``."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from fabplan import units
from fabplan.cli.common import Common, common_options
from fabplan.cli.faults import naming_lines
from fabplan.cli.output import say, say_json, stages, table, tell_labelled
from fabplan.errors import BadInput, Problem

if TYPE_CHECKING:
    from fabplan.planner.pattern_table import Row
    from fabplan.planner.patterns import Compared

LOW, HIGH = 1e-6, 0.1  # metre
DEFAULTS = {
    "width": 5e-3, "length": 5e-3, "anode_width": 60e-6, "cathode_width": 60e-6, "gap": 20e-6, "bus": 200e-6,
}  # fmt: skip
SECONDS_PER_HOUR = 3600.0


@click.command("patterns")
@click.argument("spec", required=False)
@click.option("--width", metavar="LENGTH", help="Of the electrodes' rectangle.  [default: 5 mm]")
@click.option("--length", metavar="LENGTH", help="Of the electrodes' rectangle.  [default: 5 mm]")
@click.option("--anode-width", metavar="LENGTH", help="Of the anode's lines.  [default: 60 um]")
@click.option("--cathode-width", metavar="LENGTH", help="Of the cathode's lines.  [default: 60 um]")
@click.option("--gap", metavar="LENGTH", help="Between the nets.  [default: 20 um]")
@click.option("--bus", metavar="LENGTH", help="Width of both buses.  [default: 200 um]")
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Any key of SPEC, e.g. target.rate=2C.")
@common_options
def command(common: Common, spec: str | None, sets: tuple[str, ...], **options: str | None) -> int:
    """Patterns of two nets: which carries most, facing length, resistance, share of the area, smallest feature.

    With SPEC, a .toml file or the name of a shipped spec, every pattern stands on its footprint, made by its route
    of its materials; what the spec's parameters and the options leave open is searched for each pattern, for the
    design that delivers most. Without SPEC all are drawn with the same lines on one rectangle.

    \b
    Examples:
      fabplan patterns planar-interdigital
      fabplan patterns my.toml --set target.rate=2C
      fabplan patterns --width "3 mm" --length "2 mm" --gap "30 um"
    """
    given = _lengths(options)
    if spec is None:
        if sets:
            raise BadInput(Problem("there is no spec to change", "--set", sets[0][:60], "with SPEC"))
        return _drawn({**DEFAULTS, **given}, common.as_json)
    # The planner needs numpy and shapely: loaded when it is asked for, not for --help or wrong usage.
    from fabplan.planner.pattern_table import of_spec

    with stages(common.as_json) as told, naming_lines(spec):
        found_spec, rows = of_spec(spec, given, sets, common.catalog(), told)
    best = next((row.pattern for row in rows if row.capacity), None)
    if common.as_json:
        say_json({"spec": dict(found_spec.raw), "most": best, "patterns": [dataclasses.asdict(row) for row in rows]})
    else:
        _show(rows)
    return 0 if best else 1


def _lengths(options: Mapping[str, str | None]) -> dict[str, float]:
    """What was given, in metres; all faults at once."""
    values: dict[str, float] = {}
    problems: list[Problem] = []
    for name, text in options.items():
        if text is None:
            continue
        option = f"--{name.replace('_', '-')}"
        try:
            values[name] = units.parse(text, "length", option)
        except BadInput as fault:
            problems.extend(fault.problems)
            continue
        if not LOW <= values[name] <= HIGH:
            problems.append(Problem("out of range", option, text[:60], "1 um to 100 mm"))
    if problems:
        raise BadInput(problems)
    return values


def _show(rows: tuple[Row, ...]) -> None:
    """Table of a spec's patterns, where they stand, and which carries most."""
    good = [row for row in rows if row.capacity]
    head = ("pattern", "capacity", "target", "facing length", "collectors", "anode share", "cathode share")
    if good:
        table((*head, "smallest", "lines and gap"), [tuple(_cells(row)) for row in good])
    for row in rows:
        if not row.capacity:
            say(f"{row.pattern} cannot: {'; '.join(row.reasons) or 'no reason was found'}")
    for where in dict.fromkeys(row.where for row in good if row.where):
        names = ", ".join(row.pattern for row in good if row.where == where)
        tell_labelled("info", f"{names}: {where}")
    if good:
        first = good[0]
        say(f"{first.pattern} carries most: {units.show(first.capacity, 'charge')}")


def _cells(row: Row) -> list[str]:
    lines = " / ".join(units.show(value, "length") for value in (row.anode_width, row.cathode_width, row.gap))
    return [
        row.pattern,
        units.show(row.capacity, "charge"),
        "meets" if row.meets else "misses",
        units.show(row.facing_length, "length"),
        units.show(row.collectors, "resistance"),
        f"{row.anode_share:.0%}",
        f"{row.cathode_share:.0%}",
        units.show(row.smallest, "length"),
        lines,
    ]


def _drawn(values: Mapping[str, float], as_json: bool) -> int:
    """All patterns with the same lines on one rectangle."""
    # Drawing needs numpy and shapely: loaded when it is asked for, not for --help or wrong usage.
    from fabplan.geometry.patterns.base import Frame
    from fabplan.geometry.region import nanometres
    from fabplan.planner.patterns import compared

    nm = {name: nanometres(value) for name, value in values.items()}
    frame = Frame(nm["width"], nm["length"], nm["anode_width"], nm["cathode_width"], nm["gap"], nm["bus"], nm["bus"])
    found = compared(frame)
    drawn = [c for c in found if c.facing_length is not None]
    if as_json:
        say_json({"most": _most(drawn), "patterns": [dataclasses.asdict(c) for c in found]})
        return 0
    rows = [
        (c.pattern, units.show(c.facing_length, "length"), _squares(c.anode_squares), _squares(c.cathode_squares),
         f"{c.anode_share:.0%}", f"{c.cathode_share:.0%}", units.show(c.smallest, "length"))
        for c in drawn
    ]  # fmt: skip
    head = ("pattern", "facing length", "anode squares", "cathode squares", "anode share", "cathode share", "smallest")
    table(head, rows)
    for c in found:
        if c.facing_length is None:
            tell_labelled("info", f"{c.pattern}: no room")
    if drawn:
        say(f"{_most(drawn)} carries most at equal heights: its smaller electrode takes the most area")
    return 0


def _most(drawn: list[Compared]) -> str | None:
    """The pattern whose smaller electrode has the most area: heights and materials alike, it holds most charge."""
    held: Any = {c.pattern: min(c.anode_share or 0.0, c.cathode_share or 0.0) for c in drawn}
    return max(held, key=lambda name: (held[name], name), default=None)


def _squares(value: float | None) -> str:
    return "unknown" if value is None or not math.isfinite(value) else f"{value:.3g}"
