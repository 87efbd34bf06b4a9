"""The attacker: what a careful reader could work out about hidden counts from everything that is shown.

Code of its own: nothing of what protects a release is used here, so that a mistake there cannot hide itself. The
attacker gets the released frames and what their tables are (keys, which columns count, what adds up), knows that a
hidden count is at least 1 and that counts are whole numbers, and asks linear and integer programs how low and how high
each hidden count can be. A range counts only where tables of whole numbers that fit everything shown reach its ends.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from my121_analytics.disclosure.bounds import find_bounds, has_solution
from my121_analytics.disclosure.facts import FACTS, SIZE, tabulate_facts
from my121_analytics.disclosure.kept import Earlier
from my121_analytics.disclosure.linked_tables.editions import count_changes, find_differing, list_values
from my121_analytics.disclosure.linked_tables.equations import (
    Knowledge,
    Nesting,
    Shown,
    Slack,
    context_of,
    numbers_beside,
    show,
    write_equations,
)
from my121_analytics.disclosure.linked_tables.grids import CLOSE, unround
from my121_analytics.disclosure.linked_tables.system import Bools, ContradictionError, Floats, System
from my121_analytics.disclosure.released import Released
from my121_analytics.errors import DisclosureError
from my121_analytics.settings import DisclosureSettings
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.results import Result, Table
from my121_analytics.workforce.schema import ORGANISATION

REACHES = ("all", "own", "none")
"""How far the sums of a table are taken to lead, the farthest first."""
CELL_COLUMNS = ("table", "row", "keys", "column", "lower", "upper", "width", "needed", "proven", "why")
MORE_CHANGES = (0, 1, 2, 4, 8, 16)
"""Changes beyond those that two editions show, tried in turn until there are numbers that fit both: what is hidden in
both may have changed more than what is shown. Between the last that does not do and the first that does, the least is
searched for: a reader who knows how much changed in all may know of no more than that."""
N_LISTED = 3
"""Cells that a refusal names; the report holds all of them."""


@dataclass(frozen=True)
class AttackReport:
    """What the attacker found.

    Parameters
    ----------
    cells
        One row per hidden count: ``table``, ``row`` (position), ``keys`` (the row's keys as text), ``column``,
        ``lower`` and ``upper`` (whole numbers; upper is infinite where nothing limits it), ``width``, ``needed``
        (the threshold of the table), ``proven`` (the width is enough) and ``why`` not: ``narrow`` (or not found to be
        wide within the limits of the search: see ``bounds.find_bounds``), or ``follows_shown`` where a figure computed
        from the count is shown. ``narrow_before``: it was known from releases that were kept before this one, so that
        it does not count against it. Rounded counts that may be small are listed alike, with what is needed of them.
    links
        How earlier releases were linked.
    is_rounded
        Counts were rounded rather than hidden.

    Notes
    -----
    Unless the attack was exact, the range of a proven cell may be wider than written, and that of another narrower.
    """

    cells: pd.DataFrame
    links: Links = field(default_factory=lambda: Links())
    is_rounded: bool = False

    @property
    def unlinked(self) -> tuple[str, ...]:
        """Earlier releases that cannot be true together with this one, so that they were attacked by themselves."""
        return self.links.unlinked

    @property
    def n_hidden(self) -> int:
        """Counts that are hidden, or rounded and perhaps small."""
        return len(self.cells)

    @property
    def n_narrow(self) -> int:
        """Counts that are hidden and known too narrowly all the same."""
        return int((~self.cells["proven"].astype(bool)).sum())

    @property
    def passed(self) -> bool:
        """Every hidden count keeps a range of at least its threshold."""
        return self.n_narrow == 0

    @property
    def narrowest(self) -> pd.DataFrame:
        """The cells that are not proven, the narrowest first."""
        return self.cells[~self.cells["proven"]].sort_values(["width", "table", "row"], ignore_index=True)


def attack(frames: Mapping[str, pd.DataFrame], tables: Mapping[str, Table], settings: DisclosureSettings | None = None,
           *, nesting: Nesting | None = None, exact: bool = False) -> AttackReport:
    """Say how narrowly the hidden counts of some released frames can be worked out.

    Parameters
    ----------
    frames
        Released frames by name (``table``, or ``result.table`` where several results go out together).
    tables
        What they are: the tables before anything was hidden.
    settings
        Thresholds.
    nesting
        Which unit belongs to which: ``("service", "directorate")`` -> service -> its directorate.
    exact
        True: the exact ends of every range, which takes longer.

    Returns
    -------
    AttackReport

    Raises
    ------
    DisclosureError
        A frame without a table, or figures that contradict each other.

    Notes
    -----
    All tables are taken to be about the same people. A cell that counts the same people in two tables is one number;
    sums over a key, sums to a base and shares are equations (see ``knowledge``). The true counts are used for two
    things only: to leave out equations that do not hold, and as one solution of the others that needs no search. No
    count is taken to be smaller than the threshold: cells hidden for others' sake are larger.

    Where the settings round counts instead, each one shown stands for all that round to it. Nothing is hidden then, and
    what is asked is less: arithmetic must leave of every count that may be small, 1 to the threshold less 1, at least
    as many values as rounding leaves behind a shown 0, which is the least it ever leaves: 0, 1 and 2 with base 5. A
    count that is known to be nobody, or to be large, is not small. Of a count that is withheld it is known that it may
    have been small.

    What is not covered: a reader who runs the whole method on every record that fits what is shown, and drops those
    of which it would have hidden (or withheld) other cells, knows more: which of the hidden counts were hidden for
    their own sake, and in tables of a few cells now and then a count itself. That takes this program, its settings and
    all records that fit, of which larger tables have too many to try. Nor does anything cover what people know who
    were counted themselves or know others in the group. Hidden zeros are covered as far as the rule goes: a zero is
    hidden only with a whole group or a row whose base is hidden, and there the attacker takes a hidden count to be 0
    or more, elsewhere 1 or more.
    """
    unknown = [name for name in frames if name not in tables]
    if unknown:
        raise DisclosureError(f"The attacker was given no declaration of the table '{unknown[0]}'.",
                              hints=["Pass the result's tables along with the released frames."])
    base = settings.round_to if settings is not None and settings.method == "round" else 0
    shown = [Shown(name, frames[name], tables[name], rounded_to=base,
                   withheld_most=_withheld_most(tables[name], settings or DisclosureSettings()))
             for name in frames if tables[name].about_people]
    return _attack(shown, {}, settings, nesting, exact)


def attack_release(released: Mapping[str, Released], results: Mapping[str, Result],
                   settings: DisclosureSettings | None = None, *, earlier: Mapping[str, Earlier] | None = None,
                   nesting: Nesting | None = None, points: Floats | None = None, exact: bool = False,
                   linked: Linked | None = None) -> AttackReport:
    """Say the same of several released results together, with their facts, and of the releases before them.

    Parameters
    ----------
    released, results
        What is shown and what it was made from, by the same names.
    settings
        Thresholds.
    earlier
        Releases that were kept, by name. Counts are linked where cycle, as-of date, population and measure agree.
    nesting, exact
        As for :func:`attack`.
    points
        Claimed solutions, which spare programs where they are such: each is checked.
    linked
        As :func:`show_earlier` gave it for these results already, which takes as long as an attack.

    Returns
    -------
    AttackReport

    Raises
    ------
    DisclosureError
        A released result without its result, or figures that contradict each other.

    Notes
    -----
    Between releases of different days or cycles nothing is linked: people come and go and ratings change, so that a
    difference of two counts is the number of those who came less those who went, which no rule bounds. Two releases a
    few days apart, between which hardly anybody moved, are therefore outside what is proven.
    """
    unknown = [name for name in released if name not in results]
    if unknown:
        raise DisclosureError(f"The attacker was given no result for the release '{unknown[0]}'.",
                              hints=["Pass each released result together with the result it was made from."])
    rules = settings or DisclosureSettings()
    shown: list[Shown] = []
    numbers: dict[str, tuple[str, list[float]]] = {}
    rounded: dict[str, int] = {}
    for name, release in released.items():
        about = results[name].about
        context = context_of(about)[0]
        shown += [show(f"{name}.{table}", frame, results[name].tables[table], about, rounded_to=release.rounded_to,
                       withheld_most=_withheld_most(results[name].tables[table], rules))
                  for table, frame in release.tables.items() if results[name].tables[table].about_people]
        shown += _show_facts(name, release, results[name], rules)
        source = release if not release.rounded_to else results[name]
        numbers[name] = (context, numbers_beside(source.about.n, source.facts, results[name].declared))
        if release.rounded_to:
            rounded[name] = release.rounded_to
    then, links = linked or show_earlier(earlier or {}, shown, nesting, show_zeros=rules.show_zeros)
    differing = dict.fromkeys(name.rpartition(".")[0] for name in find_differing(then, shown, rules.threshold, nesting))
    links = replace(links, differing=tuple(differing))
    shown += then
    for name, kept in (earlier or {}).items():
        context = context_of(kept.about)[0] + (f"#{name}" if name in links.unlinked else "")
        if not kept.rounded_to:  # of what rounded numbers beside its tables were, nothing is known any more
            numbers[name] = (context, numbers_beside(kept.about.n, kept.facts, kept.declared))
    report = _attack(shown, numbers, settings, nesting, exact, points, rounded, links.slack)
    if report.narrowest["table"].isin([table.name for table in then]).any():
        before = narrow_before(then, settings, nesting, links.slack)
        known = report.cells.set_index(["table", "row", "column"]).index.isin(list(before))
        report = replace(report, cells=report.cells.assign(  # nothing that is done now can mend it
            proven=report.cells["proven"] | known, why=report.cells["why"].where(~known, "narrow_before")))
    return replace(report, links=links)


def _show_facts(name: str, released: Released, result: Result, rules: DisclosureSettings) -> list[Shown]:
    """Lay out the counts beside the tables of which it is declared who is counted."""
    counts = tabulate_facts(result.about.n, result.facts, result.declared)
    if counts is None:
        return []
    values = {**released.facts, "n": released.about.n}
    frame = pd.DataFrame({fact: pd.array([values.get(fact)], dtype="Float64") for fact in counts.parts})
    return [show(f"{name}.{FACTS}", frame, counts, result.about, rounded_to=released.rounded_to,
                 withheld_most=_withheld_most(counts, rules))]


def _show_kept(name: str, frame: pd.DataFrame, table: Table, kept: Earlier) -> Shown:
    """Lay out one table; a row of which not even the keys were shown is left out, and nothing is said of sums."""
    named = frame[list(table.keys)].notna().all(axis="columns")
    rows = frame[named].reset_index(drop=True)
    known = rows
    if kept.rounded_to:  # no rounded count is a true one
        known = rows.assign(**{c: np.nan for c in rows.columns if c not in (*table.keys, *table.unit_columns)
                               and pd.api.types.is_numeric_dtype(rows[c].dtype)})
    return show(name, rows, replace(table, frame=known), kept.about, reach="all" if named.all() else "none",
                rounded_to=kept.rounded_to)


def _show_kept_facts(name: str, kept: Earlier) -> list[Shown]:
    """Lay out the counts that stood beside the tables; of rounded ones nothing is known any more."""
    counts = {fact for fact, what in kept.declared.items() if what.who is not None and what.counts_people}
    if kept.rounded_to or not counts:
        return []
    values = {**kept.facts, "n": kept.about.n}
    shown = []
    for table_name, named in ((FACTS, tuple(sorted(counts - {"n"}))), (SIZE, tuple(counts & {"n"}))):
        frame = pd.DataFrame({fact: pd.array([values.get(fact)], dtype="Float64") for fact in named})
        table = Table(frame, keys=(), parts=named, counts={
            fact: who for fact in named if (who := kept.declared[fact].who) is not None})
        shown += [show(f"{name}.{table_name}", frame, table, kept.about)] if named else []
    return shown


def narrow_before(then: Sequence[Shown], settings: DisclosureSettings | None = None,
                  nesting: Nesting | None = None, slack: Slack | None = None) -> set[tuple[str, int, str]]:
    """List the hidden counts that could be worked out from releases that were kept, whatever is released now.

    Parameters
    ----------
    then
        What they showed.
    settings, nesting
        As for :func:`attack`.
    slack
        By how much the record contradicts laws.

    Returns
    -------
    set of (str, int, str)
        Table, row and column.

    Notes
    -----
    Without the counts behind them it is not known which sums of kept tables hold (units may straddle others): where
    all of them together cannot be true, the tables' own margins are reckoned with, and then each count by itself. What
    is not found here is not excused in what is released now.
    """
    for reach in REACHES:
        reaching = [replace(table, reach=max(table.reach, reach, key=REACHES.index)) for table in then]
        try:
            cells = _attack(reaching, {}, settings, nesting, False, slack=slack).cells
        except ContradictionError:
            continue
        narrow = cells.loc[~cells["proven"].astype(bool), ["table", "row", "column"]]
        return set(narrow.itertuples(index=False, name=None))
    return set()


def show_earlier(earlier: Mapping[str, Earlier], present: Sequence[Shown], nesting: Nesting | None = None, *,
                 show_zeros: bool = True) -> tuple[list[Shown], Links]:
    """Lay out what kept releases showed, as it is linked with the present tables.

    Parameters
    ----------
    earlier
        Releases by name.
    present
        Tables with true counts of all that is released now.
    nesting
        Which unit belongs to which.
    show_zeros
        True zeros are shown.

    Returns
    -------
    shown : list of Shown
        Their tables. What sums of hidden counts lead to cannot be looked up any more: where all of it together cannot
        be true, only the margins of each table count.
    links : Links
        How each release was linked. A release that shows other numbers than today's record (somebody left, a rating
        was corrected) is an edition of its own: its counts are near to those of today (``linked_tables.editions``).
    """
    return _Linking(earlier, present, nesting or {}, show_zeros).link()


@dataclass(frozen=True)
class Links:
    """How releases that were kept were linked with the present one.

    Parameters
    ----------
    same, partly, corrected, unlinked
        Names of releases that agree with today's record, of those that agree but of which not all sums can be true
        together with it, of those that it has corrected since, and of those that could not be linked at all.
    differing
        Names of corrected ones of which counts by rating or box differ by a few people from those shown today.
    slack
        By how much the record contradicts laws, as all tables of today tell.
    """

    same: tuple[str, ...] = ()
    partly: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    unlinked: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    slack: Slack = field(default_factory=dict)

    @property
    def apart(self) -> dict[str, str]:
        """Releases of which a reader should be told: name -> ``differing``, or what they say was not all attacked.

        That is ``unlinked`` or ``partly``.
        """
        return {name: code for code in ("differing", "partly", "unlinked") for name in getattr(self, code)}


Linked = tuple[list[Shown], Links]
"""What kept releases showed, and how each was linked."""


def say_links(links: Links, earlier: Mapping[str, Earlier]) -> dict[str, str]:
    """Say in a sentence how each kept release was taken into account.

    Parameters
    ----------
    links
        As found.
    earlier
        The releases, for what is to be said of how they were read.

    Returns
    -------
    dict of str to str
    """
    found = {name: code for code in ("same", "partly", "corrected", "unlinked") for name in getattr(links, code)}
    return {name: " ".join(filter(None, [say("release_link", code), earlier[name].note]))
            for name, code in sorted(found.items())}


class _Linking:
    """Which kept releases agree with today's record, and which are editions before a correction."""

    def __init__(self, earlier: Mapping[str, Earlier], present: Sequence[Shown], nesting: Nesting,
                 show_zeros: bool) -> None:
        self.nesting, self.show_zeros = nesting, show_zeros
        self.known = [replace(table, frame=table.table.frame, rounded_to=0) for table in present]
        self.slack: dict[str, tuple[float, float]] = {}
        for kept in earlier.values():
            for law, (over, under) in kept.slack.items():
                most = self.slack.get(law, (over, under))
                self.slack[law] = max(over, most[0]), max(under, most[1])
        self.now = list_values(self.known, nesting)
        self.releases: dict[str, list[Shown]] = {}
        self.results: dict[str, list[str]] = {}
        for name, kept in sorted(earlier.items(), key=lambda item: (item[1].about.as_of, item[0])):
            release = name.rpartition(" ")[0] or name  # of one file
            self.releases.setdefault(release, []).extend(_lay_out(name, kept))
            self.results.setdefault(release, []).append(name)

    def link(self) -> tuple[list[Shown], Links]:
        same = [name for name, tables in self.releases.items() if _agree(list_values(tables, self.nesting), self.now)]
        shown: list[Shown] = []
        partly: list[str] = []
        linked = self._fit(shown, [table for name in same for table in self.releases[name]])
        if linked is None:  # then one after the other
            linked, left = [], same
            same = []
            for name in left:
                fitted = self._fit(linked, self.releases[name])
                if fitted is not None:
                    linked, same = [*linked, *fitted], [*same, name]
                    continue
                fitted = self._fit_table_by_table(linked, self.releases[name])
                if fitted is not None:
                    linked, partly = [*linked, *fitted], [*partly, name]
        shown += linked
        corrected: list[str] = []
        unlinked: list[str] = []
        for names in self._editions([name for name in self.releases if name not in (*same, *partly)]):
            found = self._fit_edition(shown, names)
            (unlinked if found is None else corrected).extend(names)
            shown += found if found is not None else [
                replace(table, edition=_name_edition(name), reach="none")
                for name in names for table in self.releases[name]]
        slack = write_equations([*self.known, *shown], {}, self.nesting, show_zeros=self.show_zeros,
                                slack=self.slack).slack if shown else {}
        return shown, Links(self._results_of(same), self._results_of(partly), self._results_of(corrected),
                            self._results_of(unlinked), slack=slack)

    def _results_of(self, releases: Sequence[str]) -> tuple[str, ...]:
        return tuple(result for name in releases for result in self.results[name])

    def _editions(self, names: Sequence[str]) -> list[list[str]]:
        """Put releases together that agree with each other."""
        editions: list[tuple[list[str], dict[str, float]]] = []
        for name in names:
            values = list_values(self.releases[name], self.nesting)
            for members, known in editions:
                if _agree(values, known):
                    members.append(name)
                    known |= values
                    break
            else:
                editions.append(([name], values))
        return [members for members, _ in editions]

    def _fit(self, shown: Sequence[Shown], tables: list[Shown]) -> list[Shown] | None:
        """Give tables with as much of their sums as can be true together with the others; None where they cannot."""
        if not tables:
            return []
        with_own_sums = [replace(table, reach="own" if table.reach == "all" else table.reach) for table in tables]
        for candidate in (tables, with_own_sums):
            if self._can_be_true([*shown, *candidate]):
                return list(candidate)
        return None

    def _fit_table_by_table(self, shown: Sequence[Shown], tables: list[Shown]) -> list[Shown] | None:
        """Give tables with the sums of as many of them as can be true together; None where what they show cannot.

        Which sums of a kept table held is not known any more, and one that did not would part all of the release from
        today's. Halves are tried where the whole cannot be true, so that few tables are tried one by one.
        """
        found = [replace(table, reach="none") for table in tables]
        if not self._can_be_true([*shown, *found]):
            return None
        for reach in ("own", "all"):
            left = [[at for at, table in enumerate(tables)
                     if REACHES.index(table.reach) <= REACHES.index(reach) < REACHES.index(found[at].reach)]]
            while left:
                part = left.pop()
                more = [replace(table, reach=reach) if at in part else table for at, table in enumerate(found)]
                if part and self._can_be_true([*shown, *more]):
                    found = more
                elif len(part) > 1:
                    left += [part[len(part) // 2:], part[:len(part) // 2]]
        return found

    def _can_be_true(self, tables: Sequence[Shown]) -> bool:
        """Say whether tables of before can be true together with today's."""
        known = write_equations([*self.known, *tables], {}, self.nesting, show_zeros=self.show_zeros, slack=self.slack)
        return _fits_truth(known) or has_solution(known.system)

    def _fit_edition(self, shown: Sequence[Shown], names: Sequence[str]) -> list[Shown] | None:
        """Give the tables of an edition with the fewest changes since that can be true.

        All its sums with more changes come before fewer of its sums with fewer changes: what tables say of each other
        is known, how much changed is reckoned.
        """
        tables = [replace(table, edition=_name_edition(names[0])) for name in names for table in self.releases[name]]
        changes = count_changes(tables, self.now, self.nesting)
        own = [replace(table, reach="own" if table.reach == "all" else table.reach) for table in tables]
        for candidate in (tables, own):
            found = self._fit_with_fewest(shown, candidate, changes)
            if found is not None:
                return found
        return None

    def _fit_with_fewest(self, shown: Sequence[Shown], tables: Sequence[Shown],
                         changes: Mapping[str, float]) -> list[Shown] | None:
        """Give tables with the fewest changes beyond some that can be true; None where no number tried will do."""

        def with_more(more: int) -> list[Shown]:
            changed = {cycle: most + more for cycle, most in changes.items()}
            return [replace(table, changed=changed) for table in tables]

        def can_be_true(more: int) -> bool:
            return self._can_be_true([*shown, *with_more(more)])

        enough = next(filter(can_be_true, MORE_CHANGES), None)
        if enough is None:
            return None
        untried = range(max((more + 1 for more in MORE_CHANGES if more < enough), default=0), enough)
        return with_more(untried.start + bisect_left(untried, True, key=can_be_true))


def _fits_truth(known: Knowledge) -> bool:
    """Say whether what is known can be true together with today's record: far fewer numbers are open then."""
    system, is_known = known.system, np.isfinite(known.truth)
    truth = np.where(is_known, known.truth, 0.0)
    if ((truth < system.lower) | (truth > system.upper))[is_known].any():
        return False
    return has_solution(replace(system, lower=np.where(is_known, truth, system.lower),
                                upper=np.where(is_known, truth, system.upper)))


def _name_edition(release: str) -> str:
    """Name an edition after a release; in names of counts a slash ends it."""
    return release.replace("/", "_")


def _agree(values: Mapping[str, float], known: Mapping[str, float]) -> bool:
    return all(abs(value - known.get(name, value)) < CLOSE for name, value in values.items())


def _lay_out(name: str, kept: Earlier) -> list[Shown]:
    tables = [_show_kept(f"{name}.{table}", frame, kept.tables[table], kept)
              for table, frame in kept.frames.items() if kept.tables[table].about_people]
    return [*tables, *_show_kept_facts(name, kept)]


def find_nesting(posts: pd.DataFrame) -> Nesting:
    """Say which unit belongs to which, for units that belong to one other only.

    Parameters
    ----------
    posts
        One row per post of the cycle, with the columns of the organisation, the largest units first.

    Returns
    -------
    mapping
        As :func:`attack` takes it.
    """
    found: dict[tuple[str, str], dict[str, str]] = {}
    for at, parent in enumerate(ORGANISATION):
        for child in ORGANISATION[at + 1:]:
            pairs = posts[[child, parent]].dropna().astype("str").drop_duplicates()
            pairs = pairs.drop_duplicates(child, keep=False)
            found[child, parent] = dict(zip(pairs[child], pairs[parent], strict=True))
    return found


def require_proven(report: AttackReport) -> AttackReport:
    """Refuse a release in which a hidden count can be worked out too narrowly.

    Returns
    -------
    AttackReport
        The report, where it passes.

    Raises
    ------
    DisclosureError
        Names the narrowest cells, never their range: a message may end up in a log.
    """
    if report.passed:
        return report
    worst = report.narrowest.head(N_LISTED)
    what = "hidden" if not report.is_rounded else "rounded"
    where = "; ".join(f"table {cell.table}, {cell.keys or 'the whole'}, column {cell.column}"
                      for cell in worst.itertuples())
    raise DisclosureError(
        f"{report.n_narrow} of {report.n_hidden} {what} counts could be worked out too narrowly from what is shown: "
        f"{where}{'; and others' if report.n_narrow > N_LISTED else ''}.",
        hints=["Release fewer of these tables together, or use coarser groups.",
               "Nothing was written for this audience."])


def _attack(shown: Sequence[Shown], numbers: Mapping[str, tuple[str, list[float]]],
            settings: DisclosureSettings | None, nesting: Nesting | None, exact: bool,
            points: Floats | None = None, rounded: Mapping[str, int] | None = None,
            slack: Slack | None = None) -> AttackReport:
    rules = settings or DisclosureSettings()
    known = write_equations(shown, numbers, nesting or {}, show_zeros=rules.show_zeros, rounded=rounded,
                            slack=slack)
    threshold = {table.name: _threshold_of(table.table, rules) for table in shown}
    cells = pd.concat([known.cells.assign(rounded_to=0), known.rounded], ignore_index=True)
    small_from = cells["table"].map(threshold).to_numpy(np.float64)
    is_rounded = cells["rounded_to"].to_numpy(np.float64) > 0
    if is_rounded.any():  # a rounded count that is large in any case is nothing to ask about
        asked = ~is_rounded | (known.system.lower[cells["variable"].to_numpy(np.int64)] < small_from)
        cells, small_from, is_rounded = cells[asked].reset_index(drop=True), small_from[asked], is_rounded[asked]
    if cells.empty:
        return AttackReport(pd.DataFrame(columns=list(CELL_COLUMNS)).astype({"proven": bool}))
    needed = np.where(is_rounded, values_behind_zero(cells["rounded_to"].to_numpy(np.float64)) - 1.0,
                      known.find_needed(cells["variable"].to_numpy(np.int64), small_from))
    variables, which = np.unique(cells["variable"].to_numpy(np.int64), return_inverse=True)
    most_needed = np.zeros(len(variables))
    np.maximum.at(most_needed, which, needed)
    lower, upper = find_bounds(known.system, variables, most_needed, witness=known.truth, points=points,
                               exact=exact)
    cells = cells.assign(lower=lower[which], upper=upper[which], width=(upper - lower)[which], needed=needed)
    cells.loc[cells["given_away"], "width"] = 0.0
    proven = cells["width"].to_numpy(np.float64) >= needed
    proven |= is_rounded & _are_large(known.system, cells, small_from, ~proven & is_rounded, known.truth)
    why = np.where(proven, "", np.where(cells["given_away"], "follows_shown", "narrow"))
    return AttackReport(cells.assign(proven=proven, why=why)[list(CELL_COLUMNS)].reset_index(drop=True),
                        is_rounded=bool(is_rounded.any()))


def _threshold_of(table: Table, rules: DisclosureSettings) -> int:
    return max(rules.equality_threshold if table.protected else rules.threshold, rules.threshold)


def _withheld_most(table: Table, rules: DisclosureSettings) -> float:
    """Give the highest count that, shown rounded, might have been a small one: no other is withheld when rounding."""
    shown = np.arange(0.0, _threshold_of(table, rules) + rules.round_to + 1, rules.round_to)
    least, most = unround(shown, rules.round_to)
    return float(most[least < _threshold_of(table, rules)].max())


def values_behind_zero(base: Floats) -> Floats:
    """Count the numbers that are shown as 0 when rounded, half way up: the fewest that one number shown stands for."""
    return np.asarray((base + 1) // 2, dtype=np.float64)


def _are_large(system: System, cells: pd.DataFrame, small_from: Floats, narrow: Bools, truth: Floats) -> Bools:
    """Say which of some narrow cells are known to be nobody, or to be no small number."""
    out = np.zeros(len(cells), dtype=bool)
    large = (cells["lower"].to_numpy(np.float64) >= small_from) | (cells["upper"].to_numpy(np.float64) < 1)
    sure = np.flatnonzero(narrow & large)
    if len(sure):  # where a limit of the search was reached, what was met may be but a part of the range
        variables, which = np.unique(cells["variable"].to_numpy(np.int64)[sure], return_inverse=True)
        lower, upper = find_bounds(system, variables, np.zeros(len(variables)), witness=truth, exact=True)
        out[sure] = (lower[which] >= small_from[sure]) | (upper[which] < 1)
    return out
