"""My 1:1 analytics: from ERP exports of ratings and placements to a calibration pack and what the meeting agreed.

The order of work:

    import my121_analytics as my121

    intake = my121.read_exports("exports/")        # 1 read: what was accepted, repaired, refused, and why
    workforce = intake.workforce                   #   the record; the council's settings travel with it
    profile = my121.tabulate_profile(workforce, by="directorate")
    profile                                        # 2 look: in a notebook, a page with tables and cautions
    profile.plot_map()                             #   a picture, for your own eyes and marked so
    profile.table("map").frame                     #   plain pandas
    patterns = my121.estimate_severity(workforce)  # 3 rating patterns; "cannot tell" is a result
    my121.build_pack(workforce, intake=intake, out="out/pack")                 # 4 papers for the meeting
    released = my121.release(profile, audience="publish")                      # 5 what leaves passes this gate

By what you want to do:

    read and check      read_exports, load_settings, compare_extracts
    look                tabulate_profile, profile_groups, track_movement, measure_coverage, compare_self,
                        detail_agreement, measure_succession, review_talent, measure_development, trace_movement,
                        foresee_coverage
    rating patterns     estimate_severity
    equality            compare_groups
    the meeting         build_agenda, build_pack, read_decisions, apply_decisions, measure_effect, measure_gaps,
                        write_agreed, read_actions
    improvement plan    read_plan, assess_status, parse_timescale, assess_evidence, assess_total, link_findings,
                        draw_interviewees, compare_heard
    reports             build_report, run_scheduled, audit_workbook
    what leaves         release; of what it returns: plot_nine_box, plot_box_by_group, plot_box_change,
                        plot_caterpillar, plot_funnel, plot_list_lengths, plot_rating_mixes, plot_coverage,
                        plot_profile_heatmap, plot_map_multiples, plot_axis_shares, plot_coverage_trend, plot_demand,
                        plot_leaving, plot_self_gap
    try it              make_sample

``help(my121.read_exports)`` explains one of them; the notebooks go this way with prose. On the command line:
``my121 --help``. None of it proposes a rating: it gives a meeting its questions.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from my121_analytics.version import __version__
from my121_analytics.viewable import set_viewer

# Names are imported when first used, so that the import and ``my121 --help`` stay quick.
_PUBLIC = {
    "read_exports": "ingest.intake",
    "make_sample": "sample_council.council",
    "load_settings": "settings_file",
    "tabulate_profile": "analysis.profile",
    "profile_groups": "analysis.group_profile",
    "track_movement": "analysis.movement",
    "estimate_severity": "analysis.rating_patterns.severity",
    "compare_self": "analysis.agreement",
    "compare_groups": "analysis.disparity",
    "compare_extracts": "analysis.extracts",
    "measure_coverage": "analysis.coverage",
    "read_plan": "improvement.plan.reading",
    "assess_status": "improvement.plan.status",
    "parse_timescale": "improvement.timescale.reading",
    "assess_evidence": "improvement.evidence.assessment",
    "assess_total": "improvement.evidence.assessment",
    "link_findings": "improvement.evidence.assessment_findings",
    "draw_interviewees": "improvement.evidence.interviews",
    "compare_heard": "improvement.evidence.interviews",
    "release": "disclosure.release",
    "build_agenda": "calibration.agenda",
    "read_decisions": "calibration.decisions",
    "apply_decisions": "calibration.decisions",
    "measure_effect": "calibration.effect",
    "measure_gaps": "calibration.effect",
    "write_agreed": "calibration.agreed_exports",
    "read_actions": "calibration.actions",
    "build_pack": "reports.pack.calibration_pack",
    "plot_nine_box": "figures.nine_box",
    "plot_box_by_group": "figures.nine_box",
    "plot_profile_heatmap": "figures.profile_heatmap",
    "plot_map_multiples": "figures.map_multiples",
    "plot_box_change": "figures.nine_box",
    "plot_caterpillar": "figures.managers",
    "plot_funnel": "figures.managers",
    "plot_list_lengths": "figures.list_length",
    "plot_rating_mixes": "figures.rating_mix",
    "plot_coverage": "figures.coverage",
    "build_report": "reports.workforce_report.report",
    "audit_workbook": "writing.accessibility",
    "run_scheduled": "runs.scheduled",
    "measure_succession": "analysis.succession",
    "measure_development": "analysis.development",
    "review_talent": "analysis.talent",
    "trace_movement": "analysis.movement_paths",
    "foresee_coverage": "analysis.coverage_outlook",
    "detail_agreement": "analysis.agreement",
    "plot_self_gap": "figures.self_gap",
    "plot_demand": "figures.demand",
    "plot_coverage_trend": "figures.coverage_trend",
    "plot_axis_shares": "figures.movement_paths",
    "plot_leaving": "figures.movement_paths",
}

# help() would print every name of this list in full, 46,000 characters; the page above gives the order of work.
__all__ = ["__version__"]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(f"my121_analytics.{_PUBLIC[name]}"), name)
    raise AttributeError(f"module 'my121_analytics' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC})


set_viewer(lambda: import_module("my121_analytics.viewing.viewer"))
