"""Nothing that was withheld is anywhere in what is published, and nothing that names people is open to others."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import stat
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from my121_analytics.cli import profile as profile_command
from my121_analytics.cli.app import app
from my121_analytics.cli.profile import write_profile
from my121_analytics.cli.release_files import write_tables
from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.inference.intervals import wilson_interval
from my121_analytics.publication import Publication
from my121_analytics.reports.pack import calibration_pack as pack_module
from my121_analytics.reports.pack.calibration_pack import build_pack
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import PackSettings, Settings
from my121_analytics.workforce.record import Workforce, build_workforce
from my121_analytics.workforce.results import Result, Table, describe
from my121_analytics.writing.manifest import MANIFEST
from my121_analytics.writing.staging import staged_run, write_atomic

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights in another way")
CYCLES = ("2023/24 H2", "2024/25 H1")
NAMES = ("Zebedee", "Quillon", "Xanthe", "Wolfram", "Ysolde")


def council(boxes: dict[str, dict[int, int]], owing: dict[str, int], *, before: int = 5) -> Workforce:
    """Make a record: for each unit how many are in each box (0: not placed) and how many are owed a conversation.

    All who are placed were in one box the cycle before.
    """
    rows = [(unit, box) for unit, counts in boxes.items() for box, n in sorted(counts.items()) for _ in range(n)]
    unit, box = (pd.Series(values) for values in zip(*rows, strict=True))
    ids = pd.Series([f"CNR{i:05d}" for i in range(len(rows))])
    posts = ids.str.replace("CNR", "PST")
    names = pd.Series([f"{NAMES[i % 5]} Canary{i:05d}" for i in range(len(rows))])
    boss = ids.groupby(unit).transform("first")
    placed = (box > 0).to_numpy()
    now = pd.DataFrame({"employee_id": ids, "post_id": posts, "cycle": CYCLES[1], "rater_id": boss, "box": box,
                        "placed_on": pd.Timestamp("2024-09-01")})[placed]
    earlier = now.assign(cycle=CYCLES[0], box=before, placed_on=pd.Timestamp("2024-03-01"))
    placements = pd.concat([now, earlier], ignore_index=True)
    placements = placements.assign(source="manager", performance=3 - (placements["box"] - 1) % 3,
                                   potential=3 - (placements["box"] - 1) // 3)
    has_talked = (ids.groupby(unit).cumcount() >= unit.map(owing)).to_numpy()
    talk = pd.DataFrame({"employee_id": ids, "post_id": posts, "rater_id": boss, "kind": "formal"})[has_talked]
    talks = [talk.assign(held_on=pd.Timestamp(day)) for day in ("2024-02-01", "2024-08-01")]
    return build_workforce({
        "conversations": pd.concat(talks, ignore_index=True),
        "employees": pd.DataFrame({"employee_id": ids, "name": names}),
        "posts": pd.DataFrame({"employee_id": ids, "post_id": posts, "is_main": True, "directorate": unit,
                               "service": unit + " Service", "team": unit + " Team",
                               "manager_id": boss.where(boss != ids, None),
                               "valid_from": pd.Timestamp("2020-01-01")}),
        "placements": placements})


def parts_of(path: Path) -> dict[str, bytes]:
    """Take a file apart: every part of a workbook, every block of a picture, every file within a page."""
    data = path.read_bytes()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            inner = {name: book.read(name) for name in book.namelist()}
            comments = b"".join([book.comment, *(entry.comment + entry.extra for entry in book.infolist())])
        parts = {"comments": comments} | inner
        for name, content in inner.items():
            if name.endswith(".png"):
                parts |= {f"{name}/{block}": text for block, text in png_blocks(content).items()}
        return parts
    if path.suffix == ".png":
        return png_blocks(data)
    parts = {"": data}
    for number, found in enumerate(re.findall(rb"data:[\w/+.-]+;base64,([A-Za-z0-9+/=]+)", data)):
        parts[f"embedded {number}"] = base64.b64decode(found)
    return parts


def png_blocks(data: bytes) -> dict[str, bytes]:
    """Give the blocks of a picture; the dots themselves are left out, compressed text is opened."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    blocks, at = {}, 8
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if kind in (b"zTXt", b"iCCP"):
            body += zlib.decompress(body.split(b"\0", 1)[1][1:])
        if kind != b"IDAT":
            blocks[f"{kind.decode()} {at}"] = body
        at += length + 12
    return blocks


