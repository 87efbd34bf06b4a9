"""Why a file cannot be read at all, as an exception with its remedy."""

from __future__ import annotations

from pathlib import Path

from my121_analytics.errors import UnreadableFileError
from my121_analytics.wording.catalogue import say

LONGEST_CELL = 1_500_000
"""Letters of a cell; a spreadsheet holds 32,767, comments of a system that writes text some 50,000. Each step of
reading looks at all of a cell: one of ten million takes minutes and over a gigabyte."""


def refuse(path: Path, reason: str, **values: str) -> UnreadableFileError:
    """Build the exception for a file that cannot be read.

    Parameters
    ----------
    path
        The file.
    reason
        Code in the groups ``unreadable`` and ``unreadable_remedy``.
    values
        What else stands in their sentences.

    Returns
    -------
    UnreadableFileError
    """
    return UnreadableFileError(say("unreadable", reason, file=path.name, **values), file=path.name, reason=reason,
                               hints=[say("unreadable_remedy", reason, file=path.name, **values)])
