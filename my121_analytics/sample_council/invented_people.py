"""The people of the synthetic council: invented names, numbers and protected characteristics."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from my121_analytics.sample_council.careers import Careers
from my121_analytics.sample_council.design import SampleDesign, sample_words

AGE_BANDS = ("16-24", "25-34", "35-44", "45-54", "55-64", "65 and over")


@dataclass(frozen=True)
class People:
    """Per person: number as text, names, and protected characteristics by column of the record."""

    ids: np.ndarray
    forename: np.ndarray
    surname: np.ndarray
    protected: dict[str, np.ndarray]

    @property
    def names(self) -> np.ndarray:
        """Forename and surname."""
        return self.forename + " " + self.surname


def describe_people(careers: Careers, design: SampleDesign, rng: dict[str, np.random.Generator]) -> People:
    """Give everybody a number, a name and protected characteristics.

    Parameters
    ----------
    careers
        The staff.
    design
        ``same_names`` is used.
    rng
        Sources of chance by concern.

    Returns
    -------
    People

    Notes
    -----
    Numbers rise with the first day, as payroll numbers do, so that the longest-serving have leading zeros. Names are
    drawn apart from ethnicity: a name proves nothing, and nothing in the record should seem to follow from it.
    """
    protected = {column: _draw(shares, careers.n_people, rng["protected"])
                 for column, shares in sample_words()["protected"].items()}
    protected["age_band"] = _age_bands(careers, rng["protected"])
    forename, surname = _names(protected["sex"], design, rng["names"])
    return People(_numbers(careers.started, rng["people"]), forename, surname, protected)


def share_a_name(people: People, giver: int, taker: int) -> People:
    """Give two people one name."""
    forename, surname = people.forename.copy(), people.surname.copy()
    forename[taker], surname[taker] = forename[giver], surname[giver]
    return People(people.ids, forename, surname, people.protected)


def id_width(n_people: int) -> int:
    """Give the digits of an employee number: six, as in many ERPs, or more for a very large council."""
    return max(6, len(str(n_people * 3)))


def _numbers(started: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    n, width = len(started), id_width(len(started))
    numbers = np.sort(rng.choice(10 ** width - 2, size=n, replace=False)) + 1  # 999999 stays free
    ids = np.empty(n, object)
    ids[np.lexsort((np.arange(n), started))] = [f"{number:0{width}d}" for number in numbers]
    return ids


def _draw(shares: dict[str, float], n: int, rng: np.random.Generator) -> np.ndarray:
    values = np.array(list(shares), object)
    edges = np.cumsum(list(shares.values()))[:-1]
    drawn: np.ndarray = values[np.searchsorted(edges, rng.random(n), side="right")]
    return drawn


def _age_bands(careers: Careers, rng: np.random.Generator) -> np.ndarray:
    """Draw an age that leaves room for the service: nobody started before 16."""
    until = np.minimum(careers.ends[-1], careers.left)
    service = (until - careers.started) / 365.25
    age = np.minimum(17 + rng.gamma(2.2, 6.5, careers.n_people) + service, np.maximum(service + 16, 69.0))
    bands: np.ndarray = np.array(AGE_BANDS, object)[np.searchsorted([25, 35, 45, 55, 65], age, side="right")]
    return bands


def _names(sex: np.ndarray, design: SampleDesign, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    words, n = sample_words()["names"], len(sex)
    forename = np.array(words["either"], object)[rng.integers(0, len(words["either"]), n)]
    is_usual = rng.random(n) >= 0.04
    for group, listed in (("Female", words["female"]), ("Male", words["male"])):
        chosen = np.array(listed, object)[rng.integers(0, len(listed), n)]
        forename = np.where((sex == group) & is_usual, chosen, forename)
    surname = _surnames(n, rng)
    n_same = max(2, round(design.same_names * n / 2))
    pairs = rng.permutation(n)[:2 * n_same].reshape(-1, 2)
    forename[pairs[:, 1]], surname[pairs[:, 1]] = forename[pairs[:, 0]], surname[pairs[:, 0]]
    return forename, surname


def _surnames(n: int, rng: np.random.Generator) -> np.ndarray:
    """Put most surnames together from syllables; take three in ten from the list; give one in thirty a double one."""
    words = sample_words()["names"]
    start = np.array(words["surname_start"], object)[rng.integers(0, len(words["surname_start"]), n)]
    end = np.array(words["surname_end"], object)[rng.integers(0, len(words["surname_end"]), n)]
    other = np.array(words["surname_other"], object)[rng.integers(0, len(words["surname_other"]), n)]
    surname = np.where(rng.random(n) < 0.3, other, start + end)
    double = (rng.random(n) < 1 / 30) & (surname != other)
    return np.where(double, surname + "-" + other, surname)
