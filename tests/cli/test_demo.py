"""The demo shows a pack of an invented council, and touches nothing that is there."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from my121_analytics.cli.app import app


def test_the_demo_builds_exports_and_a_pack_and_refuses_a_second_time(bare_pack, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    done = CliRunner().invoke(app, ["demo", "--out", str(tmp_path / "demo"), "--employees", "60"])
    assert done.exit_code == 0, done.output
    page = tmp_path / "demo" / "pack" / "council" / "pack.html"
    assert page.is_file()
    assert opened == [page.resolve().as_uri()]
    notebooks = sorted((tmp_path / "demo" / "notebooks").glob("*.ipynb"))
    assert len(notebooks) == 8
    for notebook in notebooks:
        cells = json.loads(notebook.read_text("utf-8"))["cells"]
        given: dict[str, str] = {}
        exec("".join(next(c["source"] for c in cells if "parameters" in c["metadata"].get("tags", ()))), given)
        assert (notebook.parent / given["exports"]).resolve() == (tmp_path / "demo" / "exports").resolve()
        assert (notebook.parent / given["settings_file"]).is_file()
        assert "data/sample" not in notebook.read_text("utf-8")
    again = CliRunner().invoke(app, ["demo", "--out", str(tmp_path / "demo")])
    assert "is there already" in str(again.exception)
