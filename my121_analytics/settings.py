"""Every default and threshold, with its reason, in one place; a council overrides them in ``my121.toml``."""

from __future__ import annotations

import math
import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from my121_analytics.errors import SettingsError, suggest
from my121_analytics.settings_text import BACKSLASH_HINT, faulty_line, lost_backslashes, toml_fault

FILE_NAME = "my121.toml"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, use_attribute_docstrings=True)


ExportState = Literal["employed", "left", "future", "vacant", "filled", "closed", "finished", "unfinished", "cancelled",
                      "line", "other"]
"""What a word in a column of states can mean: of somebody's employment, a position, a form, a reporting line."""


def _check_codes(given: list[str], known: tuple[str, ...], what: str) -> list[str]:
    """Refuse codes that do not exist, all at once."""
    faults = [f"there is no {what} '{code}'. {suggest(code, known)}" for code in dict.fromkeys(given)
              if code not in known]
    if faults:
        raise ValueError(" ".join(faults))
    return given


class CouncilSettings(_Section):
    """Who the reports are for; printed on covers."""

    name: str = "The council"
    """As it should stand on covers."""
    contact: str = ""
    """Whom readers turn to with questions; a role or a shared mailbox rather than a person."""


class ExportSettings(_Section):
    """How this council's exports are written, where the files themselves cannot tell."""

    employee_id_width: int | None = Field(None, ge=1, le=20)
    """Pad shorter numeric ids with zeros to this width; None pads nothing, since 12 and 0012 may be two people."""
    extract_date: date | None = None
    """The day the extract was taken; the default of ``--as-of``."""
    date_order: Literal["dmy", "mdy", "ymd"] = "dmy"
    """Order of numeric dates. UK exports write the day first."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Heading in the export -> column of the record (or ``ignore``); beats the synonym table."""
    states: dict[str, ExportState] = Field(default_factory=dict)
    """Word in a column of states (of employment, positions, forms, reporting lines) -> what it means here, where the
    product does not know it."""
    half_converted_dates: Literal["ask", "swap", "keep"] = "ask"
    """What to do where a spreadsheet program has turned some dates of a column into true dates and left others as text,
    so that day and month may have changed places in the true ones: ask (nothing of the column is used), swap them
    back, or keep them."""
    cycle: str | None = None
    """The review period of exports that hold neither a period nor a date."""


