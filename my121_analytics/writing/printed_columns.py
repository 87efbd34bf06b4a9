"""How the columns of a table stand on sheets of paper: on one where words can wrap, else side by side and legibly."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.worksheet import Worksheet

from my121_analytics.cell_text import clean_text
from my121_analytics.wording.catalogue import say
from my121_analytics.writing.book import FONT

MARGIN = 0.3
"""Inches left free at the left and right of a sheet of paper."""
PAPER = 207.0
"""Units of column width that a sheet of A4 which lies across holds where the 12-point face is printed at 8 points."""
PADDING = 5 / 7
"""Units that a program adds to each column's width."""
_LONGEST_FOOTER = 180
_TRIALS = 24


def divide_columns(widths: Sequence[float], n_repeated: int) -> list[list[int]]:
    """Divide columns among sheets of paper side by side, each of which begins with the first columns again.

    Parameters
    ----------
    widths
        Of the columns, in units of column width.
    n_repeated
        Columns that are to stand on each sheet; fewer do where they would take more than half of it.

    Returns
    -------
    list of list of int
        Places of the columns on each sheet of paper, those repeated among them.
    """
    wide = [width + PADDING for width in widths]
    again = list(range(count_repeated(widths, n_repeated)))
    sheets: list[list[int]] = [[]]
    for place in range(len(wide)):
        held = sheets[-1]
        if sum(wide[other] for other in held) + wide[place] > PAPER and len(held) > len(again):
            sheets.append([*again])
        sheets[-1].append(place)
    return sheets


def count_repeated(widths: Sequence[float], n_repeated: int) -> int:
    """Count the first columns that stand on each sheet of paper: they may take half of it."""
    n = min(n_repeated, len(widths))
    while n and sum(widths[:n]) + n * PADDING > PAPER / 2:
        n -= 1
    return n


def narrow_columns(widths: Sequence[float], least: Sequence[float], n_repeated: int) -> list[float]:
    """Narrow columns whose words and headings wrap, as little as will do, where the table then takes less paper.

    Parameters
    ----------
    widths
        As they would best be.
    least
        What each may be narrowed to.
    n_repeated
        Columns that stand on each sheet of paper.

    Returns
    -------
    list of float
        Widths with which the table stands on the fewest sheets side by side.
    """
    fewest = len(divide_columns(least, n_repeated))
    if len(divide_columns(widths, n_repeated)) <= fewest:
        return list(widths)
    low, high = 0.0, 1.0  # shares of what is between the least and the best width
    for _ in range(_TRIALS):
        share = (low + high) / 2
        if len(divide_columns(_between(least, widths, share), n_repeated)) <= fewest:
            low = share
        else:
            high = share
    return _between(least, widths, low)


def set_paper(page: Worksheet) -> None:
    """Print a sheet on A4 that lies across, one page wide and as many long as it takes."""
    page.set_landscape()
    page.set_paper(9)  # A4
    page.set_margins(left=MARGIN, right=MARGIN)
    page.fit_to_pages(1, 0)


def print_side_by_side(page: Worksheet, widths: Sequence[float], n_repeated: int, title: str) -> None:
    """Print a table too wide for one sheet of paper on several: names on each, neighbours one after the other.

    Parameters
    ----------
    page
        Nothing is changed where the table fits one sheet of paper.
    widths
        Of the columns, in units of column width.
    n_repeated
        Columns that are to stand on each sheet of paper.
    title
        Printed at the foot of each, since above the repeated columns it is cut where they end; empty for no foot.
    """
    n_sheets = len(divide_columns(widths, n_repeated))
    if n_sheets == 1:
        return
    page.fit_to_pages(n_sheets, 0)
    page.print_across()
    n_again = count_repeated(widths, n_repeated)
    if n_again:
        page.repeat_columns(0, n_again - 1)
    if title:
        page.set_footer(_write_foot(title), {"scale_with_doc": False})


def _write_foot(title: str) -> str:
    foot = clean_text(title)[:_LONGEST_FOOTER].replace("&", "&&")
    number = say("workbook", "printed_page", page="&P", pages="&N")
    return f'&L&"{FONT}"&10 {foot}&R&"{FONT}"&10 {number}'


def _between(least: Sequence[float], best: Sequence[float], share: float) -> list[float]:
    return [low + share * (high - low) for low, high in zip(least, best, strict=True)]
