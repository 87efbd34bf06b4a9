"""Rows of a plan: several actions in a cell, with what stands beside each of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from my121_analytics.improvement.headings import is_no_cost, is_nothing, plain
from my121_analytics.improvement.plan.action_cells import (
    Bracketed,
    align,
    count_bullets,
    set_brackets_aside,
    split_items,
    strip_bullet,
    without_contacts,
)
from my121_analytics.improvement.plan.action_progress import (
    DONE,
    NOT_DONE,
    UNCLEAR,
    Statement,
    Vocabulary,
    combine_statements,
    read_colour,
    read_percent,
    read_status,
    read_update,
    say_of_percent,
    says_how_far,
    state_of_title,
)
from my121_analytics.improvement.plan.action_table import ActionHeader
from my121_analytics.improvement.plan.documents import PlanSheet
from my121_analytics.improvement.plan.named_statistics import UnknownStatisticError, parse_statistic
from my121_analytics.improvement.plan.order_of_days import may_be_either
from my121_analytics.improvement.plan.owners import Owner, may_be_several, name_owners
from my121_analytics.improvement.timescale.reading import Timescale, parse_anchor, parse_timescale, split_timescales
from my121_analytics.improvement.timescale.refusal import TimescaleError
from my121_analytics.ingest.files.exports import SourceSheet
from my121_analytics.settings import Settings
from my121_analytics.wording.catalogue import say

REFUSED = "refused"
"""Kind of an action whose timescale was refused; the action stays, and the refusal is listed."""
DETAILS = ("directorate", "theme", "carried_into", "carried_evidence", "cost", "officer_time", "risk", "statistic")
"""What a council adds to an assessor's plan, in the plan itself or in the tracker."""
_TOTALS = ("total", "totals", "grand total", "sub total", "subtotal", "total actions", "number of actions")
_CONTINUED = re.compile(r"\s*[(\[]?\b(?:continued|contd?|cont['’.]?d?)\b\.?[)\]]?\s*$", re.I)
_SKILLS = re.compile(r"\bskills?\b[^.;:]{0,80}?(?:\bi\.?e\.?|\be\.?g\.?|\bsuch as|\bincluding|\bnamely|"
                     r"\bfor example|:)[, ]*"
                     r"(?P<list>[^.;]+)", re.I)


@dataclass(frozen=True)
class Title:
    """A sheet's name, or a line between actions, with the state that it gives those below it; empty for none."""

    state: str = ""
    text: str = ""


@dataclass
class Reading:
    """What has been read so far, over all sheets."""

    anchor: date
    settings: Settings
    actions: list[dict[str, Any]] = field(default_factory=list)
    owners: list[tuple[str, int, str, str]] = field(default_factory=list)
    refusals: list[tuple[Any, ...]] = field(default_factory=list)
    questions: list[tuple[Any, ...]] = field(default_factory=list)
    information: list[tuple[str, str, str, date | None]] = field(default_factory=list)
    sheets: list[dict[str, Any]] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    fraction_parts: set[str] = field(default_factory=set)
    progress_is_account: bool = False
    section: Title = field(default_factory=Title)
    order_in_doubt: set[str] = field(default_factory=set)
    """Parts whose days may have day and month exchanged."""
    n_contact_details: int = 0
    n_issues: int = 0
    n_in_issue: int = 0
    issue: str = ""

    def clean(self, text: str) -> str:
        """Take contact details out of a cell and count them."""
        kept, n = without_contacts(text)
        self.n_contact_details += n
        return kept

    def refuse(self, sheet: SourceSheet, row: int, column: str, value: str, reason: str, *, message: str = "",
               remedy: str = "") -> None:
        """List something that could not be used, without contact details."""
        value = without_contacts(value)[0]
        message = message or say("plan_refused", reason, value=value)
        self.refusals.append((sheet.file, sheet.name, row, column, value, reason, without_contacts(message)[0],
                              remedy or say("plan_remedy", reason)))

    def ask(self, sheet: SourceSheet, row: int, column: str, value: str, reason: str, **figures: object) -> None:
        """List something that was used but should be confirmed."""
        value = " ".join(without_contacts(value)[0].split())
        self.questions.append((sheet.file, sheet.name, row, column, value, reason,
                               say("plan_question", reason, value=value, **figures),
                               say("plan_question_remedy", reason, value=value, **figures)))


