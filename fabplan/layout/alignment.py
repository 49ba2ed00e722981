"""From the frame of the drawing to the frame of a part on a machine, by measured fiducials."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fabplan.errors import BadInput, Problem
from fabplan.findings import Finding
from fabplan.layout.types import Array

Point = tuple[float, float]
SHEAR = 1e-3  # relative change of size from which fiducials were mistaken rather than the part stretched


@dataclass(frozen=True)
class Alignment:
    """``measured = scale · R(angle) · drawn + shift``.

    Parameters
    ----------
    angle : of rotation [rad], counter-clockwise
    scale : 1 for a rigid motion
    shift : [unit of the points]
    residuals : distance of each measured fiducial from where the fit puts it, by name
    """

    angle: float
    scale: float
    shift: Point
    residuals: Mapping[str, float]

    def apply(self, points: Array) -> Array:
        """Points (N, 2) of the drawing on the part."""
        c, s = self.scale * math.cos(self.angle), self.scale * math.sin(self.angle)
        return np.asarray(points @ np.array([[c, s], [-s, c]]) + np.array(self.shift), np.float64)


def fitted(drawn: Mapping[str, Point], measured: Mapping[str, Point], scaled: bool = False) -> Alignment:
    """Least squares over the fiducials that were measured (Umeyama's problem in the plane, closed form).

    Parameters
    ----------
    drawn, measured : name -> place
    scaled : whether the part may have stretched or shrunk alike in both directions

    Raises
    ------
    BadInput : fewer than two fiducials, an unknown name, or all in one place
    """
    unknown = [name for name in measured if name not in drawn]
    if unknown:
        raise BadInput([Problem("unknown fiducial", "fiducials", name[:40], ", ".join(drawn)) for name in unknown])
    if len(measured) < 2:
        raise BadInput(Problem("too few fiducials", "fiducials", str(len(measured)), "two or more"))
    names = sorted(measured)
    a, b = np.array([drawn[n] for n in names], np.float64), np.array([measured[n] for n in names], np.float64)
    middle_a, middle_b = a.mean(axis=0), b.mean(axis=0)
    da, db = a - middle_a, b - middle_b
    along = float((da * db).sum())
    across = float((da[:, 0] * db[:, 1] - da[:, 1] * db[:, 0]).sum())
    size = float((da**2).sum())
    if size == 0 or math.hypot(along, across) == 0:
        raise BadInput(Problem("all fiducials are in one place", "fiducials", str(measured)[:60], "two places"))
    angle = math.atan2(across, along)
    scale = math.hypot(along, across) / size if scaled else 1.0
    turned = Alignment(angle, scale, (0.0, 0.0), {}).apply(middle_a[None, :])[0]
    found = Alignment(angle, scale, (float(middle_b[0] - turned[0]), float(middle_b[1] - turned[1])), {})
    off = np.hypot(*(found.apply(a) - b).T)
    return Alignment(angle, scale, found.shift, dict(zip(names, off.tolist(), strict=True)))


def alignment_findings(found: Alignment, budget: float | None, where: str) -> tuple[Finding, ...]:
    """Residuals against the overlay budget [m], and a size that no part has; residuals in metres."""
    worst = max(found.residuals.values())
    result = []
    if len(found.residuals) == 2 and found.scale != 1.0:
        text = "two fiducials fix a change of size exactly: nothing is left to check it with; measure a third"
        result.append(Finding("alignment-unchecked", "warning", where, text))
    if abs(found.scale - 1.0) > SHEAR:
        text = f"the part would be {found.scale - 1.0:+.3%} larger than drawn: is a fiducial mistaken?"
        result.append(Finding("alignment-scale", "error", where, text, found.scale, 1.0 + SHEAR))
    if budget is None:
        text = f"fiducials lie up to {worst * 1e6:.2f} um off; how much the overlay may err is not known"
        result.append(Finding("alignment-residual", "warning", where, text, worst))
    elif worst > budget:
        name = max(found.residuals, key=lambda n: found.residuals[n])
        text = f"fiducial {name} lies {worst * 1e6:.2f} um from its place, {budget * 1e6:.2f} um are allowed"
        result.append(Finding("alignment-residual", "error", where, text, worst, budget, "m", "measure it again"))
    return tuple(result)
