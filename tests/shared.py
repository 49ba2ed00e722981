"""Where the reference data for comparisons lies; tests skip with a reason when it is not there."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("FABPLAN_SHARED") or ROOT.parent / "shared").resolve()
EXAMPLES = ROOT / "process_recipes" / "specs"
