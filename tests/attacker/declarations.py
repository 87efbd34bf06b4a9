"""What the tables and sentences of a publication say, written down from a description of them.

A quantity is how many of something there are: of what (posts, people, key posts, ...), in which review cycle (or from
which to which), and which of them (``directorate = Adult Care, box = 5``). Every number that any paper prints is
declared here as one quantity, or as a ratio of two. What no declaration names is not read, and ``unread`` lists it.

Populations, as the papers' own notes give them:

- ``posts``: everyone in post at the end of the cycle, and placements made for posts that ended before.
  ``force = yes`` keeps those in post at its end: the population of the tables of coverage.
- ``people``: those in post at the end, each in the group of the main post.
- ``moves``: posts with a placement in both of two cycles. ``presence``: posts in both, new and gone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from tests.attacker.printed import PrintedTable, PrintedText, Publication

ALL = "All"
MARKER = "[c]"
NO_PLACEMENT = "No placement"

GROUPINGS = {"Directorate": "directorate", "Service": "service", "Team": "team", "Grade": "grade", "Role": "role",
             "Contract": "contract", "Time in post": "tenure band", "Sex": "sex", "Gender": "gender",
             "Working pattern": "working pattern", "Years of service": "years of service",
             "Age band": "age band", "Ethnic group": "ethnicity", "Disability": "disability",
             "Religion or belief": "religion", "Hours": "part time", "Sexual orientation": "sexual orientation",
             "Gender reassignment": "gender reassignment", "Marriage or civil partnership": "marital status",
             "Pregnancy or maternity": "pregnancy maternity", "Purpose": "purpose", "Cycle": "cycle"}
"""Heading of a column of groups -> attribute."""
PROTECTED = frozenset({"sex", "part time", "gender", "age band", "ethnicity", "disability", "religion",
                       "sexual orientation", "gender reassignment", "marital status", "pregnancy maternity"})
ORGANISATION = ("directorate", "service", "team")

Attributes = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Quantity:
    """How many of something there are."""

    what: str
    cycle: str
    of: Attributes
    edition: str = ""
    """Which publication said so, where one was followed by another."""

    def where(self, *more: tuple[str, str]) -> Quantity:
        """Give the quantity of those to which this applies as well."""
        return replace(self, of=self.of | frozenset(more))

    def less(self, *names: str) -> Quantity:
        """Give the quantity of all whatever they are in these respects."""
        return replace(self, of=frozenset(pair for pair in self.of if pair[0] not in names))

    def get(self, name: str) -> str:
        """Give the value of an attribute, empty where the quantity is not limited by it."""
        return dict(self.of).get(name, "")

    @property
    def is_protected(self) -> bool:
        """Whether those counted share a protected characteristic."""
        return any(name in PROTECTED for name, _ in self.of)

    def __str__(self) -> str:
        which = ", ".join(f"{name} {value}" for name, value in sorted(self.of))
        said = f", publication {self.edition}" if self.edition else ""
        return f"{self.what} {self.cycle} ({which or 'all'}{said})"


@dataclass(frozen=True)
class Count:
    """A number of the papers: what it counts, and its value, None where it is withheld.

    ``may_be_nought`` says whether an outsider must allow for nought where it is withheld: true noughts are shown,
    except where a whole group is withheld with them, or where the number that it is of (``base``) is withheld too.
    """

    quantity: Quantity
    value: int | None
    place: str
    may_be_nought: bool = True
    base: Quantity | None = None


@dataclass(frozen=True)
class Ratio:
    """A printed share: (part - minus) lies between low and high times the base.

    ``lower`` and ``upper`` are the printed ends of its 95 % Wilson interval, None where there are none.
    """

    part: Quantity
    base: Quantity
    low: float
    high: float
    place: str
    minus: Quantity | None = None
    lower: tuple[float, float] | None = None
    upper: tuple[float, float] | None = None


@dataclass
class Statements:
    """All that a publication states."""

    counts: list[Count] = field(default_factory=list)
    ratios: list[Ratio] = field(default_factory=list)
    complete: list[tuple[Quantity, tuple[Quantity, ...]]] = field(default_factory=list)
    """A whole and the quantities that a table shows as its parts, all of them."""
    listed: list[tuple[Quantity, str, tuple[Quantity, ...]]] = field(default_factory=list)
    """Whose moves, between what (``box``, ``level``), and all moves that occurred."""
    largest: list[tuple[Quantity, tuple[Quantity, ...]]] = field(default_factory=list)
    """Of which it is said that none of the others counts more."""
    occurring: list[Quantity] = field(default_factory=list)
    """Moves that somebody made: at least one."""
    unread: list[str] = field(default_factory=list)


Reader = Callable[[PrintedTable, Publication, Statements], None]


def reader_of(table: PrintedTable) -> Reader | None:
    """Give the reader of a table of a report or profile; None where no declaration is of it."""
    headings = set(table.headings)
    if table.kind == "raw":
        return _RAW.get(table.place.rsplit("/", 1)[-1].removesuffix(".csv"))
    if {"Before", "After", "Posts"} <= headings:
        return _read_moves
    if "Steps in performance" in headings:
        return _read_steps
    if headings & {"Number before", "Posts before"}:
        return _read_change
    if "With a placement" in headings:
        return _read_coverage
    if "With a rating" in headings:
        return _read_rated
    if "Odds ratio" in headings:
        return _read_compared
    if "Key posts" in headings:
        return _read_key_posts
    if {"People", "Full-time equivalents"} <= headings:
        return _read_headcount
    if {"Number", "Number the share is of"} <= headings and table.title.startswith("People in post by"):
        return _read_make_up
    if "Left within 12 months" in headings or {"Managers", "People managed on average"} <= headings:
        return _read_counted
    if table.headings[:1] == ("Potential",) and table.title.startswith("The nine-box map"):
        return _read_grid
    if table.headings[:1] == ("Statistic",) and table.title.startswith("Headline figures, cycle by cycle"):
        return _read_trends
    if "Actions" in headings and "Completed" in headings:
        return _read_actions
    if "What the ratings say" in headings and "Managers" in headings:
        return _read_managers
    if headings & {"Box", "Level", "Outcome"} and headings & {"Number", "Posts"}:
        return _read_outcomes
    if NO_PLACEMENT in headings and "1" in {heading[:1] for heading in headings}:
        return _read_wide
    if {"Statistic", "Figure"} <= headings:
        return _read_headline
    return None


# --- tables of posts by outcome ------------------------------------------------------------------------------------


def _read_outcomes(table: PrintedTable, publication: Publication, said: Statements) -> None:
    count = _first_heading(table, "Number", "Posts")
    base = _first_heading(table, "Number the share is of", "Posts the share is of")
    rows = []
    for record in table.records():
        outcome = _outcome_of(record, table)
        group = posts_of(table, publication, record)
        counted = group.where(("placed", "no") if outcome is None else outcome)
        rows.append((group, counted, record))
    _note_outcomes(rows, table, said, count, base)


def _read_rated(table: PrintedTable, publication: Publication, said: Statements) -> None:
    """People by group, and how many of them have a rating."""
    found = []
    for record in table.records():
        everybody = Quantity("people", cycle_of(table, publication), frozenset(groups_of(table, record)))
        rated = everybody.where(("rated", "yes"))
        said.counts += [Count(everybody, number_in(record["Number"]), table.place),
                        Count(rated, number_in(record["With a rating"]), table.place, False, everybody)]
        found += [everybody, rated]
    for name in sorted({name for quantity in found for name, _ in quantity.of} & set(GROUPINGS.values())):
        note_groups(said, found, name)


def _read_compared(table: PrintedTable, publication: Publication, said: Statements) -> None:
    """Comparisons of a rating: how many people of the group were rated on the axis."""
    for record in table.records():
        axis = next((axis for axis in ("performance", "potential") if f"higher {axis} rating" in record["Outcome"]), "")
        group = Quantity("people", cycle_of(table, publication), frozenset(groups_of(table, record)))
        if axis and "equal performance" not in record["Outcome"]:
            said.counts.append(Count(group.where((f"rated on {axis}", "yes")), number_in(record["Number"]), table.place,
                                     False, group))


def _note_outcomes(rows: Sequence[tuple[Quantity, Quantity, Mapping[str, str]]], table: PrintedTable,
                   said: Statements, count: str, base: str | None) -> None:
    hidden_groups = wholly_hidden((group, record[count]) for group, _, record in rows)
    for group, counted, record in rows:
        whole = group if counted.get("placed") == "no" else group.where(("placed", "yes"))
        said.counts.append(Count(counted, number_in(record[count]), table.place, group in hidden_groups, whole))
        if base is not None:
            said.counts.append(Count(whole, number_in(record[base]), table.place))
        note_share(said, table, record, counted, whole, "Share")
    _note_parts(said, [(group, counted) for group, counted, _ in rows])


def _note_parts(said: Statements, rows: Sequence[tuple[Quantity, Quantity]]) -> None:
    """Declare that the placed are those of all boxes or levels, and that the groups of a table are everybody."""
    by_group: dict[Quantity, list[Quantity]] = {}
    for group, counted in rows:
        if counted.get("placed") != "no":
            by_group.setdefault(group, []).append(counted)
    for group, parts in by_group.items():
        said.complete.append((group.where(("placed", "yes")), tuple(parts)))
        said.complete.append((group, (group.where(("placed", "yes")), group.where(("placed", "no")))))
    counted_all = [counted for _, counted in rows]
    for name in sorted({name for quantity in counted_all for name, _ in quantity.of} & set(GROUPINGS.values())):
        note_groups(said, counted_all + [group for group, _ in rows]
                     + [group.where(("placed", "yes")) for group, _ in rows], name)


def note_groups(said: Statements, quantities: Iterable[Quantity], name: str) -> None:
    wholes: dict[Quantity, dict[Quantity, None]] = {}
    for quantity in quantities:
        if quantity.get(name):
            wholes.setdefault(quantity.less(name), {})[quantity] = None
    for whole, parts in wholes.items():
        if len(parts) > 1:
            said.complete.append((whole, tuple(parts)))


def _read_wide(table: PrintedTable, publication: Publication, said: Statements) -> None:
    """A table of groups by boxes, one column a box."""
    rows = []
    for record in table.records():
        group = posts_of(table, publication, record)
        for heading, text in record.items():
            if heading == NO_PLACEMENT:
                rows.append((group, group.where(("placed", "no")), {"n": text}))
            elif heading[:1].isdigit():
                rows.append((group, group.where(("box", heading.split(" ")[0])), {"n": text}))
    _note_outcomes(rows, table, said, "n", None)


def posts_of(table: PrintedTable, publication: Publication, record: Mapping[str, str]) -> Quantity:
    cycle = re.sub(r" \[.*", "", record["Cycle"]) if "Cycle" in record else cycle_of(table, publication)
    return Quantity("posts", cycle, frozenset(groups_of(table, record, skip="cycle")))


def groups_of(table: PrintedTable, record: Mapping[str, str], skip: str = "") -> Iterator[tuple[str, str]]:
    if table.unit:
        yield "directorate", table.unit
    for heading, value in record.items():
        name = GROUPINGS.get(heading, "")
        if name and name != skip and value != ALL:
            yield name, value


def _outcome_of(record: Mapping[str, str], table: PrintedTable) -> tuple[str, str] | None:
    """Give the attribute of a row's outcome; None where it is that there is no placement."""
    if "Outcome" in record:
        number = record["Outcome"].split(" ")[0]
        return ("box", number) if number.isdigit() else None
    name = "Box" if "Box" in record else "Level"
    return None if record[name] in ("", "0", "[z]") else (name.lower(), record[name])


