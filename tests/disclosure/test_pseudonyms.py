"""Pseudonyms join as the ids did, say nothing about them, and cannot be made without the key."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from my121_analytics.analysis.rating_patterns.severity import estimate_severity
from my121_analytics.cli.app import app
from my121_analytics.disclosure import pseudonyms
from my121_analytics.disclosure.pseudonyms import (
    KEY_FILE_VARIABLE,
    KEY_VARIABLE,
    load_key,
    make_pseudonyms,
    read_key,
    replace_ids,
)
from my121_analytics.disclosure.release import release
from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.figures.managers import describe_caterpillar, plot_caterpillar
from my121_analytics.sample_council.council import make_sample
from my121_analytics.settings import DisclosureSettings, Settings
from my121_analytics.workforce.results import Result, Table, describe

KEY = bytes(range(32))
FORM = re.compile(r"[PJ](-[0-9A-HJKMNP-TV-Z]{4}){3}")
ABOUT = describe("roster", counts="posts", as_of=date(2024, 9, 30), cycle="2024/25 H1", n=60)


@pytest.fixture(autouse=True)
def no_key_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (KEY_VARIABLE, KEY_FILE_VARIABLE):
        monkeypatch.delenv(name, raising=False)


def one(value: str, key: bytes = KEY, domain: str = "person") -> str:
    return str(make_pseudonyms(pd.Series([value]), key, domain=domain).iloc[0])


def test_a_pseudonym_is_the_keyed_hash_in_readable_signs() -> None:
    number = int.from_bytes(hmac.new(KEY, b"my121 person\x00001234", hashlib.sha256).digest(), "big") >> (256 - 60)
    signs = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    text = "".join(signs[number // 32**place % 32] for place in range(11, -1, -1))
    assert one("001234") == f"P-{text[:4]}-{text[4:8]}-{text[8:]}"
    assert FORM.fullmatch(one("001234"))


def test_the_same_key_gives_the_same_pseudonym_in_any_run_order_and_form() -> None:
    ids = pd.Series(["7", "12", None, "7"])
    first = make_pseudonyms(ids, KEY)
    again = make_pseudonyms(ids.astype("category").iloc[::-1], KEY)
    assert list(first.dropna()) == [one("7"), one("12"), one("7")]
    assert list(again.iloc[::-1].dropna()) == list(first.dropna())
    assert first.isna().tolist() == [False, False, True, False]


def test_another_key_another_kind_or_another_id_gives_another_pseudonym() -> None:
    assert len({one("7"), one("7", KEY[::-1]), one("7", domain="post"), one("07"), one("7 ")}) == 5
    assert one("7", domain="post").startswith("J-")


@pytest.mark.parametrize("n", [20_000, pytest.param(200_000, marks=pytest.mark.slow)])
def test_all_ids_have_pseudonyms_of_their_own_of_one_length(n: int) -> None:
    ids = pd.Series([f"{number:06d}" for number in range(n)]).astype("category")
    made = make_pseudonyms(ids, KEY)
    assert made.nunique() == n
    assert all(FORM.fullmatch(text) for text in made.iloc[::97].astype("str"))
    # The birthday bound for 60 bits: under 1 in a million, so that a council is never asked for another key.
    assert 200_000 ** 2 / 2 / 32.0 ** pseudonyms.LENGTH < 1e-6


def test_each_distinct_id_is_hashed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    make = pseudonyms._pseudonym
    monkeypatch.setattr(pseudonyms, "_pseudonym", lambda *given: calls.append(given) or make(*given))
    make_pseudonyms(pd.Series(["1", "2"] * 5000).astype("category"), KEY)
    assert len(calls) == 2


def test_two_ids_with_one_pseudonym_are_refused_rather_than_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pseudonyms, "_pseudonym", lambda value, key, domain: "P-0000-0000-0000")
    with pytest.raises(DataUnusableError, match="mix two people up") as refused:
        make_pseudonyms(pd.Series(["1", "2"]), KEY)
    assert "another key" in refused.value.hints[0]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8"), min_size=1), min_size=1, unique=True))
def test_any_texts_keep_apart_and_show_nothing_of_themselves(ids: list[str]) -> None:
    made = make_pseudonyms(pd.Series(ids, dtype="object"), KEY)
    assert made.nunique() == len(ids)
    assert all(text == "All" or FORM.fullmatch(text) for text in made)


def test_categories_stand_in_the_order_of_the_pseudonyms() -> None:
    made = make_pseudonyms(pd.Series([f"{n}" for n in range(50)]).astype("category"), KEY)
    categories = list(made.cat.categories)
    assert categories == sorted(categories)
    assert categories != list(made)


# A result -----------------------------------------------------------------------------------------------------------

def a_result() -> Result:
    people = pd.DataFrame({
        "employee_id": pd.Categorical(["1", "2", "3"]), "name": ["Ann", "Bo", "Cy"], "post_id": ["P1", "P2", "P3"],
        "manager_id": ["3", "3", None], "reason": ["told me so", "", ""], "origin_row": [2, 3, 4], "box": [5, 6, 7]})
    ratings = pd.DataFrame({"rater_id": ["3", "All"], "rater_name": ["Cy", "All"], "n": [2, 2]})
    boxes = pd.DataFrame({"box": [5, 6], "n": [30, 40]})
    return Result(ABOUT, {
        "people": Table(people, ("employee_id",), people=("employee_id", "name", "manager_id", "reason")),
        "ratings": Table(ratings, ("rater_id",), "n", people=("rater_id", "rater_name"), sums=("rater_id",)),
        "boxes": Table(boxes, ("box",), "n")})


def test_names_free_text_and_places_in_the_export_go_and_the_rest_stays() -> None:
    before = a_result()
    after = replace_ids(before, KEY)
    assert list(after.frame("people").columns) == ["employee_id", "post_id", "manager_id", "box"]
    assert list(after.frame("ratings").columns) == ["rater_id", "n"]
    assert after.tables["people"].people == ("employee_id", "manager_id")
    assert after.tables["boxes"] is before.tables["boxes"]
    assert list(before.frame("people")["name"]) == ["Ann", "Bo", "Cy"]
    assert sorted(after.frame("people")["box"]) == [5, 6, 7]


def test_an_employee_a_rater_and_a_manager_are_one_person_and_a_post_is_none() -> None:
    after = replace_ids(a_result(), KEY)
    people, ratings = after.frame("people"), after.frame("ratings")
    assert set(people["manager_id"].dropna()) == {one("3")} == set(ratings["rater_id"]) - {"All"}
    joined = people.merge(ratings, left_on="manager_id", right_on="rater_id")
    assert sorted(joined["box"]) == [5, 6]
    assert set(people["post_id"]) == {one(f"P{n}", domain="post") for n in (1, 2, 3)}


def test_the_order_of_rows_does_not_give_the_order_of_the_ids() -> None:
    n = 200
    frame = pd.DataFrame({"employee_id": [f"{i:04d}" for i in range(n)], "place": np.arange(n)})
    after = replace_ids(Result(ABOUT, {"t": Table(frame, ("employee_id",), people=("employee_id",))}), KEY)
    rows = after.frame("t")
    assert list(rows["employee_id"].astype("str")) == sorted(rows["employee_id"].astype("str"))
    assert abs(np.corrcoef(rows["place"], np.arange(n))[0, 1]) < 0.25  # 3.5 standard errors round no correlation
    assert list(rows.index) == list(range(n))


def test_managers_of_a_council_can_be_compared_and_drawn_under_pseudonyms() -> None:
    workforce = make_sample(120, seed=5).workforce
    plain = estimate_severity(workforce, axes=["performance"], sensitivity=False)
    hidden = replace_ids(plain, KEY)
    released = release(hidden, audience="analyst")
    alike = plain.frame("managers").assign(rater_id=lambda f: [one(str(i)) for i in f["rater_id"]])
    pd.testing.assert_series_equal(
        alike.set_index("rater_id")["estimate"].sort_index(),
        hidden.frame("managers").assign(rater_id=lambda f: f["rater_id"].astype("str")).set_index(
            "rater_id")["estimate"].sort_index())
    told = describe_caterpillar(released) + " ".join(
        text.get_text() for axes in plot_caterpillar(released).figure.axes for text in axes.texts)
    assert not [name for name in workforce.employees["name"].dropna() if name in told]
    assert FORM.search(told)


# The command line ---------------------------------------------------------------------------------------------------

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


def run(*arguments: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if isinstance(done.exception, UsageError):
        return done.exception.exit_code, str(done.exception)
    return done.exit_code, done.output


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False)


def test_a_check_with_pseudonyms_writes_a_record_that_joins_and_names_nobody(tmp_path: Path, small_exports: Path,
                                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, KEY.hex())
    assert run("check", small_exports, "--out", tmp_path / "plain")[0] == 0
    code, said = run("check", small_exports, "--out", tmp_path / "hidden", "--pseudonyms")
    assert code == 0
    assert "Not for publication" in said
    assert {p.name for p in (tmp_path / "hidden").iterdir()} == {"employees.csv", "placements.csv",
                                                                 "conversations.csv", "intake.json", "check.html",
                                                                 "chasing.csv", "missing.csv", "manifest.json"}
    plain, hidden = (read(tmp_path / name / "employees.csv") for name in ("plain", "hidden"))
    assert list(hidden["employee_id"]) == sorted(one(i) for i in plain["employee_id"])
    text = "".join(path.read_text("utf-8-sig") for path in (tmp_path / "hidden").iterdir())
    assert not [name for name in plain["name"] if name and name in text]
    assert not set(plain["employee_id"]) & set(re.findall(r"\w+", text))
    placements = read(tmp_path / "hidden" / "placements.csv")
    assert set(placements["employee_id"]) <= set(hidden["employee_id"])
    assert len(placements) == len(read(tmp_path / "plain" / "placements.csv"))


@pytest.mark.slow
def test_managers_with_pseudonyms_name_nobody_in_tables_and_pictures(tmp_path: Path,
                                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, KEY.hex())
    assert run("managers", SAMPLE, "--out", tmp_path, "--pseudonyms")[0] == 0
    names = read(SAMPLE / "truth" / "employees.csv")
    text = "".join(path.read_text("utf-8-sig") for path in tmp_path.iterdir() if path.suffix in (".csv", ".svg"))
    assert FORM.search(text)
    assert read(tmp_path / "managers.csv")["rater_id"].str.fullmatch(FORM).all()
    assert not set(names["employee_id"]) & set(re.findall(r"(?<![\w.])\d{6}(?![\w.])", text))


def test_pseudonyms_without_a_key_stop_the_command_before_anything_is_read(tmp_path: Path) -> None:
    code, said = run("check", SAMPLE, "--out", tmp_path / "out", "--pseudonyms")
    assert code == 2
    assert "no key" in said
    assert not (tmp_path / "out").exists()


# The key ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("text", "n_bytes"), [("0123456789ABCDEF" * 5, 40), ("correct horse battery staple fish", 33),
                                               ("é" * 3 + "abcdefgh" * 4, 38), (f"  {'0123456789abcdef' * 4}\n", 32)])
def test_a_key_is_read_as_hexadecimal_digits_or_as_text(text: str, n_bytes: int) -> None:
    assert len(read_key(text, where="the environment")) == n_bytes


@pytest.mark.parametrize("text", ["short", "ab" * 31, "0123456789abcdef0123456789abcdef", "x" * 31])
def test_a_short_key_is_refused_with_its_length_and_without_itself(text: str) -> None:
    with pytest.raises(UsageError, match=r"has \d+ bytes; expected 32 or more") as refused:
        read_key(text, where="the environment variable X")
    assert "the environment variable X" in str(refused.value)
    assert "secrets.token_hex(32)" in str(refused.value)
    assert text not in str(refused.value)


def test_a_key_that_repeats_itself_is_refused() -> None:
    with pytest.raises(UsageError, match="could be guessed"):
        read_key("a1" * 40, where="the environment")


def test_the_environment_comes_before_the_key_file_and_that_before_the_settings(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"{n} a key of more than thirty-two signs" for n in range(3)]
    for n in (1, 2):
        (tmp_path / f"{n}.key").write_text(texts[n] + "\n", "utf-8")
    chosen = Settings(disclosure=DisclosureSettings(pseudonym_key_file=str(tmp_path / "2.key")))
    assert load_key(chosen) == texts[2].encode()
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(tmp_path / "1.key"))
    assert load_key(chosen) == texts[1].encode()
    monkeypatch.setenv(KEY_VARIABLE, texts[0])
    assert load_key(chosen) == texts[0].encode()


def test_without_a_key_the_message_says_how_to_make_one_and_where_to_put_it() -> None:
    with pytest.raises(UsageError, match="no key") as refused:
        load_key()
    for word in (KEY_VARIABLE, KEY_FILE_VARIABLE, "pseudonym_key_file", "secrets.token_hex"):
        assert word in str(refused.value)


def test_a_key_file_that_is_not_there_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(tmp_path / "no.key"))
    with pytest.raises(UsageError, match=r"no\.key: the key file cannot be read"):
        load_key()


@pytest.mark.parametrize("place", ["exports/my.key", "exports/deep/my.key", "out/my.key", "exports/../out/x/my.key"])
def test_a_key_beside_the_data_is_refused(place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / place
    for folder in ("exports", "out"):
        (tmp_path / folder).mkdir()
    path.resolve().parent.mkdir(parents=True, exist_ok=True)
    path.resolve().write_text("a key of more than thirty-two signs", "utf-8")
    (tmp_path / "exports" / "people.csv").write_text("id", "utf-8")
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(path))
    for source in (tmp_path / "exports", tmp_path / "exports" / "people.csv"):
        with pytest.raises(UsageError, match="lies in the folder of the") as refused:
            load_key(source=source, out=tmp_path / "out")
        assert "apart from the data" in refused.value.hints[0]


def test_a_link_to_a_key_beside_the_data_is_seen_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "my.key").write_text("a key of more than thirty-two signs", "utf-8")
    try:
        (tmp_path / "elsewhere.key").symlink_to(tmp_path / "exports" / "my.key")
    except OSError:
        pytest.skip("this system makes no links")
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(tmp_path / "elsewhere.key"))
    with pytest.raises(UsageError, match="folder of the exports"):
        load_key(source=tmp_path / "exports")
