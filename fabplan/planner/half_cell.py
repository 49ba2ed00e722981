"""Half cells: one material against lithium metal.

Lithium has the lowest potential, so it is the negative electrode (``anode``) of every half cell and the material under
test the positive one (``cathode``), whatever it is in a full cell. The voltage is that of the material against lithium;
discharge puts lithium into the material. A request with ``cathode = "lithium"`` is the same cell written the other way
round, as most papers do for anode materials.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

from fabplan import units
from fabplan.catalog.loader import fold
from fabplan.catalog.types import Material
from fabplan.findings import Finding
from fabplan.planner.spec import Spec

V = TypeVar("V")

#: id and aliases of lithium metal in the shipped catalog
LITHIUM = ("lithium", "Li", "li-metal", "lithium-metal")
_OTHER = {"anode": "cathode", "cathode": "anode"}


def is_named(name: str | None) -> bool:
    """Whether a name means lithium metal."""
    return name is not None and fold(name) in {fold(known) for known in LITHIUM}


def is_half(cell: Mapping[str, str]) -> bool:
    """Whether one of the named electrodes is lithium metal."""
    return any(is_named(cell.get(role)) for role in _OTHER)


def written_in_order(spec: Spec) -> Spec:
    """The request with lithium as anode: where it was named as cathode, all keys of both electrodes change places.

    Keys of ``[cell]``, ``[route]`` and ``[parameters]`` whose name holds ``anode`` or ``cathode`` are meant.
    """
    if not is_named(spec.cell.get("cathode")) or is_named(spec.cell.get("anode")):
        return spec
    return dataclasses.replace(
        spec, cell=_exchanged(spec.cell), route=_exchanged(spec.route), parameters=_exchanged(spec.parameters)
    )


def _exchanged(table: Mapping[str, V]) -> dict[str, V]:
    return {"_".join(_OTHER.get(word, word) for word in key.split("_")): value for key, value in table.items()}


def fits(material: Material, role: str, cell: Mapping[str, str]) -> bool:
    """Whether a material can be that electrode: against lithium every electrode material can be either."""
    if role in material.kinds:
        return True
    against = is_named(cell.get(_OTHER.get(role, ""))) or is_named(cell.get(role))
    return role in _OTHER and against and bool(set(material.kinds) & set(_OTHER))


def ended(document: Mapping[str, Any], last: float) -> dict[str, Any]:
    """A half cells document whose positive electrode is full at a lithium fraction.

    An anode material gives what its window says, also where the potential table goes on below the window (TiO2
    beyond Li0.5TiO2): table and lithium sites are those up to the fraction, so that the estimator finds it full there.

    Parameters
    ----------
    document : `fabplan/cells/1`, all cells of one positive material
    last : fraction at the end of the discharge, above 0 and below 1
    """
    made = copy.deepcopy(dict(document))
    for cell in made["cells"]:
        design = cell["design"]
        side = design["cathode" if cell["kind"] == "interdigital" else "pos"]
        name = f"{side['material']} up to {last:g}"
        table = document["ocp"][side["material"]]
        x, volts = np.asarray(table["x"]), np.asarray(table["V"])
        inside = x < last
        made["ocp"].pop(side["material"], None)
        made["ocp"][name] = {
            "x": [*(x[inside] / last).tolist(), 1.0],
            "V": [*volts[inside].tolist(), float(np.interp(last, x, volts))],
        }
        side |= {"material": name, "c_max": side["c_max"] * last}
        side |= {end: min(side[end] / last, 1.0) for end in ("sto100", "sto0")}
    return made


def convention(chem: Any) -> tuple[Finding, ...]:
    """What the voltages and the discharge of a half cell mean, where it is one.

    Parameters
    ----------
    chem : `fabplan.planner.electrical.Chemistry`
    """
    if not chem.anode_material_tested:
        return ()
    stores = chem.cathode.material
    text = (
        f"half cell: the voltage is that of {stores} against lithium, discharge puts lithium into {stores}; "
        f"the plan calls lithium the anode and {stores} the cathode"
    )
    return (Finding("half-cell", "info", "cell", text),)


def inventory(chem: Any, estimate: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Where the other electrode is made without lithium, the lithium metal must hold what that takes up.

    Parameters
    ----------
    estimate : with ``lithium_capacity_Ah`` and ``cathode_capacity_Ah``
    """
    holds, takes = estimate.get("lithium_capacity_Ah"), estimate["cathode_capacity_Ah"]
    if holds is None or (chem.cathode.contains_lithium and not chem.anode_material_tested) or holds >= takes:
        return ()
    text = (
        f"the lithium holds {units.show(holds * 3600.0, 'charge')}, "
        f"{chem.cathode.material} takes up {units.show(takes * 3600.0, 'charge')} and is made without lithium"
    )
    return (Finding("lithium-supply", "error", "anode", text, holds, takes, "Ah", "thicker lithium"),)
