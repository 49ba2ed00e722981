"""``fabplan route``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from fabplan import units
from fabplan.cli.common import Common, common_options
from fabplan.cli.completing import names
from fabplan.cli.faults import naming_lines
from fabplan.cli.output import say, say_json, table, tell_labelled
from fabplan.errors import BadInput, Problem, listed, nearest

if TYPE_CHECKING:
    from fabplan.planner.flow_told import Flow


@click.command("route")
@click.argument("spec", shell_complete=names("specs", files=True))
@click.option("--best", default=3, type=click.IntRange(1, 50), help="How many flows.")
@click.option("--open", "free", is_flag=True, help="Forget the spec's wishes for recipes, keep its materials.")
@click.option("--reflow", is_flag=True, help="The finished cell is soldered (lead-free, 260 degC).")
@click.option("--explain", is_flag=True, help="What every operation costs, and which rules made the flow dearer.")
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Any key of the spec.")
@click.option("--weights", default="", metavar="LIST", help="time, money, risk: per minute, per unit, per -ln(yield).")
@click.option("--allow-uncalibrated", "allowed", is_flag=True, help="Print times of low confidence, marked.")
@common_options
def command(
    common: Common,
    spec: str,
    best: int,
    free: bool,
    reflow: bool,
    explain: bool,
    sets: tuple[str, ...],
    weights: str,
    allowed: bool,
) -> int:
    """The cheapest flows that build a spec's structure, without drawing anything.

    Flows are compared by making, not by what the cell then holds. When no flow keeps all rules, the
    smallest set of rules that forbids every flow is told, and the nearest change that would help.

    \b
    Examples:
      fabplan route interdigital-3d-filament --best 5 --open
      fabplan route interlaced-pillar --explain
      fabplan route laminated-thin-film --reflow
      fabplan route interdigital-3d-filament --set cell.substrate=si --weights time=1,money=2,risk=300
    """
    # The planner needs numpy and scipy: loaded when it is asked for, not for --help or wrong usage.
    from fabplan.planner import flow_search_route, flow_told
    from fabplan.planner.flow_wishes import Weights
    from fabplan.planner.spec import parse
    from fabplan.planner.spec_source import merged, read_source

    given = _weights(weights)
    with naming_lines(spec):
        data, where = read_source(spec)
        data = merged(data, {}, sets)
        if free:
            data = {**data, "route": {}}
        asked = parse(data, where)
        chosen = Weights(**{**vars(asked.flow.weights), **given})
        found = flow_search_route.flows(asked, common.catalog(), best, chosen, reflow)
    if common.as_json:
        say_json({"schema": "fabplan/flows/1", "flows": flow_told.document(found)})
    else:
        _show(found, allowed or asked.flow.allow_uncalibrated, explain)
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


def _show(found: Sequence[Flow], allowed: bool, explain: bool) -> None:
    if len(found) > 1:
        _compare(found, allowed)
    for number, flow in enumerate(found, 1):
        say(f"{number}. cost {flow.cost:.0f}: {_time(flow, allowed)}, {flow.money:.0f} of money")
        for place, step in enumerate(flow.steps, 1):
            roles = f" [{', '.join(step.roles)}]" if step.roles else ""
            hot = f", {units.show(step.temperature, 'temperature')}" if step.temperature is not None else ""
            low = " (calibrate)" if step.confidence == "low" else ""
            say(f"   {place:2d} {step.title if not step.roles else step.recipe}{roles}{hot}, {step.atmosphere}{low}")
        if explain:
            _explain(flow, allowed)
    tell_labelled("info", "times and money compare flows with each other; rates and yields are rough (rates.toml)")
    if not allowed and any(flow.low for flow in found):
        text = "times of low confidence are not printed; --allow-uncalibrated prints them, marked"
        tell_labelled("info", text)


def _time(flow: Flow, allowed: bool) -> str:
    """Time as people read it: what nobody has tried is counted, and printed only where that is allowed."""
    if allowed:
        text = f"{units.show(flow.time, 'time')}{f' ({flow.low} of low confidence: calibrate)' if flow.low else ''}"
    else:
        text = f"{units.show(flow.sure_time, 'time')}{f' and {flow.low} to calibrate' if flow.low else ''}"
    return text + (f" and {flow.unknown} operations of unknown time" if flow.unknown else "")


def _compare(found: Sequence[Flow], allowed: bool) -> None:
    """One row a flow; of the further ones what they make otherwise than the first."""
    rows = []
    for number, flow in enumerate(found, 1):
        hot = max((s.temperature for s in flow.steps if s.temperature is not None), default=None)
        other = [choice for choice in flow.choices if choice not in found[0].choices]
        words = ", ".join(other) if number > 1 else "the cheapest"
        hottest = "not heated" if hot is None else units.show(hot, "temperature")
        money, good = f"{flow.money:.0f}", f"{math.exp(-flow.risk):.0%}"
        rows.append((str(number), f"{flow.cost:.0f}", _time(flow, allowed), money, good, hottest, words))
    table(("flow", "cost", "time", "money", "yield", "hottest", "differs by"), rows)


def _explain(flow: Flow, allowed: bool) -> None:
    rows = []
    for paid in sorted(flow.paid, key=lambda p: -p.cost):
        time = "unknown" if paid.price.time is None else units.show(paid.price.time, "time")
        if paid.low and paid.price.time is not None:
            time = f"{time} (calibrate)" if allowed else "calibrate"
        good, cost = f"{math.exp(-paid.price.risk):.0%}", f"{paid.cost:.0f}"
        rows.append((paid.name, time, f"{paid.price.money:.0f}", good, cost))
    table(("operation", "time, with measuring", "money", "yield", "cost"), rows)
    for rule in flow.rules:
        say(f"   without this rule it would cost {rule.saves:.0f} less: {rule.words}")
