"""A small council, read once, and the reader put back after each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from my121_analytics.ingest.intake import Intake, read_exports
from my121_analytics.sample_council.council import make_sample
from my121_analytics.viewing.reader import ANALYST, show_for


@pytest.fixture(scope="session")
def intake(tmp_path_factory: pytest.TempPathFactory) -> Intake:
    folder = tmp_path_factory.mktemp("viewing") / "exports"
    make_sample(120, seed=5, folder=folder)
    return read_exports(folder, settings=folder / "my121.toml")


@pytest.fixture(autouse=True)
def _analyst_again() -> Iterator[None]:
    yield
    show_for(ANALYST)
