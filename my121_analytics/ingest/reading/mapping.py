"""What each heading was taken for, written down so that a person can settle it: a block for the settings file."""

from __future__ import annotations

import json
from textwrap import wrap

import pandas as pd

from my121_analytics.ingest.reading.synonyms import column_words, compact

_ASKED = {"dated": "names a period: write the column if it is the period to read",
          "duplicate": "another column of its sheet was read instead",
          "unused": "not used"}
"""Why a heading is not mapped, by ``how``; these become lines to uncomment."""


def columns_block(mapping: pd.DataFrame) -> str:
    """Write the mapping of headings as a block ``[exports.columns]``, ready to edit.

    Parameters
    ----------
    mapping
        As :attr:`Intake.mapping`: one row per column of a sheet, with ``file``, ``sheet``, ``heading``, ``column``,
        ``how`` and ``meanings``.

    Returns
    -------
    str
        TOML. Each heading that was used is a line; read back through the settings, the block gives the same mapping.
        Headings that were not used, that were asked about, or that mean different columns in different sheets are
        commented out: a setting holds for all files. Columns that are never loaded are left out.
    """
    lines = ["# What each heading of the exports was taken for. A heading means the same in all files.",
             '# Change the right side, or write "ignore"; take away the # in front of a line to let it count.',
             "# Words for the right side:", *_word_lines(), "[exports.columns]"]
    listed: set[str] = set()
    meanings = _meanings(mapping)
    for (file, sheet), part in mapping.groupby(["file", "sheet"], sort=False):
        found = [line for heading, column, how, asked in part[["heading", "column", "how", "meanings"]].itertuples(
                 index=False, name=None)
                 if (line := _line(str(heading), str(column), str(how), str(asked), meanings, listed))]
        if found:
            lines += ["", f"# {_comment(f'{file}, {sheet}' if sheet else str(file))}", *found]
    return "\n".join(lines) + "\n"


def _meanings(mapping: pd.DataFrame) -> dict[str, set[str]]:
    """Collect the columns that each heading stands for; empty where it is not used somewhere."""
    found: dict[str, set[str]] = {}
    for heading, column, how in mapping[["heading", "column", "how"]].itertuples(index=False, name=None):
        found.setdefault(compact(str(heading)), set()).add("ignore" if how == "ignored" else str(column))
    return found


def _word_lines() -> list[str]:
    """List every word that may stand on the right side, in lines of a length."""
    return wrap(", ".join(column_words()), width=110, initial_indent="#   ", subsequent_indent="#   ")


def _line(heading: str, column: str, how: str, asked: str, meanings: dict[str, set[str]], listed: set[str]) -> str:
    key = compact(heading)
    if not key or key in listed or how == "refused":
        return ""
    listed.add(key)
    name = _quoted(heading)
    if len(meanings[key]) > 1:
        several = " and ".join(sorted(meaning or "nothing" for meaning in meanings[key]))
        return f'# {name} = "{column or "ignore"}"  # {several} by turns: left to each sheet'
    if how == "ignored" or column:
        return f'{name} = "{column or "ignore"}"'
    if asked:
        first, *other_meanings = asked.split(" or ")
        also = ", ".join(f'"{word}"' for word in (*other_meanings, "ignore"))
        why = f"{_ASKED[how]}; or" if how in _ASKED else "or"
        return f'# {name} = "{first}"  # {why} {also}'
    return f'# {name} = "ignore"  # {_ASKED.get(how, _ASKED["unused"])}'


def _quoted(text: str) -> str:
    """Write a TOML string; what JSON escapes, TOML reads, but for the delete character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    """Keep control characters out of a comment."""
    return "".join(c if c.isprintable() else " " for c in text)
