"""A comb that fills any outline: fingers with square ends, buses that follow the outline in steps.

Fingers stand side by side as in `_comb`. Each finger looks at the window from its left neighbour's outer edge to its
right neighbour's. Every stretch of y that is free over the whole window gets a piece of the finger, and across one
end of that stretch a strip of the other net's bus, which ties both neighbours: floors of cathode fingers carry the
anode's bus, ceilings of anode fingers the cathode's. Where the levels of two neighbouring windows differ, the finger
between them bridges the step. Around a keep-out one net passes on the left and the other on the right; where the
windows would let one net pass on both sides and cut the other off, a finger beside the keep-out is merged across it.
All edges are vertical or horizontal, so nothing is acute and everything can be measured exactly. Lengths in nm.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fabplan.geometry.clip import Floats, Stretches, free_stretches

Integers = NDArray[np.int64]
Bools = NDArray[np.bool_]
SETTLING = 60  # rounds in which strips that come too near each other move apart
ROUNDS = 12  # of leading fingers past keep-outs
FAR = 1 << 50
FAR_UP = 10_000_000_000  # more than any two coordinates differ


@dataclass(frozen=True)
class Teeth:
    """What is laid over the outline, in nm.

    Parameters
    ----------
    width : of an anode's and of a cathode's finger
    bus : width of the anode's and of the cathode's bus
    gap : between the nets
    number : fingers of both nets together, the first one an anode's
    start : left edge of the first finger
    """

    width: tuple[int, int]
    bus: tuple[int, int]
    gap: int
    number: int
    start: int

    @property
    def left(self) -> Integers:
        """Left edges of all fingers."""
        net = np.arange(self.number) % 2
        steps = np.where(net == 0, self.width[0], self.width[1]) + self.gap
        found: Integers = self.start + np.concatenate([[0], np.cumsum(steps[:-1])]).astype(np.int64)
        return found

    @property
    def right(self) -> Integers:
        """Right edges of all fingers."""
        found: Integers = self.left + np.where(np.arange(self.number) % 2 == 0, *self.width).astype(np.int64)
        return found

    @property
    def least(self) -> int:
        """Shortest stretch that is worth a piece: both buses, both gaps and a finger as long as wide."""
        return sum(self.bus) + 2 * self.gap + max(self.width)


@dataclass(frozen=True)
class Pieces:
    """Pieces of fingers, sorted by finger and upwards, shape (K,).

    Parameters
    ----------
    finger : number; even ones are the anode's
    low, high : stretch of y of the piece; an anode's ends under a ceiling strip, a cathode's on a floor strip
    since, until : from where to ``high``, and from ``low`` to where, the whole window is free and not only the
        finger's own width; they differ from ``low`` and ``high`` where pieces were merged
    """

    finger: Integers
    low: Integers
    high: Integers
    since: Integers
    until: Integers

    def __len__(self) -> int:
        return len(self.finger)

    def some(self, chosen: Bools) -> Pieces:
        """Some of the pieces."""
        return Pieces(*(values[chosen] for values in vars(self).values()))


@dataclass(frozen=True)
class Filling:
    """A comb on an outline.

    Parameters
    ----------
    pieces : of fingers, all of them
    bottom, top : of the drawn fingers, shape (K,)
    kept : pieces whose finger is drawn, shape (K,)
    strip : pieces whose strip of the other net's bus is drawn, shape (K,)
    left, right : whether that strip reaches the neighbour on that side, shape (K,)
    dropped : pieces that could not be tied to their net
    merged : fingers that were led past a keep-out to tie a net
    """

    teeth: Teeth
    pieces: Pieces
    bottom: Integers
    top: Integers
    kept: Bools
    strip: Bools
    left: Bools
    right: Bools
    dropped: int
    merged: int


@dataclass(frozen=True)
class _Graph:
    """How pieces and strips hang together.

    Parameters
    ----------
    one, other : attached pairs: the strip of piece ``one`` ends on the finger of piece ``other``
    piece, strip : component of every finger piece and of its strip
    score : facing length of the best pair of components
    anode, cathode : that pair
    """

    one: Integers
    other: Integers
    bottom: Integers
    top: Integers
    piece: Integers
    strip: Integers
    score: int
    anode: int
    cathode: int


def filled(outline: Floats, teeth: Teeth) -> Filling | None:
    """The comb clipped to an outline; None when no two fingers of both nets face each other.

    Parameters
    ----------
    outline : `fabplan.geometry.clip.edges` of the region that the electrodes may take
    """
    left, right = teeth.left, teeth.right
    window = free_stretches(outline, np.concatenate([left[:1], left[:-1]]), np.concatenate([right[1:], right[-1:]]))
    pieces = _settled(_tall(window, teeth), teeth)
    if not len(pieces):
        return None
    graph = _graph(pieces, teeth)
    pieces, graph, merged = _retied(pieces, graph, free_stretches(outline, left, right), teeth)
    if graph.score <= 0:
        return None
    return _drawn(pieces, graph, teeth, merged)


def _tall(found: Stretches, teeth: Teeth) -> Pieces:
    tall = found.high - found.low >= teeth.least
    low, high = found.low[tall], found.high[tall]
    return Pieces(found.strip[tall], low, high, low, high)


def _neighbours(pieces: Pieces) -> tuple[Integers, Integers]:
    """Pairs (anode piece, cathode piece) of neighbouring fingers."""
    finger = pieces.finger
    begin, end = np.searchsorted(finger, finger + 1, side="left"), np.searchsorted(finger, finger + 1, side="right")
    number = end - begin
    one = np.repeat(np.arange(len(pieces)), number)
    other = np.arange(len(one)) - np.repeat(np.cumsum(number) - number, number) + np.repeat(begin, number)
    even = finger[one] % 2 == 0
    return np.where(even, one, other), np.where(even, other, one)


def _settled(pieces: Pieces, teeth: Teeth) -> Pieces:
    """Pieces whose strips keep the gap: a ceiling too near a neighbour's floor moves down below it."""
    for _ in range(SETTLING):
        (anode, cathode), near = _neighbours(pieces), _near(pieces, teeth)
        if not near.any():
            return pieces
        high = pieces.high.copy()
        np.minimum.at(high, anode[near], pieces.low[cathode[near]] - teeth.gap)
        pieces = replace(pieces, high=high, until=high)
        pieces = pieces.some(pieces.high - pieces.low >= teeth.least)
    wrong = np.zeros(len(pieces), np.bool_)
    wrong[_neighbours(pieces)[0][_near(pieces, teeth)]] = True
    return pieces.some(~wrong)


