"""The demo shows a pack of an invented council, and touches nothing that is there."""

from __future__ import annotations

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
    again = CliRunner().invoke(app, ["demo", "--out", str(tmp_path / "demo")])
    assert "is there already" in str(again.exception)
