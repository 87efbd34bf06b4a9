"""Every default and threshold, with its reason, in one place; a council overrides them in ``my121.toml``."""

from __future__ import annotations

import math
from datetime import date
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from my121_analytics.errors import suggest
from my121_analytics.settings_plan import PlanSettings
from my121_analytics.settings_runs import RunSettings
from my121_analytics.settings_section import SettingsSection, check_codes

ExportState = Literal["employed", "left", "future", "vacant", "filled", "closed", "finished", "unfinished", "cancelled",
                      "line", "other"]
"""What a word in a column of states can mean: of somebody's employment, a position, a form, a reporting line."""


class CouncilSettings(SettingsSection):
    """Who the reports are for; printed on covers."""

    name: str = "The council"
    """As it should stand on covers."""
    contact: str = ""
    """Whom readers turn to with questions; a role or a shared mailbox rather than a person."""


class ExportSettings(SettingsSection):
    """How this council's exports are written, where the files themselves cannot tell."""

    employee_id_width: int | None = Field(None, ge=1, le=20)
    """Pad shorter numeric ids with zeros to this width. None: nothing is padded, since 12 and 0012 may be two
    people."""
    extract_date: date | None = None
    """The day the extract was taken; the default of ``--as-of``."""
    date_order: Literal["dmy", "mdy", "ymd"] = "dmy"
    """Order of numeric dates. UK exports write the day first."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Heading in the export -> column of the record (or ``ignore``); goes before what the heading
    would be read as."""
    states: dict[str, ExportState] = Field(default_factory=dict)
    """Word in a column of states (of employment, positions, forms, reporting lines) -> what it means here, where the
    product does not know it."""
    half_converted_dates: Literal["ask", "swap", "keep"] = "ask"
    """What to do where a spreadsheet program has turned some dates of a column into true dates and left others as text,
    so that day and month may have changed places in the true ones: ask (nothing of the column is used), swap them
    back, or keep them."""
    cycle: str | None = None
    """The review period of exports that hold neither a period nor a date."""


class RatingSettings(SettingsSection):
    """Spellings of ratings and placements that the framework does not know."""

    synonyms: dict[str, dict[str, int | str]] = Field(default_factory=dict)
    """Axis (``performance``, ``potential``, ``box``) -> spelling -> level or label. A flat table is performance."""

    @model_validator(mode="before")
    @classmethod
    def _flat_table_is_performance(cls, synonyms: Any) -> Any:
        if not isinstance(synonyms, dict) or not isinstance(synonyms.get("synonyms"), dict):
            return synonyms
        axes: dict[str, dict[str, Any]] = {}
        for key, value in synonyms["synonyms"].items():
            if isinstance(value, dict):
                axes.setdefault(key, {}).update(value)
            else:
                axes.setdefault("performance", {})[key] = value
        return {**synonyms, "synonyms": axes}

    @field_validator("synonyms")
    @classmethod
    def _known_axes(cls, axes: dict[str, Any]) -> dict[str, Any]:
        known = ("performance", "potential", "box")
        for axis in axes:
            if axis not in known:
                raise ValueError(f"'{axis}' is not an axis. {suggest(axis, known)}")
        return axes


class BoxSettings(SettingsSection):
    """One box of a council's own map."""

    number: int = Field(ge=1)
    """As the exports write it."""
    name: str
    """As reports show it."""
    performance: int = Field(ge=1)
    """Column of the map: 1 is the lowest performance."""
    potential: int = Field(ge=1)
    """Row of the map: 1 is the lowest potential."""


_MAP_ROWS, _MAP_BOXES = 3, 9


class FrameworkSettings(SettingsSection):
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
    def _codes_are_text(cls, codes: Any) -> Any:
        return [str(code) if isinstance(code, int) else code for code in codes] if isinstance(codes, list) else codes

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
    def _check_codes(name: str, codes: list[str] | None, n_levels: int) -> None:
        if codes is not None and len(codes) != n_levels:
            raise ValueError(f"{name} has {len(codes)} codes for {n_levels} levels")
        if codes is not None and len({code.strip().casefold() for code in codes}) != n_levels:
            raise ValueError(f"{name} holds a code twice")


class CycleSettings(SettingsSection):
    """How dates become review cycles where the export names no period."""

    start_month: int = Field(4, ge=1, le=12)
    """Councils' years start in April."""
    months: Literal[1, 2, 3, 4, 6, 12] = 6
    """My 1:1s happen at least twice a year."""
    breaks: dict[str, str] = Field(default_factory=dict)
    """First cycle after the scale or the map changed -> what changed; marked in tables that go across cycles."""


class Audience(SettingsSection):
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


