"""The workforce report: its sections put together into one workbook and its CSV twins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from my121_analytics.analysis.published_groups import merge_small_groups, merge_undeclared
from my121_analytics.analysis.workforce_profile import MAKE_UP
from my121_analytics.disclosure.attacker import find_nesting
from my121_analytics.disclosure.release import Released
from my121_analytics.errors import DataUnusableError, My121Error, SettingsError
from my121_analytics.figures.phrases import day
from my121_analytics.progress import Progress
from my121_analytics.publication import Publication
from my121_analytics.reports.contact import contact_line
from my121_analytics.reports.workforce_report import (
    coverage,
    development,
    due_regard_appendix,
    equality,
    movement,
    patterns,
    plan,
    profile,
    quality,
    self_views,
    talent,
    workforce,
)
from my121_analytics.reports.workforce_report.brief import Brief, ReportSection, Written
from my121_analytics.reports.workforce_report.csv_twins import write_twins
from my121_analytics.reports.workforce_report.headline import write_headline
from my121_analytics.reports.workforce_report.headline_figure import Headline
from my121_analytics.reports.workforce_report.in_brief import write_in_brief
from my121_analytics.reports.workforce_report.trends import write_trends
from my121_analytics.settings import ReportSettings, Settings
from my121_analytics.version import __version__
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.workforce.record import Workforce
from my121_analytics.workforce.results import Result
from my121_analytics.writing.book import AnySheet, Book, PictureSheet, WordSheet
from my121_analytics.writing.workbook import write_workbook

if TYPE_CHECKING:
    from my121_analytics.ingest.intake import Intake

_SECTIONS = {section.code: section for section in (
    workforce.SECTION, profile.SECTION, movement.SECTION, coverage.SECTION, self_views.SECTION, talent.SECTION,
    development.SECTION, equality.SECTION, due_regard_appendix.SECTION, patterns.SECTION, plan.SECTION,
    quality.SECTION)}
SECTIONS: tuple[str, ...] = tuple(_SECTIONS)
"""Names of the sections, in the order in which they stand."""
INSIDE = (self_views.SECTION.code, development.SECTION.code)
"""Sections for readers inside the council: their small numbers count the same people as other tables once more."""
BY_NAME = (due_regard_appendix.SECTION.code,)
"""Sections that a report holds only where its settings name them: special-category data that takes a while."""
_PROTECTED = (equality.SECTION.code, due_regard_appendix.SECTION.code)
"""Sections by protected characteristic: not for panels or managers."""


@dataclass(frozen=True)
class WorkforceReport:
    """A report before it is written to disk.

    Parameters
    ----------
    files
        Content by path below the report's folder: the workbook, ``csv/`` with a twin of each table, and where small
        numbers are withheld the record of the release.
    headline
        Headline figures as the audience may see them.
    absent
        Section -> why the record holds nothing for it.
    failed
        Section -> why it failed; the cover lists them.
    kept
        What a publication showed, for ``[disclosure] kept_releases``; empty for other audiences.
    attention
        What to know before it is published: kept releases that were not checked together with it.
    """

    files: Mapping[str, bytes]
    headline: tuple[Headline, ...]
    absent: Mapping[str, str]
    failed: Mapping[str, str]
    kept: bytes = b""
    attention: tuple[str, ...] = ()


def build_report(workforce: Workforce, *, intake: Intake | None = None, actions: Result | None = None,
                 evidence: Result | None = None, name: str = "workforce", report: ReportSettings | None = None,
                 settings: Settings | None = None, previous: Sequence[Headline] = (), folder: Path | str = ".",
                 beside: Publication | None = None, progress: Progress | None = None) -> WorkforceReport:
    """Build one workforce report.

    Parameters
    ----------
    workforce
        The record.
    intake
        As read; its file-level counts go into the report unless anybody may read it.
    actions, evidence
        Of ``assess_status`` and ``assess_evidence``; None leaves the section on the plan out.
    name
        Of the report; names the workbook.
    report
        Sections, groupings, cycle, audience and profile; default: everything, for publication.
    settings
        Default: the record's.
    previous
        Headline figures of the report before, for markers of revision and the change since.
    folder
        Where paths in the settings start from (the logo).
    beside
        What the same readers get or have beside this report and what ``[disclosure] kept_releases`` holds.
    progress
        Called with (done, total, what).

    Returns
    -------
    WorkforceReport
        A section that fails is left out and named in ``failed``; whether the report may go out without it is the
        caller's to decide.

    Raises
    ------
    UsageError, SettingsError
        No such section, cycle or audience, or the logo cannot be used.
    DisclosureError
        The release could not be proved safe: nothing is written then, whatever the settings allow.
    DataUnusableError
        The record holds no placement at all.
    """
    report, settings = report or ReportSettings(), settings or workforce.settings
    wanted = _choose_sections(report)
    publication = Publication(report.audience, settings, beside=beside, nesting=find_nesting(
        workforce.posts_in_cycle(workforce.check_cycle(report.cycle))))
    if not publication.policy.names:
        workforce = merge_small_groups(merge_undeclared(workforce), cycle=workforce.check_cycle(report.cycle),
                                       settings=settings)
    brief = Brief(workforce, intake, actions, evidence, report, settings, workforce.check_cycle(report.cycle),
                  {line.code: line for line in previous})
    absent: dict[str, str] = {}
    if brief.is_public:
        absent = {code: say("report", "inside_only") for code in report.sections if code in INSIDE}
        wanted = [section for section in wanted if section.code not in INSIDE]
    if not publication.policy.protected:
        absent |= {section.code: say("report", "protected_only") for section in wanted if section.code in _PROTECTED}
        wanted = [section for section in wanted if section.code not in _PROTECTED]
    tell = progress or (lambda done, total, what: None)
    results, failed = _analyse(brief, wanted, absent, tell)
    released = _release_totals_first(publication, results, absent)
    tell(len(wanted), len(wanted) + 1, say("report", "writing"))
    written = {section.code: section.write(brief, released[section.code]) for section in wanted
               if section.code in released}
    headline = tuple(line for part in written.values() for line in part.headline)
    book = _bind(brief, name, written, headline, absent, failed, folder)
    files = {f"{name}.xlsx": write_workbook(book), **{f"csv/{path}": content for path, content in write_twins(
        book.sheets).items()}, **publication.record_files()}
    return WorkforceReport(files, headline, absent, failed, publication.kept, publication.attention)


def _analyse(brief: Brief, wanted: Sequence[ReportSection], absent: dict[str, str],
             progress: Progress) -> tuple[dict[str, Mapping[str, Result]], dict[str, str]]:
    """Work out each section; say in ``absent`` why the record holds nothing for one, and return why others failed."""
    results: dict[str, Mapping[str, Result]] = {}
    failed: dict[str, str] = {}
    for done, section in enumerate(wanted):
        progress(done, len(wanted) + 1, section.code)
        try:
            results[section.code] = section.analyse(brief)
        except DataUnusableError as problem:
            absent[section.code] = say("report", "absent_public") if brief.is_public else problem.headline
        except My121Error as problem:
            failed[section.code] = problem.headline
    return results, failed


def _choose_sections(report: ReportSettings) -> list[ReportSection]:
    return [_SECTIONS[name] for name in dict.fromkeys(
        report.sections or [code for code in SECTIONS if code not in BY_NAME])]


def _release_totals_first(publication: Publication, results: dict[str, Mapping[str, Result]],
                          absent: dict[str, str]) -> dict[str, dict[str, Released]]:
    """Release the sections; where detail would cost the council's own totals, the detail is left out instead.

    In a small council the counts by protected characteristic, and by group, can be protected only by hiding the total
    that they add up to. A reader can do without them, and ask for a report of them alone; not without the head count.
    """
    released = _propose(publication, results)
    for sections, tables in _DETAIL if _hides_totals(publication, released) else ():
        less: dict[str, Mapping[str, Result]] = {
            section: {name: _without(result, tables) for name, result in found.items()}
            for section, found in results.items() if section not in sections}
        if _list_tables(less) == _list_tables(results):
            continue
        proposed = _propose(publication, less)
        if not _hides_totals(publication, proposed):
            absent |= {code: say("report", "totals_first") for code in sections if code in results}
            results, released = less, proposed
            break
    # where leaving out would not help, nothing is left out
    publication.accept([result for found in results.values() for result in found.values()],
                       [shown for found in released.values() for shown in found.values()])
    return released


_BY_GROUP = tuple(f"{table}_by_group" for table in (*MAKE_UP, "map"))
_DETAIL: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("due_regard",), ()), (("equality", "due_regard"), ()), (("equality", "due_regard"), _BY_GROUP))
"""Sections and tables that are left out where totals would be hidden: the first of these that helps."""


def _list_tables(results: Mapping[str, Mapping[str, Result]]) -> set[tuple[str, str, str]]:
    return {(section, name, table) for section, found in results.items() for name, result in found.items()
            for table in result.tables}


def _without(result: Result, tables: Sequence[str]) -> Result:
    return replace(result, tables={name: table for name, table in result.tables.items() if name not in tables})


def _hides_totals(publication: Publication, released: Mapping[str, Mapping[str, Released]]) -> bool:
    """Say whether a number of the whole council is withheld: people in post, posts, or how many stand at a rating."""
    if not publication.policy.suppress:
        return False
    staff = next(iter(released.get("workforce", {}).values()), None)
    profiles = released.get("profile", {})
    profile = next((profiles[name] for name in profiles if name.startswith("profile_")), None)
    ratings = None if profile is None else profile.tables.get("ratings")
    return ((staff is not None and staff.about.n is None) or (profile is not None and profile.about.n is None)
            or (ratings is not None and bool(ratings["n"].isna().any())))


def _propose(publication: Publication, results: Mapping[str, Mapping[str, Result]]) -> dict[str, dict[str, Released]]:
    """Pass all sections through the gate together: one reader has all of them."""
    places = [(section, subject) for section, found in results.items() for subject in found]
    proposed = publication.propose([results[section][subject] for section, subject in places])
    passed: dict[str, dict[str, Released]] = {section: {} for section in results}
    for (section, subject), shown in zip(places, proposed, strict=True):
        passed[section][subject] = shown
    return passed


def _bind(brief: Brief, name: str, written: Mapping[str, Written], headline: tuple[Headline, ...],
          absent: Mapping[str, str], failed: Mapping[str, str], folder: Path | str) -> Book:
    settings, council = brief.settings, brief.settings.council
    title = settings.template.title or say("report", "title", council=council.name, name=name.replace("_", " "))
    status = say("report", "status_public" if brief.is_public else "status_named")
    cover = {"council": council.name, "cycle": brief.cycle, "as_of": day(brief.workforce.as_of),
             "status": " ".join([status, *([say("report", "provisional")] if brief.is_provisional else [])]),
             "source": say("pack_cover", "source_text", version=__version__)}
    rows = [*((say("report_cover", code), text) for code, text in cover.items()), contact_line(settings)]
    rows += [(say("report_cover", "text"), settings.template.cover_text)] if settings.template.cover_text else []
    rows += [(say("report_cover", "failed"), say("report", "section_missing", section=say("report_section", code)))
             for code in failed]
    rows += [(say("report_cover", "absent"), f"{say('report_section', code)}: {why}")
             for code, why in absent.items()]
    trend = next((part.trend for part in written.values() if part.trend), {})
    pages = [write_in_brief(brief, headline, trend), write_headline(brief, headline) if headline else None,
             write_trends(brief, trend)]
    sheets: list[AnySheet] = [page for page in pages if page is not None]
    sheets += [sheet for part in written.values() for sheet in part.sheets]
    sheets.append(_explain_symbols(settings))
    notes = {code: say("report_note", code) for code in codes("report_note")}
    notes |= {note: say(*note.split(" ")) for sheet in sheets if not isinstance(sheet, PictureSheet)
              for note in sheet.notes}
    return Book(title=title, cover=tuple(rows), sheets=tuple(sheets), as_of=brief.workforce.as_of,
                notes=notes, profile=brief.report.profile,
                accent=settings.template.accent, logo=_read_logo(settings, folder),
                logo_alt=say("report", "logo_alt", council=council.name), subject=say("report", "subject"))


def _explain_symbols(settings: Settings) -> WordSheet:
    rows = tuple((say("report_symbol_sign", code), say("report_symbol", code)) for code in codes("report_symbol"))
    return WordSheet(say("report_sheet", "symbols"), say("report_title", "symbols", scope=""),
                     (say("report_heading", "symbol"), say("report_heading", "meaning")), rows, table_name="symbols")


def _read_logo(settings: Settings, folder: Path | str) -> bytes:
    """Read the council's logo; a picture that a workbook cannot hold is refused with a word."""
    if not settings.template.logo:
        return b""
    path = Path(folder) / settings.template.logo
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise SettingsError(say("report", "no_logo", path=path), hints=[say("report", "logo_hint")]) from problem
    if not content.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        raise SettingsError(say("report", "bad_logo", path=path), hints=[say("report", "logo_hint")])
    return content
