"""Rounded publications after one another, or beside one that withholds: holes known by hand are found, others pass."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.attacker.programs import Found
from tests.attacker.rounded import attack_rounded_editions
from tests.attacker.test_attack_on_files import ratings, write_book

Levels = dict[int, int]


def printed(counts: Levels, base: int) -> dict[int, object]:
    """What a paper prints: rounded half way up, or small counts withheld."""
    if base:
        return {level: (n + base // 2) // base * base for level, n in counts.items()}
    return {level: "[c]" if 0 < n < 5 else n for level, n in counts.items()}


def publish(folder: Path, editions: Sequence[Levels], bases: Sequence[int]) -> Found:
    """Publish posts by rating, once after the other, and attack them."""
    shown, truth = [], []
    for number, (counts, base) in enumerate(zip(editions, bases, strict=True)):
        placed = sum(n for level, n in counts.items() if level)
        of_all = printed({0: placed, 1: sum(counts.values())}, base)
        shown.append([write_book(folder / f"shown {number}", {
            "Ratings": ratings(printed(counts, base), of_all[0], of_all[1])})])
        truth.append([write_book(folder / f"truth {number}", {
            "Ratings": ratings(dict(counts), placed, sum(counts.values()))})])
    return attack_rounded_editions(shown, truth, bases=bases)


def ends(found: Found, edition: int, level: int) -> tuple[int, int, bool]:
    rows = found.hidden[[quantity.edition == str(edition) and quantity.get("level") == str(level)
                         for quantity in found.hidden["quantity"]]]
    (least, most, is_narrow), = rows[["least", "most", "is_narrow"]].to_numpy().tolist()
    return int(least), int(most), bool(is_narrow)


def test_a_correction_that_takes_a_count_over_the_edge_of_rounding_gives_it_away(tmp_path):
    # 0 printed, then 5, and two changes told: 1 or 2 became 3, or 2 became 4.
    found = publish(tmp_path, [{1: 2, 2: 31, 3: 20, 0: 6}, {1: 3, 2: 30, 3: 20, 0: 6}], [5, 5])
    assert ends(found, 1, 1) == (1, 2, True)
    assert ends(found, 2, 1) == (3, 4, True)
    assert found.broken == ()
    assert not found.hidden["is_outside"].any()


def test_a_correction_within_what_rounding_hides_gives_nothing_away(tmp_path):
    found = publish(tmp_path, [{1: 6, 2: 31, 3: 20, 0: 6}, {1: 5, 2: 32, 3: 20, 0: 6}], [5, 5])
    assert found.n_narrow == 0
    assert found.broken == ()


def test_one_record_rounded_and_withheld_leaves_fewer_values_than_either(tmp_path):
    # Withheld, 3 and 4 of 7 are 1 to 6; beside 5 and 5, which stand for 3 to 7, they are 3 or 4.
    record = {1: 3, 2: 31, 3: 4, 0: 6}
    alone = publish(tmp_path / "withheld", [record], [0])
    assert ends(alone, 1, 1) == (1, 6, False)
    both = publish(tmp_path / "both", [record, record], [0, 5])
    assert ends(both, 1, 1) == (3, 4, True)
    assert ends(both, 2, 1) == (3, 4, True)


@pytest.mark.parametrize("base", [0, 5])
def test_one_publication_is_judged_by_how_it_hides(base, tmp_path):
    # 1 to 6 of 7 withheld; and 5 of 35 to 39 rounded, where 3 to 7 is what rounding leaves anyway.
    found = publish(tmp_path, [{1: 3, 2: 31, 3: 4, 0: 6}], [base])
    assert ends(found, 1, 1)[2] is False
