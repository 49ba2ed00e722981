"""The ``[masks]`` and ``[wafer]`` tables of a spec: whose rules plates keep, what is drawn around cells, how often."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fabplan import units
from fabplan.errors import BadInput, Problem, listed
from fabplan.geometry.region import NANOMETRE, nanometres
from fabplan.layout.wafer import DISCS, SITES, disc_of
from fabplan.planner.spec_fields import positive, text

KEYS = ("profile", "tests", "revision", "bitmap")
WAFER_LENGTHS = ("edge_exclusion", "street", "kerf", "chipping")
WAFER_COUNTS = ("test_dies", "half_cells", "coupons")
WAFER_KEYS = ("size", *WAFER_LENGTHS, *WAFER_COUNTS)
INCHES = re.compile(r"\s*(\d{1,2})\s*(?:inch|inches|in|\")\s*")
EDGE_EXCLUSION = 3e-3  # general practice of handling and coating
STREET = 100e-6  # at least: usual between dies of a blade
MOST = 1000  # half cells or coupons
REVISION = re.compile(r"[A-Za-z0-9.-]{1,8}")


@dataclass(frozen=True)
class Wishes:
    """What the spec asks of the plates.

    Parameters
    ----------
    profile : id of the mask shop's profile that the plates must keep, ``""`` for none
    tests : process monitors, labels and corner squares are drawn around the cell
    revision : that the labels say
    bitmap : side of a pixel of the plates as pictures [m], 0 for no pictures
    """

    profile: str = ""
    tests: bool = False
    revision: str = "A"
    bitmap: float = 0.0


def wishes(given: Mapping[str, Any], where: str, problems: list[Problem]) -> Wishes:
    """The table read; faults are appended.

    Parameters
    ----------
    where : name of the spec and the table, for messages
    """
    profile = text(given.get("profile", ""), f"{where}.profile", problems, empty=True)
    tests, revision = given.get("tests", False), given.get("revision", "A")
    if not isinstance(tests, bool):
        problems.append(Problem("not true or false", f"{where}.tests", repr(tests)[:60], "true, false"))
    if not isinstance(revision, str) or not REVISION.fullmatch(revision):
        allowed = "1 to 8 letters, figures, '.' or '-'"
        problems.append(Problem("not a revision", f"{where}.revision", repr(revision)[:60], allowed))
    pixel = positive(given.get("bitmap"), "length", f"{where}.bitmap", problems)
    return Wishes(profile, tests is True, str(revision), pixel or 0.0)


@dataclass(frozen=True)
class WaferWishes:
    """What the spec asks of the wafer.

    Parameters
    ----------
    diameter : [m], 0 for no wafer
    edge_exclusion, street : [m]
    test_dies, half_cells, coupons : how many dies are none of the cells; half cells of each electrode
    """

    diameter: float = 0.0
    edge_exclusion: float = EDGE_EXCLUSION
    street: float = STREET
    test_dies: int = 0
    half_cells: int = 0
    coupons: int = 0


def wafer_wishes(given: Mapping[str, Any], where: str, masks: Wishes, problems: list[Problem]) -> WaferWishes:
    """The table ``[wafer]`` read; faults are appended. The street is as wide as the blade and its chipping ask."""
    before = len(problems)
    if not given:
        return WaferWishes()
    diameter = _diameter(given.get("size"), f"{where}.size", problems)
    lengths = {key: _length(given.get(key), f"{where}.{key}", problems) for key in WAFER_LENGTHS}
    counts = {key: _count(key, given.get(key, 0), f"{where}.{key}", problems) for key in WAFER_COUNTS}
    least = (lengths["kerf"] or 0.0) + 2 * (lengths["chipping"] or 0.0)
    street = max(STREET, least) if lengths["street"] is None else lengths["street"]
    if street < least:
        shown, allowed = units.show(street, "length"), f"at least {units.show(least, 'length')} (kerf, chipping twice)"
        problems.append(Problem("the blade is wider than the street", f"{where}.street", shown, allowed))
    if counts["test_dies"] and not masks.tests:
        problems.append(Problem("test dies need tests", f"{where}.test_dies", None, "masks.tests = true"))
    if len(problems) > before:
        return WaferWishes()
    edge = EDGE_EXCLUSION if lengths["edge_exclusion"] is None else lengths["edge_exclusion"]
    return WaferWishes(diameter, edge, street, **counts)


def _diameter(given: Any, where: str, problems: list[Problem]) -> float:
    """Diameter of a wafer that is sold [m], as a length or in inches."""
    allowed = listed([f"{disc.diameter * 1e-6:g} mm ({disc.inches} inch)" for disc in DISCS])
    inches = INCHES.fullmatch(given) if isinstance(given, str) else None
    if inches:
        disc = next((disc for disc in DISCS if disc.inches == int(inches[1])), None)
    else:
        length = _length(given, where, problems) if given is not None else None
        if length is None and given is not None:
            return 0.0
        disc = disc_of(nanometres(length or 0.0))
    if disc is None:
        problems.append(Problem("no wafer of that size", where, None if given is None else repr(given)[:60], allowed))
        return 0.0
    return disc.diameter * NANOMETRE


def _length(given: Any, where: str, problems: list[Problem]) -> float | None:
    if given is None:
        return None
    try:
        value = units.parse(given, "length", where)
    except BadInput as fault:
        problems.extend(fault.problems)
        return None
    if not 0.0 <= value <= 0.5:
        problems.append(Problem("out of range", where, repr(given)[:60], "0 to 500 mm"))
        return None
    return value


def _count(key: str, given: Any, where: str, problems: list[Problem]) -> int:
    most = len(SITES) if key == "test_dies" else MOST
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given <= most:
        problems.append(Problem("not a number of dies", where, repr(given)[:60], f"0 to {most}"))
        return 0
    return given
