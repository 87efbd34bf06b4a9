"""A map small enough for a card: nine boxes with a letter for each view of one person's placement."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup, escape

from my121_analytics.framework.nine_box import Framework

_SIDE, _GAP = 100, 3
_COLUMN = (_SIDE - 2 * _GAP) / 3
_PAPER, _LINE, _INK, _FILL = "#ffffff", "#7d8fa0", "#1a1a1a", "#dce8f2"
_LETTER = {1: 20, 2: 16, 3: 13, 4: 12}
"""Size of the letters by how many stand in one box."""


def draw_small_map(places: Mapping[str, int], framework: Framework, *, title: str, words: str) -> Markup:
    """Draw nine boxes and where each view places one person.

    Parameters
    ----------
    places
        Letter -> number of the box; 0 is left out.
    framework
        Where each box stands.
    title, words
        Whose placements they are, and the same in words: the text alternative.

    Returns
    -------
    markupsafe.Markup
        One SVG element without styles or scripts; performance rises to the right, potential upwards.
    """
    letters: dict[int, list[str]] = {}
    for letter, number in places.items():
        if number:
            letters.setdefault(int(number), []).append(letter)
    cells = []
    for box in framework.boxes:
        x, y = (box.performance - 1) * (_COLUMN + _GAP), (3 - box.potential) * (_COLUMN + _GAP)
        inside = letters.get(box.number, [])
        cells.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{_COLUMN:.1f}" height="{_COLUMN:.1f}" '
                     f'fill="{_FILL if inside else _PAPER}" stroke="{_LINE}"/>')
        if inside:
            size = _LETTER[min(len(inside), max(_LETTER))]
            cells.append(f'<text x="{x + _COLUMN / 2:.1f}" y="{y + _COLUMN / 2 + size * 0.36:.1f}" '
                         f'font-family="Arial, Helvetica, Liberation Sans, sans-serif" font-weight="bold" '
                         f'font-size="{size}" text-anchor="middle" fill="{_INK}">{escape(" ".join(inside))}</text>')
    return Markup(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1 -1 {_SIDE + 2} {_SIDE + 2}" role="img">'
                  f'<title>{escape(title)}</title><desc>{escape(words)}</desc>{"".join(cells)}</svg>')
