"""Settings of unattended runs: what is written and when, and what stops a run before it replaces a good one."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from my121_analytics.settings_section import SettingsSection


class RunPlanSettings(SettingsSection):
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


class GuardSettings(SettingsSection):
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


class ExpectSettings(SettingsSection):
    """What every extract should hold, for the first run too, which has no other to be held against."""

    people: int | None = Field(None, ge=1)
    """People in post."""
    placements: int | None = Field(None, ge=1)
    """Managers' placements in the latest cycle."""
    tolerance: float = Field(0.10, ge=0, lt=1)
    """Share by which people and placements may fall short: councils' own counts differ by leavers and starters."""
    directorates: list[str] = Field(default_factory=list)
    """Directorates that must be there, as the exports spell them."""


class RunSettings(SettingsSection):
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
    def _plan_in_short(cls, plan: Any) -> Any:
        return {"file": plan} if isinstance(plan, str) else plan

    @model_validator(mode="after")
    def _hangs_together(self) -> RunSettings:
        if self.every == "week" and self.on > 7:
            raise ValueError("on is a day of the week, 1 (Monday) to 7 (Sunday), where every = \"week\"")
        if "plan" in self.outputs and self.plan is None:
            raise ValueError("outputs asks for the plan, and [run.plan] does not say which file and anchor")
        if "notebooks" in self.outputs and not self.notebooks:
            raise ValueError("outputs asks for notebooks, and notebooks lists none")
        return self
