"""Windows that a step must meet before the next one starts, where a recipe does not give its own."""

from __future__ import annotations

from fabplan.methods._fields import PRACTICE
from fabplan.methods.base import Acceptance

THICKNESS = Acceptance("thickness", "±5 % of target", "step profilometer, 5 points", PRACTICE, "medium")
THICKNESS_ALD = Acceptance("thickness", "±3 % of target", "ellipsometer on a witness, 5 points", PRACTICE, "medium")
THICKNESS_PRINT = Acceptance("thickness", "±15 % of target", "profilometer or confocal microscope", PRACTICE, "low")
UNIFORMITY = Acceptance("uniformity", "(max - min)/(2 mean) ≤ 5 %", "5-point map", PRACTICE, "medium")
SHEET_RESISTANCE = Acceptance("sheet resistance", "±10 % of target", "four-point probe", PRACTICE, "medium")
LINE_WIDTH = Acceptance("line width", "±10 % or 1 um of the drawing", "microscope", PRACTICE, "medium")
OVERLAY = Acceptance("overlay to the layer below", "≤ a quarter of the gap", "microscope, marks", PRACTICE, "medium")
ISOLATION = Acceptance("isolation between the nets", "> 10 Mohm at 5 V", "source meter, dry part", PRACTICE, "medium")
ADHESION = Acceptance("adhesion", "tape test passes", "tape on a witness", PRACTICE, "medium")
MASS = Acceptance("mass loading", "±5 % of target", "microbalance, witness coupon", PRACTICE, "low")
NO_CRACKS = Acceptance("surface", "no cracks, no peeling, no bubbles", "microscope, whole part", PRACTICE, "medium")
LEAK = Acceptance("seal", "no mass loss in 24 h", "balance, filled part", PRACTICE, "low")
