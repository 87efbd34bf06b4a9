"""A publication: what the same readers get, passed through the gate together, recorded, and kept for the next one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import InitVar, dataclass, field, replace
from pathlib import Path

from my121_analytics.disclosure.kept import Earlier, describe_kept, name_kept, parse_kept, read_kept
from my121_analytics.disclosure.linked_tables.equations import Nesting
from my121_analytics.disclosure.release import Released, release_together
from my121_analytics.disclosure.release_record import describe_release, say_attention, tabulate_release
from my121_analytics.errors import UsageError, suggest
from my121_analytics.settings import Audience, Settings
from my121_analytics.workforce.results import Result, Table
from my121_analytics.workforce.schema import ORGANISATION
from my121_analytics.writing.csv_files import as_text
from my121_analytics.writing.staging import write_atomic

RECORD_CSV, RECORD_JSON = "release_record.csv", "release_record.json"
"""Files of the record of a release, beside what was published."""


@dataclass
class Publication:
    """What is shown to one audience, and what the same readers have of it already.

    Parameters
    ----------
    audience
        A name in ``[disclosure] audiences``.
    settings
        Thresholds, audiences, and the folder in which publications are kept.
    unit_column
        Column of the organisation that an audience which sees its own unit is cut by.
    nesting
        Which unit belongs to which, as from ``attacker.find_nesting``, where the tables themselves do not tell.
    folders
        Folders of kept releases beside ``[disclosure] kept_releases``: what they hold is known to these readers, and
        what is published here is kept there as well.
    beside
        A paper that the same readers get as well: what either publishes is known to the readers of the other and kept
        with it, in the same folders. Each has a record of its own.

    Attributes
    ----------
    released
        What was let through so far, in the order of the releases.

    Raises
    ------
    UsageError
        No such audience.

    Notes
    -----
    Each release for anybody to read is proved together with those before it: of this publication, of the papers beside
    it (``beside``), and of every publication that was kept.

    Examples
    --------
    >>> publication = Publication("publish", settings)
    >>> profile, movement = publication.release([tabulate_profile(workforce), track_movement(workforce)])
    >>> files = publication.record_files()
    >>> publication.keep()
    """

    audience: str
    settings: Settings = field(default_factory=Settings)
    unit_column: str = ORGANISATION[0]
    nesting: Nesting | None = None
    folders: Sequence[Path | str] = ()
    beside: InitVar[Publication | None] = None
    released: list[Released] = field(default_factory=list, init=False)
    _contents: list[bytes] = field(default_factory=list, init=False)
    _proved_with: set[str] = field(default_factory=set, init=False)

    def __post_init__(self, beside: Publication | None) -> None:
        audiences = self.settings.disclosure.audiences
        if self.audience not in audiences:
            raise UsageError(f"There is no audience '{self.audience}'.",
                             hints=[suggest(self.audience, list(audiences))])
        if beside is not None:  # one list for both, so that neither has to be told of the other's releases
            self.folders, self._contents = beside.folders, beside._contents

    @property
    def policy(self) -> Audience:
        """What the audience may see."""
        return self.settings.disclosure.audiences[self.audience]

    @property
    def is_public(self) -> bool:
        """Whether anybody may read what is released."""
        return self.policy.is_public

    @property
    def earlier(self) -> dict[str, Earlier]:
        """What the readers have, by file and number, beside what ``[disclosure] kept_releases`` holds."""
        known: dict[str, Earlier] = {}
        for folder in self.folders:
            known |= read_kept(folder)
        for content in self._contents:
            known |= parse_kept(content, name_kept(content))
        return known

    @property
    def kept(self) -> bytes:
        """What the latest release for anybody to read showed, as ``disclosure.kept`` writes it; else empty."""
        return self._contents[-1] if self.released and self.is_public else b""

    @property
    def attention(self) -> tuple[str, ...]:
        """What an analyst must know before this goes out: kept releases that it was not checked together with."""
        return say_attention(self.released, self.settings.disclosure)

    def propose(self, results: Sequence[Result], *, unit: str | Sequence[str] = "", rater_id: str = "",
                is_published: bool = True) -> list[Released]:
        """Pass results through the gate together, without counting them as published yet.

        Parameters
        ----------
        results
            Of analyses.
        unit
            Unit of ``unit_column`` that an audience which sees its own unit belongs to: one for all results or one for
            each; empty for the senior team.
        rater_id
            For an audience that sees its own team.
        is_published
            False for part of a paper that stays with those who make it: no kept release stops it.

        Returns
        -------
        list of Released
            In the order of the results.

        Raises
        ------
        UsageError
            The audience's own team is not named.
        DisclosureError
            What is hidden could be worked out all the same, or a kept release cannot be checked together with this
            one and nobody has looked at the two (``[disclosure] looked_at``).
        """
        earlier = self.earlier if self.policy.suppress else {}  # an audience that sees small numbers learns no others
        self._proved_with |= set(earlier)
        return release_together(results, audience=self.audience, settings=self.settings, unit_column=self.unit_column,
                                unit=unit, rater_id=rater_id, earlier=earlier, nesting=self.nesting,
                                is_published=is_published)

    def accept(self, results: Sequence[Result], proposed: Sequence[Released]) -> None:
        """Count what was proposed as published: the readers know it from now on."""
        self.released += proposed
        if self.is_public and proposed:  # what named readers see is not known to everybody
            self._contents.append(describe_kept(results, proposed))

    def release(self, results: Sequence[Result], *, unit: str | Sequence[str] = "",
                rater_id: str = "") -> list[Released]:
        """Pass results through the gate together and count them as published; see :meth:`propose`."""
        proposed = self.propose(results, unit=unit, rater_id=rater_id)
        self.accept(results, proposed)
        return proposed

    def declare(self, result: Result, unit: str) -> Result:
        """Say of a result that was computed for one unit alone whose rows it holds, so that the gate can see it.

        Parameters
        ----------
        result
            Of an analysis with ``filters={unit_column: unit}``.
        unit
            Value of ``unit_column``.

        Returns
        -------
        Result
            Every table has the column ``unit_column``, and names it among its unit columns.
        """
        by = self.unit_column

        def declare(table: Table) -> Table:
            if by in table.frame.columns:
                return table if by in table.unit_columns else replace(table, unit_columns=(*table.unit_columns, by))
            return replace(table, frame=table.frame.assign(**{by: unit}), unit_columns=(*table.unit_columns, by))

        return replace(result, tables={name: declare(table) for name, table in result.tables.items()})

    def cut(self, result: Result, unit: str) -> Result:
        """Keep one unit's rows of a council-wide result, for audiences that might see more but read a unit's paper.

        Parameters
        ----------
        result
            Of an analysis of the whole council.
        unit
            Value of ``unit_column``.

        Returns
        -------
        Result
            Tables that do not say whose rows they are keep theirs only if they name nobody. Facts stay the council's.
        """
        tables = {}
        for name, table in result.tables.items():
            if self.unit_column in table.unit_columns:
                mine = (table.frame[self.unit_column].astype("str") == unit).to_numpy()
                tables[name] = replace(table, frame=table.frame[mine].reset_index(drop=True))
            elif not table.people and "rater_id" not in table.frame.columns:
                tables[name] = table
        return replace(result, tables=tables)

    def record_files(self, released: Sequence[Released] | None = None) -> Mapping[str, bytes]:
        """Write the record of what was published: what was asked, by which rules, what was withheld and why.

        Parameters
        ----------
        released
            Those to write of; default: everything released so far.

        Returns
        -------
        mapping of str to bytes
            Content by file name; empty where nothing was released or small numbers are not hidden from the audience.
        """
        shown = self.released if released is None else released
        if not shown or not self.policy.suppress:
            return {}
        record = as_text(tabulate_release(shown)).to_csv(index=False, lineterminator="\r\n")
        return {RECORD_CSV: record.encode("utf-8-sig"),
                RECORD_JSON: describe_release(shown, self.settings.disclosure, earlier=sorted(self._proved_with))}

    def keep(self) -> None:
        """Keep what was published, in every folder that the settings or this publication name.

        What was kept before is left as it is: a file is named by what it holds.
        """
        kept_releases = self.settings.disclosure.kept_releases
        for folder in [*([kept_releases] if kept_releases else []), *self.folders]:
            for content in self._contents:
                write_atomic(Path(folder) / name_kept(content), content)
