"""What a named figure of the record is in one cycle: its value, its range and the number it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations

import numpy as np
import pandas as pd

from my121_analytics.analysis.agreement import compare_self
from my121_analytics.analysis.coverage import measure_coverage
from my121_analytics.analysis.movement import track_movement
from my121_analytics.analysis.profile import tabulate_profile
from my121_analytics.analysis.rating_patterns.severity import estimate_severity
from my121_analytics.analysis.rating_patterns.verdict_counts import tabulate_verdicts
from my121_analytics.analysis.succession import measure_succession
from my121_analytics.analysis.workforce_profile import describe_workforce
from my121_analytics.errors import My121Error
from my121_analytics.improvement.headings import plain
from my121_analytics.improvement.plan.named_statistics import (
    ANALYSES,
    HIGHEST,
    LOWEST,
    Statistic,
    label_of,
    parse_statistic,
    short_names,
    unknown_statistic,
)
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import TOTAL, Count, Result, Subject, Table
from my121_analytics.workforce.schema import ORGANISATION
from my121_analytics.workforce.single_counts import find_count
from my121_analytics.workforce.verdicts import VERDICTS

_RANGED = ("share", "estimate", "change")
"""Columns that ``lower`` and ``upper`` of the same row belong to."""
_COUNTS = re.compile(r"n$|n_|base")
"""Columns that count."""
_PATTERNS = ("patterns.sd", "patterns.n_listed", "patterns.n_raters",
             *(f"patterns.verdicts.n_managers[verdict={verdict}]" for verdict in VERDICTS))
_BY_GROUP = {("self", "steps"): ("by_group", {"step": ("direction", {"0": "same"})})}
"""Tables whose figures by group stand in a table of another make."""


@dataclass(frozen=True)
class Measurement:
    """A statistic in one cycle: its value, its 95 % range, the number it rests on, and the smallest group it shows.

    ``lower`` and ``upper`` are NaN where the figure has no range: it counts everybody in the record. ``tells`` are the
    counts that it gives to whoever reckons, with who is counted.
    """

    estimate: float
    lower: float
    upper: float
    n: int
    n_least: int = 0
    tells: tuple[tuple[int, Count], ...] = ()


@dataclass
class Measurer:
    """Measures statistics of one record; each analysis is carried out once per cycle and grouping."""

    workforce: Workforce
    results: dict[tuple[str, str, str], Result | None] = field(default_factory=dict)

    def measure(self, statistic: Statistic, cycle: str) -> Measurement | None:
        """Measure a statistic in one cycle.

        Parameters
        ----------
        statistic
            Of :func:`parse_statistic`.
        cycle
            Label of the cycle.

        Returns
        -------
        Measurement or None
            None where the record of that cycle cannot answer.

        Raises
        ------
        UnknownStatisticError
            The analysis has no such table, column or row; the message has the names that are near.
        """
        by = next((key for key, _ in statistic.where if key in ORGANISATION), "directorate")
        result = self._analyse(statistic.analysis, by, cycle)
        if result is None:
            return None
        if not statistic.table:
            return _read_fact(result, statistic)
        return _read_cell(result, statistic)

    def list_names(self, cycle: str) -> pd.DataFrame:
        """List every figure that can be named in a cycle: ``statistic``, ``label``; short names first."""
        rows = [(code, label_of(code)) for code in short_names()]
        for analysis in ANALYSES:
            # The patterns take seconds to fit; their names do not depend on the record.
            result = None if analysis == "patterns" else self._analyse(analysis, "directorate", cycle)
            names = _PATTERNS if analysis == "patterns" else [] if result is None else _names_in(analysis, result)
            rows += [(name, parse_statistic(name).label) for name in names]
        return pd.DataFrame(rows, columns=["statistic", "label"], dtype="str")

    def _analyse(self, analysis: str, by: str, cycle: str) -> Result | None:
        key = (analysis, by, cycle)
        if key not in self.results:
            try:
                self.results[key] = _carry_out(analysis, self.workforce, by, cycle)
            except My121Error:
                self.results[key] = None  # the record of that cycle cannot answer; the verdict says so
        return self.results[key]


def _carry_out(analysis: str, workforce: Workforce, by: str, cycle: str) -> Result:
    if analysis == "patterns":
        # One cycle at a time: what is compared must not rest on the same ratings.
        severity = estimate_severity(workforce, cycles=[cycle], axes=["performance"], sensitivity=False)
        return Result(severity.about, tabulate_verdicts(severity).tables, severity.facts, severity.declared)
    if analysis == "movement":
        return track_movement(workforce, cycle=cycle)
    run = {"workforce": describe_workforce, "profile": tabulate_profile, "coverage": measure_coverage,
           "self": compare_self, "succession": measure_succession}[analysis]
    result: Result = run(workforce, by=by, cycle=cycle)  # type: ignore[operator]
    return result


def _tables_of_groups(result: Result) -> dict[str, Table]:
    """Give the tables that are about groups: a figure of one person is nobody's statistic."""
    return {name: table for name, table in result.tables.items() if not table.people and not table.protected
            and len(table.frame)}


