"""Who sits where over the six cycles: starters, leavers, promotions, moves between teams, second posts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from my121_analytics.sample_council.design import N_CYCLES, SampleDesign, day_number, to_weekday
from my121_analytics.sample_council.structure import Structure
from my121_analytics.workforce.cycles import Cycle

N_STATES = N_CYCLES + 1
_NEVER = np.iinfo("int64").max
_HISTORY_DAYS = 183
"""The ERP's history begins half a year before the first cycle: the day the system went live."""


@dataclass
class Careers:
    """The staff while the cycles are played through; people are numbered in the order in which they come.

    State 0 is the eve of the first cycle, state c + 1 the end of cycle c.

    Parameters
    ----------
    occupant, post
        State x slot: who sits there (-1: vacant), and which post stands there.
    moved_on
        State x slot: day on which the person's post came to this team; 0 where it did not.
    started, left
        Per person: day numbers; ``left`` is a very large number while employed.
    """

    structure: Structure
    starts: np.ndarray
    ends: np.ndarray
    occupant: np.ndarray
    post: np.ndarray
    moved_on: np.ndarray
    started: np.ndarray
    left: np.ndarray
    n_people: int = 0

    @property
    def has_left(self) -> np.ndarray:
        """Per person: left before the extract."""
        return self.left < _NEVER


@dataclass(frozen=True)
class Holdings:
    """Rows of the posts table as numbers, and the same holdings cycle by cycle.

    Parameters
    ----------
    rows
        Columns ``person, post, unit, manager, is_main, valid_from, valid_to, in_post_since``; manager -1 at the top,
        valid_to a very large number while open. Ordered by person, main post first, then by time.
    in_cycle
        Columns ``person, post, team, unit, manager, is_main, in_post_since, cycle``: one row per person, post and
        cycle in force at the cycle's end.
    n_posts
        Main posts and second posts.
    """

    rows: dict[str, np.ndarray]
    in_cycle: dict[str, np.ndarray]
    n_posts: int