# --- tables of change ----------------------------------------------------------------------------------------------


def moves_of(table: PrintedTable, publication: Publication) -> Quantity:
    found = re.search(r", (\d{4}/\d\d(?: H\d)?) to (\d{4}/\d\d(?: H\d)?)", table.title)
    pair = f"{found[1]} > {found[2]}" if found else ""
    if not pair:  # a file without a title: the latest cycle, and the one before
        latest = cycle_of(table, publication)
        pair = f"{cycle_before(latest, publication)} > {latest}"
    return Quantity("moves", pair, frozenset({("directorate", table.unit)} if table.unit else ()))


def _read_change(table: PrintedTable, publication: Publication, said: Statements) -> None:
    moved = moves_of(table, publication)
    columns = [(when, _first_heading(table, f"Number {when}", f"Posts {when}")) for when in ("before", "after")]
    base = _first_heading(table, "Number the share is of", "Posts the share is of")
    records = list(table.records())
    parts: dict[str, list[Quantity]] = {}
    for when, heading in columns:
        hidden = all(record[heading] == MARKER for record in records)
        for record in records:
            name, value = _outcome_of(record, table) or ("", "")
            counted = moved.where((f"{name} {when}", value))
            parts.setdefault(when, []).append(counted)
            said.counts.append(Count(counted, number_in(record[heading]), table.place, hidden, moved))
            note_share(said, table, record, counted, moved, f"Share {when}", ends=False)
        said.complete.append((moved, tuple(parts[when])))
    for record, before, after in zip(records, parts["before"], parts["after"], strict=True):
        if base is not None:
            said.counts.append(Count(moved, number_in(record[base]), table.place))
        change = fraction_of(record.get("Change, points", ""), table, points=True)
        if change:
            said.ratios.append(Ratio(after, moved, *change, table.place, minus=before))