def text_below(folder: Path) -> str:
    """Give everything below a folder as text, the names of files included."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        found.append(path.relative_to(folder).as_posix())
        found += [content.decode("utf-8", "replace") for content in parts_of(path).values()]
    return "\n".join(found)


def bytes_below(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


# What is published --------------------------------------------------------------------------------------------------

LARGE = {"Care": {1: 30, 2: 25, 4: 40, 5: 90, 6: 30, 8: 45, 0: 20}}
"""A unit with nothing to hide."""
SMALL, MIRRORED = {1: 4, 4: 2, 5: 3, 0: 3}, {1: 2, 4: 4, 5: 3, 0: 3}
"""Boxes 1 and 4 are one level of performance. Which larger numbers go along is chosen by what would be shown without,
so that only counts hidden in their own right may differ."""


def two_councils() -> tuple[Workforce, Workforce]:
    """Make two councils whose small units changed places: they differ in counts that are all withheld."""
    owing = {"Care": 60}
    return (council({**LARGE, "Kites": SMALL, "Larks": MIRRORED}, {**owing, "Kites": 3, "Larks": 4}),
            council({**LARGE, "Kites": MIRRORED, "Larks": SMALL}, {**owing, "Kites": 4, "Larks": 3}))


@pytest.fixture
def no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the comparison of managers, which is never published."""
    def refuse(*_: object, **__: object) -> None:
        raise DataUnusableError("There are ratings from 4 raters.")

    monkeypatch.setattr(pack_module, "estimate_severity", refuse)


