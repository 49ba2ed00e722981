"""How filaments start and end: what the record of the ink says, else that of the machine."""

from __future__ import annotations

from fabplan.catalog.types import Ink, Machine, Style
from fabplan.layout.types import LineStyle
from fabplan.records import Quantity

_LENGTHS = ("lead_in", "shutoff_distance", "suckback", "wipe", "backtrack_gap", "backtrack_length", "retract_height")
_SPEEDS = ("backtrack_speed", "retract_speed", "down_speed")


def chosen(name: str, machine: Machine, ink: Ink | None = None) -> float | None:
    """Value of one key of the style: the ink's, else the machine's, else None."""
    for style in (ink.style if ink else None, machine.style):
        given: Quantity | None = getattr(style, name) if isinstance(style, Style) else None
        if given is not None and given.value is not None:
            return given.value
    return None


def line_style(machine: Machine, ink: Ink | None = None) -> LineStyle:
    """Style of the filaments of an ink on a machine; what no record gives is not done."""
    lengths = {name: chosen(name, machine, ink) or 0.0 for name in _LENGTHS}
    speeds = [chosen(name, machine, ink) for name in _SPEEDS]
    return LineStyle(**lengths, backtrack_speed=speeds[0], retract_speed=speeds[1], down_speed=speeds[2])


def delays(machine: Machine, ink: Ink | None = None) -> tuple[float | None, float | None]:
    """Waits after opening and after closing the valve [s]: of the style, else those of the machine."""
    start, stop = chosen("pre_move_delay", machine, ink), chosen("end_dwell", machine, ink)
    of_machine = [q.value if q else None for q in (machine.start_delay, machine.stop_delay)]
    return (of_machine[0] if start is None else start, of_machine[1] if stop is None else stop)


def head_offset(machine: Machine, tool: int) -> tuple[float, float, float]:
    """Nozzle of a head, seen from that of head 0 [m]; where no record gives it, the controller must know it."""
    if tool >= len(machine.heads):
        return 0.0, 0.0, 0.0
    head = machine.heads[tool]
    x, y, z = ((q.value or 0.0) if q else 0.0 for q in (head.offset_x, head.offset_y, head.offset_z))
    return x, y, z
