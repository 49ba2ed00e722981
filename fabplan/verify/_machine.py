"""State of a machine while a program runs: where it is, what is open, what a word of the dialect does to it."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping

from fabplan.verify._grammars import Grammar
from fabplan.verify._run import Dwell, Move, Opening, Place, Run, Setting

INCH = 25.4
_MOTION = ("G0", "G1", "G2", "G3")
_FREE = {"G4": "PS", "G10": "PLXYZS", "G11": "S", "G28": "XYZ", "G38": "ZF", "G52": "XYZ", "G92": "XYZEAB"}
_FREE |= {"M3": "S", "M4": "S", "M6": "TOXY", "M42": "PS", "M62": "P", "M63": "P", "M64": "P", "M65": "P", "M68": "EQ"}
_FREE |= {"M104": "ST", "M109": "SRT", "M126": "S", "M140": "S", "M190": "SR", "M218": "TXYZ", "M229": "ED"}
_FREE |= {"M302": "P", "M380": "S", "M84": "XYZES"}
_HEATS = {"M104": "nozzle", "M109": "nozzle", "M140": "bed", "M190": "bed"}
_OPENS = {"M8": ("coolant", True), "M9": ("coolant", False), "M126": ("M126", True), "M127": ("M126", False)}
_OPENS |= {"M380": ("M380", True), "M381": ("M380", False)}
_CHORD = 0.02  # rad of an arc in one straight piece: 1.7e-5 of its length is lost


class Machine:
    """State of the machine while a program runs.

    Parameters
    ----------
    grammar : meaning of the words
    run : what is written down
    others : outputs that are no valves (lamps, vacuum)
    offsets : of heads [mm]
    """

    def __init__(self, grammar: Grammar, run: Run, others: Collection[str], offsets: Mapping[int, Place]):
        self.grammar, self.run, self.others = grammar, run, others
        self.offsets = dict(offsets)
        self.place: dict[str, float] = {}
        self.shift = {"X": 0.0, "Y": 0.0, "Z": 0.0}
        self.totals: dict[str, float] = {}
        self.tool: int | None = None
        self.feed: float | None = None
        self.valves: dict[str, bool] = {}
        self.other = ""
        self.pending: dict[str, bool] = {}
        self.settled = self.fresh = self.absolute = True
        self.relative: bool | None = None
        self.ended = self.flowing = self.stated = False
        self.unit = 1.0
        self.motion = ""

    def do(self, line: int, words: list[tuple[str, str]]) -> None:
        """Run the words of one line."""
        tool = words[0][0] == "T"
        codes = ["T" if k == "T" else f"{k}{int(float(v))}" for k, v in words if k in "GM" or (tool and k == "T")]
        arguments = {k: v for k, v in words if k not in "GM" and not (tool and k == "T")}
        if len(arguments) + len(codes) != len(words):
            self.run.fault("program-word", line, "a word stands twice")
        if self.ended:
            self.run.fault("program-word", line, "words after the end of the program")
            return
        for code in codes:
            if code not in self.grammar.codes and code not in self.grammar.idle:
                self.run.fault("program-word", line, f"the dialect has no {code}")
        if not codes and self.grammar.modal and self.motion:
            codes = [self.motion]
        self._known(line, codes, arguments)
        for code in codes:
            self._code(line, code, {**arguments, "T": words[0][1]} if code == "T" else arguments)

    def _known(self, line: int, codes: list[str], arguments: Mapping[str, str]) -> None:
        """Whether every argument belongs to a code of its line."""
        if any(code in self.grammar.idle for code in codes):
            return
        moves = [code for code in codes if code in _MOTION]
        allowed = "".join(_FREE.get(code, "") for code in codes)
        if moves:
            allowed += "XYZF" + ("E" if self.grammar.steps else "".join(self.grammar.totals))
            allowed += "IJR" if moves[-1] in ("G2", "G3") else ""
        for name in arguments:
            if name not in allowed and not (name == "F" and self.grammar.modal):
                self.run.fault("program-word", line, f"the word {name} is not known here")

    def special(self, line: int, does: str, found: Mapping[str, str]) -> None:
        """Run a line that is no words."""
        if self.ended:
            self.run.fault("program-word", line, "words after the end of the program")
            return
        if does == "output":
            self._valve(line, found["output"], found["value"] == "1")
        elif does == "toggle":
            self._valve(line, found["output"], not self.valves.get(found["output"], False))
        elif does == "dwell":
            self._dwell(line, float(found["seconds"]))
        elif does == "origin":
            self._origin({axis: -float(found[axis.lower()]) for axis in "XYZ"})
        elif does == "forget":
            self._origin({"X": 0.0, "Y": 0.0, "Z": 0.0})
        elif does == "pressure":
            self.run.settings.append(Setting(line, "pressure", float(found["value"])))
        elif does == "end":
            self.ended = True

    def _code(self, line: int, code: str, arguments: dict[str, str]) -> None:
        if code in _MOTION:
            self.motion = code
            self._moved(line, code, arguments)
        elif code == "G4":
            self._waits(line, arguments)
        elif code in ("G20", "G21", "G70", "G71"):
            self.unit = INCH if code in ("G20", "G70") else 1.0
        elif code in ("G90", "G91"):
            self.absolute = code == "G90"
        elif code in ("M82", "M83"):
            self.relative = code == "M83"
        elif code == "M400":
            self.settled = True
        elif code == "T":
            self.tool = int(float(arguments["T"]))
            if not self.grammar.sets_origin:
                self._origin(dict(zip("XYZ", self.offsets.get(self.tool, (0.0, 0.0, 0.0)), strict=True)))
        elif code in ("M2", "M30"):
            self.ended = True
        elif code in ("M218", "G52", "G92", "G10", "G28"):
            self._preset(line, code, arguments)
        else:
            self._output(line, code, arguments)

    def _output(self, line: int, code: str, arguments: dict[str, str]) -> None:
        if code == "M42":
            self._valve(line, arguments.get("P", "?"), float(arguments.get("S", "0")) > 0)
        elif code in _OPENS:
            self._valve(line, *_OPENS[code])
        elif code in ("M3", "M4", "M5"):
            self._valve(line, "spindle", code != "M5" and float(arguments.get("S", "1")) > 0)
        elif code in ("M64", "M65"):
            self._valve(line, arguments.get("P", "?"), code == "M64")
        elif code in ("M62", "M63"):
            self.pending[arguments.get("P", "?")] = code == "M62"
        elif code == "M68":
            self.run.settings.append(Setting(line, "pressure", float(arguments.get("Q", "0"))))
        elif code in _HEATS:
            value = float(arguments.get("S", arguments.get("R", "0")))
            self.run.settings.append(Setting(line, _HEATS[code], value))

    def _preset(self, line: int, code: str, arguments: dict[str, str]) -> None:
        """Words that say where the nozzle or the origin is."""
        if code == "M218":
            x, y, z = (float(arguments.get(axis, "0")) for axis in "XYZ")
            self.offsets[int(arguments.get("T", "0"))] = (x, y, z)
        elif code == "G52":
            self._origin({axis: -float(arguments.get(axis, "0")) for axis in "XYZ"})
        elif code == "G28":
            self.run.homings.append(line)
            self.place |= {axis: 0.0 for axis in "XYZ" if axis in arguments or not arguments}
        elif code == "G92" or arguments.get("L") == "20":
            self._here_is(arguments or {axis: "0" for axis in "XYZE"})

    def _here_is(self, arguments: Mapping[str, str]) -> None:
        """Say where the nozzle is (G92, or G10 L20); the origin moves."""
        for axis, text in arguments.items():
            if axis in self.grammar.totals or axis == "E":
                self.totals[axis] = float(text)
            elif axis in "XYZ":
                value = float(text) * self.unit
                if axis in self.place and self.run.openings:
                    self.shift[axis] += value - self.place[axis]
                self.place[axis] = value

    def _origin(self, shift: dict[str, float]) -> None:
        """Another nozzle counts from now on: the same carriage stands elsewhere on the part."""
        for axis in self.place:
            self.place[axis] += shift[axis] - self.shift[axis]
        self.shift = shift

    def _valve(self, line: int, output: str, opens: bool) -> None:
        if self.grammar.early and not self.settled:
            self.run.fault("program-valve", line, "the valve acts while the machine still moves (M400 is missing)")
        if output in self.others:
            self.other = output if opens else ""
            return
        if opens and self.valves.get(output) and output == "spindle":
            return  # another power of the same output
        if opens and any(self.valves.values()):
            self.run.fault("program-valve", line, "a valve is opened while one is open")
        self.run.closings += bool(self.valves.get(output)) and not opens
        self.valves[output] = opens
        if opens:
            self._open(line, self._here(), output)

    def _open(self, line: int, place: Place, output: str) -> None:
        shift = (self.shift["X"], self.shift["Y"], self.shift["Z"])
        self.run.openings.append(Opening(line, place, output, self.tool, shift))

    def _here(self) -> Place:
        return (self.place.get("X", math.nan), self.place.get("Y", math.nan), self.place.get("Z", math.nan))

    def _moved(self, line: int, code: str, arguments: dict[str, str]) -> None:
        for output, opens in list(self.pending.items()):
            del self.pending[output]
            self._valve(line, output, opens)
        start = self._here()
        if "F" in arguments:
            self.feed = float(arguments["F"]) * self.unit * 60.0 / self.grammar.minute
            if len(arguments) == 1:
                self.stated = True
                return
        pressed = self._pressed(line, arguments)
        for axis in ("X", "Y", "Z"):
            if axis in arguments:
                given = float(arguments[axis]) * self.unit
                self.place[axis] = given if self.absolute else self.place.get(axis, 0.0) + given
                self.run.decimals = max(self.run.decimals, len(arguments[axis].partition(".")[2]))
        across = "X" in arguments or "Y" in arguments or code in ("G2", "G3")
        driven = across and pressed > 0 and (self.grammar.steps or self.grammar.flows)
        if driven and not self.flowing:
            self._open(line, start, "")
        self.run.closings += self.flowing and not driven
        self.flowing = driven
        printing = any(self.valves.values()) or driven
        if across or pressed == 0:
            self.fresh = not printing if across else self.fresh
        self.settled = False
        if self.other:
            self.run.fault("program-valve", line, f"the machine moves while output {self.other} is on")
        places = [start, *self._way(line, code, start, arguments)]
        states, count = "F" in arguments or self.stated, len(places) - 1
        self.stated = False
        rapid = code == "G0" and (self.grammar.own_rapid or self.feed is None)
        for k in range(count):
            self.run.moves.append(
                Move(line, places[k], places[k + 1], self.feed, states, rapid, printing, pressed / count, code == "G0")
            )

    def _way(self, line: int, code: str, start: Place, arguments: Mapping[str, str]) -> Iterator[Place]:
        """Ends of the straight pieces of a move."""
        end = self._here()
        if code in ("G2", "G3"):
            centre = self._centre(start, end, code == "G2", arguments)
            if centre is None:
                self.run.fault("program-word", line, "an arc without a centre")
            else:
                yield from _arc(start, end, centre, code == "G2")
        yield end

    def _centre(
        self, start: Place, end: Place, clockwise: bool, arguments: Mapping[str, str]
    ) -> tuple[float, float] | None:
        """Centre of an arc in the plane of X and Y, from I and J or from its radius."""
        if "I" in arguments or "J" in arguments:
            i, j = (float(arguments.get(name, "0")) * self.unit for name in "IJ")
            return start[0] + i, start[1] + j
        chord = math.dist(start[:2], end[:2])
        radius = float(arguments.get("R", "0")) * self.unit
        if not chord or abs(radius) < chord / 2 * (1 - 1e-6):
            return None
        rise = math.sqrt(max(radius**2 - chord**2 / 4, 0.0)) * (1 if (radius > 0) != clockwise else -1)
        x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
        return x - rise * (end[1] - start[1]) / chord, y + rise * (end[0] - start[0]) / chord

    def _pressed(self, line: int, arguments: dict[str, str]) -> float:
        """What a piston presses on this move."""
        for axis in self.grammar.totals:
            if axis in arguments:
                before = self.totals.get(axis, 0.0)
                self.totals[axis] = float(arguments[axis])
                return self.totals[axis] - before
        if "E" not in arguments or not self.grammar.steps:
            return 0.0
        if self.relative is None:
            self.run.fault("program-piston", line, "E is used, and neither M82 nor M83 says whether it counts steps")
            self.relative = False
        given = float(arguments["E"])
        if self.relative:
            return given
        before = self.totals.get("E", 0.0)
        self.totals["E"] = given
        return given - before

    def _waits(self, line: int, arguments: Mapping[str, str]) -> None:
        """G4 in the unit of its word."""
        unit = {"P": self.grammar.dwell_unit, "S": self.grammar.dwell_seconds}
        for name, text in arguments.items():
            if name in unit and unit[name] is None:
                self.run.fault("program-dwell", line, f"G4 {name} means nothing in this dialect: it does not wait")
            elif name in unit:
                self._dwell(line, float(text) * (unit[name] or 0.0))

    def _dwell(self, line: int, seconds: float) -> None:
        if any(self.pending.values()):
            self.run.fault("program-valve", line, "the program waits for flow while the valve is still shut (M62)")
        self.settled = True
        self.run.dwells.append(Dwell(line, seconds, any(self.valves.values()), self.fresh, self.other))

    def end(self, line: int) -> None:
        """What must hold after the last line."""
        for output, opens in self.valves.items():
            if opens:
                self.run.fault("program-valve", line, f"output {output} is open at the end")
        if self.other:
            self.run.fault("program-valve", line, f"output {self.other} is on at the end")
        for output in self.pending:
            self.run.fault("program-valve", line, f"a change of output {output} has no move after it and is lost")


def _arc(start: Place, end: Place, centre: tuple[float, float], clockwise: bool) -> Iterator[Place]:
    """Corners on an arc (a full turn where both ends are one), its last left out."""
    x, y = centre
    first = math.atan2(start[1] - y, start[0] - x)
    turn = (math.atan2(end[1] - y, end[0] - x) - first) % (2 * math.pi) or 2 * math.pi
    turn -= 2 * math.pi if clockwise and turn < 2 * math.pi else 4 * math.pi if clockwise else 0.0
    radius, count = math.dist(start[:2], centre), max(1, math.ceil(abs(turn) / _CHORD))
    for k in range(1, count):
        angle = first + turn * k / count
        yield x + radius * math.cos(angle), y + radius * math.sin(angle), start[2] + (end[2] - start[2]) * k / count