def _read_steps(table: PrintedTable, publication: Publication, said: Statements) -> None:
    moved = moves_of(table, publication)
    records, parts = list(table.records()), []
    axes = ("Steps in performance", "Steps in potential")
    # A line of which nothing but noughts is shown is withheld with its own noughts.
    hidden_lines = {(axis, line) for axis in axes for line, _ in wholly_hidden(
        ((record.get(axis, ""), axis), MARKER if number_in(record["Number"]) == 0 else record["Number"])
        for record in records)}
    for record in records:
        hidden = any((axis, record.get(axis, "")) in hidden_lines for axis in axes)
        counted = moved.where(("performance step", record["Steps in performance"]))
        if record.get("Steps in potential"):
            counted = counted.where(("potential step", record["Steps in potential"]))
        parts.append(counted)
        said.counts.append(Count(counted, number_in(record["Number"]), table.place, hidden, moved))
        said.counts.append(Count(moved, number_in(record["Number the share is of"]), table.place))
        note_share(said, table, record, counted, moved, "Share", ends=False)
    said.complete.append((moved, tuple(parts)))


def _read_moves(table: PrintedTable, publication: Publication, said: Statements) -> None:
    """Only pairs that occur have a row; box 0 is no placement."""
    moved, outcome = moves_of(table, publication), "box" if "box" in table.title else "level"
    records, flows = list(table.records()), []
    for record in records:
        if record["Before"].isdigit() and record["After"].isdigit():
            flow = moved.where((f"{outcome} before", record["Before"]), (f"{outcome} after", record["After"]))
            flows.append(flow)
            said.counts.append(Count(flow, number_in(record["Posts"]), table.place, may_be_nought=False))
    if len(flows) == len(records) > 0:
        said.listed.append((moved, outcome, tuple(flows)))


