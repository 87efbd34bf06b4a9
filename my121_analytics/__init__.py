"""My 1:1 analytics: from ERP exports of ratings and placements to a calibration pack.

Public names are imported when first used, so that ``import my121_analytics`` and ``my121 --help`` stay quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from my121_analytics.version import __version__

_PUBLIC = {
    "read_exports": "ingest.intake",
    "make_sample": "sample_council.council",
    "load_settings": "settings",
    "tabulate_profile": "analysis.profile",
    "profile_groups": "analysis.group_profile",
    "track_movement": "analysis.movement",
    "estimate_severity": "analysis.rating_patterns.severity",
    "compare_self": "analysis.agreement",
    "compare_groups": "analysis.disparity",
    "compare_extracts": "analysis.extracts",
    "measure_coverage": "analysis.coverage",
    "read_plan": "improvement.plan.reading",
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
}

__all__ = ["__version__", *sorted(_PUBLIC)]


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(f"my121_analytics.{_PUBLIC[name]}"), name)
    raise AttributeError(f"module 'my121_analytics' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC})
