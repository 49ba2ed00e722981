"""Set points of a step by the setting they come from, and texts that are safe inside controller files."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fabplan import plugins
from fabplan.exporters import _csv
from fabplan.exporters._names import step_stem
from fabplan.exporters.sheets import needs_calibration
from fabplan.methods.base import SetPoint
from fabplan.planner.plan import Step

FOLDER = "recipes/controllers"
USE = "for transcription"
CALIBRATE = "calibrate"


@dataclass(frozen=True)
class Written:
    """One controller file.

    Parameters
    ----------
    path : relative POSIX path
    content : of the file
    what : format, for the list of files
    remark : what the person at the tool must know
    open : how many values are unknown or of low confidence
    """

    path: str
    content: bytes
    what: str
    remark: str
    open: int


def path_of(step: Step, ending: str) -> str:
    """Path of a step's controller file, e.g. ``"recipes/controllers/03-coat.sml"``."""
    return f"{FOLDER}/{step_stem(step)}.{ending}"


def point(step: Step, setting: str) -> SetPoint | None:
    """Set point that a setting of the step's method became; None when the sheet does not have it.

    Parameters
    ----------
    setting : e.g. ``"rate"`` or ``"adhesion.rate"``
    """
    if step.method not in plugins.names("methods"):
        return None
    cls = plugins.load("methods", step.method).Settings
    *tables, name = setting.split(".")
    for table in tables:
        fields = {f.name: f for f in dataclasses.fields(cls)}
        if table not in fields:
            return None
        cls = fields[table].metadata["cls"]
    meaning = next((f.metadata["meaning"] for f in dataclasses.fields(cls) if f.name == name), None)
    return None if meaning is None else named(step, meaning[0].upper() + meaning[1:])


def named(step: Step, name: str) -> SetPoint | None:
    """Set point of exactly that name."""
    return next((p for p in step.set_points if p.name == name), None)


def first(step: Step, settings: Sequence[str]) -> SetPoint | None:
    """The first of several settings that the sheet has."""
    return next((found for setting in settings if (found := point(step, setting)) is not None), None)


def rate_to_set(step: Step) -> SetPoint | None:
    """Rate as the sheet gives it; None where it was measured at another power than the one to set."""
    power, measured = (step.recipe.settings.get(key) for key in ("power", "rate_power"))
    return None if measured is not None and measured != power else first(step, ("rate", "total_rate"))


def remark(given: SetPoint | None) -> str:
    """Note of a set point; says where it must be calibrated."""
    if given is None:
        return CALIBRATE
    if not needs_calibration(given) or CALIBRATE in given.note:
        return given.note
    return f"{CALIBRATE}; {given.note}" if given.note else CALIBRATE


def scaled(given: SetPoint | None, factor: float) -> float | None:
    """Value in a tool's unit; seven digits, so that a change of unit leaves no rounding behind."""
    return None if given is None or given.value is None else rounded(given.value * factor)


def rounded(number: float) -> float:
    """Seven digits of a number."""
    return float(f"{number:.7g}")


def printable(text: str) -> str:
    """One line without control characters, invisible ones and line breaks of any kind."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def table(header: Sequence[str], rows: Iterable[Sequence[_csv.Cell]]) -> bytes:
    """CSV whose texts hold no control characters: some controllers show what they read on a terminal."""
    return _csv.table(header, ([printable(c) if isinstance(c, str) else c for c in row] for row in rows))