# --- coverage, key posts, actions, managers ------------------------------------------------------------------------

_COVERAGE = {"Posts": ("posts", ()), "With a placement": ("posts", (("placed", "yes"),)),
             "Placement agreed": ("posts", (("placed", "yes"), ("agreed", "yes"))),
             "People": ("people", ()), "Any conversation": ("people", (("conversed", "yes"),)),
             "People who owe conversations": ("people", (("owes", "yes"),)),
             "Number the share is of": ("people", (("owes", "yes"),)),
             "Enough conversations": ("people", (("owes", "yes"), ("enough", "yes"))),
             "Too few conversations": ("people", (("owes", "yes"), ("enough", "no")))}


def _read_coverage(table: PrintedTable, publication: Publication, said: Statements) -> None:
    cycle, counted = cycle_of(table, publication), {heading: [] for heading in _COVERAGE}
    for record in table.records():
        groups = frozenset(groups_of(table, record))
        wholes_hidden = MARKER in (record.get("People", MARKER), record.get("Posts", MARKER))
        for heading, (what, which) in _COVERAGE.items():
            if heading in record and is_count(record[heading]):
                extra = (*which, ("force", "yes")) if what == "posts" else which
                quantity = Quantity(what, cycle, groups).where(*extra)
                counted[heading].append(quantity)
                said.counts.append(Count(quantity, number_in(record[heading]), table.place, wholes_hidden))
        if "Without a placement" in record:  # whoever has none is in post: placements alone bring in ended posts
            unplaced = Quantity("posts", cycle, groups).where(("placed", "no"))
            said.counts.append(Count(unplaced, number_in(record["Without a placement"]), table.place, wholes_hidden))
        owes = Quantity("people", cycle, groups).where(("owes", "yes"))
        enough = owes.where(("enough", "yes"))
        said.complete.append((owes, (enough, owes.where(("enough", "no")))))
        share = "Share with enough" if "Share with enough" in record else "Share"
        note_share(said, table, record, enough, owes, share)
    for quantities in counted.values():
        for name in sorted({name for quantity in quantities for name, _ in quantity.of} & set(GROUPINGS.values())):
            note_groups(said, quantities, name)


