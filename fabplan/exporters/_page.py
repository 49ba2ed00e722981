"""Scripts of a page that loads nothing, and the policy that lets only them run."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

from fabplan import rendering

#: of pages with plots and tables in the manner of the report
PAGE_SCRIPTS = ("common.js", "charts.js", "tables.js", "notes.js")


def page_scripts(names: Sequence[str]) -> dict[str, Any]:
    """The scripts of a page and the policy that lets only them run: SHA-256 of their text (CSP level 3, 2.3.1)."""
    paths = [f"report/scripts/{name}" for name in names]
    digests = [hashlib.sha256(rendering.render(path).encode()).digest() for path in paths]
    allowed = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return {"scripts": paths, "allowed_scripts": allowed}