def read_row(page: PlanSheet, position: int, header: ActionHeader, reading: Reading) -> str:
    """Read one row of the table.

    Parameters
    ----------
    page
        The sheet.
    position
        The row, from 0.
    header
        Of the table.
    reading
        What was read before; the row's actions are added to it.

    Returns
    -------
    str
        ``actions``, ``refused`` or ``set aside``.
    """
    sheet, row = page.sheet, page.sheet.rows[position]
    cells = header.cells(row)
    spread = {name for name, j in header.columns.items() if (position, j) in page.spread}
    filled = [cell for j, cell in enumerate(row) if cell.strip() and (position, j) not in page.spread]
    if not filled:
        return "set aside"
    issue = _CONTINUED.sub("", " ".join(cells.get("issue", "").split()))
    if plain(filled[0]) in _TOTALS:
        return "set aside"
    if issue and issue != reading.issue:
        _begin_issue(issue, reading)
    if cells["action"] and "action" in spread:
        return _add_owners(sheet, position, cells, spread, reading)
    if not cells["action"]:
        return _read_without_action(sheet, position, cells, spread, filled, reading)
    if header.is_form and _is_continuation(cells, spread, reading):
        reading.actions[-1]["action"] += " " + reading.clean(" ".join(cells["action"].split()))
        reading.ask(sheet, position + 1, "action", cells["action"], "joined_above")
        return "actions"
    if not reading.n_issues:
        reading.n_issues = 1
    _read_actions(sheet, position, header, cells, reading)
    return "actions"


def _count_revised(header: ActionHeader, row: Sequence[str]) -> int:
    """Count the revised dates of a row that are filled in."""
    first = header.columns.get("revised_timescale")
    places = () if first is None else (first, *header.more.get("revised_timescale", ()))
    return sum(not is_nothing(row[j]) for j in places)


def _begin_issue(issue: str, reading: Reading) -> None:
    reading.issue, reading.n_issues, reading.n_in_issue = reading.clean(issue), reading.n_issues + 1, 0


def _read_without_action(sheet: SourceSheet, position: int, cells: dict[str, str], spread: set[str], filled: list[str],
                         reading: Reading) -> str:
    if any(cells.get(name) and name not in spread for name in ("timescale", "owner", "benefit")):
        reading.refuse(sheet, position + 1, "action", " | ".join(filled), "no_action")
        return "refused"
    if not cells.get("issue"):
        if len(filled) == 1 and "issue" not in cells and not plain(filled[0]).startswith("end of"):
            _begin_issue(filled[0], reading)  # a line between the actions names what is below it
            reading.section = Title(state_of_title(filled[0]), filled[0])
            return "set aside"
        reading.refuse(sheet, position + 1, "", " | ".join(filled), "not_an_action")
        return "refused"
    return "set aside"  # a heading between actions: the issue of those below it


def _add_owners(sheet: SourceSheet, position: int, cells: dict[str, str], spread: set[str], reading: Reading) -> str:
    """Read a row under an action whose cell is merged over several rows: it can only add owners."""
    other = [name for name in ("timescale", "progress", "completed_on") if cells.get(name) and name not in spread]
    if other:
        reading.refuse(sheet, position + 1, other[0], cells[other[0]], "beside_merged_action")
        return "refused"
    if cells.get("owner") and "owner" not in spread:
        action = reading.actions[-1]
        known = [row for row in reading.owners if row[0] == action["action_id"]]
        more = name_owners(reading.clean(cells["owner"]), bodies=reading.settings.plan.bodies)
        new = [owner for owner in more if owner.name not in {row[2] for row in known}]
        reading.owners += [(action["action_id"], len(known) + k, owner.name, owner.kind)
                           for k, owner in enumerate(new, start=1)]
        action["owner"] = "; ".join([*(row[2] for row in known), *(owner.name for owner in new)])
    return "actions"


def _is_continuation(cells: dict[str, str], spread: set[str], reading: Reading) -> bool:
    """Say whether a page break cut an action: nothing beside it, no bullet, and it goes on in lower case."""
    beside = [name for name, cell in cells.items() if cell and name not in ("action", "issue") and name not in spread]
    alone = not beside and (not cells.get("issue") or "issue" in spread)
    return alone and bool(reading.actions) and cells["action"][:1].islower()


