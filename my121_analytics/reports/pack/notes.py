"""Notes: method, assumptions, data quality, what was withheld, limits, corrections, and sign-off left for people."""

from __future__ import annotations

import pandas as pd

from my121_analytics.figures.phrases import day
from my121_analytics.ingest.validation import RULES
from my121_analytics.reports.contact import name_contact
from my121_analytics.reports.pack.meeting import Chapter, Meeting
from my121_analytics.wording.catalogue import codes, count_say, say
from my121_analytics.writing.book import WordSheet
from my121_analytics.writing.page import Block, Bullets, PageTable, Section, Subheading, Text


def build_notes(meeting: Meeting, figures: tuple[tuple[str, str, str], ...]) -> Chapter:
    """Write the last chapter.

    Parameters
    ----------
    meeting
        The unit's meeting.
    figures
        Where the first page's numbers come from: what, number, chapter.

    Returns
    -------
    Chapter
    """
    blocks: list[Block] = [Subheading(say("pack", "method_heading")), Bullets(_sentences(meeting, "pack_method"))]
    blocks += [Subheading(say("pack", "assumptions_heading")), Bullets(_sentences(meeting, "pack_assumption"))]
    quality = _quality(meeting)
    blocks += [Subheading(say("pack", "quality_heading")), *quality.section.blocks]
    blocks += [Subheading(say("pack", "withheld_heading")), *_withheld(meeting)]
    blocks += [Subheading(say("pack", "limits_heading")), Bullets(_sentences(meeting, "pack_limit"))]
    blocks += [Subheading(say("pack", "correct_heading")), *[Text(t) for t in _sentences(meeting, "pack_correct")]]
    blocks += [Subheading(say("pack", "figures_heading")), PageTable(
        say("pack_table", "figures"), (say("pack_heading", "counted"), say("pack_heading", "figure"),
                                       say("pack_heading", "chapter")), figures, (False, True, False))]
    blocks += [Subheading(say("pack", "print_heading")), Text(say("pack", "print_how"))]
    blocks += [Subheading(say("pack", "sign_off_heading")), *_sign_off()]
    words = tuple((part, sentence) for part, group in (
        (say("pack", "method_heading"), "pack_method"), (say("pack", "assumptions_heading"), "pack_assumption"),
        (say("pack", "limits_heading"), "pack_limit"), (say("pack", "correct_heading"), "pack_correct"))
        for sentence in _sentences(meeting, group))
    log = WordSheet(say("pack_sheet", "method"), say("pack_table", "method"),
                    (say("pack_heading", "part"), say("pack_heading", "sentence")), words, table_name="method")
    return Chapter(Section("notes", say("pack_section", "notes"), tuple(blocks)),
                   (log, *quality.sheets, _sign_off_sheet()))


def _sentences(meeting: Meeting, group: str) -> tuple[str, ...]:
    managers = meeting.settings.managers
    values = {"delta": f"{managers.delta:.2f}", "odds": f"{2.718281828459045 ** managers.delta:.1f}",
              "fdr": f"{managers.fdr:.0%}", "interval": f"{managers.interval:.0%}",
              "least_interval": managers.min_ratings_interval, "least_verdict": managers.min_ratings_verdict,
              "case_mix": ", ".join(say("pack_unit", name) for name in managers.case_mix),
              "per_year": meeting.settings.coverage.conversations_per_year, "cycle": meeting.cycle,
              "as_of": day(meeting.as_of), "minutes": meeting.settings.pack.minutes,
              "each": meeting.settings.pack.minutes_each,
              "contact": name_contact(meeting.settings)}
    skipped = set() if "severity" in meeting.results else {"managers", "list", "verdicts", "pooled"}
    return tuple(say(group, code, **values) for code in codes(group) if code not in skipped)