class RatingSettings(_Section):
    """Spellings of ratings and placements that the framework does not know."""

    synonyms: dict[str, dict[str, int | str]] = Field(default_factory=dict)
    """Axis (``performance``, ``potential``, ``box``) -> spelling -> level or label. A flat table is performance."""

    @model_validator(mode="before")
    @classmethod
    def _flat_table_is_performance(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not isinstance(given.get("synonyms"), dict):
            return given
        axes: dict[str, dict[str, Any]] = {}
        for key, value in given["synonyms"].items():
            if isinstance(value, dict):
                axes.setdefault(key, {}).update(value)
            else:
                axes.setdefault("performance", {})[key] = value
        return {**given, "synonyms": axes}

    @field_validator("synonyms")
    @classmethod
    def _known_axes(cls, given: dict[str, Any]) -> dict[str, Any]:
        known = ("performance", "potential", "box")
        for axis in given:
            if axis not in known:
                raise ValueError(f"'{axis}' is not an axis. {suggest(axis, known)}")
        return given


class BoxSettings(_Section):
    """One box of a council's own map."""

    number: int = Field(ge=1)
    name: str
    performance: int = Field(ge=1)
    potential: int = Field(ge=1)


_MAP_ROWS, _MAP_BOXES = 3, 9


class FrameworkSettings(_Section):
    """The rating scale and the map, where they differ from the My 1-1 toolkit's."""

    performance_levels: list[str] | None = None
    """Labels from lowest to highest; their number is K. None: Partially meets, Meets, Exceeds."""
    potential_levels: list[str] | None = None
    """Labels from lowest to highest. None: Low, Moderate, High."""
    has_potential: bool = True
    """False for a council that rates performance only: no map, no potential axis."""
    map_columns: list[int] | None = None
    """With K other than 3: the map's column (1-3) of each performance level, lowest first."""
    performance_codes: list[str] | None = None
    """Codes that the exports give to the performance levels, lowest level first: ["5", "4", "3", "2", "1"] where 1 is
    the best, ["0", "1", "2"], ["C", "B", "A"]. None: 1 to K, since most systems count from the lowest."""
    potential_codes: list[str] | None = None
    """The same for potential."""
    boxes: list[BoxSettings] | None = None
    """A council's own map; None: the My 1-1 map with box 1 at the top."""
    box_numbering: list[int] | None = None
    """Numbers that the exports give to boxes 1 to 9 of the My 1-1 map: [9, 8, 7, 6, 5, 4, 3, 2, 1] where the system
    counts from the bottom left, as many do. None: as on the map. A council's own map has its numbers in ``boxes``."""
    guide: str = ""
    """File with the council's own texts and questions for the conversation, beside the settings; empty: those that come
    with the package. `my121 init --framework FILE` writes one to start from."""

    @field_validator("performance_codes", "potential_codes", mode="before")
    @classmethod
    def _codes_are_text(cls, given: Any) -> Any:
        return [str(code) if isinstance(code, int) else code for code in given] if isinstance(given, list) else given

    @model_validator(mode="after")
    def _hangs_together(self) -> FrameworkSettings:
        if self.performance_levels is not None and len(self.performance_levels) < 2:
            raise ValueError("performance_levels needs two labels or more")
        if self.potential_levels is not None and len(self.potential_levels) != _MAP_ROWS:
            raise ValueError(f"potential_levels has {len(self.potential_levels)} labels; the map has three rows. Say "
                             "in [ratings.synonyms.potential] which of your levels stands for Low, Moderate and High")
        self._check_codes("performance_codes", self.performance_codes, len(self.performance_levels or ("", "", "")))
        self._check_codes("potential_codes", self.potential_codes, _MAP_ROWS)
        if self.box_numbering is not None and self.boxes is not None:
            raise ValueError("box_numbering renumbers the My 1-1 map; with boxes of your own, write the numbers there")
        if self.box_numbering is not None and len(set(self.box_numbering)) != len(self.box_numbering):
            raise ValueError("box_numbering holds a number twice")
        if self.box_numbering is not None and len(self.box_numbering) != _MAP_BOXES:
            raise ValueError(f"box_numbering has {len(self.box_numbering)} numbers; the map has nine boxes")
        if self.map_columns is not None:
            n_levels = len(self.performance_levels or ("", "", ""))
            if len(self.map_columns) != n_levels:
                raise ValueError(f"map_columns has {len(self.map_columns)} entries for {n_levels} performance levels")
            if any(column not in (1, 2, 3) for column in self.map_columns):
                raise ValueError("map_columns holds columns of the map: 1, 2 or 3")
            if sorted(self.map_columns) != self.map_columns:
                raise ValueError("map_columns must not fall as the performance level rises")
        return self

    @staticmethod
    def _check_codes(name: str, given: list[str] | None, n_levels: int) -> None:
        if given is not None and len(given) != n_levels:
            raise ValueError(f"{name} has {len(given)} codes for {n_levels} levels")
        if given is not None and len({code.strip().casefold() for code in given}) != n_levels:
            raise ValueError(f"{name} holds a code twice")


class CycleSettings(_Section):
    """How dates become review cycles where the export names no period."""

    start_month: int = Field(4, ge=1, le=12)
    """Councils' years start in April."""
    months: Literal[1, 2, 3, 4, 6, 12] = 6
    """My 1:1s happen at least twice a year."""
    breaks: dict[str, str] = Field(default_factory=dict)
    """First cycle after the scale or the map changed -> what changed; marked in tables that go across cycles."""


class Audience(_Section):
    """What one kind of reader may see."""

    names: bool
    """Ids and names of people."""
    protected: bool
    """Tables by protected characteristic."""
    scope: Literal["council", "own unit", "own team"]
    """Which rows: everything, one unit of the organisation, or one manager's team."""
    suppress: bool
    """Small counts hidden, with everything that follows from them."""

    @property
    def is_public(self) -> bool:
        """Whether anybody may read what is made for it: nobody is named and small counts are hidden."""
        return self.suppress and not self.names


CHARACTERISTICS = ("sex", "age_band", "ethnicity", "disability", "religion", "sexual_orientation",
                   "gender_reassignment", "marital_status", "pregnancy_maternity")
"""Protected characteristics under the Equality Act 2010, as the record calls them."""
NOT_DECLARED = "Not declared"
"""Refused and unknown answers together: neither says anything of a group, and apart they would only be small."""
AUDIENCES = {
    "analyst": Audience(names=True, protected=True, scope="council", suppress=False),
    "panel": Audience(names=True, protected=False, scope="own unit", suppress=False),
    "manager": Audience(names=True, protected=False, scope="own team", suppress=False),
    "publish": Audience(names=False, protected=True, scope="council", suppress=True),
}


class DisclosureSettings(_Section):
    """Small numbers. The thresholds follow common practice of UK public bodies' workforce publications."""

    threshold: int = Field(5, ge=2)
    """Counts from 1 to threshold - 1 are hidden where small numbers are suppressed."""
    equality_threshold: int = Field(10, ge=2)
    """The same for tables by protected characteristic, which are special-category data."""
    marker: str = "[c]"
    """Confidential, in the Government Analysis Function's symbols."""
    show_zeros: bool = True
    """A true zero names nobody by itself."""
    method: Literal["suppress", "round"] = "suppress"
    """``suppress`` hides small numbers and checks that they stay hidden; ``round`` rounds every count instead, so that
    nearly all rows can be read, but totals may not add up. Less is checked then: that adding up leaves of each small
    count as many values as rounding leaves behind a shown 0 (0, 1 and 2 with base 5); counts of which it would leave
    fewer are withheld."""
    round_to: int = Field(5, ge=3)
    """Base of the rounding; 5 is common practice for counts of staff and students."""
    total_weight: float = Field(3.0, ge=1)
    """Where further counts must be hidden, how many counts of one group a total is worth: a total is read first, and
    shares rest on it."""
    headline_weight: float = Field(6.0, ge=1)
    """The same of a count of the whole council, which is often known from elsewhere."""
    main_group_weight: float = Field(1.5, ge=1)
    """The same of a count by directorate: decisions are taken there, and smaller units add up to it."""
    weights: dict[str, float] = Field(default_factory=lambda: {NOT_DECLARED: 0.25})
    """What matters most to the readers stays: a characteristic (``ethnicity``) or a group of one (``Disabled``) -> how
    many counts of any other group its counts are worth, where something must be hidden. Above 1: kept longer; below 1:
    hidden first, as those who did not declare."""
    bands: dict[str, dict[str, list[str]]] = Field(default_factory=dict)
    """Groups of a protected characteristic that are published together: characteristic -> name of the group ->
    answers on record, ``*`` for any ending. Answers that are not named are together as all other groups. Left out:
    the answers as recorded where they are enough at every rating; else ages in wider bands, ethnic groups as White and
    all others, small groups together."""
    kept_releases: str = ""
    """Folder in which each publication keeps what it showed, and in which the next one looks, so that two releases
    of the same people are checked together; empty: each release is checked by itself."""
    audiences: dict[str, Audience] = Field(default_factory=lambda: dict(AUDIENCES))
    """What each kind of reader may see; the four built in can be changed and others added."""
    pseudonym_key_file: str = ""
    """File with the key for ``--pseudonyms``, kept apart from exports and outputs; the environment variables
    MY121_PSEUDONYM_KEY and MY121_PSEUDONYM_KEY_FILE come first, so that the key need not lie on a shared disk."""

    @field_validator("weights")
    @classmethod
    def _weights_above_nought(cls, given: dict[str, float]) -> dict[str, float]:
        for name, weight in given.items():
            if not 0.01 <= weight <= 100:
                raise ValueError(f"the weight of '{name}' is {weight:g}; expected one from 0.01 to 100")
        return {NOT_DECLARED: 0.25, **given}

    @field_validator("bands")
    @classmethod
    def _bands_of_characteristics(cls, given: dict[str, dict[str, list[str]]]) -> dict[str, dict[str, list[str]]]:
        for column, bands in given.items():
            if column not in CHARACTERISTICS:
                raise ValueError(f"'{column}' is no protected characteristic. {suggest(column, CHARACTERISTICS)}")
            if not bands or not all(bands.values()):
                raise ValueError(f"the bands of {column} hold no answers")
        return given

    @field_validator("audiences")
    @classmethod
    def _built_in_audiences_stay(cls, given: dict[str, Audience]) -> dict[str, Audience]:
        return {**AUDIENCES, **given}


class ManagerSettings(_Section):
    """When a rating pattern is worth a conversation; fixed before the meeting."""

    delta: float = Field(math.log(2), gt=0)
    """Smallest difference that matters, in logits. ln 2: the odds of a higher rating doubled or halved."""
    fdr: float = Field(0.10, gt=0, lt=0.5)
    """Expected share of names that are on the list by chance."""
    min_ratings_interval: int = Field(5, ge=1)
    """Below this no interval is shown: it would span nearly everything."""
    min_ratings_verdict: int = Field(8, ge=1)
    """Below this the verdict is 'in line' or 'cannot tell', never a name."""
    in_line_probability: float = Field(0.97, gt=0.5, lt=1)
    """How sure to be that the difference is smaller than delta before saying 'in line'; the ratings themselves must
    show it as well."""
    watch_probability: float = Field(0.5, gt=0, lt=1)
    """How probable a difference beyond delta must be to say 'watch'."""
    interval: float = Field(0.95, gt=0.5, lt=1)
    """Level of the intervals."""
    k: int | None = Field(None, ge=0, le=30)
    """How many managers the senior team hears, chosen before anybody sees a name: those named with the least doubt, in
    no order. Left out: those on the list at ``fdr``, as far as half of the meeting's minutes go. What the choice costs
    in wrong names is printed beside it."""
    minutes_each: int = Field(10, ge=1, le=60)
    """Minutes for hearing one manager."""
    size_bands: list[int] = Field(default_factory=lambda: [5, 10, 25])
    """Upper ends of the bands of mean team size within which the list is drawn up: 2-5, 6-10, 11-25, 26+."""
    unrecorded_sd: float = Field(0.05, ge=0, le=1)
    """How much teams are taken to differ, as a standard deviation in logits, in what bears on ratings and is in no
    record: a twentieth of the odds. Ratings cannot tell it from a manager's way of rating; how the list would change
    with more stands beside it."""
    case_mix: list[str] = Field(default_factory=lambda: ["grade", "tenure_band", "directorate"])
    """What a rating may fairly differ by. Protected characteristics never belong here: that would hide a disparity."""

    @field_validator("case_mix")
    @classmethod
    def _no_protected_characteristics(cls, given: list[str]) -> list[str]:
        allowed = ("grade", "tenure_band", "directorate", "service", "role", "contract")
        for column in given:
            if column not in allowed:
                raise ValueError(f"'{column}' cannot be part of the case mix. {suggest(column, allowed)}")
        return given


class PackSettings(_Section):
    """The calibration pack."""

    unit: Literal["directorate", "service", "team"] = "directorate"
    """One pack for each of these, and one for the council."""
    minutes: int = Field(60, ge=5, le=480)
    """Length of the meeting; decides how many people can be discussed."""
    minutes_each: int = Field(4, ge=1, le=30)
    """Time to hear both sides about one person."""
    minutes_rest: int = Field(10, ge=0, le=240)
    """Time for the map, the last meeting's actions, and who completes what is missing."""
    ask_centre_box: bool = False
    """Also ask about people who have been in the middle box for two years or longer."""
    encrypt: bool = False
    """Write only an encrypted workbook."""


class CoverageSettings(_Section):
    """What counts as having had the conversations."""

    conversations_per_year: int = Field(2, ge=1, le=12)
    """The toolkit asks for at least two."""
    box3_months: int = Field(12, ge=1)
    """Box 3 is a plan over 12 months; longer than this asks for a conversation."""


class CompareSettings(_Section):
    """Two extracts of the same record, held against each other."""

    lock_days: int = Field(0, ge=0, le=365)
    """Days after a cycle's end until its placements are closed. Closed on the day of the earlier extract, they should
    not differ in the later one. 0: closed once the cycle is over; more where moderation follows it."""
    same_unit_share: float = Field(0.8, gt=0.5, le=1)
    """A unit whose name is gone counts as renamed where this share of its people, and of the new unit's, went along;
    below it people have moved."""


PLAN_STATUSES = ("overdue", "behind", "to confirm", "due in window", "on track", "not started", "open-ended", "undated",
                 "withdrawn", "done late", "done")
"""Every state of an action of the improvement plan, the most pressing first."""
PLAN_PROGRESS = ("not started", "started", "behind", "open", "withdrawn", "done")
"""What a word of a tracker may say of an action; ``open`` is not done, and nothing more."""
PLAN_PARTS = ("action_id", "issue", "action", "benefit", "timescale", "original_timescale", "revised_timescale",
              "revisions", "revision_reason", "revision_approved_by", "priority", "owner", "accountable", "progress",
              "rag", "percent", "progress_text", "completed_on", "vehicle", "skills", "directorate", "theme",
              "carried_into", "carried_evidence", "cost", "officer_time", "risk", "statistic", "ignore")
"""What a column of a plan or tracker may hold; ``ignore`` leaves it out without a question."""
Colour = Literal["Red", "Amber", "Green", "Grey"]
RAG: dict[str, Colour] = {
    "overdue": "Red",
    "behind": "Amber",         # not late yet, and the plan itself says that it is behind
    "to confirm": "Grey",      # past its day, with a status that is not understood: no colour follows
    "due in window": "Amber",  # it may still be done in time, and the last day is in sight
    "on track": "Green",
    "not started": "Green",    # not late; stated progress and a near due date turn it amber
    "open-ended": "Grey",      # no last day, so no colour follows from a timescale
    "undated": "Grey",
    "withdrawn": "Grey",       # not done and not wanted any more
    "done late": "Green",
    "done": "Green",
}


class MilestoneSettings(_Section):
    """One stage of the recognition, counted from the assessment."""

    code: str
    """Short name without spaces."""
    label: str
    """As shown."""
    months: list[int] = Field(min_length=1, max_length=2)
    """Months after the assessment: one number, or the first and last of a stretch."""
    needs: str = ""
    """What must be ready by then, in one sentence."""

    @field_validator("months")
    @classmethod
    def _in_order(cls, given: list[int]) -> list[int]:
        if given != sorted(given) or given[0] < 0:
            raise ValueError("months are not negative, and the first is not after the last")
        return given


MILESTONES = [
    MilestoneSettings(code="assessment", label="Assessment", months=[0],
                      needs="Evidence for every requirement, and the people to be heard."),
    MilestoneSettings(code="directorate_reports", label="Directorate reports", months=[2],
                      needs="Each directorate's own findings, so that they can enter its service and team plans."),
    MilestoneSettings(code="progress_review", label="Progress review", months=[12, 18],
                      needs="Progress on every action, with evidence for those that are done and a new date for those "
                            "that are late."),
    MilestoneSettings(code="reassessment", label="Reassessment", months=[36],
                      needs="Every action done or settled, and fresh evidence for every requirement."),
]


def _check_values(given: dict[str, str], known: tuple[str, ...], what: str) -> dict[str, str]:
    """Refuse a value that is none of those known, naming the nearest."""
    for name, value in given.items():
        if value not in known:
            raise ValueError(f"'{value}' (of '{name}') is not {what}. {suggest(value, known)} "
                             f"Expected one of {', '.join(known)}.")
    return given


class CommitteeSettings(_Section):
    """What the council says in the committee's report; whatever is left empty stands there as a marked blank."""

    meeting: str = ""
    """Who the report goes to."""
    meeting_on: str = ""
    """Day of the meeting, as it should be printed."""
    title: str = ""
    """Of the report; empty: that of the plan."""
    directorate: str = ""
    """Directorate that brings the report."""
    level_before: str = ""
    """Level of the award held before the assessment, such as ``"Gold"``; empty: not said."""
    recommendations: list[str] = Field(default_factory=list)
    """What the committee is asked to agree; empty: a draft from the figures, marked as one."""
    background: str = ""
    """How the assessment, audit or review was carried out."""
    feedback: str = ""
    """Who takes each directorate's report to its management team, when, and who attends."""
    hidden_costs: str = ""
    """Costs that no figure shows."""
    policy: str = ""
    """Which plans and priorities of the council the report serves."""
    papers: list[str] = Field(default_factory=list)
    """Background papers."""
    consulted: list[str] = Field(default_factory=list)
    """Who was consulted."""


class PlanSettings(_Section):
    """The improvement plan: of an Investors in People assessment, an audit, an inspection or a review."""

    award: bool | None = None
    """Whether the plan follows an assessment for an award, so that progress review and reassessment have dates.
    None: unless the plan speaks of an audit, an inspection or a peer review and of no Investors in People."""
    committee: CommitteeSettings = Field(default_factory=CommitteeSettings)
    """What the council says in the committee's report."""

    rag: dict[str, Colour] = Field(default_factory=lambda: dict(RAG))
    """Status -> colour; those not written keep their default. The word is always shown beside the colour."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Heading of the plan or tracker -> what its column holds, such as ``"Exec lead" = "owner"``; beats what the
    heading would be read as. ``ignore`` leaves a column out."""
    status_words: dict[str, str] = Field(default_factory=dict)
    """A tracker's own word, colour or code -> what it says: not started, started, behind, open, withdrawn or done."""
    at_risk_days: int = Field(30, ge=0, le=366)
    """An action not done turns amber this many days before its last day: one month is the usual reporting interval."""
    bodies: list[str] = Field(default_factory=lambda: [
        "Strategic Leadership Team", "Senior Leadership Team", "Corporate Management Team", "Director Group",
        "Directors Group", "Directorate Management Teams", "Senior Management Teams", "Communications",
        "Communications and Marketing Team", "HR", "Human Resources", "HR Business Partners", "Heads of Service",
        "Managers at all levels", "All managers", "Learning and Development Leads", "Learning & Development leads",
        "Workforce Strategy Group"])
    """Teams, boards and posts that own actions. A cell that runs several of them together is parted at these names;
    an owner that is neither here nor made of words of organisations is asked about and never published."""
    every_directorate: list[str] = Field(default_factory=lambda: [
        "Directorate Management Teams", "All directorates", "Strategic Directors", "Directorates", "DMTs"])
    """Owners that stand for each directorate: such an action is in every directorate's report."""
    directorates: list[str] = Field(default_factory=list)
    """Directorates that get a report of their own; empty: those that the plan or the tracker names."""
    themes: list[str] = Field(default_factory=lambda: [
        "Ensuring we have a modern and thriving Council", "Developing leadership capacity through change",
        "Developing our employees' skills for the future",
        "Managing talent and attracting new talent as appropriate",
        "Ensuring we have a fairly rewarded workforce"])
    """Themes of the workforce strategy, by which actions are counted; each action is given its theme by people."""
    carried_into: list[str] = Field(default_factory=lambda: [
        "Corporate workforce strategy", "HR service plan", "Directorate service plan", "Team plan"])
    """Plans that an action may be carried into, so that it is managed where the work is."""
    milestones: list[MilestoneSettings] = Field(default_factory=lambda: list(MILESTONES))
    """Stages of the recognition. The plan's own review and next review, where it names them, beat these."""
    review_cost: float | None = Field(None, ge=0)
    """Pounds that the assessor's time for the progress review costs; None: not known."""
    outcome_margin: float = Field(0.05, gt=0)
    """A statistic counts as unchanged where its change, with its range, stays within this: five percentage points, or
    0.05 logits of the spread between managers."""

    @field_validator("columns")
    @classmethod
    def _columns_hold_known_parts(cls, given: dict[str, str]) -> dict[str, str]:
        return _check_values(given, PLAN_PARTS, "a part of a plan")

    @field_validator("status_words")
    @classmethod
    def _words_say_known_states(cls, given: dict[str, str]) -> dict[str, str]:
        return _check_values(given, PLAN_PROGRESS, "a state of an action")

    @field_validator("rag", mode="before")
    @classmethod
    def _rag_by_status(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        for status in given:
            if status not in PLAN_STATUSES:
                raise ValueError(f"'{status}' is not a status of an action. {suggest(str(status), PLAN_STATUSES)}")
        return {**RAG, **given}

    @field_validator("milestones")
    @classmethod
    def _codes_are_unique(cls, given: list[MilestoneSettings]) -> list[MilestoneSettings]:
        if len({one.code for one in given}) < len(given):
            raise ValueError("two milestones have the same code")
        return given


REPORT_SECTIONS: dict[str, str] = {
    "workforce": "headcount, full-time equivalents, leavers and turnover, span of control, grade, contract, working "
                 "pattern, years of service (starters among them), age",
    "profile": "the map and the ratings, by group and cycle by cycle",
    "movement": "what changed since the cycle before",
    "coverage": "conversations and placements, and which parts of the record are filled",
    "self": "managers' placements beside people's own; for readers inside the council only",
    "talent": "key posts and development actions",
    "development": "demand by intervention, development in hand, what followed; for readers inside the council only",
    "equality": "ratings by protected characteristic",
    "due_regard": "differences between groups by protected characteristic, with ranges: the appendix for those who "
                  "answer for equality; only where it is named here",
    "patterns": "rating patterns between managers, in aggregate",
    "plan": "the improvement plan and the evidence for the award",
    "quality": "what was read, corrected, assumed, and who signs",
}
"""Sections of the workforce report, in order, and what each holds."""
GROUPINGS = ("directorate", "service", "team", "grade", "role", "contract", "working_pattern", "tenure_band",
             *CHARACTERISTICS)
"""What the tables of a report may be by; protected characteristics have a section of their own as well."""
STATISTICS: dict[str, tuple[str, Literal["more", "fewer", ""]]] = {
    "headcount": ("people in post on the day of the record", ""),
    "fte": ("full-time equivalents of the posts in force", ""),
    "turnover": ("people who left in the twelve months, as a share of the average headcount", "fewer"),
    "posts": ("posts that should have a placement in the cycle", ""),
    "not_placed": ("share of these without one", "fewer"),
    "highest_rating": ("share at the highest rating", ""),
    "lowest_rating": ("share at the lowest rating", ""),
    "box_3": ("share in box 3, new to role or needing support", ""),
    "conversations": ("share of people with as many formal conversations as the toolkit asks for", "more"),
    "successors": ("share of key posts with a successor named", "more"),
    "spread": ("spread of rating patterns between managers, in logits", "fewer"),
    "patterns": ("managers with a rating pattern to discuss", ""),
    "overdue": ("actions of the improvement plan that are overdue", "fewer"),
}
"""Headline figures by code: what each is, and whether a council wants more or fewer of it (empty: it depends)."""


class ReportSettings(_Section):
    """One scheduled report."""

    sections: list[str] = Field(default_factory=list)
    """Sections in order; empty means all but ``due_regard``. The list of them is below."""
    by: list[str] = Field(default_factory=lambda: ["directorate"])
    """Groupings of its tables: directorate, service, team, grade, role, contract, working_pattern, tenure_band."""
    cycle: str | None = None
    """None: the latest."""
    audience: str = "publish"
    """Who will read it; decides what is shown."""
    profile: Literal["publish", "working"] = "publish"
    """``publish`` follows the Analysis Function's guidance on spreadsheets; ``working`` adds filters and charts."""
    destination: str = ""
    """Where it is also delivered to, relative to the settings file; empty: the run's own folder only."""
    final_after_days: int = Field(30, ge=0, le=366)
    """Figures are marked provisional until this many days after the cycle's end: late placements still come in."""

    @field_validator("sections")
    @classmethod
    def _known_sections(cls, given: list[str]) -> list[str]:
        return _check_codes(given, tuple(REPORT_SECTIONS), "section")

    @field_validator("by")
    @classmethod
    def _known_groupings(cls, given: list[str]) -> list[str]:
        return _check_codes(given, GROUPINGS, "grouping")


class TemplateSettings(_Section):
    """How the council's reports look."""

    title: str = ""
    """Title of the workforce report; empty: the council's name and the report's."""
    cover_text: str = ""
    """A line or two for the cover."""
    logo: str = ""
    """PNG or JPEG of the council's logo, relative to the settings file; empty: none."""
    accent: str = Field("#12436D", pattern="^#[0-9A-Fa-f]{6}$")
    """Colour of titles and links, dark enough to be read on white (contrast 4.5 to 1). The Analysis Function's blue."""

    @field_validator("accent")
    @classmethod
    def _readable_on_white(cls, given: str) -> str:
        channels = (int(given[place:place + 2], 16) / 255 for place in (1, 3, 5))
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
        contrast = 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)  # WCAG 2.2
        if contrast < 4.5:
            raise ValueError(f"the contrast of {given} on white is {contrast:.1f} to 1; text needs 4.5 or more")
        return given


class RunPlanSettings(_Section):
    """The improvement plan in a scheduled run."""

    file: str
    """The plan, relative to the settings file."""
    anchor: str = ""
    """Date the timescales count from, such as ``"June 2013"``. Empty: the plan file must say it; another anchor gives
    other due dates, so none is ever guessed."""
    evidence: str = ""
    """Table of evidence requirements, relative to the settings file; empty: none."""
    tracker: str = ""
    """The tracker workbook with the progress that was reported; empty: none."""


class GuardSettings(_Section):
    """How far an extract may fall behind the last good run before ``my121 run`` stops and asks. Falls alone: growth is
    no sign of damage.
    """

    people_fall: float = Field(0.10, gt=0, lt=1)
    """Share of the people in post by which the council may shrink from run to run. Turnover is replaced within months;
    a tenth gone at once is a missing export, or a transfer of services that somebody should confirm."""
    placements_fall: float = Field(0.05, gt=0, lt=1)
    """The same for the placements and the ratings of one cycle. What was placed stays placed: corrections take away a
    few."""
    unit_fall: float = Field(0.30, gt=0, lt=1)
    """The same for one directorate, where the council's figure falls with it. Services move between directorates."""
    rows_fall: float = Field(0.20, gt=0, lt=1)
    """The same for the rows of one file, and of conversations, objectives and the rest."""
    filled_fall: float = Field(0.20, gt=0, lt=1)
    """Points (0-1) by which the share of rows with an entry may fall in any column: a column that comes empty."""
    refused_rise: float = Field(0.05, gt=0, lt=1)
    """Points by which the share of refused rows of a file may rise."""
    mix_shift: float = Field(0.08, gt=0, lt=1)
    """Share of a settled cycle's placements that may stand at another level than before (its number hardly changed):
    corrections move a few, a scale that was turned round or recoded moves more."""
    new_mix_shift: float = Field(0.40, gt=0, lt=1)
    """The same between a new cycle and the one before it, and in one that is still filling: there ratings may really
    differ."""
    older_days: int = Field(7, ge=0, le=366)
    """Days by which the latest date may lie before that of the last run: a correction may take the last row away. A day
    that the settings name (``extract_date``) may not go back at all."""
    least: int = Field(10, ge=1)
    """Falls of fewer people, placements or rows are never asked about: a few corrections."""


class ExpectSettings(_Section):
    """What every extract should hold, for the first run too, which has no other to be held against."""

    people: int | None = Field(None, ge=1)
    """People in post."""
    placements: int | None = Field(None, ge=1)
    """Managers' placements in the latest cycle."""
    tolerance: float = Field(0.10, ge=0, lt=1)
    """Share by which people and placements may fall short: councils' own counts differ by leavers and starters."""
    directorates: list[str] = Field(default_factory=list)
    """Directorates that must be there, as the exports spell them."""


class RunSettings(_Section):
    """``my121 run``: what it reads, what it writes, and when."""

    source: str = "."
    """Folder of the exports, relative to the settings file."""
    patterns: dict[str, str] = Field(default_factory=dict)
    """Kind of export -> file name with wildcards, such as ``ratings = "ratings_*.xlsx"``; of each kind the newest is
    read. Empty: every export in the folder."""
    settle_seconds: float = Field(2.0, ge=0, le=600)
    """How long a file must keep its size before it is read: an export may still be on its way."""
    out: str = "out/reports"
    """Folder of the runs, relative to the settings file."""
    outputs: list[Literal["report", "pack", "check", "plan", "notebooks"]] = Field(default=["report"])
    """What each run writes."""
    pack_audience: str = "panel"
    """Who will read the packs."""
    plan: RunPlanSettings | None = None
    """The improvement plan, as the table ``[run.plan]``, or in short ``plan = "improvement_plan.xlsx"``; None: no
    plan."""
    corrections: str = ""
    """File of corrected rows (``quarantine.xlsx`` or ``.csv`` of an earlier check, filled in), relative to the settings
    file; applied run after run, to ``my121 report`` too. A correction falls away once the export itself is right.
    Empty: none."""
    notebooks: list[str] = Field(default_factory=list)
    """Notebooks to run and save as pages, relative to the settings file."""
    notebook_audience: str = "publish"
    """Who will read the notebooks' pages."""
    keep: int = Field(12, ge=1, le=1000)
    """Runs kept; older ones are removed once a new one is whole. A year of monthly reports."""
    partial: bool = False
    """Write the rest where one section of a report fails; its cover then says so. Such a run is kept, and is neither
    the latest nor delivered. False: the run fails."""
    guard: GuardSettings = GuardSettings()
    """How far an extract may fall behind the last good run."""
    expect: ExpectSettings = ExpectSettings()
    """What every extract should hold."""
    hook: list[str] = Field(default_factory=list)
    """A command and its arguments, started whenever a run leaves with an exit code other than 0, for instance one that
    sends a message. The environment tells it why: MY121_EXIT_CODE, MY121_REASON, MY121_RUN_FOLDER, MY121_ALERT (a text)
    and MY121_ALERT_JSON (the same for programs)."""
    every: Literal["day", "week", "month"] = "month"
    """How often the schedule files start it."""
    at: str = Field("06:30", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    """Time of day, before the working day begins."""
    on: int = Field(1, ge=1, le=28)
    """Day of the month, or of the week (1 Monday to 7 Sunday)."""
    timezone: str = "Europe/London"
    """Time zone of ``at``."""

    @field_validator("plan", mode="before")
    @classmethod
    def _plan_in_short(cls, given: Any) -> Any:
        return {"file": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _hangs_together(self) -> RunSettings:
        if self.every == "week" and self.on > 7:
            raise ValueError("on is a day of the week, 1 (Monday) to 7 (Sunday), where every = \"week\"")
        if "plan" in self.outputs and self.plan is None:
            raise ValueError("outputs asks for the plan, and [run.plan] does not say which file and anchor")
        if "notebooks" in self.outputs and not self.notebooks:
            raise ValueError("outputs asks for notebooks, and notebooks lists none")
        return self


class Settings(_Section):
    """Everything a council can set. ``Settings()`` is the toolkit as written; see the sections for the reasons."""

    council: CouncilSettings = CouncilSettings()
    exports: ExportSettings = ExportSettings()
    ratings: RatingSettings = RatingSettings()
    framework: FrameworkSettings = FrameworkSettings()
    cycles: CycleSettings = CycleSettings()
    disclosure: DisclosureSettings = DisclosureSettings()
    managers: ManagerSettings = ManagerSettings()
    pack: PackSettings = PackSettings()
    coverage: CoverageSettings = CoverageSettings()
    compare: CompareSettings = CompareSettings()
    plan: PlanSettings = PlanSettings()
    reports: dict[str, ReportSettings] = Field(default_factory=dict)
    """One table for each scheduled report, by its name."""
    run: RunSettings = RunSettings()
    template: TemplateSettings = TemplateSettings()
    priorities: dict[str, dict[str, float | None]] = Field(default_factory=dict)
    """Council priority -> the statistics that speak to it: a list of their codes, or each with the council's target, as
    in ``"Good conversations" = { conversations = 0.9, not_placed = 0.05 }`` (shares are 0-1)."""

    @model_validator(mode="after")
    def _those_chosen_fit_the_meeting(self) -> Settings:
        room = self.pack.minutes - self.pack.minutes_rest
        wanted = (self.managers.k or 0) * self.managers.minutes_each
        if wanted > max(room, 0):
            raise ValueError(f"[managers] k = {self.managers.k} managers at {self.managers.minutes_each} minutes each "
                             f"take {wanted} minutes, and [pack] minutes less minutes_rest leaves {room}: choose "
                             "fewer, or give the meeting more time")
        return self

    @field_validator("priorities", mode="before")
    @classmethod
    def _lists_have_no_targets(cls, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        return {name: dict.fromkeys(wanted) if isinstance(wanted, list) else wanted for name, wanted in given.items()}

    @field_validator("priorities")
    @classmethod
    def _known_statistics(cls, given: dict[str, dict[str, float | None]]) -> dict[str, dict[str, float | None]]:
        _check_codes([code for wanted in given.values() for code in wanted], tuple(STATISTICS), "statistic")
        return given


def load_settings(path: Path | str | None) -> Settings:
    """Read ``my121.toml`` and report every fault in it at once.

    Parameters
    ----------
    path
        The settings file; None gives the defaults.

    Returns
    -------
    Settings
        Frozen; sections and keys as in ``my121.toml``.

    Raises
    ------
    SettingsError
        The file is missing, is not TOML, or holds unknown keys or values out of range (all are listed).
    """
    if path is None:
        return Settings()
    path = Path(path)
    given = _parse_toml(path, _read_text(path))
    lost = lost_backslashes(given)
    if lost:
        raise SettingsError(f"{path.name}: {len(lost)} setting(s) hold a backslash in double quotes, which changes "
                            "the letter after it.", hints=[f"{where}: {BACKSLASH_HINT}" for where in lost])
    faults = _find_unknown_audiences(given)
    try:
        settings = Settings.model_validate(given)
    except ValidationError as problem:
        faults = [*(_describe(fault) for fault in problem.errors()), *faults]
        raise SettingsError(f"{path.name}: {len(faults)} setting(s) cannot be used.", hints=faults) from problem
    if faults:
        raise SettingsError(f"{path.name}: {len(faults)} setting(s) cannot be used.", hints=faults)
    return settings


def _find_unknown_audiences(content: dict[str, Any]) -> list[str]:
    """List audiences that reports and runs name and no table defines; read before anything else is checked."""
    def table(*names: str) -> dict[str, Any]:
        found: Any = content
        for name in names:
            found = found.get(name, {}) if isinstance(found, dict) else {}
        return found if isinstance(found, dict) else {}

    known = tuple({**AUDIENCES, **table("disclosure", "audiences")})
    asked = [(f"reports.{name}.audience", table("reports", name).get("audience")) for name in table("reports")]
    asked += [(f"run.{key}", table("run").get(key)) for key in ("pack_audience", "notebook_audience")]
    return [f"{where}: there is no audience '{audience}'. {suggest(audience, known)}" for where, audience in asked
            if isinstance(audience, str) and audience not in known]


def _read_text(path: Path) -> str:
    """Read the file as UTF-8, with or without a byte order mark."""
    try:
        raw = path.read_bytes()
    except OSError as problem:
        raise SettingsError(f"{path.name}: the settings file cannot be read ({problem.strerror}).",
                            hints=["Check the path given with --settings."]) from problem
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or raw[:200].count(0) > len(raw[:200]) // 4:
        raise SettingsError(f"{path.name}: the settings file is in UTF-16 (some programs say Unicode), not in UTF-8.",
                            hints=["Save it again as UTF-8: in Notepad, File > Save as, Encoding: UTF-8."])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw[:problem.start].count(b"\n") + 1
        raise SettingsError(f"{path.name}, line {line}: the settings file is not UTF-8 text.",
                            hints=["Save it again as UTF-8: in Notepad, File > Save as, Encoding: UTF-8."]) from problem


def _parse_toml(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        number, line = faulty_line(text, str(problem))
        what, hint = toml_fault(line, str(problem))
        raise SettingsError(f"{path.name}, line {number}: {what}.",
                            hints=[hint, *([f"Line {number} is: {line}"] if line else [])]) from problem


def find_settings(source: Path | str, given: Path | str | None = None) -> Path | None:
    """Choose the settings file: the one given, else ``my121.toml`` in the working folder, else beside the source.

    Parameters
    ----------
    source
        The export file or folder.
    given
        What the user asked for.

    Returns
    -------
    Path or None
        None where no settings file exists.
    """
    if given is not None:
        return Path(given)
    source = Path(source)
    for folder in (Path.cwd(), source if source.is_dir() else source.parent):
        candidate = folder / FILE_NAME
        if candidate.is_file():
            return candidate
    return None


def _describe(fault: Any) -> str:
    """Turn one pydantic fault into where, what was found, and what was expected."""
    where = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        *parents, last = fault["loc"]
        table = ".".join(map(str, parents)) or "top level"
        return f"[{table}] {last}: no such setting. {suggest(str(last), _keys(parents))}"
    message = fault["msg"].removeprefix("Value error, ")
    shown = repr(fault["input"])
    found = f" (found {shown})" if len(shown) < 60 and fault["type"] != "value_error" else ""
    return f"{where}: {message}{found}."


def _keys(parents: list[Any]) -> list[str]:
    """List the setting names at one place of the tree."""
    model: type[BaseModel] = Settings
    for part in parents:
        field = model.model_fields.get(str(part))
        annotation = field.annotation if field else None
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            model = annotation
        elif model is Settings and parents[0] == "reports":
            model = ReportSettings
        elif model is RunSettings and part == "plan":
            model = RunPlanSettings
    return list(model.model_fields)
