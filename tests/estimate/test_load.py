"""Loads: what they ask, and walking through every pulse against the jump over them."""

from __future__ import annotations

import numpy as np
import pytest

from fabplan.catalog.loader import load as load_catalog
from fabplan.errors import BadInput
from fabplan.estimate import load, reduced
from fabplan.estimate.load import Profile, Pulse
from tests.estimate.examples import cells, reference

BEACON = Profile("beacon", 1.9e-6, (Pulse(5.3e-3, 3e-3, 1.0),), 1.8, 17.8e-6)


def model(kind: str = "porous-stack") -> reduced.Reduced:
    return reduced.reduce(cells(kind))[0]


def test_what_a_beacon_asks() -> None:
    found = load.load_requirement(BEACON)
    assert found.average_current == pytest.approx(17.8e-6) and found.peak_current == pytest.approx(5.3019e-3)
    assert found.longest_pulse == 3e-3 and found.unknown == ()
    assert found.charge_per_day == pytest.approx(17.8e-6 * 86400.0)
    assert found.most_resistance(2.3) == pytest.approx(94.3, abs=0.1)


def test_nothing_is_invented() -> None:
    profile = Profile("led", 0.0, (Pulse(0.5e-3, None, None),))
    found = load.load_requirement(profile)
    assert found.average_current is None and found.charge_per_day is None and found.longest_pulse is None
    assert found.peak_current == 0.5e-3 and len(found.unknown) == 2
    with pytest.raises(BadInput, match="duration of pulse 1"):
        load.survives(model(), profile, 1e-4)


def test_shares_of_time_give_an_average() -> None:
    mote = Profile("mote", 16.85e-6, tuple(Pulse(a, None, None, b) for a, b in ((8e-3, 0.01), (8e-3, 0.0075))))
    assert load.load_requirement(mote).average_current == pytest.approx(16.85e-6 + 8e-3 * 0.0175)


def test_a_pattern_holds_all_pulses() -> None:
    profile = Profile("two", 1e-6, (Pulse(1e-3, 0.01, 2.0), Pulse(2e-3, 0.003, 0.5)))
    made = load.pattern(profile)
    assert sum(time for _, time in made) == pytest.approx(2.0)
    assert sum(current * time for current, time in made) == pytest.approx(2e-6 + 1e-5 + 4 * 6e-6)
    assert made[0][0] == pytest.approx(3.001e-3)


@pytest.mark.parametrize(
    "pulses",
    [
        (Pulse(1e-3, 2.0, 1.0),),
        (Pulse(1e-3, 0.0, 1.0),),
        (Pulse(1e-3, 0.1, 1.0), Pulse(1e-3, 0.1, 0.7)),
        (Pulse(1e-3, 1e-5, 1e-3), Pulse(1e-3, 0.1, 1e4)),
    ],
)
def test_bad_patterns(pulses: tuple[Pulse, ...]) -> None:
    with pytest.raises(BadInput):
        load.pattern(Profile("bad", 0.0, pulses))


def test_a_jump_is_as_good_as_walking() -> None:
    """Every pulse until the end, against the bisection over jumps."""
    cell, extent = model(), 2e-5
    profile = Profile("busy", 1e-5, (Pulse(5e-3, 0.5, 20.0),), 1.3)
    found = load.survives(cell, profile, extent)
    segments = [(current / extent, time) for current, time in load.pattern(profile)]
    state, periods, good = reduced.rest(cell), 0, True
    while good:
        for current, seconds in segments:
            state = reduced.advance(cell, state, current, seconds)
            good &= float(reduced.outputs(cell, state, current).voltage[0]) >= 1.3
        periods += good
    assert found.periods == periods > 100 and found.seconds == periods * 20.0
    assert found.first_least_voltage > found.last_least_voltage >= 1.3


def test_averages_mislead() -> None:
    """The same mean current as pulses ends earlier than as a steady draw."""
    cell, extent = model(), 1.05e-5
    pulsed = load.survives(cell, BEACON, extent, least_voltage=1.43)
    steady = load.survives(cell, Profile("steady", 17.8e-6, ()), extent, least_voltage=1.43)
    assert 0.0 < pulsed.seconds < 0.97 * steady.seconds
    assert pulsed.charge == pytest.approx(pulsed.seconds * 17.7943e-6, rel=1e-3)


