"""Flat combs side by side on one substrate, under a gel or ionogel and a lid.

Laws: sections 2, 0.6 and 13 of the project's notes on cell structures; drawn by `fabplan.architectures._planar_comb`.
"""

from __future__ import annotations

from fabplan.architectures._planar_comb import (
    FILL,
    PATTERN,
    Params,
    cell,
    design_space,
    findings,
    left_out,
    measures,
    preferred,
    reach,
)
from fabplan.architectures.base import Operation

__all__ = [
    "ESTIMATOR",
    "FILL",
    "FLOW",
    "PATTERN",
    "SUMMARY",
    "TITLE",
    "Params",
    "cell",
    "design_space",
    "findings",
    "left_out",
    "measures",
    "preferred",
    "reach",
]

TITLE = "Planar interdigital combs"
SUMMARY = (
    "Two flat combs next to each other on one substrate, each electrode overhanging its collector, covered by a "
    "gel electrolyte and a lid. No separator; one alignment per electrode."
)
ESTIMATOR = "interdigital"
FLOW = (
    Operation("collector", ("anode-collector", "cathode-collector")),
    Operation("anode", ("anode-comb",)),
    Operation("cathode", ("cathode-comb",)),
    Operation("insulator", ("dam",), optional=True),
    Operation("electrolyte", ("electrolyte",)),
    Operation("lid", ("lid",)),
)
