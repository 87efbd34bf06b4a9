"""Pseudonyms: ids that still join but that only the holder of a key can trace back to a person.

A pseudonym is a keyed hash (HMAC-SHA256) of the id, so the same key gives the same pseudonym in every table and every
run, and without the key nobody can try out payroll numbers until one fits. Pseudonymised rows are still personal data:
a job title or a rare combination can name somebody. The key is kept apart from the data, by somebody who has no use
for them.
"""

from __future__ import annotations

import hmac
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from my121_analytics.disclosure.suppression import PEOPLE
from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.settings import Settings
from my121_analytics.workforce.results import TOTAL, Result, Table
from my121_analytics.workforce.schema import ORIGIN, TABLES

KEY_VARIABLE = "MY121_PSEUDONYM_KEY"
"""Environment variable that holds the key itself."""
KEY_FILE_VARIABLE = "MY121_PSEUDONYM_KEY_FILE"
"""Environment variable that names a file with the key."""
FEWEST_BYTES = 32
"""As long as the hash: a shorter key could be found by trying."""
FEWEST_SIGNS = 8
"""Different signs in a key: 'aaaa...' is long and no secret."""
LENGTH = 12
"""Signs of a pseudonym, 5 bits each. Among 200,000 ids two share 60 bits with a chance of about 2 in 100 million."""

PERSON, POST = "person", "post"
DOMAINS: Mapping[str, str] = {
    "employee_id": PERSON, "rater_id": PERSON, "manager_id": PERSON, "successor_id": PERSON, "reviewer_id": PERSON,
    "first_rater_id": PERSON, "second_rater_id": PERSON,
    "post_id": POST}
"""Kind of each id: an employee, a rater and a manager with one id are one person, so that joins hold."""
_PREFIXES = {PERSON: "P", POST: "J"}
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's 32: none of I, L, O, U, which are misread or make words
_FREE_TEXT = frozenset(column.name for columns in TABLES.values() for column in columns if column.kind == "text")
_ROW_ORDER = frozenset(column.name for column in ORIGIN)
_HOW_TO_MAKE = "Make one: python -c \"import secrets; print(secrets.token_hex(32))\""


def load_key(settings: Settings | None = None, *, source: Path | str | None = None,
             out: Path | str | None = None) -> bytes:
    """Find the key for pseudonyms: in the environment, else in a key file kept apart from the data.

    Parameters
    ----------
    settings
        ``[disclosure] pseudonym_key_file`` names the key file where the environment names none.
    source, out
        Where the exports are and where the files go; a key file in either of them is refused.

    Returns
    -------
    bytes
        For :func:`make_pseudonyms` and :func:`replace_ids`.

    Raises
    ------
    UsageError
        There is no key, it is too short, or its file lies beside the data.
    """
    from_environment = os.environ.get(KEY_VARIABLE, "")
    if from_environment:
        return read_key(from_environment, where=f"the environment variable {KEY_VARIABLE}")
    named = os.environ.get(KEY_FILE_VARIABLE, "") or (settings or Settings()).disclosure.pseudonym_key_file
    if not named:
        raise UsageError("Pseudonyms were asked for, and there is no key to make them with.",
                         hints=[f"Set {KEY_VARIABLE} for this run, or name a key file in {KEY_FILE_VARIABLE} or in "
                                "[disclosure] pseudonym_key_file.", _HOW_TO_MAKE])
    path = Path(named).expanduser()
    _check_apart(path, source=source, out=out)
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise UsageError(f"{path}: the key file cannot be read.",
                         hints=["Check the path; the file holds the key as one line of text."]) from problem
    return read_key(text, where=f"the key file {path.name}")


def read_key(text: str, *, where: str) -> bytes:
    """Turn a key as written (hexadecimal digits or any text) into bytes, refusing one that could be guessed.

    Parameters
    ----------
    text
        The key; blanks round it do not count.
    where
        Where it was found, for the message. The key itself is never shown.

    Returns
    -------
    bytes

    Raises
    ------
    UsageError
        The key is too short or repeats itself.
    """
    text = text.strip()
    is_hex = re.fullmatch(r"(?:[0-9a-fA-F]{2})+", text) is not None
    key = bytes.fromhex(text) if is_hex else text.encode("utf-8")
    if len(key) < FEWEST_BYTES:
        asked = f"{2 * FEWEST_BYTES} hexadecimal digits" if is_hex else f"{FEWEST_BYTES} characters"
        raise UsageError(f"The key in {where} has {len(key)} bytes; expected {FEWEST_BYTES} or more ({asked}).",
                         hints=[_HOW_TO_MAKE])
    if len(set(key)) < FEWEST_SIGNS:
        raise UsageError(f"The key in {where} repeats itself and could be guessed.", hints=[_HOW_TO_MAKE])
    return key


