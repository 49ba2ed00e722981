"""Rows that were read and checked, as structures of arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from fabplan.estimate import pillars
from fabplan.estimate.constants import SECONDS_PER_HOUR, Array, Index, Mask
from fabplan.estimate.designs import Film, Films, Fingers, Porous, Stacks
from fabplan.estimate.film import resized

Row = dict[str, Any]
Numbers = Mapping[str, int]


def _column(rows: Sequence[Row], key: str, default: float = 1.0) -> Array:
    return np.array([row.get(key, default) for row in rows], dtype=np.float64)


def _common(rows: Sequence[Row], ocp: Numbers) -> dict[str, Any]:
    """What porous and film electrodes share; metal stands still at half stoichiometry."""
    metal: Mask = np.array([row["metal"] for row in rows], dtype=np.bool_)
    table: Index = np.array([ocp[row["material"]] if "material" in row else 0 for row in rows], dtype=np.intp)
    return {
        "metal": metal,
        "ocp": table,
        "exchange_current": _column(rows, "i0_ref"),
        "concentration_max": _column(rows, "c_max"),
        "sto_full": _column(rows, "sto100", 0.5),
        "sto_empty": _column(rows, "sto0", 0.5),
    }


def _porous(rows: Sequence[Row], ocp: Numbers) -> Porous:
    porosity = _column(rows, "eps")
    return Porous(
        **_common(rows, ocp),
        thickness=_column(rows, "L_m", 0.0),
        storage=porosity,
        transport=porosity ** _column(rows, "brug"),
        particle_radius=_column(rows, "R_m"),
        active_fraction=_column(rows, "eps_am"),
        solid_diffusivity=_column(rows, "D_s"),
        conductivity=_column(rows, "sigma"),
    )


def _conditions(rows: Sequence[Row]) -> dict[str, Array]:
    return {"temperature": _column(rows, "T_K"), "cutoff": _column(rows, "V_cut")}


def _one_c(given: Array, positive: Porous | Film) -> Array:
    """Current that takes the positive electrode's window in an hour: as given, else from its sites [A]."""
    window = np.abs(positive.sto_full - positive.sto_empty)
    return np.where(given > 0.0, given, positive.site_charge * window / SECONDS_PER_HOUR)


def build_stacks(rows: Sequence[Row], ocp: Numbers, electrolytes: Numbers) -> Stacks:
    """Planar cells of porous electrodes."""
    positive = _porous([row["positive"] for row in rows], ocp)
    porosity = _column(rows, "sep.eps")
    return Stacks(
        negative=_porous([row["negative"] for row in rows], ocp),
        positive=positive,
        electrolyte=np.array([electrolytes[row["electrolyte"]] for row in rows], dtype=np.intp),
        separator_thickness=_column(rows, "sep.L_m"),
        separator_storage=porosity,
        separator_transport=porosity ** _column(rows, "sep.brug"),
        contact_resistance=_column(rows, "contact_ohm_m2", 0.0),
        one_c_current=_one_c(_column(rows, "Q_1C_Ah_m2"), positive),
        scale=np.ones(len(rows)),
        **_conditions(rows),
    )


def build_interdigital(rows: Sequence[Row], ocp: Numbers, electrolytes: Numbers) -> tuple[Stacks, Fingers]:
    """Interdigital cells: materials and conditions per area of a finger's side, and the geometry."""
    height, half = _column(rows, "h_m"), 0.5 * _column(rows, "w2_m")
    planar = [
        row
        | {
            "positive": row["positive"] | {"L_m": wide},
            "sep.L_m": row["gap_m"],
            "contact_ohm_m2": row["contact_ohm_m"] * row["h_m"],
            "Q_1C_Ah_m2": row["Q_1C_Ah_m"] / row["h_m"],
        }
        for row, wide in zip(rows, half.tolist(), strict=True)
    ]
    bare = build_stacks(planar, ocp, electrolytes)
    fingers = Fingers(
        anode_width=_column(rows, "w1_m"),
        cathode_width=_column(rows, "w2_m"),
        gap=_column(rows, "gap_m"),
        height=height,
        lid=_column(rows, "H_m"),
        anode_rise=_column(rows, "anode_rise"),
        cathode_rise=_column(rows, "cathode_rise"),
    )
    return bare, fingers


def build_pillars(rows: Sequence[Row], ocp: Numbers, electrolytes: Numbers) -> Stacks:
    """Lattices of pillars, mapped to planar cells."""
    side = 2.0 * np.pi * _column(rows, "r2_m")
    planar = [
        row
        | {
            "positive": row["positive"] | {"L_m": 0.5 * row["r2_m"]},
            "sep.L_m": row["distance_m"],
            "contact_ohm_m2": row["contact_ohm_m"] * around,
            "Q_1C_Ah_m2": row["Q_1C_Ah_m"] / around,
        }
        for row, around in zip(rows, side.tolist(), strict=True)
    ]
    lengths = [_column(rows, key) for key in ("distance_m", "r1_m", "r2_m", "h_m")]
    return pillars.as_stacks(build_stacks(planar, ocp, electrolytes), [row["lattice"] for row in rows], *lengths)


def _film(rows: Sequence[Row], ocp: Numbers, flux_radius: Array, blocked_radius: Array) -> Film:
    common = _common(rows, ocp)
    common["concentration_max"] = common["concentration_max"] * _column(rows, "dense_fraction")
    return Film(
        **common,
        thickness=_column(rows, "L_m"),
        diffusivity=_column(rows, "D_s"),
        diffusivity_slope=_column(rows, "D_slope_b", 0.0),
        flux_radius=flux_radius,
        blocked_radius=blocked_radius,
    )


def build_films(rows: Sequence[Row], ocp: Numbers) -> Films:
    """Planar (r0 infinite) and coaxial film cells."""
    positive_rows, negative_rows = [row["positive"] for row in rows], [row["negative"] for row in rows]
    endless = np.full(len(rows), np.inf)
    bare = Films(
        negative=_film(negative_rows, ocp, endless, endless),
        positive=_film(positive_rows, ocp, endless, endless),
        electrolyte_conductivity=_column(rows, "se.kappa"),
        electrolyte_resistance=endless,
        contact_resistance=endless,
        one_c_current=endless,
        **_conditions(rows),
    )
    inner = _column(rows, "r0_m")
    sized = resized(bare, inner, bare.positive.thickness, _column(rows, "se.L_m"), bare.negative.thickness)
    planar = np.isinf(inner)
    given = np.maximum(
        _column(rows, "Q_1C_Ah", 0.0),
        np.where(planar, _column(rows, "Q_1C_Ah_m2", 0.0), _column(rows, "Q_1C_Ah_m", 0.0)),
    )
    return replace(
        sized,
        contact_resistance=_column(rows, "contact_ohm_m2", 0.0) / sized.positive.face_area,
        one_c_current=_one_c(given, sized.positive),
    )