def _read_actions(sheet: SourceSheet, position: int, header: ActionHeader, cells: dict[str, str],
                  reading: Reading) -> None:
    """Read the actions of one row: several bullets in a cell, with what stands beside each."""
    one_only = bool(cells.get("action_id")) or not (header.is_form or count_bullets(cells["action"]) > 1)
    whole = strip_bullet(cells["action"]) if count_bullets(cells["action"]) == 1 else cells["action"]
    texts = [" ".join(whole.split())] if one_only else split_items(cells["action"], by_line=True)
    n = len(texts)
    benefits = align(split_items(cells.get("benefit", "")), n)
    owners = _align_owners(sheet, position, cells.get("owner", ""), n, reading)
    n_revised = _count_revised(header, sheet.rows[position])
    timescales = _align_timescales(sheet, position, cells.get("timescale", ""), n, reading)
    update = cells.get("progress_text", "")
    progress = _align_progress(sheet, position, cells.get("progress", ""), n, reading)
    beside = {heading: sheet.rows[position][j].strip() for j, heading in header.unread.items()}
    statements = [_read_progress(sheet, position, cells, progress[i], read, reading, beside)
                  for i, (_, read) in enumerate(timescales)]
    for i, text in enumerate(texts):
        reading.n_in_issue += 1
        action_id = _identify(sheet, position, cells.get("action_id", ""), reading)
        in_action = set_brackets_aside(reading.clean(text))
        in_owner = set_brackets_aside(reading.clean(owners[i] if owners else ""), any_text=True)
        raw, read = timescales[i]
        record = _as_record(raw, read, cells, in_action, in_owner, statements[i])
        record["priority"] = _choose_priority(sheet, position, cells.get("priority", ""), read, reading)
        words = dict.fromkeys(" ".join(text.split()) for text in (progress[i] or cells.get("rag", ""), update) if text)
        record["progress_text"] = reading.clean("; ".join(words))
        _revise(sheet, position, cells, n_revised, record, reading)
        _ask_about_statistics(sheet, position, cells.get("statistic", ""), reading)
        _read_completed_on(sheet, position, cells.get("completed_on", ""), record, reading)
        named = _name_owners(sheet, position, in_owner.text, reading)
        reading.owners += [(action_id, k, owner.name, owner.kind) for k, owner in enumerate(named, start=1)]
        reading.actions.append({
            "action_id": action_id, "issue": reading.issue, "owner": "; ".join(owner.name for owner in named),
            "benefit": reading.clean(benefits[i] if benefits else ""), **record,
            **_read_details(cells, reading), "origin_file": sheet.file, "origin_sheet": sheet.name,
            "origin_row": position + 1})


def _as_record(raw: str, read: Timescale | None, cells: dict[str, str], in_action: Bracketed,
               in_owner: Bracketed, said: Statement) -> dict[str, Any]:
    """Put together what one action's own cells say."""
    timescale = read or Timescale("unscheduled")
    is_complete = timescale.kind == "complete"
    vehicle = [*in_action.inside, *in_owner.inside, *split_items(cells.get("vehicle", ""), by_line=True)]
    skills = " ".join(cells.get("skills", "").split()) or "; ".join(find_skills(in_action.whole))
    return {"action": in_action.whole, "vehicle": "; ".join(dict.fromkeys(vehicle)), "skills": skills,
            "timescale": raw, "kind": timescale.kind if read else REFUSED,
            "due_earliest": None if is_complete else timescale.earliest,
            "due_latest": None if is_complete else timescale.latest, "open_ended": timescale.open_ended,
            "every": timescale.every, "note": timescale.note, "original_timescale": timescale.original,
            "progress": DONE if is_complete else said.state,
            "percent": "" if said.percent is None else f"{said.percent:g}",
            "completed_on": timescale.latest if is_complete else said.completed_on}


def find_skills(text: str) -> list[str]:
    """Give the skills that an action lists after "skills such as", "skills i.e." and the like.

    Parameters
    ----------
    text
        Of one action.

    Returns
    -------
    list of str
        In order; empty where none is listed.
    """
    found = _SKILLS.search(text)
    if found is None:
        return []
    pieces = re.split(r",| and (?=[^,]*$)", re.sub(r"\b(?:etc|and so on)\b.*", "", found["list"]))
    return [piece for piece in (re.sub(r"^and ", "", part.strip(" ()")) for part in pieces) if piece]


