"""What one meeting has before it: the released results for its unit, and what every chapter needs to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures.phrases import day
from my121_analytics.framework.nine_box import Framework
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.book import AnySheet, PictureSheet
from my121_analytics.writing.page import Section, isolate
from my121_analytics.writing.picture import Picture
from my121_analytics.writing.tables import Field, Kind, format_value


@dataclass(frozen=True)
class Meeting:
    """One unit's meeting and what it may see.

    Parameters
    ----------
    unit
        Name of the unit; empty for the council's senior team.
    by
        Column of the organisation that the units are values of.
    finer
        The next finer column, by which the unit is broken down; empty where there is none.
    cycle, as_of
        What the pack reports on.
    audience
        Who reads it.
    settings, framework
        Of the record.
    results
        Released results by subject: profile, movement, severity, coverage, agenda, roster, agreement; a subject that
        the record cannot answer is absent.
    problems
        Subject -> the sentence that says why it is absent.
    pictures
        By name.
    quality
        File-level tables: ``reconciliation``, ``findings``, ``unreadable``; empty without an intake.
    actions
        Of the meeting before, each as a sentence.
    """

    unit: str
    by: str
    finer: str
    cycle: str
    as_of: date
    audience: str
    settings: Settings
    framework: Framework
    results: Mapping[str, Released]
    problems: Mapping[str, str] = field(default_factory=dict)
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    quality: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    actions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for released in self.results.values():
            require_released(released, wanted_by="Meeting")

    @property
    def is_council(self) -> bool:
        """Whether this is the meeting of the council's senior team."""
        return not self.unit

    @property
    def is_public(self) -> bool:
        """Whether anybody may read this pack: it then decides nothing and names nobody."""
        return self.settings.disclosure.audiences[self.audience].is_public

    @property
    def name(self) -> str:
        """The unit as sentences name it."""
        return isolate(self.unit) if self.unit else say("pack", "whole_council")

    @property
    def where(self) -> str:
        """Whose meeting it is, within a sentence."""
        return say("pack", "of_unit" if self.unit else "of_council")

    @property
    def scope(self) -> str:
        """Unit, cycle and day, for captions."""
        return say("pack", "scope", unit=self.name, cycle=self.cycle, as_of=day(self.as_of))

    def frame(self, subject: str, table: str) -> pd.DataFrame | None:
        """Give a released table, None where the record has no answer or the audience may not see it."""
        released = self.results.get(subject)
        return None if released is None else released.tables.get(table)

    def why_absent(self, subject: str, table: str) -> str:
        """Say why a table is not there."""
        if subject in self.problems:
            return self.problems[subject]
        released = self.results[subject]
        row = released.withheld[released.withheld["table"] == table]
        reason = str(row["reason"].iloc[0]) if len(row) else ""
        return say("pack", "withheld_table", reason=reason) if reason else say("pack", "nothing_to_show")


@dataclass(frozen=True)
class Chapter:
    """One chapter: its section of the page and its sheets of the workbook."""

    section: Section
    sheets: tuple[AnySheet, ...] = ()


def column(name: str, kind: Kind = "text", *, heading: str = "", note: str = "", heat: bool = False) -> Field:
    """Describe one column under the catalogue's heading for it."""
    return Field(name, heading or say("pack_heading", name), kind, note=note, heat=heat)


def range_text(frame: pd.DataFrame, kind: Kind, *, lower: str = "lower", upper: str = "upper") -> pd.Series:
    """Write an interval as one text per row; the marker where it was withheld, empty where there is none."""
    texts = []
    for low, high, marker in zip(frame[lower], frame[upper], frame["marker"], strict=True):
        a, b = format_value(low, kind), format_value(high, kind)
        texts.append(say("pack", "range", lower=a, upper=b) if a and b else str(marker))
    return pd.Series(texts, index=frame.index, dtype="str")


def picture_sheets(meeting: Meeting, names: Sequence[str]) -> tuple[PictureSheet, ...]:
    """Give the pictures that were drawn in dots as sheets of the workbook."""
    found = [meeting.pictures[name] for name in names if name in meeting.pictures]
    return tuple(PictureSheet(say("pack_sheet", f"picture_{picture.name}"), f"{picture.title}: {meeting.scope}",
                              picture.png, picture.alt) for picture in found if picture.png)