class DisclosureSettings(SettingsSection):
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
    headline_weight: float = Field(10.0, ge=1)
    """The same of a count of the whole council, which is often known from elsewhere. Measured on five councils of 150
    staff: from 6 to 10, 1 to 2 % more totals are shown and no fewer cells; beyond that nothing is won."""
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
    looked_at: dict[str, date] = Field(default_factory=dict)
    """Kept releases that cannot be checked together with a publication and that somebody has compared with it: file in
    ``kept_releases`` -> day of the extract that it was compared with. Such a publication is refused otherwise; one of a
    later extract has to be compared anew."""
    audiences: dict[str, Audience] = Field(default_factory=lambda: dict(AUDIENCES))
    """What each kind of reader may see; the four built in can be changed and others added."""
    pseudonym_key_file: str = ""
    """File with the key for ``--pseudonyms``, kept apart from exports and outputs; the environment variables
    MY121_PSEUDONYM_KEY and MY121_PSEUDONYM_KEY_FILE come first, so that the key need not lie on a shared disk."""

    @field_validator("weights")
    @classmethod
    def _weights_above_nought(cls, weights: dict[str, float]) -> dict[str, float]:
        for name, weight in weights.items():
            if not 0.01 <= weight <= 100:
                raise ValueError(f"the weight of '{name}' is {weight:g}; expected one from 0.01 to 100")
        return {NOT_DECLARED: 0.25, **weights}

    @field_validator("looked_at")
    @classmethod
    def _names_of_kept_releases(cls, looked_at: dict[str, date]) -> dict[str, date]:
        for name in looked_at:
            if not (name.startswith("release-") and name.endswith(".json")):
                raise ValueError(f"'{name}' is not named as a kept release is; expected release-....json, as the "
                                 "command wrote it")
        return looked_at

    @field_validator("bands")
    @classmethod
    def _bands_of_characteristics(cls, by_column: dict[str, dict[str, list[str]]]) -> dict[str, dict[str, list[str]]]:
        for column, bands in by_column.items():
            if column not in CHARACTERISTICS:
                raise ValueError(f"'{column}' is no protected characteristic. {suggest(column, CHARACTERISTICS)}")
            if not bands or not all(bands.values()):
                raise ValueError(f"the bands of {column} hold no answers")
        return by_column

    @field_validator("audiences")
    @classmethod
    def _built_in_audiences_stay(cls, audiences: dict[str, Audience]) -> dict[str, Audience]:
        return {**AUDIENCES, **audiences}


class ManagerSettings(SettingsSection):
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
    def _no_protected_characteristics(cls, columns: list[str]) -> list[str]:
        allowed = ("grade", "tenure_band", "directorate", "service", "role", "contract")
        for column in columns:
            if column not in allowed:
                raise ValueError(f"'{column}' cannot be part of the case mix. {suggest(column, allowed)}")
        return columns


class PackSettings(SettingsSection):
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


class CoverageSettings(SettingsSection):
    """What counts as having had the conversations."""

    conversations_per_year: int = Field(2, ge=1, le=12)
    """The toolkit asks for at least two."""
    box3_months: int = Field(12, ge=1)
    """Box 3 is a plan over 12 months; longer than this asks for a conversation."""


class CompareSettings(SettingsSection):
    """Two extracts of the same record, held against each other."""

    lock_days: int = Field(0, ge=0, le=365)
    """Days after a cycle's end until its placements are closed. Closed on the day of the earlier extract, they should
    not differ in the later one. 0: closed once the cycle is over; more where moderation follows it."""
    same_unit_share: float = Field(0.8, gt=0.5, le=1)
    """A unit whose name is gone counts as renamed where this share of its people, and of the new unit's, went along;
    below it people have moved."""


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


class ReportSettings(SettingsSection):
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
    def _known_sections(cls, sections: list[str]) -> list[str]:
        return check_codes(sections, tuple(REPORT_SECTIONS), "section")

    @field_validator("by")
    @classmethod
    def _known_groupings(cls, groupings: list[str]) -> list[str]:
        return check_codes(groupings, GROUPINGS, "grouping")


class TemplateSettings(SettingsSection):
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
    def _readable_on_white(cls, colour: str) -> str:
        channels = (int(colour[place:place + 2], 16) / 255 for place in (1, 3, 5))
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
        contrast = 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)  # WCAG 2.2
        if contrast < 4.5:
            raise ValueError(f"the contrast of {colour} on white is {contrast:.1f} to 1; text needs 4.5 or more")
        return colour


class Settings(SettingsSection):
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
    def _lists_have_no_targets(cls, priorities: Any) -> Any:
        if not isinstance(priorities, dict):
            return priorities
        return {name: dict.fromkeys(wanted) if isinstance(wanted, list) else wanted
                for name, wanted in priorities.items()}

    @field_validator("priorities")
    @classmethod
    def _known_statistics(cls, priorities: dict[str, dict[str, float | None]]) -> dict[str, dict[str, float | None]]:
        check_codes([code for wanted in priorities.values() for code in wanted], tuple(STATISTICS), "statistic")
        return priorities