def _read_progress(sheet: SourceSheet, position: int, cells: dict[str, str], progress: str, read: Timescale | None,
                   reading: Reading, beside: Mapping[str, str]) -> Statement:
    """Put together what a row's status, colour, per cent and account say of one action; doubts are asked about.

    ``beside`` holds the cells under headings that are not known, where no heading says how far an action is.
    """
    words, order = reading.vocabulary, reading.settings.exports.date_order
    status = read_status(progress, words, is_fraction="progress" in reading.fraction_parts, date_order=order)
    if reading.progress_is_account and not status.is_understood:
        status = read_update(progress, words, date_order=order)
    colour = read_colour(cells.get("rag", ""), words)
    share = read_percent(cells.get("percent", ""), is_fraction="percent" in reading.fraction_parts)
    percent = (read_status(cells.get("percent", ""), words, date_order=order) if share is None
               else say_of_percent(share))
    said, question = combine_statements([status, colour, percent],
                                        read_update(cells.get("progress_text", ""), words, date_order=order))
    if read is not None and read.kind == "complete":
        return said
    percent_text = cells.get("percent", "") if share is None else f"{share:g}%"
    texts = progress, cells.get("rag", ""), percent_text, cells.get("progress_text", "")
    shown = " | ".join(" ".join(text.split()) for text in texts if text)
    if question:
        reading.ask(sheet, position + 1, "progress", shown, question)
    if not said.state and said.percent is None and is_nothing(cells.get("completed_on", "")):
        return _say_of_surroundings(sheet, position, reading, beside)
    if said.state in NOT_DONE and reading.section.state:
        shown = f"{reading.section.text} | {shown}"
        reading.ask(sheet, position + 1, "progress", shown, "statuses_differ")
        return replace(said, state=UNCLEAR)
    return said


def _say_of_surroundings(sheet: SourceSheet, position: int, reading: Reading, beside: Mapping[str, str]) -> Statement:
    """Give what the title above a row says of it, and doubt a row that says how far it is under an unknown heading."""
    if reading.section.state:
        reading.ask(sheet, position + 1, "progress", reading.section.text, f"title_says_{reading.section.state}")
        return Statement(reading.section.state)
    telling = {heading: cell for heading, cell in beside.items() if says_how_far(cell, reading.vocabulary)}
    for heading, cell in telling.items():
        reading.ask(sheet, position + 1, heading, f"{heading}: {cell}", "status_under_unknown_heading",
                    heading=heading, cell=cell)
    return Statement(UNCLEAR if telling else "")


def _align_progress(sheet: SourceSheet, position: int, cell: str, n: int, reading: Reading) -> list[str]:
    items = split_items(cell, by_line=True)
    if len(items) == n > 1:
        return items
    if n > 1 and read_status(cell, reading.vocabulary).state == DONE:
        reading.ask(sheet, position + 1, "progress", cell, "one_progress", n_actions=n)
    return [cell] * n


def _align_owners(sheet: SourceSheet, position: int, cell: str, n: int, reading: Reading) -> list[str]:
    """Give each action its owners: a paragraph each, else all of them for every action; doubts are asked about."""
    cell = re.sub(r"(?<=\S)[ \t]{2,}(?=\S)", "\n\n", cell)
    blocks = split_items(cell)
    lines = [line for line in cell.split("\n") if line.strip()]
    if n > 1 and len(blocks) not in (0, 1, n):
        reading.ask(sheet, position + 1, "owner", cell, "owners_do_not_match", n_owners=len(blocks), n_actions=n)
    elif n > 1 and len(blocks) == 1 and len(lines) == n:
        reading.ask(sheet, position + 1, "owner", cell, "owners_of_which", n_actions=n)
    return align(blocks, n, joiner="\n")


def _name_owners(sheet: SourceSheet, position: int, text: str, reading: Reading) -> list[Owner]:
    bodies = reading.settings.plan.bodies
    owners = name_owners(text, bodies=bodies)
    for owner in owners:
        if owner.kind == "unclear":
            reading.ask(sheet, position + 1, "owner", owner.name, "unknown_owner")
        elif may_be_several(owner.name, bodies=bodies):
            reading.ask(sheet, position + 1, "owner", owner.name, "several_owners")
    return owners


