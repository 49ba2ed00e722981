"""The first charge takes lithium: what the balance does with it, and what the plan says."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.planner import electrical, first_cycle
from fabplan.planner.attempt import attempt, candidates
from fabplan.planner.electrical import Chemistry
from fabplan.planner.spec import parse
from fabplan.planner.spec_source import shipped
from tests.planner.plans import catalog


def chemistry(name: str) -> Chemistry:
    start, spec = candidates(parse(shipped(name), name))[0]
    problem = attempt(start, spec, catalog()).problem
    assert problem is not None
    return problem.chemistry


def losing(chem: Chemistry, anode: float | None, cathode: float | None) -> Chemistry:
    return dataclasses.replace(
        chem,
        anode=dataclasses.replace(chem.anode, first_cycle_loss=anode),
        cathode=dataclasses.replace(chem.cathode, first_cycle_loss=cathode),
    )


PRINTED = chemistry("interdigital-3d-filament")


@given(
    st.floats(0.0, 0.9),
    st.floats(0.0, 0.9),
    st.floats(0.2, 5.0),
)
def test_lithium_is_conserved(anode_loss: float, cathode_loss: float, ratio: float) -> None:
    """What leaves the cathode is what reaches the anode and what is lost; what comes back fits both windows."""
    chem = losing(PRINTED, anode_loss, cathode_loss)
    a, c = ratio, 1.0
    anode, cathode = electrical.balanced(chem, a, c)

    def share(window: tuple[float, float], full: tuple[float, float]) -> float:
        return abs((window[0] - window[1]) / (full[0] - full[1]))

    own = chem.anode.charged, chem.anode.discharged
    theirs = chem.cathode.charged, chem.cathode.discharged
    back = a * share(anode, own)
    assert back == pytest.approx(c * share(cathode, theirs)) and back == pytest.approx(electrical.usable(chem, a, c))
    first = c * share((cathode[0], chem.cathode.discharged), theirs)
    assert first - back == pytest.approx(max(anode_loss, cathode_loss) * first, abs=1e-12)
    assert first <= c * (1 + 1e-9) and back <= a * (1 + 1e-9)


def test_without_a_loss_the_smaller_electrode_is_used_whole() -> None:
    chem = losing(PRINTED, None, None)
    assert electrical.usable(chem, np.array([0.5, 2.0]), 1.0).tolist() == [0.5, 1.0]
    anode, cathode = electrical.balanced(chem, 0.5, 1.0)
    assert anode == (chem.anode.charged, chem.anode.discharged) and cathode[1] == pytest.approx(chem.cathode.discharged)


def test_what_is_unknown_is_said_and_what_is_known_is_counted() -> None:
    (said,) = first_cycle.findings(losing(PRINTED, None, None))
    assert "not counted" in said.message and "lto" in said.message and "lfp" in said.message
    counted, rest = first_cycle.findings(losing(PRINTED, 0.6, None))
    assert counted.measured == 0.6 and "lto" in counted.message and "lfp" in rest.message


def test_a_pre_lithiation_pays_for_it() -> None:
    chem = chemistry("nanopore-array")
    assert chem.anode.material == "sno2" and chem.pre_lithiated and electrical.first_cycle_loss(chem) == 0.0
    assert "pre-lithiation" in first_cycle.findings(chem)[0].message


def test_lithium_metal_makes_it_good() -> None:
    chem = chemistry("reported-83-sno2")
    assert chem.cathode.first_cycle_loss == 0.5 and electrical.first_cycle_loss(chem) == 0.0
    assert first_cycle.findings(chem) == () and electrical.usable(chem, 1.0, 7.0) == 7.0
