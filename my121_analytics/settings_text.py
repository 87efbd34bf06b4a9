"""What is wrong with the text of a settings file, said as a person would who sees the line."""

from __future__ import annotations

import re
from typing import Any

BACKSLASH_HINT = r"write / instead of \, or put the text in single quotes, such as 'C:\HR\exports'"
_CURLY = "\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"
_BLANKS = "\u00a0\u202f\u2007"
_TRUTHS = {"yes": "true", "true": "true", "on": "true", "no": "false", "false": "false", "off": "false"}
_CONTROL = "\t\n\r\b\f\x1b"
_PATH = re.compile(r"[A-Za-z]:|\\\\|\.{0,2}[\\/]")


def faulty_line(text: str, problem: str) -> tuple[int, str]:
    """Give the number and text of the line that a TOML reader stumbled over.

    Parameters
    ----------
    text
        The file.
    problem
        The reader's message, which ends with ``(at line 2, column 13)`` or ``(at end of document)``.
    """
    lines = text.splitlines()
    found = re.search(r"at line (\d+)", problem)
    number = int(found[1]) if found else len(lines)
    return number, lines[number - 1].strip() if 0 < number <= len(lines) else ""


def toml_fault(line: str, problem: str) -> tuple[str, str]:
    """Say what is wrong with a line that is no TOML, and how to mend it.

    Parameters
    ----------
    line
        As written.
    problem
        The reader's message, used where the line shows none of the usual faults.

    Returns
    -------
    tuple of str
        The fault, without a full stop, and the hint.
    """
    if any(quote in line for quote in _CURLY):
        return "the quotes are curly", 'Write straight quotes: ". Word processors bend them; a plain editor does not.'
    if re.search(r'"[^"]*\\', line):
        return "a backslash stands in double quotes", f"{BACKSLASH_HINT[0].upper()}{BACKSLASH_HINT[1:]}."
    if re.search(r"twice|overwrite|mutate|already", problem):
        return ("a table or a name stands twice",
                "Put the lines of both tables under one heading such as [framework], and keep each name once.")
    key, _, rest = line.partition("=")
    value = rest.split("#")[0].strip()
    found = _fault_of_name(key.strip(), line) or _fault_of_value(value)
    if found:
        return found
    if re.match(r"[^\W\d]", value) and value not in ("true", "false"):
        return "the text after = has no quotes", f'Write it in quotes: "{value}".'
    if line.startswith("[") and not line.split("#")[0].rstrip().endswith("]"):
        return "a bracket is missing", "A table starts with its name in brackets, such as [exports]."
    if line and "=" not in line and not line.startswith(("[", "]", '"')):
        return "the line is neither a table nor a setting", "Write name = value, with text in quotes."
    return (f"not readable as TOML: {problem}",
            "Text needs quotes, lists need brackets and commas, and a table starts with [name].")


def _fault_of_name(key: str, line: str) -> tuple[str, str] | None:
    """Say what is wrong with the blanks and quotes of a line."""
    if any(blank in line for blank in _BLANKS):
        return ("a non-breaking space stands in the line",
                "Delete the blanks around = and type them again with the space bar.")
    if line.count('"') % 2:
        return "a quote is missing", 'Put one " before the text and one behind it.'
    if "=" in line and re.fullmatch(r"[^\W\d][\w ./()&%?-]*\s[\w ./()&%?-]*", key):
        return "the name before = has a blank in it and no quotes", f'Write it in quotes: "{key}" = ...'
    return None


def _fault_of_value(value: str) -> tuple[str, str] | None:
    """Say what is wrong with days, numbers, shares and truths that are written as people write them."""
    if value.casefold() in _TRUTHS and value not in ("true", "false"):
        return "yes and no are written otherwise", f"Write {_TRUTHS[value.casefold()]}."
    day = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", value)
    if day:
        return ("a day is written as year-month-day",
                f"Write {day[3]}-{int(day[2]):02}-{int(day[1]):02}, if {value} has the day in front.")
    if re.fullmatch(r"-?\d+,\d+", value):
        return "a comma stands in a number", f"Write a point: {value.replace(',', '.')}."
    share = re.fullmatch(r"(\d+(?:\.\d+)?) ?%", value)
    if share:
        return "a share is written as a number from 0 to 1", f"Write {float(share[1]) / 100:g}."
    if value.endswith(",") and "[" not in value and "{" not in value:
        return "a comma stands at the end of the line", "Take it away."
    return None


def lost_backslashes(content: Any, where: str = "") -> list[str]:
    r"""List the settings in which a backslash became a control sign: ``C:\temp`` in double quotes holds a tab.

    Parameters
    ----------
    content
        The settings as read: tables, lists, values.
    where
        Place of ``content`` in the file.
    """
    if isinstance(content, dict):
        return [found for key, value in content.items()
                for found in lost_backslashes(value, f"{where}.{key}" if where else str(key))]
    if isinstance(content, list):
        return [found for value in content for found in lost_backslashes(value, where)]
    is_path = isinstance(content, str) and _PATH.match(content) is not None
    return [where] if is_path and any(sign in content for sign in _CONTROL) else []
