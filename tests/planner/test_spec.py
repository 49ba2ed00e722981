"""The spec door: units, defaults, all faults at once, nearest names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabplan.errors import BadInput
from fabplan.planner import spec as specs
from fabplan.planner import spec_source

GOOD = {"name": "cell", "target": {"capacity": "20 uAh"}, "footprint": {"size": ["3 mm", "3 mm"]}}


def with_(table: str, **entries: object) -> dict[str, object]:
    return {**GOOD, table: {**GOOD.get(table, {}), **entries}}  # type: ignore[dict-item]


def faults(data: dict[str, object]) -> list[str]:
    with pytest.raises(BadInput) as caught:
        specs.parse(data, "cell.toml")
    return [str(p) for p in caught.value.problems]


def test_a_minimal_spec_gets_the_documented_defaults() -> None:
    spec = specs.parse(GOOD, "cell.toml")
    assert spec.target.capacity == pytest.approx(0.072)
    assert (spec.target.c_rate, spec.target.margin, spec.target.objective) == (0.2, 0.05, "fabrication-time")
    assert (spec.footprint.width, spec.footprint.length, spec.footprint.terminals) == (3e-3, 3e-3, "inside")
    assert (spec.architecture, spec.facility) == (None, "any")


@pytest.mark.parametrize(
    ("data", "where", "nearest"),
    [
        (with_("target", capcity="1 uAh"), "target.capcity", "capacity"),
        (with_("target", capacity="20 V"), "target.capacity", None),
        (with_("target", capacity="20"), "target.capacity", None),
        (with_("target", capacity="-1 uAh"), "target.capacity", None),
        (with_("target", capacity="nan uAh"), "target.capacity", None),
        (with_("target", capacity=True), "target.capacity", None),
        (with_("target", capacity=[1]), "target.capacity", None),
        (with_("target", rate="1 kg"), "target.rate", None),
        (with_("target", rate="C/0"), "target.rate", None),
        (with_("target", margin=-0.1), "target.margin", None),
        (with_("target", objective="heigth"), "target.objective", "height"),
        (with_("target", load=5), "target.load", None),
        (with_("target", run_time="1 d"), "target.run_time", None),
        (with_("footprint", size=["3 mm"]), "footprint.size", None),
        (with_("footprint", size=["3 mm", "0 mm"]), "footprint.size", None),
        (with_("footprint", size=["3 mm", "3 s"]), "footprint.size", None),
        (with_("footprint", size="3 mm"), "footprint.size", None),
        (with_("footprint", size=["3 km", "3 km"]), "footprint.size", None),
        (with_("footprint", terminals="insied"), "footprint.terminals", "inside"),
        (with_("footprint", outline="chip.dxf"), "footprint.outline", None),
        (with_("cell", anod="lto"), "cell.anod", "anode"),
        (with_("cell", height_max="1 kg"), "cell.height_max", None),
        (with_("machine", dialekt="grbl"), "machine.dialekt", "dialect"),
        ({**GOOD, "name": "../../etc/cell"}, "name", None),
        ({**GOOD, "name": ""}, "name", None),
        ({**GOOD, "name": "a\0b"}, "name", None),
        ({**GOOD, "name": "nul"}, "name", None),
        ({**GOOD, "name": 7}, "name", None),
        ({**GOOD, "surprise": 1}, "surprise", None),
        ({**GOOD, "footprnt": {}}, "footprnt", "footprint"),
        ({**GOOD, "capacity": "20 uAh"}, "capacity", "target.capacity"),
        ({**GOOD, "target": 3}, "target", None),
        ({**GOOD, "compare": "sun"}, "compare", None),
        ({"name": "x", "footprint": {"size": ["1 mm", "1 mm"]}}, "target", None),
        ({"name": "x", "target": {"capacity": "1 uAh"}}, "footprint.size", None),
    ],
)
def test_one_fault_names_its_key_and_the_nearest_name(data: dict[str, object], where: str, nearest: str | None) -> None:
    found = faults(data)
    hit = [f for f in found if f"cell.toml: {where}" in f]
    assert hit, found
    if nearest is not None:
        assert any(f"did you mean '{nearest}'" in f for f in hit), hit


def test_all_faults_of_a_file_come_at_once() -> None:
    data = {
        "name": "/",
        "target": {"capacity": "1 m", "rate": "x"},
        "footprint": {"size": ["1 mm"]},
        "cell": {"anod": "lto"},
        "extra": 1,
    }
    text = "\n".join(faults(data))
    for key in ("name", "target.capacity", "target.rate", "footprint.size", "cell.anod", "extra"):
        assert f"cell.toml: {key}" in text


def test_options_and_sets_lie_over_the_file_in_that_order() -> None:
    options = {"capacity": "1 uAh", "footprint": "1 mm x 2 mm", "anode": "lto", "route": ("anode=direct-ink-writing",)}
    merged = spec_source.merged(
        GOOD, options, ["target.margin=0.2", "machine.dialect=grbl", "cell.anode=tio2", "objective=height"]
    )
    spec = specs.parse(merged, "command line")
    assert spec.target.capacity == pytest.approx(3.6e-3)
    assert (spec.footprint.width, spec.footprint.length) == (1e-3, 2e-3)
    assert (spec.target.margin, spec.dialect, spec.cell["anode"], spec.target.objective) == (
        0.2,
        "grbl",
        "tio2",
        "height",
    )
    assert spec.route == {"anode": "direct-ink-writing"}
    assert GOOD["target"] == {"capacity": "20 uAh"}, "the input was changed"


@pytest.mark.parametrize("item", ["x", "no.such.key=1", "target=1", "name.x=1", "=1", "target.=1", "a.b.c=1"])
def test_a_set_that_reaches_no_key_is_refused(item: str) -> None:
    with pytest.raises(BadInput):
        spec_source.merged(GOOD, {}, [item])


@pytest.mark.parametrize(("text", "rate"), [("1C", 1.0), ("C/5", 0.2), ("0.5", 0.5), ("2.5 C", 2.5), ("C / 10", 0.1)])
def test_rates(text: str, rate: float) -> None:
    assert specs.parse(with_("target", rate=text), "x").target.c_rate == pytest.approx(rate)


@given(
    st.dictionaries(
        st.text(max_size=12),
        st.one_of(st.none(), st.integers(), st.text(max_size=12), st.lists(st.integers(), max_size=2)),
        max_size=4,
    )
)
def test_any_table_is_parsed_or_refused_as_bad_input(entries: dict[str, object]) -> None:
    for data in ({**GOOD, "target": entries}, {**GOOD, "cell": entries}, {**GOOD, **entries}):
        try:
            specs.parse(data, "cell.toml")
        except BadInput as fault:
            assert fault.problems
