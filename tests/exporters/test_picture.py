"""The picture of the masks shows what a reader looks for."""

from __future__ import annotations

from fabplan.exporters._picture import masks
from tests.planner.plans import shipped_plan


def test_the_relief_lies_above_the_films_that_cover_it() -> None:
    picture = masks(shipped_plan("coaxial").layers)
    assert picture is not None
    names = [group.label.split(",")[0] for group in picture.groups]
    assert names.index("relief") > names.index("anode-collector") and names.index("relief") > names.index("cathode")
