"""Formulas of the processes against numbers that were computed elsewhere (``formula_vectors.json``), to 1e-5."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fabplan.methods import _dose as dose
from fabplan.methods import _film as film
from fabplan.methods import _vapour as vapour
from fabplan.methods import atomic_layer_deposition as ald
from fabplan.methods import (
    co_sputter,
    electrodeposition,
    flexographic_printing,
    holographic_lithography,
    inkjet_printing,
    laser_scribing,
    pre_lithiation,
    screen_printing,
    spray_printing,
    tape_casting,
)
from fabplan.methods.base import Work
from tests.methods.shipped import settings

UM, NM = 1e-6, 1e-9


def plated(i: dict[str, Any]) -> dict[str, float]:
    made = settings(
        "electrodeposition", current_density=f"{i['j_mA_cm2']} mA/cm2", molar_mass=f"{i['M']} g/mol",
        electrons=i["n"], density=f"{i['rho']} g/cm3", efficiency=i["eff"], porosity=i["porosity"],
    )  # fmt: skip
    return {"out_um": electrodeposition.growth_rate(made) * i["t_s"] / UM}


def mesh(i: dict[str, Any]) -> dict[str, float]:
    made = settings(
        "screen-printing", mesh_pitch=f"{25400 / i['mesh_per_inch']!r} um", thread=f"{i['thread_um']} um",
        mesh_thickness=f"{i['mesh_thickness_um']} um",
    )  # fmt: skip
    return {
        "opening_um": screen_printing.opening(made) / UM,
        "open_area": screen_printing.open_area(made),
        "out_cm3_m2": screen_printing.theoretical_volume(made) / 1e-6,
    }


def ald_run(i: dict[str, Any]) -> dict[str, float]:
    cycle = [{"precursor": "a", "pulse": "0.2 s", "purge": f"{i['cycle_s'] - 0.2!r} s"}]
    made = settings("atomic-layer-deposition", growth_per_cycle=f"{i['gpc_A']} angstrom/cycle", cycle=cycle)
    number = ald.cycles(made, Work(thickness=i["thickness_nm"] * NM))
    return {"cycles": number, "out_min": number * ald.cycle_time(made) / 60}


def via(i: dict[str, Any]) -> dict[str, float]:
    unit = dose.exposure_unit(i["M"] * 1e-3, i["T_K"], i["s0_m2"])
    norm = dose.via_dose(i["AR"], i["beta0"], i["theta"])
    return {"t_norm": norm, "out_Pa_s": norm * unit}


def precursor(i: dict[str, Any]) -> dict[str, float]:
    return {"out_mg": dose.precursor_mass(i["area_m2"], i["s0_m2"], i["M"] * 1e-3, i["utilisation"]) * 1e6}


def tape(i: dict[str, Any]) -> dict[str, float]:
    made = settings(
        "tape-casting", slurry_density=f"{i['slurry_density']} g/cm3", tape_density=f"{i['tape_density']} g/cm3",
        side_flow=i["alpha"], solids=i["solids_wt_frac"],
    )  # fmt: skip
    return {"out_um": tape_casting.dry_thickness(made, i["gap_um"] * UM) / UM}


def stoney(i: dict[str, Any]) -> dict[str, float]:
    stress = film.stoney_stress(i["Es_GPa"] * 1e9, i["nu"], i["ts_um"] * UM, i["tf_um"] * UM, i["R_m"])
    return {"out_MPa": stress / 1e6}


def thermal(i: dict[str, Any]) -> dict[str, float]:
    stress = film.thermal_stress(i["Ef_GPa"] * 1e9, i["nu_f"], i["alpha_f"] - i["alpha_s"], i["dT_K"])
    return {"out_MPa": stress / 1e6}


def inkjet(i: dict[str, Any]) -> dict[str, float]:
    assert i["px_um"] == i["py_um"]
    made = settings(
        "inkjet-printing", drop=f"{i['drop_pL']} pL", ink_solids=i["phi"], pitch=f"{i['px_um']} um", porosity=i["eps"]
    )
    return {"out_um": inkjet_printing.layer_thickness(made) / UM}


def spray(i: dict[str, Any]) -> dict[str, float]:
    made = settings(
        "spray-printing", flow=f"{i['Q_mL_min']} mL/min", ink_solids=i["solids_vol"], transfer=i["transfer"],
        speed=f"{i['v_mm_s']} mm/s", pitch=f"{i['pitch_mm']} mm", porosity=i["eps"],
    )  # fmt: skip
    return {
        "per_pass_um": spray_printing.layer_thickness(made) / UM,
        "passes": spray_printing.layers(made, Work(thickness=i["target_um"] * UM)),
    }


def flexo(i: dict[str, Any]) -> dict[str, float]:
    volume = i["bcm_per_in2"] * flexographic_printing.BCM_PER_SQUARE_INCH
    # one billion cubic microns on a square inch, by the definition of both units
    assert volume == pytest.approx(i["bcm_per_in2"] * 1e9 * 1e-18 / 0.0254**2, rel=1e-12)
    made = settings(
        "flexographic-printing", cell_volume=f"{i['bcm_per_in2'] * 1.55!r} cm3/m2", to_plate=i["anilox_to_plate"],
        to_part=i["plate_to_film"],
    )  # fmt: skip
    return {"out_um": flexographic_printing.wet_thickness(made) / UM}


def both_guns(i: dict[str, Any]) -> dict[str, float]:
    guns = [
        {"target": x, "rate": f"{i[f'R{x}_nm_min']} nm/min", "density": f"{i[f'rho{x}']} g/cm3",
         "molar_mass": f"{i[f'M{x}']} g/mol"} for x in "AB"
    ]  # fmt: skip
    made = co_sputter.fractions(settings("co-sputter", guns=guns))
    assert made is not None and sum(made) == pytest.approx(1.0)
    return {"out_at_frac_A": made[0]}


def laser(i: dict[str, Any]) -> dict[str, float]:
    made = settings(
        "laser-scribing", beam_radius=f"{i['w0_um']} um", fluence=f"{i['F0_J_cm2']} J/cm2",
        threshold=f"{i['Fth_J_cm2']} J/cm2",
    )  # fmt: skip
    return {"out_um": laser_scribing.spot(made) / UM}


def fringes(i: dict[str, Any]) -> dict[str, float]:
    made = settings("holographic-lithography", wavelength=f"{i['lambda_nm']} nm", half_angle=i["half_angle_deg"])
    return {"out_nm": holographic_lithography.period(made) / NM}


LAWS: dict[str, Callable[[dict[str, Any]], dict[str, float]]] = {
    "electrodeposition_thickness": plated,
    "screen_theoretical_volume": mesh,
    "ald_cycles_time": ald_run,
    "gordon_exposure_via": via,
    "ald_precursor_per_cycle": precursor,
    "sputter_ring_uniformity": lambda i: {"out": vapour.ring_uniformity(i["r_mm"], i["h_mm"], i["R_mm"])},
    "evap_planar_source": lambda i: {"out": vapour.planar_source_uniformity(i["r_mm"], i["h_mm"])},
    "trench_step_coverage": lambda i: {"out": vapour.trench_coverage(i["AR"])},
    "tape_cast": tape,
    "stoney_stress": stoney,
    "thermal_stress": thermal,
    "inkjet_layer": inkjet,
    "spray_passes": spray,
    "Li_thickness_per_capacity": lambda i: {"out_um": pre_lithiation.lithium_thickness(i["cap_mAh_cm2"] * 36e3) / UM},
    "mean_free_path_Ar": lambda i: {"out_cm": vapour.mean_free_path(i["p_Pa"], i["T_K"], i["d_m"]) * 100},
    "flexo_wet": flexo,
    "cosputter_atomic_fraction": both_guns,
    "laser_ablation_diameter": laser,
    "holographic_period": fringes,
}
IGNORED = {"f", "inputs", "note", "printed_reference", "printed_reference_um"}


@pytest.fixture
def vectors(shared: Path) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = json.loads((shared / "reference" / "formula_vectors.json").read_text())["vectors"]
    return read


def test_every_vector_has_its_law(vectors: list[dict[str, Any]]) -> None:
    assert {v["f"] for v in vectors} == set(LAWS)


def test_laws_give_the_reference_numbers(vectors: list[dict[str, Any]]) -> None:
    seen = 0
    for vector in vectors:
        wanted = {k: v for k, v in vector.items() if k not in IGNORED}
        assert LAWS[vector["f"]](vector["inputs"]) == pytest.approx(wanted, rel=1e-5), vector["f"]
        seen += len(wanted)
    assert len(vectors) == 22 and seen >= 27
