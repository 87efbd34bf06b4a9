"""A notebook saved without anybody there is one page that shows an audience what passed the gate, and nothing else."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from my121_analytics.disclosure.kept import read_kept
from my121_analytics.errors import DisclosureError, UsageError
from my121_analytics.ingest.intake import read_exports
from my121_analytics.runs.notebook_pages import print_notebook
from my121_analytics.sample_council.council import make_sample

PARAMETERS = 'exports = "."\nsettings_file = ""\naudience = "analyst"'
READ = ("%matplotlib inline\nimport my121_analytics as my121\n"
        "record = my121.read_exports(exports, settings=settings_file).workforce\n"
        "released = my121.release(my121.tabulate_profile(record), audience=audience)")

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("notebooks") / "exports"
    make_sample(60, seed=3, folder=folder)
    return folder


def write(folder: Path, *cells: str, tagged: bool = True, reads: bool = True) -> Path:
    import nbformat  # takes seconds to load where all extras are installed: not while tests are collected
    from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

    first = new_code_cell(PARAMETERS)
    first.metadata["tags"] = ["parameters"] if tagged else []
    notebook = new_notebook(cells=[new_markdown_cell("# A page <b>of</b> figures"), first,
                                   *map(new_code_cell, (READ, *cells) if reads else cells)])
    path = folder / "a notebook.ipynb"
    nbformat.write(notebook, path)
    return path


def run(path: Path, exports: Path, audience: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    return print_notebook(path, source=exports, settings_file=exports / "my121.toml", audience=audience).decode()


@pytest.mark.slow
def test_frames_and_printed_lines_are_shown_to_the_analyst_only(
        tmp_path: Path, exports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "released", "record.employees.head(3)", "print(record.employees['name'].iloc[0])",
                 "my121.plot_nine_box(released).figure")
    public, named = (run(path, exports, audience, monkeypatch) for audience in ("publish", "analyst"))
    assert "Solid and Adaptable" in public
    assert public.count("has not passed the gate") == 2
    assert "data:image/png" in public
    assert "employee_id" in named
    assert "employee_id" not in public
    for page in (public, named):
        assert "<script" not in page
        assert not re.search(r"(?:src|href)=\"https?://", page)
        assert "default-src 'none'" in page
        assert "read_exports" not in page, "code is left out"
        assert page.count("<h1") == 1
        assert page.count("<img") == page.count('alt="A page')


@pytest.mark.slow
def test_a_notebook_that_stops_is_refused(tmp_path: Path, exports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="stopped with an error"):
        run(write(tmp_path, "1 / 0", reads=False), exports, "publish", monkeypatch)


def test_a_notebook_that_takes_no_audience_is_refused(
        tmp_path: Path, exports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="no cell tagged 'parameters'"):
        run(write(tmp_path, tagged=False), exports, "publish", monkeypatch)


@pytest.mark.slow
def test_a_page_for_others_cannot_show_what_was_released_for_the_analyst(
        tmp_path: Path, exports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden = "from my121_analytics.analysis.coverage import measure_coverage\nresult = measure_coverage(record)\n"
    named = write(tmp_path, hidden + "my121.release(result, audience='analyst').plot_coverage().figure")
    with pytest.raises(UsageError, match="stopped with an error"):
        run(named, exports, "publish", monkeypatch)
    path = write(tmp_path, hidden + "result.table('missing')", "result", "result.plot_coverage()", "record")
    page = run(path, exports, "publish", monkeypatch)
    assert "People who are named" in page or "not shown" in page
    assert "Analyst only" not in page
    assert "Released for: publish." in page
    assert "Bars of the share" in page, "a picture has its words"


@pytest.mark.slow
def test_what_a_notebook_releases_is_one_publication(
        tmp_path: Path, exports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    path = write(tmp_path, "my121.release(my121.measure_coverage(record), audience=audience)")
    given = {"source": exports, "settings_file": exports / "my121.toml", "publication": tmp_path / "goes out"}
    print_notebook(path, audience="publish", **given)
    assert len(read_kept(tmp_path / "goes out")) == 2, "profile and coverage"
    with pytest.raises(DisclosureError, match="small numbers could be worked out"):
        print_notebook(write(tmp_path, "from my121_analytics.errors import DisclosureError\n"
                                       "raise DisclosureError('It gives counts away.')"), audience="publish", **given)


@pytest.mark.slow
def test_the_projects_own_notebook_can_be_saved_for_publication(
        exports: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = Path(__file__).parents[2] / "notebooks" / "02_workforce_profile.ipynb"
    shutil.copy(own, tmp_path / own.name)
    page = run(tmp_path / own.name, exports, "publish", monkeypatch)
    people = read_exports(exports).workforce.employees["name"].astype("str")
    assert not [name for name in people if len(name) > 6 and name in page]
    # of so small a council groups, and the change since the last cycle, may be withheld as a whole
    assert 2 <= page.count("data:image/png") <= 4
