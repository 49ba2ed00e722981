"""What two materials do to each other: temperature limits and contacts, looked up the same way everywhere."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from fabplan.catalog.types import Contact, Material, TemperatureLimit

INERT = frozenset({"inert", "nitrogen", "forming-gas", "vacuum"})
OXIDISING = frozenset({"dry-air", "air", "oxygen"})


def temperature_limit(
    material: Material, atmosphere: str = "any", touching: Collection[str] = ()
) -> TemperatureLimit | None:
    """The limit that binds; None when no limit is known for that case.

    Limits belong to a material in an atmosphere on a neighbour. For every neighbour (and for none)
    the limit of the very atmosphere counts, else the lowest one of its family (inert or oxidising),
    else the one for any atmosphere; the lowest of all these binds. Where the atmosphere is ``"any"``
    every limit counts. A temperature equal to the limit is allowed.

    Parameters
    ----------
    atmosphere : one of `fabplan.catalog.types.ATMOSPHERES`
    touching : ids of the materials that it touches
    """
    groups: dict[str, list[TemperatureLimit]] = {}
    for limit in material.temperature_limits:
        if not limit.touching or limit.touching in touching:
            groups.setdefault(limit.touching, []).append(limit)
    binding = [limit for group in groups.values() for limit in _of_atmosphere(group, atmosphere)]
    known = [limit for limit in binding if limit.temperature.value is not None]
    return min(known, key=lambda limit: limit.temperature.value or 0.0, default=None)


def _of_atmosphere(limits: list[TemperatureLimit], atmosphere: str) -> list[TemperatureLimit]:
    if atmosphere == "any":
        return limits
    family = INERT if atmosphere in INERT else OXIDISING
    for names in ({atmosphere}, family, {"any"}):
        found = [limit for limit in limits if limit.atmosphere in names]
        if found:
            return found
    return []


def contacts(first: Material, second: Material, potential: float | None = None) -> tuple[Contact, ...]:
    """Rules of both materials about each other.

    Parameters
    ----------
    potential : potential of the place against lithium [V]; rules about potentials count only where
        it is beyond their bound, and always when it is None (unknown: be told)
    """
    found = [rule for rule in first.contacts if _means(rule, second) and _holds(rule, potential)]
    if second.id != first.id:
        found += [rule for rule in second.contacts if _means(rule, first) and _holds(rule, potential)]
    return tuple(found)


def _means(rule: Contact, other: Material) -> bool:
    electrolyte = other.electrolyte
    if rule.material and rule.material != other.id:
        return False
    if rule.kind and rule.kind not in other.kinds:
        return False
    if rule.salt and (electrolyte is None or electrolyte.salt != rule.salt):
        return False
    if rule.solvents and (electrolyte is None or not _share(rule.solvents, electrolyte.solvents)):
        return False
    return bool(rule.material or rule.kind or rule.salt or rule.solvents)


def _share(first: Iterable[str], second: Iterable[str]) -> bool:
    return not set(first).isdisjoint(second)


def _holds(rule: Contact, potential: float | None) -> bool:
    if potential is None:
        return True
    above = rule.above.value if rule.above else None
    below = rule.below.value if rule.below else None
    return (above is None or potential > above) and (below is None or potential < below)
