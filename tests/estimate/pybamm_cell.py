"""A planar cell of a cells document as PyBaMM takes it, for tests and benchmarks against it."""

from __future__ import annotations

from typing import Any

import numpy as np


def parameters(pybamm: Any, given: dict[str, Any]) -> Any:
    """The first cell of the document, 1 m2."""
    own = given["cells"][0]["design"]
    salt = given["electrolytes"][own["electrolyte"]]
    values = pybamm.ParameterValues("Marquis2019")

    def table(name: str, x: list[float], y: list[float]) -> Any:
        return lambda at, *rest: pybamm.Interpolant(np.array(x), np.array(y), at, name, extrapolate=True)

    changes: dict[str, Any] = {
        "Electrode width [m]": 1.0,
        "Electrode height [m]": 1.0,
        "Number of electrodes connected in parallel to make a cell": 1.0,
        "Number of cells connected in series to make a battery": 1.0,
        "Separator thickness [m]": own["sep"]["L_m"],
        "Separator porosity": own["sep"]["eps"],
        "Separator Bruggeman coefficient (electrolyte)": own["sep"]["brug"],
        "Cation transference number": salt["t_plus"],
        "Thermodynamic factor": salt["thermodynamic_factor"],
        "Initial concentration in electrolyte [mol.m-3]": salt["c0_mol_m3"],
        "Electrolyte conductivity [S.m-1]": table("kappa", salt["c_mol_m3"], salt["kappa_S_m"]),
        "Electrolyte diffusivity [m2.s-1]": table("D_e", salt["c_mol_m3"], salt["D_e_m2_s"]),
        "Contact resistance [Ohm]": own["contact_ohm_m2"],
        "Lower voltage cut-off [V]": 0.3,
        "Upper voltage cut-off [V]": 4.5,
        "Nominal cell capacity [A.h]": 1.0,
        "Ambient temperature [K]": own["T_K"],
        "Initial temperature [K]": own["T_K"],
        "Reference temperature [K]": own["T_K"],
    }
    for name, side in (("Negative", own["neg"]), ("Positive", own["pos"])):
        ocp = given["ocp"][side["material"]]
        volts = ocp.get("V", ocp.get("U_V"))
        reference, most = side["i0_ref"], side["c_max"]
        changes |= {
            f"{name} electrode thickness [m]": side["L_m"],
            f"{name} electrode porosity": side["eps"],
            f"{name} electrode active material volume fraction": side["eps_am"],
            f"{name} electrode Bruggeman coefficient (electrolyte)": side["brug"],
            f"{name} electrode Bruggeman coefficient (electrode)": 0.0,
            f"{name} electrode conductivity [S.m-1]": side["sigma"],
            f"{name} particle radius [m]": side["R_m"],
            f"{name} particle diffusivity [m2.s-1]": side["D_s"],
            f"Maximum concentration in {name.lower()} electrode [mol.m-3]": most,
            f"Initial concentration in {name.lower()} electrode [mol.m-3]": side["sto100"] * most,
            f"{name} electrode OCP [V]": table(name, ocp.get("x", ocp.get("sto")), volts),
            f"{name} electrode OCP entropic change [V.K-1]": 0.0,
            f"{name} electrode exchange-current density [A.m-2]": lambda c_e, c_s, c_max, T, i=reference: (
                2.0 * i * (c_e / 1000.0) ** 0.5 * (c_s / c_max * (1.0 - c_s / c_max)) ** 0.5
            ),
        }
    values.update(changes, check_already_exists=False)
    return values
