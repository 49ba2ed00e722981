"""The main scale of a vernier on a plate, onto which each head of a printer prints its fine scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fabplan.geometry.region import joined, nanometres, rectangle, translated
from fabplan.layout import _monitor_shapes as shapes
from fabplan.layout._monitor_types import ROUND, Block, PlateFacts, floor_of, up
from fabplan.layout.calibration_scale import BARS, Scale

KINDS = {"x": "print-vernier-x", "y": "print-vernier-y"}


def printed_scales(plates: Sequence[PlateFacts], heads: Sequence[str], scale: Scale, least: int) -> Iterator[Block]:
    """One pair of main scales for every head, on the last plate before printing; nothing without a plate.

    Parameters
    ----------
    plates : in order of use
    heads : what each head prints, in the order of their programs
    scale : sizes of the vernier
    least : no line or gap is drawn narrower [nm]
    """
    plate = next((p for p in reversed(plates) if p.conductor and not p.foil), None)
    if plate is None:
        return
    width = up(max(nanometres(scale.bead), plate.line, floor_of(plate, least)), 2 * ROUND)
    pitch, step, bar, clear = (nanometres(v) for v in (scale.pitch, scale.step, scale.bar, scale.clear))
    if pitch - width < max(plate.gap, floor_of(plate, least)):
        return  # the plate cannot draw a scale as fine as the beads
    side, low = BARS * (pitch + step) + 3 * width, -(clear // 2 + 2 * bar)
    corners = [rectangle(x - width // 2, low, x + width // 2, low + width) for x in (-side, side)]
    main = translated(shapes.vernier(width, pitch, bar, upwards=True), 0, clear // 2)
    drawn = joined([main, *corners])
    for head in heads:
        for axis, kind in KINDS.items():
            region = drawn if axis == "x" else shapes.turned(drawn)
            yield Block(
                kind, {plate.number: region},
                f"print the fine scale of {head} onto it (jobs/, mask-vernier): number of the bars that meet, times "
                f"the step, is how far the print lies along {axis} against the plate, the other way",
                0.0, "m",
                f"step {step * 1e-3:g} um, range {step * 1e-3 * BARS:g} um either way; pitch {pitch * 1e-3:g} um on "
                f"plate {plate.number}; the two squares bound the printed scale",
            )  # fmt: skip
