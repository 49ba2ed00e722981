"""What the bench needs when the cell is finished: isolation test, filling, formation, cycling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fabplan.catalog.loader import Catalog
from fabplan.planner.electrical import Chemistry, interpolated

FORMATION_RATE = 0.1  # C/10, general practice
TAPER_RATE = 0.02  # CV until C/50, general practice
FORMATION_CYCLES = 3
REST = 600.0  # seconds
ISOLATION_RESISTANCE = 1e7  # ohm at 5 V before filling: general practice (process.md section 6)
ISOLATION_VOLTAGE = 5.0


def bring_up(
    chem: Chemistry, catalog: Catalog, estimate: Mapping[str, Any], cutoffs: tuple[float, float], fill_volume: float
) -> dict[str, Any]:
    """Facts of the bring-up sheet; SI, charges and currents as named.

    Parameters
    ----------
    cutoffs : discharge and charge cut-off [V]
    fill_volume : room for the electrolyte, pores included [m³]; 0 for solid electrolytes
    """
    low, high = cutoffs
    when = "before the electrolyte's film: stop" if chem.electrolyte.state == "solid" else "before filling: do not fill"
    one_c = estimate["one_c_current_A"]
    resistance = estimate["dc_resistance_ohm"]
    return {
        "open_circuit_voltage_charged_V": estimate["open_circuit_window_V"][1],
        "open_circuit_voltage_discharged_V": estimate["open_circuit_window_V"][0],
        "open_circuit_voltage_as_assembled_V": as_assembled(chem, catalog, estimate.get("cells_in_series", 1)),
        "cutoff_low_V": low,
        "cutoff_high_V": high,
        "fill_volume_m3": fill_volume if fill_volume > 0 else None,
        "expected_dc_resistance_ohm": resistance,
        # a factor of two both ways: the spread of the medium-confidence inputs behind it
        "impedance_window_ohm": (0.5 * resistance, 2.0 * resistance),
        "isolation_resistance_low_ohm": ISOLATION_RESISTANCE,
        "isolation_voltage_V": ISOLATION_VOLTAGE,
        "formation": _formation(one_c, low, high),
        "electrolyte_state": chem.electrolyte.state,
        "stop_criteria": (
            f"voltage under {low - 0.3:.2f} V or over {high + 0.1:.2f} V",
            "charge taken up over 1.5 times the expected capacity in one step: a short or a side reaction",
            f"isolation under {ISOLATION_RESISTANCE / 1e6:g} Mohm {when}",
            "open-circuit voltage falling more than 50 mV in 10 min of rest after the first charge: soft short",
        ),
        "notes": _notes(chem),
    }


def as_assembled(chem: Chemistry, catalog: Catalog, in_series: int = 1) -> float | None:
    """Open-circuit voltage before the first charge: both electrodes as made [V]; None when the anode is unlithiated.

    An anode without lithium sits anywhere near its upper end until the first charge, so no number is given.
    """
    if not chem.cathode.contains_lithium or not chem.anode.metal:
        return None
    table = catalog.ocp[chem.cathode.ocp]
    return round(in_series * interpolated(table, chem.cathode.discharged), 2)


def _formation(one_c: float, low: float, high: float) -> tuple[dict[str, Any], ...]:
    rows: list[dict[str, Any]] = [_row(1, "rest", None, None, "time", REST)]
    for _ in range(FORMATION_CYCLES):
        n = len(rows)
        rows += [
            _row(n + 1, "charge-cc", FORMATION_RATE * one_c, high, "voltage", 1.5 / FORMATION_RATE * 3600.0),
            _row(n + 2, "charge-cv", TAPER_RATE * one_c, high, "current", 3600.0),
            _row(n + 3, "rest", None, None, "time", REST),
            _row(n + 4, "discharge-cc", -FORMATION_RATE * one_c, low, "voltage", 1.5 / FORMATION_RATE * 3600.0),
            _row(n + 5, "rest", None, None, "time", REST),
        ]
    return tuple(rows)


def _row(
    step: int, mode: str, current: float | None, voltage: float | None, until: str, duration: float
) -> dict[str, Any]:
    return {
        "step": step,
        "mode": mode,
        "current_A": current,
        "voltage_V": voltage,
        "until": until,
        "duration_s": duration,
    }


def _notes(chem: Chemistry) -> tuple[str, ...]:
    notes = []
    if not chem.anode.metal and chem.cathode.contains_lithium:
        notes.append(
            "The cell is assembled discharged: the first charge forms the anode. Before it the voltage is undefined."
        )
    if chem.electrolyte.state == "liquid":
        notes.append("Fill in the glove box; let the electrolyte wet the electrodes before the first current.")
    if chem.electrolyte.volatile:
        notes.append("The solvent evaporates: close the port within minutes of filling.")
    return tuple(notes)
