"""Other conditions of the same cells: temperature, the first cycle, self-discharge, fade.

Temperature and first cycle turn a cells document into another one; nothing is scaled without an activation energy,
and what was kept is said. Fade is an empirical fit of the user's own numbers: nobody validated it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fabplan.errors import BadInput, Problem
from fabplan.estimate.cell_kinds import METALS, ROOM_TEMPERATURE
from fabplan.estimate.constants import GAS_CONSTANT, SECONDS_PER_HOUR, Array

COLDEST, HOTTEST = 253.15, 333.15  # K, -20 to 60 degC
ROUNDING = 1e-6  # kelvin: -20 degC is 253.14999999999998 K in floats
#: quantity -> key of its activation energy [J/mol] beside it
ENERGIES = {
    "kappa_S_m": "Ea_kappa_J_mol",
    "D_e_m2_s": "Ea_D_e_J_mol",
    "kappa": "Ea_kappa_J_mol",
    "D_s": "Ea_D_s_J_mol",
    "i0_ref": "Ea_i0_J_mol",
}
#: share of the first charge that is lost, beside the side that loses it
LOSS = "first_cycle_loss_fraction"
_SIDES = ("neg", "pos", "anode", "cathode", "se")


def arrhenius(energy: float, temperature: float, reference: float) -> float:
    """exp(E/R (1/T0 - 1/T)): the factor from T0 to T [K]; E in J/mol."""
    return float(np.exp(energy / GAS_CONSTANT * (1.0 / reference - 1.0 / temperature)))


def at_temperature(
    document: Mapping[str, Any], temperature: float, reference: float = ROOM_TEMPERATURE
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The same cells at another temperature, and what could not be scaled.

    Parameters
    ----------
    document : ``fabplan/cells/1``; activation energies stand beside their quantities (``ENERGIES``)
    temperature : 253.15 to 333.15 K
    reference : temperature of the values in electrolyte tables; cells are scaled from their own ``T_K`` [K]

    Raises
    ------
    BadInput : a temperature outside, an energy that is not a number
    """
    if not COLDEST - ROUNDING <= temperature <= HOTTEST + ROUNDING:
        allowed = f"{COLDEST:g} to {HOTTEST:g} K (-20 to 60 degC)"
        raise BadInput(Problem("outside the range of temperatures", "temperature", f"{temperature:g} K", allowed))
    made = copy.deepcopy(dict(document))
    notes: list[str] = []
    problems: list[Problem] = []
    for where, table, base in _tables(made, reference):
        for key, energy_key in ENERGIES.items():
            if key not in table:
                continue
            energy = table.get(energy_key)
            if energy is None:
                notes.append(f"{where}.{key}: no activation energy known ({energy_key}), kept as it is")
            elif isinstance(energy, bool) or not isinstance(energy, int | float) or not np.isfinite(energy):
                problems.append(Problem("not a number", f"{where}.{energy_key}", repr(energy)[:60], "J/mol"))
            else:
                factor = arrhenius(float(energy), temperature, base)
                table[key] = _scaled(table[key], factor)
    if problems:
        raise BadInput(problems)
    for cell in _cells(made):
        cell["design"]["T_K"] = temperature
    return made, tuple(dict.fromkeys(notes))


