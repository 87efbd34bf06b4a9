"""Published groups: protected characteristics in groups that are large enough to be shown by rating."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import product

import numpy as np
import pandas as pd

from my121_analytics.settings import NOT_DECLARED, Settings
from my121_analytics.workforce.counts import outcomes_in_cycle
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.schema import NOT_KNOWN, ORDERED, PREFER_NOT_TO_SAY, PROTECTED

OTHER_GROUPS = "All other groups"
MOST_NAMED = 3
"""Groups put together that are named one by one; more of them go by ``OTHER_GROUPS``."""
USUAL_BANDS: Mapping[str, Mapping[str, Sequence[str]]] = {"ethnicity": {"White": ["White*"]}}
"""Bands tried where the groups as recorded are too small: the first division of the census's ethnic groups."""
_NOT_RATED = 0
Groups = dict[str, list[str]]
"""Name of a published group -> the groups of the record that it holds."""


def merge_undeclared(workforce: Workforce) -> Workforce:
    """Put refused, unknown and missing answers on each protected characteristic together.

    Apart they are small groups that say nothing of anybody, and each small group withheld costs a main group beside
    it. Everything that is published together must be made from one record merged like this, since the groups apart
    add up to the group merged.

    Parameters
    ----------
    workforce
        The record.

    Returns
    -------
    Workforce
        With ``NOT_DECLARED`` in their place; a characteristic that is not held stays so.
    """
    employees = workforce.employees
    merged = {}
    for column in PROTECTED:
        answers = employees[column]
        if answers.notna().any():
            silent = answers.isna() | answers.astype("str").isin([PREFER_NOT_TO_SAY, NOT_KNOWN])
            merged[column] = answers.astype("str").mask(silent, NOT_DECLARED)
    return workforce.with_tables(employees=employees.assign(**merged)) if merged else workforce


def merge_small_groups(workforce: Workforce, *, cycle: str, settings: Settings | None = None) -> Workforce:
    """Put groups that are too small to publish by rating together with others, so that all of them can be shown.

    A small group that is withheld takes a main group with it, since the two add up to what is known. As with
    :func:`merge_undeclared`, all that is published together is made from one record.

    Parameters
    ----------
    workforce
        The record, with refused and unknown answers together.
    cycle
        Whose ratings are published.
    settings
        ``[disclosure] equality_threshold``: posts at each rating from which a group is shown by itself; and ``bands``:
        the council's own groups. Default: the record's.

    Returns
    -------
    Workforce
        A characteristic of which no two groups could be shown whole keeps its bands apart, "not declared" among them:
        the release gate then withholds what it must, and as much as it can from "not declared".

    Notes
    -----
    The groups tried, the finest first: as recorded; neighbours in age put together, as many bands as possible; the
    bands of the settings, else the usual ones; small groups together, with the smallest main group where they are still
    too small. The first that shows every group whole is taken, with the posts that have no rating, else without them.
    "Not declared" stands by itself; where no groups can be shown so, it goes with the largest group, which it changes
    the least; and where that does not do either, with the smallest, so that at least the largest stands whole.
    """
    rules = (settings or workforce.settings).disclosure
    merged = {}
    for column in PROTECTED:
        answers = workforce.employees[column]
        if answers.notna().any():
            groups = choose_groups(_count_levels(workforce, cycle, column), rules.equality_threshold,
                                   bands=rules.bands.get(column), column=column)
            names = {old: new for new, held in groups.items() for old in held}
            merged[column] = answers.astype("str").replace(names)
    return workforce.with_tables(employees=workforce.employees.assign(**merged)) if merged else workforce


def choose_groups(counts: pd.DataFrame, fewest: int, *, column: str = "",
                  bands: Mapping[str, Sequence[str]] | None = None) -> Groups:
    """Choose the groups of one characteristic: see :func:`merge_small_groups`.

    Parameters
    ----------
    counts
        Posts by group (index) and level (columns, 0 for no rating).
    fewest
        Posts at each level from which a group is shown.
    column
        The characteristic.
    bands
        The council's own groups: name -> groups of the record, ``*`` for any ending.

    Returns
    -------
    dict of str to list of str
        Name -> the groups of the record in it, every group of the record once.
    """
    counts = counts.loc[counts.sum(axis="columns").sort_values(ascending=False, kind="stable").index]
    rated = counts.drop(columns=_NOT_RATED, errors="ignore")
    for with_group, of in product((None, max, min), (counts, rated)):
        for groups in _divide(of, fewest, column, bands):
            placed = _place_undeclared(of, groups, with_group)
            if len(groups) > 1 and all(_can_be_shown(of, held, fewest) for held in placed.values()):
                return placed
    kept = [groups for groups in _divide(rated, fewest, column, bands) if len(groups) > 1][-1:] or [
        _band(counts, bands or {})]
    return {**kept[0], **({NOT_DECLARED: [NOT_DECLARED]} if NOT_DECLARED in counts.index else {})}


def _count_levels(workforce: Workforce, cycle: str, column: str) -> pd.DataFrame:
    """Count posts by group and performance level, 0 for none."""
    rows = outcomes_in_cycle(workforce, cycle, columns=[column])
    level = rows["performance"].fillna(_NOT_RATED).astype("int64")
    return pd.crosstab(rows[column].astype("str"), level)