def _read_fact(result: Result, statistic: Statistic) -> Measurement | None:
    facts = {name: value for name, value in result.facts.items() if isinstance(value, int | float)}
    if statistic.column not in result.facts:
        raise unknown_statistic(statistic.code, [f"{statistic.analysis}.{name}" for name in facts])
    value = facts.get(statistic.column)
    if value is None:
        return None
    lower, upper = (float(facts.get(f"{statistic.column}_{end}", float("nan"))) for end in ("lower", "upper"))
    rests_on = next((name for name in ("n_ratings", "n_pairs", "n_placed_both") if name in facts), "n")
    n = int({**facts, "n": result.about.n or 0}[rests_on])
    tells = _facts_behind(result, rests_on, statistic.column)
    told = [count for count, _ in tells] if statistic.column.startswith("share") else []
    groups = [n, *(abs(count - other) for count, other in combinations(told, 2))]
    if result.declared[statistic.column].counts_people:
        groups.append(int(value))
    return Measurement(float(value), lower, upper, n, min((count for count in groups if count > 0), default=0), tells)


def _facts_behind(result: Result, rests_on: str, name: str) -> tuple[tuple[int, Count], ...]:
    """Give the counts that a fact shows: itself, the number it rests on, and both ends of a share."""
    counts = {**result.facts, "n": result.about.n}
    return tuple((int(counts[fact] or 0), replace(who, cycle=who.cycle or result.about.cycle))
                 for fact in dict.fromkeys([rests_on, name, *result.declared[name].follows])
                 if fact in result.declared and (who := result.declared[fact].who) and counts.get(fact) is not None)


def _read_cell(result: Result, statistic: Statistic) -> Measurement | None:
    where, name = dict(statistic.where), statistic.table
    tables = _tables_of_groups(result)
    name, where = _go_to_group(statistic, tables, where)
    if name not in tables:
        raise unknown_statistic(statistic.code, list(_names_in(statistic.analysis, result)))
    table = tables[name]
    rows = _find_rows(table, where)
    if statistic.column not in table.frame.columns or len(rows) != 1 or not pd.api.types.is_numeric_dtype(
            table.frame[statistic.column]):
        names = list(_names_in(statistic.analysis, result, table=name))
        of_column = [known for known in names if known.split("[")[0].endswith(f".{statistic.column}")]
        raise unknown_statistic(statistic.code, of_column or names)
    reading = _as_reading(table, table.frame.index.get_loc(rows.index[0]), statistic.column, result.about.subject)
    return _complement(reading) if statistic.is_complement and reading else reading


