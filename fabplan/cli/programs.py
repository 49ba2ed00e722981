"""What the commands that read programs share: options of the machine, and the id of a dialect."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from fabplan import units
from fabplan.cli.common import Common

if TYPE_CHECKING:
    from fabplan.verify._program_file import Bounds
    from fabplan.verify.simulate import Bench


def dialect_id(common: Common, name: str | None) -> str | None:
    """Id of a dialect by any of its names; None for None."""
    if name is None:
        return None
    from fabplan.catalog.loader import find  # the catalog only where a dialect is named

    return find(common.catalog().dialects, name, "--dialect").id


def bench_and_bounds(
    common: Common, machine: str | None, acceleration: str | None = None, travel_speed: str | None = None,
    nozzle: str | None = None, piston: str | None = None,
) -> tuple[Bench, Bounds]:  # fmt: skip
    """What is known of the machine: its record, and over it what the options say."""
    from fabplan.catalog.loader import find  # numpy and the catalog: when a program is read
    from fabplan.verify._program_file import Bounds
    from fabplan.verify.simulate import Bench

    record = find(common.catalog().machines, machine, "--machine") if machine else None
    bore = units.parse(nozzle, "length", "--nozzle") if nozzle else None
    given = units.parse(acceleration, "acceleration", "--acceleration") if acceleration else None
    fitted = next((n for n in record.nozzles if bore and _value(n.diameter) == bore), None) if record else None
    outer, cone = _value(fitted and fitted.outer_diameter), _value(fitted and fitted.cone_half_angle)
    speed = units.parse(travel_speed, "speed", "--travel-speed") if travel_speed else None
    bench = Bench(
        speed or _value(record and record.travel_speed),
        given or _value(record and record.acceleration),
        _value(record and record.corner_deviation) or 0.0,
        bore,
        units.parse(piston, "length", "--piston") if piston else _value(record and record.piston_diameter),
        "as you said" if given or record is None else f"machine {record.id}",
    )
    bounds = Bounds(
        _value(record and record.travel_x), _value(record and record.travel_y), (bore or 0.0) / 2,
        (outer or 0.0) / 2, math.radians(cone or 0.0),
    )  # fmt: skip
    return bench, bounds


def _value(quantity: Any) -> float | None:
    return quantity.value if quantity is not None else None
