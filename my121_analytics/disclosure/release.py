"""The one gate: results go in, what one audience may see comes out. Writers and pictures take nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from my121_analytics.disclosure.attacker import (
    N_LISTED,
    AttackReport,
    Linked,
    attack_release,
    narrow_before,
    require_proven,
    say_links,
    show_earlier,
)
from my121_analytics.disclosure.facts import (
    FACTS,
    SIZE,
    Value,
    check_declared,
    counts_of_people,
    round_facts,
    suppress_facts,
    tabulate_facts,
)
from my121_analytics.disclosure.kept import Earlier, add_to_publication, describe_kept, read_kept
from my121_analytics.disclosure.linked_tables.equations import Nesting, context_of, numbers_beside
from my121_analytics.disclosure.linked_tables.system import Floats
from my121_analytics.disclosure.looked_at import require_looked_at
from my121_analytics.disclosure.protection import Before, Candidate, hidden_totals, nesting_of, protect
from my121_analytics.disclosure.released import GATE, Released, require_released
from my121_analytics.disclosure.rounding import round_count, round_table, withhold_counts
from my121_analytics.disclosure.secondary.continuity import find_usual
from my121_analytics.disclosure.solver_output import solver_silenced
from my121_analytics.disclosure.suppression import (
    MARKER,
    PEOPLE,
    Mask,
    count_columns,
    find_small,
    hide,
    hide_rows,
)
from my121_analytics.errors import DisclosureError, UsageError, suggest
from my121_analytics.settings import Audience, DisclosureSettings, Settings
from my121_analytics.wording.catalogue import say
from my121_analytics.workforce.results import About, Result, Table

__all__ = ["Released", "publish_together", "release", "release_together", "require_released"]

_together: list[Path] = []
"""Folder of the publication that a whole process works on, if any: see :func:`publish_together`.

