"""What every sheet of one source is read with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from my121_analytics.framework.nine_box import Framework
from my121_analytics.ingest.reading.namesakes import PostDetails
from my121_analytics.ingest.reading.people import Roster
from my121_analytics.ingest.reading.ratings import Scale
from my121_analytics.settings import Settings


@dataclass(frozen=True)
class Context:
    """What every sheet is read with.

    Parameters
    ----------
    settings, framework, scales
        The council's settings and what they describe.
    roster
        The people.
    pairs
        File -> name -> ids that stand beside it there.
    latest_year
        Two-digit years do not lie after it.
    as_of
        Day of the extract, where it is known.
    details
        What is known of people's posts, for names that may be a namesake's.
    """

    settings: Settings
    framework: Framework
    scales: Mapping[str, Scale]
    roster: Roster
    pairs: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    latest_year: int | None = None
    as_of: date | None = None
    details: PostDetails = field(default_factory=PostDetails)
