"""Options of ``fabplan estimate`` that ask more than discharges, and how the answers are shown."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from fabplan import units
from fabplan.cli.output import say, tell_labelled
from fabplan.errors import BadInput, Problem, listed, nearest

if TYPE_CHECKING:
    from fabplan.cli.common import Common
    from fabplan.estimate.questions import Asked, AskedPulse

_OPTIONS = (
    click.option("--pulse", "pulses", multiple=True, metavar="'I x T'", help='e.g. "5 mA x 3 ms" or "20C x 1 s".'),
    click.option("--discharged", default="0", metavar="SHARE", help="Of the charge, before the pulses; 0 is full."),
    click.option("--ragone", is_flag=True, help="Constant-power discharges over three decades of power."),
    click.option("--power", metavar="P", help="One discharge at constant power."),
    click.option("--charge", metavar="NAME", help="Charge from empty: cc or cccv."),
    click.option("--charge-rate", default="1", metavar="C", help="C-rate of the charge."),
    click.option("--charge-voltage", metavar="U", help="Limit; 50 mV above the open circuit when left out."),
    click.option("--load", metavar="NAME", help="Load to carry, of `fabplan list loads`; its pulses are simulated."),
    click.option("--extent", metavar="SIZE", help="Size of the whole cell (area or length); a plan knows its own."),
    click.option("--temperature", metavar="T", help='-20 to 60 degC, by activation energies, e.g. "0 degC".'),
    click.option("--first-cycle-loss", metavar="SHARE", help="Of the first charge, lost to the anode's surface."),
    click.option(
        "--self-discharge",
        is_flag=False,
        flag_value="",
        metavar="[SIGMA]",
        help='Electronic leak of a thin solid electrolyte; its own conductivity, or e.g. "1e-14 S/cm".',
    ),
    click.option("--fade", metavar="KEY=VALUE,…", help="Empirical fade, not validated: per_root_second, per_cycle, …"),
    click.option("--after", default="1 y x 100", metavar="'T x N'", help="Time and cycles for --fade."),
)
_YEAR = 365.25 * 86400.0  # seconds


@dataclass(frozen=True)
class Given:
    """The options as they were typed."""

    pulses: tuple[str, ...]
    discharged: str
    ragone: bool
    power: str | None
    charge: str | None
    charge_rate: str
    charge_voltage: str | None
    load: str | None
    extent: str | None
    temperature: str | None
    first_cycle_loss: str | None
    self_discharge: str | None
    fade: str | None
    after: str


def question_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options; the command gets them as one ``given`` argument."""

    @functools.wraps(function)
    def wrapped(**rest: Any) -> Any:
        own = {name: rest.pop(name) for name in Given.__dataclass_fields__}
        return function(given=Given(**own), **rest)

    return functools.reduce(lambda found, option: option(found), reversed(_OPTIONS), wrapped)


def asked(
    given: Given, common: Common, known_extent: float | None, electronic_conductivity: float | None = None
) -> Asked:
    """What is asked, in SI.

    Parameters
    ----------
    electronic_conductivity : of the electrolyte, where cells or plan tell it [S/m]; one that was typed outranks it
    known_extent : of a plan; an extent that was typed outranks it
    """
    # The estimator needs numpy: loaded when something is asked, not for --help.
    from fabplan.estimate.questions import Asked, check

    seconds, cycles = _after(given.after) if given.fade is not None else (0.0, 0.0)
    leak = given.self_discharge
    if leak:
        electronic_conductivity = units.parse(leak, "conductivity", "--self-discharge")
    found = Asked(
        pulses=tuple(_pulse(text) for text in given.pulses),
        discharged=_plain(given.discharged, "--discharged"),
        ragone=given.ragone,
        charge=given.charge,
        charge_c_rate=_plain(given.charge_rate.removesuffix("C"), "--charge-rate"),
        charge_voltage=_optional(given.charge_voltage, "voltage", "--charge-voltage"),
        power=_optional(given.power, "power", "--power"),
        load=_load(given.load, common),
        extent=known_extent if given.extent is None else _extent(given.extent),
        self_discharge=leak is not None,
        electronic_conductivity=electronic_conductivity,
        fade=_fade(given.fade),
        fade_seconds=seconds,
        fade_cycles=cycles,
    )
    check(found)
    return found


def changed(document: Mapping[str, Any], given: Given) -> Mapping[str, Any]:
    """The document at the asked temperature and after the first cycle; what was not scaled is told."""
    from fabplan.estimate import conditions  # as above

    if given.first_cycle_loss is not None:
        document = conditions.after_first_cycle(document, _plain(given.first_cycle_loss, "--first-cycle-loss"))
    if given.temperature is not None:
        kelvin = units.parse(given.temperature, "temperature", "--temperature")
        document, notes = conditions.at_temperature(document, kelvin)
        for note in notes[:20]:
            tell_labelled("warning", note)
    return document


def _load(name: str | None, common: Common) -> Any:
    if name is None:
        return None
    from fabplan.catalog.loader import find  # as above
    from fabplan.estimate.load import profile_of

    return profile_of(find(common.catalog().loads, name, "--load"))


def _fade(text: str | None) -> Any:
    """The user's own numbers of the empirical model."""
    if text is None:
        return None
    from fabplan.estimate.conditions import Fade  # as above

    names = [name for name in Fade.__dataclass_fields__ if name != "validated"]
    values: dict[str, Any] = {}
    for part in text.split(","):
        key, sign, number = (piece.strip() for piece in part.partition("="))
        if key not in names or not sign:
            near = nearest(key, names)
            raise BadInput(Problem("not a number of the fade model", "--fade", part[:60], listed(names), near))
        values[key] = _plain(number, f"--fade {key}")
    return Fade(**values)