def test_a_small_cell_cannot_drive_a_radio() -> None:
    found = load.survives(model(), BEACON, 1e-6)
    assert not found.survives and found.periods == 0 and "1.8 V" in found.reason
    assert np.isnan(found.last_least_voltage)


def test_survival_counts_from_what_is_asked() -> None:
    found = load.survives(model(), BEACON, 1e-4, least_voltage=1.3)
    assert found.survives
    assert not load.survives(model(), BEACON, 1e-4, seconds=2.0 * found.seconds, least_voltage=1.3).survives
    with pytest.raises(BadInput):
        load.survives(model(), BEACON, 0.0)


def test_interdigital_cells_count_by_metre() -> None:
    """Half the current on half the length is the same."""
    cell = model("interdigital")
    half = Profile("half", 1e-6, (Pulse(1e-3, 0.1, 10.0),))
    whole = Profile("whole", 2e-6, (Pulse(2e-3, 0.1, 10.0),))
    one, other = load.survives(cell, half, 0.5), load.survives(cell, whole, 1.0)
    assert one.periods == other.periods and one.charge == pytest.approx(0.5 * other.charge)


def test_shipped_loads_are_those_of_the_reference() -> None:
    shipped = load_catalog(kinds=("loads",)).loads
    names = {"ble_beacon_1s": "ble-beacon-1s", "ble_beacon_10s": "ble-beacon-10s", "logger_10min": "logger-10min"}
    profiles = {profile["id"]: profile for profile in reference("load_profiles.json")["profiles"]}
    assert len(shipped) == len(profiles) == 15
    for theirs, ours in names.items():
        made, given = load.profile_of(shipped[ours]), profiles[theirs]
        assert made.sleep == pytest.approx(given["sleep_uA"] * 1e-6) and made.least_voltage == given["V_min"]
        pulse = given["pulses"][0]
        assert made.pulses[0].current == pytest.approx(pulse["mA"] / 1e3)
        assert made.pulses[0].duration == pytest.approx(pulse["ms"] / 1e3)
        assert made.pulses[0].period == pytest.approx(pulse["period_s"])
        assert load.load_requirement(made).average_current == pytest.approx(given["average_uA"] * 1e-6, rel=0.001)
    mote = load.load_requirement(load.profile_of(shipped["micaz-mote"]))
    assert mote.average_current == pytest.approx(profiles["micaz_mote"]["average_uA"] * 1e-6, rel=1e-3)
    for name in ("green-led-nanogenerator", "mems-wireless-sensor", "smart-light"):
        assert load.load_requirement(load.profile_of(shipped[name])).peak_current is None


def test_a_trough_names_the_pulse_that_runs_then() -> None:
    cell = model()
    full = cell.one_c * cell.scale
    two = Profile("two", 0.0, (Pulse(0.5 * full, 2.0, 10.0), Pulse(2.0 * full, 1.0, 5.0)))
    found = load.trough(cell, two, 1.0, 3)
    walked = [reduced.rest(cell)]
    segments = load.pattern(two)
    state = reduced.repeat(cell, walked[0], segments, 3)
    volts = []
    for current, seconds in segments:
        state = reduced.advance(cell, state, current / cell.scale, seconds)
        volts.append(float(reduced.outputs(cell, state, current / cell.scale).voltage[0]))
    assert found.voltage == pytest.approx(min(volts)) and found.pulses == (0, 1)
    assert found.current == pytest.approx(2.5 * full) and found.after == pytest.approx(31.0)


def test_as_many_cells_as_are_needed_carry_a_load_and_fewer_do_not() -> None:
    cell = model()
    full = cell.one_c * cell.scale
    heavy = Profile("heavy", 0.01 * full, (Pulse(300.0 * full, 1.0, 3600.0),))
    floor = cell.cutoff + 0.1
    need = load.cells_needed(cell, heavy, 1.0, 3600.0, floor)
    assert 1.0 < need < 1e3
    assert load.holds(cell, heavy, need, 3600.0, floor) and not load.holds(cell, heavy, need / 1.02, 3600.0, floor)
    assert load.cells_needed(cell, heavy, 2.0 * need, 3600.0, floor) == 1.0
    assert load.cells_needed(cell, heavy, 1.0, 3600.0, 99.0) == float("inf")
    run = load.survives(cell, heavy, need, 3600.0, floor)
    assert run.survives
