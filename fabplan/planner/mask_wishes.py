"""The ``[masks]`` and ``[wafer]`` tables of a spec: whose rules plates keep, what is drawn around cells, how often."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fabplan import units
from fabplan.errors import BadInput, Problem, listed
from fabplan.geometry.region import NANOMETRE, nanometres
from fabplan.layout.wafer import DISCS, SECONDARY, SITES, disc_of
from fabplan.planner.spec_fields import one_of, positive, text

MASK_LENGTHS = ("port", "fill_size", "fill_distance")
KEYS = ("profile", "tests", "revision", "bitmap", "flat", "fill", "density", *MASK_LENGTHS)
DENSITY_KEYS = ("low", "high", "window")
WAFER_LENGTHS = ("edge_exclusion", "street", "kerf", "chipping")
WAFER_COUNTS = ("test_dies", "half_cells", "coupons")
WAFER_KEYS = ("size", "silicon", *WAFER_LENGTHS, *WAFER_COUNTS)
INCHES = re.compile(r"\s*(\d{1,2})\s*(?:inch|inches|in|\")\s*")
EDGE_EXCLUSION = 3e-3  # general practice of handling and coating
STREET = 100e-6  # at least: usual between dies of a blade
FILL_SIZE, FILL_DISTANCE = 50e-6, 100e-6  # side of a square of dummy fill, and distance from all else, where not given
MOST_FILL = 0.7
MOST = 1000  # half cells or coupons
REVISION = re.compile(r"[A-Za-z0-9.-]{1,8}")


@dataclass(frozen=True)
class Density:
    """Share of every window of a plate that the process takes; False where no window is stated.

    Parameters
    ----------
    low, high : least and largest covered share
    window : side of the square windows [m], 0 where nothing is asked
    """

    low: float = 0.0
    high: float = 1.0
    window: float = 0.0

    def __bool__(self) -> bool:
        return self.window > 0


@dataclass(frozen=True)
class Wishes:
    """What the spec asks of the plates.

    Parameters
    ----------
    profile : id of the mask shop's profile that the plates must keep, ``""`` for none
    tests : process monitors, labels and corner squares are drawn around the cell
    revision : that the labels say
    bitmap : side of a pixel of the plates as pictures [m], 0 for no pictures
    flat : the plates are written without hierarchy too
    port : diameter of fill port and vent of a lid [m], 0 for that of the plug
    fill : share of free area that dummy fill of etched and plated layers covers, 0 for none
    fill_size, fill_distance : side of its squares, and how far they keep off everything else [m]
    density : covered share that windows of every plate must have
    """

    profile: str = ""
    tests: bool = False
    revision: str = "A"
    bitmap: float = 0.0
    flat: bool = False
    port: float = 0.0
    fill: float = 0.0
    fill_size: float = FILL_SIZE
    fill_distance: float = FILL_DISTANCE
    density: Density = Density()


def wishes(given: Mapping[str, Any], where: str, problems: list[Problem]) -> Wishes:
    """The table read; faults are appended.

    Parameters
    ----------
    where : name of the spec and the table, for messages
    """
    profile = text(given.get("profile", ""), f"{where}.profile", problems, empty=True)
    tests, flat = (_flag(given.get(key, False), f"{where}.{key}", problems) for key in ("tests", "flat"))
    revision = given.get("revision", "A")
    if not isinstance(revision, str) or not REVISION.fullmatch(revision):
        allowed = "1 to 8 letters, figures, '.' or '-'"
        problems.append(Problem("not a revision", f"{where}.revision", repr(revision)[:60], allowed))
    pixel = positive(given.get("bitmap"), "length", f"{where}.bitmap", problems)
    lengths = {key: positive(given.get(key), "length", f"{where}.{key}", problems) for key in MASK_LENGTHS}
    fill = _share(given.get("fill", 0), f"{where}.fill", problems)
    size, apart = lengths["fill_size"] or FILL_SIZE, lengths["fill_distance"] or FILL_DISTANCE
    density = _density(given.get("density", {}), f"{where}.density", problems)
    return Wishes(profile, tests, str(revision), pixel or 0.0, flat, lengths["port"] or 0.0, fill, size, apart, density)


def _density(given: Any, where: str, problems: list[Problem]) -> Density:
    """A table of shares and the window they hold in; nothing where it is empty."""
    if given == {}:
        return Density()
    if not isinstance(given, Mapping) or set(given) - set(DENSITY_KEYS):
        problems.append(Problem("not a table of densities", where, repr(given)[:60], listed(DENSITY_KEYS)))
        return Density()
    before = len(problems)
    shares = [given.get("low", 0.0), given.get("high", 1.0)]
    if not all(isinstance(one, int | float) and not isinstance(one, bool) and 0 <= one <= 1 for one in shares):
        problems.append(Problem("not shares of an area", where, repr(shares)[:60], "low and high from 0 to 1"))
    elif not shares[0] < shares[1]:
        problems.append(Problem("nothing is dense enough", where, repr(shares)[:60], "low less than high"))
    window = positive(given.get("window"), "length", f"{where}.window", problems)
    if window is None and len(problems) == before:
        problems.append(Problem("a density needs a window", f"{where}.window", None, 'a length, e.g. "200 um"'))
    return Density(float(shares[0]), float(shares[1]), window or 0.0) if len(problems) == before else Density()


def _share(given: Any, where: str, problems: list[Problem]) -> float:
    """Share of an area, nothing or so that squares stay apart."""
    if isinstance(given, bool) or not isinstance(given, int | float) or not (given == 0 or 0.01 <= given <= MOST_FILL):
        problems.append(Problem("not a share to fill", where, repr(given)[:60], f"0 or 0.01 to {MOST_FILL}"))
        return 0.0
    return float(given)


def _flag(given: Any, where: str, problems: list[Problem]) -> bool:
    if not isinstance(given, bool):
        problems.append(Problem("not true or false", where, repr(given)[:60], "true, false"))
    return given is True


@dataclass(frozen=True)
class WaferWishes:
    """What the spec asks of the wafer.

    Parameters
    ----------
    diameter : [m], 0 for no wafer
    silicon : kind of silicon that says where a secondary flat lies, ``""`` for none
    edge_exclusion, street : [m]
    test_dies, half_cells, coupons : how many dies are none of the cells; half cells of each electrode
    """

    diameter: float = 0.0
    edge_exclusion: float = EDGE_EXCLUSION
    street: float = STREET
    test_dies: int = 0
    half_cells: int = 0
    coupons: int = 0
    silicon: str = ""


def wafer_wishes(given: Mapping[str, Any], where: str, masks: Wishes, problems: list[Problem]) -> WaferWishes:
    """The table ``[wafer]`` read; faults are appended. The street is as wide as the blade and its chipping ask."""
    before = len(problems)
    if not given:
        return WaferWishes()
    silicon = one_of(given.get("silicon", ""), tuple(SECONDARY), f"{where}.silicon", problems)
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
    return WaferWishes(diameter, edge, street, **counts, silicon=silicon)


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
