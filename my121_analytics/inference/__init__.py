"""Statistics without any HR in them: models of ordered ratings, intervals, lists with a known rate of chance names."""

from __future__ import annotations

from importlib import import_module
from typing import Any

_PUBLIC = {
    "fit_cumulative_link": "cumulative_link",
    "fit_cumulative_link_counts": "cumulative_link",
    "CumulativeLinkFit": "cumulative_link",
}
"""Imported when first used: scipy's optimisers are slow to load."""

__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(f"my121_analytics.inference.{_PUBLIC[name]}"), name)
    raise AttributeError(f"module 'my121_analytics.inference' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC})