def play_cycles(structure: Structure, n_employees: int, cycles: list[Cycle], design: SampleDesign,
                turnover: np.random.Generator, moves: np.random.Generator) -> Careers:
    """Fill the council and let people start, leave, rise and move over the six cycles.

    Parameters
    ----------
    structure
        The slots.
    n_employees
        People in the record, leavers included; those beyond the slots come as starters.
    cycles
        Six, in order.
    design
        Rates.
    turnover, moves
        Sources of chance.

    Returns
    -------
    Careers

    Notes
    -----
    Managers change on the first day of a cycle and moves to another post happen then too, so that every placement
    of a cycle has one manager. Only the last cycle's leavers are not replaced.
    """
    careers = _open(structure, n_employees, cycles, turnover)
    n_new = n_employees - structure.n_slots
    pending = np.empty(0, "int64")
    for c in range(N_CYCLES):
        state = c + 1
        for table in (careers.occupant, careers.post):
            table[state] = table[state - 1]
        careers.occupant[state, pending] = -1
        budget = structure.n_slots + n_new * (c + 1) // N_CYCLES - careers.n_people
        vacant = np.flatnonzero(careers.occupant[state] < 0)
        budget -= _fill(careers, state, vacant, careers.starts[c] + turnover.integers(2, 60, len(vacant)))
        busy = np.zeros(structure.n_slots, bool)
        busy[vacant] = True
        if c:
            wanted = moves.uniform(*design.changes_of_manager) * np.sum(careers.occupant[state] >= 0)
            changed, used = _replace_managers(careers, c, int(wanted * design.changes_by_turnover),
                                              budget // 3, busy, turnover)
            budget -= used
            _swap_staff(careers, c, round((wanted - changed) / 2), busy, moves)
        pending = _let_staff_leave(careers, c, budget, busy, turnover)
    return careers


def hold_posts(careers: Careers, design: SampleDesign, rng: np.random.Generator) -> Holdings:
    """Turn the seats over time into rows of posts with dates, second posts included.

    Parameters
    ----------
    careers
        The played cycles.
    design
        Share of second posts.
    rng
        The source of chance.

    Returns
    -------
    Holdings
    """
    structure = careers.structure
    state, slot = np.nonzero(careers.occupant >= 0)
    since = _first_day_in_post(careers, rng)
    frame = {"person": careers.occupant[state, slot], "post": careers.post[state, slot],
             "team": structure.slot_team[slot], "unit": structure.slot_unit[slot], "state": state,
             "moved_on": careers.moved_on[state, slot], "is_main": np.ones(len(state), bool)}
    second = _second_posts(careers, frame, design, rng)
    n_posts = structure.n_slots + int(second.pop("n"))
    frame = {name: np.concatenate([values, second[name]]) for name, values in frame.items()}
    frame["manager"] = np.where(frame["team"] >= 0, careers.occupant[frame["state"], frame["team"]], -1)
    order = np.lexsort((frame["state"], frame["post"], ~frame["is_main"], frame["person"]))
    frame = {name: values[order] for name, values in frame.items()}
    return _date_rows(careers, frame, since, n_posts)


def _open(structure: Structure, n_employees: int, cycles: list[Cycle], rng: np.random.Generator) -> Careers:
    """Seat everybody who is there at the start; service is long, as in councils: nine years on average."""
    n_slots = structure.n_slots
    starts = np.array([day_number(c.start) for c in cycles])
    ends = np.array([day_number(c.end) for c in cycles])
    occupant = np.full((N_STATES, n_slots), -1)
    occupant[0] = np.arange(n_slots)
    post = np.tile(np.arange(n_slots), (N_STATES, 1))
    years = -9.0 * np.log1p(-rng.random(n_slots) * -np.expm1(-38.0 / 9.0))  # exponential, cut off at 38 years
    days = years * 365.25 + 40
    started = np.full(n_employees, _NEVER)
    started[:n_slots] = to_weekday((starts[0] - days).astype("int64"))
    return Careers(structure, starts, ends, occupant, post, np.zeros((N_STATES, n_slots), "int64"), started,
                   np.full(n_employees, _NEVER), n_slots)


def _fill(careers: Careers, state: int, slots: np.ndarray, days: np.ndarray, *, as_given: bool = False) -> int:
    """Seat a starter in each slot from the day given; return how many."""
    new = np.arange(careers.n_people, careers.n_people + len(slots))
    careers.started[new] = days if as_given else to_weekday(days)
    careers.occupant[state, slots] = new
    careers.n_people += len(slots)
    return len(slots)


def _replace_managers(careers: Careers, c: int, most_changes: int, most_starters: int, busy: np.ndarray,
                      rng: np.random.Generator) -> tuple[int, int]:
    """Let some managers leave at the end of the cycle before; half of the front-line ones are followed from the team.

    Returns the number of people whose manager changed, and of starters used.
    """
    structure, state = careers.structure, c + 1
    order = 1 + rng.permutation(structure.n_teams - 1)
    reports = np.bincount(structure.slot_team[structure.slot_team >= 0], minlength=structure.n_teams)
    total = np.cumsum(reports[order])
    chosen = order[total <= most_changes][:most_starters]
    rises = (structure.team_layer[chosen] == 4) & (rng.random(len(chosen)) < 0.5)
    careers.left[careers.occupant[state, chosen]] = careers.ends[c - 1]
    staff = _one_of_each_team(careers, c, chosen[rises], busy, rng)
    rising = chosen[rises][staff >= 0]
    seats = staff[staff >= 0]
    careers.occupant[state, rising] = careers.occupant[state, seats]
    outside = chosen[~np.isin(chosen, rising)]
    n_used = _fill(careers, state, outside, np.full(len(outside), careers.starts[c]), as_given=True)
    n_used += _fill(careers, state, seats, careers.starts[c] + rng.integers(5, 60, len(seats)))
    busy[seats] = True
    affected = np.isin(structure.slot_team, chosen)
    busy[affected] = True  # nobody else's line changes twice in one cycle, so that the share stays as designed
    return int(affected.sum()), n_used


def _one_of_each_team(careers: Careers, c: int, teams: np.ndarray, busy: np.ndarray, rng: np.random.Generator,
                      ) -> np.ndarray:
    """Choose a member of each team who has been there since before the last cycle; -1 where there is none."""
    structure, state = careers.structure, c + 1
    people = careers.occupant[state]
    fit = (np.arange(structure.n_slots) >= structure.n_teams) & (people >= 0) & ~busy
    fit[fit] = careers.started[people[fit]] < careers.starts[c - 1]
    fit[fit] = ~careers.has_left[people[fit]]
    slots = rng.permutation(np.flatnonzero(fit))
    found = np.full(structure.n_teams, -1)
    found[structure.slot_team[slots]] = slots
    return found[teams]


def _swap_staff(careers: Careers, c: int, n_pairs: int, busy: np.ndarray, rng: np.random.Generator) -> None:
    """Let pairs of people change places: most take their post along within the directorate, others change post."""
    structure, state = careers.structure, c + 1
    slots = np.arange(structure.n_slots)
    people = careers.occupant[state]
    free = (slots >= structure.n_teams) & (people >= 0) & ~busy & (structure.team_layer[structure.slot_team] == 4)
    n_with_post = round(0.7 * n_pairs)
    pool = rng.permutation(np.flatnonzero(free))
    by_unit = pool[np.argsort(structure.directorate[structure.slot_team[pool]], kind="stable")]
    pairs = _pair_up(careers, by_unit, n_with_post, structure.directorate[structure.slot_team], rng)
    day = careers.starts[c] + np.array([0, 31, 61])[rng.integers(0, 3, len(pairs))]
    _swap(careers.post[state], pairs)
    _swap(careers.occupant[state], pairs)
    careers.moved_on[state, pairs] = day[:, None]
    busy[pairs] = True
    wanted = n_pairs - len(pairs)
    grades = structure.slot_grade[careers.post[state]]
    for kind in (grades, np.zeros_like(grades)):  # in a very small council nobody of the grade may be left
        rest = pool[~busy[pool]]
        pairs = _pair_up(careers, rest[np.argsort(kind[rest], kind="stable")], wanted, kind, rng)
        _swap(careers.occupant[state], pairs)
        busy[pairs] = True
        wanted -= len(pairs)


def _pair_up(careers: Careers, ordered: np.ndarray, n_pairs: int, kind: np.ndarray, rng: np.random.Generator,
             ) -> np.ndarray:
    """Pair neighbours of one kind from different teams; n x 2."""
    first, second = ordered[:-1:2], ordered[1::2]
    team = careers.structure.slot_team
    good = (kind[first] == kind[second]) & (team[first] != team[second])
    pairs = np.column_stack([first[good], second[good]])
    return pairs[rng.permutation(len(pairs))[:max(n_pairs, 0)]]


def _swap(values: np.ndarray, pairs: np.ndarray) -> None:
    values[pairs[:, 0]], values[pairs[:, 1]] = values[pairs[:, 1]], values[pairs[:, 0]]


def _let_staff_leave(careers: Careers, c: int, n_replaced: int, busy: np.ndarray, rng: np.random.Generator,
                     ) -> np.ndarray:
    """Let staff leave, ``n_replaced`` of them followed by a starter in the same cycle.

    A few more leave a vacancy to the next cycle: half of them early, half in the last weeks. Returns the slots of the
    latter, who still hold their post when the cycle ends.
    """
    structure, state = careers.structure, c + 1
    people = careers.occupant[state]
    reports = np.bincount(structure.slot_team[structure.slot_team >= 0], minlength=structure.n_teams)
    free = (np.arange(structure.n_slots) >= structure.n_teams) & (people >= 0) & ~busy
    free[free] = (careers.started[people[free]] < careers.starts[c] - 30) & ~careers.has_left[people[free]]
    slots = rng.permutation(np.flatnonzero(free))
    per_team = _count_before(structure.slot_team[slots])
    allowed = per_team < np.maximum(1, reports[structure.slot_team[slots]] // 6)
    order = np.argsort(~allowed, kind="stable")  # beyond the allowance only if there is nobody else
    slots, can_wait = slots[order], (allowed & (reports[structure.slot_team[slots]] >= 6))[order]
    early = slots[:n_replaced]
    day = to_weekday(careers.starts[c] + rng.integers(5, 75, len(early)))
    careers.left[people[early]] = day
    _fill(careers, state, early, day + rng.integers(7, 38, len(early)))
    rest = slots[n_replaced:][can_wait[n_replaced:]]
    vacating = rest[:max(n_replaced // 3, 0)]
    soon, late = vacating[::2], vacating[1::2]
    careers.left[people[soon]] = to_weekday(careers.starts[c] + rng.integers(5, 100, len(soon)))
    careers.left[people[late]] = to_weekday(careers.ends[c] - rng.integers(0, 20, len(late)))
    careers.occupant[state, soon] = -1
    return late


def _count_before(groups: np.ndarray) -> np.ndarray:
    """Count, for each place of the array, how often its value occurred before."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    first = np.r_[True, ordered[1:] != ordered[:-1]] if len(groups) else np.empty(0, bool)
    position = np.arange(len(groups))
    count = np.empty(len(groups), "int64")
    count[order] = position - np.maximum.accumulate(np.where(first, position, 0))
    return count


def _first_day_in_post(careers: Careers, rng: np.random.Generator) -> np.ndarray:
    """Give each person's first day in the first post held in the record: for many, later than the first day."""
    since = careers.started.copy()
    here = np.arange(careers.structure.n_slots)
    days = careers.starts[0] - 45 - since[here]
    moved = (days > 0) & (rng.random(len(here)) < 0.55)
    since[here] += np.where(moved, days * rng.beta(1.5, 1.0, len(here)), 0).astype("int64")
    since[here] = np.maximum(to_weekday(since[here]), careers.started[here])
    return since


def _second_posts(careers: Careers, main: dict[str, np.ndarray], design: SampleDesign, rng: np.random.Generator,
                  ) -> dict[str, np.ndarray]:
    """Give some staff another post in the same directorate, at most two such posts per team.

    Managers and people who left early in a cycle hold none. ``n`` is the number of posts added.
    """
    structure = careers.structure
    n_people, n_teams = careers.n_people, structure.n_teams
    first_row = np.unique(main["person"], return_index=True)
    home = np.full(n_people, -1)
    home[first_row[0]] = main["team"][first_row[1]]
    led = np.isin(np.arange(n_people), careers.occupant[:, :n_teams])
    leaves_late = careers.has_left & np.isin(careers.left, (careers.ends[:, None] - np.arange(25)).ravel())
    fit = np.flatnonzero((home >= 0) & ~led & (~careers.has_left | leaves_late))
    front = np.flatnonzero(structure.team_layer == 4)
    front = front[np.argsort(structure.directorate[front], kind="stable")]
    wanted = round(design.second_posts * len(fit))
    who = fit[rng.permutation(len(fit))[:wanted]]
    who = np.concatenate([who, who[:wanted // 12]])  # a third post for some
    unit = structure.directorate[front]
    low, high = np.searchsorted(unit, [structure.directorate[home[who]], structure.directorate[home[who]] + 1])
    team = front[np.minimum(low + (rng.random(len(who)) * (high - low)).astype("int64"), high - 1)]
    kept = (team != home[who]) & (_count_before(team) < 2) & (_count_before(who * n_teams + team) == 0)
    who, team = who[kept], team[kept]
    order = np.argsort(main["person"], kind="stable")
    begin, finish = np.searchsorted(main["person"][order], [who, who + 1])
    repeat = finish - begin
    at = order[np.repeat(begin, repeat) + np.arange(repeat.sum()) - np.repeat(np.cumsum(repeat) - repeat, repeat)]
    number = np.repeat(np.arange(len(who)), repeat)
    return {"person": who[number], "post": structure.n_slots + number, "team": team[number], "unit": team[number],
            "state": main["state"][at], "moved_on": np.zeros(len(at), "int64"),
            "is_main": np.zeros(len(at), bool), "n": np.array(len(who))}


def _date_rows(careers: Careers, frame: dict[str, np.ndarray], since: np.ndarray, n_posts: int) -> Holdings:
    """Cut each person's time in a post into rows in which team and manager stay the same."""
    person, post, state = frame["person"], frame["post"], frame["state"]
    new_post = _differs(person) | _differs(post) | np.r_[True, np.diff(state) != 1]  # or came back to an old post
    new_row = new_post | _differs(frame["team"]) | _differs(frame["manager"])
    cycle_start = careers.starts[np.maximum(state - 1, 0)]
    first_state = np.full(careers.n_people, N_STATES)
    np.minimum.at(first_state, person, state)
    last_state = np.full(careers.n_people, -1)
    np.maximum.at(last_state, person, state)
    is_first = new_post & (state == first_state[person])
    begun = np.where(is_first, since[person], cycle_start)
    in_post_since = begun[np.maximum.accumulate(np.where(new_post, np.arange(len(person)), 0))]
    went_live = careers.starts[0] - _HISTORY_DAYS
    valid_from = np.where(is_first, np.maximum(begun, went_live),
                          np.where(frame["moved_on"] > 0, frame["moved_on"], cycle_start))
    at = np.flatnonzero(new_row)
    last = np.r_[at[1:] - 1, len(person) - 1]
    goes_on = np.r_[~new_post[at[1:]], False]
    ended = np.where(state[last] < last_state[person[last]], careers.ends[np.maximum(state[last] - 1, 0)],
                     careers.left[person[last]])
    valid_to = np.where(goes_on, np.r_[valid_from[at[1:]] - 1, 0], ended)
    columns = {name: frame[name][at] for name in ("person", "post", "unit", "manager", "is_main")}
    rows = {**columns, "valid_from": valid_from[at], "valid_to": valid_to, "in_post_since": in_post_since[at]}
    kept = state > 0
    in_cycle = {name: frame[name][kept] for name in ("person", "post", "team", "unit", "manager", "is_main")}
    return Holdings(rows, {**in_cycle, "in_post_since": in_post_since[kept], "cycle": state[kept] - 1}, n_posts)


def _differs(values: np.ndarray) -> np.ndarray:
    return np.r_[True, values[1:] != values[:-1]]
