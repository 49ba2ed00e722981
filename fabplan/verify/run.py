"""An output folder read back: is it whole, and do its masks and programs say what plan.json says?"""

from __future__ import annotations

import os
from pathlib import Path

from fabplan.findings import Finding, errors, ordered
from fabplan.geometry.region import Region
from fabplan.layout.drc import Checked
from fabplan.verify._regions import read_design
from fabplan.verify.folder import verify_folder
from fabplan.verify.masks import NOT_DESIGN, entries_of, verify_masks
from fabplan.verify.programs import verify_programs
from fabplan.verify.rule_file import checked


def verify(folder: str | os.PathLike[str]) -> tuple[Finding, ...]:
    """Findings about an output folder, worst first; none of severity error when all is as planned.

    A folder that is not whole is not read any further: its geometry would be somebody else's.

    Raises
    ------
    BadInput : no such folder, or no output of fabplan
    """
    findings, plan = verify_folder(Path(folder))
    if plan is None or errors(findings):
        return ordered(findings)
    return ordered([*findings, *verify_masks(Path(folder), plan), *verify_programs(Path(folder), plan)])


def rules_checked(folder: str | os.PathLike[str]) -> tuple[Checked, ...]:
    """Every rule of the delivery in a folder with its violations; none where it has no masks or no rules.

    Raises
    ------
    BadInput : design or rules cannot be read
    """
    masks = Path(folder) / "masks"
    found = [path for path in sorted(masks.glob("*.gds")) if not path.stem.endswith(NOT_DESIGN)]
    return checked(masks, read_design(found[0]).layers) if found else ()


def layers_drawn(folder: str | os.PathLike[str]) -> tuple[tuple[str, str, Region], ...]:
    """Name, role and polygons of every layer of a delivery's design, bottom-up; none where it has no masks.

    Raises
    ------
    BadInput : design or plan.json cannot be read
    """
    found = [path for path in sorted((Path(folder) / "masks").glob("*.gds")) if not path.stem.endswith(NOT_DESIGN)]
    _, plan = verify_folder(Path(folder))
    if not found or plan is None:
        return ()
    drawn = read_design(found[0]).layers
    return tuple(
        (str(entry["name"]), str(entry["role"]), drawn[pair])
        for entry in entries_of(plan)
        if (pair := (int(entry["layer"]), int(entry["datatype"]))) in drawn
    )
