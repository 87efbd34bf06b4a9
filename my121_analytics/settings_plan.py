"""Settings of the improvement plan: its states and colours, its stages, and what its papers say of the council."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, field_validator

from my121_analytics.errors import suggest
from my121_analytics.settings_section import SettingsSection, check_values

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


class MilestoneSettings(SettingsSection):
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
    def _in_order(cls, months: list[int]) -> list[int]:
        if months != sorted(months) or months[0] < 0:
            raise ValueError("months are not negative, and the first is not after the last")
        return months


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


class CommitteeSettings(SettingsSection):
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


class PlanSettings(SettingsSection):
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
    def _columns_hold_known_parts(cls, columns: dict[str, str]) -> dict[str, str]:
        return check_values(columns, PLAN_PARTS, "a part of a plan")

    @field_validator("status_words")
    @classmethod
    def _words_say_known_states(cls, words: dict[str, str]) -> dict[str, str]:
        return check_values(words, PLAN_PROGRESS, "a state of an action")

    @field_validator("rag", mode="before")
    @classmethod
    def _rag_by_status(cls, colours: Any) -> Any:
        if not isinstance(colours, dict):
            return colours
        for status in colours:
            if status not in PLAN_STATUSES:
                raise ValueError(f"'{status}' is not a status of an action. {suggest(str(status), PLAN_STATUSES)}")
        return {**RAG, **colours}

    @field_validator("milestones")
    @classmethod
    def _codes_are_unique(cls, milestones: list[MilestoneSettings]) -> list[MilestoneSettings]:
        if len({milestone.code for milestone in milestones}) < len(milestones):
            raise ValueError("two milestones have the same code")
        return milestones
