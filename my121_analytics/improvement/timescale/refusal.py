"""Why a timescale was not read, what stood there, and how to write it: refusing is safe, a wrong due date is not."""

from __future__ import annotations

from typing import Literal

from my121_analytics.errors import DataUnusableError
from my121_analytics.wording.catalogue import say

UNREADABLE_CODES = ("unreadable", "blank", "impossible_date", "no_day", "out_of_range", "backwards")
"""Codes of text that has no reading; every other code is text with more than one."""


class TimescaleError(DataUnusableError):
    """A timescale has no reading, or more than one.

    Parameters
    ----------
    text
        What was written.
    code
        Why it was refused: an entry of the wording's ``timescale_refused`` and ``timescale_remedy``.

    Attributes
    ----------
    remedy
        How to write it, in one sentence.
    """

    def __init__(self, text: str, code: str) -> None:
        self.text = text
        self.code = code
        self.remedy = say("timescale_remedy", code)
        super().__init__(say("timescale_refused", code, text=text), hints=[self.remedy])

    @property
    def reason(self) -> Literal["ambiguous", "unreadable"]:
        """Whether there was more than one reading or none."""
        return "unreadable" if self.code in UNREADABLE_CODES else "ambiguous"
