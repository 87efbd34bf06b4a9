"""What calibration packs say beyond the tables of reports: first page, own placements, parts of the record, pictures.

Written from what a reader sees on a published pack; nothing of the product is imported.
"""

from __future__ import annotations

import re

from tests.attacker.declarations import (
    GROUPINGS,
    Count,
    Quantity,
    Ratio,
    Reader,
    Statements,
    cycle_before,
    cycle_of,
    fraction_of,
    groups_of,
    note_share,
    number_in,
    rounded_share,
)
from tests.attacker.printed import PrintedTable, PrintedText, Publication

BOXES = {"High Potential to Go Further": "1", "Capacity for Key Roles": "2", "New to Role and/or Needs Support": "3",
         "Pivotal and Flexible": "4", "Solid and Adaptable": "5", "Needs Stretching": "6", "Achieves and Exceeds": "7",
         "Good Performer": "8", "Scope to Improve": "9"}
"""As every pack explains them."""
_CELL = re.compile(r"(\d) .+? ([\d,]+|\[c\])(?: (\d+)% of placed)?(?: (\d+)% → (\d+)%)?(?: [^\d].*| [▲▼].*)?")


def reader_of_pack(table: PrintedTable) -> Reader | None:
    """Give the reader of a table that only packs have."""
    if table.headings[:1] == ("Potential (rows), performance (columns)",):
        return _read_first_page
    if table.headings == ("What", "Number", "Chapter"):
        return _read_numbers
    if table.headings[:2] == ("Part of the record", "Conversations"):
        return _read_parts
    if table.headings[:2] == ("Axis", "Steps (manager less employee)"):
        return _read_own_placements
    return None


def is_wordy(table: PrintedTable) -> bool:
    """Whether a table of a paper holds words and blanks to fill in, and no numbers of anybody."""
    return table.title in ("Contents", "Sign-off", "Method, assumptions and limits", "The nine boxes", "Notes")


def _unit(table: PrintedTable | PrintedText) -> frozenset[tuple[str, str]]:
    return frozenset({("directorate", table.unit)} if table.unit else ())


def _read_first_page(table: PrintedTable, publication: Publication, said: Statements) -> None:
    """Each cell of the map: box, name, posts, share of those placed, share before and now of those placed twice."""
    cycle = cycle_of(table, publication)
    posts = Quantity("posts", cycle, _unit(table))
    moved = Quantity("moves", f"{cycle_before(cycle, publication)} > {cycle}", _unit(table))
    placed = posts.where(("placed", "yes"))
    cells = [cell for row in table.rows for cell in row[1:]]
    all_hidden = all("[c]" in cell for cell in cells)  # a whole group in one box is withheld with its noughts
    for text in cells:
        found = _CELL.fullmatch(text)
        if found is None:
            said.unread.append(f"{table.place}: {text}")
            continue
        box, number, share, before, after = found.groups()
        in_box = posts.where(("box", box))
        said.counts.append(Count(in_box, number_in(number), table.place, all_hidden, placed))
        if share:
            said.ratios.append(Ratio(in_box, placed, *rounded_share(share), table.place))
        for when, percent in (("before", before), ("after", after)):
            if percent:
                said.ratios.append(Ratio(moved.where((f"box {when}", box)), moved, *rounded_share(percent),
                                         table.place))


def _read_numbers(table: PrintedTable, publication: Publication, said: Statements) -> None:
    """Where the first page's numbers come from."""
    cycle = publication.cycles[-1] if publication.cycles else ""
    posts, people = Quantity("posts", cycle, _unit(table)), Quantity("people", cycle, _unit(table))
    owes = people.where(("owes", "yes"))
    counts = {"Posts in the cycle": posts, "Posts with a placement": posts.where(("placed", "yes")),
              "Posts without a placement": posts.where(("placed", "no")),
              "People without a conversation in the twelve months": people.where(("conversed", "no"))}
    moved = Quantity("moves", f"{cycle_before(cycle, publication)} > {cycle}", _unit(table))
    for record in table.records():
        what, number = record["What"], record["Number"]
        if what in counts:
            said.counts.append(Count(counts[what], number_in(number), table.place))
        elif what == "Share of people with enough conversations":
            note_share(said, table, record, owes.where(("enough", "yes")), owes, "Number", ends=False)
        elif found := re.fullmatch(r"(\d) .*: share (before|now), of posts placed both times", what):
            share = fraction_of(number, table)
            when = "before" if found[2] == "before" else "after"
            if share:
                said.ratios.append(Ratio(moved.where((f"box {when}", found[1])), moved, *share, table.place))
        else:
            said.unread.append(f"{table.place}: {what}")


def _read_parts(table: PrintedTable, publication: Publication, said: Statements) -> None:
    """Formal conversations, and how many have each part of the record filled."""
    conversations = Quantity("conversations", cycle_of(table, publication), _unit(table))
    for record in table.records():
        filled = conversations.where(("part", record["Part of the record"]))
        said.counts += [Count(conversations, number_in(record["Conversations"]), table.place),
                        Count(filled, number_in(record["Filled"]), table.place, False, conversations)]
        note_share(said, table, record, filled, conversations, "Share")


