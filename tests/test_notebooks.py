"""The notebooks run from top to bottom on the sample council, and hold no stale output."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
WITH_PACKS = {"01_calibration_pack"}
"""Notebooks that write whole packs take half a minute: they run in the slow suite."""
EXECUTED = [pytest.param(path, id=path.stem, marks=[pytest.mark.slow] if path.stem in WITH_PACKS else [])
            for path in NOTEBOOKS]


@pytest.mark.parametrize("path", EXECUTED)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")  # of the kernel's own libraries
def test_the_notebook_runs_and_shows_its_pictures(path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(FOLDER.parent))
    notebook = nbformat.read(path, as_version=4)
    done = NotebookClient(notebook, timeout=240, kernel_name="python3",
                          resources={"metadata": {"path": str(FOLDER)}}).execute()
    outputs = [output for cell in done.cells if cell.cell_type == "code" for output in cell.outputs]
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    drawn = sum(".figure" in cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert len(pictures) == drawn
    assert not [o for o in outputs if o.output_type == "stream" and o.name == "stderr"], "a warning reached the reader"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_the_notebook_is_kept_without_output(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_the_notebook_holds_prose_and_calls_only(path):
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= 12
            assert "def " not in cell.source
