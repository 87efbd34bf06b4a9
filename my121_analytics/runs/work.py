"""What an unattended run in hand has gathered so far: handed from the run to the writers of its outputs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from my121_analytics.runs.history import Headline
from my121_analytics.runs.instructions import RunPlan

if TYPE_CHECKING:
    from my121_analytics.ingest.intake import Intake
    from my121_analytics.workforce.record import Workforce


@dataclass
class Work:
    """What a run in hand has gathered so far.

    Parameters
    ----------
    plan
        What is to be done, with absolute paths.
    key
        Of the run.
    folder
        Where outputs wait.
    intake
        As read.
    warnings, headline
        Of the writers, in order.
    missing
        Sections that failed, where a partial report is allowed.
    """

    plan: RunPlan
    key: str
    folder: Path
    intake: Intake
    warnings: list[str] = field(default_factory=list)
    headline: list[Headline] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def workforce(self) -> Workforce:
        """The record as read."""
        return self.intake.workforce
