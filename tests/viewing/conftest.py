"""A small council, read once, and the reader put back after each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from my121_analytics.ingest.intake import Intake, read_exports
from my121_analytics.viewing.reader import ANALYST, show_for


@pytest.fixture(scope="session")
def exports(small_exports: Path) -> Path:
    return small_exports


@pytest.fixture(scope="session")
def intake(exports: Path) -> Intake:
    return read_exports(exports, settings=exports / "my121.toml")


@pytest.fixture(autouse=True)
def _analyst_again() -> Iterator[None]:
    yield
    show_for(ANALYST)