def _read_key_posts(table: PrintedTable, publication: Publication, said: Statements) -> None:
    cycle, counted = cycle_of(table, publication), []
    for record in table.records():
        key = Quantity("key posts", cycle, frozenset(groups_of(table, record)))
        named = key.where(("successor", "yes"))
        hidden = record["Key posts"] == MARKER
        for quantity, heading in ((key, "Key posts"), (named, "With a successor named"),
                                  (named.where(("ready", "yes")), "Successor ready now")):
            counted.append(quantity)
            said.counts.append(Count(quantity, number_in(record[heading]), table.place, hidden))
        note_share(said, table, record, named, key, "Share")
    for name in {name for quantity in counted for name, _ in quantity.of} & set(GROUPINGS.values()):
        note_groups(said, counted, name)


def _read_actions(table: PrintedTable, publication: Publication, said: Statements) -> None:
    counted = []
    for record in table.records():
        actions = Quantity("actions", "", frozenset(groups_of(table, record)))
        hidden = record["Actions"] == MARKER
        for quantity, heading in ((actions, "Actions"), (actions.where(("state", "completed")), "Completed"),
                                  (actions.where(("state", "overdue")), "Overdue")):
            counted.append(quantity)
            said.counts.append(Count(quantity, number_in(record[heading]), table.place, hidden))
    note_groups(said, counted, "purpose")


def _read_managers(table: PrintedTable, publication: Publication, said: Statements) -> None:
    everybody = Quantity("managers", "", frozenset())
    parts = []
    records = list(table.records())
    # All managers of one verdict: the noughts are withheld with it, but for those that the headline figures print.
    may_be_nought = not any(number_in(row["Managers"]) for row in records if row["What the ratings say"] != ALL)
    for record in records:
        verdict = record["What the ratings say"]
        quantity = everybody if verdict == ALL else everybody.where(("verdict", verdict))
        if verdict != ALL:
            parts.append(quantity)
        said.counts.append(Count(quantity, number_in(record["Managers"]), table.place, may_be_nought, everybody))
    said.complete.append((everybody, tuple(parts)))


# --- who is in post ------------------------------------------------------------------------------------------------


def _read_headcount(table: PrintedTable, publication: Publication, said: Statements) -> None:
    cycle, counted = cycle_of(table, publication), []
    for record in table.records():
        counted.append(Quantity("people", cycle, frozenset(groups_of(table, record))))
        said.counts.append(Count(counted[-1], number_in(record["People"]), table.place))
    note_every_group(said, counted)