def _read_own_placements(table: PrintedTable, publication: Publication, said: Statements) -> None:
    """Posts by the manager's placement less the employee's own: all steps of an axis are all pairs."""
    cycle = cycle_of(table, publication)
    parts: dict[Quantity, list[Quantity]] = {}
    for record in table.records():
        pairs = Quantity("pairs", cycle, frozenset(groups_of(table, record))).where(("axis", record["Axis"].lower()))
        step = pairs.where(("step", record["Steps (manager less employee)"].replace("−", "-")))
        parts.setdefault(pairs, []).append(step)
        said.counts.append(Count(step, number_in(record["Posts"]), table.place, False, pairs))
        if "Posts the share is of" in record:
            said.counts.append(Count(pairs, number_in(record["Posts the share is of"]), table.place))
        note_share(said, table, record, step, pairs, "Share")
    said.complete += [(pairs, tuple(steps)) for pairs, steps in parts.items()]


# --- sentences and pictures ----------------------------------------------------------------------------------------

_WORDS = {"one": 1, "One": 1}
_COUNTED = (
    (re.compile(r"\b([\d,]+|one) posts? without a placement"), "posts", ("placed", "no")),
    (re.compile(r"([\d,]+|One) (?:people have|person has) had no conversation of any kind"), "people",
     ("conversed", "no")),
    (re.compile(r"Agree who speaks with the ([\d,]+|one) (?:people|person) who had no conversation"), "people",
     ("conversed", "no")),
)
_NOBODY = re.compile(r"Everybody (?:has )?had a conversation in (?:the )?twelve months")
_ENOUGH = re.compile(r"fewer for people who started within it; (\d+)% have had them")
_BARS = re.compile(r"Bars of the share with enough conversations, by ([a-z ]+)\.")
_BAR = re.compile(r"(?:.*\. )?([^:]+): (\d+)% \((\d+)% to (\d+)%\) of ([\d,]+)")
_FULLEST = re.compile(r"Table of shares by ([a-z ]+) and box\.")
_FULL = re.compile(r"(?:.*\. )?([^:]+): fullest box (.+) with (\d+)% \(([\d,]+)\)")
_CLEAR = re.compile(r"(?:More|Fewer) in (\d) [^:]+: (\d+)% before, (\d+)% now")


def read_pack_text(text: PrintedText, publication: Publication, said: Statements) -> None:
    """Read the sentences of a pack's pages and pictures."""
    cycle = publication.cycles[-1] if publication.cycles else ""
    posts, people = Quantity("posts", cycle, _unit(text)), Quantity("people", cycle, _unit(text))
    owes = people.where(("owes", "yes"))
    for line in text.lines:
        for pattern, what, which in _COUNTED:
            for found in pattern.finditer(line):
                counted = (posts if what == "posts" else people).where(which)
                said.counts.append(Count(counted, _WORDS.get(found[1]) or number_in(found[1]), text.place))
        if _NOBODY.search(line):
            said.counts.append(Count(people.where(("conversed", "no")), 0, text.place))
        if found := _ENOUGH.search(line):
            said.ratios.append(Ratio(owes.where(("enough", "yes")), owes, *rounded_share(found[1]), text.place))
        if found := _CLEAR.search(line):
            moved = Quantity("moves", f"{cycle_before(cycle, publication)} > {cycle}", _unit(text))
            said.ratios += [Ratio(moved.where((f"box {when}", found[1])), moved, *rounded_share(percent), text.place)
                            for when, percent in (("before", found[2]), ("after", found[3]))]
        if found := _BARS.match(line):
            _read_bars(line, found[1], owes, text, said)
        if found := _FULLEST.match(line):
            _read_fullest(line, found[1], posts, text, said)


def _group(whole: Quantity, by: str, unit: str) -> Quantity:
    return whole if unit == "All" else whole.where((GROUPINGS.get(by.capitalize(), by), unit))


def _read_bars(line: str, by: str, owes: Quantity, text: PrintedText, said: Statements) -> None:
    found = [bar for part in line.split("; ") if (bar := _BAR.fullmatch(part))]
    for unit, share, lower, upper, n in (bar.groups() for bar in found):
        whole = _group(owes, by, unit)
        said.counts.append(Count(whole, number_in(n), text.place))
        said.ratios.append(Ratio(whole.where(("enough", "yes")), whole, *rounded_share(share), text.place,
                                 lower=rounded_share(lower), upper=rounded_share(upper)))


def _read_fullest(line: str, by: str, posts: Quantity, text: PrintedText, said: Statements) -> None:
    """The fullest box of a group is named: no other has more."""
    found = [row for part in line.split("; ") if (row := _FULL.fullmatch(part))]
    for unit, name, share, n in (row.groups() for row in found):
        if name in BOXES:
            group = _group(posts, by, unit)
            fullest = group.where(("box", BOXES[name]))
            said.counts.append(Count(fullest, number_in(n), text.place))
            said.ratios.append(Ratio(fullest, group.where(("placed", "yes")), *rounded_share(share), text.place))
            said.largest.append((fullest, tuple(group.where(("box", box)) for box in BOXES.values()
                                                if box != BOXES[name])))