It is asked here, below ``Publication``, and not there: a notebook's cells may call either, and none goes round it.
"""


def publish_together(folder: Path | str) -> None:
    """Take all that this process releases without names from now on as one publication.

    Each release is kept in a folder and proved together with those before it. For a notebook that is printed for
    publication: its cells call :func:`release` one by one, and one reader gets all of them.

    Parameters
    ----------
    folder
        Made where missing; may hold what else goes out to the same readers.
    """
    _together[:] = [Path(folder)]


_readers: list[str] = []
"""Audience that a whole process shows its results to, if any: see :func:`show_to`."""


def show_to(audience: str) -> None:
    """Refuse, from now on, releases that name people to an audience other than this one.

    For a notebook that is printed for somebody: a picture on its page no longer says whom it was released for.

    Parameters
    ----------
    audience
        Who reads all that this process shows.
    """
    _readers[:] = [audience]


@dataclass(frozen=True)
class _Scope:
    """Who is looking: the policy of the audience and whose rows it is cut to."""

    policy: Audience
    unit_column: str
    unit: str
    rater_id: str


def release(result: Result, *, audience: str, settings: Settings | None = None, unit_column: str = "directorate",
            unit: str = "", rater_id: str = "", earlier: Mapping[str, Earlier] | None = None,
            nesting: Nesting | None = None) -> Released:
    """Let through what one audience may see of a result: :func:`release_together` for one result.

    Parameters
    ----------
    result
        Of an analysis.
    audience
        A name in ``[disclosure] audiences``: analyst, panel, manager, publish.
    settings
        Thresholds and the table of audiences; default: those that the record was read under.
    unit_column, unit, rater_id, earlier, nesting
        As in :func:`release_together`.

    Returns
    -------
    Released

    Raises
    ------
    UsageError
        No such audience, or the audience's own team is not named.
    DisclosureError
        What is hidden could be worked out all the same.

    Examples
    --------
    >>> released = release(profile, audience="publish")
    >>> released.plot_map()
    >>> released.withheld[["table", "reason"]]
    """
    return release_together([result], audience=audience, settings=settings, unit_column=unit_column, unit=unit,
                            rater_id=rater_id, earlier=earlier, nesting=nesting)[0]


def release_together(results: Sequence[Result], *, audience: str, settings: Settings | None = None,
                     unit_column: str = "directorate", unit: str | Sequence[str] = "", rater_id: str = "",
                     earlier: Mapping[str, Earlier] | None = None, nesting: Nesting | None = None,
                     is_published: bool = True) -> list[Released]:
    """Let through what one audience may see of several results that go out together.

    Parameters
    ----------
    results
        Of analyses.
    audience
        A name in ``[disclosure] audiences``: analyst, panel, manager, publish.
    settings
        Thresholds and the table of audiences; default: those that the results' record was read under.
    unit_column, unit
        For an audience that sees its own unit only: the column of the organisation and the unit; an empty unit is
        the council's own senior team, which sees all units. One unit for each result, where they differ.
    rater_id
        For an audience that sees its own team only.
    earlier
        Releases that were kept, by name, beside those in ``[disclosure] kept_releases``: what they showed is known to
        the reader of this one.
    nesting
        Which unit belongs to which, as from ``attacker.find_nesting``, where the tables themselves do not tell.
    is_published
        False for part of a paper that stays with those who make it: no kept release stops it.

    Returns
    -------
    list of Released
        In the order of the results.

    Raises
    ------
    UsageError
        No such audience, or the audience's own team is not named.
    DisclosureError
        What is hidden could be worked out all the same, or a kept release cannot be checked together with this one and
        nobody has looked at the two (``[disclosure] looked_at``).

    Notes
    -----
    A table that cannot be shown safely is kept back as a whole, with the reason in ``withheld``: one that names people
    to an audience without names, one that belongs to units or people but cannot be cut to the audience's own, or one
    that gives small numbers away whatever else is hidden. Small numbers are protected over all tables of all results
    together (see ``protection``), and the outcome is proven by an attacker that knows nothing of how (``attacker``).
    Rounded releases are attacked as well: a small count of which adding up would leave too few values is withheld.
    """
    settings = settings or _settings_of(results)
    rules = settings.disclosure
    if audience not in rules.audiences:
        raise UsageError(f"There is no audience '{audience}'.", hints=[suggest(audience, list(rules.audiences))])
    for result in results:
        check_declared(result)
    policy = rules.audiences[audience]
    if _readers and policy.names and audience != _readers[0]:
        raise UsageError(f"This page is made for the audience '{_readers[0]}', and a release for '{audience}' may name "
                         "people.", hints=["Leave the audience to the cell tagged 'parameters'."])
    if policy.scope == "own team" and not rater_id:
        raise UsageError(f"The audience '{audience}' sees one manager's team; no manager was named.",
                         hints=["Give rater_id."])
    units = [unit] * len(results) if isinstance(unit, str) else list(unit)
    scopes = [_Scope(policy, unit_column, unit, rater_id) for unit in units]
    drafts = [_Draft.of(result, scope, rules) for result, scope in zip(results, scopes, strict=True)]
    if policy.suppress:
        publication = _together[0] if _together else None
        kept = {**(read_kept(rules.kept_releases) if rules.kept_releases else {}),
                **(read_kept(publication) if publication else {}), **(earlier or {})}
        if any(draft.about_people for draft in drafts):
            _require_one_method(kept, rules)
        with solver_silenced():
            made = _make_safe(drafts, scopes, audience, rules, kept, nesting, is_published=is_published)
        if rules.method == "round" and not any(draft.about_people for draft in drafts):
            _require_something(drafts)
        shown = [made[id(draft)] for draft in drafts]
        if publication:
            add_to_publication(publication, describe_kept(results, shown))
        return shown
    return [draft.released(audience, scope) for draft, scope in zip(drafts, scopes, strict=True)]


def _settings_of(results: Sequence[Result]) -> Settings:
    """Give the settings that the results carry, refusing to choose between two."""
    carried = [result.settings for result in results if result.settings is not None]
    if any(settings.disclosure != carried[0].disclosure for settings in carried):
        raise UsageError("These results come from records that were read under different rules of disclosure.",
                         hints=["Name the settings that shall hold: release_together(..., settings=...)."])
    return carried[0] if carried else Settings()


def _make_safe(drafts: Sequence[_Draft], scopes: Sequence[_Scope], audience: str, rules: DisclosureSettings,
               kept: Mapping[str, Earlier], nesting: Nesting | None, *, is_published: bool) -> dict[int, Released]:
    """Protect small numbers in all drafts and prove that they are; gives what may leave by the identity of its draft.

    Meanwhile nothing is drawn or written: all of it comes after.
    """
    point: Floats | None = None
    linked: Linked | None = None
    if rules.method == "round":
        _round(drafts, rules)
    else:
        point, linked = _protect(drafts, rules, kept, nesting, is_published=is_published)
    released = [draft.released(audience, scope) for draft, scope in zip(drafts, scopes, strict=True)]
    of_draft = dict(zip(map(id, drafts), scopes, strict=True))
    made = _prove(drafts, released, rules, kept, nesting, point, linked,
                  lambda draft: draft.released(audience, of_draft[id(draft)]))
    if is_published:
        apart = {name for release in made.values() for name, code in release.apart.items() if code == "unlinked"}
        require_looked_at(apart, rules, _latest(drafts))
    return made


def _latest(drafts: Sequence[_Draft]) -> date:
    """Give the day of the latest extract that results are about."""
    return max(draft.about.as_of for draft in drafts)


@dataclass
class _Draft:
    """A result on its way through the gate."""

    result: Result
    passed: dict[str, Table]
    reasons: dict[str, str]
    frames: dict[str, pd.DataFrame]
    about: About
    facts: dict[str, Value]
    marker: str = ""
    method: str = ""
    rounded_to: int = 0
    earlier: Mapping[str, str] = field(default_factory=dict)
    apart: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, result: Result, scope: _Scope, rules: DisclosureSettings) -> _Draft:
        """Keep back what is not for the audience, and cut the rest to its own unit or team."""
        reasons = {name: _keep_back(table, scope) for name, table in result.tables.items()}
        for name, table in result.tables.items():
            if not reasons[name] and scope.policy.suppress and table.about_people and not count_columns(table):
                reasons[name] = "no_counts"
        passed = {name: _cut(table, scope) for name, table in result.tables.items() if not reasons[name]}
        frames = {name: table.frame.assign(**{MARKER: ""}) for name, table in passed.items()}
        if scope.policy.suppress:
            result = _without_untold(result, rules)
        return cls(result, passed, reasons, frames, result.about, dict(result.facts), rules.marker)

    @property
    def about_people(self) -> dict[str, Table]:
        """The tables in which there is somebody to protect."""
        return {name: table for name, table in self.passed.items() if table.about_people}

    @property
    def counted(self) -> dict[str, Table]:
        """The same, and the facts and the size of the population as tables of their own: either may be kept back."""
        beside = {FACTS: tabulate_facts(None, self.result.facts, self.result.declared),
                  SIZE: tabulate_facts(self.result.about.n, {}, self.result.declared)}
        return {**self.about_people, **{name: table for name, table in beside.items() if table is not None}}

    @property
    def names_beside(self) -> set[str]:
        """The facts, and ``n``, of which it is declared who is counted."""
        return {name for table in (FACTS, SIZE) if table in self.counted for name in self.counted[table].parts}

    def suppress(self, masks: Mapping[str, Mask | None], hidden_numbers: set[float], rules: DisclosureSettings) -> None:
        """Take out of tables, facts and the size of the population what masks hide; without a mask, all of it.

        Parameters
        ----------
        masks
            For each table of ``counted``.
        hidden_numbers
            Totals that tables of the same subject hide.
        rules
            Thresholds and marker.
        """
        self.method = "suppress"
        self.about = replace(self.about, caveats=tuple(dict.fromkeys([*self.about.caveats, "releases_apart"])))
        beside = [mask for name in (FACTS, SIZE) if (mask := masks.get(name)) is not None]
        gone = self.names_beside - {column for mask in beside for column, hidden in mask.cells.items()
                                    if not hidden.any()}
        for name, table in self.about_people.items():
            mask = masks[name]
            if mask is None:
                self.keep_back(name, "gives_away")
            else:
                self.frames[name] = hide(table, mask, rules.marker)
        _withhold_events(self, {name: mask for name, mask in masks.items() if mask is not None})
        self.keep_back_resting()
        n = self.about.n
        if n is not None and (0 < n < rules.threshold or "n" in gone or (
                n in hidden_numbers and "n" not in self.result.declared)):
            self.about = replace(self.about, n=None)
        self.facts = suppress_facts(self.result, hidden_numbers, rules, gone - {"n"})

    def shows(self, name: str) -> bool:
        """Say whether a fact, or the size of the population, is still shown."""
        return (self.about.n if name == "n" else self.facts[name]) is not None

    @property
    def shows_any(self) -> bool:
        """Whether any fact of which it is declared who is counted is still shown."""
        return any(self.shows(name) for name in self.names_beside)

    def silence(self, names: Iterable[str] | None = None) -> None:
        """Withhold facts of which it is declared who is counted, by name or all."""
        names = self.names_beside if names is None else set(names)
        if "n" in names:
            self.about = replace(self.about, n=None)
        self.facts |= {name: None for name in names if name in self.facts}

    def keep_back(self, name: str, reason: str) -> None:
        """Withhold a whole table."""
        self.reasons[name] = reason
        del self.passed[name], self.frames[name]
        self.keep_back_resting()

    def keep_back_resting(self, *, on_whole_counts: bool = True) -> None:
        """Withhold tables that are computed from others which are not shown whole, or not as they are."""
        for name, table in list(self.passed.items()):
            if name in self.passed and table.rests_on and not (
                    on_whole_counts and all(self._is_whole(other) for other in table.rests_on)):
                self.keep_back(name, "rests_on")

    def _is_whole(self, name: str) -> bool:
        """Say whether a table is shown without a mark."""
        return name in self.frames and bool((self.frames[name][MARKER] == "").all())

    def _hide_untold(self, name: str, frame: pd.DataFrame) -> pd.DataFrame:
        """Hide the rows that tell a count which is withheld."""
        table = self.passed[name]
        untold = {row for row, counts in table.tells.items() if any(self.facts.get(count) is None for count in counts)}
        if not untold:
            return frame
        return hide_rows(table, frame, frame[table.keys[0]].isin(untold).to_numpy(), self.marker)

    def released(self, audience: str, scope: _Scope) -> Released:
        """Make what is shown, with the log of what is not."""
        frames = {name: self._hide_untold(name, frame) for name, frame in self.frames.items()}
        log = []
        for name, table in self.result.tables.items():
            reason = self.reasons[name]
            if reason:
                log.append([name, 0, 0, 0, say("withheld", reason)])
                continue
            frame = frames[name]
            n_hidden = int((frame[MARKER] != "").sum())
            log.append([name, len(frame), n_hidden, len(table.frame) - len(frame),
                        say("withheld", "small_numbers") if n_hidden else ""])
        withheld = pd.DataFrame(log, columns=["table", "rows", "rows_hidden", "rows_outside", "reason"])
        return Released(self.about, audience, _shown_unit(scope),
                        {name: _clean(frame) for name, frame in frames.items()}, self.facts, withheld,
                        type(self.result).__name__, self.method, self.rounded_to, self.earlier, self.apart, GATE)


def _without_untold(result: Result, rules: DisclosureSettings) -> Result:
    """Leave out the facts that only rows too small to show would tell: nobody learns them.

    Those that are small stay: they are withheld, and others must not tell them.
    """
    untold: set[str] = set()
    for table in (table for table in result.tables.values() if table.tells):
        rows = table.frame[table.keys[0]][find_small(table, rules).rows]
        untold.update(name for row in rows for name in table.tells.get(str(row), ()))
    small = {name for name, value in counts_of_people(result.facts, result.declared).items()
             if 0 < value < rules.threshold}
    return replace(result, facts={name: value for name, value in result.facts.items()
                                  if name not in untold or name in small})


def _round(drafts: Sequence[_Draft], rules: DisclosureSettings) -> None:
    """Round every count of people, in the tables and beside them."""
    for draft in drafts:
        if any(table.about_people for table in draft.result.tables.values()):
            _round_one(draft, rules)


def _round_one(draft: _Draft, rules: DisclosureSettings) -> None:
    draft.method, draft.rounded_to = "round", rules.round_to
    draft.keep_back_resting(on_whole_counts=False)
    for name, table in draft.about_people.items():
        draft.frames[name] = round_table(table, rules)
    draft.facts = round_facts(draft.result, rules)
    about = replace(draft.about, caveats=tuple(dict.fromkeys([*draft.about.caveats, "rounded"])))
    draft.about = about if about.n is None else replace(about, n=round_count(about.n, rules.round_to))


def _protect(drafts: Sequence[_Draft], rules: DisclosureSettings, kept: Mapping[str, Earlier],
             nesting: Nesting | None, *, is_published: bool) -> tuple[Floats, Linked]:
    """Hide small numbers, and what would give them away, in all drafts together.

    Gives what proves it, and how kept releases were linked.
    """
    candidates, numbers = [], {}
    usual: dict[str, frozenset[tuple[str, str]]] = {}
    for at, draft in enumerate(drafts):
        usual |= {f"{at}.{name}": find_usual(draft.result.about, name, table, kept)
                  for name, table in draft.about_people.items()}
        context = context_of(draft.result.about)[0]
        numbers[f"{at}"] = (context, numbers_beside(draft.about.n, draft.facts, draft.result.declared))
        candidates += [Candidate(f"{at}.{name}", table, draft.result.about) for name, table in draft.counted.items()]
    known = {**nesting_of([candidate.table for candidate in candidates]), **(nesting or {})}
    then, links = show_earlier(kept, [candidate.shown(candidate.table.frame) for candidate in candidates], known,
                                  show_zeros=rules.show_zeros)
    if is_published:  # before the long search for what to hide
        require_looked_at(links.unlinked, rules, _latest(drafts))
    spoken = {name: (context_of(release.about)[0], numbers_beside(release.about.n, release.facts, release.declared))
              for name, release in kept.items() if name not in links.unlinked}
    before = Before(then, spoken, lambda: frozenset(narrow_before(then, rules, known, links.slack)), usual,
                    slack=links.slack)
    done = protect(candidates, numbers, rules, nesting=known, earlier=before)
    for at, draft in enumerate(drafts):
        if draft.counted or any(table.about_people for table in draft.result.tables.values()):
            draft.suppress({name: done.masks.get(f"{at}.{name}") for name in draft.counted},
                           set(done.words.get(context_of(draft.result.about)[0], frozenset())), rules)
            for name in [name for name in draft.reasons if f"{at}.{name}" in done.bare]:
                draft.reasons[name] = "hardly_shown"
    return done.points, (then, links)


def _withhold_events(draft: _Draft, masks: Mapping[str, Mask]) -> None:
    """Withhold the tables that count what people did where it is withheld how many people there were."""
    silent = any(hidden_totals(table, masks[name]) for name, table in draft.about_people.items() if not table.events)
    for name, table in list(draft.about_people.items()):
        if table.events and silent:
            draft.keep_back(name, "events")


def _prove(drafts: Sequence[_Draft], released: Sequence[Released], rules: DisclosureSettings,
           earlier: Mapping[str, Earlier], nesting: Nesting | None, points: Floats | None, linked: Linked | None,
           remake: Callable[[_Draft], Released]) -> dict[int, Released]:
    """Attack what is about to leave; tables whose counts do not hold are kept back whole, and what is left is attacked
    again. From rounded tables the counts known too narrowly are withheld first; where that does not do, one table is
    kept back at a time, the one with the most such counts.

    Returns
    -------
    dict
        What may leave, by the identity of its draft.

    Raises
    ------
    DisclosureError
        A count could be worked out too narrowly, and no table is left to keep back for it.
    """
    shown: list[Released] = list(released)
    known = {**nesting_of([table for draft in drafts for table in draft.about_people.values()]), **(nesting or {})}
    proof = points
    while True:
        results = {f"{at}": replace(draft.result, tables=draft.passed) for at, draft in enumerate(drafts)}
        report = attack_release({f"{at}": release for at, release in enumerate(shown)}, results, rules, earlier=earlier,
                                nesting=known, points=proof, linked=linked)
        if report.passed:
            for draft in drafts:
                draft.earlier, draft.apart = say_links(report.links, earlier), report.links.apart
            return {id(draft): remake(draft) for draft in drafts}
        n_narrow = report.narrowest["table"].value_counts()
        left = [(at, name) for at, draft in enumerate(drafts) for name in draft.about_people]
        places = [(at, name) for at, name in left if f"{at}.{name}" in n_narrow.index]
        silent = [at for at in range(len(drafts)) if f"{at}.{FACTS}" in n_narrow.index and drafts[at].shows_any]
        if rules.method == "round" and _withhold_narrow(drafts, report, rules.marker):
            shown = [remake(draft) for draft in drafts]
            continue
        if rules.method == "round":
            order = {(at, name): (int(n_narrow.get(f"{at}.{name}", 0)), len(drafts[at].passed[name].frame), name)
                     for at, name in left}
            places = [max(left, key=lambda place: order[place])] if left else []
        if not places and not silent and left:  # of a kept release, or beside tables: the largest opens the most
            places = [max(left, key=lambda place: (len(drafts[place[0]].passed[place[1]].frame), place))]
        elif not places and not silent:
            silent = [at for at, draft in enumerate(drafts) if draft.shows_any]
        if not places and not silent:
            require_proven(report)
        for at in silent:
            narrow = set(report.narrowest.loc[report.narrowest["table"] == f"{at}.{FACTS}", "column"])
            others = drafts[at].names_beside - {"n"}
            drafts[at].silence(others if "n" not in narrow and any(map(drafts[at].shows, others)) else None)
            shown[at] = remake(drafts[at])
        for at, name in places:
            drafts[at].keep_back(name, "gives_away")
            shown[at] = remake(drafts[at])
        proof = None  # it was worked out with the tables that are gone


def _require_one_method(kept: Mapping[str, Earlier], rules: DisclosureSettings) -> None:
    """Refuse to round beside releases that hid small counts, and the reverse.

    A hidden count is known to within the base as soon as it stands rounded elsewhere. After a correction it can be
    known still better, of more counts than could be withheld one by one.
    """
    is_rounding = rules.method == "round"
    others = sorted({name.rpartition(" ")[0] or name for name, earlier in kept.items()
                     if earlier.frames and bool(earlier.rounded_to) != is_rounding})
    if not others:
        return
    before, now = ("hid small counts", "are rounded") if is_rounding else ("rounded every count", "hide small counts")
    raise DisclosureError(
        f"A release before this one {before}, and the tables of this one {now}: together they tell more than either "
        f"may. Kept as {', '.join(others[:N_LISTED])}{' and others' if len(others) > N_LISTED else ''}.",
        hints=[f"Keep to what was begun with: [disclosure] method = \"{'suppress' if is_rounding else 'round'}\".",
               "Take files of releases that were never published out of [disclosure] kept_releases."])


def _require_something(drafts: Sequence[_Draft]) -> None:
    """Refuse a rounded release of which every table had to be kept back."""
    if any(reason == "gives_away" for draft in drafts for reason in draft.reasons.values()):
        raise DisclosureError("No table can be released: small counts of each could be worked out from rounded ones.",
                              hints=["Use coarser groups, or [disclosure] method = \"suppress\"."])


def _withhold_narrow(drafts: Sequence[_Draft], report: AttackReport, marker: str) -> bool:
    """Withhold the rounded counts that are known too narrowly, with what follows from them; False where all are."""
    found = False
    for (table, column), cells in report.narrowest.groupby(["table", "column"], sort=True):
        at, _, name = str(table).partition(".")
        draft = drafts[int(at)] if at.isdecimal() and int(at) < len(drafts) else None
        if draft is not None and name == FACTS and draft.shows(str(column)):
            draft.silence([str(column)])
            found = True
        if draft is None or name not in draft.passed:
            continue  # of a release before this one
        rows = cells["row"].to_numpy(np.int64)
        rows = rows[draft.frames[name][str(column)].notna().to_numpy()[rows]]
        if len(rows):
            draft.frames[name] = withhold_counts(draft.passed[name], draft.frames[name], str(column), rows,
                                                 marker)
            found = True
    return found


def _keep_back(table: Table, scope: _Scope) -> str:
    """Say why a whole table is not for this audience; empty where it is."""
    people = bool(table.people) or bool(PEOPLE & set(table.frame.columns))
    if table.protected and not scope.policy.protected:
        return "protected"
    if people and not scope.policy.names:
        return "people"
    if scope.policy.scope == "own team" and "rater_id" not in table.frame.columns:
        return "no_team"
    cut_to_unit = scope.policy.scope == "own unit" and scope.unit
    if cut_to_unit and (people or table.unit_columns) and scope.unit_column not in table.unit_columns:
        return "no_unit"
    return ""


def _cut(table: Table, scope: _Scope) -> Table:
    """Keep the rows of the audience's own unit or team, on a fresh index."""
    frame = table.frame
    if scope.policy.scope == "own unit" and scope.unit and scope.unit_column in table.unit_columns:
        frame = frame[(frame[scope.unit_column].astype("str") == scope.unit).to_numpy(bool)]
    elif scope.policy.scope == "own team":
        frame = frame[(frame["rater_id"].astype("str") == scope.rater_id).to_numpy(bool)]
    return replace(table, frame=frame.reset_index(drop=True))


def _shown_unit(scope: _Scope) -> str:
    return {"own unit": scope.unit, "own team": scope.rater_id}.get(scope.policy.scope, "")


def _clean(frame: pd.DataFrame) -> pd.DataFrame:
    """Drop what a frame carries beside its cells: categories that no longer occur, and attributes."""
    out = frame.copy()
    out.attrs = {}
    for column in out.columns[[isinstance(dtype, pd.CategoricalDtype) for dtype in out.dtypes]]:
        out[column] = out[column].cat.remove_unused_categories()
    return out
