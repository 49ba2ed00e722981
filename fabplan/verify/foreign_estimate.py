"""What a comb that somebody else drew delivers: the planner's own estimator on measured lengths and volumes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fabplan import units
from fabplan.catalog.loader import Catalog, find, fold
from fabplan.catalog.types import Material, Recipe
from fabplan.errors import BadInput, Problem, listed
from fabplan.planner import cell_document, drawn, electrical
from fabplan.planner.route import Choice, Route, method_of
from fabplan.verify.foreign import Foreign
from fabplan.verify.layer_map import LayerMap, MappedLayer

KIND = "interdigital"
ELECTRODES = ("anode", "cathode")


def estimate(found: Foreign, layer_map: LayerMap, catalog: Catalog, where: str) -> dict[str, Any] | None:
    """Rates, capacities and what is not known; None where the map does not ask for it (no ``[cell]``).

    The gap is the smallest one, collectors are not counted, and the electrodes are one material each.

    Raises
    ------
    BadInput : the map asks for it and something is missing or unknown
    """
    if not layer_map.cell:
        return None
    layers = {role: [one for one in layer_map.layers if one.role == role] for role in ELECTRODES}
    problems = [*_missing(layers, where), *_not_a_comb(found, where)]
    if problems:
        raise BadInput(problems)
    choices = _choices(layers, layer_map.cell, catalog, where)
    route = Route(choices, (), choices["electrolyte"].material, None, catalog.facilities["any"])
    chem = electrical.chemistry(route, catalog)
    if chem.dense:
        raise BadInput(Problem("dense films side by side are not estimated", f"{where}: cell", None, "porous layers"))
    geometry = _geometry(found, layer_map, electrical.cutoffs(chem, catalog)[0], where)
    document = cell_document.document(chem, catalog, [geometry], _rates(layer_map.cell, where), KIND)
    per_metre = float(document["cells"][0]["design"]["Q_1C_Ah_m"])
    scale = cell_document.scale(KIND, geometry)
    cell = drawn.Drawn(geometry, document, KIND, scale, per_metre * scale)
    rates, _ = drawn.discharges(cell)
    return {
        "one_c_current_A": cell.one_c, "cutoff_V": geometry["cut_off"], "rates": rates,
        "confidence": drawn.confidence(chem), "not_counted": ["collectors", *(f"{w}: {c}" for w, c in chem.unknown)],
    }  # fmt: skip


def _choices(
    layers: Mapping[str, list[MappedLayer]], cell: Mapping[str, Any], catalog: Catalog, where: str
) -> dict[str, Choice]:
    """Materials and recipes of both electrodes and the electrolyte.

    Raises
    ------
    BadInput : with all that is unknown or missing
    """
    found, problems = dict[str, Choice](), list[Problem]()
    for role in (*ELECTRODES, "electrolyte"):
        try:
            if role in ELECTRODES:
                found[role] = _choice(role, layers[role][0], catalog, where)
            else:
                found[role] = _electrolyte(cell, catalog, where)
        except BadInput as fault:
            problems += fault.problems
    if problems:
        raise BadInput(problems)
    return found


def _material(catalog: Catalog, name: str, facet: str, where: str) -> Material:
    """A material that is an electrode or an electrolyte; only such ones are proposed.

    Raises
    ------
    BadInput : no such material, or it is none
    """
    fitting = {key: one for key, one in catalog.materials.items() if getattr(one, facet) is not None}
    known = {fold(word): m for m in catalog.materials.values() for word in (m.id, *m.aliases)}
    other = known.get(fold(name))
    if other is not None and getattr(other, facet) is None:
        raise BadInput(Problem(f"not an {facet} material", where, other.id, listed(fitting, 20)))
    return find(fitting, name, where)


def _missing(layers: Mapping[str, list[MappedLayer]], where: str) -> list[Problem]:
    """What the map must say of the electrodes."""
    problems = []
    for role, own in layers.items():
        if not own:
            problems.append(Problem(f"no layer is the {role}", f"{where}: layers", None, f'role = "{role}"'))
        for layer in own:
            given = {"material": layer.material, "thickness": layer.thickness}
            lost = [key for key, value in given.items() if not value]
            problems += [Problem("a key is missing", f"{where}: layers.{layer.name}.{key}") for key in lost]
        if len({layer.material for layer in own}) > 1:
            problems.append(Problem(f"the {role} has several materials", f"{where}: layers", None, "one"))
    return problems


def _not_a_comb(found: Foreign, where: str) -> list[Problem]:
    facing, gap = found.geometry.get("facing_length_m"), found.geometry.get("minimum_gap_m")
    if facing and gap:
        return []
    allowed = "anode and cathode side by side, with level and upright edges"
    return [Problem("the electrodes do not face each other across a gap", f"{where}: cell", None, allowed)]


def _choice(role: str, layer: MappedLayer, catalog: Catalog, where: str) -> Choice:
    """Material of an electrode, and the recipe that says what the finished layer is inside."""
    key = f"{where}: layers.{layer.name}"
    material = _material(catalog, layer.material, "electrode", f"{key}.material")
    recipes = [r for r in catalog.recipes.values() if material.id in r.materials and r.microstructure is not None]
    return _made(role, material, layer.recipe, recipes, catalog, f"{key}.recipe")


def _electrolyte(cell: Mapping[str, Any], catalog: Catalog, where: str) -> Choice:
    name, key = cell.get("electrolyte"), f"{where}: cell.electrolyte"
    if not isinstance(name, str):
        raise BadInput(Problem("a key is missing", key, None, "name of a material"))
    material = _material(catalog, name, "electrolyte", key)
    recipes = [recipe for recipe in catalog.recipes.values() if material.id in recipe.materials]
    return _made("electrolyte", material, recipes[0].id if recipes else "", recipes, catalog, key)


def _made(
    role: str, material: Material, name: str, recipes: list[Recipe], catalog: Catalog, where: str
) -> Choice:
    """How it was made: the named recipe, or the only one there is."""
    if name:
        recipe = find(catalog.recipes, name, where)
    elif len(recipes) == 1:
        recipe = recipes[0]
    else:
        allowed = listed([r.id for r in recipes]) or f"no recipe of the catalog leaves {material.id}"
        raise BadInput(Problem("which recipe made it?", where, None, allowed))
    module, settings = method_of(recipe, f"recipes/{recipe.id}.toml")
    return Choice(role, material, recipe, module, settings, "named in the layer map")


def _geometry(found: Foreign, layer_map: LayerMap, cut_off: float, where: str) -> dict[str, float]:
    """The mapping of `cell_document.document` from what was measured."""
    measured = {key: float(value) for key, value in found.geometry.items() if value is not None}
    height = max(layer.thickness or 0.0 for layer in layer_map.layers if layer.role in ELECTRODES)
    cell = layer_map.cell
    lid = units.parse(cell["lid_height"], "length", f"{where}: cell.lid_height") if "lid_height" in cell else height
    end = units.parse(cell["cut_off"], "voltage", f"{where}: cell.cut_off") if "cut_off" in cell else cut_off
    gap = measured["minimum_gap_m"]
    return {
        "anode_volume": measured["anode_volume_m3"], "cathode_volume": measured["cathode_volume_m3"],
        "facing_length": measured["facing_length_m"], "gap": gap, "height": height, "lid_height": max(lid, height),
        "reference_area": measured["cathode_area_m2"], "electrolyte_thickness": gap, "contact": 0.0, "cut_off": end,
    }  # fmt: skip


def _rates(cell: Mapping[str, Any], where: str) -> list[float]:
    given = cell.get("rates", list(drawn.RATES))
    good = isinstance(given, list) and 0 < len(given) <= 100
    if not good or not all(isinstance(r, int | float) and 1e-6 <= r <= 1e4 for r in given):
        raise BadInput(Problem("not C-rates", f"{where}: cell.rates", repr(given)[:60], "[0.1, 1, 10]"))
    return [float(rate) for rate in given]
