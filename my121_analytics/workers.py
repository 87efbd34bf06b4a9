"""Pieces of work side by side, in processes of their own: the same on Windows, Linux and macOS.

Each process is a fresh interpreter that is told over its pipe what to do. It never runs the caller's script again, as
``multiprocessing`` does where processes are spawned, so that a script without a main guard may use it too.
"""

from __future__ import annotations

import importlib
import os
import pickle
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import IO, Any, Self, TypeVar

from my121_analytics.errors import My121Error

Shared = TypeVar("Shared")
Item = TypeVar("Item")
Made = TypeVar("Made")

MOST = 8
"""Processes at most: each holds a copy of what they share."""
_LOOK_UP = 0.2
"""Seconds after which the waiting caller looks up, so that Ctrl-C is heard at once on Windows too."""
_GONE = (EOFError, OSError, pickle.UnpicklingError)


def count_cores() -> int:
    """Say how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Crew:
    """Processes that load what they need and wait; start them early and they are ready when the work comes.

    Parameters
    ----------
    n
        How many; 0 does all work in this process.
    module
        Loaded by each at once; holds the function that does the work.

    Notes
    -----
    Use it in a ``with`` statement: leaving it ends every process, also where Ctrl-C or a fault interrupts the work. A
    process whose caller is gone ends by itself.
    """

    def __init__(self, n: int, module: str) -> None:
        self._processes = [_start(module) for _ in range(min(n, MOST))]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None,
                 trace: TracebackType | None) -> None:
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait()
            for pipe in (process.stdin, process.stdout):
                _close(pipe)

    def share(self, work: Callable[[Shared, Item], Made], shared: Shared,
              items: Sequence[Item]) -> Iterator[tuple[Item, Made]]:
        """Do one piece of work for each item.

        Parameters
        ----------
        work
            A function of a module: of what is shared and one item.
        shared
            Sent to each process once.
        items
            Sent one at a time to whichever process is free.

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
        for item, is_made, made in self._lead_all((work, shared), items):
            if not is_made:
                raise made
            del left[item]
            yield item, made
        for item in left:
            yield item, work(shared, item)

    def _lead_all(self, task: tuple[Any, Any], items: Sequence[Any]) -> Iterator[tuple[Any, bool, Any]]:
        """Hand out the items; gives each with whether it was made and what came back, until no process is left."""
        todo: SimpleQueue[Any] = SimpleQueue()
        done: SimpleQueue[tuple[Any, bool, Any]] = SimpleQueue()
        for item in items:
            todo.put(item)
        threads = [Thread(target=_lead, args=(process, task, todo, done), daemon=True) for process in self._processes]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads) or not done.empty():
            try:
                yield done.get(timeout=_LOOK_UP)
            except Empty:
                continue


def serve(module: str) -> None:
    """Wait for work on standard input and answer on standard output, until the input ends."""
    asked, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not run into the answers
    importlib.import_module(module)
    try:
        work, shared = pickle.load(asked)
        while True:
            answers.write(_answer(work, shared, pickle.load(asked)))
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


def _start(module: str) -> subprocess.Popen[bytes]:
    code = (f"import sys; sys.path[:] = {sys.path!r}; from my121_analytics.workers import serve; serve({module!r})")
    # A group of its own: Ctrl-C is for the caller, who ends the others.
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    # There is a process for each core already: threads of linear algebra would only wait for each other.
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    return subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL, env=alone, **apart)


def _lead(process: subprocess.Popen[bytes], task: tuple[Any, Any], todo: SimpleQueue[Any],
          done: SimpleQueue[tuple[Any, bool, Any]]) -> None:
    """Hand one process its items one by one, until there are no more or it is gone."""
    if process.stdin is None or process.stdout is None:
        return
    try:
        _send(process.stdin, task)
        while True:
            item = todo.get_nowait()
            _send(process.stdin, item)
            is_made, made = pickle.load(process.stdout)
            done.put((item, is_made, made))
    except (Empty, *_GONE):
        return


def _send(pipe: IO[bytes], what: Any) -> None:
    pickle.dump(what, pipe, protocol=5)
    pipe.flush()


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is None:
        return
    try:
        pipe.close()
    except OSError:  # something unsent to a process that is gone
        return
