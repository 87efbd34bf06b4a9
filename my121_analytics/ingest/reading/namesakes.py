"""Whether the only person with a manager's name can be that manager: a namesake elsewhere is asked about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from my121_analytics.ingest.reading.cells import clean, is_missing, parse_ids, plain_list, plain_words
from my121_analytics.ingest.reading.dates import parse_dates
from my121_analytics.ingest.reading.sheet_rows import SheetRows

if TYPE_CHECKING:
    from my121_analytics.ingest.reading.context import Context

_GRADE = re.compile(r"([^\d]*?)\s*(\d+)")
_MANAGERS = ("manager_id", "manager_name", "manager_post")


@dataclass(frozen=True, eq=False)
class PostDetails:
    """What the exports say of people's posts, looked up only where a name alone has to tell who is meant.

    Parameters
    ----------
    sources
        The staff lists, or where there is none the sheets that rows about people stand in.
    """

    sources: Sequence[SheetRows] = ()

    @cached_property
    def unit(self) -> dict[str, str]:
        """Directorate by id, else the service."""
        return {**self._texts("service"), **self._texts("directorate")}

    @cached_property
    def role(self) -> dict[str, str]:
        """Job title by id."""
        return self._texts("role")

    @cached_property
    def grade(self) -> dict[str, str]:
        """Pay grade by id."""
        return self._texts("grade")

    @cached_property
    def manager(self) -> dict[str, str]:
        """Who manages each id, as written."""
        found: dict[str, str] = {}
        for column in reversed(_MANAGERS):
            found.update(self._texts(column))
        return found

    @cached_property
    def managers_by_number(self) -> frozenset[str]:
        """Ids that are given as managers or raters by their number."""
        numbers: set[str] = set()
        for rows in self.sources:
            for column in ("manager_id", "rater_id"):
                if rows.has(column):
                    _, texts = rows.texts(rows.map.columns[column])
                    numbers |= {value for value in parse_ids(texts).values if value is not None}
        return frozenset(numbers)

    def left_on(self, context: Context) -> dict[str, date]:
        """Last day by id, of those who have left."""
        order, latest = context.settings.exports.date_order, context.latest_year
        texts = self._texts("left_on")
        if not texts:
            return {}
        days = parse_dates(list(texts.values()), order, latest).parsed.values
        return {person: day.astype("datetime64[D]").item() for person, day in zip(texts, days, strict=True)
                if not np.isnat(day)}

    def describe(self, person: str, name: str) -> str:
        """Describe somebody in brackets: job title, unit, and whom they report to."""
        manager = self.manager.get(person)
        parts = [self.role.get(person), self.unit.get(person), f"reports to {manager}" if manager else None]
        detail = ", ".join(part for part in parts if part)
        return f"{person} {name} ({detail})" if detail else f"{person} {name}"

    def _texts(self, column: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for rows in self.sources:
            if not rows.has(column):
                continue
            codes, texts = rows.texts(rows.map.columns[column])
            filled = np.array([not is_missing(text) for text in texts], dtype=bool)[codes] & (rows.employee.codes >= 0)
            people = rows.employee.categories[rows.employee.codes[filled]]
            found.update(zip(people, (clean(str(texts[code])) for code in codes[filled]), strict=True))
        return found


def is_plausible(details: PostDetails, person: str, team: Iterable[str], manager_ids: Mapping[str, str]) -> bool:
    """Say whether somebody who is told by a name alone may manage a team.

    Parameters
    ----------
    details
        What is known of people's posts.
    person
        The only one with the name.
    team
        Ids of those who would report to them.
    manager_ids
        Manager's text -> id, so far as it is read.

    Returns
    -------
    bool
        False where the person is a learner by their job title, is graded below the whole team, reports to one of it,
        or belongs to another unit than all of it and is neither known as a manager nor senior to it. True where too
        little is known.
    """
    teammates = set(team) - {person}
    written = details.manager.get(person, "")
    above = manager_ids.get(written, written)
    if _is_learner(details.role.get(person, "")) or above in teammates:
        return False
    rank = _rank(details.grade.get(person, ""), [details.grade.get(member, "") for member in teammates])
    if rank < 0:
        return False
    units = {plain_words(details.unit[member]) for member in teammates if member in details.unit}
    home = details.unit.get(person)
    if home is None or not units or plain_words(home) in units:
        return True
    is_top = person not in details.manager
    return is_top or rank > 0 or person in details.managers_by_number or _leads(details.role.get(person, ""))


def _is_learner(role: str) -> bool:
    return bool(set(plain_words(role).split()) & plain_list("learners"))


def _leads(role: str) -> bool:
    return bool(set(plain_words(role).split()) & plain_list("leaders"))


def _rank(grade: str, grades: Sequence[str]) -> int:
    """Say whether a grade is above (1) or below (-1) all others of its kind; 0 where it is neither or not known."""
    own = _GRADE.match(grade)
    known = [found for found in map(_GRADE.match, grades) if found and own and found[1] == own[1]]
    if own is None or not known:
        return 0
    numbers = [int(found[2]) for found in known]
    return 1 if int(own[2]) > max(numbers) else -1 if int(own[2]) < min(numbers) else 0