def _go_to_group(statistic: Statistic, tables: Mapping[str, Table],
                 where: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Find the table that has the figure for one unit, where the table named is of the whole council."""
    name = statistic.table
    if not statistic.is_cut_to_unit or (name in tables and any(
            key in ORGANISATION for key in tables[name].frame.columns)):
        return name, where
    if (statistic.analysis, name) in _BY_GROUP:
        name, renamed = _BY_GROUP[statistic.analysis, name]
        return name, {renamed[key][0] if key in renamed else key:
                      renamed[key][1].get(value, value) if key in renamed else value for key, value in where.items()}
    return f"{name}_by_group", where


def _find_rows(table: Table, where: Mapping[str, str]) -> pd.DataFrame:
    """Find the rows that the keys single out; a key of the organisation that is not given means the whole council."""
    rows = table.frame
    for key in table.keys:
        if key in ORGANISATION and key not in where and (rows[key].astype("str") == TOTAL).any():
            rows = rows[rows[key].astype("str") == TOTAL]
    for key, value in where.items():
        if key not in rows.columns:
            return rows.iloc[:0]
        if value in (HIGHEST, LOWEST):
            placed = rows[rows[key] > 0]
            rows = placed[placed[key] == (placed[key].max() if value == HIGHEST else placed[key].min())]
        else:
            rows = rows[_spells(rows[key], value)]
    return rows


def _spells(cells: pd.Series, value: str) -> list[bool]:
    """Say which cells hold a value as written, else which spell it with other signs: -1 and 1 are two steps."""
    same = [str(cell) == value for cell in cells]
    return same if any(same) else [plain(str(cell)) == plain(value) for cell in cells]


def _as_reading(table: Table, at: int, column: str, subject: Subject) -> Measurement | None:
    """Give one cell with its range and the counts that it could be reckoned back to."""
    row = table.frame.iloc[at]
    if pd.isna(row[column]):
        return None
    ranged = column in _RANGED and {"lower", "upper"} <= set(row.index)
    lower, upper = (float(row[end]) if ranged else float("nan") for end in ("lower", "upper"))
    base = next((int(row[name]) for name in (table.base, table.count) if name and pd.notna(row[name])), 0)
    counted = _counted(table, row, column, base)
    groups = [*counted, base, *(base - n for n in counted if 0 < n < base)]
    tells = tuple((int(row[name]), who) for name in _columns_behind(table, column) if pd.notna(row[name])
                  and (who := find_count(table, at, name, subject)))
    return Measurement(float(row[column]), lower, upper, base, min((n for n in groups if n > 0), default=0), tells)


def _counted(table: Table, row: pd.Series, column: str, base: int) -> list[int]:
    """Give the numbers that a figure could be reckoned back to."""
    if column in ("share", "estimate"):
        return [round(float(row[column]) * base)]
    if _COUNTS.match(column):
        return [int(row[column])]
    return [int(row[name]) for name in _columns_that_count(table) if pd.notna(row[name])]


def _columns_that_count(table: Table) -> list[str]:
    return [str(name) for name in table.frame.columns if _COUNTS.match(str(name)) and name not in table.things]


def _columns_behind(table: Table, column: str) -> list[str]:
    """List the columns of a row that one of its figures tells, together with the number that it rests on.

    A share tells the counts of which it is the share, in all rows; what else is computed may tell every count.
    """
    counts = _columns_that_count(table)
    base = next((name for name in (table.base, table.count) if name), None)
    if column in counts:
        found = [column]
    elif column in ("share", "estimate") and base:
        of_base = table.frame[base].to_numpy(np.float64, na_value=np.nan) * table.frame[column].to_numpy(np.float64)
        found = [name for name in counts if np.allclose(of_base, table.frame[name].to_numpy(
            np.float64, na_value=np.nan), rtol=0, atol=1e-6, equal_nan=True)]
    else:
        found = counts
    return list(dict.fromkeys([*(found or counts), *([base] if base else [])]))


def _complement(reading: Measurement) -> Measurement:
    return replace(reading, estimate=1 - reading.estimate, lower=1 - reading.upper, upper=1 - reading.lower)


def _names_in(analysis: str, result: Result, *, table: str = "") -> Iterator[str]:
    """Name every figure of an analysis: each numeric cell that is no end of a range, and each fact."""
    for name, content in _tables_of_groups(result).items():
        if table and name != table:
            continue
        frame = content.frame
        figures = [column for column in frame.columns if pd.api.types.is_numeric_dtype(frame[column])
                   and column not in (*content.keys, "lower", "upper", "performance", "potential")]
        for row in frame.to_dict("records"):
            where = ", ".join(f"{key}={row[key]}" for key in content.keys
                              if not (key in ORGANISATION and str(row[key]) == TOTAL))
            for column in figures:
                yield f"{analysis}.{name}.{column}" + (f"[{where}]" if where else "")
    if not table:
        yield from (f"{analysis}.{name}" for name, value in result.facts.items()
                    if isinstance(value, int | float) and not name.endswith(("_lower", "_upper")))