def _read_make_up(table: PrintedTable, publication: Publication, said: Statements) -> None:
    """People by one characteristic; the number that a share is of counts all of them, whatever they are in it."""
    cycle, records, counted = cycle_of(table, publication), list(table.records()), []
    characteristic = next(GROUPINGS[heading] for heading in reversed(table.headings) if heading in GROUPINGS)
    of_row = [Quantity("people", cycle, frozenset(groups_of(table, record))) for record in records]
    hidden = wholly_hidden((people.less(characteristic), record["Number"])
                            for people, record in zip(of_row, records, strict=True))
    for people, record in zip(of_row, records, strict=True):
        everybody = people.less(characteristic)
        said.counts.append(Count(people, number_in(record["Number"]), table.place, everybody in hidden, everybody))
        said.counts.append(Count(everybody, number_in(record["Number the share is of"]), table.place))
        note_share(said, table, record, people, everybody, "Share", ends=False)
        counted += [people, everybody]
    note_every_group(said, counted)


def _read_counted(table: PrintedTable, publication: Publication, said: Statements) -> None:
    """Those who left, and managers, by group."""
    heading, what = ("Managers", "managers in post") if "Managers" in table.headings else (
        "Left within 12 months", "leavers")
    cycle, counted = cycle_of(table, publication), []
    for record in table.records():
        counted.append(Quantity(what, cycle, frozenset(groups_of(table, record))))
        said.counts.append(Count(counted[-1], number_in(record[heading]), table.place))
    note_every_group(said, counted)


def note_every_group(said: Statements, counted: Sequence[Quantity]) -> None:
    for name in sorted({name for quantity in counted for name, _ in quantity.of} & set(GROUPINGS.values())):
        note_groups(said, counted, name)


def _read_grid(table: PrintedTable, publication: Publication, said: Statements) -> None:
    """The map as it is drawn: high potential above, high performance to the right; box 1 is at the top right."""
    posts = Quantity("posts", cycle_of(table, publication), frozenset())
    for down, row in enumerate(table.rows):
        for across, text in enumerate(row[1:]):
            box = posts.where(("box", str(down * 3 + 3 - across)))
            said.counts.append(Count(box, number_in(text), table.place))


# --- headline figures and sentences --------------------------------------------------------------------------------


def _read_headline(table: PrintedTable, publication: Publication, said: Statements) -> None:
    for record in table.records():
        _read_figure(record, "Figure", cycle_of(table, publication), table, said)


def _read_trends(table: PrintedTable, publication: Publication, said: Statements) -> None:
    """The headline figures once more, one column a cycle."""
    for record in table.records():
        for heading in table.headings[1:]:
            if found := re.match(r"\d{4}/\d\d(?: H\d)?", heading):
                _read_figure(record, heading, found[0], table, said)


def _read_figure(record: Mapping[str, str], heading: str, cycle: str, table: PrintedTable, said: Statements) -> None:
    posts, people = Quantity("posts", cycle, frozenset()), Quantity("people", cycle, frozenset())
    placed, owes = posts.where(("placed", "yes")), people.where(("owes", "yes"))
    key = Quantity("key posts", cycle, frozenset())
    shares = {"Posts without a placement": (posts.where(("placed", "no")), posts),
              "Share in box 3, new to role or needing support": (posts.where(("box", "3")), placed),
              "Share at the highest rating": (posts.where(("level", "3")), placed),
              "Share at the lowest rating": (posts.where(("level", "1")), placed),
              "People with enough formal conversations": (owes.where(("enough", "yes")), owes),
              "Key posts with a successor named": (key.where(("successor", "yes")), key)}
    figure, statistic = record[heading], record["Statistic"]
    if statistic.startswith(("Posts in the cycle", "Posts on the map")) and is_count(figure):
        said.counts.append(Count(posts, number_in(figure), table.place))
    elif statistic == "Managers with a pattern to discuss" and heading == "Figure" and is_count(figure):
        managers = Quantity("managers", "", frozenset({("verdict", "pattern to discuss")}))
        said.counts.append(Count(managers, number_in(figure), table.place))
    elif statistic in shares:
        note_share(said, table, record, *shares[statistic], heading, ends=False)


