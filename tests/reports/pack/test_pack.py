"""The whole pack of a synthetic council: complete, repeatable, and nobody else's business in any file."""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from my121_analytics.analysis.profile import tabulate_profile
from my121_analytics.disclosure.kept import name_kept
from my121_analytics.disclosure.release import release
from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.publication import Publication
from my121_analytics.reports.pack import calibration_pack as pack_module
from my121_analytics.reports.pack.calibration_pack import PackReport, build_pack
from my121_analytics.reports.pack.pictures import draw_pictures
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import FrameworkSettings, Settings
from my121_analytics.workers import Crew
from my121_analytics.workforce.record import Workforce, build_workforce
from my121_analytics.writing.manifest import MANIFEST, sha256_of


@dataclass(frozen=True)
class Built:
    """One council's packs."""

    workforce: Workforce
    report: PackReport

    @property
    def out(self) -> Path:
        return self.report.out


@pytest.fixture(scope="module")
def workforce() -> Workforce:
    return make_sample(60, seed=7).workforce


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the model and the pictures, for tests that are about neither."""
    def refuse(*_: object, **__: object) -> None:
        raise DataUnusableError("Not compared here.")

    monkeypatch.setattr(pack_module, "estimate_severity", refuse)
    monkeypatch.setattr(pack_module, "draw_pictures", lambda *_, **__: {})


@pytest.fixture(scope="module")
def built(workforce: Workforce, tmp_path_factory: pytest.TempPathFactory) -> Built:
    out = tmp_path_factory.mktemp("packs with spaces – é")
    return Built(workforce, build_pack(workforce, out=out))


def content_of(path: Path) -> str:
    """Give everything a file holds as text, with workbooks unpacked."""
    data = path.read_bytes()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            return "\n".join(file.read(name).decode("utf-8", "replace") for name in file.namelist())
    return data.decode("utf-8", "replace")


def small(**changes: object) -> Workforce:
    """Give three people and their manager, in one cycle."""
    ids = ["1", "2", "3", "9"]
    tables = {
        "employees": pd.DataFrame({"employee_id": ids, "name": ["Ann", "Bo", "Cy", "Di"]}),
        "posts": pd.DataFrame({"employee_id": ids, "post_id": [f"P{i}" for i in ids], "is_main": True,
                               "directorate": "Care", "service": "Homes", "team": "A",
                               "manager_id": ["9", "9", "9", None],
                               "valid_from": pd.to_datetime(["2020-01-01"] * 4)}),
        "placements": pd.DataFrame({"employee_id": ids[:3], "post_id": ["P1", "P2", "P3"], "cycle": "2024/25 H1",
                                    "placed_on": pd.to_datetime(["2024-09-01"] * 3), "rater_id": "9",
                                    "source": "manager", "performance": [2, 3, 1], "potential": [2, 2, 3],
                                    "box": [5, 4, 3]})}
    return build_workforce({**tables, **changes}, settings=changes.get("settings"))  # type: ignore[arg-type]


def test_each_unit_and_the_council_get_a_page_a_workbook_and_pictures(built: Built) -> None:
    units = sorted(built.workforce.posts_in_cycle(built.workforce.latest_cycle)["directorate"].dropna().unique())
    assert list(built.report.units) == units
    on_disk = sorted(p.relative_to(built.out).as_posix() for p in built.out.rglob("*") if p.is_file())
    assert on_disk == sorted(built.report.files)
    for folder in {name.split("/")[0] for name in on_disk if "/" in name}:
        assert {f"{folder}/analyst.html", f"{folder}/pack.html", f"{folder}/pack.xlsx", f"{folder}/figures/map.svg",
                f"{folder}/figures/map.png"} <= set(on_disk)
    assert len({name.split("/")[0] for name in on_disk if "/" in name}) == len(units) + 1
    assert built.report.warnings == ()


def test_every_first_page_keeps_to_its_words(built: Built) -> None:
    for path in built.out.glob("*/pack.html"):
        first = re.search(r'<section id="first".*?</section>', path.read_text("utf-8"), re.S)
        assert first is not None
        words = re.sub(r"<[^>]+>", " ", re.sub(r"<svg.*?</svg>", " ", first[0], flags=re.S)).split()
        assert 50 < len(words) <= 250


def test_the_manifest_matches_the_files_and_names_nobody(built: Built) -> None:
    text = (built.out / MANIFEST).read_text("utf-8")
    manifest = json.loads(text)
    assert set(manifest["outputs"]) | {MANIFEST} == set(built.report.files)
    for name, digest in manifest["outputs"].items():
        assert sha256_of(built.out / name) == digest
    assert not [name for name in built.workforce.employees["name"].dropna() if name in text]
    assert not re.search(r"\d\d:\d\d", text)


@pytest.mark.slow
def test_the_same_record_gives_the_same_bytes(built: Built, tmp_path: Path) -> None:
    again = build_pack(built.workforce, out=tmp_path / "again")
    assert again.files == built.report.files
    different = [name for name in again.files if (again.out / name).read_bytes() != (built.out / name).read_bytes()]
    assert different == []


def test_three_people_give_the_same_bytes_twice(tmp_path: Path) -> None:
    one, two = (build_pack(small(), out=tmp_path / name) for name in ("one", "two"))
    assert one.files == two.files
    assert [name for name in one.files if (one.out / name).read_bytes() != (two.out / name).read_bytes()] == []


def test_no_file_of_a_unit_holds_a_name_or_id_from_another_unit(built: Built) -> None:
    workforce = built.workforce
    posts = workforce.posts_in_cycle(workforce.latest_cycle)
    unit_of = posts.groupby(posts["employee_id"].astype("str"))["directorate"].agg(lambda d: set(d.astype("str")))
    cycle = workforce.latest_cycle
    placed = workforce.placements[workforce.placements["cycle"] == cycle]
    raters, managers = (rows.groupby(rows["employee_id"].astype("str"))[column].agg(
        lambda ids: set(ids.dropna().astype("str"))) for rows, column in ((placed, "rater_id"), (posts, "manager_id")))
    folders = json.loads((built.out / MANIFEST).read_text("utf-8"))["options"]["units"]
    for folder, unit in folders.items():
        if not unit:
            continue
        inside = {person for person, units in unit_of.items() if unit in units}
        above = {boss for person in inside for boss in (*raters.get(person, ()), *managers.get(person, ()))}
        inside_names = {workforce.names[person] for person in inside | above}
        outside = [person for person in unit_of.index if person not in inside | above]
        text = "\n".join(content_of(path) for path in (built.out / folder).rglob("*")
                         if path.suffix in (".html", ".xlsx", ".svg"))
        ids = set(re.findall(r"\b\d+\b", text))
        leaked = [person for person in outside if person in ids
                  or (workforce.names[person] not in inside_names and workforce.names[person] in text)]
        assert leaked == [], f"{unit} shows people of other units"


def test_decisions_list_everyone_of_the_unit_once_with_the_current_placement(built: Built) -> None:
    workforce, unit = built.workforce, built.report.units[0]
    folders = json.loads((built.out / MANIFEST).read_text("utf-8"))["options"]["units"]
    folder = next(folder for folder, name in folders.items() if name == unit)
    page = openpyxl.load_workbook(built.out / folder / "pack.xlsx")["Decisions"]
    table = next(iter(page.tables.values()))
    head, *rows = [[c.value for c in row] for row in page[table.ref]]
    decisions = pd.DataFrame(rows, columns=head)
    posts = workforce.posts_in_cycle(workforce.latest_cycle)
    here = posts[posts["directorate"] == unit]
    assert not decisions.duplicated(["employee_id", "post_id"]).any()
    gone = workforce.employees.set_index("employee_id")["left_on"].notna()
    expected = {str(e) for e in here["employee_id"] if not gone.get(e, False)}
    assert expected <= set(decisions["employee_id"])
    placed = workforce.placements
    placed = placed[(placed["cycle"] == workforce.latest_cycle) & (placed["source"] == "manager")]
    box = placed.sort_values("placed_on").drop_duplicates(["employee_id", "post_id"], keep="last")
    box = box.set_index([box["employee_id"].astype("str"), box["post_id"].astype("str")])["box"]
    for row in decisions.dropna(subset=["box"]).itertuples():
        assert str(row.box).startswith(f"{box[(row.employee_id, row.post_id)]} - ")
    positions = decisions["question"].notna().to_numpy()
    assert (np.diff(positions.astype(int)) <= 0).all()  # those on the agenda come first


def test_severity_is_fitted_once_for_all_packs(workforce: Workforce, quick: None, tmp_path: Path,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    fit = pack_module.estimate_severity

    def count(*given: object, **options: object) -> object:
        calls.append(options)
        return fit(*given, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(pack_module, "estimate_severity", count)
    report = build_pack(workforce, out=tmp_path)
    assert len(report.units) > 1
    assert len(calls) == 1


def test_one_unit_alone_keeps_its_folder_and_its_papers(quick: None, tmp_path: Path) -> None:
    record = small()
    posts = record.posts.assign(directorate=["A & B", "A and B", "A & B", "A and B"])
    record = record.with_tables(posts=posts)
    whole, alone = build_pack(record, out=tmp_path / "w"), build_pack(record, out=tmp_path / "a", unit="A and B")
    assert whole.units == ("A & B", "A and B")
    folder = "a-and-b-2"
    assert set(alone.files) == {f"{folder}/{name}" for name in ("pack.html", "analyst.html", "pack.xlsx", MANIFEST)} | {
        MANIFEST}
    for name in (f"{folder}/{name}" for name in ("pack.html", "analyst.html", "pack.xlsx", MANIFEST)):
        assert (alone.out / name).read_bytes() == (whole.out / name).read_bytes()


def test_each_pack_has_a_manifest_of_its_own_files_only(quick: None, tmp_path: Path) -> None:
    report = build_pack(small(), out=tmp_path)
    units = [name for name in report.files if name.endswith(f"/{MANIFEST}")]
    assert len(units) == len(report.units) + 1
    for name in units:
        manifest = json.loads((tmp_path / name).read_text("utf-8"))
        folder = name.rpartition("/")[0]
        assert list(manifest["options"]["units"]) == [folder]
        assert set(manifest["outputs"]) == {file for file in report.files if file.startswith(f"{folder}/")} - {name}
        for file, digest in manifest["outputs"].items():
            assert sha256_of(tmp_path / file) == digest


def test_unknown_units_cycles_audiences_and_columns_are_usage_errors(workforce: Workforce, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Did you mean 'Adult Care'"):
        build_pack(workforce, out=tmp_path, unit="Adult Car")
    with pytest.raises(UsageError, match="no cycle '2031/32'"):
        build_pack(workforce, out=tmp_path, cycle="2031/32")
    with pytest.raises(UsageError, match="audience 'manager'"):
        build_pack(workforce, out=tmp_path, audience="manager")
    with pytest.raises(UsageError, match="by 'grade'"):
        build_pack(workforce, out=tmp_path, by="grade")
    assert list(tmp_path.iterdir()) == []


def test_progress_runs_from_nothing_to_all(quick: None, tmp_path: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    report = build_pack(small(), out=tmp_path, progress=lambda done, total, what: seen.append((done, total, what)))
    assert seen[0][0] == 0
    assert seen[-1][0] == seen[-1][1] == len(report.units) + 2  # the units, the council, the comparison of managers
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)


def page_text(out: Path, folder: str = "council") -> str:
    return (out / folder / "pack.html").read_text("utf-8")


def test_three_people_in_one_cycle_still_get_a_pack(tmp_path: Path) -> None:
    report = build_pack(small(), out=tmp_path)
    assert report.units == ("Care",)
    assert any("earlier cycle" in warning for warning in report.warnings)
    assert "first cycle in the record" in page_text(tmp_path, "care")
    assert "cannot tell" in page_text(tmp_path, "care")


def test_a_record_without_raters_says_why_managers_are_not_compared(tmp_path: Path) -> None:
    record = small()
    report = build_pack(record.with_tables(placements=record.placements.assign(rater_id=None)), out=tmp_path)
    assert any("could not be compared" in warning for warning in report.warnings)
    assert "names its rater" in page_text(tmp_path)


def test_a_unit_without_any_placement_is_all_to_complete(quick: None, tmp_path: Path) -> None:
    record = small()
    posts = pd.concat([record.posts, record.posts.assign(directorate="Roads", employee_id="8", post_id="P8").head(1)])
    report = build_pack(record.with_tables(posts=posts), out=tmp_path, unit="Roads")
    assert report.units == ("Roads",)
    assert "1 post, 0 placed" in page_text(tmp_path, "roads")


def test_a_record_without_any_placement_is_refused_with_a_word(tmp_path: Path) -> None:
    record = small()
    with pytest.raises(DataUnusableError, match="holds no placements"):
        build_pack(record.with_tables(placements=record.placements.head(0)), out=tmp_path)


def test_only_self_placements_are_shown_as_nobody_placed(quick: None, tmp_path: Path) -> None:
    record = small()
    own = record.placements.assign(source="self", rater_id=record.placements["employee_id"])
    build_pack(record.with_tables(placements=own), out=tmp_path)
    assert "4 posts, 0 placed" in page_text(tmp_path)


@pytest.mark.parametrize("levels", [2, 4])
def test_another_rating_scale_shows_the_rating_mix(tmp_path: Path, levels: int) -> None:
    settings = Settings(framework=FrameworkSettings(performance_levels=[f"Level {i}" for i in range(1, levels + 1)]))
    record = small()
    placements = record.placements.drop(columns=["potential", "box"]).assign(performance=[1, 2, levels])
    other = build_workforce({"employees": record.employees, "posts": record.posts, "placements": placements},
                            settings=settings)
    build_pack(other, out=tmp_path)
    assert "The ratings</h2>" in page_text(tmp_path)
    page = openpyxl.load_workbook(tmp_path / "care" / "pack.xlsx")
    assert "Map" not in page.sheetnames
    head = [c.value for c in page["Decisions"][next(iter(page["Decisions"].tables.values())).ref][0]]
    assert "agreed_performance" in head
    assert "agreed_box" not in head


def test_an_earlier_cycle_knows_nothing_of_later_ones(quick: None, workforce: Workforce, tmp_path: Path) -> None:
    labels = list(workforce.cycles["label"].astype("str"))
    build_pack(workforce, out=tmp_path, cycle=labels[2], unit="Adult Care")
    text = page_text(tmp_path, "adult-care")
    assert labels[2] in text
    assert not [label for label in labels[3:] if label in text]


def test_hostile_people_and_units_stay_text_in_every_file(tmp_path: Path) -> None:
    names = ["=cmd|'/c calc'!A1", "<script>alert(1)</script>", "\u202eegdirB \"Q\" 😀", "x" * 300]
    record = small(employees=pd.DataFrame({"employee_id": ["1", "2", "3", "9"], "name": names}))
    posts = record.posts.assign(directorate="=HYPERLINK(\"http://example.org\")", service="<b>S</b>", team="@T")
    report = build_pack(record.with_tables(posts=posts), out=tmp_path)
    for name in report.files:
        text = content_of(tmp_path / name)
        if name.endswith((".html", ".svg")):
            assert "<script" not in text
            assert "<b>S" not in text
        if name.endswith(".xlsx"):
            assert "<f>" not in text
            assert "TargetMode=\"External\"" not in text
    assert {name.split("/")[0] for name in report.files if "/" in name} == {"council", "hyperlink-http-example-org"}


def test_a_failure_midway_leaves_the_old_pack_whole(quick: None, tmp_path: Path,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    record = small()
    build_pack(record, out=tmp_path)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    write = pack_module.write_workbook
    done: list[int] = []

    def fail_on_second(book: object) -> bytes:
        done.append(1)
        if len(done) == 2:
            raise MemoryError
        return write(book)  # type: ignore[arg-type]

    monkeypatch.setattr(pack_module, "write_workbook", fail_on_second)
    changed = record.with_tables(placements=record.placements.assign(performance=2, box=5, potential=2))
    with pytest.raises(MemoryError):
        build_pack(changed, out=tmp_path)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


@pytest.mark.slow
def test_publish_packs_hold_no_name_id_or_small_count(workforce: Workforce, quick: None, tmp_path: Path) -> None:
    report = build_pack(workforce, out=tmp_path, audience="publish")
    text = "\n".join(content_of(tmp_path / name) for name in report.files)
    assert not [name for name in workforce.employees["name"].dropna() if name in text]
    assert not set(workforce.employees["employee_id"].astype("str")) & set(re.findall(r"\b\d+\b", text))
    book = openpyxl.load_workbook(tmp_path / "council" / "pack.xlsx")
    table = next(iter(book["Map"].tables.values()))
    head, *rows = [[c.value for c in row] for row in book["Map"][table.ref]]
    counts = [row[head.index("Posts")] for row in rows]
    assert all(n == "[c]" or n == 0 or n >= 5 for n in counts)


@pytest.mark.slow
def test_a_public_pack_is_proved_together_with_what_its_readers_have(workforce: Workforce, quick: None,
                                                                     tmp_path: Path) -> None:
    first = build_pack(workforce, out=tmp_path / "one", audience="publish")
    assert build_pack(workforce, out=tmp_path / "named").kept == b""
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / name_kept(first.kept)).write_bytes(first.kept)
    again = build_pack(workforce, out=tmp_path / "two", audience="publish",
                       beside=Publication("publish", workforce.settings, folders=[tmp_path / "kept"]))
    before, after = (json.loads(one.kept)["results"] for one in (first, again))
    for then, now in zip(before, after, strict=True):
        if then["topic"] != "movement":  # of which more may be kept back: rare steps give each other away
            assert now["tables"] == then["tables"], then["subject"]


def test_a_pdf_is_printed_where_a_browser_is_installed(quick: None, tmp_path: Path,
                                                       monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pack_module, "find_browser", lambda: Path("browser"))
    monkeypatch.setattr(pack_module, "print_pdf", lambda html, browser: b"%PDF-1.4 " + html[:10])
    report = build_pack(small(), out=tmp_path, pdf=True)
    assert "care/pack.pdf" in report.files
    assert json.loads((tmp_path / MANIFEST).read_text("utf-8"))["outputs"]["care/pack.pdf"] == ""
    monkeypatch.setattr(pack_module, "find_browser", lambda: None)
    report = build_pack(small(), out=tmp_path / "b", pdf=True)
    assert "care/pack.pdf" not in report.files
    assert any("No PDF was written" in warning for warning in report.warnings)




@pytest.mark.slow
def test_packs_written_side_by_side_have_the_bytes_of_packs_written_one_by_one(built: Built, tmp_path: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    with Crew(2, pack_module.__name__) as crew:
        report = build_pack(built.workforce, out=tmp_path, crew=crew, progress=lambda *step: seen.append(step))
    assert report.files == built.report.files
    for name in report.files:
        assert (tmp_path / name).read_bytes() == (built.out / name).read_bytes(), name
    assert [done for done, _, _ in seen] == sorted(done for done, _, _ in seen)
    assert {total for _, total, _ in seen} == {len(report.units) + 2}


@pytest.mark.usefixtures("quick")
@pytest.mark.slow
def test_a_folder_that_cannot_be_written_to_is_told_and_left_alone_with_processes_too(tmp_path: Path) -> None:
    (tmp_path / "packs" / "care" / "pack.xlsx").mkdir(parents=True)
    with pytest.raises(UsageError), Crew(1, pack_module.__name__) as crew:
        build_pack(small(), out=tmp_path / "packs", crew=crew)
    assert not list(tmp_path.rglob("*.html"))


def test_small_councils_and_public_packs_start_no_processes(workforce: Workforce, monkeypatch: pytest.MonkeyPatch,
                                                            ) -> None:
    def choose(audience: str = "panel") -> int:
        publication = pack_module._begin_publication(audience, workforce.settings, "directorate", None)
        plan = pack_module._make_plan(workforce, publication, None, None, None, False)
        pack_module._crew_for(plan, None)
        return started[-1]

    started: list[int] = []
    monkeypatch.setattr(pack_module, "Crew", lambda n, module: started.append(n))
    monkeypatch.setattr(pack_module, "count_cores", lambda: 4)
    assert choose() == 0
    monkeypatch.setattr(pack_module, "FEWEST_POSTS", 1)
    monkeypatch.setattr(pack_module, "FEWEST_SHARED", 1)
    assert choose() == min(3, len(workforce.posts_in_cycle(workforce.latest_cycle)["directorate"].unique()))
    assert choose("publish") == 0
    monkeypatch.setattr(pack_module, "count_cores", lambda: 1)
    assert choose() == 0


def test_a_pack_whose_map_is_withheld_whole_has_no_picture_of_it(workforce):
    released = release(tabulate_profile(workforce, by="service"), audience="panel", unit="Adult Care")
    framework = workforce.framework
    assert set(draw_pictures({"profile": released}, framework, is_council=False)) == {"map"}
    without = {name: frame for name, frame in released.tables.items() if name not in ("map", "ratings")}
    object.__setattr__(released, "tables", without)
    assert draw_pictures({"profile": released}, framework, is_council=False) == {}