def _read_details(cells: dict[str, str], reading: Reading) -> dict[str, str]:
    """Carry what the council added; a theme, plan or issue that the settings know gets the spelling known there."""
    known = reading.settings.plan
    details = {name: reading.clean(" ".join(cells.get(name, "").split())) for name in DETAILS}
    details = {name: "" if is_nothing(text) and not (name in ("cost", "officer_time") and is_no_cost(text)) else text
               for name, text in details.items()}  # "nil" is a cost, and the only one that is nought
    if not details["theme"]:
        details["theme"] = match_known(reading.issue, known.themes)
    details["theme"] = match_known(details["theme"], known.themes) or details["theme"]
    details["carried_into"] = match_known(details["carried_into"], known.carried_into) or details["carried_into"]
    return details


def _ask_about_statistics(sheet: SourceSheet, position: int, cell: str, reading: Reading) -> None:
    """Ask about what is written where a figure of the record should be named, and names none."""
    for part in filter(None, map(str.strip, cell.split(";"))):
        try:
            parse_statistic(part)
        except UnknownStatisticError as problem:
            if not is_nothing(part):
                reading.ask(sheet, position + 1, "statistic", part, "unknown_statistic", near=" ".join(problem.hints))


def match_known(text: str, known: Sequence[str]) -> str:
    """Give the known name that a text spells, whatever its case and signs; empty where it spells none."""
    return next((name for name in known if plain(name) == plain(text)), "") if plain(text) else ""


def _revise(sheet: SourceSheet, position: int, cells: dict[str, str], n_dates: int, record: dict[str, Any],
            reading: Reading) -> None:
    """Take a revised timescale where there is one; what was planned first is kept beside it for good."""
    record |= {"revisions": "", "revision_reason": reading.clean(" ".join(cells.get("revision_reason", "").split())),
               "revision_approved_by": reading.clean(" ".join(cells.get("revision_approved_by", "").split())),
               "original_latest": None}
    first = " ".join(cells.get("original_timescale", "").split())
    counted = cells.get("revisions", "").strip().removesuffix(".0")
    cell = cells.get("revised_timescale", "")
    if not is_nothing(cell):
        if _is_in_doubt("revised_timescale", cell, sheet, position, reading):
            return
        try:
            read = parse_timescale(cell, anchor=reading.anchor, date_order=reading.settings.exports.date_order)
        except TimescaleError as problem:
            reading.refuse(sheet, position + 1, "revised_timescale", cell, problem.code, message=problem.headline,
                           remedy=problem.remedy)
            return
        if read.kind == "complete":
            record |= {"progress": DONE, "completed_on": record["completed_on"] or read.latest}
        else:
            record |= {"original_timescale": record["original_timescale"] or record["timescale"],
                       "timescale": reading.clean(" ".join(cell.split())),
                       "kind": read.kind, "due_earliest": read.earliest, "due_latest": read.latest,
                       "open_ended": read.open_ended, "every": read.every, "note": read.note}
    if first and plain(first) != plain(record["timescale"]):
        record["original_timescale"] = reading.clean(first)
    record["original_latest"] = _last_day_of(record["original_timescale"], reading)
    if record["original_timescale"]:
        record["revisions"] = counted if counted.isdigit() and int(counted) else str(max(n_dates, 1))


def _last_day_of(timescale: str, reading: Reading) -> date | None:
    """Give the last day of a timescale that was replaced; None where it had none or cannot be read."""
    try:
        return parse_timescale(timescale, anchor=reading.anchor,
                               date_order=reading.settings.exports.date_order).latest
    except TimescaleError:
        return None