def _quality(meeting: Meeting) -> Chapter:
    blocks: list[Block] = []
    sheets: list[WordSheet] = []
    files = meeting.quality.get("reconciliation")
    if meeting.is_public:
        return Chapter(Section("quality", "", (Text(say("pack", "quality_public")),)))
    if files is None:
        return Chapter(Section("quality", "", (Text(say("pack", "quality_unknown")),)))
    names = ("rows_read", "rows_accepted", "rows_quarantined", "rows_set_aside")
    counts = files[list(names)].astype("int64")
    rows = [(_place(file, sheet), *numbers) for file, sheet, numbers in zip(
        files["file"], files["sheet"], counts.to_numpy().tolist(), strict=True)]
    totals = counts.sum().tolist()
    headings = (say("pack_heading", "file"), *(say("pack_heading", name) for name in names))
    blocks.append(Text(say("pack", "quality_lead", read=f"{totals[0]:,}", accepted=f"{totals[1]:,}",
                           quarantined=f"{totals[2]:,}", aside=f"{totals[3]:,}")))
    blocks.append(PageTable(say("pack_table", "files"), headings,
                            tuple((place, *[f"{n:,}" for n in numbers]) for place, *numbers in rows),
                            (False, *[True] * 4)))
    sheets.append(WordSheet(say("pack_sheet", "files"), say("pack_table", "files"), headings, tuple(rows),
                            table_name="files"))
    findings = count_findings(meeting.quality.get("findings"))
    if findings:
        headings = tuple(say("pack_heading", name) for name in ("finding", "severity", "n_findings"))
        blocks.append(PageTable(say("pack_table", "findings"), headings,
                                tuple((a, b, f"{n:,}") for a, b, n in findings),
                                (False, False, True), folded=True, summary=say("pack", "open_findings")))
        sheets.append(WordSheet(say("pack_sheet", "findings"), say("pack_table", "findings"), headings,
                                tuple(findings), table_name="findings"))
    unreadable = meeting.quality.get("unreadable")
    if unreadable is not None and len(unreadable):
        blocks.append(Text(say("pack", "quality_unreadable", files=", ".join(map(str, unreadable["file"]))), "caveat"))
    return Chapter(Section("quality", "", tuple(blocks)), tuple(sheets))


def count_findings(findings: pd.DataFrame | None) -> list[tuple[str, str, int]]:
    """Count findings by kind, as the check names them: a single one's message may quote what a person wrote.

    Returns
    -------
    list of tuple
        What was found, what is to be done about it (in the check's words) and how often; the gravest first.
    """
    if findings is None or findings.empty:
        return []
    counts = findings.groupby(["severity", "code"], sort=True, observed=True)["n"].sum()
    return [(RULES[str(code)].meaning, say("check_severity", weight), int(n))
            for weight in codes("check_severity") for (severity, code), n in counts.items() if severity == weight]


def _withheld(meeting: Meeting) -> list[Block]:
    log = pd.concat([released.withheld for released in meeting.results.values()])
    lines = [say("pack", "audience", audience=say("pack_audience", meeting.audience)
                 if meeting.audience in codes("pack_audience") else meeting.audience)]
    whole = log[(log["reason"] != "") & (log["rows_hidden"] == 0)]["reason"].unique()
    lines += [say("pack", "withheld_whole", reason=reason) for reason in sorted(whole)]
    n_hidden = int(log["rows_hidden"].sum())
    if n_hidden and meeting.is_public:  # how many rows had to go also depends on what is in them
        lines.append(say("pack", "withheld_some", marker=meeting.settings.disclosure.marker))
    elif n_hidden:
        lines.append(count_say("pack", "withheld_rows", n_hidden, marker=meeting.settings.disclosure.marker))
    caveats = sorted({code for released in meeting.results.values() for code in released.about.caveats
                      if code == "releases_apart"})
    lines += [say("caveat", code) for code in caveats]
    if len(lines) == 1:
        lines.append(say("pack", "withheld_nothing"))
    return [Bullets(tuple(lines))]


def _sign_off() -> list[Block]:
    return [Text(say("pack", "sign_off_lead")), sign_off_grid()]


def sign_off_grid() -> PageTable:
    """Give the table that people sign, left empty."""
    headings, rows = _lines_to_sign()
    return PageTable(say("pack_table", "sign_off"), headings, rows, entry=(False, True, True))


def _lines_to_sign() -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Give the headings of the table that people sign, and a row for each who signs."""
    return (tuple(say("pack_heading", name) for name in ("signed_for", "signed_by", "signed_on")),
            tuple((say("pack_sign_off", code), "", "") for code in codes("pack_sign_off")))


def _sign_off_sheet() -> WordSheet:
    headings, rows = _lines_to_sign()
    return WordSheet(say("pack_sheet", "sign_off"), say("pack_table", "sign_off"), headings, rows,
                     (say("pack", "sign_off_lead"),), "sign_off")


def _place(file: object, sheet: object) -> str:
    return f"{file}, {sheet}" if isinstance(sheet, str) and sheet else str(file)
