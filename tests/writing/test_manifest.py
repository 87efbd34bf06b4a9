"""The manifest says which bytes were written, by which command, and survives what other programs leave in its place."""

from __future__ import annotations

from pathlib import Path

from my121_analytics.writing.manifest import MANIFEST, OutputSet, read_manifest, read_sets, sha256_of, with_sets

OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
"""The first example of FIPS 180-2."""


def test_the_hash_of_bytes_and_of_a_file_is_the_published_one(tmp_path: Path) -> None:
    (tmp_path / "abc").write_bytes(b"abc")
    assert sha256_of(b"abc") == sha256_of(tmp_path / "abc") == OF_ABC


def test_what_belongs_to_which_command_comes_back_as_it_was_written(tmp_path: Path) -> None:
    sets = {"pack": OutputSet(False, {"care/pack.html": OF_ABC}), "profile": OutputSet(True, {"map.csv": ""})}
    (tmp_path / MANIFEST).write_bytes(with_sets(b"", sets))
    assert read_sets(tmp_path) == sets
    again = with_sets((tmp_path / MANIFEST).read_bytes(), sets)
    assert again == (tmp_path / MANIFEST).read_bytes()


def test_no_manifest_a_cut_one_and_another_products_are_none_of_ours(tmp_path: Path) -> None:
    for content in (None, '{"product": "my121', "[]", '{"product": "other", "belongs": {"pack": {}}}'):
        if content is not None:
            (tmp_path / MANIFEST).write_text(content, "utf-8")
        assert read_manifest(tmp_path) == {}
        assert read_sets(tmp_path) == {}