def _align_timescales(sheet: SourceSheet, position: int, cell: str, n: int,
                      reading: Reading) -> list[tuple[str, Timescale | None]]:
    """Give each action its timescale: one for all, or one each; anything between is refused for all of them."""
    pieces = split_timescales(cell)
    if _is_in_doubt("timescale", cell, sheet, position, reading):
        return [(reading.clean(" / ".join(pieces)), None)] * n
    if len(pieces) not in (0, 1, n):
        # Several lines may still be one timescale, such as a date and a length of time in brackets below it.
        try:
            shared = parse_timescale(cell, anchor=reading.anchor, date_order=reading.settings.exports.date_order)
        except TimescaleError:
            reading.refuse(sheet, position + 1, "timescale", cell, "timescales_do_not_match",
                           message=say("plan_refused", "timescales_do_not_match", n_timescales=len(pieces),
                                       n_actions=n))
            return [(reading.clean(" / ".join(pieces)), None)] * n
        return [(reading.clean(" ".join(cell.split())), shared)] * n
    if len(pieces) != n:
        pieces = [pieces[0] if pieces else ""] * n
    read: dict[str, Timescale | None] = {}
    for piece in dict.fromkeys(pieces):
        try:
            read[piece] = parse_timescale(piece, anchor=reading.anchor,
                                          date_order=reading.settings.exports.date_order)
        except TimescaleError as problem:
            read[piece] = None
            reading.refuse(sheet, position + 1, "timescale", piece, problem.code, message=problem.headline,
                           remedy=problem.remedy)
    return [(reading.clean(piece), read[piece]) for piece in pieces]


def _is_in_doubt(part: str, cell: str, sheet: SourceSheet, position: int, reading: Reading) -> bool:
    """Refuse a day that may have day and month exchanged, where the days of its column speak against their order."""
    if part not in reading.order_in_doubt or not may_be_either(cell):
        return False
    reading.refuse(sheet, position + 1, part, cell, "order_in_doubt")
    return True


def _choose_priority(sheet: SourceSheet, position: int, cell: str, read: Timescale | None, reading: Reading) -> str:
    """Give the priority of the priority column or of the timescale cell; where they differ, neither."""
    stated = _match_priority(cell)
    beside = read.priority if read else ""
    if cell and not stated and cell not in ("-", "n/a", "N/A"):
        reading.refuse(sheet, position + 1, "priority", cell, "unknown_priority")
    if stated and beside and stated != beside:
        reading.refuse(sheet, position + 1, "priority", cell, "two_priorities")
        return ""
    return stated or beside


def _identify(sheet: SourceSheet, position: int, written: str, reading: Reading) -> str:
    """Give the action's id: the plan's own, else issue and place in it; a second use of an id is listed."""
    action_id = written or f"{max(reading.n_issues, 1)}.{reading.n_in_issue}"
    used = {action["action_id"] for action in reading.actions}
    if action_id not in used:
        return action_id
    if written:
        reading.refuse(sheet, position + 1, "action_id", written, "id_used_twice")
    return next(name for i in range(2, len(used) + 3) if (name := f"{action_id}-{i}") not in used)


def _read_completed_on(sheet: SourceSheet, position: int, cell: str, record: dict[str, Any], reading: Reading) -> None:
    """Read the day of completion; a word there ("Ongoing") is a status, and a day beside "in progress" is a doubt."""
    if is_nothing(cell):
        return
    if "completed_on" in reading.order_in_doubt and may_be_either(cell):
        reading.ask(sheet, position + 1, "completed_on", cell, "day_of_completion")
        record["progress"] = UNCLEAR if record["progress"] in NOT_DONE else record["progress"] or DONE
        return
    try:
        day = parse_anchor(cell, date_order=reading.settings.exports.date_order)
    except TimescaleError as problem:
        said = read_status(cell, reading.vocabulary, date_order=reading.settings.exports.date_order)
        if said.state and not said.is_weak:
            differs = record["progress"] not in ("", said.state) and DONE in (record["progress"], said.state)
            record["progress"] = UNCLEAR if differs else record["progress"] or said.state
            record["completed_on"] = record["completed_on"] or said.completed_on
            if differs:
                reading.ask(sheet, position + 1, "completed_on", cell, "statuses_differ")
            return
        reading.refuse(sheet, position + 1, "completed_on", cell, problem.code, message=problem.headline,
                       remedy=problem.remedy)
        record["progress"] = record["progress"] or UNCLEAR  # something was written there: it may be done
        return
    if record["progress"] in NOT_DONE:
        reading.ask(sheet, position + 1, "completed_on", cell, "statuses_differ")
        record["progress"] = UNCLEAR
        return
    record["completed_on"] = day


def _match_priority(cell: str) -> str:
    word = plain(cell).removesuffix(" priority")
    return {"high": "High", "h": "High", "medium": "Medium", "med": "Medium", "m": "Medium", "low": "Low",
            "l": "Low"}.get(word, "")
