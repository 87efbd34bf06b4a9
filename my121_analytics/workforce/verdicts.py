"""What may be said of a manager's ratings: the verdicts, each with its order, its shape and its sentence."""

from __future__ import annotations

from dataclasses import dataclass

from my121_analytics.wording.catalogue import say


@dataclass(frozen=True)
class Verdict:
    """One verdict.

    Parameters
    ----------
    code
        As it stands in tables.
    order
        Place in lists: what there is to talk about comes first. It ranks no manager.
    marker
        Shape in pictures, matplotlib's code; verdicts are told apart by shape alone.
    is_filled
        Whether the shape is filled.
    symbol
        The same shape as a character, for keys in words.
    is_to_discuss
        Whether the manager is on the list for the meeting.
    """

    code: str
    order: int
    marker: str
    is_filled: bool
    symbol: str
    is_to_discuss: bool = False

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        return say("verdict", self.code)


PATTERN, WATCH, IN_LINE, CANNOT_TELL = "pattern", "watch", "in line", "cannot tell"
VERDICTS = {verdict.code: verdict for verdict in (
    Verdict(PATTERN, 0, "D", True, "\u25c6", is_to_discuss=True),
    Verdict(WATCH, 1, "^", True, "\u25b2"),
    Verdict(IN_LINE, 2, "o", True, "\u25cf"),
    Verdict(CANNOT_TELL, 3, "o", False, "\u25cb"),
)}
"""By code, in their order."""
SAID_FIRST = ("not_settled", "too_large", "some_fixed_mix", "some_leave_lowest_out")
"""Facts of rating patterns that every page says before any name where they are not 0; each is a caveat by this name."""
