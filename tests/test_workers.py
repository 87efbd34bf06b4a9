"""Work shared among processes: all of it done, faults told, nothing left running."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from queue import SimpleQueue
from threading import Thread, current_thread
from typing import ClassVar

import pytest

from my121_analytics.errors import UsageError
from my121_analytics.workers import FEW, LARGE_EXPORTS, Crew, count_cores, spare_processes

HERE = "tests.test_workers"


def multiply(factor: int, number: int) -> tuple[int, int]:
    print("a print does not run into the answers")
    return factor * number, os.getpid()


def refuse_elsewhere(caller: int, item: int) -> int:
    if os.getpid() == caller:
        time.sleep(0.2)
        return item
    raise UsageError(f"There is no unit {item}.", hints=["Name another."])


def divide_elsewhere(caller: int, item: int) -> float:
    if os.getpid() == caller:
        time.sleep(0.2)
        return item
    return item / 0


def die(caller: int, item: int) -> int:
    if os.getpid() != caller:
        os._exit(9)
    return item


def wait_and_multiply(factor: int, number: int) -> tuple[int, int]:
    time.sleep(0.2)
    return factor * number, os.getpid()


def test_every_item_is_done_once_here_and_elsewhere():
    with Crew(2, HERE) as crew:
        list(crew.share(multiply, 1, range(3)))  # until all have loaded what they need
        time.sleep(0.1)
        made = dict(crew.share(wait_and_multiply, 7, range(9)))
    assert {item: product for item, (product, _) in made.items()} == {n: 7 * n for n in range(9)}
    processes = {process for _, process in made.values()}
    assert os.getpid() in processes
    assert len(processes) > 1


class Shared:
    """What is shared; notes which thread lays it out for another process."""

    laid_out_by: ClassVar[list[Thread]] = []

    def __reduce__(self) -> tuple[type, tuple[()]]:
        self.laid_out_by.append(current_thread())
        return Shared, ()


def give_back(shared: Shared, number: int) -> int:
    return number


def test_what_is_shared_is_laid_out_once_and_by_the_caller_before_anybody_works_on_it():
    Shared.laid_out_by.clear()
    with Crew(2, HERE) as crew:
        assert sorted(made for _, made in crew.share(give_back, Shared(), range(6))) == list(range(6))
    assert Shared.laid_out_by == [current_thread()]


def test_one_piece_of_work_after_another_goes_to_the_same_processes():
    with Crew(1, HERE) as crew:
        assert {item: product for item, (product, _) in crew.share(multiply, 2, [1, 2, 3])} == {1: 2, 2: 4, 3: 6}
        assert {item: product for item, (product, _) in crew.share(multiply, 5, [1, 2])} == {1: 5, 2: 10}


def test_work_that_was_given_up_leaves_no_answer_behind_for_the_next():
    with Crew(1, HERE) as crew:
        for _ in crew.share(wait_and_multiply, 2, [1, 2, 3, 4]):
            break
        assert {item: product for item, (product, _) in crew.share(multiply, 10, [5, 6, 7])} == {5: 50, 6: 60, 7: 70}


def test_what_was_begun_elsewhere_is_waited_for_and_what_is_shared_meanwhile_is_done():
    with Crew(1, HERE) as crew:
        finish = crew.begin(wait_and_multiply, 3, 5)
        shared = {item: product for item, (product, _) in crew.share(multiply, 2, [1, 2, 3, 4])}
        product, process = finish()
    assert product == 15
    assert process != os.getpid()
    assert shared == {1: 2, 2: 4, 3: 6, 4: 8}


def test_what_was_begun_is_done_here_where_there_is_no_other_process_or_it_died():
    with Crew(0, HERE) as crew:
        assert crew.begin(multiply, 3, 5)() == (15, os.getpid())
    with Crew(1, HERE) as crew:
        assert crew.begin(die, os.getpid(), 4)() == 4


def test_a_refusal_of_what_was_begun_is_raised_when_it_is_asked_for():
    with Crew(1, HERE) as crew:
        finish = crew.begin(refuse_elsewhere, os.getpid(), 7)
        with pytest.raises(UsageError, match="There is no unit 7"):
            finish()


def test_exports_that_are_small_start_no_process(tmp_path: Path):
    (tmp_path / "ratings.csv").write_bytes(b"a" * 1000)
    assert spare_processes(tmp_path) == 0
    (tmp_path / "more.csv").write_bytes(b"a" * LARGE_EXPORTS)
    assert spare_processes(tmp_path) == spare_processes(tmp_path / "more.csv") == min(count_cores() - 1, FEW)
    assert spare_processes(tmp_path / "nowhere") == 0


def test_without_processes_the_work_is_done_here():
    with Crew(0, HERE) as crew:
        assert [pid for _, (_, pid) in crew.share(multiply, 1, [1, 2])] == [os.getpid()] * 2


def test_a_refusal_comes_back_as_it_was_raised():
    with Crew(1, HERE) as crew, pytest.raises(UsageError) as refused:
        list(crew.share(refuse_elsewhere, os.getpid(), range(99)))
    assert refused.value.headline.startswith("There is no unit")
    assert refused.value.hints == ("Name another.",)
    assert refused.value.exit_code == 2


def test_a_fault_comes_back_with_the_place_where_it_happened():
    with Crew(1, HERE) as crew, pytest.raises(RuntimeError, match="ZeroDivisionError") as fault:
        list(crew.share(divide_elsewhere, os.getpid(), range(99)))
    assert "in divide_elsewhere" in str(fault.value)


def test_what_a_process_that_died_left_undone_is_done_here():
    with Crew(2, HERE) as crew:
        assert sorted(crew.share(die, os.getpid(), [1, 2, 3])) == [(1, 1), (2, 2), (3, 3)]


def test_whoever_comes_to_a_process_after_its_end_does_nothing():
    with Crew(1, HERE) as crew:
        helper, = crew._helpers
    todo = SimpleQueue()
    todo.put(1)
    helper.lead(b"", todo, SimpleQueue())
    assert todo.get_nowait() == 1


def test_leaving_ends_every_process_at_once():
    started = time.monotonic()
    processes = []

    def interrupt() -> None:
        with Crew(2, HERE) as crew:
            processes.extend(helper.process for helper in crew._helpers)
            for _ in crew.share(multiply, 1, [1]):
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupt()
    assert len(processes) == 2
    assert all(process.poll() is not None for process in processes)
    assert time.monotonic() - started < 60


def test_a_script_without_a_main_guard_is_not_run_again(tmp_path: Path):
    script = tmp_path / "script.py"
    script.write_text("print('once')\nfrom operator import mul\nfrom my121_analytics.workers import Crew\n"
                      "with Crew(1, 'operator') as crew:\n    print(dict(crew.share(mul, 6, [7])))\n")
    ran = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True,
                         env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])})
    assert ran.stdout.split("\n")[:2] == ["once", "{7: 42}"]


def test_there_is_at_least_one_core():
    assert count_cores() >= 1
