"""What a cell says: the spellings that ERPs write, one by one, and those that have no sure reading."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from my121_analytics.errors import SettingsError
from my121_analytics.framework.nine_box import build_framework
from my121_analytics.ingest.reading import cells
from my121_analytics.ingest.reading.cells import (
    clean,
    mend_encoding,
    parse_categories,
    parse_flags,
    parse_ids,
    parse_numbers,
    parse_texts,
    split_assignment,
)
from my121_analytics.ingest.reading.dates import parse_dates
from my121_analytics.ingest.reading.ratings import build_scales, is_near
from my121_analytics.settings import FrameworkSettings, RatingSettings, Settings

SCALES = build_scales(build_framework(), Settings())


def read_one(axis: str, text: str) -> tuple[int, str, str]:
    parsed = SCALES[axis].parse([text])
    return int(parsed.values[0]), parsed.faults[0], parsed.repairs[0]


@pytest.mark.parametrize(("axis", "text", "value"), [
    ("performance", "2", 2), ("performance", "2.0", 2), ("performance", "MEETS", 2), ("performance", "Exceeds – 3", 3),
    ("performance", "2 - Meets expectations", 2), ("performance", "(1) Partially meets", 1),
    ("performance", "Level 3", 3), ("performance", "PM", 1), ("performance", "  exceeds   expectations ", 3),
    ("performance", "", 0), ("performance", "#N/A", 0), ("performance", "Not rated", 0), ("performance", "-", 0),
    ("potential", "high", 3), ("potential", "Medium", 2), ("potential", "1 - Low", 1), ("potential", "3.0", 3),
    ("box", "7", 7), ("box", "Box 7", 7), ("box", "B7", 7), ("box", "Achieves & Exceeds", 7),
    ("box", "5 - Solid and Adaptable", 5), ("box", "New to Role and/or Needs Support", 3),
    ("box", "high potential to go further (1)", 1)])
def test_known_spellings_are_read_in_any_case_dash_or_bracket(axis, text, value):
    assert read_one(axis, text) == (value, "", "")


@pytest.mark.parametrize(("axis", "text", "value"), [
    ("performance", "Execeeds", 3), ("performance", "Exeeds – 3", 3), ("performance", "Partialy meets", 1),
    ("performance", "Meest", 2), ("potential", "Hgih", 3), ("box", "God Performer", 8),
    ("box", "5 - Solid and Adaptabel", 5)])
def test_a_misspelling_within_two_edits_of_one_label_is_repaired(axis, text, value):
    assert read_one(axis, text) == (value, "", "spelling_repaired")


@pytest.mark.parametrize(("axis", "text", "fault"), [
    ("performance", "4", "unknown_rating"), ("performance", "0", "unknown_rating"),
    ("performance", "1.5", "unknown_rating"), ("performance", "-1", "unknown_rating"),
    ("performance", "Satisfactory", "unknown_rating"), ("performance", "Unmet", "unknown_rating"),
    ("performance", "2 - Exceeds", "rating_code_label_disagree"), ("performance", "2/3", "ambiguous_rating"),
    ("performance", "Meets/Exceeds", "ambiguous_rating"), ("performance", "Meets or Exceeds", "ambiguous_rating"),
    ("potential", "H", "unknown_rating"), ("box", "10", "unknown_box"), ("box", "0", "unknown_box"),
    ("box", "12 - Solid and Adaptable", "unknown_box_code"), ("performance", "5 - Meets", "unknown_rating_code"),
    ("box", "9 - High Potential to Go Further", "box_code_label_disagree"), ("box", "5 or 6", "ambiguous_box")])
def test_what_has_no_sure_reading_is_stopped(axis, text, fault):
    assert read_one(axis, text) == (0, fault, "")


def test_a_dash_in_the_wrong_encoding_is_repaired_and_said():
    assert read_one("performance", "3 â€“ Exceeds") == (3, "", "encoding_repaired")
    assert mend_encoding("Oâ€™Neill") == "O’Neill"
    assert mend_encoding("3 \x96 Exceeds") == "3 – Exceeds"
    assert mend_encoding("Ângela") == "Ângela"


def test_four_levels_and_a_foreign_scale_are_settings():
    settings = Settings(framework=FrameworkSettings(performance_levels=["PIP", "Needs Improvement", "Fully Meets",
                                                                        "Exceeds"], has_potential=False))
    scale = build_scales(build_framework(settings), settings)["performance"]
    assert scale.parse(["Fully meets", "4", "PIP", "4 - Exceeds", "5"]).values.tolist() == [3, 4, 1, 4, 0]
    settings = Settings(ratings=RatingSettings(synonyms={"performance": {"Low": 1, "Good": "Meets", "A+": 3}}))
    scale = build_scales(build_framework(settings), settings)["performance"]
    assert scale.parse(["low", "GOOD", "a+", "Meets"]).values.tolist() == [1, 2, 3, 2]


def test_all_synonyms_that_stand_for_nothing_are_listed():
    settings = Settings(ratings=RatingSettings(synonyms={"performance": {"Low": 7}, "box": {"Star": "Starr"}}))
    with pytest.raises(SettingsError) as caught:
        build_scales(build_framework(settings), settings)
    assert len(caught.value.hints) == 2


@pytest.mark.parametrize(("text", "day"), [
    ("2024-05-01", "2024-05-01"), ("2024-05-01T10:30:00", "2024-05-01"), ("01/05/2024", "2024-05-01"),
    ("1.5.24", "2024-05-01"), ("01-May-24", "2024-05-01"), ("1 May 2024", "2024-05-01"),
    ("1st of May 2024", "2024-05-01"), ("May 1, 2024", "2024-05-01"), ("20240501", "2024-05-01"),
    ("45413", "2024-05-01"), ("45413.75", "2024-05-01"), ("01/05/2024 14:02", "2024-05-01"),
    ("Wed 01 May 2024", "2024-05-01"), ("01/02/70", "1970-02-01"), ("25/12/29", "2029-12-25"),
    ("29/02/2024", "2024-02-29")])
def test_dates_are_read_in_uk_order_and_in_every_way_that_leaves_no_doubt(text, day):
    found = parse_dates([text], latest_year=2030)
    assert found.parsed.faults[0] == ""
    assert found.parsed.values[0] == np.datetime64(day)


@pytest.mark.parametrize(("text", "fault"), [
    ("31/02/2024", "impossible_date"), ("12/25/2023", "impossible_date"), ("29/02/2023", "impossible_date"),
    ("01/01/1850", "impossible_date"), ("soon", "not_a_date"), ("Mar-24", "not_a_date"),
    ("12345678", "impossible_date"), ("99999", "not_a_date")])
def test_days_that_do_not_exist_are_stopped(text, fault):
    found = parse_dates([text, "13/01/2024"], latest_year=2030)
    assert found.parsed.faults[0] == fault


def test_end_of_time_means_open_end_and_is_no_fault():
    found = parse_dates(["31/12/2099", "4712-12-31", "31/12/9999", "01/01/1900", "n/a"])
    assert found.open_end.tolist() == [True, True, True, False, False]
    assert np.isnat(found.parsed.values).all()
    assert not found.parsed.faults.any()


def test_a_column_that_fits_the_other_order_better_stops_its_two_way_dates():
    found = parse_dates(["01/17/2019", "02/25/2019", "03/04/2019", "05/05/2019", "2019-01-02"])
    assert found.order_doubtful
    assert found.parsed.faults.tolist() == ["impossible_date", "impossible_date", "date_order_unsettled", "", ""]
    found = parse_dates(["01/17/2019", "25/02/2019", "03/04/2019"])
    assert not found.order_doubtful
    assert found.parsed.faults.tolist() == ["impossible_date", "", ""]


def test_the_order_of_day_and_month_is_a_setting():
    assert parse_dates(["01/17/19", "03/04/19"], "mdy").parsed.values.tolist() == \
        np.array(["2019-01-17", "2019-03-04"], dtype="datetime64[s]").tolist()
    assert parse_dates(["19/03/04"], "ymd").parsed.values[0] == np.datetime64("2019-03-04")


@given(st.dates(date(1930, 1, 1), date(2060, 12, 31)), st.sampled_from(
    ["%d/%m/%Y", "%Y-%m-%d", "%d-%b-%Y", "%d.%m.%Y", "%Y%m%d", "%d %B %Y", "%d/%m/%Y %H:%M", "%Y/%m/%d"]))
def test_any_day_comes_back_from_any_unambiguous_form(day, form):
    found = parse_dates([day.strftime(form)])
    if found.parsed.faults[0]:  # eight digits may be two real days; then nothing is guessed
        assert form == "%Y%m%d"
        assert found.parsed.faults[0] == "date_order_unsettled"
    else:
        assert found.parsed.values[0] == np.datetime64(day)


@given(st.dates(date(1930, 1, 1), date(2060, 12, 31)))
def test_any_day_comes_back_from_its_spreadsheet_serial(day):
    serial = str((day - date(1899, 12, 30)) // timedelta(days=1))
    assert parse_dates([serial]).parsed.values[0] == np.datetime64(day)


@pytest.mark.parametrize(("text", "value", "note"), [
    ("004711", "004711", ""), ("4711", "4711", ""), ("4711.0", "4711", "id_repaired"), ("1,234", "1234", "id_repaired"),
    ('="004711"', "004711", ""), ("'004711", "004711", ""), ("\u00a077 ", "77", ""), ("EMP 0123", "EMP 0123", ""),
    ("12E4", "12E4", ""), ("AB-12/3", "AB-12/3", ""), ("n/a", None, ""), ("1.23E+05", None, "scientific_id"),
    ("12.5", None, "bad_id"), ("John Smith", None, "bad_id"), ("x@y.gov.uk", None, "bad_id")])
def test_ids_are_text_and_only_artefacts_are_taken_off(text, value, note):
    parsed = parse_ids([text])
    assert parsed.values[0] == value
    assert (parsed.faults[0] or parsed.repairs[0]) == note


def test_ids_are_padded_only_to_a_width_that_is_set():
    assert parse_ids(["12", "0012", "123456", "A1"], 4).values.tolist() == ["0012", "0012", "123456", "A1"]


def test_an_assignment_suffix_parts_from_the_id():
    assert split_assignment("004711-2") == ("004711", True)
    assert split_assignment("E123/1") == ("E123", True)
    assert split_assignment("A-12") == ("A-12", False)


def test_flags_and_the_text_of_a_record():
    assert parse_flags(["Y", "no", "TRUE", "0", ""]).values.tolist() == [1, 0, 1, 0, -1]
    assert parse_flags(["x", "", "No"]).values.tolist() == [1, -1, 0]
    assert parse_flags(["x", "✓"]).faults.tolist() == ["not_yes_or_no", ""]  # beside a tick it could mean either
    assert parse_flags(["maybe", "Y"]).faults.tolist() == ["not_yes_or_no", ""]
    assert parse_flags(["We spoke of the budget.", "", "Good year."], free_text=True).values.tolist() == [1, -1, 1]


def test_numbers_and_shares():
    parsed = parse_numbers(["0.81", "81%", "1,200", "lots", ""], check=lambda v: v < 1000)
    assert parsed.values[:2].tolist() == [0.81, 0.81]
    assert parsed.faults.tolist() == ["", "", "bad_number", "bad_number", ""]


def test_two_kinds_of_silence_are_told_apart():
    parsed = parse_categories(["Prefers not to say", "unknown", "Sikh", "n/a"], protected=True)
    assert parsed.values.tolist() == ["Prefer not to say", "Not known", "Sikh", None]


def test_people_called_null_keep_their_name():
    assert parse_texts(["Null", "NULL", "Na", "N/A"], names=True).values.tolist() == ["Null", None, "Na", None]


def test_a_guarding_apostrophe_is_taken_off_and_others_stay():
    assert clean("'=cmd") == "=cmd"
    assert clean("'t Hooft") == "'t Hooft"
    assert clean("O'Neill") == "O'Neill"


@given(st.text(st.sampled_from("ab"), max_size=7), st.text(st.sampled_from("ab"), max_size=7))
def test_nearness_is_mutual(a, b):
    assert is_near(a, b) == is_near(b, a)


ODD = st.one_of(
    st.text(alphabet="aP0149 '=\"&_x-\n\t\u00a0\u2013é,", max_size=6),
    st.sampled_from(["", "nan", "n/a", "None", "Total", "000", "P000", "0012", "1234.0", " 12", "12 ", "A  B", "'12",
                     "=1", "x_x000D_y", "#FORMULA!", "O'Brien", "Ng, Wei", "ABC", "47I1"]))


@pytest.mark.parametrize("parse", [parse_ids, parse_texts, lambda texts: parse_texts(texts, names=True)])
@given(st.lists(ODD, max_size=12), st.integers(0, 3))
def test_texts_looked_at_together_read_as_they_do_alone(parse, texts, n_usual):
    texts = [*texts, *(f"P00012{k}" for k in range(n_usual))]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(cells, "_BLOCK", 2)
        together = parse(texts)
        patched.setattr(cells, "_find_odd", lambda texts, _, is_usual: [
            place for place, text in enumerate(texts) if not is_usual(text)])
        alone = parse(texts)
    assert list(together.values) == list(alone.values)
    assert list(together.faults) == list(alone.faults)
    assert list(together.repairs) == list(alone.repairs)
