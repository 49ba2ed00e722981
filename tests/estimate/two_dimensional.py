"""A two-dimensional porous-electrode discharge of interdigital fingers, for tests: finite volumes, implicit Euler.

Equations and boundary conditions are those written in the head of the reference discharges; written on its own, it
gives their mean voltages to 0.3 mV and their capacities to 1e-4. Ten seconds a discharge.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import splu

from fabplan.estimate.constants import Array

FARADAY, GAS = 96485.33212, 8.31446261815324
MODES = 16
_STEPS = 130  # over the nominal time


def lines(edges: list[float], cells: list[int]) -> Array:
    """Faces from edge to edge, dense near every edge."""
    parts = []
    for low, high, count in zip(edges[:-1], edges[1:], cells, strict=True):
        half = np.concatenate([[0.0], np.cumsum(1.3 ** np.arange(count // 2))])
        share = np.concatenate([half, 2.0 * half[-1] - half[-2::-1]]) / (2.0 * half[-1])
        parts.append(low + (high - low) * share[:-1])
    return np.concatenate([*parts, edges[-1:]])


def sphere_roots() -> Array:
    """First roots of tan x = x."""
    roots = (np.arange(1, MODES + 1) + 0.5) * np.pi
    for _ in range(60):
        roots = np.arctan(roots) + np.arange(1, MODES + 1) * np.pi
    return roots


class Cross:
    """The cross-section: cells, links between neighbours, electrode cells with their materials."""

    def __init__(self, own: dict[str, Any]) -> None:
        first, second, gap = own["w1_m"] / 2, own["w2_m"] / 2, own["gap_m"]
        high, lid = own["h_m"], own["H_m"]
        x = lines([0.0, first, first + gap, first + gap + second], [12, 8, 12])
        covered = lid > high * (1.0 + 1e-9)
        y = lines([0.0, high, lid], [12, 8]) if covered else lines([0.0, high], [12])
        wide, tall = np.meshgrid(np.diff(x), np.diff(y), indexing="ij")
        here, there = np.meshgrid((x[1:] + x[:-1]) / 2, (y[1:] + y[:-1]) / 2, indexing="ij")
        anode, cathode = ((here < first) & (there < high)).ravel(), ((here > first + gap) & (there < high)).ravel()
        self.area, self.count = (wide * tall).ravel(), wide.size
        number = np.arange(wide.size).reshape(wide.shape)
        self.one = np.concatenate([number[:-1].ravel(), number[:, :-1].ravel()])
        self.other = np.concatenate([number[1:].ravel(), number[:, 1:].ravel()])
        across = np.arange(self.one.size) < number[:-1].size
        wide, tall = wide.ravel(), tall.ravel()
        along = np.where(across, 1.0, 0.0)
        self.half = [(along * wide[k] + (1.0 - along) * tall[k]) / 2 for k in (self.one, self.other)]
        self.face = np.where(across, tall[self.one], wide[self.one])
        sides = own["anode"], own["cathode"]
        parts = (*sides, own["sep"])
        self.pores, self.factor = (
            np.where(anode, values[0], np.where(cathode, values[1], values[2]))
            for values in ([part["eps"] for part in parts], [part["eps"] ** part["brug"] for part in parts])
        )
        self.solid = np.flatnonzero(anode | cathode)
        self.anode = anode[self.solid]
        self.material = {
            key: np.where(self.anode, sides[0][key], sides[1][key])
            for key in ("R_m", "eps_am", "D_s", "i0_ref", "sigma", "c_max", "sto100")
        }
        place = np.full(self.count, -1)
        place[self.solid] = np.arange(self.solid.size)
        joined = (place[self.one] >= 0) & (place[self.other] >= 0)
        joined &= anode[self.one] == anode[self.other]
        self.solid_one, self.solid_other = place[self.one[joined]], place[self.other[joined]]
        sigma = self.material["sigma"]
        halves = self.half[0][joined] / sigma[self.solid_one] + self.half[1][joined] / sigma[self.solid_other]
        self.solid_link = self.face[joined] / halves
        self.base = np.flatnonzero(there.ravel()[self.solid] < y[1])
        self.feed = wide[self.solid[self.base]] * sigma[self.base] / (tall[self.solid[self.base]] / 2)
        self.reaction = 3.0 * self.material["eps_am"] / self.material["R_m"] * self.area[self.solid]

    def links(self, values: Array) -> Array:
        """Conductances between neighbours of a property of the cells."""
        return self.face / (self.half[0] / values[self.one] + self.half[1] / values[self.other])


class Discharge:
    """A discharge in progress; unknowns: salt and potential of all cells, solid potential, current density, voltage."""

    def __init__(self, own: dict[str, Any], tables: dict[str, Any], electrolyte: dict[str, Any], c_rate: float) -> None:
        self.own, self.tables, self.liquid = own, tables, electrolyte
        self.cross = Cross(own)
        self.total = c_rate * own["Q_1C_Ah_m"]
        self.thermal = 2.0 * GAS * own["T_K"] / FARADAY
        n, m = self.cross.count, self.cross.solid.size
        self.sizes = np.cumsum([0, n, n, m, m, 1])
        self.mean = self.cross.material["sto100"].astype(float)
        self.modes, self.roots = np.zeros((MODES, m)), sphere_roots()[:, None]
        start, _ = self.open_circuit(self.mean)
        anode, cathode = (start[part][0] for part in (self.cross.anode, ~self.cross.anode))
        current = np.zeros(m)
        for part, sign in ((self.cross.anode, 1.0), (~self.cross.anode, -1.0)):
            current[part] = sign * self.total / self.cross.reaction[part].sum()
        solid = np.where(self.cross.anode, 0.0, cathode - anode)
        salt = np.full(n, float(electrolyte["c0_mol_m3"]))
        self.state = np.concatenate([salt, np.full(n, -anode), solid, current, [cathode - anode]])

    def open_circuit(self, x: Array) -> tuple[Array, Array]:
        """Potential and slope, with the end-point term of the reference."""
        value, slope = np.empty_like(x), np.empty_like(x)
        for part, key in ((self.cross.anode, "anode"), (~self.cross.anode, "cathode")):
            table = self.tables[self.own[key]["material"]]
            at, volts = np.asarray(table["x"]), np.asarray(table["V"])
            left = np.clip(np.searchsorted(at, x[part]) - 1, 0, len(at) - 2)
            slope[part] = (volts[left + 1] - volts[left]) / (at[left + 1] - at[left])
            value[part] = volts[left] + slope[part] * (x[part] - at[left])
        kept = np.clip(x, 1e-7, 1.0 - 1e-7)
        value += 1e-6 * (1.0 / kept + 1.0 / (kept - 1.0))
        return value, slope - 1e-6 * (1.0 / kept**2 + 1.0 / (kept - 1.0) ** 2)

    def particles(self, step: float) -> tuple[Array, Array, Array, Array]:
        """Surface = fixed + slope j after a step; decay of the modes and what a current adds to them."""
        of = self.cross.material
        decay = np.exp(-(self.roots**2) * of["D_s"] * step / of["R_m"] ** 2)
        excess = -of["R_m"] / (FARADAY * of["D_s"] * of["c_max"])
        gain = 2.0 / self.roots**2 * (1.0 - decay) * excess
        tail = excess * (0.2 - np.sum(2.0 / self.roots**2))
        per_mean = -3.0 * step / (FARADAY * of["R_m"] * of["c_max"])
        return self.mean + (self.modes * decay).sum(axis=0), gain.sum(axis=0) + tail + per_mean, decay, gain

    def equations(self, state: Array, step: float, fixed: Array, slope: Array) -> tuple[Any, Array]:
        """Jacobian and residual of the step that ends in ``state``."""
        cross, (a, b, c, d, e) = self.cross, self.sizes[:-1]
        salt, liquid, solid, current = (state[i:j] for i, j in zip(self.sizes[:4], self.sizes[1:5], strict=True))
        entries: list[tuple[Array, Array, Array]] = []
        rest = np.zeros(state.size)

        def flow(row: int, column: int, ends: tuple[Array, Array], link: Array, weight: Array | None = None) -> None:
            """Minus the divergence of -link grad(...)."""
            for one, other in (ends, ends[::-1]):
                for to, sign in ((one, 1.0), (other, -1.0)):
                    value = link if weight is None else link * weight[to]
                    entries.append((row + one, column + to, sign * value))

        inside = np.clip(salt, self.liquid["c_mol_m3"][0], self.liquid["c_mol_m3"][-1])
        conduct, diffuse = (
            cross.links(np.interp(inside, self.liquid["c_mol_m3"], self.liquid[key]) * cross.factor)
            for key in ("kappa_S_m", "D_e_m2_s")
        )
        ends, share = (cross.one, cross.other), 1.0 - self.liquid["t_plus"]
        lag = self.thermal * share * self.liquid.get("thermodynamic_factor", 1.0)
        above = np.maximum(salt, 1e-3)
        flow(a, a, ends, diffuse)
        flow(b, b, ends, conduct)
        flow(b, a, ends, -lag * conduct, 1.0 / above)
        flow(c, c, (cross.solid_one, cross.solid_other), cross.solid_link)
        for row, field, link, at in (
            (a, salt, diffuse, ends),
            (b, liquid - lag * np.log(above), conduct, ends),
            (c, solid, cross.solid_link, (cross.solid_one, cross.solid_other)),
        ):
            through = link * (field[at[0]] - field[at[1]])
            np.add.at(rest, row + at[0], through)
            np.add.at(rest, row + at[1], -through)
        every, cells = np.arange(cross.count), np.arange(cross.solid.size)
        hold = cross.pores * cross.area / step
        entries.append((a + every, a + every, hold))
        rest[a + every] += hold * (salt - self.state[a : a + cross.count])
        for row, factor in ((a + cross.solid, -share / FARADAY), (b + cross.solid, -1.0), (c + cells, 1.0)):
            entries.append((row, d + cells, factor * cross.reaction))
            rest[row] += factor * cross.reaction * current
        foot = cross.anode[cross.base]
        entries.append((c + cross.base, c + cross.base, cross.feed))
        rest[c + cross.base] += cross.feed * (solid[cross.base] - np.where(foot, 0.0, state[e]))
        top, feed = cross.base[~foot], cross.feed[~foot]
        entries += [(c + top, np.full(top.size, e), -feed), (np.full(top.size, e), c + top, feed)]
        entries.append((np.array([e]), np.array([e]), np.array([-feed.sum()])))
        rest[e] = feed @ (solid[top] - state[e]) - self.total
        self.kinetics(entries, rest, state, fixed, slope)
        rows, columns, values = (np.concatenate(part) for part in zip(*entries, strict=True))
        return coo_matrix((values, (rows, columns)), shape=(state.size,) * 2).tocsc(), rest

    def kinetics(
        self, entries: list[tuple[Array, Array, Array]], rest: Array, state: Array, fixed: Array, slope: Array
    ) -> None:
        """solid - liquid = U + V_T asinh(j/(2 i0))."""
        cross, (a, b, c, d, _) = self.cross, self.sizes[:-1]
        cells, current = np.arange(cross.solid.size), state[d : d + cross.solid.size]
        salt = np.maximum(state[a + cross.solid], 1e-3)
        x = np.clip(fixed + slope * current, 1e-7, 1.0 - 1e-7)
        volts, per_x = self.open_circuit(fixed + slope * current)
        exchange = cross.material["i0_ref"] * np.sqrt(salt / 1000.0) * 2.0 * np.sqrt(x * (1.0 - x))
        ratio = current / (2.0 * exchange)
        steep = self.thermal / np.sqrt(1.0 + ratio**2)
        along = 0.5 / x - 0.5 / (1.0 - x)
        rest[d + cells] = state[c + cells] - state[b + cross.solid] - volts - self.thermal * np.arcsinh(ratio)
        one = np.ones(cells.size)
        entries += [(d + cells, c + cells, one), (d + cells, b + cross.solid, -one)]
        entries.append((d + cells, a + cross.solid, steep * ratio * 0.5 / salt))
        entries.append((d + cells, d + cells, -per_x * slope - steep * (0.5 / exchange - ratio * along * slope)))

    def solved(self, step: float, fixed: Array, slope: Array) -> Array | None:
        """State after a step by damped Newton, None where it does not converge."""
        n, m, d = self.cross.count, self.cross.solid.size, self.sizes[3]
        state = self.state.copy()
        for _ in range(40):
            matrix, rest = self.equations(state, step, fixed, slope)
            change = splu(matrix).solve(-rest)
            if not np.all(np.isfinite(change)):
                return None
            falls = change[:n] < 0.0
            part = min(1.0, 0.9 * float(np.min(state[:n][falls] / -change[:n][falls], initial=np.inf)))
            before = np.clip(fixed + slope * state[d : d + m], 1e-6, 1.0 - 1e-6)
            state = state + part * change
            x = fixed + slope * state[d : d + m]
            kept = np.where(x <= 0.0, 0.2 * before, np.where(x >= 1.0, 1.0 - 0.2 * (1.0 - before), x))
            state[d : d + m] = np.where(kept != x, (kept - fixed) / slope, state[d : d + m])
            small = np.abs(change[n : 2 * n]).max() < 1e-6 and np.abs(change[:n]).max() < 1e-3
            if part > 0.99 and not np.any(kept != x) and small:
                return state
        return None


def discharged(
    own: dict[str, Any], tables: dict[str, Any], electrolyte: dict[str, Any], c_rate: float
) -> tuple[float, float]:
    """Delivered charge over the 1C charge, and mean voltage [V], to the cut-off."""
    made = Discharge(own, tables, electrolyte, c_rate)
    nominal = 1.2 * 3600.0 / c_rate
    step, time = 1e-7 * nominal, 0.0
    times, volts = [0.0], []
    while not volts or volts[-1] > own["V_cut"]:
        fixed, slope, decay, gain = made.particles(step)
        state = made.solved(step, fixed, slope)
        jump = abs(state[-1] - volts[-1]) if state is not None and volts else 0.0
        if state is None or (jump > 0.03 and step > 1e-6 * nominal):
            step *= 0.5
            assert step > 1e-9 * nominal, "the discharge does not go on"
            continue
        current = state[made.sizes[3] : made.sizes[4]]
        made.modes = made.modes * decay + gain * current
        of = made.cross.material
        made.mean = made.mean - 3.0 * step * current / (FARADAY * of["R_m"] * of["c_max"])
        made.state = state
        time += step
        times.append(time)
        volts.append(float(state[-1]))
        step = min(1.35 * step, nominal / _STEPS)
    share = (volts[-2] - own["V_cut"]) / (volts[-2] - volts[-1])
    times[-1] = times[-2] + share * (times[-1] - times[-2])
    curve = [volts[0], *volts[:-1], own["V_cut"]]
    return made.total * times[-1] / 3600.0 / own["Q_1C_Ah_m"], float(np.trapezoid(curve, times) / times[-1])
