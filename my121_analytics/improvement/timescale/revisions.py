"""Timescales that replaced another: ``Sept 2013 revised to Dec 2013``, ``Dec 2013 (was Sept 2013)``."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LABEL = r"(?: (?:target|due|completion|end|finish))?(?: (?:date|deadline|timescale|target|time))?"
_VERB = (r"(?:(?:has |have |had )?(?:now )?(?:been )?(?:revised|extended|moved|changed|slipped|rescheduled|"
         r"re-scheduled|put back|"
         r"pushed back|postponed|deferred|delayed|brought forward|amended|updated|reprofiled|re-profiled))")
_GAP = r"[ ,;:.()\[\]/-]*"
_FROM_TO = re.compile(rf"{_VERB}{_LABEL} from (?P<old>.+?) (?:to|until|->|=>|→) (?P<new>.+)")
_TO = re.compile(rf"(?:(?:original(?:ly)?|was|previously|initial(?:ly)?|old|"
                 rf"due){_LABEL}[ :;-]+)?(?P<old>.+?){_GAP}(?<![a-z0-9])"
                 rf"(?:then |and |but |date )*(?P<link>{_VERB}{_LABEL} (?:to|until|till)|{_VERB}{_LABEL} ?:|"
                 rf"revised {_LABEL.strip()}|revised(?: {_LABEL})?(?: to be)?|new{_LABEL}|now(?: due)?|->|=>|→)"
                 r"[ :;-]*(?P<new>.+)")
_WAS = re.compile(rf"(?:(?:revised|now|new){_LABEL}[ :;-]+)?(?P<new>.+?){_GAP}(?<![a-z0-9])"
                  rf"(?:was|were|originally|previously|formerly|original|orig\.?|old|instead of|{_VERB} from){_LABEL}"
                  r"[ :;-]+(?P<old>.+)")
_NEW_ONLY = re.compile(rf"(?:{_VERB}{_LABEL} (?:to|until|till)|(?:revised|new|updated|"
                       rf"amended){_LABEL}(?<=[a-z]{{4}})(?::| -|(?<=date)|"
                       r"(?<=deadline)|(?<=timescale)|(?<=target))(?: is| to)?)[ :;-]*(?P<new>.+)")
_WAS_FIRST = re.compile(r"[(\[](?:was|originally|previously|original) ?:? ?(?P<old>[^)\]]+)[)\]],? ?(?P<new>.+)")
_LOOSE = re.compile(r"revised|new|updated|amended|changed")


@dataclass(frozen=True)
class Revision:
    """A timescale and the one it replaced.

    Parameters
    ----------
    old, new
        As written, tidied; ``old`` is empty where only the new one is given.
    is_loose
        The words may also say when the plan was revised; the two must then be dates in order.
    """

    old: str
    new: str
    is_loose: bool


def find_revisions(phrase: str) -> list[Revision]:
    """List the ways in which a phrase may be a revised timescale.

    Parameters
    ----------
    phrase
        Tidied: lower case, plain dashes, single spaces.

    Returns
    -------
    list of Revision
        Whether the two parts are timescales is for the caller to see; empty where the phrase speaks of no revision.
    """
    found = []
    for pattern in (_FROM_TO, _WAS_FIRST, _TO, _WAS, _NEW_ONLY):
        match = pattern.fullmatch(phrase)
        if match and not match["new"].startswith("from "):
            groups = match.groupdict()
            link = (groups.get("link") or "").strip()
            found.append(Revision(_trim(groups.get("old") or ""), _trim(groups["new"]),
                                  bool(_LOOSE.fullmatch(link))))
    return found


def _trim(text: str) -> str:
    return re.sub(r" (?:deadline|date|target)$", "", text.strip(" ,;:.()[]/-"))
