"""Codes to sentences: the one place where the product's words are looked up."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib import resources
from string import Formatter
from typing import Any

LANGUAGE = "en"
"""Folder of the catalogue; another language is another folder with the same codes."""


def say(group: str, code: str, /, **values: object) -> str:
    """Give the sentence for a code, with its figures filled in.

    Parameters
    ----------
    group
        Table of the catalogue: ``verdict``, ``caveat``, ``reason``, ``remedy`` ...
    code
        Entry in it.
    values
        What stands in the sentence's braces.

    Returns
    -------
    str

    Raises
    ------
    KeyError
        The catalogue has no such group or code, or a figure is missing.
    """
    return str(_catalogue()[group][code]).format(**values)


def count_say(group: str, code: str, n: int, /, **values: object) -> str:
    """Say a sentence about a number of things: the catalogue may hold ``_none`` and ``_one`` forms of it."""
    form = {0: f"{code}_none", 1: f"{code}_one"}.get(n, code)
    return say(group, form if form in codes(group) else code, n=f"{n:,}", **values)


def codes(group: str) -> tuple[str, ...]:
    """List the codes of one group."""
    return tuple(_catalogue()[group])


def recognise(group: str, text: str, /, **values: str) -> tuple[str, str]:
    """Find the code of the sentence that a text begins with, for files that hold sentences instead of codes.

    Parameters
    ----------
    group
        Table of the catalogue.
    text
        As it was written.
    values
        What is known to stand in the sentence's braces; anything may stand in the others, up to a semicolon.

    Returns
    -------
    code, rest
        The code whose sentence is the longest that fits, empty where none does, and the text after the sentence.
    """
    found = ("", text)
    for code, sentence in _catalogue()[group].items():
        parts = [re.escape(before) + ("" if name is None else re.escape(values[name]) if name in values else "[^;]+")
                 for before, name, _, _ in Formatter().parse(str(sentence))]
        match = re.match("".join(parts) + "(?=;|$)", text)
        if match and len(text) - match.end() < len(found[1]):
            found = code, text[match.end():]
    return found


@lru_cache(maxsize=1)
def _catalogue() -> dict[str, Any]:
    folder = resources.files("my121_analytics.wording").joinpath(LANGUAGE)
    merged: dict[str, Any] = {}
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".toml"):
            for group, sentences in tomllib.loads(entry.read_text("utf-8")).items():
                merged.setdefault(group, {}).update(sentences)
    return merged