@pytest.mark.slow  # two whole publications; the quick suite compares the published profiles
@pytest.mark.parametrize("pictures", [False, True])
def test_two_councils_that_differ_in_withheld_counts_alone_give_the_same_published_bytes(
        no_model: None, tmp_path: Path, pictures: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not pictures:
        monkeypatch.setattr(pack_module, "draw_pictures", lambda *_, **__: {})
    for name, record in zip(("one", "other"), two_councils(), strict=True):
        build_pack(record, out=tmp_path / name, audience="publish")
    one, other = bytes_below(tmp_path / "one"), bytes_below(tmp_path / "other")
    assert set(one) == set(other)
    assert {"council/pack.html", "council/pack.xlsx", "kites/pack.html", MANIFEST} <= set(one)
    assert ("council/figures/map.png" in one) == pictures
    assert [name for name in one if one[name] != other[name]] == []


def test_the_two_councils_can_be_told_apart_by_those_who_may_see_names(
        no_model: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack_module, "draw_pictures", lambda *_, **__: {})
    for name, record in zip(("one", "other"), two_councils(), strict=True):
        build_pack(record, out=tmp_path / name, unit="Kites")
    one, other = bytes_below(tmp_path / "one"), bytes_below(tmp_path / "other")
    assert {name for name in one if one[name] != other[name]} >= {"kites/pack.html", "kites/pack.xlsx", MANIFEST}


@pytest.mark.slow
def test_two_such_councils_give_the_same_published_tables_pictures_and_words(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = []
    for name, record in zip(("one", "other"), two_councils(), strict=True):
        write_profile(record, tmp_path / name, by="directorate", cycle=None, audience="publish", settings=Settings())
        told.append(capsys.readouterr())
    one, other = bytes_below(tmp_path / "one"), bytes_below(tmp_path / "other")
    assert set(one) >= {"map_by_group.csv", "nine_box.svg", "nine_box.png"}
    assert [name for name in one if one[name] != other[name]] == []
    assert told[0] == told[1]


def test_a_total_that_is_withheld_is_not_printed_on_the_terminal(
        tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile_command, "_draw", lambda *_, **__: None)
    record = council({"Kites": {5: 2, 6: 1}}, {"Kites": 0})
    record = record.with_tables(placements=record.placements[record.placements["cycle"] == CYCLES[1]])
    for audience, said in (("publish", "[c] posts in 2024/25 H1."), ("analyst", "3 posts in 2024/25 H1.")):
        write_profile(record, tmp_path / audience, by="directorate", cycle=None, audience=audience,
                      settings=Settings())
        assert said in capsys.readouterr().out


PLANTED = {1: 137, 2: 163}
"""Counts below the threshold of 200 set for the test, since 1 to 4 stand everywhere."""


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the exports of a council with planted counts in one unit, as an ERP would."""
    record = council({"Care": {1: 400, 2: 500, 5: 700}, "Kites": {**PLANTED, 5: 611}}, {"Care": 0, "Kites": 149})
    folder = tmp_path_factory.mktemp("exports")
    posts, people, placed = record.posts, record.employees, record.placements
    pd.DataFrame({"Employee ID": posts["employee_id"], "Name": people["name"], "Post ID": posts["post_id"],
                  "Directorate": posts["directorate"], "Service": posts["service"], "Team": posts["team"],
                  "Manager ID": posts["manager_id"], "Start date": "01/01/2020",
                  }).to_csv(folder / "people.csv", index=False)
    pd.DataFrame({"Employee ID": placed["employee_id"], "Review date": placed["placed_on"].dt.strftime("%d/%m/%Y"),
                  "Post ID": placed["post_id"], "Manager ID": placed["rater_id"], "Box": placed["box"],
                  }).to_csv(folder / "ratings.csv", index=False)
    (folder / "my121.toml").write_text("[disclosure]\nthreshold = 200\n", "utf-8")
    return folder


@contextmanager
def usual_rights() -> Iterator[None]:
    """Set the mask that most systems have: others may read what is made without a thought."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.fixture(scope="module")
def public_profile(exports: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The published profile of the planted council, and what was said on the way."""
    out = tmp_path_factory.mktemp("published") / "profile"
    with usual_rights():
        return out, run("profile", exports, "--out", out, "--audience", "publish", "--as-of", "2024-09-30")


@pytest.fixture(scope="module")
def named_profile(exports: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("named") / "profile"
    with usual_rights():
        run("profile", exports, "--out", out, "--as-of", "2024-09-30")
    return out


def run(*arguments: object) -> str:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.output
    return done.output


def assert_nothing_planted(text: str) -> None:
    """Look for the planted counts, what could be computed from them, and every name and id."""
    base = sum(PLANTED.values()) + 611
    for n in PLANTED.values():
        lower, upper = wilson_interval(n, base)
        assert not re.search(rf"(?<![\w#.,-]){n}(?![\w%]|[.,]\d)", text), f"the count {n}"
        for number in (n / base, float(lower), float(upper)):
            for digits in (f"{number:.6f}"[:-1], f"{number * 100:.5f}"[:-1], f"{number:.1%}"):
                assert digits not in text, f"{digits}, computed from {n}"
    assert f">{137 / base:.0%}<" not in text
    for word in ("Canary", "CNR0", "PST0", *NAMES):
        assert word not in text


@pytest.mark.slow
def test_planted_counts_and_names_are_in_no_byte_of_a_published_pack(no_model: None, exports: Path,
                                                                      tmp_path: Path) -> None:
    said = run("pack", exports, "--out", tmp_path, "--audience", "publish", "--as-of", "2024-09-30")
    text = text_below(tmp_path)
    assert "[c]" in text
    assert "Kites" in text
    assert_nothing_planted(text + said)


def test_planted_counts_and_names_are_in_no_byte_of_a_published_profile(public_profile: tuple[Path, str]) -> None:
    out, said = public_profile
    text = text_below(out)
    assert "Kites" in text
    assert_nothing_planted(text + said)


def test_the_search_finds_what_an_analyst_is_shown(named_profile: Path) -> None:
    with pytest.raises(AssertionError, match="the count 137"):
        assert_nothing_planted(text_below(named_profile))
    with pytest.raises(AssertionError, match="computed from 137"):
        assert_nothing_planted(f"{137 / 911!r}")


@pytest.mark.slow
def test_a_published_manifest_counts_no_rows_and_names_no_export(no_model: None, exports: Path, tmp_path: Path,
                                                                 monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack_module, "draw_pictures", lambda *_, **__: {})
    for audience in ("publish", "panel"):
        run("pack", exports, "--out", tmp_path / audience, "--audience", audience, "--unit", "Kites")
    published, own = (json.loads((tmp_path / name / MANIFEST).read_text("utf-8")) for name in ("publish", "panel"))
    left_out = ("inputs", "record", "row_counts")
    assert published["left_out"] == list(left_out)
    assert not any(published[name] for name in left_out)
    assert all(own[name] for name in left_out)
    text = text_below(tmp_path / "publish")
    assert "ratings.csv" not in text
    assert "There are ratings from 4 raters" not in text


@pytest.mark.slow
def test_the_published_pack_of_a_random_council_holds_no_name_and_no_id(tmp_path: Path) -> None:
    record = make_sample(83, seed=3).workforce
    report = build_pack(record, out=tmp_path, audience="publish", unit="Adult Care")
    assert report.units
    text = text_below(tmp_path)
    numbers = set(re.findall(r"[A-Za-z0-9]+", text))
    assert not {name for name in record.employees["name"].dropna() if name in text}
    for table, column in (("employees", "employee_id"), ("posts", "post_id"), ("placements", "rater_id")):
        assert not set(getattr(record, table)[column].dropna().astype("str")) & numbers


# What names people --------------------------------------------------------------------------------------------------

def rights_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def usual_mask() -> Iterator[None]:
    with usual_rights():
        yield


@posix_only
@pytest.mark.parametrize("audience", ["panel", "analyst", "publish"])
def test_only_what_anybody_may_read_is_open_to_others(no_model: None, usual_mask: None, audience: str, tmp_path: Path,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack_module, "draw_pictures", lambda *_, **__: {})
    out = tmp_path / "new" / "pack"
    build_pack(council(LARGE, {"Care": 60}), out=out, audience=audience, unit="Care")
    file, folder = (0o644, 0o755) if audience == "publish" else (0o600, 0o700)
    assert {rights_of(p) for p in out.rglob("*") if p.is_file()} == {file}
    assert {rights_of(p) for p in (out, *out.rglob("*")) if p.is_dir()} == {folder}


@posix_only
def test_each_command_writes_names_for_the_owner_alone(
        usual_mask: None, exports: Path, tmp_path: Path, named_profile: Path, public_profile: tuple[Path, str]) -> None:
    run("check", exports, "--out", tmp_path / "check")
    for folder, rights in ((tmp_path / "check", 0o600), (named_profile, 0o600), (public_profile[0], 0o644)):
        assert {rights_of(p) for p in folder.iterdir()} == {rights}
    assert rights_of(named_profile) == 0o700
    assert rights_of(public_profile[0]) == 0o755


@posix_only
def test_a_file_with_names_is_never_open_to_others_while_it_is_written(usual_mask: None, tmp_path: Path,
                                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    replace = Path.replace

    def look(self: Path, target: Path) -> Path:
        seen.append(rights_of(self))
        return replace(self, target)

    def refuse(*_: object) -> None:
        raise AssertionError("rights were changed after the file was made")

    monkeypatch.setattr(Path, "replace", look)
    monkeypatch.setattr(Path, "chmod", refuse)
    monkeypatch.setattr(os, "chmod", refuse)
    write_atomic(tmp_path / "names.csv", b"names")
    with staged_run(tmp_path / "out") as stage:
        stage.write("care/figures/map.svg", b"names")
        assert {rights_of(p) for p in stage.folder.rglob("*")} == {0o600, 0o700}
        assert rights_of(stage.folder) == 0o700
        assert rights_of(tmp_path / ".my121-out.lock") == 0o600
    assert seen == [0o600]
    assert {rights_of(tmp_path / "out" / name) for name in ("", "care", "care/figures")} == {0o700}


@posix_only
def test_an_old_file_that_others_may_read_is_replaced_by_one_that_they_may_not(usual_mask: None,
                                                                               tmp_path: Path) -> None:
    (tmp_path / "pack.html").write_bytes(b"names")
    with staged_run(tmp_path) as stage:
        stage.write("pack.html", b"names")
    assert rights_of(tmp_path / "pack.html") == 0o600


def test_a_folder_that_is_there_keeps_its_rights(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    before = rights_of(tmp_path / "shared")
    write_atomic(tmp_path / "shared" / "names.csv", b"names")
    assert rights_of(tmp_path / "shared") == before


def test_what_killed_runs_left_is_removed_and_what_is_being_written_is_not(tmp_path: Path) -> None:
    old, fresh, other = (tmp_path / name for name in (".my121-1-a [1].csv", ".my121-2-a [1].csv", ".my121-3-b.csv"))
    for path in (old, fresh, other):
        path.write_bytes(b"names")
    for path in (old, other):
        os.utime(path, (time.time() - 3600,) * 2)
    write_atomic(tmp_path / "a [1].csv", b"new")
    assert set(bytes_below(tmp_path)) == {fresh.name, other.name, "a [1].csv"}
    (tmp_path / ".my121-writing" / "care").mkdir(parents=True)
    (tmp_path / ".my121-writing" / "care" / "pack.html").write_bytes(b"names")
    with staged_run(tmp_path) as stage:
        stage.write("b.html", b"new")
    assert not (tmp_path / ".my121-writing").exists()


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["public", "encrypted"])
def test_a_public_or_encrypted_pack_is_not_put_beside_an_earlier_one_with_names(
        no_model: None, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack_module, "draw_pictures", lambda *_, **__: {})
    monkeypatch.setattr(pack_module, "find_password", lambda: "three random words")
    monkeypatch.setattr(pack_module, "encrypt_workbook", lambda content, password: b"sealed")
    record = two_councils()[0]

    def build(kind: str) -> None:
        build_pack(record, out=tmp_path, unit="Kites", audience="publish" if kind == "public" else "panel",
                   settings=Settings(pack=PackSettings(encrypt=kind == "encrypted")))

    build("named")
    before = bytes_below(tmp_path)
    with pytest.raises(UsageError, match="earlier pack that names people") as refused:
        build(kind)
    assert "--out" in refused.value.hints[0]
    assert bytes_below(tmp_path) == before
    for path in (tmp_path / "kites").iterdir():
        path.unlink()
    (tmp_path / MANIFEST).unlink()
    build(kind)
    build(kind)  # a second run of the same kind has nothing to fear
    build("named")


def test_a_table_that_is_not_published_is_named_where_an_earlier_run_left_it(
        tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame = pd.DataFrame({"employee_id": ["1"], "name": ["Ann Canary"]})
    about = describe("roster", counts="posts", as_of=date(2024, 9, 30), cycle=CYCLES[1], n=60)
    result = Result(about, {"people": Table(frame, ("employee_id",), people=("employee_id", "name"))})
    for audience in ("analyst", "publish"):
        write_tables(result, tmp_path, Publication(audience), files={"people": "people.csv"})
    assert "people.csv of an earlier run is still in" in capsys.readouterr().out
