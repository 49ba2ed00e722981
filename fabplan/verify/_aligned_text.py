"""The text of a program turned and shifted: its moves, changes of head and arcs, and what its header says of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from fabplan.layout.alignment import Alignment
from fabplan.verify._claims import HEADER
from fabplan.verify._grammars import Grammar

_WORD = re.compile(r"([A-Z])(-?\d+(?:\.\d+)?)$")
_MOVES = ("G0", "G1", "G2", "G3")
_BREAK = r"(?:\)?\n[(;/ ]*| )"  # between two words of a header: a comment may go on on the next line


class Mover:
    """Turns the lines of one program; knows where the nozzle is before each.

    Places count in the frame of the drawing (``drawn``) and as they were written on the part (``written``).
    """

    def __init__(self, fit: Alignment, grammar: Grammar):
        self.fit, self.modal = fit, grammar.modal
        self.drawn = {"X": Decimal(0), "Y": Decimal(0)}
        self.written = {"X": Decimal(0), "Y": Decimal(0)}

    def line(self, line: str) -> str:
        """A line on the part; what is no move stays as it is."""
        words = [_WORD.match(token) for token in line.split()]
        if not words or any(word is None for word in words):
            return line
        found = [(word[1], word[2]) for word in words if word is not None]
        codes = {f"{k}{v}" for k, v in found if k in "GM"}
        across = any(k in "XY" for k, _ in found)
        if across and "G92" in codes:
            return self._other_head(found)
        if codes & {"G2", "G3"} or (across and (codes & set(_MOVES) or (not codes and self.modal))):
            return self._move(found)
        return line

    def _move(self, words: Sequence[tuple[str, str]]) -> str:
        """Both X and Y are written, since turning mixes them; the middle of an arc turns with it."""
        given = dict(words)
        self.drawn |= {axis: Decimal(given[axis]) for axis in "XY" if axis in given}
        digits = max(len(given.get(axis, "0.0000").partition(".")[2]) for axis in "XYIJ" if axis in given)
        x, y = self.fit.apply(np.array([[float(self.drawn["X"]), float(self.drawn["Y"])]]))[0].tolist()
        new = {"X": plain(x, digits), "Y": plain(y, digits)}
        self.written = {axis: Decimal(new[axis]) for axis in "XY"}
        if "I" in given or "J" in given:
            arm = np.array([[float(given.get("I", "0")), float(given.get("J", "0"))]])
            i, j = (self.fit.apply(arm) - np.array(self.fit.shift))[0].tolist()
            new |= {"I": plain(i, digits), "J": plain(j, digits)}
        if "R" in given:
            new["R"] = plain(float(given["R"]) * self.fit.scale, max(digits, len(given["R"].partition(".")[2])))
        place = next(k for k, (name, _) in enumerate(words) if name in "XYIJR")
        rest = [f"{k}{v}" for k, v in words[place:] if k not in "XYIJR"]
        return " ".join([*(f"{k}{v}" for k, v in words[:place]), *(f"{k}{v}" for k, v in new.items()), *rest])

    def _other_head(self, words: Sequence[tuple[str, str]]) -> str:
        """``G92`` says where the nozzle of another head is: its offset belongs to the machine and does not turn."""
        told = []
        for name, value in words:
            if name in "XY":
                here = self.written[name] + Decimal(value) - self.drawn[name]
                self.drawn[name], self.written[name] = Decimal(value), here
                told.append(f"{name}{plain(float(here), len(value.partition('.')[2]))}")
            else:
                told.append(f"{name}{value}")
        return " ".join(told)


def plain(value: float, digits: int) -> str:
    """A number without negative zero."""
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text


def told(program: str, pattern: str, values: Sequence[str]) -> str:
    """The groups of a pattern in the header replaced; its spaces match a break between two comments too."""
    match = re.search(pattern.replace(" ", _BREAK), program[:HEADER], re.DOTALL)
    for k, value in sorted(enumerate(values, 1), reverse=True) if match else ():
        assert match is not None
        start, end = match.span(k)
        program = program[:start] + value + program[end:]
    return program


def with_sentence(program: str, sentence: str, grammar: Grammar) -> str:
    """One more sentence before the first line that is no comment."""
    lines = program.splitlines()
    first = next(k for k, line in enumerate(lines) if not line.startswith(grammar.opening))
    return "".join(f"{line}\n" for line in [*lines[:first], *comment(sentence, grammar), *lines[first:]])


def shortened(program: str, grammar: Grammar) -> str:
    """Comments that have grown too long for the controller broken between words."""
    lines = []
    for line in program.splitlines():
        is_comment = grammar.longest and len(line) > grammar.longest and line.startswith(grammar.opening)
        lines += comment(line[len(grammar.opening) : -len(grammar.closing)], grammar) if is_comment else [line]
    return "".join(f"{line}\n" for line in lines)


def comment(text: str, grammar: Grammar) -> list[str]:
    """A sentence as comments, each as short as the controller wants it."""
    begins = grammar.opening + ("" if grammar.closing else " ")
    room = (grammar.longest or 10_000) - len(begins) - len(grammar.closing)
    lines = [""]
    for word in text.split():
        grown = f"{lines[-1]} {word}".strip()
        if len(grown) > room and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = grown
    return [f"{begins}{line}{grammar.closing}" for line in lines]
