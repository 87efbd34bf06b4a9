"""An encrypted pack opens with its password, holds the whole workbook, and leaves nothing readable beside it."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from my121_analytics.errors import DataUnusableError, UsageError
from my121_analytics.reports.pack import calibration_pack as pack_module
from my121_analytics.reports.pack.calibration_pack import build_pack
from my121_analytics.settings import PackSettings, Settings
from my121_analytics.workforce.record import Workforce, build_workforce
from my121_analytics.writing.encryption import FEWEST_SIGNS, PASSWORD_VARIABLE, encrypt_workbook, find_password
from my121_analytics.writing.manifest import MANIFEST

PASSWORD = "otter plinth marmalade é"
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
"""How an encrypted Office file starts; a plain one starts as a zip."""


@pytest.fixture
def secure() -> None:
    pytest.importorskip("msoffcrypto")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise DataUnusableError("Not compared here.")

    monkeypatch.setattr(pack_module, "estimate_severity", refuse)
    monkeypatch.setattr(pack_module, "draw_pictures", lambda *_, **__: {})


def record() -> Workforce:
    ids = ["1", "2", "3", "9"]
    return build_workforce({
        "employees": pd.DataFrame({"employee_id": ids, "name": [f"Canary {i}" for i in ids]}),
        "posts": pd.DataFrame({"employee_id": ids, "post_id": [f"P{i}" for i in ids], "is_main": True,
                               "directorate": "Care", "service": "Homes", "team": "A",
                               "manager_id": ["9", "9", "9", None], "valid_from": pd.Timestamp("2020-01-01")}),
        "placements": pd.DataFrame({"employee_id": ids[:3], "post_id": ["P1", "P2", "P3"], "cycle": "2024/25 H1",
                                    "placed_on": pd.Timestamp("2024-09-01"), "rater_id": "9", "source": "manager",
                                    "performance": [2, 3, 1], "potential": [2, 2, 3], "box": [5, 4, 3]})})


def opened(data: bytes, password: str = PASSWORD) -> bytes:
    from msoffcrypto import OfficeFile

    file, plain = OfficeFile(io.BytesIO(data)), io.BytesIO()
    file.load_key(password=password, verify_password=True)
    file.decrypt(plain, verify_integrity=True)
    return plain.getvalue()


def test_what_is_encrypted_comes_back_byte_for_byte(secure: None) -> None:
    book, content = openpyxl.Workbook(), io.BytesIO()
    book.save(content)
    sealed = encrypt_workbook(content.getvalue(), PASSWORD)
    assert sealed[:8] == OLE
    assert opened(sealed) == content.getvalue()


def test_another_password_does_not_open_it(secure: None) -> None:
    from msoffcrypto.exceptions import InvalidKeyError

    book, content = openpyxl.Workbook(), io.BytesIO()
    book.save(content)
    with pytest.raises(InvalidKeyError):
        opened(encrypt_workbook(content.getvalue(), PASSWORD), PASSWORD.upper())


def test_an_encrypted_pack_is_the_plain_workbook_and_nothing_else(secure: None, tmp_path: Path,
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    settings = Settings(pack=PackSettings(encrypt=True))
    build_pack(record(), out=tmp_path / "plain")
    report = build_pack(record(), out=tmp_path / "sealed", settings=settings)
    assert set(report.files) == {"council/pack.xlsx", "care/pack.xlsx", MANIFEST}
    on_disk = {p.relative_to(report.out).as_posix(): p.read_bytes() for p in report.out.rglob("*") if p.is_file()}
    assert set(on_disk) == set(report.files)
    for name in ("council/pack.xlsx", "care/pack.xlsx"):
        inside, plain = (zipfile.ZipFile(io.BytesIO(data)) for data in (
            opened(on_disk[name]), (tmp_path / "plain" / name).read_bytes()))
        assert inside.namelist() == plain.namelist()
        assert [n for n in plain.namelist() if inside.read(n) != plain.read(n)] == []
    everything = b"".join(on_disk.values())
    for word in ("Canary", "otter", PASSWORD):
        for encoding in ("utf-8", "utf-16-le"):
            assert word.encode(encoding) not in everything


def test_the_run_says_what_was_left_out_of_an_encrypted_pack(secure: None, tmp_path: Path,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    monkeypatch.setattr(pack_module, "find_browser", lambda: None)
    report = build_pack(record(), out=tmp_path, settings=Settings(pack=PackSettings(encrypt=True)), pdf=True)
    said = [text for text in report.warnings if "encrypted" in text]
    assert len(said) == 1
    assert all(word in said[0] for word in ("pages", "pictures", "PDF"))
    assert not [text for text in report.warnings if "No PDF was written" in text]
    manifest = json.loads((tmp_path / MANIFEST).read_text("utf-8"))
    assert "encrypted" in manifest["warnings"]
    assert set(manifest["outputs"].values()) == {""}  # their bytes differ from run to run
    assert manifest["settings"]["pack"]["encrypt"] is True


@pytest.mark.parametrize(("password", "message"), [("", "no password is set"), ("   ", "too short"),
                                                   ("x" * (FEWEST_SIGNS - 1), "too short")])
def test_no_password_or_one_that_can_be_tried_out_stops_the_run_at_the_start(
        password: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, password)
    with pytest.raises(UsageError, match=message) as refused:
        build_pack(record(), out=tmp_path / "out", settings=Settings(pack=PackSettings(encrypt=True)))
    assert refused.value.hints
    assert not (tmp_path / "out").exists()


def test_a_missing_library_is_said_before_any_work_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, PASSWORD)
    monkeypatch.setitem(sys.modules, "msoffcrypto.format.ooxml", None)
    with pytest.raises(UsageError, match="extra 'secure'") as refused:
        find_password()
    assert "my121-analytics[secure]" in refused.value.hints[0]
