"""An attack on folders of published files; the truth, where it is known, from folders of the same papers unsuppressed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.attacker.declarations import Quantity, read_statements
from tests.attacker.laws import gather
from tests.attacker.printed import read_publication
from tests.attacker.programs import Found, attack


def attack_folders(published: Sequence[Path], unsuppressed: Sequence[Path] = (), *, threshold: int = 5,
                   equality_threshold: int = 10) -> Found:
    """Attack everything that was published together.

    Parameters
    ----------
    published
        Folders of files as readers get them.
    unsuppressed
        Folders of the same papers with nothing withheld, for the truth.
    threshold, equality_threshold
        As the release records state them.
    """
    known = gather([read_statements(read_publication(folder)) for folder in published])
    return attack(known, read_truth(unsuppressed), threshold=threshold, equality_threshold=equality_threshold)


def read_truth(unsuppressed: Sequence[Path]) -> dict[Quantity, int]:
    """Read the numbers as they are, and those that add up from them."""
    if not unsuppressed:
        return {}
    known = gather([read_statements(read_publication(folder)) for folder in unsuppressed])
    truth = dict(known.shown)
    for _ in range(6):  # what one law leaves open alone follows from it
        for law in known.laws:
            missing = [(quantity, factor) for quantity, factor in law.terms if quantity not in truth]
            if len(missing) == 1 and law.least == law.most and not (law.nearly and len(law.terms) == 1):
                (quantity, factor), = missing
                rest = sum(weight * truth[other] for other, weight in law.terms if other in truth)
                truth[quantity] = round((law.least - rest) / factor)
    return truth
