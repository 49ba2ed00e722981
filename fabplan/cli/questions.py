"""Options of ``fabplan estimate`` that ask more than discharges, and how the answers are shown."""

from __future__ import annotations

import dataclasses
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
    click.option("--after", metavar="'T x N'", help='Time and cycles for --fade, which needs them: "1 y x 100".'),
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
    after: str | None

    @property
    def given(self) -> bool:
        """Whether anything was asked beside discharges, or of other conditions."""
        plain = self.pulses or self.ragone or self.self_discharge is not None
        rest = (self.power, self.charge, self.charge_voltage, self.load, self.fade, self.temperature)
        return bool(plain or any(value is not None for value in (*rest, self.first_cycle_loss)))


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
    """What is asked, in SI; the faults of all options at once.

    Parameters
    ----------
    electronic_conductivity : of the electrolyte, where cells or plan tell it [S/m]; one that was typed outranks it
    known_extent : of a plan; an extent that was typed outranks it
    """
    # The estimator needs numpy: loaded when something is asked, not for --help.
    from fabplan.estimate.questions import Asked, check

    problems: list[Problem] = []

    def part(read: Callable[[], Any], otherwise: Any = None) -> Any:
        """What an option says; its faults join those of the others."""
        try:
            return read()
        except BadInput as fault:
            problems.extend(fault.problems)
            return otherwise

    part(lambda: _unused(given))
    leak = given.self_discharge
    if leak:
        electronic_conductivity = part(lambda: units.parse(leak, "conductivity", "--self-discharge"))
    seconds, cycles = part(lambda: _after(given.after), (0.0, 0.0)) if given.fade is not None else (0.0, 0.0)
    found = Asked(
        pulses=tuple(pulse for text in given.pulses if (pulse := part(functools.partial(_pulse, text))) is not None),
        discharged=part(lambda: _plain(given.discharged, "--discharged"), 0.0),
        ragone=given.ragone,
        charge=given.charge,
        charge_c_rate=part(lambda: _plain(given.charge_rate.removesuffix("C"), "--charge-rate"), 1.0),
        charge_voltage=part(lambda: _optional(given.charge_voltage, "voltage", "--charge-voltage")),
        power=part(lambda: _optional(given.power, "power", "--power")),
        load=part(lambda: _load(given.load, common)),
        extent=known_extent if given.extent is None else part(lambda: _extent(given.extent or "")),
        self_discharge=leak is not None,
        electronic_conductivity=electronic_conductivity,
        fade=part(lambda: _fade(given.fade)),
        fade_seconds=seconds,
        fade_cycles=cycles,
    )
    if problems:
        raise BadInput(problems)
    check(found)
    return found


def pictured(wanted: Asked) -> Asked:
    """The same with what a page always shows: pulses of 1, 3 and 10C down to 1 ms, and a charge at 1C."""
    from fabplan.estimate.questions import AskedPulse  # as above

    pulses = wanted.pulses or tuple(AskedPulse(10.0, c_rate=rate) for rate in (1.0, 3.0, 10.0))
    return dataclasses.replace(wanted, pulses=pulses, charge=wanted.charge or "cccv")


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


def _unused(given: Given) -> None:
    """Options that mean nothing without another one are refused, all at once."""
    pairs = (
        ("--after", given.after, "--fade", given.fade),
        ("--charge-voltage", given.charge_voltage, "--charge", given.charge),
    )
    problems = [
        Problem("means nothing alone", option, value[:60], f"together with {other}")
        for option, value, other, needed in pairs
        if value is not None and needed is None
    ]
    if problems:
        raise BadInput(problems)


def _after(text: str | None) -> tuple[float, float]:
    """Time [s] and cycles of ``"1 y x 100"``; there is no usual one."""
    if text is None:
        raise BadInput(Problem("--fade needs time and cycles", "--after", None, '"1 y x 100" or "30 d x 0"'))
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
        say(f"{found['id']}: open circuit {_open_circuit(found)}")
        for pulse in found.get("pulses", ()):
            amount = units.show(pulse["current_A"], "current")
            told = pulse["reason"] or f"{pulse['voltage_V']:.3f} V (sags by {units.show(pulse['sag_V'], 'voltage')})"
            say(f"  {amount}{per} ({pulse['c_rate']:.3g}C) for {_time(pulse['seconds'])}: {told}")
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


def _open_circuit(found: Mapping[str, Any]) -> str:
    """Of the full cell, and where pulses begin if that is elsewhere."""
    full = f"{found['open_circuit_V']:.3f} V when full"
    if not found.get("discharged"):
        return full
    here = found["open_circuit_discharged_V"]
    told = "none: lithium is used up" if here is None else f"{here:.3f} V"
    return f"{full}; {told} at {found['discharged']:.0%} discharged, where the pulses begin"


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
    times = times or f"ends at {one['stored_share']:.0%} of its charge"
    say(f"  {one['method']} at {one['c_rate']:g}C to {one['limit_V']:.3f} V: {times}")
    if one["remark"]:
        tell_labelled("warning", f"charge: {one['remark']}")


def _show_load(one: Mapping[str, Any]) -> None:
    lasting = "without end" if one["seconds"] is None else _time(one["seconds"])
    verdict = f"carried for {lasting}" if one["survives"] else "not carried"
    say(f"  {one['id']}: {verdict}; {one['reason']}")


def _time(seconds: float) -> str:
    return units.show(seconds, "time")
