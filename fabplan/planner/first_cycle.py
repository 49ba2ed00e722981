"""What the first cycle takes, said in findings. The balance itself is in `fabplan.planner.electrical`."""

from __future__ import annotations

from collections.abc import Iterable

from fabplan.findings import Finding
from fabplan.planner.electrical import Chemistry, first_cycle_loss


def findings(chem: Chemistry) -> tuple[Finding, ...]:
    """How much of the lithium the first charge takes, or that nobody knows; nothing against lithium metal."""
    if chem.anode.metal:
        return ()
    if chem.pre_lithiated:
        text = "the pre-lithiation is taken to pay for all that the first charge loses"
        return (Finding("first-cycle-loss", "info", "cell", text, 0.0),)
    return tuple(_said(chem))


def _said(chem: Chemistry) -> Iterable[Finding]:
    sides, loss = (chem.anode, chem.cathode), first_cycle_loss(chem)
    if loss > 0:
        most = max(sides, key=lambda p: p.first_cycle_loss or 0.0).material
        text = f"the first charge loses {loss:.0%} at {most}: the lithium that is left is counted"
        yield Finding("first-cycle-loss", "info", "cell", text, loss)
    unknown = ", ".join(dict.fromkeys(p.material for p in sides if p.first_cycle_loss is None))
    if unknown:
        text = f"the first-cycle loss of {unknown} is not known and not counted: the cell may hold less"
        yield Finding("first-cycle-loss", "info", "cell", text, change="measure it in a half cell")