def _divide(counts: pd.DataFrame, fewest: int, column: str,
            bands: Mapping[str, Sequence[str]] | None) -> Iterator[Groups]:
    """Give the ways to divide those who declared, the finest first."""
    declared = [str(name) for name in counts.index if name != NOT_DECLARED]
    if bands:
        banded = _band(counts, bands)
        yield banded
        yield _put_small_together(counts, banded, fewest)
        return
    apart = {name: [name] for name in declared}
    yield apart
    if column in ORDERED:  # neighbours go together, never one end with the other
        yield _join_neighbours(counts, sorted(declared, key=_place_of_band), fewest)
    elif column in USUAL_BANDS:
        usual = _band(counts, USUAL_BANDS[column])
        yield from sorted([usual, _put_small_together(counts, apart, fewest, most_mixed=False)], key=len, reverse=True)
    else:
        yield _put_small_together(counts, apart, fewest)
        yield _put_small_together(counts, apart, fewest, most_mixed=False)


def _band(counts: pd.DataFrame, bands: Mapping[str, Sequence[str]]) -> Groups:
    """Sort the declared groups into bands; what no band names is together as all others, or by itself without bands."""
    found: Groups = {}
    for name in (str(name) for name in counts.index if name != NOT_DECLARED):
        band = next((band for band, patterns in bands.items()
                     if any(fnmatchcase(name.casefold(), pattern.casefold()) for pattern in patterns)), None)
        found.setdefault(band or (OTHER_GROUPS if bands else name), []).append(name)
    return found


def _put_small_together(counts: pd.DataFrame, groups: Groups, fewest: int, *, most_mixed: bool = True) -> Groups:
    """Put groups too small together, and main groups with them, the smallest first, until they can be shown.

    Without ``most_mixed`` no main group is put with them.
    """
    order = sorted(groups, key=lambda name: -int(counts.loc[groups[name]].to_numpy().sum()))
    small = [name for name in order if not _can_be_shown(counts, groups[name], fewest)]
    main = [name for name in order if name not in small]
    while small and main and most_mixed and not _can_be_shown(
            counts, [old for name in small for old in groups[name]], fewest):
        small.append(main.pop())
    small.sort(key=order.index)  # the largest first
    if len(small) < 2:
        return groups
    together = OTHER_GROUPS if len(small) > MOST_NAMED else " or ".join(small)
    return {name: groups[name] for name in main} | {together: [old for name in small for old in groups[name]]}


def _join_neighbours(counts: pd.DataFrame, order: Sequence[str], fewest: int) -> Groups:
    """Join bands that lie side by side into as many as can be shown; empty where even all together cannot.

    Dynamic programming over the ends of bands: ``best[end]`` holds the places where the bands up to ``end`` begin.
    """
    best: list[list[int] | None] = [[]]
    for end in range(1, len(order) + 1):
        ways = [[*begins, start] for start, begins in enumerate(best)
                if begins is not None and _can_be_shown(counts, order[start:end], fewest)]
        best.append(max(ways, key=len) if ways else None)
    begins = best[-1]
    if not begins:
        return {}
    ends = [*begins[1:], len(order)]
    return {_name_joined(order[start:end]): list(order[start:end]) for start, end in zip(begins, ends, strict=True)}


def _place_of_band(name: str) -> tuple[int, str]:
    """Order bands by their first number; ``Under 25`` comes first."""
    numbers = re.findall(r"\d+", name)
    return (0 if re.match(r"(?i)under|less|up to|<", name) or not numbers else int(numbers[0])), name


def _name_joined(bands: Sequence[str]) -> str:
    """Name bands that were joined by their two ends: ``16-24`` and ``25-34`` are ``16-34``."""
    if len(bands) == 1:
        return bands[0]
    first, last = re.fullmatch(r"(\d+)\D+\d+", bands[0]), re.fullmatch(r"\d+(\D.*)", bands[-1])
    return f"{first[1]}{last[1]}" if first and last else f"{bands[0]} to {bands[-1]}"


def _place_undeclared(counts: pd.DataFrame, groups: Groups, choose: Callable[..., str] | None) -> Groups:
    """Add "not declared": by itself, or with the group that is chosen by size (``max``, ``min``)."""
    if NOT_DECLARED not in counts.index or not groups:
        return groups
    if choose is None:
        return {**groups, NOT_DECLARED: [NOT_DECLARED]}
    chosen = choose(groups, key=lambda name: int(counts.loc[groups[name]].to_numpy().sum()))
    return {(f"{name} or {NOT_DECLARED.lower()}" if name == chosen else name): [
        *held, *([NOT_DECLARED] if name == chosen else [])] for name, held in groups.items()}


def _can_be_shown(counts: pd.DataFrame, groups: Sequence[str], fewest: int) -> bool:
    """Say whether groups taken together have no small count at any rating."""
    summed = counts.loc[list(groups)].sum(axis="rows").to_numpy(np.int64)
    return bool(((summed == 0) | (summed >= fewest)).all())
