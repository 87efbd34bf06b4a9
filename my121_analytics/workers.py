"""Pieces of work side by side, here and in further processes: alike on Windows, Linux and macOS.

Each further process is a fresh interpreter that is told over its pipe what to do. It never runs the caller's script
again, as ``multiprocessing`` does where processes are spawned, so that a script without a main guard may use it too.
"""

from __future__ import annotations

import gc
import importlib
import os
import pickle
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from types import TracebackType
from typing import IO, Any, Self, TypeVar, cast

from my121_analytics.errors import My121Error

Shared = TypeVar("Shared")
Item = TypeVar("Item")
Made = TypeVar("Made")

MOST = 7
"""Further processes at most: each holds a copy of what they share."""
FEW = 3
"""Processes started before anything is known of the work: the model has four parts at a time."""
LARGE_EXPORTS = 300_000
"""Bytes of exports from which a second process pays: it takes a second to load what it needs."""
_LOOK_UP = 0.2
"""Seconds after which the waiting caller looks up, so that Ctrl-C is heard at once on Windows too."""
_TASK, _ITEM = "task", "item"
"""Kinds of message to a process: what is to be done, and one thing to do it to."""
_GONE = (EOFError, OSError, pickle.UnpicklingError)


def count_cores() -> int:
    """Say how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def spare_processes(source: Path | str) -> int:
    """Say how many processes to start beside this one for the work on some exports, before they are read.

    Parameters
    ----------
    source
        An export file, or the folder that holds the exports.

    Returns
    -------
    int
        One for each further core, a few at most; 0 where the exports are small.
    """
    files = [Path(source), *(Path(source).glob("*") if Path(source).is_dir() else ())]
    size = sum(file.stat().st_size for file in files if file.is_file())
    return min(count_cores() - 1, FEW) if size >= LARGE_EXPORTS else 0


def collect_garbage_rarely() -> None:
    """Look for garbage a thousandth as often as Python would by itself, in a process that ends soon.

    Loading a thousand modules leaves two hundred thousand things that stay; looking through them again and again took a
    twentieth of a command's time.
    """
    gc.set_threshold(700_000, 20, 20)


class Crew:
    """Processes that load what they need and wait; start them early and they are ready when the work comes.

    Parameters
    ----------
    n
        How many beside this one; 0 does all work in this process.
    modules
        Loaded by each at once: what holds the functions that do the work, and what these load only when they run.

    Notes
    -----
    Use it in a ``with`` statement: leaving it ends every process, also where Ctrl-C or a fault interrupts the work. A
    process whose caller is gone ends by itself.
    """

    def __init__(self, n: int = 0, *modules: str) -> None:
        self._helpers = [_Helper(_start(modules)) for _ in range(min(n, MOST))]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None,
                 trace: TracebackType | None) -> None:
        for helper in self._helpers:
            helper.process.kill()
        for helper in self._helpers:
            helper.process.wait()
            helper.close()

    def begin(self, work: Callable[[Shared, Item], Made], shared: Shared, item: Item) -> Callable[[], Made]:
        """Let another process begin one piece of work; what is shared out afterwards waits for it there.

        Parameters
        ----------
        work, shared, item
            As for :meth:`share`.

        Returns
        -------
        callable
            Waits for what was made and gives it, or raises what ``work`` raised. Without another process, or where it
            died, the work is done when this is called.
        """
        todo: SimpleQueue[Any] = SimpleQueue()
        done: SimpleQueue[tuple[Any, bool, Any]] = SimpleQueue()
        todo.put(item)
        threads = [Thread(target=helper.lead, args=(pickle.dumps((_TASK, (work, shared)), protocol=5), todo, done),
                          daemon=True) for helper in self._helpers[-1:]]
        for thread in threads:
            thread.start()

        def finish() -> Made:
            for _, is_made, made in _wait_for(threads, done):
                if not is_made:
                    raise made
                return cast(Made, made)
            return work(shared, item)
        return finish

    def share(self, work: Callable[[Shared, Item], Made], shared: Shared,
              items: Sequence[Item]) -> Iterator[tuple[Item, Made]]:
        """Do one piece of work for each item, in this process too; give the largest first.

        Parameters
        ----------
        work
            A function of a module: of what is shared and one item.
        shared
            Sent to each process once.
        items
            Taken one at a time by whoever is free.

        Yields
        ------
        tuple
            An item and what was made of it, as they come. What a process leaves undone because it died is done here.

        Raises
        ------
        Exception
            As ``work`` raised it, for the first item that failed.
        """
        left = dict.fromkeys(items)
        for item, is_made, made in self._do_all(work, shared, items):
            if not is_made:
                raise made
            del left[item]
            yield item, made
        for item in left:
            yield item, work(shared, item)

    def _do_all(self, work: Callable[[Any, Any], Any], shared: Any,
                items: Sequence[Any]) -> Iterator[tuple[Any, bool, Any]]:
        """Hand out the items and take some; gives each with whether it was made and what came of it."""
        todo: SimpleQueue[Any] = SimpleQueue()
        done: SimpleQueue[tuple[Any, bool, Any]] = SimpleQueue()
        for item in items:
            todo.put(item)
        helpers = self._helpers[:max(len(items) - 1, 0)]
        # Before anybody works on what is shared: results fill in on it what they were asked for.
        task = pickle.dumps((_TASK, (work, shared)), protocol=5) if helpers else b""
        threads = [Thread(target=helper.lead, args=(task, todo, done), daemon=True) for helper in helpers]
        for thread in threads:
            thread.start()
        try:
            for item in _take_all(todo):
                yield item, True, work(shared, item)
                yield from _take_all(done)
        finally:
            for _ in _take_all(todo):  # nobody begins what is not wanted any more
                pass
        yield from _wait_for(threads, done)


def _wait_for(threads: Sequence[Thread], done: SimpleQueue[Made]) -> Iterator[Made]:
    """Take what comes until all who bring something have ended."""
    while any(thread.is_alive() for thread in threads) or not done.empty():
        try:
            yield done.get(timeout=_LOOK_UP)
        except Empty:
            continue


def _take_all(queue: SimpleQueue[Any]) -> Iterator[Any]:
    """Take what is in a queue until it is empty."""
    while True:
        try:
            yield queue.get_nowait()
        except Empty:
            return


def serve(*modules: str) -> None:
    """Wait for work on standard input and answer on standard output, until the input ends."""
    asked, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not run into the answers
    collect_garbage_rarely()
    for module in modules:
        importlib.import_module(module)
    try:
        while True:
            kind, what = pickle.load(asked)
            if kind == _TASK:
                work, shared = what
                continue
            answers.write(_answer(work, shared, what))
            answers.flush()
    except _GONE:
        return


def _answer(work: Callable[[Any, Any], Any], shared: Any, item: Any) -> bytes:
    try:
        return pickle.dumps((True, work(shared, item)), protocol=5)
    except My121Error as problem:
        return pickle.dumps((False, problem))
    except Exception as problem:
        return pickle.dumps((False, RuntimeError(f"{problem!r} in another process:\n{traceback.format_exc()}")))


def _start(modules: Sequence[str]) -> subprocess.Popen[bytes]:
    code = (f"import sys; sys.path[:] = {sys.path!r}; from my121_analytics.workers import serve; "
            f"serve(*{tuple(modules)!r})")
    # A group of its own: Ctrl-C is for the caller, who ends the others.
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    # There is a process for each core already: threads of linear algebra would only wait for each other.
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, env=alone, **apart)


class _Helper:
    """A further process and whoever leads it: one piece of work at a time."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self._is_led = Lock()

    def lead(self, task: bytes, todo: SimpleQueue[Any], done: SimpleQueue[tuple[Any, bool, Any]]) -> None:
        """Hand over the task and then items one by one, until there are no more or the process is gone."""
        asked, answers = self.process.stdin, self.process.stdout
        if asked is None or answers is None:
            return
        with self._is_led:  # work that was given up may have left it busy
            if asked.closed:
                return
            try:
                _send(asked, task)
                for item in _take_all(todo):
                    _send(asked, pickle.dumps((_ITEM, item), protocol=5))
                    is_made, made = pickle.load(answers)
                    done.put((item, is_made, made))
            except _GONE:
                return

    def close(self) -> None:
        """Close the pipes of a process that has ended, once whoever leads it has noticed."""
        with self._is_led:
            for pipe in (self.process.stdin, self.process.stdout):
                _close(pipe)


def _send(pipe: IO[bytes], what: bytes) -> None:
    pipe.write(what)
    pipe.flush()


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is None:
        return
    try:
        pipe.close()
    except OSError:  # something unsent to a process that is gone
        return
