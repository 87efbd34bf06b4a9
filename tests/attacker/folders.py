"""An attack on folders of published files; the truth, where it is known, from the same papers unsuppressed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tests.attacker.declarations import Quantity
from tests.attacker.laws import Knowledge, gather, join_editions
from tests.attacker.printed import read_publication
from tests.attacker.programs import Found, attack
from tests.attacker.reading import read_statements


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
    return attack(read_folders(published), read_truth(unsuppressed, find_cycles(published)), threshold=threshold,
                  equality_threshold=equality_threshold)


def attack_editions(published: Sequence[Sequence[Path]], unsuppressed: Sequence[Sequence[Path]], *, threshold: int = 5,
                    equality_threshold: int = 10) -> Found:
    """Attack publications that followed one another, the folders of each being read together."""
    if len(published) == 1:
        return attack_folders(published[0], unsuppressed[0], threshold=threshold,
                              equality_threshold=equality_threshold)
    known = join_editions([read_folders(folders) for folders in published])
    return attack(known, read_truths(known, published, unsuppressed), threshold=threshold,
                  equality_threshold=equality_threshold)


def read_truths(known: Knowledge, published: Sequence[Sequence[Path]], unsuppressed: Sequence[Sequence[Path]]
                ) -> dict[Quantity, int]:
    """Read the numbers of each publication as they are, and by how much they changed from one to the next."""
    truth: dict[Quantity, int] = {}
    for number, (folders, shown) in enumerate(zip(unsuppressed, published, strict=True), start=1):
        truth |= {replace(quantity, edition=str(number)): value
                  for quantity, value in read_truth(folders, find_cycles(shown)).items()}
    return truth | _true_changes(known, truth)


def find_cycles(folders: Sequence[Path]) -> tuple[str, ...]:
    """List the cycles that papers published at one time name, the earliest first."""
    return tuple(sorted({cycle for folder in folders for cycle in read_publication(folder).cycles}))


def read_folders(folders: Sequence[Path], cycles: tuple[str, ...] = ()) -> Knowledge:
    """Gather what an outsider knows from folders that were published at one time; cycles may be known otherwise."""
    papers = [read_publication(folder) for folder in folders]
    cycles = tuple(sorted({*cycles, *(cycle for paper in papers for cycle in paper.cycles)}))
    return gather([read_statements(replace(paper, cycles=cycles)) for paper in papers])


def read_truth(unsuppressed: Sequence[Path], cycles: tuple[str, ...] = ()) -> dict[Quantity, int]:
    """Read the numbers as they are, and those that add up from them.

    Papers with nothing withheld have no release record, which is where some of them name their cycles.
    """
    if not unsuppressed:
        return {}
    known = read_folders(unsuppressed, cycles)
    truth = dict(known.shown)
    for _ in range(6):  # what one law leaves open alone follows from it
        for law in known.laws:
            missing = [(quantity, factor) for quantity, factor in law.terms if quantity not in truth]
            if len(missing) == 1 and law.least == law.most and not (law.nearly and len(law.terms) == 1):
                (quantity, factor), = missing
                rest = sum(weight * truth[other] for other, weight in law.terms if other in truth)
                truth[quantity] = round((law.least - rest) / factor)
    return truth


def _true_changes(known: Knowledge, truth: Mapping[Quantity, int]) -> dict[Quantity, int]:
    changes: dict[Quantity, int] = {}
    for law in known.laws:
        if law.name == "change between publications":
            (later, _), (earlier, _), (up, _), (down, _) = law.terms
            if later in truth and earlier in truth:
                moved = truth[later] - truth[earlier]
                changes |= {up: max(moved, 0), down: max(-moved, 0)}
    return changes


def measure_use(published: Sequence[Path], unsuppressed: Sequence[Path]) -> dict[str, float]:
    """Give the share of counts that are shown, and of the people or posts whom the counts count, 0-1.

    A count that several papers print is shown where one of them shows it; noughts count as cells, not as people. A
    table that is left out whole counts as withheld, since the papers with nothing withheld have it.
    """
    shown = read_folders(published).shown
    everything = read_folders(unsuppressed, find_cycles(published)).shown
    kept = {quantity: value for quantity, value in everything.items() if quantity in shown}
    return {"cells": len(kept) / max(len(everything), 1),
            "people": sum(kept.values()) / max(sum(everything.values()), 1)}
