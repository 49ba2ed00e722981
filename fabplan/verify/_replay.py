"""A strict machine of our own that runs a program line by line, for the dialects that fabplan ships.

It knows what each dialect means, not how fabplan writes it: when an output changes, in which unit a
dwell counts, which words exist.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from fabplan.verify._grammars import GRAMMARS, Grammar
from fabplan.verify._machine import Machine
from fabplan.verify._run import Dwell, Move, Opening, Place, Run, Setting

__all__ = ["GRAMMARS", "Dwell", "Grammar", "Move", "Opening", "Place", "Run", "Setting", "replay"]

_WORD = re.compile(r"([A-Z])([-+]?(?:\d+\.?\d*|\.\d+))$")
_JOINED = re.compile(r"([A-Z])([-+]?(?:\d+\.?\d*|\.\d+))")
_NUMBER = re.compile(r"^N\d+\s*|\s*\*\d+$")  # number and checksum of a line, which no way depends on


def replay(
    text: str,
    grammar: Grammar,
    where: str,
    others: Collection[str] = (),
    offsets: Mapping[int, Place] | None = None,
) -> Run:
    """Run a program and say what it did.

    Parameters
    ----------
    others : outputs that are no valves (lamps, vacuum)
    offsets : of heads [mm], for controllers that have them in their own settings
    """
    run = Run(where)
    machine = Machine(grammar, run, others, offsets or {})
    number = 0
    for number, line in enumerate(text.splitlines(), 1):
        code = _without_comments(line, grammar, run, number).strip()
        if grammar.longest and len(line) > grammar.longest:
            run.fault("program-word", number, f"the controller takes lines of {grammar.longest} characters")
        if not code or code == "%" or code.startswith(grammar.text_codes or "\0"):
            continue
        words = _words(code, run, number)
        if words and (words[0][0] in "GMT" or not grammar.lines):
            machine.do(number, words)
            continue
        matches = ((pattern.match(code), does) for pattern, does in grammar.lines)
        match, does = next(((m, d) for m, d in matches if m), (None, ""))
        if match:
            machine.special(number, does, match.groupdict())
        elif words:
            machine.do(number, words)
        else:
            run.fault("program-word", number, f"not understood: {code[:60]!r}")
    machine.end(number)
    return run


def _words(code: str, run: Run, number: int) -> list[tuple[str, str]]:
    """Letters and numbers of a line; none when it is no line of words."""
    found: list[tuple[str, str]] = []
    if code[0] == "N" or "*" in code:
        code = _NUMBER.sub("", code)
    for token in code.split():
        match = _WORD.match(token)
        if match is not None:
            found.append((match[1], match[2]))
            continue
        joined = _JOINED.findall(token)
        if not joined or "".join(a + b for a, b in joined) != token:
            return []
        found += joined
    for _, value in found:
        if value[0] == "-" and float(value) == 0:
            run.fault("program-word", number, "a negative zero")
    return found


def _without_comments(line: str, grammar: Grammar, run: Run, number: int) -> str:
    if not grammar.closing:
        if line.startswith(grammar.text_codes or "\0"):
            return line
        code, _, comment = line.partition(grammar.opening)
        if comment:
            run.comments.append(comment.strip())
        return code
    rest = ""
    while grammar.opening in line:
        before, _, line = line.partition(grammar.opening)
        comment, closed, line = line.partition(grammar.closing)
        rest += before
        run.comments.append(comment.strip())
        if not closed or grammar.opening in comment:
            run.fault("program-word", number, "a comment that does not end, or one in another")
    code, _, comment = (rest + line).partition(";")
    if comment:
        run.comments.append(comment.strip())
    return code
