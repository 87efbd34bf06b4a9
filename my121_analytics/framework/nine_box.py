"""The rating scale and the map as one frozen object, built from data so that a council can bring its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from my121_analytics.errors import SettingsError
from my121_analytics.packaged_data import read_packaged_toml
from my121_analytics.settings import Settings


@dataclass(frozen=True)
class Level:
    """One step of an axis."""

    level: int
    label: str
    spellings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Box:
    """One box of the map; ``performance`` is the map's column (1-3) and ``potential`` its row (3 at the top)."""

    number: int
    name: str
    performance: int
    potential: int
    spellings: tuple[str, ...] = ()
    gist: str = ""


@dataclass(frozen=True)
class Framework:
    """A council's rating scale and map.

    Parameters
    ----------
    performance
        Levels from 1 (lowest) to K.
    potential
        Levels from 1 to 3; empty where potential is not rated.
    boxes
        The map's boxes by number; empty where there is no map.
    map_columns
        The map's column (1-3) of each performance level; empty where K is not 3 and no mapping is set.
    """

    performance: tuple[Level, ...]
    potential: tuple[Level, ...]
    boxes: tuple[Box, ...]
    map_columns: tuple[int, ...]

    @property
    def n_performance(self) -> int:
        """K, the number of performance levels."""
        return len(self.performance)

    @property
    def has_map(self) -> bool:
        """Whether placements on a map exist in this framework."""
        return bool(self.boxes)

    @property
    def map_labels(self) -> dict[str, str]:
        """Names of the map's columns and rows, lowest first, joined by "; "; empty where there is no map.

        Levels that share a column share its name, joined by " / ".
        """
        if not self.boxes:
            return {}
        columns = [" / ".join(level.label for level, column in zip(self.performance, self.map_columns, strict=True)
                              if column == number) for number in (1, 2, 3)]
        return {"map_columns": "; ".join(columns), "map_rows": "; ".join(level.label for level in self.potential)}

    def box(self, number: int) -> Box:
        """Give the box with this number.

        Raises
        ------
        KeyError
            No box has the number.
        """
        for box in self.boxes:
            if box.number == number:
                return box
        raise KeyError(number)

    def levels(self, axis: str) -> tuple[Level, ...]:
        """Give the levels of ``performance`` or ``potential``, lowest first."""
        return {"performance": self.performance, "potential": self.potential}[axis]

    def label(self, axis: str, level: int) -> str:
        """Give the label of one level of an axis."""
        return self.levels(axis)[level - 1].label

    def box_of(self, performance: np.ndarray, potential: np.ndarray) -> np.ndarray:
        """Find the box of each pair of ratings.

        Parameters
        ----------
        performance, potential
            Integer arrays of one length; 0 means missing.

        Returns
        -------
        numpy.ndarray
            Box numbers; 0 where either rating is missing or the framework has no map for it.
        """
        grid = np.zeros((self.n_performance + 1, 4), dtype=np.int8)
        for box in self.boxes:
            for level, column in enumerate(self.map_columns, start=1):
                if column == box.performance:
                    grid[level, box.potential] = box.number
        return grid[performance, potential]

    def axes_of(self, box: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Find the performance level and potential level that each box stands for.

        Parameters
        ----------
        box
            Integer array of box numbers; 0 means missing.

        Returns
        -------
        tuple of numpy.ndarray
            Performance (0 where several levels share the box's column, since the box cannot tell them apart)
            and potential.
        """
        top = max((b.number for b in self.boxes), default=0)
        performance = np.zeros(top + 1, dtype=np.int8)
        potential = np.zeros(top + 1, dtype=np.int8)
        for b in self.boxes:
            levels = [level for level, column in enumerate(self.map_columns, start=1) if column == b.performance]
            performance[b.number] = levels[0] if len(levels) == 1 else 0
            potential[b.number] = b.potential
        return performance[box], potential[box]


def build_framework(settings: Settings | None = None) -> Framework:
    """Build the rating scale and the map that the settings describe.

    Parameters
    ----------
    settings
        None gives the My 1-1 toolkit's own scale and map.

    Returns
    -------
    Framework

    Raises
    ------
    SettingsError
        The boxes given do not form a map (a place twice, or a place missing).
    """
    rules = (settings or Settings()).framework
    facts = _facts()
    performance = _levels(rules.performance_levels, facts["performance"])
    if not rules.has_potential:
        return Framework(performance, (), (), ())
    potential = _levels(rules.potential_levels, facts["potential"])
    columns: tuple[int, ...] = tuple(rules.map_columns or ((1, 2, 3) if len(performance) == 3 else ()))
    if rules.boxes is None:
        boxes = tuple(Box(b["number"], b["name"], b["performance"], b["potential"], tuple(b["spellings"]), b["gist"])
                      for b in facts["boxes"])
    else:
        boxes = tuple(Box(b.number, b.name, b.performance, b.potential) for b in rules.boxes)
        places = {(b.performance, b.potential) for b in boxes}
        if len(places) != len(boxes) or places != {(p, q) for p in (1, 2, 3) for q in (1, 2, 3)}:
            raise SettingsError("framework.boxes: the boxes do not fill the map.",
                                hints=["Give nine boxes, one for each pair of performance 1-3 and potential 1-3."])
        if len({b.number for b in boxes}) != 9:
            raise SettingsError("framework.boxes: two boxes share a number.", hints=["Number the nine boxes apart."])
    return Framework(performance, potential, boxes if columns else (), columns)


def _levels(labels: list[str] | None, facts: list[dict[str, Any]]) -> tuple[Level, ...]:
    if labels is None:
        return tuple(Level(f["level"], f["label"], tuple(f["spellings"])) for f in facts)
    return tuple(Level(level, label) for level, label in enumerate(labels, start=1))


@lru_cache(maxsize=1)
def _facts() -> dict[str, Any]:
    return read_packaged_toml("framework", "my121_map.toml")
