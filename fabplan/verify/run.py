"""An output folder read back: is it whole, and do its masks and programs say what plan.json says?"""

from __future__ import annotations

import os
from pathlib import Path

from fabplan.findings import Finding, errors, ordered
from fabplan.verify.folder import verify_folder
from fabplan.verify.masks import verify_masks
from fabplan.verify.programs import verify_programs


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