_N = r"([\d,]+|\[c\])"
_CHANGED = re.compile(rf"From (\S+(?: H\d)?) to (\S+(?: H\d)?): {_N} posts? (?:are|is) in both cycles, {_N} (?:are|is) "
                      rf"new and {_N} (?:have|has) gone\.(?: The change is shown for the {_N})?")
_SENTENCES = tuple(map(re.compile, (rf"\bn = {_N} posts? placed\.",
                                    rf"as of \d+ \w+ \d{{4}}(?: –)? {_N} posts?(?:, {_N} placed)?$",
                                    rf"No placement: {_N} of {_N} posts",
                                    rf"Agree who completes the {_N} posts")))
_BOX = re.compile(rf"box (\d), [^:;]+: {_N}(?: posts?)? \((\d+)%\)")


def read_text(text: PrintedText, publication: Publication, said: Statements) -> None:
    unit = frozenset({("directorate", text.unit)} if text.unit else ())
    cycle = publication.cycles[-1] if publication.cycles else ""
    posts = Quantity("posts", cycle, unit)
    for line in text.lines:
        if changed := _CHANGED.search(line):
            _read_presence(changed, unit, text, said)
        _read_sentences(line, posts, text, said)
        for box, n, percent in _BOX.findall(line):
            counted = posts.where(("box", box))
            said.counts.append(Count(counted, number_in(n), text.place, may_be_nought=True))
            said.ratios.append(Ratio(counted, posts.where(("placed", "yes")), *rounded_share(percent), text.place))


def _read_presence(changed: re.Match[str], unit: Attributes, text: PrintedText, said: Statements) -> None:
    presence = Quantity("presence", f"{changed[1]} > {changed[2]}", unit)
    for which, number in (("both", changed[3]), ("new", changed[4]), ("gone", changed[5])):
        said.counts.append(Count(presence.where(("which", which)), number_in(number), text.place))
    if changed[6]:
        said.counts.append(Count(Quantity("moves", presence.cycle, unit), number_in(changed[6]), text.place))


def _read_sentences(line: str, posts: Quantity, text: PrintedText, said: Statements) -> None:
    placed, unplaced = posts.where(("placed", "yes")), posts.where(("placed", "no"))
    meant = ((placed,), (posts, placed), (unplaced, posts), (unplaced,))
    for pattern, quantities in zip(_SENTENCES, meant, strict=True):
        for found in pattern.finditer(line):
            said.counts += [Count(quantity, number_in(number), text.place) for quantity, number in
                            zip(quantities, found.groups(), strict=True) if number]


# --- files whose headings are column names -------------------------------------------------------------------------

_RENAMED = {"box": "Box", "level": "Level", "n": "Number", "share": "Share", "lower": "Lower end of range",
            "upper": "Upper end of range", "base": "Number the share is of", "n_before": "Number before",
            "n_after": "Number after", "share_before": "Share before", "share_after": "Share after",
            "change": "Change, points", "performance_step": "Steps in performance",
            "potential_step": "Steps in potential", "before": "Before", "after": "After",
            **{name.replace(" ", "_"): heading for heading, name in GROUPINGS.items() if name != "cycle"}}


def _raw(reader: Reader) -> Reader:
    def read(table: PrintedTable, publication: Publication, said: Statements) -> None:
        headings = tuple(_RENAMED.get(heading, heading) for heading in table.headings)
        if reader is _read_moves:
            headings = tuple("Posts" if heading == "Number" else heading for heading in headings)
        rows = tuple(tuple(MARKER if heading in _COUNTED and not cell else cell for heading, cell in
                           zip(headings, row, strict=True)) for row in table.rows)
        title = "" if "ratings" in table.place else "by box"
        reader(PrintedTable(table.place, "raw", title, table.unit, headings, rows), publication, said)

    return read


_COUNTED = frozenset({"Number", "Posts", "Number before", "Number after", "Number the share is of"})
"""Columns in which an empty cell of such a file is a withheld one; what follows from counts is then empty too."""


