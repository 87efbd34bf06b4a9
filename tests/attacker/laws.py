"""What an outsider knows to hold between the numbers of a publication: identities and limits by definition, no more.

Every law is a row of numbers over quantities, ``least <= sum of (factor x quantity) <= most``. A law that a record can
break in a few rows (a rating that its box contradicts, an ended post with a placement) is ``nearly`` true: the
outsider is told by how much it is out, which is more than a real one knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from tests.attacker.declarations import PROTECTED, Count, Quantity, Ratio, Statements

MOST = 100_000.0
"""No council has more of anything."""
Z = 1.959963984540054
_BOXES = tuple(str(box) for box in range(1, 10))
_LEVELS = ("1", "2", "3")


@dataclass(frozen=True)
class Law:
    """``least <= sum of factors x quantities <= most``."""

    name: str
    terms: tuple[tuple[Quantity, float], ...]
    least: float
    most: float
    nearly: bool = False


@dataclass
class Knowledge:
    """All an outsider knows: values shown, limits of what is withheld, and laws.

    ``hidden`` are the withheld quantities in the order of their first mention.
    """

    shown: dict[Quantity, int] = field(default_factory=dict)
    hidden: dict[Quantity, str] = field(default_factory=dict)
    limits: dict[Quantity, tuple[float, float]] = field(default_factory=dict)
    laws: list[Law] = field(default_factory=list)
    contradictions: list[str] = field(default_factory=list)

    def quantities(self) -> list[Quantity]:
        """List every quantity that a law or a paper names."""
        named = [quantity for law in self.laws for quantity, _ in law.terms]
        return list(dict.fromkeys([*self.shown, *self.hidden, *named]))


def gather(statements: Sequence[Statements]) -> Knowledge:
    """Put together what papers published at one time say, and what follows from the definitions."""
    canonical = _Nesting(statements)
    known = Knowledge()
    _note_counts(known, [canonical.count(count) for said in statements for count in said.counts])
    wholes = {(canonical.of(whole), tuple(sorted(map(canonical.of, parts), key=str)))
              for said in statements for whole, parts in said.complete}
    for whole, parts in sorted(wholes, key=str):
        known.laws.append(_equal("parts make up the whole", [whole], list(parts)))
    _note_ratios(known, [canonical.ratio(ratio) for said in statements for ratio in said.ratios])
    for scope, outcome, flows in (entry for said in statements for entry in said.listed):
        known.laws += _not_listed(scope, outcome, set(flows))
    for said in statements:
        known.laws += [_law("somebody made this move", [(flow, 1.0)], 1.0, np.inf) for flow in said.occurring]
        known.laws += [_at_most("no box is fuller", canonical.of(other), canonical.of(fullest))
                       for fullest, others in said.largest for other in others]
    known.laws += _units_make_up_the_council(known, canonical)
    n_before = -1
    while len(known.laws) != n_before:  # a definition may speak of quantities that no paper prints
        n_before = len(known.laws)
        known.laws = list({(law.terms, law.least, law.most): law for law in known.laws + _definitions(known)}.values())
    return known


def join_editions(editions: Sequence[Knowledge]) -> Knowledge:
    """Put publications that followed one another together: little changed from one to the next.

    For every whole and its parts that two publications have, the parts changed by no more in all than a reader is told
    (people who left or came count once, whose rating was corrected twice); ``nearly`` laws with a slack told for all.
    """
    joined = Knowledge()
    for number, known in enumerate(editions, start=1):
        def named(quantity: Quantity, number: int = number) -> Quantity:
            return replace(quantity, edition=str(number))

        joined.shown |= {named(quantity): value for quantity, value in known.shown.items()}
        joined.hidden |= {named(quantity): place for quantity, place in known.hidden.items()}
        joined.limits |= {named(quantity): limits for quantity, limits in known.limits.items()}
        joined.contradictions += known.contradictions
        joined.laws += [replace(law, terms=tuple((named(quantity), factor) for quantity, factor in law.terms))
                        for law in known.laws]
    for number, (one, two) in enumerate(pairwise(editions), start=1):
        joined.laws += _changes(one, two, number)
    return joined


_STEADY = ("posts", "people", "key posts")


def _changes(one: Knowledge, two: Knowledge, number: int) -> list[Law]:
    """Bound how far the parts of each whole moved between two publications, up and down together."""
    shared = {law.terms for law in one.laws} & {law.terms for law in two.laws}
    laws: list[Law] = []
    for terms in sorted(shared, key=str):
        (whole, factor), *parts = terms
        if whole.what not in _STEADY or factor != 1 or any(other >= 0 for _, other in parts) or len(parts) < 2:
            continue
        moved = []
        for part, _ in parts:
            earlier, later = replace(part, edition=str(number)), replace(part, edition=str(number + 1))
            up, down = (Quantity(f"change {way}", part.cycle, part.of | {("of", part.what)}, str(number))
                        for way in ("up", "down"))
            laws.append(_law("change between publications", [(later, 1), (earlier, -1), (up, -1), (down, 1)], 0, 0))
            moved += [(up, 1.0), (down, 1.0)]
        laws.append(_law("little changed between publications", moved, -np.inf, 0.0, nearly=True))
    return laws


class _Nesting:
    """Which units lie in which: a service of one directorate only needs no directorate beside it."""

    def __init__(self, statements: Sequence[Statements]) -> None:
        above: dict[tuple[str, str], set[str]] = {}
        for said in statements:
            for count in said.counts:
                of = dict(count.quantity.of)
                for finer in ("service", "team"):
                    if finer in of and "directorate" in of:
                        above.setdefault((finer, of[finer]), set()).add(of["directorate"])
        self._in_one = {pair for pair, directorates in above.items() if len(directorates) == 1}
        self.units = {value for said in statements for count in said.counts
                      for name, value in count.quantity.of if name == "directorate"}

    def of(self, quantity: Quantity) -> Quantity:
        return quantity.less("directorate") if any(pair in self._in_one for pair in quantity.of) else quantity

    def count(self, count: Count) -> Count:
        base = None if count.base is None else self.of(count.base)
        return replace(count, quantity=self.of(count.quantity), base=base)

    def ratio(self, ratio: Ratio) -> Ratio:
        minus = None if ratio.minus is None else self.of(ratio.minus)
        return replace(ratio, part=self.of(ratio.part), base=self.of(ratio.base), minus=minus)


def _note_counts(known: Knowledge, counts: Sequence[Count]) -> None:
    shown = {count.quantity for count in counts if count.value is not None}
    for count in counts:
        if count.value is None:
            known.hidden.setdefault(count.quantity, count.place)
            least = 0.0 if count.may_be_nought or (count.base is not None and count.base not in shown) else 1.0
            before = known.limits.get(count.quantity, (0.0, MOST))
            known.limits[count.quantity] = (max(least, before[0]), before[1])
        elif known.shown.setdefault(count.quantity, count.value) != count.value:
            known.contradictions.append(f"{count.quantity}: {known.shown[count.quantity]} and {count.value} "
                                        f"({count.place})")
    for quantity in [quantity for quantity in known.hidden if quantity in known.shown]:
        del known.hidden[quantity]
        known.limits.pop(quantity, None)


# --- shares --------------------------------------------------------------------------------------------------------


def _note_ratios(known: Knowledge, ratios: Iterable[Ratio]) -> None:
    for ratio in dict.fromkeys(ratios):
        if all(one is None or one in known.shown for one in (ratio.part, ratio.base, ratio.minus)):
            continue
        terms = [(ratio.part, 1.0)] + ([] if ratio.minus is None else [(ratio.minus, -1.0)])
        known.laws.append(_law("a printed share", [*terms, (ratio.base, -ratio.high)], -np.inf, 1e-7))
        known.laws.append(_law("a printed share", [*terms, (ratio.base, -ratio.low)], -1e-7, np.inf))
        if ratio.lower or ratio.upper:
            fits = _fitting_counts(ratio)
            for quantity, values in zip((ratio.part, ratio.base), fits.T, strict=True):
                if len(values) and quantity not in known.shown:
                    low, high = known.limits.get(quantity, (0.0, MOST))
                    known.limits[quantity] = (max(low, float(values.min())), min(high, float(values.max())))


def _fitting_counts(ratio: Ratio, largest: int = 5_000) -> np.ndarray:
    """List the counts and bases (a row each) whose share and 95 % Wilson interval would be printed as these are."""
    found = []
    for n in range(1, largest + 1):
        k = np.arange(np.ceil(max(ratio.low, 0) * n - 1e-6), np.floor(min(ratio.high, 1) * n + 1e-6) + 1)
        if not len(k):
            continue
        middle, half = k + Z * Z / 2, Z * np.sqrt(k * (n - k) / n + Z * Z / 4)
        fits = np.ones(len(k), dtype=bool)
        for bound, sign in ((ratio.lower, -1), (ratio.upper, 1)):
            if bound is not None:
                end = np.clip((middle + sign * half) / (n + Z * Z), 0, 1)
                fits &= (end >= bound[0] - 1e-9) & (end <= bound[1] + 1e-9)
        found += [(int(count), n) for count in k[fits]]
    return np.array(found, dtype=float).reshape(-1, 2)


# --- definitions ---------------------------------------------------------------------------------------------------


def _units_make_up_the_council(known: Knowledge, canonical: _Nesting) -> list[Law]:
    """The packs of all units count everybody: a sum over directorates, for whatever each of their packs counts."""
    by_rest: dict[Quantity, list[Quantity]] = {}
    for quantity in known.quantities():
        if quantity.get("directorate"):
            by_rest.setdefault(quantity.less("directorate"), []).append(quantity)
    return [_equal("the units make up the council", [whole], parts) for whole, parts in by_rest.items()
            if {part.get("directorate") for part in parts} == canonical.units and len(canonical.units) > 1]


def _definitions(known: Knowledge) -> list[Law]:
    quantities = known.quantities()
    present = set(quantities)
    laws: list[Law] = []
    for quantity in quantities:
        laws += {"posts": _about_posts, "people": _about_people, "key posts": _about_key_posts,
                 "actions": _about_actions, "moves": _about_moves, "presence": _about_presence,
                 "pairs": _about_pairs, "conversations": _about_conversations}.get(quantity.what, _nothing)(
                     quantity, present)
    laws += _ended_by_group(known)
    laws += _flows(present)
    return laws


def _nothing(quantity: Quantity, present: set[Quantity]) -> Iterator[Law]:
    return iter(())


def _about_posts(quantity: Quantity, present: set[Quantity]) -> Iterator[Law]:
    of = dict(quantity.of)
    group = quantity.less("placed", "box", "level", "force", "agreed")
    placed, unplaced = group.where(("placed", "yes")), group.where(("placed", "no"))
    yield _equal("posts are placed or not", [group], [placed, unplaced])
    if of.get("agreed") == "yes":
        yield _at_most("only a placement can be agreed", quantity, quantity.less("agreed"))
    if of.get("force") == "yes" and "agreed" not in of:
        # Whoever has no placement is in post: posts that ended come in by their placements.
        ended = Quantity("ended", quantity.cycle, group.of)
        yield _equal("posts in force, and placements of ended ones", [quantity.less("force")], [quantity, ended])
    if of.get("box") == "1":
        yield from _boxes_and_levels(quantity.less("box"), present)


def _boxes_and_levels(group: Quantity, present: set[Quantity], suffix: str = "") -> Iterator[Law]:
    """The box says the rating, but for placements whose rating and box disagree."""
    for level in _LEVELS:
        rated = group.where((f"level{suffix}", level))
        boxes = [group.where((f"box{suffix}", box)) for box in _BOXES if 3 - (int(box) - 1) % 3 == int(level)]
        if rated in present and all(box in present for box in boxes):
            yield _equal("the boxes of a column are its rating", [rated], boxes, nearly=True)


def _about_people(quantity: Quantity, present: set[Quantity]) -> Iterator[Law]:
    everybody = quantity.less("owes", "enough", "conversed", "manager")
    if quantity != everybody and not quantity.get("enough"):
        yield _at_most("some of the people", quantity, everybody)
    for name in ("owes", "conversed"):
        if quantity.get(name) == "no" and not quantity.get("enough"):
            yield _equal("they do or do not", [everybody], [quantity, everybody.where((name, "yes"))])
    if quantity.get("enough") == "yes":
        conversed = everybody.where(("conversed", "yes"))
        if conversed in present:
            yield _at_most("enough conversations are some", quantity, conversed)
    in_post = Quantity("posts", quantity.cycle, everybody.of).where(("force", "yes"))
    if quantity == everybody and in_post in present:
        yield _at_most("everybody has a post", quantity, in_post)


def _about_pairs(quantity: Quantity, present: set[Quantity]) -> Iterator[Law]:
    """Posts with the manager's placement and the employee's own: on both axes, but for an axis that one leaves out."""
    if quantity.get("own view"):
        return
    pairs = quantity.less("axis", "step", "direction")
    placed = Quantity("posts", pairs.cycle, pairs.of).where(("placed", "yes"))
    if quantity == pairs:
        if placed in present:
            yield _at_most("compared, so placed", pairs, placed)
    elif not quantity.get("step") and not quantity.get("direction"):
        yield _equal("pairs are compared on each axis", [quantity], [pairs], nearly=True)
    for direction, steps in (("self_higher", ("-2", "-1")), ("same", ("0",)), ("manager_higher", ("1", "2"))):
        if quantity.get("direction") == direction:
            of_axis = quantity.less("direction")
            yield _equal("steps of one direction", [quantity], [of_axis.where(("step", step)) for step in steps])


def _about_conversations(quantity: Quantity, present: set[Quantity]) -> Iterator[Law]:
    if quantity.get("part"):
        yield _at_most("filled in some conversations", quantity, quantity.less("part"))


def _about_key_posts(quantity: Quantity, present: set[Quantity]) -> Iterator[Law]:
    if quantity.get("ready"):
        yield _at_most("ready now, so named", quantity, quantity.less("ready"))
    elif quantity.get("successor"):
        yield _at_most("some of the key posts", quantity, quantity.less("successor"))


def _about_actions(quantity: Quantity, present: set[Quantity]) -> Iterator[Law]:
    if not quantity.get("state"):
        done, late = quantity.where(("state", "completed")), quantity.where(("state", "overdue"))
        yield _law("completed and overdue are different actions", [(done, 1), (late, 1), (quantity, -1)], -np.inf, 0)


def _about_moves(quantity: Quantity, present: set[Quantity]) -> Iterator[Law]:
    before, after = quantity.cycle.split(" > ")
    unit = tuple(pair for pair in quantity.of if pair[0] == "directorate")
    outcomes = [pair for pair in quantity.of if pair[0] not in ("directorate",)]
    if not outcomes:
        presence = Quantity("presence", quantity.cycle, frozenset(unit)).where(("which", "both"))
        if presence in present:
            yield _at_most("placed twice, so in both cycles", quantity, presence)
        for cycle in (before, after) if not unit else (after,):
            placed = Quantity("posts", cycle, frozenset(unit)).where(("placed", "yes"))
            if placed in present:
                yield _at_most("placed twice, so placed then", quantity, placed)
    elif len(outcomes) == 1 and outcomes[0][0].split(" ")[0] in ("box", "level") and outcomes[0][1] != "0":
        (name, value), = outcomes
        outcome, when = name.split(" ")
        if when == "before" and unit:
            return  # a post may have come from another unit
        then = Quantity("posts", before if when == "before" else after, frozenset(unit)).where((outcome, value))
        if then in present:
            yield _at_most("those placed twice are some of the map", quantity, then)
    if len(outcomes) == 1 and outcomes[0][0] in ("box before", "box after") and outcomes[0][1] == "1":
        when = outcomes[0][0].removeprefix("box")
        yield from _boxes_and_levels(quantity.less(outcomes[0][0]), present, when)


def _about_presence(quantity: Quantity, present: set[Quantity]) -> Iterator[Law]:
    if quantity.get("which") != "both":
        return
    before, after = quantity.cycle.split(" > ")
    everybody = quantity.less("which")
    for cycle, other in ((before, "gone"), (after, "new")):
        if cycle == before and everybody.of:
            continue  # a post may have come from another unit
        posts = Quantity("posts", cycle, everybody.of)
        if posts in present:
            yield _equal("who is there in both cycles, or came, or went", [posts],
                         [quantity, everybody.where(("which", other))])


def _ended_by_group(known: Knowledge) -> list[Law]:
    """The ended posts of all groups together are those of the council."""
    ended = {quantity for quantity in known.quantities() if quantity.what == "ended"}
    laws = []
    for law in known.laws:
        (whole, _), *parts = law.terms
        if law.name == "parts make up the whole" and whole.what == "posts" and whole.get("force") and not (
                whole.get("placed")):
            whole_ended = Quantity("ended", whole.cycle, whole.less("force").of)
            each = [Quantity("ended", part.cycle, part.less("force").of) for part, _ in parts]
            if whole_ended in ended or set(each) <= ended:
                laws.append(_equal("ended posts by group", [whole_ended], each))
    for quantity in ended:
        if not quantity.of:
            laws.append(_law("ended posts, as told", [(quantity, 1.0)], 0.0, 0.0, nearly=True))
    return laws


def _flows(present: set[Quantity]) -> list[Law]:
    """Who was in which box before and is in which after: numbers that nobody prints, with sums that somebody does."""
    laws: list[Law] = []
    scopes = {quantity.less("box before", "box after", "level before", "level after", "performance step",
                            "potential step") for quantity in present if quantity.what == "moves"}
    for scope in sorted(scopes, key=str):
        for outcome, values in (("box", _BOXES), ("level", _LEVELS)):
            if scope.where((f"{outcome} before", values[0])) in present:
                laws += _flows_of(scope, outcome, values, present)
    return laws


def _flows_of(scope: Quantity, outcome: str, values: Sequence[str], present: set[Quantity]) -> list[Law]:
    flow = {(b, a): scope.where((f"{outcome} before", b), (f"{outcome} after", a)) for b in values for a in values}
    laws = [_equal("flows out of a place", [scope.where((f"{outcome} before", b))], [flow[b, a] for a in values])
            for b in values]
    laws += [_equal("flows into a place", [scope.where((f"{outcome} after", a))], [flow[b, a] for b in values])
             for a in values]
    if outcome == "box":
        laws += _steps_of(scope, flow, present)
    return laws


def _not_listed(scope: Quantity, outcome: str, flows: set[Quantity]) -> list[Law]:
    """A table of moves lists what occurs: whatever it does not list did not."""
    values = ("0", *(_BOXES if outcome == "box" else _LEVELS))
    pairs = [scope.where((f"{outcome} before", b), (f"{outcome} after", a)) for b in values for a in values]
    both = Quantity("presence", scope.cycle, scope.of).where(("which", "both"))
    return [*(_law("a move that is not listed", [(pair, 1.0)], 0.0, 0.0) for pair in pairs if pair not in flows),
            _equal("moves are of those in both cycles", [both], pairs)]


def _steps_of(scope: Quantity, flow: Mapping[tuple[str, str], Quantity], present: set[Quantity]) -> list[Law]:
    by_step: dict[tuple[str, str], list[Quantity]] = {}
    for (before, after), quantity in flow.items():
        (p, q), (r, s) = _axes(before), _axes(after)
        by_step.setdefault((str(r - p), str(s - q)), []).append(quantity)
    laws = []
    for (performance, potential), parts in by_step.items():
        steps = scope.where(("performance step", performance), ("potential step", potential))
        if steps in present:
            laws.append(_equal("steps are moves", [steps], parts))
    return laws


def _axes(box: str) -> tuple[int, int]:
    return 3 - (int(box) - 1) % 3, 3 - (int(box) - 1) // 3


# --- rows ----------------------------------------------------------------------------------------------------------


def _law(name: str, terms: Iterable[tuple[Quantity, float]], least: float, most: float, *, nearly: bool = False) -> Law:
    summed: dict[Quantity, float] = {}
    for quantity, factor in terms:
        summed[quantity] = summed.get(quantity, 0.0) + float(factor)
    return Law(name, tuple(summed.items()), least, most, nearly)


def _equal(name: str, wholes: Sequence[Quantity], parts: Sequence[Quantity], *, nearly: bool = False) -> Law:
    return _law(name, [*((whole, 1.0) for whole in wholes), *((part, -1.0) for part in parts)], 0.0, 0.0, nearly=nearly)


def _at_most(name: str, small: Quantity, large: Quantity) -> Law:
    return _law(name, [(small, 1.0), (large, -1.0)], -np.inf, 0.0)


def threshold_for(quantity: Quantity, threshold: int, equality_threshold: int) -> int:
    """Give how wide the range of a withheld number has to be."""
    return equality_threshold if any(name in PROTECTED for name, _ in quantity.of) else threshold
