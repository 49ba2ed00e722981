"""Which of the known dialects a program is written in, by what its header says."""

from __future__ import annotations

import re

from fabplan.verify._claims import joined
from fabplan.verify._grammars import GRAMMARS

_DIALECT = re.compile(r"\bdialect=([\w.-]+)(?: reads-as=([\w.-]+))?")


def told_dialect(text: str) -> tuple[str, str]:
    """Dialect of a program and the known one that it is run as; each ``""`` where the header does not say it.

    A dialect of a user's own names the one whose words it shares.
    """
    found = _DIALECT.search(joined(text))
    if found is None:
        return "", ""
    name, base = found[1], found[2] or ""
    return name, name if name in GRAMMARS else base if base in GRAMMARS else ""
