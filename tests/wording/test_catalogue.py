"""The catalogue holds every code that the package asks for, and none of the words that it never uses."""

from __future__ import annotations

import ast
import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

import my121_analytics
from my121_analytics.wording.catalogue import codes, say

ROOT = Path(my121_analytics.__file__).parent
FILES = sorted((ROOT / "wording" / "en").glob("*.toml"))
SENTENCES = [(group, code, sentence) for path in FILES
             for group, entries in tomllib.loads(path.read_text("utf-8")).items() for code, sentence in entries.items()]
NEVER = {  # what the product does not say of anybody
    "biased": r"\bbias(ed)?\b", "significant": r"\bsignifican(t|tly|ce)\b",
    "rank": r"\b(rank|ranks|ranked|ranking)\b(?! nobody)",
    "low performer": r"\b(low|poor|under|bad|weak)[ -]?performers?\b", "league table": r"(?<!not a )\bleague tables?\b",
    "error of a person": r"\b(his|her|their|(manager|rater|employee|person|people)['’]?s['’]?) errors?\b",
}


@cache
def literal_calls():
    """List (file, line, group, code, keywords) of each ``say`` whose group and code stand in the source."""
    found = []
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say"):
                continue
            if len(node.args) == 2 and isinstance(node.args[0], ast.Constant):
                where = f"{path.relative_to(ROOT)}:{node.lineno}"
                names = None if any(k.arg is None for k in node.keywords) else {k.arg for k in node.keywords}
                found.append((where, node.args[0].value, patterns_of(node.args[1]), names))
    return found


def patterns_of(node):
    """Give the possible codes as patterns: a literal, both ends of a choice, or a literal around a name."""
    if isinstance(node, ast.Constant):
        return [re.escape(str(node.value))]
    if isinstance(node, ast.IfExp):
        return patterns_of(node.body) + patterns_of(node.orelse)
    if isinstance(node, ast.JoinedStr):
        return ["".join(re.escape(str(p.value)) if isinstance(p, ast.Constant) else ".+" for p in node.values)]
    return [".+"]


def fields_of(sentence):
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_the_package_asks_for_sentences():
    assert len(literal_calls()) > 10
    assert len(SENTENCES) > 50


def test_every_code_that_is_asked_for_exists():
    known = {group: set(codes(group)) for group, _, _ in SENTENCES}
    missing = [f"{where}: {group}.{pattern}" for where, group, patterns, _ in literal_calls() for pattern in patterns
               if not any(re.fullmatch(pattern, code) for code in known.get(group, ()))]
    assert missing == []


def test_every_literal_call_fills_the_sentence():
    sentences = {(group, re.escape(code)): sentence for group, code, sentence in SENTENCES}
    calls = [(where, sentences[group, pattern], names) for where, group, patterns, names in literal_calls()
             for pattern in patterns if names is not None and (group, pattern) in sentences]
    assert [f"{where}: {fields_of(told) - names}" for where, told, names in calls if fields_of(told) - names] == []


def faults_of(group, code, sentence):
    """Say what is wrong with a sentence; nothing where all is well."""
    if not isinstance(sentence, str) or not sentence.strip():
        return ["there is no sentence"]
    fields = fields_of(sentence)
    if not all(re.fullmatch(r"[a-z_][a-z_0-9]*", name) for name in fields):
        return [f"a field is no plain name: {fields}"]
    told = say(group, code, **dict.fromkeys(fields, 7))
    never = [word for word, pattern in NEVER.items() if re.search(pattern, told, re.IGNORECASE)]
    return (["a field is not filled"] if "{" in told else []) + [f"a word that we never use: {word}" for word in never]


def test_every_sentence_can_be_filled_and_uses_none_of_the_words_we_never_use():
    """One test for all of them: a thousand tests of a line each took longer to set up than to run."""
    assert {f"{group}.{code}": faults for group, code, sentence in SENTENCES
            if (faults := faults_of(group, code, sentence))} == {}


def test_no_code_is_written_twice():
    seen = Counter((group, code) for group, code, _ in SENTENCES)
    assert [pair for pair, n in seen.items() if n > 1] == []


def test_an_unknown_code_or_a_missing_figure_is_an_error_of_the_program():
    with pytest.raises(KeyError):
        say("caveat", "no_such_caveat")
    with pytest.raises(KeyError):
        say("no_such_group", "x")
    with pytest.raises(KeyError):
        say("agenda_question", "moved_far")


def test_what_an_analysis_declares_can_be_said():
    known = set(codes("caveat"))
    for path in [p for room in ("analysis", "calibration") for p in sorted((ROOT / room).rglob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "caveats" and isinstance(node.value, ast.Tuple):
                told = {c.value for c in node.value.elts if isinstance(c, ast.Constant)}
                assert told <= known, f"{path.name}: {told - known}"


def test_words_that_are_never_used_are_recognised():
    for told in ("This manager is biased", "rank 3 of 350", "A significant difference", "a low performer",
                 "the manager's error"):
        assert any(re.search(pattern, told, re.IGNORECASE) for pattern in NEVER.values()), told
