"""The posts of the synthetic council: directorates, services and teams in five layers, spans of control 2 to 25."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from my121_analytics.sample_council.design import SampleDesign, sample_words

_MOST_REPORTS = 22
_SMALLEST_TEAM, _LARGEST_TEAM = 2, 20


@dataclass(frozen=True)
class Structure:
    """Places in the reporting line ("slots"), before anybody sits in them.

    Parameters
    ----------
    team_layer
        Per team: the layer of its manager (1 to 4).
    directorate, service, team
        Per team: the unit its manager and its staff belong to. ``directorate`` is a code of ``directorates``.
    directorates
        Names in order.
    slot_team, slot_unit
        Per slot: the team it reports into (-1: the top), and the team whose units it belongs to. The first slots
        lead the teams: slot j leads team j.
    slot_grade, slot_role, slot_is_key
        Per slot: the first post in it.
    """

    team_layer: np.ndarray
    directorate: np.ndarray
    service: np.ndarray
    team: np.ndarray
    directorates: tuple[str, ...]
    slot_team: np.ndarray
    slot_unit: np.ndarray
    slot_grade: np.ndarray
    slot_role: np.ndarray
    slot_is_key: np.ndarray

    @property
    def n_teams(self) -> int:
        """Number of teams, and so of managers."""
        return len(self.team_layer)

    @property
    def n_slots(self) -> int:
        """Number of places, managers included."""
        return len(self.slot_team)


def build_structure(n_slots: int, design: SampleDesign, rng: np.random.Generator) -> Structure:
    """Lay out the council.

    Parameters
    ----------
    n_slots
        Main posts, from 24.
    design
        ``team_size`` is used.
    rng
        The source of chance.

    Returns
    -------
    Structure
    """
    n_front = max(2, round(n_slots / design.team_size))
    n_directorates = int(np.clip(round(2.0 * n_front ** 0.26), 2, max(2, n_front // 2)))
    layer, parent, directorate, service_of = _lay_out_managers(n_front, n_directorates)
    names = _name_units(layer, directorate, service_of, n_directorates)
    slot_team = np.concatenate([parent, _place_staff(n_slots, layer, parent, rng)])
    slot_unit = np.concatenate([np.arange(len(layer)), slot_team[len(layer):]])
    grade, role, is_key = _describe_posts(slot_unit, layer, directorate, rng)
    return Structure(layer, directorate, *names, slot_team, slot_unit, grade, role, is_key)


def share_out(total: int, weights: np.ndarray, low: int, high: int) -> np.ndarray:
    """Share a whole number out by weight, within bounds for each.

    Parameters
    ----------
    total
        Between ``low`` and ``high`` times the number of weights.
    weights
        Positive.
    low, high
        Bounds of each share.

    Returns
    -------
    numpy.ndarray
        Integers that sum to ``total``.
    """
    spare = total - low * len(weights)
    shares = np.clip(low + np.floor(spare * weights / weights.sum()), low, high).astype("int64")
    while (left := total - int(shares.sum())) > 0:
        room = np.flatnonzero(shares < high)
        room = room[np.argsort(-weights[room], kind="stable")][:left]
        shares[room] += 1
    return shares


def _lay_out_managers(n_front: int, n_directorates: int) -> tuple[np.ndarray, ...]:
    """Give layer, parent team, directorate and service number of each team, the top first."""
    weights = np.array([d["weight"] for d in _directorates(n_directorates)])
    if n_front / n_directorates > 100:  # a very large council: even directorates, or the upper spans break
        weights = np.ones(n_directorates)
    fronts = share_out(n_front, weights, 1, _MOST_REPORTS ** 2)
    heads = np.clip(np.round(np.sqrt(fronts)).astype("int64"), 1, _MOST_REPORTS)
    director = 1 + np.arange(n_directorates)
    head_directorate = np.repeat(np.arange(n_directorates), heads)
    head_number = np.arange(heads.sum()) - np.repeat(np.cumsum(heads) - heads, heads)
    per_head = fronts[head_directorate] // heads[head_directorate]
    per_head += head_number < fronts[head_directorate] % heads[head_directorate]
    head = 1 + n_directorates + np.arange(len(head_directorate))
    layer = np.repeat([1, 2, 3, 4], [1, n_directorates, len(head), n_front])
    parent = np.concatenate([[-1], np.zeros(n_directorates, "int64"), director[head_directorate],
                             np.repeat(head, per_head)])
    home = _corporate(n_directorates)
    directorate = np.concatenate([[home], np.arange(n_directorates), head_directorate,
                                  np.repeat(head_directorate, per_head)])
    service = np.concatenate([[-1], np.full(n_directorates, -1), head_number, np.repeat(head_number, per_head)])
    return layer, parent, directorate, service


def _place_staff(n_slots: int, layer: np.ndarray, parent: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Give the team of each slot that leads none: support posts beside the upper managers, then the teams."""
    reports = np.bincount(parent[1:], minlength=len(layer))
    support = np.where(layer < 4, np.maximum(2 - reports, 0), 0)
    front = np.flatnonzero(layer == 4)
    spare = n_slots - len(layer) - int(support.sum()) - 3 * len(front)
    wanted = (layer < 4) & (support == 0) & ((layer < 3) | (rng.random(len(layer)) < 0.4))
    support += wanted & (np.cumsum(wanted) <= max(0, spare // 4))
    in_teams = n_slots - len(layer) - int(support.sum())
    sizes = share_out(in_teams, rng.gamma(4.0, size=len(front)), _SMALLEST_TEAM, _LARGEST_TEAM)
    return np.concatenate([np.repeat(np.arange(len(layer)), support), np.repeat(front, sizes)])


def _name_units(layer: np.ndarray, directorate: np.ndarray, service_of: np.ndarray, n_directorates: int,
                ) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    words = _directorates(n_directorates)
    areas = sample_words()["units"]["areas"]
    service, team = np.empty(len(layer), object), np.empty(len(layer), object)
    n_named: dict[str, int] = {}
    for j, (level, unit, number) in enumerate(zip(layer, directorate, service_of, strict=True)):
        known = words[unit]["services"]
        if level == 1:
            service[j] = team[j] = "Chief Executive's Office"
        elif level == 2:
            service[j] = team[j] = f"{words[unit]['name']} Management"
        else:
            base = known[number % len(known)]
            service[j] = base if number < len(known) else f"{base} {areas[number // len(known) - 1]}"
            nth = n_named.get(service[j], 0)
            n_named[service[j]] = nth + (level == 4)
            again = "" if nth < len(areas) else f" {nth // len(areas) + 1}"
            team[j] = f"{service[j]} Management" if level == 3 else f"{service[j]}: {areas[nth % len(areas)]}{again}"
    return service, team, tuple(d["name"] for d in words)


def _describe_posts(slot_unit: np.ndarray, layer: np.ndarray, directorate: np.ndarray, rng: np.random.Generator,
                    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give grade, job title and whether it is a key post, per slot."""
    n_slots, n_teams = len(slot_unit), len(layer)
    grade, role = np.zeros(n_slots, "int64"), np.empty(n_slots, object)
    titles = {1: "Chief Executive", 2: "Strategic Director", 3: "Head of Service", 4: "Team Manager"}
    grade[:n_teams] = np.array([0, 13, 13, 12, 10])[layer] - (rng.random(n_teams) < 0.5) * (layer >= 3)
    role[:n_teams] = [titles[level] for level in layer]
    staff = np.arange(n_teams, n_slots)
    choice = rng.integers(0, 5, len(staff))
    for number, words in enumerate(_directorates(int(directorate.max()) + 1)):
        here = directorate[slot_unit[staff]] == number
        role[staff[here]] = np.array([r[0] for r in words["roles"]], object)[choice[here]]
        grade[staff[here]] = np.array([r[1] for r in words["roles"]])[choice[here]]
    beside_managers = layer[slot_unit[staff]] < 4
    role[staff[beside_managers]], grade[staff[beside_managers]] = "Executive Assistant", 6
    is_key = np.zeros(n_slots, bool)
    is_key[:n_teams] = (layer <= 3) | (rng.random(n_teams) < 0.1)
    is_key[n_teams:] = (grade[n_teams:] >= 7) & (rng.random(len(staff)) < 0.04)
    return grade, role, is_key


def _directorates(n: int) -> list[dict]:
    """Take the first n directorates; beyond the list, second halves of the first ones."""
    known = sample_words()["directorates"]
    return [known[i] if i < len(known) else {**known[i - len(known)], "name": f"{known[i - len(known)]['name']} 2"}
            for i in range(n)]


def _corporate(n_directorates: int) -> int:
    """Find the directorate that the chief executive belongs to."""
    names = [d["name"] for d in _directorates(n_directorates)]
    return names.index("Corporate Services") if "Corporate Services" in names else 0
