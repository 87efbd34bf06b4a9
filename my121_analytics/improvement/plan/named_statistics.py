"""Figures of the record that an action may name: short names of the headline figures, and any cell of any table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from my121_analytics.errors import DataUnusableError
from my121_analytics.improvement.headings import plain
from my121_analytics.settings import STATISTICS
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.workforce.results import TOTAL
from my121_analytics.workforce.schema import ORGANISATION

Better = Literal["more", "fewer", ""]
ANALYSES = ("workforce", "profile", "movement", "coverage", "self", "succession", "patterns")
"""Analyses whose figures can be named, as the first part of a long name."""
HIGHEST, LOWEST = "highest", "lowest"
_LONG = re.compile(r"(?P<analysis>[a-z_]+)\.(?:(?P<table>[a-z_]+)\.)?(?P<column>[a-z_]+)")
_WRITTEN = re.compile(r"(?P<name>[^\[\]]+?)\s*(?:\[(?P<where>[^\[\]]*)\])?\s*(?:[:,(]?\s*(?P<better>more|fewer)\)?)?",
                      re.S)


@dataclass(frozen=True)
class Statistic:
    """One figure of the record.

    Parameters
    ----------
    code
        As an action names it.
    label
        In words.
    analysis, table, column
        Where it stands; an empty table means a fact of the analysis.
    where
        Key and value that single out the row.
    better
        Whether a council wants more or fewer of it; empty where it depends.
    is_complement
        The figure is what the cell lacks of 1.
    """

    code: str
    label: str
    analysis: str
    table: str
    column: str
    where: tuple[tuple[str, str], ...] = ()
    better: Better = ""
    is_complement: bool = False

    @property
    def is_cut_to_unit(self) -> bool:
        """Whether it is about one directorate, service or team."""
        return any(key in ORGANISATION for key, _ in self.where)


class UnknownStatisticError(DataUnusableError):
    """A text names no figure of the record."""


_TOTAL_ROW = (("directorate", TOTAL),)
_SHORT: Mapping[str, tuple[str, str, str, tuple[tuple[str, str], ...], bool]] = {
    "coverage": ("coverage", "by_group", "estimate", _TOTAL_ROW, False),
    "conversations": ("coverage", "by_group", "estimate", _TOTAL_ROW, False),
    "gap": ("self", "steps", "share", (("axis", "performance"), ("step", "0")), True),
    "spread": ("patterns", "", "sd", (), False),
    "patterns": ("patterns", "", "n_listed", (), False),
    "headcount": ("workforce", "by_group", "n_people", _TOTAL_ROW, False),
    "fte": ("workforce", "by_group", "fte", _TOTAL_ROW, False),
    "turnover": ("workforce", "leavers", "turnover", _TOTAL_ROW, False),
    "posts": ("profile", "ratings", "base", (("level", "0"),), False),
    "not_placed": ("profile", "ratings", "share", (("level", "0"),), False),
    "highest_rating": ("profile", "ratings", "share", (("level", HIGHEST),), False),
    "lowest_rating": ("profile", "ratings", "share", (("level", LOWEST),), False),
    "box_3": ("profile", "map", "share", (("box", "3"),), False),
    "successors": ("succession", "bench", "estimate", _TOTAL_ROW, False),
}
"""Short name -> analysis, table, column, row, and whether the figure is what the cell lacks of 1."""
_SAME = {"conversations": "coverage"}
"""Two names of one figure, that of the headline page and that of older trackers."""
_BETTER: Mapping[str, Better] = {"coverage": "more", "gap": "fewer"}


def short_names() -> tuple[str, ...]:
    """List the short names, those asked for most often first."""
    return tuple(_SHORT)


def label_of(code: str) -> str:
    """Give a short name in words."""
    code = _SAME.get(code, code)
    return say("plan_statistic", code) if code in codes("plan_statistic") else say("headline", code)


def statistic_labels() -> list[str]:
    """List the short names in words, each once."""
    return [label_of(code) for code in _SHORT if code not in _SAME]


def parse_statistic(text: str) -> Statistic:
    """Read the name of a figure.

    Parameters
    ----------
    text
        A short name or its words (``conversations``), also of one unit (``conversations[directorate=Adult Care]``), or
        ``analysis.table.column[key=value, ...]`` for any other figure: ``profile.map.share[box=9]``,
        ``profile.ratings.share[service=Libraries, label=Exceeds expectations]``, ``self.kappa_performance``. ``more``
        or ``fewer`` after it says which of the two is wanted.

    Returns
    -------
    Statistic

    Raises
    ------
    UnknownStatisticError
        It names none; the message has the names that are near.
    """
    text = " ".join(text.split())
    spelt = {plain(name): code for code in _SHORT for name in (code, label_of(code))}
    if plain(text) in spelt:
        return _short(spelt[plain(text)], (), "")
    found = _WRITTEN.fullmatch(text)
    name = found["name"].strip() if found else text
    where = _read_where(found["where"]) if found and found["where"] else ()
    better: Better = found["better"] or "" if found else ""  # type: ignore[assignment]
    if where is not None and plain(name) in spelt:
        return _short(spelt[plain(name)], where, better)
    long = _LONG.fullmatch(name)
    if where is None or long is None or long["analysis"] not in ANALYSES:
        raise unknown_statistic(text)
    code = name + (f"[{', '.join(f'{key}={value}' for key, value in where)}]" if where else "")
    return Statistic(f"{code} {better}".strip(), _label_long(long["analysis"], long["column"], where), long["analysis"],
                     long["table"] or "", long["column"], where, better)


def _short(code: str, where: tuple[tuple[str, str], ...], better: Better) -> Statistic:
    code = _SAME.get(code, code)
    analysis, table, column, row, is_complement = _SHORT[code]
    wanted = better or _BETTER.get(code) or (STATISTICS[code][1] if code in STATISTICS else "")
    name, label = code, label_of(code)
    if where:
        name = f"{code}[{', '.join(f'{key}={value}' for key, value in where)}]"
        label = f"{label}: {', '.join(value for _, value in where)}"
        units = {key for key, _ in where}
        row = (*where, *(pair for pair in row if pair != _TOTAL_ROW[0] and pair[0] not in units))
    if better:
        name = f"{name} {better}"
    return Statistic(name, label, analysis, table, column, row, wanted, is_complement)


def _label_long(analysis: str, column: str, where: tuple[tuple[str, str], ...]) -> str:
    heading = say("statistic_column", column) if column in codes("statistic_column") else column.replace("_", " ")
    rows = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in where)
    return say("statistic_label", "row" if rows else "whole", analysis=say("statistic_analysis", analysis),
               column=heading, rows=rows)


def _read_where(text: str) -> tuple[tuple[str, str], ...] | None:
    """Read what stands in the brackets; None where it is not pairs of key and value."""
    pairs = [part.partition("=") for part in re.split(r",\s*(?=[a-z_]+\s*=)", text)]
    if not all(sign and key.strip() and value.strip() for key, sign, value in pairs):
        return None
    return tuple((key.strip(), value.strip()) for key, _, value in pairs)


def unknown_statistic(text: str, known: Sequence[str] | None = None) -> UnknownStatisticError:
    """Say that a text names no figure, with the names that are near."""
    names = list(known) if known else [*_SHORT, *statistic_labels(), *ANALYSES]
    near = get_close_matches(text, names, n=3, cutoff=0.5) or [name for name in names
                                                               if plain(text) and plain(text) in plain(name)][:3]
    remedy = (say("statistic_fault", "near", names="; ".join(near)) if near else
              say("statistic_fault", "known", names=", ".join(names[:14])))
    return UnknownStatisticError(say("statistic_fault", "unknown", value=text), hints=[remedy])
