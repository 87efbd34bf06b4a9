"""Ratings that do not say whose they are, in a file, a sheet or below a title that speaks of self-assessment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import PurePath

from my121_analytics.ingest.files.exports import SourceSheet
from my121_analytics.ingest.reading.headings import SheetMap
from my121_analytics.ingest.reading.synonyms import AXES, words_of
from my121_analytics.workforce.schema import MANAGER, SELF

_OWN = re.compile(r"\b(?:self|own)[ -]?(?:assess|rat|review|apprais|evaluat|plac|scor|mark)", re.I)
"""A line about what employees say of themselves."""
_OTHERS = frozenset({"manager", "line", "reviewer", "appraiser", "supervisor", "calibrated", "moderated", "all",
                     "both"})
_NOT_OWN = frozenset({"service", "serve", "directed", "isolating", "employed", "help", "neglect"})


def ask_whose(sheet: SourceSheet, smap: SheetMap, titles: Sequence[str]) -> SheetMap:
    """Ask about ratings that do not say whose they are where the file, the sheet or a title speaks of self-assessment.

    Parameters
    ----------
    sheet
        For its names.
    smap
        What its columns are taken for.
    titles
        Texts above the header.

    Returns
    -------
    SheetMap
        Such ratings are ambiguous, unless the sheet says in a column whose they are or who rated.
    """
    told = {"source", "rater_id", "rater_name", "rater_post"} & set(smap.columns)
    if told or "" not in smap.ratings or not any(
            map(speaks_of_self, (_words(PurePath(sheet.file).stem), _words(sheet.name), *titles))):
        return smap
    asked = smap.ratings[""].values()
    headings = tuple(replace(h, column="", how="ambiguous", meanings=(f"{SELF} {h.column}", f"{MANAGER} {h.column}"))
                     if h.position in asked and h.column in AXES and h.how != "setting" else h for h in smap.headings)
    kept = {h.column: h.position for h in headings if h.position in asked and h.how == "setting"}
    ratings = {source: axes for source, axes in {**smap.ratings, "": kept}.items() if axes}
    tables = tuple(table for table in smap.tables if table != "placements" or ratings)
    return replace(smap, headings=headings, ratings=ratings, tables=tables)


def speaks_of_self(text: str) -> bool:
    """Say whether a name or a title is about what employees say of themselves, and of nobody else's ratings."""
    words = words_of(text)
    if set(words) & _OTHERS:
        return False
    bare = any(word.startswith("self") and not (set(words[j + 1:j + 2]) | {word.removeprefix("self")}) & _NOT_OWN
               for j, word in enumerate(words)) and len(words) <= _SHORT
    return bare or bool(_OWN.search(text))


_SHORT = 5
"""Words of a name; a longer text is a title or a sentence."""


def _words(name: str) -> str:
    return re.sub(r"[_.]+", " ", name)