def _cells(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Cells that can be looked into; what is none is named when the document is read."""
    listed = document.get("cells")
    found = [cell for cell in listed if isinstance(cell, dict)] if isinstance(listed, list) else []
    return [cell for cell in found if isinstance(cell.get("design"), dict)]


def _tables(document: dict[str, Any], reference: float) -> Iterator[tuple[str, dict[str, Any], float]]:
    for name, table in document.get("electrolytes", {}).items():
        yield f"electrolytes.{name}", table, reference
    for cell in _cells(document):
        design = cell["design"]
        for side in _SIDES:
            if side in design:
                yield f"cells {cell.get('id', '')}: {side}", design[side], float(design.get("T_K", reference))


def _scaled(value: Any, factor: float) -> Any:
    return [entry * factor for entry in value] if isinstance(value, list) else value * factor


def after_first_cycle(document: Mapping[str, Any], lost: float) -> dict[str, Any]:
    """The same cells after the first charge has lost a share of its lithium to the anode's surface.

    The charged anode holds that much less of what it gives back; the cathode cannot be filled again. Against
    lithium metal nothing changes. Where both electrodes lose, the larger share counts: both take the same lithium.

    Where the lithium fractions already count a loss (``first_cycle_loss_fraction``, as plans do), ``lost`` takes its
    place.

    Parameters
    ----------
    lost : share of the first charge, 0 to 1

    Returns
    -------
    lengths and fractions as in the document [SI].

    Raises
    ------
    BadInput : a share outside
    """
    if not 0.0 <= lost < 1.0:
        raise BadInput(Problem("not a share", "lost", f"{lost:g}", "0 to 1"))
    made = copy.deepcopy(dict(document))
    for cell in _cells(made):
        design = cell["design"]
        given = [design[name].get(LOSS) for name in _SIDES if isinstance(design.get(name), dict)]
        shares = [share for share in given if isinstance(share, int | float) and not isinstance(share, bool)]
        counted = max((float(share) for share in shares if 0.0 <= share < 1.0), default=0.0)
        for name in ("neg", "anode"):
            side = cell["design"].get(name)
            if isinstance(side, dict) and side.get("material") not in METALS and "sto100" in side and "sto0" in side:
                side["sto100"] = side["sto0"] + (1.0 - lost) / (1.0 - counted) * (side["sto100"] - side["sto0"])
                side[LOSS] = lost
    return made


def first_cycle(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is known of the first charge's loss: id of the cell, and its share by side; None where nobody knows it.

    Lithium metal loses none in this sense and is left out. Both electrodes take the same lithium: the larger share
    is that of the cell (``after_first_cycle``).
    """
    found = []
    for cell in _cells(document):
        sides: dict[str, float | None] = {}
        for name in ("neg", "anode", "pos", "cathode"):
            side = cell.get("design", {}).get(name)
            if isinstance(side, dict) and side.get("material") not in METALS:
                loss = side.get(LOSS)
                known = isinstance(loss, int | float) and not isinstance(loss, bool) and 0.0 <= loss < 1.0
                sides["anode" if name in ("neg", "anode") else "cathode"] = float(loss or 0.0) if known else None
        known_losses = [loss for loss in sides.values() if loss is not None]
        found.append({"id": cell.get("id", ""), "sides": sides, "cell": max(known_losses, default=None)})
    return found


@dataclass(frozen=True)
class SelfDischarge:
    """Electronic leak through a thin electrolyte.

    Parameters
    ----------
    current : [A/m2]
    share_per_day : of the capacity
    days_to_half : at that current
    """

    current: Array
    share_per_day: Array
    days_to_half: Array


def self_discharge(
    voltage: Array | float, electronic_conductivity: Array | float, thickness: Array | float, capacity: Array | float
) -> SelfDischarge:
    """I = sigma_e U/L per area; arguments broadcast.

    Parameters
    ----------
    voltage : of the stored cell [V]
    electronic_conductivity : of the electrolyte [S/m]
    thickness : of the electrolyte [m]
    capacity : per area of electrolyte [C/m2]
    """
    volts, sigma, thick, charge = (
        np.asarray(part, dtype=np.float64) for part in (voltage, electronic_conductivity, thickness, capacity)
    )
    current = np.asarray(sigma * volts / thick)
    day = 24.0 * SECONDS_PER_HOUR
    with np.errstate(divide="ignore"):
        return SelfDischarge(current, np.asarray(current * day / charge), np.asarray(0.5 * charge / (current * day)))


@dataclass(frozen=True)
class Fade:
    """Empirical fade: k_t exp(-E/(R T)) sqrt(t) + k_c N^p DoD^b, shares of the capacity. Not validated.

    Parameters
    ----------
    per_root_second : k_t [1/s^0.5]
    per_cycle : k_c
    power, depth_power : p, b
    energy : E [J/mol]
    """

    per_root_second: float = 0.0
    per_cycle: float = 0.0
    power: float = 0.5
    depth_power: float = 1.0
    energy: float = 0.0
    validated: bool = False

    def left(self, seconds: float, cycles: float, depth: float = 1.0, temperature: float = ROOM_TEMPERATURE) -> float:
        """Share of the capacity that is left, 0 to 1.

        Parameters
        ----------
        seconds : calendar time [s]
        cycles : full ones
        depth : of discharge, 0 to 1
        temperature : [K]
        """
        calendar = self.per_root_second * float(np.exp(-self.energy / (GAS_CONSTANT * temperature))) * seconds**0.5
        return max(0.0, float(1.0 - calendar - self.per_cycle * cycles**self.power * depth**self.depth_power))