def _graph(pieces: Pieces, teeth: Teeth) -> _Graph:
    anode, cathode = _neighbours(pieces)
    reach = pieces.high[anode] > pieces.low[cathode]
    anode, cathode = anode[reach], cathode[reach]
    # the floor of a cathode's window stands on the lowest of the anode's pieces that end above it, and the ceiling of
    # an anode's window hangs on the highest of the cathode's pieces that begin below it
    low = _extreme(pieces, cathode, anode, -1) & (pieces.low[anode] <= pieces.until[cathode])
    high = _extreme(pieces, anode, cathode, 1) & (pieces.since[anode] <= pieces.high[cathode])
    bottom = np.where(pieces.finger % 2 == 0, FAR, pieces.low + teeth.bus[0] + teeth.gap)
    top = np.where(pieces.finger % 2 == 0, pieces.high - teeth.bus[1] - teeth.gap, -FAR)
    np.minimum.at(bottom, anode[low], pieces.low[cathode[low]])
    np.maximum.at(top, cathode[high], pieces.high[anode[high]])
    one = np.concatenate([cathode[low], anode[high]])
    other = np.concatenate([anode[low], cathode[high]])
    size = len(pieces)
    links = coo_array((np.ones(len(one)), (one + size, other)), shape=(2 * size, 2 * size))
    label = connected_components(links, directed=False)[1].astype(np.int64)
    facing = np.minimum(top[anode], top[cathode]) - np.maximum(bottom[anode], bottom[cathode])
    good = facing > 0
    pairs = label[anode[good]] * (2 * size) + label[cathode[good]]
    kinds, which = np.unique(pairs, return_inverse=True)
    sums = np.bincount(which, weights=facing[good], minlength=1)
    best = int(np.argmax(sums))
    key = int(kinds[best]) if len(kinds) else -1
    score = int(sums[best]) if len(kinds) else 0
    return _Graph(one, other, bottom, top, label[:size], label[size:], score, key // (2 * size), key % (2 * size))


def _extreme(pieces: Pieces, mine: Integers, its: Integers, sign: int) -> Bools:
    """Of each piece and each of its two neighbouring fingers, the pair whose other piece is the lowest (highest)."""
    key = mine * 4 + (pieces.finger[its] - pieces.finger[mine] + 1)
    level = sign * its  # pieces of one finger are sorted upwards
    best = np.full(4 * len(pieces), -FAR, np.int64)
    np.maximum.at(best, key, level)
    return np.asarray(best[key] == level)


def _retied(pieces: Pieces, graph: _Graph, own: Stretches, teeth: Teeth) -> tuple[Pieces, _Graph, int]:
    """Pieces merged across keep-outs where that ties a part of a net that was cut off."""
    merged = 0
    for _ in range(ROUNDS):
        able = _candidates(pieces, graph, own)
        if not len(able):
            break
        # one for every part that is cut off; where that does not help, one alone
        for chosen in (able, *able[:, None]):
            tried = _merged(pieces, chosen)
            after = _graph(tried, teeth)
            if after.score > graph.score and not _near(tried, teeth).any():
                pieces, graph, merged = tried, after, merged + len(chosen)
                break
        else:
            break
    return pieces, graph, merged


def _candidates(pieces: Pieces, graph: _Graph, own: Stretches) -> Integers:
    """Pieces that can be led up to the next one of their finger, of which one is tied to its net and one is not.

    One for every part that is cut off; of a finger that is cut twice, the lower one.
    """
    main = np.where(pieces.finger % 2 == 0, graph.anode, graph.cathode)
    tied = graph.piece == main
    lower = np.flatnonzero((pieces.finger[:-1] == pieces.finger[1:]) & (tied[:-1] != tied[1:]))
    stretch = np.searchsorted(own.strip * FAR_UP + own.low, pieces.finger[lower] * FAR_UP + pieces.low[lower], "right")
    stretch = np.maximum(stretch - 1, 0)
    through = (own.strip[stretch] == pieces.finger[lower]) & (own.high[stretch] >= pieces.high[lower + 1])
    lower = lower[through & (own.low[stretch] <= pieces.low[lower])]
    part = np.where(tied[lower], graph.piece[lower + 1], graph.piece[lower])
    lower = np.sort(lower[np.unique(part, return_index=True)[1]])
    alone = np.diff(lower, prepend=-FAR) > 1
    return np.asarray(lower[alone])


def _merged(pieces: Pieces, lower: Integers) -> Pieces:
    """Pieces led up to the next one of their finger."""
    high, since = pieces.high.copy(), pieces.since.copy()
    high[lower], since[lower] = high[lower + 1], since[lower + 1]
    stays = np.ones(len(pieces), np.bool_)
    stays[lower + 1] = False
    return replace(pieces, high=high, since=since).some(stays)


def _near(pieces: Pieces, teeth: Teeth) -> Bools:
    """Neighbours of both nets whose strips overlap or come nearer than the gap, shape of `_neighbours`."""
    anode, cathode = _neighbours(pieces)
    apart = pieces.high[anode] - pieces.low[cathode]
    return np.asarray((apart > -teeth.gap) & (apart < sum(teeth.bus) + teeth.gap))


def _drawn(pieces: Pieces, graph: _Graph, teeth: Teeth, merged: int) -> Filling:
    """What hangs together; a finger that faces nothing is cut back to the bus that passes it."""
    is_anode = pieces.finger % 2 == 0
    kept = graph.piece == np.where(is_anode, graph.anode, graph.cathode)
    strip = graph.strip == np.where(is_anode, graph.cathode, graph.anode)
    tied = strip[graph.one] & kept[graph.other]
    one, other = graph.one[tied], graph.other[tied]
    left, right = np.zeros(len(pieces), np.bool_), np.zeros(len(pieces), np.bool_)
    left[one[pieces.finger[other] < pieces.finger[one]]] = True
    right[one[pieces.finger[other] > pieces.finger[one]]] = True
    bottom, top = graph.bottom.copy(), graph.top.copy()
    anode, cathode = _neighbours(pieces)
    facing = kept[anode] & kept[cathode]
    facing &= np.minimum(top[anode], top[cathode]) > np.maximum(bottom[anode], bottom[cathode])
    faced = np.zeros(len(pieces), np.bool_)
    faced[anode[facing]] = faced[cathode[facing]] = True
    for piece in np.flatnonzero(kept & ~faced).tolist():
        levels = one[other == piece]
        if is_anode[piece]:
            top[piece] = int((pieces.low[levels] + teeth.bus[0]).max())
        else:
            bottom[piece] = int((pieces.high[levels] - teeth.bus[1]).min())
    strip &= left | right
    dropped = int((~kept).sum())
    return Filling(teeth, pieces, bottom, top, kept, strip, left, right, dropped, merged)


def shifted(teeth: Teeth, width: int) -> Teeth:
    """Teeth with another width of the anode's fingers, the middle where it was."""
    change = (width - teeth.width[0]) * ((teeth.number + 1) // 2)
    return replace(teeth, width=(width, teeth.width[1]), start=teeth.start - change // 2)
