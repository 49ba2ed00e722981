"""``fabplan route``."""

from __future__ import annotations

from typing import Any

import click

from fabplan import units
from fabplan.cli.common import Common, common_options
from fabplan.cli.output import say, say_json, tell_labelled
from fabplan.errors import BadInput, Problem, listed, nearest


@click.command("route")
@click.argument("spec")
@click.option("--best", default=3, type=click.IntRange(1, 50), help="How many flows.")
@click.option("--open", "free", is_flag=True, help="Forget the spec's wishes for recipes, keep its materials.")
@click.option("--reflow", is_flag=True, help="The finished cell is soldered (lead-free, 260 degC).")
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Any key of the spec.")
@click.option("--weights", default="", metavar="LIST", help="time, money, risk: per minute, per unit, per -ln(yield).")
@common_options
def command(
    common: Common, spec: str, best: int, free: bool, reflow: bool, sets: tuple[str, ...], weights: str
) -> int:
    """The cheapest flows that build a spec's structure, without drawing anything.

    Flows are compared by making, not by what the cell then holds. When no flow keeps all rules, the
    smallest set of rules that forbids every flow is told, and the nearest change that would help.

    \b
    Examples:
      fabplan route interdigital-3d-filament --best 5 --open
      fabplan route laminated-thin-film --reflow
      fabplan route interdigital-3d-filament --set cell.substrate=si --weights time=1,money=2,risk=300
    """
    # The planner needs numpy and scipy: loaded when it is asked for, not for --help or wrong usage.
    from fabplan.planner import flow_search_route
    from fabplan.planner.flow_search_model import Weights
    from fabplan.planner.spec import parse
    from fabplan.planner.spec_source import merged, read_source

    data, where = read_source(spec)
    data = merged(data, {}, sets)
    if free:
        data = {**data, "route": {}}
    chosen = Weights(**_weights(weights))
    found = flow_search_route.flows(parse(data, where), common.catalog(), best, chosen, reflow)
    if common.as_json:
        say_json({"schema": "fabplan/flows/1", "flows": flow_search_route.document(found)})
    else:
        _show(found)
    return 0


def _weights(given: str) -> dict[str, float]:
    known, read, problems = ("time", "money", "risk"), {}, []
    for part in (p for p in given.split(",") if p.strip()):
        name, _, number = part.partition("=")
        if name.strip() not in known:
            near = nearest(name.strip(), known)
            problems.append(Problem("unknown weight", "--weights", name[:60], listed(known), near))
            continue
        try:
            read[name.strip()] = units.parse(number, "number", f"--weights {name.strip()}")
        except BadInput as fault:
            problems.extend(fault.problems)
            continue
        if read[name.strip()] < 0.0:
            problems.append(Problem("out of range", f"--weights {name.strip()}", number[:60], "0 or more"))
    if problems:
        raise BadInput(problems)
    return read


def _show(found: tuple[Any, ...]) -> None:
    for number, flow in enumerate(found, 1):
        unknown = f" and {flow.unknown} operations of unknown time" if flow.unknown else ""
        say(f"{number}. cost {flow.cost:.0f}: {units.show(flow.time, 'time')}{unknown}, {flow.money:.0f} of money")
        for place, step in enumerate(flow.steps, 1):
            roles = f" [{', '.join(step.roles)}]" if step.roles else ""
            hot = f", {units.show(step.temperature, 'temperature')}" if step.temperature is not None else ""
            say(f"   {place:2d} {step.recipe}{roles}{hot}, {step.atmosphere}")
    tell_labelled("info", "times and money compare flows with each other; rates and yields are rough (rates.toml)")
