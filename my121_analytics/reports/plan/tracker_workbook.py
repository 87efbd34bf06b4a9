"""The tracker workbook: what the plan says, what people tell, and every change that was ever told."""

from __future__ import annotations

from my121_analytics.disclosure.release import Released, require_released
from my121_analytics.figures.phrases import day
from my121_analytics.improvement.plan.named_statistics import statistic_labels
from my121_analytics.improvement.tracker import PROGRESS, TRACKED
from my121_analytics.reports.contact import contact_line
from my121_analytics.reports.plan.plan_views import plan_view
from my121_analytics.settings import Settings
from my121_analytics.version import __version__
from my121_analytics.wording.catalogue import codes, say
from my121_analytics.writing.book import Book, Sheet
from my121_analytics.writing.tables import Field, Kind, View
from my121_analytics.writing.workbook import write_workbook

_FACTS = ("action_id", "action", "issue", "status", "rag", "original_timescale", "due_latest", "n_moved", "n_revisions")
_TOLD = (*TRACKED, "reason", "approved_by", "changed_by", "changed_on")
_OPEN = ("carried_into", "statistic")
"""Columns whose list is a help: other answers may be written too."""
_KINDS: dict[str, Kind] = {"action_id": "id", "due_latest": "date", "completed_on": "date", "n_moved": "integer",
                           "n_revisions": "integer"}


def write_tracker(released: Released, *, settings: Settings | None = None) -> bytes:
    """Write the tracker workbook.

    Parameters
    ----------
    released
        Of ``review_plan``, for an audience that sees owners.
    settings
        Choices of the lists.

    Returns
    -------
    bytes
        An xlsx file with instructions, one row per action, and the revisions. References are text, so that 1.10 stays
        1.10; the same plan gives the same bytes.
    """
    released = require_released(released, wanted_by="write_tracker")
    settings = settings or Settings()
    choices = {"progress": PROGRESS, "theme": tuple(settings.plan.themes),
               "carried_into": tuple(settings.plan.carried_into), "statistic": tuple(statistic_labels())}
    fields = tuple(Field(name, say("tracker_heading", name), _KINDS.get(name, "text"), choices=choices.get(name, ()),
                         entry=name in _TOLD, is_open=name in _OPEN) for name in (*_FACTS, *_TOLD))
    as_of = day(released.about.as_of)
    actions = View(released, "tracker", say("tracker_book", "actions_title"), fields)
    revisions = plan_view(released, "revisions", title=say("tracker_book", "revisions_title"))
    cover = {"council": settings.council.name, "anchor": str(released.facts["anchor"]), "as_of": as_of,
             **{code: say("tracker_step", code) for code in codes("tracker_step")},
             "source": say("tracker_book", "source", version=__version__)}
    labels = {code: say("tracker_cover", code) for code in codes("tracker_cover")}
    book = Book(title=say("tracker_book", "title", council=settings.council.name),
                cover=(*((labels.get(code, code), text) for code, text in cover.items()), contact_line(settings)),
                sheets=(Sheet(say("tracker_book", "actions_sheet"), actions, (say("tracker_book", "actions_line"),),
                              "tracker", frozen=2),
                        Sheet(say("tracker_book", "revisions_sheet"), revisions,
                              (say("tracker_book", "revisions_line"),), "revisions")),
                as_of=released.about.as_of, notes={}, profile="working", subject=say("tracker_book", "subject"))
    return write_workbook(book)


