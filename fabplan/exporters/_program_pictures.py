"""Pictures of a program, whoever wrote it: each layer with its ways, and a page that plays it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fabplan import rendering
from fabplan.exporters import _palette
from fabplan.exporters._page import page_scripts
from fabplan.exporters._picture import WIDTH, bar_of, height_of, padded
from fabplan.exporters._player import program_data, shortened
from fabplan.exporters._printing import printing
from fabplan.exporters._svg import line_path, number
from fabplan.geometry.region import Box, nanometres
from fabplan.layout.types import Array, Toolpath

ROLES = ("anode", "cathode", "electrolyte", "scaffold")  # colours of heads that nobody gave a role
MOST_LINES = 20_000  # of one picture
_SCRIPTS = ("common.js", "plane.js", "player.js")
_THINNEST = 1.5  # picture units of a line


@dataclass(frozen=True)
class Lines:
    """What one head prints in a layer: its label, its role for the colour, and polylines [m], seen from above."""

    label: str
    role: str
    polylines: tuple[Array, ...]


def layer_picture(title: str, printed: Sequence[Lines], travels: Sequence[Array], width: float) -> bytes:
    """One layer as SVG: full lines where ink flows, dashed ones for the ways between them.

    Parameters
    ----------
    title : what is shown
    printed : by head
    travels : polylines [m]
    width : of a bead [m], 0 for a thin line
    """
    every = [line for lines in printed for line in lines.polylines]
    places = np.concatenate(every) if every else np.zeros((1, 2))
    low, high = places.min(axis=0).tolist(), places.max(axis=0).tolist()
    box = padded((nanometres(low[0]), nanometres(low[1]), nanometres(high[0]), nanometres(high[1])), 0.06)
    scale = WIDTH / max(box[2] - box[0], 1)
    bar, bar_label = bar_of(box)
    inks = [
        {
            "label": lines.label,
            "colour": _palette.css(lines.role),
            "path": "".join(line_path(_placed(line, box, scale)) for line in lines.polylines[:MOST_LINES]),
        }
        for lines in printed
    ]
    left_out = sum(max(len(lines.polylines) - MOST_LINES, 0) for lines in printed)
    height = height_of(box)
    text = rendering.render(
        "simulate/layer.svg", title=title, width=number(WIDTH + 40), height=number(height + 110 + 20 * len(inks)),
        size="14", inks=inks, line=number(max(width * 1e9 * scale, _THINNEST)), tall=number(height),
        wide=number(WIDTH), bar=bar, bar_label=bar_label,
        travel="".join(line_path(_placed(line, box, scale)) for line in travels[:MOST_LINES]),
        note=f"{left_out} further lines are not drawn" if left_out else "",
    )  # fmt: skip
    return text.encode()


def _placed(points: Array, box: Box, scale: float) -> list[tuple[float, float]]:
    return [((x * 1e9 - box[0]) * scale, (box[3] - y * 1e9) * scale) for x, y in points.tolist()]


def page(
    title: str, paths: Sequence[Toolpath], rows: Sequence[tuple[str, str]], findings: Sequence[Mapping[str, str]]
) -> bytes:
    """A page that loads nothing: the facts, what was found, and the player.

    Parameters
    ----------
    paths : one a head
    rows : facts and their values
    findings : severity, where and message of each
    """
    roles = {path.name: ROLES[k % len(ROLES)] for k, path in enumerate(paths)}
    programs = [program_data(path, roles[path.name]) for path in paths if len(path.kinds)]
    text = rendering.render(
        "simulate/page.html", title=title, rows=rows, findings=findings, player=programs,
        player_note=shortened(programs), printing=printing(tuple(paths), roles), masks=None,
        **page_scripts(_SCRIPTS),
    )  # fmt: skip
    return text.encode()
