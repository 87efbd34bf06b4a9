"""An attack on publications whose counts are rounded: what is left of a count when all of them are held together.

A printed number stands for all that round to it, half way up. A share is that of printed numbers and says no more, else
it is a share of the true ones. A finding is a count that may be small and of which fewer values are left than rounding
leaves behind a printed 0: with base 5 those are 0, 1 and 2.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from tests.attacker.declarations import Quantity, Ratio, Statements
from tests.attacker.folders import read_folders, read_truths
from tests.attacker.laws import MOST, Knowledge, gather, join_editions, threshold_for
from tests.attacker.printed import read_publication
from tests.attacker.programs import Found, attack
from tests.attacker.reading import read_statements


def attack_rounded(published: Sequence[Path], unsuppressed: Sequence[Path], *, base: int = 5, threshold: int = 5,
                   equality_threshold: int = 10) -> Found:
    """Attack everything that was published together, rounded.

    Parameters
    ----------
    published, unsuppressed, threshold, equality_threshold
        As for ``attack_folders``.
    base
        Of the rounding, as the release records state it.

    Returns
    -------
    Found
        ``is_narrow``: a count that may be small and has fewer than half of ``base`` values left, rounded up.
    """
    return attack_rounded_editions([published], [unsuppressed], bases=[base], threshold=threshold,
                                   equality_threshold=equality_threshold)


def attack_rounded_editions(published: Sequence[Sequence[Path]], unsuppressed: Sequence[Sequence[Path]], *,
                            bases: Sequence[int], threshold: int = 5, equality_threshold: int = 10) -> Found:
    """Attack publications that followed one another, rounded or not.

    Parameters
    ----------
    published, unsuppressed, threshold, equality_threshold
        As for ``attack_editions``.
    bases
        Of the rounding of each publication; 0 where small counts are withheld instead.

    Returns
    -------
    Found
        ``is_narrow``: of a rounded count as above, of a withheld one as in publications that withhold.
    """
    known = join_editions([read_rounded(folders, base) if base else read_folders(folders)
                           for folders, base in zip(published, bases, strict=True)])
    found = attack(known, read_truths(known, published, unsuppressed),
                   threshold=max(threshold, *bases), equality_threshold=max(equality_threshold, *bases))
    hidden = found.hidden
    base = hidden["quantity"].map(lambda quantity: bases[int(quantity.edition) - 1]).astype(int)
    needed = hidden["quantity"].map(lambda quantity: threshold_for(quantity, threshold, equality_threshold)).astype(int)
    width = hidden["most"] - hidden["least"]
    may_be_small = (hidden["least"] < needed) & (hidden["most"] >= 1)
    is_narrow = (width < needed).where(base == 0, (width + 1 < (base + 1) // 2) & may_be_small)
    return replace(found, hidden=hidden.assign(threshold=needed, is_narrow=is_narrow.astype(bool)))


def read_rounded(folders: Sequence[Path], base: int) -> Knowledge:
    """Gather what an outsider knows: between what each printed number lies, and the laws."""
    papers = [read_publication(folder) for folder in folders]
    cycles = tuple(sorted({cycle for paper in papers for cycle in paper.cycles}))
    statements = [read_statements(replace(paper, cycles=cycles)) for paper in papers]
    printed = {count.quantity: count.value for said in statements for count in said.counts if count.value is not None}
    ratios = [list(_of_true_counts(said.ratios, printed)) for said in statements]
    known = gather([replace(said, ratios=own, counts=[replace(count, value=None, may_be_nought=True)
                                                     for count in said.counts])
                    for said, own in zip(statements, ratios, strict=True)])
    for quantity, value in gather([Statements(counts=said.counts) for said in statements]).shown.items():
        low, high = known.limits.get(quantity, (0.0, MOST))
        known.limits[quantity] = (max(low, value - base // 2, 0.0), min(high, float(value + (base - 1) // 2)))
    return known


def _of_true_counts(ratios: Iterable[Ratio], printed: dict[Quantity, int]) -> Iterable[Ratio]:
    """Leave out the shares that follow from the printed numbers."""
    for ratio in ratios:
        part, whole = printed.get(ratio.part), printed.get(ratio.base)
        less = 0 if ratio.minus is None else printed.get(ratio.minus)
        if part is None or not whole or less is None or not (
                ratio.low - 1e-9 <= min((part - less) / whole, 1.0) <= ratio.high + 1e-9):
            yield ratio


def list_narrow(found: Found) -> pd.DataFrame:
    """Give the findings: which count, how low and how high it can be, and what it is."""
    return found.hidden.loc[found.hidden["is_narrow"], ["quantity", "least", "most", "truth", "place"]]
