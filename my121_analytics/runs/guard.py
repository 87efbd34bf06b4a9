"""Is this extract fit to be published unattended: held against the last good run, and against what settings expect.

An export that is gone, cut short or old reads as a perfectly tidy, smaller council. Nothing downstream can tell; only
the extract before it can.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise

from my121_analytics.errors import DataUnusableError
from my121_analytics.runs.extract_shape import PEOPLE, PLACEMENTS, WHOLE, ExtractShape, FileShape
from my121_analytics.settings_runs import ExpectSettings, GuardSettings
from my121_analytics.wording.catalogue import say
from my121_analytics.wording.shares import percent


@dataclass(frozen=True)
class GuardFinding:
    """One thing that stands against publishing.

    Parameters
    ----------
    code
        Of the catalogue's group ``guard_finding``.
    place
        File, cycle, directorate, column: where.
    before, after
        What the last good run held, and what this one holds.
    """

    code: str
    place: str
    before: str = ""
    after: str = ""

    @property
    def sentence(self) -> str:
        """What was found, where, with both figures."""
        return say("guard_finding", self.code, place=self.place, before=self.before, after=self.after)


class ExtractRefusedError(DataUnusableError):
    """The exports differ from the last good run in a way that looks like damage; nothing is published.

    Parameters
    ----------
    findings
        All of them.
    last_run
        Id of the run they were held against; empty where there was none.
    """

    def __init__(self, findings: Sequence[GuardFinding], last_run: str, *, hints: Sequence[str] = ()) -> None:
        self.findings = tuple(findings)
        self.last_run = last_run
        headline = say("guard", "headline" if last_run else "headline_first", n=len(self.findings), run=last_run)
        super().__init__(headline, hints=[*(finding.sentence for finding in self.findings), say("guard", "what_to_do"),
                                          *hints])

    def as_records(self) -> list[dict[str, str]]:
        """Give the findings for programs."""
        return [asdict(finding) for finding in self.findings]


def find_damage(before: ExtractShape | None, after: ExtractShape, *, rules: GuardSettings,
                expected: ExpectSettings) -> list[GuardFinding]:
    """List all that stands against publishing an extract.

    Parameters
    ----------
    before
        Shape of the extract of the last good run; None for the first.
    after
        Shape of this one.
    rules
        How far figures may fall.
    expected
        What the settings expect.

    Returns
    -------
    list of GuardFinding
        Files first, then people and placements, then columns and scales, then dates.

    Notes
    -----
    A directorate that shrinks while the council does not has been reorganised, not lost: it is named only where the
    council's own figure fell by at least half of what the directorate lost. A file under a new name is the old one
    where it brings the same columns of the record.
    """
    findings = [*_check_expected(after, expected), *_check_latest_cycle(after)]
    if before is not None:
        for check in (_compare_files, _compare_counts, _compare_rows, _compare_entries, _compare_scales,
                      _compare_dates):
            findings += check(before, after, rules)
    return list(dict.fromkeys(findings))


def find_older(before: ExtractShape, after: ExtractShape, rules: GuardSettings) -> list[GuardFinding]:
    """List where an extract is older than another."""
    return list(_compare_dates(before, after, rules))


def _check_expected(shape: ExtractShape, expected: ExpectSettings) -> Iterator[GuardFinding]:
    cycle = shape.cycles[-1] if shape.cycles else WHOLE
    for measure, wanted, found in (
            (PEOPLE, expected.people, shape.counts.get((PEOPLE, WHOLE, WHOLE), 0)),
            (PLACEMENTS, expected.placements, shape.counts.get((PLACEMENTS, cycle, WHOLE), 0))):
        if wanted is not None and found < wanted * (1 - expected.tolerance):
            yield GuardFinding(f"expected_{measure}", cycle, f"{wanted:,}", f"{found:,}")
    units = {unit for measure, _, unit in shape.counts if measure == PEOPLE and unit}
    for unit in expected.directorates:
        if unit not in units:
            yield GuardFinding("expected_directorate", unit)


def _check_latest_cycle(shape: ExtractShape) -> Iterator[GuardFinding]:
    """Find a cycle reported on in which no manager placed anybody, though they did in one before."""
    numbers = [shape.counts[PLACEMENTS, cycle, WHOLE] for cycle in shape.cycles]
    if any(numbers) and not numbers[-1]:
        before = next(n for n in reversed(numbers) if n)
        yield GuardFinding("no_placements", shape.cycles[-1], f"{before:,}", "0")


def _compare_files(before: ExtractShape, after: ExtractShape, rules: GuardSettings) -> Iterator[GuardFinding]:
    come = [file for key, file in after.files.items() if key not in before.files]
    for key, old in before.files.items():
        new = after.files.get(key) or _renamed(old, come)
        if new is None:
            yield GuardFinding("file_gone", old.shown, f"{old.rows:,}", "0")
            continue
        if _fell(old.rows, new.rows, rules.rows_fall, rules.least):
            yield GuardFinding("file_short", new.shown, f"{old.rows:,}", f"{new.rows:,}")
        for column in sorted(set(old.columns) - set(new.columns)):
            yield GuardFinding("heading_gone", new.shown, column.replace("_", " "))
        refused_before, refused = old.refused / max(old.rows, 1), new.refused / max(new.rows, 1)
        if refused - refused_before > rules.refused_rise and new.refused - old.refused >= rules.least:
            yield GuardFinding("more_refused", new.shown, f"{old.refused:,}", f"{new.refused:,}")


def _renamed(old: FileShape, come: Sequence[FileShape]) -> FileShape | None:
    """Find the file under a new name that brings what the old one brought."""
    return next((new for new in come if set(old.columns) <= set(new.columns)), None)


def _compare_counts(before: ExtractShape, after: ExtractShape, rules: GuardSettings) -> Iterator[GuardFinding]:
    for (measure, cycle, unit), old in before.counts.items():
        allowed = rules.people_fall if measure == PEOPLE else rules.placements_fall
        new = after.counts.get((measure, cycle, unit), 0)
        whole_old = before.counts.get((measure, cycle, WHOLE), 0)
        whole_loss = whole_old - after.counts.get((measure, cycle, WHOLE), 0)
        if not unit:
            if _fell(old, new, allowed, rules.least):
                yield GuardFinding(f"{measure}_fell", cycle or after.as_of, f"{old:,}", f"{new:,}")
        # a directorate that was reorganised loses its people to others, and the council's own figure stays
        elif _fell(old, new, rules.unit_fall, rules.least) and whole_loss * 2 >= old - new:
            yield GuardFinding(f"{measure}_fell", f"{unit}, {cycle}" if cycle else unit, f"{old:,}", f"{new:,}")


def _compare_rows(before: ExtractShape, after: ExtractShape, rules: GuardSettings) -> Iterator[GuardFinding]:
    for table, old in before.rows.items():
        new = after.rows.get(table, 0)
        if table != "placements" and _fell(old, new, rules.rows_fall, rules.least):  # those are held to more, above
            yield GuardFinding("rows_fell", table.replace("_", " "), f"{old:,}", f"{new:,}")


def _compare_entries(before: ExtractShape, after: ExtractShape, rules: GuardSettings) -> Iterator[GuardFinding]:
    """Find columns that are there and have lost their entries."""
    for column, old in before.filled.items():
        table, name = column.split(".")
        new = after.filled.get(column, 0.0)
        if after.rows.get(table, 0) >= rules.least and old - new > rules.filled_fall:
            place = say("guard", "column_of", column=name.replace("_", " "), table=table.replace("_", " "))
            yield GuardFinding("entries_fell", place, percent(old), percent(new))


def _compare_scales(before: ExtractShape, after: ExtractShape, rules: GuardSettings) -> Iterator[GuardFinding]:
    for axis, labels in before.scales.items():
        if after.scales.get(axis) != labels:
            yield GuardFinding("scale_labels", axis, ", ".join(labels), ", ".join(after.scales.get(axis, ())))
    for (axis, cycle), old in before.levels.items():
        new = after.levels.get((axis, cycle), {})
        # a cycle that is still filling changes its mix by itself
        is_settled = abs(sum(new.values()) - sum(old.values())) <= rules.placements_fall * sum(old.values())
        if _shift(old, new, rules.least) > (rules.mix_shift if is_settled else rules.new_mix_shift):
            yield GuardFinding("scale_mix", f"{axis}, {cycle}", _mix(old), _mix(new))
    for axis in ("performance", "potential"):
        yield from _compare_new_cycle(axis, before, after, rules)


def _compare_new_cycle(axis: str, before: ExtractShape, after: ExtractShape,
                       rules: GuardSettings) -> Iterator[GuardFinding]:
    """Hold a cycle that is new to the one before it: a scale that was turned round shows there first."""
    cycles = [cycle for cycle in after.cycles if (axis, cycle) in after.levels]
    for earlier, cycle in pairwise(cycles):
        if (axis, cycle) in before.levels:
            continue
        old, new = after.levels[axis, earlier], after.levels[axis, cycle]
        if _shift(old, new, rules.least) > rules.new_mix_shift:
            yield GuardFinding("scale_new_cycle", f"{axis}, {cycle}", _mix(old), _mix(new))


def _compare_dates(before: ExtractShape, after: ExtractShape, rules: GuardSettings) -> Iterator[GuardFinding]:
    allowed = 0 if after.is_day_set else rules.older_days
    if _days_back(before.as_of, after.as_of) > allowed:
        yield GuardFinding("older", after.as_of, before.as_of, after.as_of)
    for table, old in before.newest.items():
        new = after.newest.get(table)
        if new is not None and _days_back(old, new) > rules.older_days:
            yield GuardFinding("older_rows", table, old, new)


def _days_back(before: str, after: str) -> int:
    return (date.fromisoformat(before) - date.fromisoformat(after)).days


def _fell(old: int, new: int, share: float, least: int) -> bool:
    """Say whether a count fell by more than a share, and by enough rows not to be a correction or two."""
    return old - new >= least and old - new > share * old


def _shift(old: Mapping[int, int], new: Mapping[int, int], least: int) -> float:
    """Give the share of placements that would have to move for one mix of levels to become the other."""
    n_old, n_new = sum(old.values()), sum(new.values())
    if min(n_old, n_new) < least:
        return 0.0
    # the total variation distance: half the sum, since each that moves is missed in one place and found in another
    return sum(abs(old.get(level, 0) / n_old - new.get(level, 0) / n_new) for level in {*old, *new}) / 2


def _mix(levels: Mapping[int, int]) -> str:
    total = sum(levels.values())
    return ", ".join(f"{level}: {percent(levels[level] / total)}" for level in sorted(levels))
