"""Messages: what, where, given, allowed, did you mean."""

from __future__ import annotations

import random
import string

import pytest

from fabplan.errors import BadInput, CannotWrite, FabplanError, Infeasible, Problem, listed, nearest
from fabplan.findings import Finding, errors, ordered
from fabplan.resources import recipes_folder


def test_a_problem_in_words() -> None:
    problem = Problem("unknown key", "cell.toml: target.capcity", "capcity", "capacity, energy", "capacity")
    assert str(problem) == (
        "cell.toml: target.capcity: unknown key; given capcity; allowed: capacity, energy; did you mean 'capacity'?"
    )
    assert str(Problem("no such file", "x.toml")) == "x.toml: no such file"


def test_bad_input_holds_all_problems() -> None:
    problems = [Problem("a", "x"), Problem("b", "y")]
    assert BadInput(iter(problems)).problems == tuple(problems)
    assert str(BadInput(problems)) == "x: a\ny: b"
    assert BadInput(problems[0]).problems == (problems[0],)


@pytest.mark.parametrize(
    ("fault", "code"),
    [(BadInput(()), 2), (Infeasible(["x"]), 1), (CannotWrite("x"), 2), (FabplanError("x"), 70)],
)
def test_exit_codes(fault: FabplanError, code: int) -> None:
    assert fault.exit_code == code


def test_infeasible_tells_reasons_then_changes() -> None:
    fault = Infeasible(["too small"], ["height 1 mm"], {"capacity_Ah": 1e-5})
    assert str(fault) == "too small\nheight 1 mm"
    assert fault.reachable == {"capacity_Ah": 1e-5}


def one_typo(name: str, rnd: random.Random) -> str:
    place, letter = rnd.randrange(len(name)), rnd.choice(string.ascii_lowercase)
    kind = rnd.randrange(4)
    if kind == 0:
        return name[:place] + name[place + 1 :]
    if kind == 1:
        return name[:place] + letter + name[place:]
    if kind == 2:
        return name[:place] + letter + name[place + 1 :]
    return name[:place] + name[place + 1 : place + 2] + name[place] + name[place + 2 :]


@pytest.mark.parametrize("kind", ["materials", "recipes", "devices"])
def test_one_typo_is_understood(kind: str) -> None:
    """At least 95 of 100 names with one typo lead back to the name that was meant."""
    names = [path.stem for path in (recipes_folder() / kind).glob("*.toml") if len(path.stem) > 5]
    assert names, kind
    rnd = random.Random(7)
    tries = [(name, one_typo(name, rnd)) for name in sorted(names) * (1 + 500 // len(names))]
    right = sum(nearest(typo, names) == name or typo in names for name, typo in tries)
    assert right / len(tries) >= 0.95


def test_nothing_near_is_no_suggestion() -> None:
    assert nearest("unobtainium", ["lto", "lfp"]) is None
    assert nearest("LTO", ["lto"]) == "lto"
    assert nearest("x", []) is None


def test_listed_names_are_cut() -> None:
    assert listed(["b", "a"]) == "a, b"
    assert listed([f"n{n:02}" for n in range(20)]).endswith("n11, … (20 in all)")


def test_findings_are_ordered_and_each_once() -> None:
    one, two, three = (Finding(f"r{n}", s, "w", "m") for n, s in enumerate(("info", "error", "warning")))
    assert ordered([one, two, three, two]) == (two, three, one)
    assert errors([one, two, three]) == (two,)
