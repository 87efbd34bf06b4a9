"""What stands in the columns of a sheet, as far as it settles what their headings mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from my121_analytics.ingest.files.exports import SourceSheet
from my121_analytics.ingest.reading.cells import clean, is_missing, parse_ids, plain_list, plain_words, value_table
from my121_analytics.ingest.reading.periods import read_period
from my121_analytics.ingest.reading.ratings import Scale, bare_code
from my121_analytics.ingest.reading.states import kind_of_states
from my121_analytics.settings import CycleSettings
from my121_analytics.workforce.cycles import Cycle

_LOOKED_AT = 200
"""Distinct cells that settle whether a column holds ids or words."""
_NEARLY_ALL = 0.8
MOST_LEVELS = 12
"""Different values beyond which a column is no scale of levels."""
_ON_FORMS = frozenset({"draft", "final", "finalised", "finalized"})
"""Words of ratings before and after a panel that say of a form whether it is finished; alone, they say only that."""
_FREE_TEXT = 60
"""Labels are shorter than this; longer texts are remarks."""


class SheetContent:
    """The cells below a sheet's header, by column.

    Parameters
    ----------
    sheet
        Text cells.
    below
        First row below the header, counted from 0.
    scales
        What ratings may be written as.
    rules
        Lengths of cycles, by which periods are read.
    """

    def __init__(self, sheet: SourceSheet, below: int, scales: Mapping[str, Scale],
                 rules: CycleSettings | None = None) -> None:
        self._sheet, self._below, self._scales = sheet, below, scales
        self._rules = rules or CycleSettings()
        self._distinct: dict[int, list[str]] = {}

    def hold(self, sheet: SourceSheet) -> None:
        """Look at another state of the sheet, such as the one without columns that may not be loaded."""
        self._sheet = sheet
        self._distinct = {}

    def _factor(self, position: int) -> tuple[np.ndarray, np.ndarray]:
        """Give a code per row below the header, and the texts of the whole column."""
        codes, texts = self._sheet.factor(position)
        return codes[self._below:], texts

    def _unique(self, position: int) -> np.ndarray:
        """Give the distinct texts below the header in order of appearance."""
        return self._sheet.distinct(position, slice(self._below, None))

    def distinct(self, position: int) -> list[str]:
        """Give a column's distinct texts that say anything, cleaned."""
        if position not in self._distinct:
            cells = (clean(str(c)) for c in self._unique(position))
            self._distinct[position] = list(dict.fromkeys(text for text in cells if text and not is_missing(text)))
        return self._distinct[position]

    def looks_like(self, position: int) -> str:
        """Say what a column holds: ``ids`` (nearly all codes with a digit), ``sources``, an axis, or ``words``.

        A column of states (employed or left, finished or not) gives their kind. An axis is told by its labels; a bare
        2 could be a level of either.
        """
        found = [text for text in (clean(str(c)) for c in self._unique(position)[:_LOOKED_AT]) if text]
        if not found:
            return "words"
        n_ids = sum(v is not None and any(c.isdigit() for c in v) and " " not in v for v in parse_ids(found).values)
        if n_ids >= _NEARLY_ALL * len(found):
            return "ids"
        sources = {plain_words(w) for words in value_table()["placement_sources"].values() for w in words}
        if any(plain_words(t) in plain_list("provisional") for t in found):
            sources |= plain_list("final")
        as_sources = [plain_words(t) for t in found if plain_words(t) in sources]
        if len(as_sources) >= _NEARLY_ALL * len(found) and not set(as_sources) <= _ON_FORMS:
            return "sources"
        if states := kind_of_states(found):
            return states
        labelled = [t for t in found if any(c.isalpha() for c in t)]
        fits = [axis for axis, scale in self._scales.items() if scale.labels and labelled and
                int((scale.parse(labelled).values > 0).sum()) >= _NEARLY_ALL * len(found)]
        return fits[0] if len(fits) == 1 else "words"

    def same(self, first: int, second: int) -> bool:
        """Say whether two columns hold the same cells."""
        columns = self._sheet.columns
        return bool((columns[first][self._below:] == columns[second][self._below:]).all())

    def fits(self, position: int) -> frozenset[str] | None:
        """Give the axes on whose scale all cells of a column are.

        Returns
        -------
        frozenset of str or None
            Empty for levels of a scale that the framework does not have; None for what is no scale of levels at all:
            remarks, decimals, more values than a scale has levels.
        """
        found = self.distinct(position)
        if not found:
            return None
        axes = set()
        for axis, scale in self._scales.items():
            parsed = scale.parse(found)
            if scale.labels and (parsed.faults == "").all() and (parsed.values > 0).any():
                axes.add(axis)
        return frozenset(axes) if axes or could_be_levels(found) else None

    def paired(self, codes: int, labels: int) -> bool:
        """Say whether the second column puts into words what the first holds as codes."""
        as_codes, as_words = self.distinct(codes), self.distinct(labels)
        if not (as_codes and as_words) or max(len(as_codes), len(as_words)) > MOST_LEVELS:
            return False
        if not all(bare_code(t) is not None or len(t) <= 2 for t in as_codes):
            return False
        worded = [t for t in as_words if len(t) <= _FREE_TEXT and sum(c.isalpha() for c in t) > 2]
        return len(worded) >= _NEARLY_ALL * len(as_words)

    def finest(self, positions: Sequence[int]) -> int:
        """Of columns with review periods, give the one to read where they agree row by row; else -1.

        They agree where each period of one stands in rows of one period of the others only: ``2024`` beside ``2024
        Annual Review``, or beside ``2024 H1`` and ``2024 H2``. The finest is read; of equals a standard period goes
        before a bare year, and that before a name.
        """
        factors = {p: pd.factorize(self._factor(p)[0]) for p in positions}
        best = min(positions, key=lambda p: (-len(self.distinct(p)), self._period_rank(p), p))
        if len(self.distinct(best)) * 2 > max(self._sheet.n_rows - self._below, 2):
            return -1
        codes = factors[best][0].astype("int64")
        for position in positions:
            other = factors[position][0]
            pairs = pd.unique(codes * (int(other.max(initial=0)) + 1) + other)
            if len(pairs) > len(factors[best][1]):
                return -1
        return best

    def clearest(self, positions: Sequence[int]) -> int:
        """Of columns with a category, give the one with its names where they tell the rows apart alike; else -1."""
        factors = {p: pd.factorize(self._factor(p)[0]) for p in positions}
        sizes = {len(distinct) for _, distinct in factors.values()}
        n_rows = self._sheet.n_rows - self._below
        if len(sizes) > 1 or sizes.pop() * 2 > max(n_rows, 2):
            return -1
        first = factors[positions[0]][0].astype("int64")
        for position in positions[1:]:
            other = factors[position][0]
            if len(pd.unique(first * (int(other.max(initial=0)) + 1) + other)) != len(factors[position][1]):
                return -1
        return max(positions, key=lambda p: (sum(map(len, self.distinct(p))), -p))

    def _period_rank(self, position: int) -> int:
        periods = [read_period(text, self._rules) for text in self.distinct(position)]
        if all(isinstance(p, Cycle) for p in periods):
            return 0
        return 1 if all(isinstance(p, Cycle) or (isinstance(p, str) and p.isdigit()) for p in periods) else 2

    def filled(self, position: int) -> np.ndarray:
        """Say of each row below the header whether a column says anything in it."""
        codes, texts = self._factor(position)
        says = np.array([not is_missing(str(t)) for t in texts], dtype=bool)
        return says[codes] if len(codes) else np.zeros(0, dtype=bool)

    def tally(self, position: int) -> dict[str, int]:
        """Give a column's distinct texts that say anything, with the number of their cells."""
        codes, texts = self._factor(position)
        sizes = np.bincount(codes, minlength=len(texts))
        return _add_alike((clean(str(t)), int(n)) for t, n in zip(texts, sizes, strict=True)
                          if n and not is_missing(str(t)))

    def tally_pairs(self, codes: int, labels: int) -> dict[str, int]:
        """Give the pairs of a code and its label, ``4 Very good``, with the number of their rows."""
        (first, code_texts), (second, label_texts) = self._factor(codes), self._factor(labels)
        sizes = pd.DataFrame({"code": first, "label": second}).value_counts(sort=False)
        pairs = _add_alike((clean(f"{code_texts[code]} {label_texts[label]}"), int(n))
                           for (code, label), n in sizes.items())
        return {text: n for text, n in pairs.items() if not is_missing(text)}

    @property
    def rules(self) -> CycleSettings:
        """Lengths of cycles, by which periods are read."""
        return self._rules

    @property
    def below(self) -> int:
        """First row below the header, counted from 0."""
        return self._below


def _add_alike(counted: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Add up the cells of texts that are one text once they are cleaned."""
    sizes: dict[str, int] = {}
    for text, n in counted:
        sizes[text] = sizes.get(text, 0) + n
    return sizes


def could_be_levels(texts: Sequence[str]) -> bool:
    """Say whether distinct texts can be the levels of some scale: few, short, and no decimals."""
    if not 0 < len(texts) <= MOST_LEVELS or any(len(text) > _FREE_TEXT for text in texts):
        return False
    codes = [bare_code(text) for text in texts]
    return not any(code is not None and (code != int(code)) for code in codes)
