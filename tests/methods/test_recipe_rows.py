"""Every row of ``recipes.json`` is a shipped recipe, or there is a reason why it is none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fabplan import plugins
from tests.methods.shipped import catalog

NOTHING = "the row says what was made, not how: neither precursors nor set points were recovered"
NO_PROCESS = "not one of the processes of the review"
SUSPECT = "printed rate cannot stand, and the set point adds nothing to the ones that are shipped"

#: number of a row -> ids of the recipes that hold it, or the reason why none does
ROWS: dict[int, tuple[str, ...] | str] = {
    1: ("ald-al2o3-tma",), 2: ("ald-al2o3-tma",), 3: ("ald-al2o3-tma-high-aspect",),
    4: ("ald-tio2-ticl4-amorphous", "ald-tio2-coat"), 5: ("ald-tio2-ticl4",), 6: ("ald-tio2-tdmat",),
    7: ("ald-tio2-ttip",), 8: NOTHING, 9: NOTHING, 10: ("ald-li3po4",), 11: NOTHING, 12: ("ald-li2po2n",),
    13: ("ald-lipon-lihmds-depa",), 14: ("ald-lipon-plasma",), 15: ("ald-lipo3",), 16: ("ald-li2co3",),
    17: ("ald-li3n",), 18: ("ald-li2sio3",), 19: ("ald-lmo-thd",), 20: ("ald-lmo-conversion",), 21: NOTHING,
    22: ("ald-fepo4",), 23: ("ald-lfp", "anneal-lfp-ald-700c"), 24: ("ald-lco-plasma", "anneal-lco-rta"),
    25: ("ald-pt-o3",), 26: ("ald-pt-o2",), 27: ("ald-tin-tdmat",), 28: ("ald-tin-thermal",), 29: ("ald-zno-tma",),
    30: ("ald-zno",), 31: ("ald-sno2-tdmasn",), 32: ("ald-sno2-no",), 33: ("ald-sno2-dmamp",),
    34: ("ald-sno2-sn-etcp",), 35: ("ald-v2o5",), 36: ("ald-v2o5-plasma", "anneal-v2o5-400c"),
    37: ("ald-lto-two-metal", "anneal-lto-rapid"), 38: NOTHING, 39: ("ald-lto", "anneal-lto-850c"),
    40: SUSPECT, 41: ("sputter-lco-shadow", "anneal-lco-700c-oxygen"), 42: SUSPECT, 43: SUSPECT,
    44: ("sputter-lco-200c",), 45: ("sputter-lco-65c",), 46: ("sputter-lco-150w",), 47: ("sputter-lco-25c",),
    48: ("sputter-lco-al-foil", "anneal-lco-500c"), 49: SUSPECT, 50: ("sputter-lco-50w", "anneal-lco-800c"),
    51: ("sputter-lco-600c", "anneal-lco-600c"), 52: ("sputter-lco-shadow", "anneal-lco-700c-oxygen"),
    53: ("anneal-lco-700c-oxygen",), 54: ("sputter-lco-650c", "anneal-lco-650c-low-oxygen"),
    55: ("sputter-lco-400c",), 56: ("sputter-lco-tio2-cap", "sputter-tio2-cap", "anneal-lco-600c-air"),
    57: ("sputter-lfp", "anneal-lfp-500c"), 58: ("sputter-nasicon-lfp", "anneal-lfp-700c"), 59: ("sputter-lmo",),
    60: ("sputter-lmo", "sputter-lmo-shadow"), 61: ("sputter-lnmo", "anneal-lnmo-700c"), 62: ("sputter-lipon-thin",),
    63: ("sputter-lipon-shadow",), 64: ("anneal-lipon-200c",), 65: NOTHING, 66: ("sputter-sno2",),
    67: ("sputter-sn-nitride",), 68: ("sputter-sn",), 69: ("cosputter-sn-si",), 70: ("cosputter-si-zr",),
    71: ("sputter-si-cu-foil",), 72: ("sputter-lto",), 73: ("sputter-llzo-amorphous",), 74: ("sputter-lision",),
    75: ("sputter-ni-shadow",), 76: ("sputter-ni-shadow",), 77: ("sputter-ni-shadow",), 78: ("sputter-ni-shadow",),
    79: ("sputter-ta",), 80: ("sputter-cr-shadow",), 81: ("sputter-cu-shadow",), 82: ("sputter-mo",),
    83: ("sputter-ti-pt-shadow", "sputter-ti-pt-liftoff"), 84: ("sputter-ti-shadow",), 85: ("sputter-si",),
    86: ("sputter-sio2",), 87: ("sputter-sin",), 88: ("sputter-tin",), 89: ("sputter-tiw",), 90: ("sputter-w",),
    91: ("sputter-al-shadow",), 92: ("sputter-ti-au-liftoff",), 93: ("pld-lco-300c",),
    94: ("pld-lco-25c", "anneal-lco-500c-air"), 95: ("pld-lco-thick",), 96: ("pld-latp",), 97: ("pld-tio2",),
    98: ("pld-lmo",), 99: ("pld-si-cnt",), 100: ("anneal-laser-lco-lmo",), 101: ("cvd-carbon",),
    102: ("cvd-tin-pulsed",), 103: ("cvd-nb2o5",), 104: ("evaporate-lithium-shadow",),
    105: ("evaporate-ti-au-liftoff",), 106: ("plate-ni",), 107: ("plate-cu",), 108: ("plate-sn",),
    109: ("plate-mno2",), 110: ("plate-lithium",), 111: ("plate-ni-nanocrystalline",), 112: ("plate-lco-molten",),
    113: ("plate-lmo-molten",), 114: ("template-ni-scaffold", "pulse-plate-ni-sn"),
    115: ("electropolymerise-electrolyte",), 116: ("carbonise-ni-snox-c", "hydrothermal-ni-nanowalls"),
    117: ("flexo-lfp",), 118: ("spray-lto", "spray-lfp"), 119: ("screen-lto-graphene-cnt", "screen-lfp-graphene-cnt"),
    120: ("screen-mxene-lto", "screen-mxene-lfo"), 121: ("screen-graphene-collector",),
    122: ("stencil-lco", "stencil-graphite"), 123: ("inkjet-si",), 124: f"{NO_PROCESS}: gravure printing",
    125: ("diw-lto-sun2013", "diw-lfp-sun2013", "sinter-600c-argon"),
    126: ("diw-lto-go", "diw-lfp-go", "freeze-dry-ink", "reduce-go-600c"), 127: ("tape-llzo", "sinter-llzo"),
    128: ("freeze-tape-llzo", "freeze-dry-tape"), 129: ("gel-cast-semi-ipn",), 130: ("litho-positive-resist",),
    131: ("imprint-grooves",), 132: ("imprint-lmo", "imprint-lto"), 133: ("holo-lattice",),
    134: ("laser-scribe-lco",), 135: f"{NO_PROCESS}: laser-induced forward transfer", 136: ("plough-cu",),
    137: ("pre-lithiate-cnt",), 138: ("lid-glass-pdms-port",), 139: ("lid-glass-pdms-100c", "seal-port-25c"),
}  # fmt: skip


@pytest.fixture
def rows(shared: Path) -> dict[int, dict[str, object]]:
    document = json.loads((shared / "reference" / "recipes.json").read_text())
    found = document.get("rows") or document["recipes"]
    return {int(str(row["id"]).rsplit("-", 1)[1]): row for row in found}


def test_every_row_is_answered(rows: dict[int, dict[str, object]]) -> None:
    assert set(rows) == set(ROWS)
    assert all(ROWS.values())


def test_the_named_recipes_are_shipped() -> None:
    named = {name for found in ROWS.values() if not isinstance(found, str) for name in found}
    assert named <= set(catalog().recipes), named - set(catalog().recipes)
    assert sum(isinstance(found, str) for found in ROWS.values()) <= 12


def test_low_rows_stay_low(rows: dict[int, dict[str, object]]) -> None:
    """No recipe rests on a row that nobody trusts and calls itself certain."""
    answers: dict[str, list[str]] = {}
    for number, found in ROWS.items():
        for name in found if not isinstance(found, str) else ():
            answers.setdefault(name, []).append(str(rows[number]["confidence"]))
    for name, levels in answers.items():
        if set(levels) == {"low"}:
            assert catalog().recipes[name].confidence == "low", name


def test_rates_are_those_of_the_rows(rows: dict[int, dict[str, object]]) -> None:
    """A rate in nm/min or angstrom per cycle that a recipe states is one of those in its rows."""
    units = {"nm/min": 1e-9 / 60, "angstrom/cycle": 1e-10, "nm/s": 1e-9, "nm/s (as printed)": 1e-9}
    seen = 0
    for name in {n for found in ROWS.values() if not isinstance(found, str) for n in found}:
        recipe = catalog().recipes[name]
        given = recipe.settings.get("rate") or recipe.settings.get("growth_per_cycle")
        text = given.get("value") if isinstance(given, dict) else given
        if not text or text == "unknown" or recipe.method not in ("sputter", "atomic-layer-deposition"):
            continue
        number, _, unit = str(text).partition(" ")
        printed = [r["growth_rate"] for k, r in rows.items() if name in ROWS[k] and r["growth_rate"]]
        wanted = [p["value"] * units[p["unit"]] for p in printed if p["unit"] in units]  # type: ignore[index]
        if wanted and name != "sputter-lco-shadow":  # takes the rate of another row and says so
            assert any(float(number) * units[unit] == pytest.approx(w) for w in wanted), name
            seen += 1
    assert seen >= 25


def test_thickness_ranges_of_rows_are_limits(rows: dict[int, dict[str, object]]) -> None:
    """A row that says from where to where its film was made: a recipe that holds it has such a limit."""
    seen = 0
    for number, found in ROWS.items():
        span = rows[number].get("thickness_range_nm")
        if isinstance(found, str) or not isinstance(span, list) or span[0] == span[1] or None in span[:1]:
            continue
        limits = [catalog().recipes[name].limits for name in found]
        assert any(each is not None and each.thickness_low is not None for each in limits), number
        seen += 1
    assert seen >= 11


def test_every_process_has_a_recipe() -> None:
    used = {recipe.method for recipe in catalog().recipes.values()}
    missing = set(plugins.names("methods")) - used
    assert not missing, missing
