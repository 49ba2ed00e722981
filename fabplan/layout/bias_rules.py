"""Whether the bias of a plate leaves the drawing what it is: nothing narrow is lost, no gap closes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fabplan.findings import Finding
from fabplan.geometry.offset import changed
from fabplan.geometry.region import nanometres
from fabplan.layout.masks import on_plate
from fabplan.layout.types import Layer, Mask
from fabplan.layout.words import at, microns


def mask_bias(drawn: Sequence[Layer], masks: Sequence[Mask]) -> Iterable[Finding]:
    """``mask-bias``: every plate whose bias does more than move edges, with the place; an error."""
    regions = {layer.name: layer.region for layer in drawn}
    for mask in masks:
        shift = nanometres(mask.bias)
        if not shift:
            continue
        place = changed(on_plate([regions[name] for name in mask.layers], 0.0), shift)
        if place is not None:
            yield _impossible(mask, place)


def _impossible(mask: Mask, place: tuple[float, float]) -> Finding:
    least = 2 * abs(mask.bias)
    what = "lines that narrow vanish" if mask.bias < 0 else "gaps that narrow close"
    change = "wider lines" if mask.bias < 0 else "a wider gap"
    return Finding(
        "mask-bias", "error", at(f"plate {mask.number} ({mask.name})", place),
        f"edges are drawn {microns(abs(mask.bias))} {'inside' if mask.bias < 0 else 'outside'} of the design "
        f"({mask.bias_source}), which takes {microns(least)} of every line or gap: {what} on the plate",
        None, least, "m", f"{change} than {microns(least)}, or a process with less bias",
    )  # fmt: skip