def _read_change_all(table: PrintedTable, publication: Publication, said: Statements) -> None:
    """The change of everybody placed in either cycle: the two maps side by side."""
    latest = cycle_of(table, publication)
    for when, cycle in (("before", cycle_before(latest, publication)), ("after", latest)):
        placed = Quantity("posts", cycle, frozenset({("placed", "yes")}))
        for record in table.records():
            outcome = _outcome_of(record, table)
            if outcome:
                said.counts.append(Count(placed.less("placed").where(outcome), number_in(record[f"Number {when}"]),
                                         table.place))
                said.counts.append(Count(placed, number_in(record[f"base_{when}"] or MARKER), table.place))


_RAW = {"map": _raw(_read_outcomes), "ratings": _raw(_read_outcomes), "map_by_group": _raw(_read_outcomes),
        "ratings_by_group": _raw(_read_outcomes), "change": _raw(_read_change), "ratings_change": _raw(_read_change),
        "change_all": _raw(_read_change_all), "ratings_change_all": _raw(_read_change_all), "steps": _raw(_read_steps),
        "moves": _raw(_read_moves), "ratings_moves": _raw(_read_moves)}


# --- cells ---------------------------------------------------------------------------------------------------------


def _first_heading(table: PrintedTable, *headings: str) -> str | None:
    return next((heading for heading in headings if heading in table.headings), None)


def cycle_of(table: PrintedTable, publication: Publication) -> str:
    found = re.search(r"(\d{4}/\d\d(?: H\d)?)(?: \[\w\])*(?:, as of| \[|$)", table.title)
    return found[1] if found else (publication.cycles[-1] if publication.cycles else "")


def cycle_before(cycle: str, publication: Publication) -> str:
    at = publication.cycles.index(cycle) if cycle in publication.cycles else 0
    return publication.cycles[at - 1] if at else f"before {cycle}"


def is_count(text: str) -> bool:
    return text == MARKER or bool(re.fullmatch(r"[\d,]+(?:\.0)?", text))


def number_in(text: str) -> int | None:
    return int(float(text.replace(",", ""))) if is_count(text) and text != MARKER else None


def wholly_hidden(rows: Iterable[tuple[Hashable, str]]) -> set[Hashable]:
    shown: dict[Hashable, bool] = {}
    for group, text in rows:
        shown[group] = shown.get(group, False) or text != MARKER
    return {group for group, is_shown in shown.items() if not is_shown}


def rounded_share(percent: str) -> tuple[float, float]:
    return (int(percent) - 0.5) / 100 - 1e-9, (int(percent) + 0.5) / 100 + 1e-9


def fraction_of(text: str, table: PrintedTable, *, points: bool = False) -> tuple[float, float] | None:
    """Read a share or change as the range of values that would be printed so."""
    text = text.replace("−", "-").replace("+", "")
    if re.fullmatch(r"-?\d+(?:\.\d+)?%", text):
        digits = len(text.split(".")[1]) - 1 if "." in text else 0
        value = float(text[:-1]) / 100
        half = 0.5 * 10.0 ** (-digits - 2) + 1e-9
        return value - half, value + half
    if not re.fullmatch(r"-?\d+(?:\.\d+)?(?:[eE]-?\d+)?", text):
        return None
    value = float(text)
    if table.kind == "page" and points:
        digits = len(text.split(".")[1]) if "." in text else 0
        half = 0.5 * 10.0 ** (-digits - 2) + 1e-9
        return value / 100 - half, value / 100 + half
    return value - 1e-9, value + 1e-9


def note_share(said: Statements, table: PrintedTable, record: Mapping[str, str], part: Quantity, base: Quantity,
                heading: str, *, ends: bool = True) -> None:
    share = fraction_of(record.get(heading, ""), table)
    bounds = [fraction_of(record.get(name, ""), table) if ends else None
              for name in ("Lower end of range", "Upper end of range")]
    if share or any(bounds):
        low, high = share or (0.0, 1.0)
        said.ratios.append(Ratio(part, base, low, high, table.place, lower=bounds[0], upper=bounds[1]))
