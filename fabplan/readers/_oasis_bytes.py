"""The numbers, strings, repetitions and point lists of an OASIS file, read with limits.

Facts of the format: SEMI P39 (OASIS), chapters 7 and 13.
"""

from __future__ import annotations

import math
import struct

import numpy as np

from fabplan.errors import BadInput, Problem

LONGEST_INTEGER = 9  # bytes, 63 bits
FARTHEST = 1 << 40  # grid steps
MOST_COPIES = 1 << 40
LONGEST_NAME = 32_000  # bytes


class Reader:
    """Walks over bytes; ``name`` says in messages which part of the file they are."""

    def __init__(self, data: bytes, where: str, name: str = "") -> None:
        self.data, self.where, self.name, self.at = data, where, name, 0
        # the last byte of every integer has its top bit clear
        self.ends = np.flatnonzero(np.frombuffer(data, np.uint8) < 128)

    def fault(self, what: str) -> BadInput:
        """Error with the position."""
        return BadInput(Problem(f"not a sound OASIS file: {what}", self.where, f"byte {self.at}{self.name}"))

    def byte(self) -> int:
        """One byte."""
        if self.at >= len(self.data):
            raise self.fault("the file ends before its end record")
        self.at += 1
        return self.data[self.at - 1]

    def take(self, size: int) -> bytes:
        """Some bytes."""
        if size > len(self.data) - self.at:
            raise self.fault("a string is longer than the file")
        self.at += size
        return self.data[self.at - size : self.at]

    def unsigned(self, most: int = 1 << 62) -> int:
        """Unsigned integer: seven bits a byte, lowest first."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 127) << shift
            if byte < 128:
                break
            shift += 7
            if shift >= 7 * LONGEST_INTEGER:
                raise self.fault("an integer is too long")
        if value > most:
            raise self.fault("an integer is too large")
        return value

    def signed(self) -> int:
        """Coordinate: the lowest bit is the sign."""
        value = self.unsigned(2 * FARTHEST)
        return -(value >> 1) if value & 1 else value >> 1

    def coordinates(self, number: int) -> None:
        """Pass over integers no farther away than `FARTHEST`."""
        if number < 32:
            for _ in range(number):
                self.unsigned(8 * FARTHEST)
            return
        first = int(np.searchsorted(self.ends, self.at))
        if first + number > len(self.ends):
            raise self.fault("a list is longer than the file")
        stops = self.ends[first : first + number]
        if max(int(np.diff(stops).max(initial=0)), int(stops[0]) + 1 - self.at) > 6:  # 42 bits
            raise self.fault("an integer is too large")
        self.at = int(stops[-1]) + 1

    def steps(self, number: int) -> None:
        """Pass over g-deltas: one integer in one of eight directions, or two of any direction."""
        if number > len(self.data) - self.at:
            raise self.fault("a list is longer than the file")
        for _ in range(number):
            if self.unsigned(16 * FARTHEST) & 1:
                self.unsigned(8 * FARTHEST)

    def real(self) -> float:
        """Real number of one of eight kinds."""
        kind = self.unsigned()
        if kind > 7:
            raise self.fault("a number of unknown kind")
        if kind >= 6:
            value = float(struct.unpack("<f" if kind == 6 else "<d", self.take(4 if kind == 6 else 8))[0])
        else:
            upper = self.unsigned()
            lower = self.unsigned() if kind >= 4 else 1
            if (kind in (2, 3) and upper == 0) or lower == 0:
                raise self.fault("a number is divided by zero")
            value = (1 / upper if kind in (2, 3) else upper / lower) * (-1 if kind % 2 else 1)
        if not math.isfinite(value):
            raise self.fault("a number is not finite")
        return value

    def string(self, name: bool = False) -> str:
        """String; a name is not empty and has printable characters without blank only."""
        text = self.take(self.unsigned()).decode("latin-1")
        if name and (not 0 < len(text) <= LONGEST_NAME or not all("!" <= letter <= "~" for letter in text)):
            raise self.fault("a name is empty or has characters that it must not have")
        return text

    def interval(self) -> None:
        """Interval of layers or datatypes."""
        kind = self.unsigned(4)
        for _ in range((0, 1, 1, 1, 2)[kind]):
            self.unsigned()

    def repetition(self, last: int) -> int:
        """Number of copies; ``last`` is that of the repetition before, 0 when there is none."""
        kind = self.unsigned(11)
        if kind == 0:
            if not last:
                raise self.fault("a repetition is used again before there is one")
            return last
        count = self.unsigned(MOST_COPIES) + 2
        if kind in (1, 8):
            rows = self.unsigned(MOST_COPIES) + 2
            count *= rows
        if kind == 1:
            self.coordinates(2)
        elif kind in (2, 3):
            self.coordinates(1)
        elif kind in (4, 5, 6, 7):
            self.coordinates(count - 1 + kind % 2)
        elif kind == 8:
            self.steps(2)
        else:
            self.coordinates(1 if kind == 11 else 0)
            self.steps(1 if kind == 9 else count - 1)
        if count > MOST_COPIES:
            raise self.fault("a repetition has too many copies")
        return count

    def points(self, ring: bool) -> int:
        """Number of points of a point list; that of a polygon closes itself."""
        kind, number = self.unsigned(5), self.unsigned()
        if number < 1 or number > len(self.data) - self.at:
            raise self.fault("a list of points is empty or longer than the file")
        if kind < 4:
            self.coordinates(number)
        else:
            self.steps(number)
        found = number + (2 if kind < 2 and ring else 1)
        if (ring and found < 3) or (ring and kind < 2 and number % 2):
            raise self.fault("a polygon has too few points")
        return found
