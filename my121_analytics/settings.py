"""Every default and threshold, with its reason, in one place; a council overrides them in ``my121.toml``."""

from __future__ import annotations

import math
import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from my121_analytics.errors import SettingsError, suggest

FILE_NAME = "my121.toml"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, use_attribute_docstrings=True)


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
    boxes: list[BoxSettings] | None = None
    """A council's own map; None: the My 1-1 map with box 1 at the top."""

    @model_validator(mode="after")
    def _hangs_together(self) -> FrameworkSettings:
        if self.performance_levels is not None and len(self.performance_levels) < 2:
            raise ValueError("performance_levels needs two labels or more")
        if self.map_columns is not None:
            n_levels = len(self.performance_levels or ("", "", ""))
            if len(self.map_columns) != n_levels:
                raise ValueError(f"map_columns has {len(self.map_columns)} entries for {n_levels} performance levels")
            if any(column not in (1, 2, 3) for column in self.map_columns):
                raise ValueError("map_columns holds columns of the map: 1, 2 or 3")
            if sorted(self.map_columns) != self.map_columns:
                raise ValueError("map_columns must not fall as the performance level rises")
        return self


class CycleSettings(_Section):
    """How dates become review cycles where the export names no period."""

    start_month: int = Field(4, ge=1, le=12)
    """Councils' years start in April."""
    months: Literal[1, 2, 3, 4, 6, 12] = 6
    """My 1:1s happen at least twice a year."""


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
    """``suppress`` hides small numbers and proves that they stay hidden; ``round`` rounds every count instead, so that
    all rows can be read, but totals may not add up and nothing is proven."""
    round_to: int = Field(5, ge=3)
    """Base of the rounding; 5 is common practice for counts of staff and students."""
    kept_releases: str = ""
    """Folder in which each publication keeps what it showed, and in which the next one looks, so that two releases
    of the same people are proved together; empty: each release is proved by itself."""
    audiences: dict[str, Audience] = Field(default_factory=lambda: dict(AUDIENCES))
    """What each kind of reader may see; the four built in can be changed and others added."""
    pseudonym_key_file: str = ""
    """File with the key for ``--pseudonyms``, kept apart from exports and outputs; the environment variables
    MY121_PSEUDONYM_KEY and MY121_PSEUDONYM_KEY_FILE come first, so that the key need not lie on a shared disk."""

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
    in_line_probability: float = Field(0.8, gt=0.5, lt=1)
    """How sure to be that the difference is smaller than delta before saying 'in line'."""
    watch_probability: float = Field(0.5, gt=0, lt=1)
    """How probable a difference beyond delta must be to say 'watch'."""
    interval: float = Field(0.95, gt=0.5, lt=1)
    """Level of the intervals."""
    size_bands: list[int] = Field(default_factory=lambda: [5, 10, 25])
    """Upper ends of the bands of mean team size within which the list is drawn up: 2-5, 6-10, 11-25, 26+."""
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
    encrypt: bool = False
    """Write only an encrypted workbook."""


class CoverageSettings(_Section):
    """What counts as having had the conversations."""

    conversations_per_year: int = Field(2, ge=1, le=12)
    """The toolkit asks for at least two."""
    box3_months: int = Field(12, ge=1)
    """Box 3 is a plan over 12 months; longer than this asks for a conversation."""


class ReportSettings(_Section):
    """One scheduled report."""

    sections: list[str] = Field(default_factory=list)
    """Sections in order; empty means all."""
    by: list[str] = Field(default_factory=lambda: ["directorate"])
    """Groupings of its tables."""
    cycle: str | None = None
    """None: the latest."""
    audience: str = "publish"
    """Who will read it; decides what is shown."""
    profile: Literal["publish", "working"] = "publish"
    """``publish`` follows the Analysis Function's guidance on spreadsheets; ``working`` adds filters and charts."""
    destination: str = ""
    """Where it is written; empty: the run's own folder."""


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
    reports: dict[str, ReportSettings] = Field(default_factory=dict)
    """One table for each scheduled report, by its name."""
    priorities: dict[str, list[str]] = Field(default_factory=dict)
    """Council priority -> the statistics that speak to it."""


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
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as problem:
        raise SettingsError(f"{path.name}: the settings file cannot be read ({problem.strerror}).",
                            hints=["Check the path given with --settings."]) from problem
    except UnicodeDecodeError as problem:
        raise SettingsError(f"{path.name}: the settings file is not UTF-8 text.",
                            hints=["Save it again as UTF-8."]) from problem
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise SettingsError(f"{path.name}: not readable as TOML: {problem}.",
                            hints=["Text needs quotes, and a table starts with [name]."]) from problem
    try:
        return Settings.model_validate(given)
    except ValidationError as problem:
        raise SettingsError(f"{path.name}: {problem.error_count()} setting(s) cannot be used.",
                            hints=[_describe(fault) for fault in problem.errors()]) from problem


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
    return list(model.model_fields)
