"""Where the numbers of the pages beside the report come from: comparison, estimate, grid of designs, schedule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fabplan.exporters._origins import Note, Origins, numbered, weakest
from fabplan.exporters._sources import Piece, pieces
from fabplan.planner.plan import Plan
from fabplan.planner.structures import Comparison
from fabplan.records import worst

COMMAND = Note("As the command asks", "high", "the command line")
TIERS = {"fast": "the closed form", "accurate": "the simulated discharge"}


def of_comparison(found: Comparison) -> Origins:
    """Notes of ``fabplan compare``: one a structure with what its estimate rests on, and what all have in common."""
    plans = [(contender.start, contender.plan) for contender in found.contenders if contender.plan is not None]
    return numbered([*_structures(plans), *_common(found, [made for _, made in plans])])


def _common(found: Comparison, plans: Sequence[Plan]) -> Iterator[tuple[str, Note]]:
    sure = worst([str(made.estimate["confidence"]) for made in plans]) if plans else "low"
    known = [s.time_confidence for made in plans for s in made.steps if s.duration is not None]
    own = "the inputs that the notes of the structures name"
    yield "asked", Note("As the request asks", "high", "the spec and the command line, which compare.json holds")
    yield "estimate", Note("Computed by the estimator for every structure as drawn; the worst confidence", sure, own)
    yield "most", Note("Estimated by the search for a design that was not drawn", "low", "the records of the route")
    yield "drawing", Note(
        "Measured: the drawing has it to a nanometre; what is made differs within the tolerances", "high", "the drawing"
    )
    yield "steps", Note("Counted", "high", "the plan of the structure")
    yield "times", Note("Sum of the known times of the steps", worst(known), "the recipes of the steps")


def _structures(plans: Sequence[tuple[str, Plan]]) -> Iterator[tuple[str, Note]]:
    for start, made in plans:
        yield f"of-{start}", Note(
            f"{made.architecture_title}: computed by the estimator for the cell as drawn",
            str(made.estimate["confidence"]),
            f"its inputs, which its report lists one by one{weakest(made)}",
            _electrodes(made),
        )


def _electrodes(made: Plan) -> tuple[Piece, ...]:
    """Sources of the records of both electrodes."""
    found = dict.fromkeys(made.materials[role].source for role in ("anode", "cathode") if role in made.materials)
    return pieces("; ".join(source for source in found if source))


def of_estimate(result: Mapping[str, Any]) -> Origins:
    """Notes of ``fabplan estimate``; the cells are given, so that their confidence is what the numbers rest on."""
    rests = "the cells that were given"
    tiers = dict.fromkeys(str(entry["tier"]) for entry in result["results"])
    how = " and ".join(f"{TIERS.get(tier, 'the solver')} (tier {tier})" for tier in tiers)
    flagged = sum(bool(entry["doubt"]) for entry in result["results"])
    doubt = f"; {flagged} of {len(result['results'])} are flagged, as the last column says" if flagged else ""
    return numbered([
        ("discharges", Note(f"Computed by {how}{doubt}", "low" if flagged else "", rests)),
        ("pulses", Note("Simulated, a step of current on the cell at rest", "", rests)),
        ("charging", Note("Simulated from the discharged cell", "", rests)),
        ("resistance", Note("Computed at full charge, part by part", "", rests)),
        ("also", Note("Computed by the estimator", "", rests)),
        ("draws", Note("Computed with all uncertain inputs drawn at once from their ranges", "", "these ranges")),
        ("swing", Note("Computed with one input at an end of its range, the others as given", "", "these ranges")),
        ("asked", COMMAND),
    ])  # fmt: skip


def of_designs(name: str, flagged: int) -> Origins:
    """Notes of ``fabplan estimate --vary``."""
    how = f"Computed by the closed form (fast tier) for {name} with these sizes"
    doubt = f"; {flagged} discharges of the grid are flagged as outside of what it is good for" if flagged else ""
    return numbered([
        ("asked", COMMAND),
        ("designs", Note(how + doubt, "low" if flagged else "", "the cell that was given")),
    ])  # fmt: skip


def of_schedule(optimal: bool) -> Origins:
    """Notes of ``fabplan schedule``: times rest on the recipes, what is a count or a proof does not."""
    rests = "the durations and longest waits of the recipes, which the report of each route shows with their source"
    proof = "Found by the search; its proof that nothing is shorter is exact" if optimal else "Found by the search"
    return numbered([
        ("times", Note(f"{proof} for these durations in whole minutes", "", rests)),
        ("tools", Note("As the tools and their shifts are given", "high", "the file of the schedule and the facility")),
        ("limits", Note("End of the run and the longest wait of its recipe", "", "the recipes of both steps")),
    ])  # fmt: skip
