"""What controllers of tools read or show, beside the sheets: tables, layer lists, programs, archives.

Every number is a set point of the step's sheet. No file is claimed to load into a tool: all are marked for
transcription, and what nobody knows stays empty.
"""

from __future__ import annotations

from fabplan import rendering
from fabplan.exporters import _controller_ald, _controller_layers, _controller_nomad, _controller_sml
from fabplan.exporters._controller_points import FOLDER, Written, printable
from fabplan.planner.plan import Plan

DESCRIPTION = "set points in the formats of tool controllers, for transcription (recipes/controllers/*)"


def export(plan: Plan) -> dict[str, bytes]:
    """Controller files of all steps and the list of them; nothing when no step has any."""
    written = files(plan)
    if not written:
        return {}
    rows = [(file, printable(file.remark), file.path.removeprefix(f"{FOLDER}/")) for file in written]
    listed = rendering.render("controllers.md", plan_name=printable(plan.name), rows=rows)
    return {f"{FOLDER}/README.md": listed.encode(), **{file.path: file.content for file in written}}


def files(plan: Plan) -> list[Written]:
    """All files in the order of the flow, the list of layers first."""
    found = _controller_layers.write(plan)
    for step in plan.steps:
        found += _controller_ald.write(step)
        found += _controller_sml.write(plan, step)
        found += _controller_nomad.write(plan, step)
    return found