def make_pseudonyms(ids: pd.Series, key: bytes, *, domain: str = PERSON) -> pd.Series:
    """Give the pseudonym of each id.

    Parameters
    ----------
    ids
        Text or a categorical; missing ones stay missing.
    key
        From :func:`load_key`.
    domain
        ``person`` or ``post``: one text has another pseudonym in each, so that they cannot be matched.

    Returns
    -------
    pandas.Series
        A categorical such as ``P-7KQ2-M9XT-4D0B``, its categories in the order of the pseudonyms, which says nothing
        about the order of the ids. A margin's ``All`` stays.

    Raises
    ------
    DataUnusableError
        Two ids have the same pseudonym under this key.
    """
    ids = ids if isinstance(ids.dtype, pd.CategoricalDtype) else ids.astype("str").astype("category")
    ids = ids.cat.remove_unused_categories()
    known = [str(value) for value in ids.cat.categories]  # each distinct id is hashed once, whatever the rows
    made = [value if value == TOTAL else _pseudonym(value, key, domain) for value in known]
    if len(set(made)) < len(made):
        raise DataUnusableError("Two ids have the same pseudonym under this key, so joins would mix two people up.",
                                hints=["Use another key; the chance is about 2 in 100 million for 200,000 ids."])
    renamed = ids.cat.rename_categories(made)
    return renamed.cat.set_categories(sorted(made), ordered=False)


def replace_ids(result: Result, key: bytes) -> Result:
    """Give a result in which people and posts go by pseudonyms and no name is left, with its tables still joinable.

    Parameters
    ----------
    result
        Of an analysis; it is not changed.
    key
        From :func:`load_key`.

    Returns
    -------
    Result
        Ids of employees, raters, managers and posts are replaced; names, free text about a person and the file and
        row that a line came from are dropped. Rows of such tables are put in the order of their pseudonyms, since the
        order of the ids would give them away.

    Notes
    -----
    What else a row holds stays as it is, and may tell who somebody is: directorate and role, dates, a rare rating.
    Pseudonymised tables are for people who may see the record and need no names; they are not for publication.
    """
    return replace(result, tables={name: _replace_in(table, key) for name, table in result.tables.items()})


def _replace_in(table: Table, key: bytes) -> Table:
    frame = table.frame
    ids = [column for column in frame.columns if column in DOMAINS]
    if not ids and not table.people:
        return table
    identifying = {*table.people, *PEOPLE, *_FREE_TEXT, *_ROW_ORDER} - set(ids)
    kept = [column for column in frame.columns if column not in identifying]
    out = frame[kept].assign(**{column: make_pseudonyms(frame[column], key, domain=DOMAINS[column]) for column in ids})
    if ids:
        out = out.sort_values(ids, kind="stable", na_position="last").reset_index(drop=True)
    out.attrs = {}

    def still(columns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(column for column in columns if column in kept)

    return replace(table, frame=out, keys=still(table.keys), people=still(table.people), sums=still(table.sums),
                   follows=still(table.follows), parts=still(table.parts), protected=still(table.protected),
                   unit_columns=still(table.unit_columns))


def _pseudonym(value: str, key: bytes, domain: str) -> str:
    """Write the first 60 bits of the keyed hash in groups of four signs, after a letter for the kind of id."""
    digest = hmac.digest(key, f"my121 {domain}\x00{value}".encode("utf-8", "surrogatepass"), "sha256")
    number = int.from_bytes(digest[:8], "big") >> (64 - 5 * LENGTH)
    signs = "".join(_SIGNS[number >> shift & 31] for shift in range(5 * (LENGTH - 1), -1, -5))
    return "-".join((_PREFIXES[domain], *(signs[at:at + 4] for at in range(0, LENGTH, 4))))


def _check_apart(path: Path, *, source: Path | str | None, out: Path | str | None) -> None:
    """Refuse a key file that lies with the data: whoever is given the folder would be given the names."""
    resolved = path.resolve()
    for place, what in ((source, "exports"), (out, "output")):
        if place is None:
            continue
        folder = Path(place).resolve()
        folder = folder.parent if folder.is_file() else folder
        if resolved.is_relative_to(folder):
            raise UsageError(f"{path}: the key file lies in the folder of the {what} ({folder}).",
                             hints=["Keep the key apart from the data: move it where only its keeper can read it, "
                                    "and name the new place."])