def _after(text: str) -> tuple[float, float]:
    """Time [s] and cycles of ``"1 y x 100"``."""
    length, _, cycles = text.replace("×", "x").partition(" x ")
    length = length.strip()
    seconds = _plain(length[:-1], "--after") * _YEAR if length.endswith("y") else units.parse(length, "time", "--after")
    return seconds, _plain(cycles, "--after") if cycles else 0.0


def _pulse(text: str) -> AskedPulse:
    from fabplan.estimate.questions import AskedPulse  # as above

    size, _, length = text.replace("×", "x").partition(" x ")
    if not length:
        raise BadInput(Problem("not a pulse", "--pulse", repr(text)[:60], '"5 mA x 3 ms" or "20C x 1 s"'))
    seconds = units.parse(length.strip(), "time", "--pulse")
    size = size.strip()
    if size.endswith("C") and not size.endswith(("degC", "mC", "uC")):
        return AskedPulse(seconds, c_rate=_plain(size[:-1], "--pulse"))
    return AskedPulse(seconds, current=units.parse(size, "current", "--pulse"))


def _plain(text: str, where: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise BadInput(Problem("not a number", where, repr(text)[:60], "a number without unit")) from None


def _optional(text: str | None, dimension: str, where: str) -> float | None:
    return None if text is None else units.parse(text, dimension, where)


def _extent(text: str) -> float:
    try:
        return units.parse(text, "area", "--extent")
    except BadInput:
        return units.parse(text, "length", "--extent")


def show(answers: list[dict[str, Any]], whole: bool) -> None:
    """Answers for people.

    Parameters
    ----------
    whole : amounts are those of the whole cell, else per m2 or per metre
    """
    for found in answers:
        per = "" if whole else f" per {found['per']}"
        say()
        say(f"{found['id']}: open circuit {found['open_circuit_V']:.3f} V")
        for pulse in found.get("pulses", ()):
            volts = "no voltage" if pulse["voltage_V"] is None else f"{pulse['voltage_V']:.3f} V"
            amount = units.show(pulse["current_A"], "current")
            verdict = "" if pulse["possible"] else ": below the cut-off"
            say(f"  {amount}{per} ({pulse['c_rate']:.3g}C) for {_time(pulse['seconds'])}: {volts}{verdict}")
        for most in found.get("largest_pulses", ()):
            power, current = units.show(most["power_W"], "power"), units.show(most["current_A"], "current")
            say(f"  at most {power}{per} for {_time(most['seconds'])} ({current})")
        if "constant_power" in found:
            one = found["constant_power"]
            energy = units.show(one["energy_Wh"] * 3600.0, "energy")
            say(f"  {units.show(one['power_W'], 'power')} for {_time(one['seconds'])}: {energy} ({one['end']})")
        for point in (entry for entry in found.get("ragone", ()) if entry["energy_Wh"] > 0.0):
            power, energy = units.show(point["power_W"], "power"), units.show(point["energy_Wh"] * 3600.0, "energy")
            say(f"  {power} per {found['per']}: {energy} per {found['per']} in {_time(point['seconds'])}")
        if "charge" in found:
            _show_charge(found["charge"])
        if "load" in found:
            _show_load(found["load"])
        if "self_discharge" in found:
            _show_leak(found["self_discharge"])
        if "fade" in found:
            one = found["fade"]
            say(f"  {one['capacity_left_share']:.1%} left after {_time(one['seconds'])} and {one['cycles']:g} cycles")
            tell_labelled("warning", "fade is an empirical fit of your own numbers: not validated")


def show_resistances(found: Sequence[Mapping[str, Any]]) -> None:
    """Resistance of cells in parts, the largest first."""
    for one in found:
        ranked = sorted(one["parts"].items(), key=lambda part: -part[1])
        parts = ", ".join(f"{name.replace('_', ' ')} {value / one['total']:.0%}" for name, value in ranked[:4])
        say(f"{one['id']}: {one['total']:.4g} {one['unit']} at full charge: {parts}")


def show_first_cycle(found: list[dict[str, Any]]) -> None:
    """First-cycle loss of cells, where it is known of one electrode at least."""
    for one in found:
        sides = [f"{side} {'unknown' if loss is None else f'{loss:.0%}'}" for side, loss in one["sides"].items()]
        if sides:
            tell_labelled("info", f"{one['id']}: lost in the first cycle: {', '.join(sides)}")


def _show_leak(one: Mapping[str, Any]) -> None:
    if one["unknown"]:
        tell_labelled("warning", f"self-discharge: {one['unknown']}")
        return
    half = "never" if one["days_to_half"] is None else _time(one["days_to_half"] * 86400.0)
    say(f"  electronic leak: {one['share_per_day']:.2g} of the charge a day, half is gone after {half}")


def _show_charge(one: Mapping[str, Any]) -> None:
    times = ", ".join(
        f"{share} % in {_time(one[f'time_to_{share}_s'])}"
        for share in (80, 95)
        if one[f"time_to_{share}_s"] is not None
    )
    say(f"  {one['method']} at {one['c_rate']:g}C to {one['voltage_V']:.3f} V: {times or 'does not reach 80 %'}")


def _show_load(one: Mapping[str, Any]) -> None:
    lasting = "without end" if one["seconds"] is None else _time(one["seconds"])
    verdict = f"carried for {lasting}" if one["survives"] else "not carried"
    say(f"  {one['id']}: {verdict}; {one['reason']}")


def _time(seconds: float) -> str:
    return units.show(seconds, "time")
