"""Cells that are made without lithium at the anode: what the cathode brings is all that cycles."""

from __future__ import annotations

import dataclasses

from fabplan.planner.electrical import Chemistry

UNKNOWN_LOSS = "share of the first charge that is lost", "taken as none: the capacity is an upper bound"


def after_first_charge(chem: Chemistry) -> Chemistry:
    """The chemistry once lithium was plated: the cathode is filled again only as far as the first charge came back.

    The end of its discharge is x = x₀ + (1 - λ)(x₁ - x₀), with x₀ and x₁ its window and λ the loss of the first
    cycle. An unknown loss counts as none and is said.
    """
    cathode = chem.cathode
    if cathode.first_cycle_loss is None:
        what = f"{cathode.material} against a bare collector: {UNKNOWN_LOSS[0]}"
        return dataclasses.replace(chem, unknown=(*chem.unknown, (what, UNKNOWN_LOSS[1])))
    kept = 1.0 - cathode.first_cycle_loss
    filled = cathode.charged + kept * (cathode.discharged - cathode.charged)
    return dataclasses.replace(chem, cathode=dataclasses.replace(cathode, discharged=filled))
