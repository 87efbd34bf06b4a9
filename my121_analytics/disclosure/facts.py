"""Single values beside the tables: which of them count people, and which must be withheld.

What a fact is, its analysis declares (``workforce.results.Fact``); nothing is read from its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from my121_analytics.disclosure.rounding import find_narrow_parts, round_count
from my121_analytics.errors import DisclosureError
from my121_analytics.settings import DisclosureSettings
from my121_analytics.workforce.results import Fact, Result, Table

Value = float | int | str | None
FACTS = "(facts)"
"""Name of the table that the facts of a result are set out in; no analysis calls a table so."""
SIZE = "(size)"
"""Name of the one that its size is set out in by itself, where it is asked what to hide."""


def check_declared(result: Result) -> None:
    """Refuse facts that do not say what they are.

    Raises
    ------
    DisclosureError
        Names them, and how to declare one.
    """
    undeclared = [name for name in result.facts if name not in result.declared]
    if undeclared:
        raise DisclosureError(
            f"{type(result).__name__} has undeclared facts: {', '.join(undeclared)}.",
            hints=["Say what each is: Result(..., declared={'n_placed': Fact('posts'), 'anchor': LABEL}), as in "
                   "workforce/results.py."])


def counts_of_people(facts: Mapping[str, object], declared: Mapping[str, Fact]) -> dict[str, float]:
    """Give the facts that are counts with people behind them, where they are known."""
    return {name: float(value) for name, value in facts.items()
            if name in declared and declared[name].counts_people
            and isinstance(value, int | float | np.number) and not np.isnan(value)}


def tabulate_facts(n: int | None, facts: Mapping[str, object], declared: Mapping[str, Fact],
                   like: Mapping[str, object] | None = None) -> Table | None:
    """Set out as a table of one row the counts of which it is declared who is counted.

    Parameters
    ----------
    n
        Size of the population.
    facts, declared
        By name.
    like
        Facts of which those are wanted that are counts here: what was released of them may be None.

    Returns
    -------
    Table or None
        None where there are no such counts.
    """
    known = counts_of_people({**(like or facts), "n": n}, declared)
    names = [name for name in known if declared[name].who is not None]
    if not names:
        return None
    frame = pd.DataFrame({name: pd.array([({**facts, "n": n})[name]], dtype="Float64") for name in names})
    return Table(frame, keys=(), parts=tuple(names),
                 counts={name: who for name in names if (who := declared[name].who) is not None})


def suppress_facts(result: Result, hidden_numbers: set[float], settings: DisclosureSettings,
                   hidden: Iterable[str] = ()) -> dict[str, Value]:
    """Withhold small counts, totals that are hidden in a table, and what follows from either.

    Parameters
    ----------
    result
        With its true facts.
    hidden_numbers
        Totals that the tables of the release hide: facts of which it is not declared who is counted may be the same.
    settings
        Thresholds.
    hidden
        Facts that are hidden already, as counts that the tables hold as well.

    Returns
    -------
    dict
        None where withheld.
    """
    declared, n = result.declared, result.about.n
    counts = {name: value for name, value in counts_of_people(result.facts, declared).items()
              if declared[name].who is None}  # the others are counts of a table like any other
    gone = {name for name, value in counts.items() if 0 < value < settings.threshold or value in hidden_numbers}
    is_tiny = n is not None and 0 < n < settings.threshold
    if is_tiny:
        gone |= set(counts)
    gone |= _hidden_with_sums(counts, declared, gone, settings.threshold) | set(hidden)
    if is_tiny or any(not declared[name].part_of for name in gone):
        gone |= {name for name in result.facts if declared[name].about_people and not declared[name].counts}
    gone |= {name for name in result.facts if gone.intersection(declared[name].follows)}
    return {name: None if name in gone else value for name, value in result.facts.items()}


def round_facts(result: Result, settings: DisclosureSettings) -> dict[str, Value]:
    """Round the counts of people; withhold those that others narrow down, and what follows from a count.

    Returns
    -------
    dict
        None where withheld.
    """
    declared = result.declared
    counts = counts_of_people(result.facts, declared)
    out = {**result.facts, **{name: round_count(value, settings.round_to) for name, value in counts.items()}}
    for names in groups_that_sum(declared):
        known = [name for name in names if name in counts]
        narrow = find_narrow_parts([counts[name] for name in known], settings)
        out |= {name: None for name, is_narrow in zip(known, narrow, strict=True) if is_narrow}
    return {name: None if declared[name].follows else value for name, value in out.items()}


def groups_that_sum(declared: Mapping[str, Fact]) -> list[tuple[str, ...]]:
    """List the groups of facts that together make a number known from elsewhere, each once."""
    found = {frozenset((name, *fact.sums_with)): (name, *fact.sums_with) for name, fact in declared.items()
             if fact.sums_with}
    return list(found.values())


def _hidden_with_sums(counts: Mapping[str, float], declared: Mapping[str, Fact], gone: set[str],
                      threshold: int) -> set[str]:
    """Find the facts that must go so that none already gone can be had by subtraction."""
    more: set[str] = set()
    for names in groups_that_sum(declared):
        values = {name: counts[name] for name in names if name in counts}
        hidden = [name for name in values if name in gone]
        rest = sorted((name for name in values if name not in gone and values[name] > 0), key=lambda name: values[name])
        while hidden and rest and not _are_wide_enough(np.array([values[name] for name in hidden]), threshold):
            hidden.append(rest.pop(0))
        more |= set(hidden)
    return more


def _are_wide_enough(values: npt.NDArray[np.float64], threshold: int) -> bool:
    """Say whether hidden numbers of a known total each leave a range of the threshold: from 1 to total - others."""
    return len(values) > 1 and float(values.sum()) - len(values) >= threshold
