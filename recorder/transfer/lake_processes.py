"""Bring up months of a lake in several processes at once.

Invariant: no process outlives the export, whatever ends that: an error, Ctrl-C, or `kill -9`.
"""

import os
import signal
import sys
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from functools import partial
from itertools import islice
from multiprocessing import active_children, get_context, parent_process
from threading import Thread
from types import ModuleType
from typing import Final, TypeAlias

from recorder.errors import RecorderError
from recorder.store.engine import Database
from recorder.transfer.lake_month import MonthDone, MonthTask, bring_up

Ending: TypeAlias = tuple[MonthTask, Callable[[], MonthDone]]
"""A month that has ended, and a function that returns what was done, or raises what went wrong."""

_AHEAD: Final = 2
"""Months that are handed out for each process, so that none waits for the next."""
_database: Database


def in_turn(database: Database, tasks: Iterator[MonthTask]) -> Generator[Ending, None, None]:
    """Bring up months in this process; yield each as it begins."""
    for task in tasks:
        yield task, partial(bring_up, database, task)


def in_processes(
    database: Database, tasks: Iterator[MonthTask], n: int
) -> Generator[Ending, None, None]:
    """Bring up months in n processes; yield each as it ends.

    Raises:
        BrokenProcessPool: one of the processes was killed.
        RecorderError: none can begin.
    """
    others, running = {*active_children()}, dict[Future[MonthDone], MonthTask]()
    with _pool(database, n) as pool:
        try:
            while True:
                for task in islice(tasks, _AHEAD * n - len(running)):
                    running[_submit(pool, task)] = task
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future.result
        except BaseException:  # a closed generator too
            for process in {*active_children()} - others:
                process.terminate()
            raise


def _pool(database: Database, n: int) -> ProcessPoolExecutor:
    context = get_context(
        "spawn"
    )  # a fork would share the connection, and the threads of libraries
    try:
        return ProcessPoolExecutor(n, context, initializer=_begin, initargs=(database,))
    except (OSError, NotImplementedError) as error:  # some containers share no memory
        raise _cannot_begin(error) from error


def _cannot_begin(error: OSError | NotImplementedError) -> RecorderError:
    why = getattr(error, "strerror", None) or error
    return RecorderError(f"no process of the export can begin: {why}: export with --jobs 1")


def _submit(pool: ProcessPoolExecutor, task: MonthTask) -> Future[MonthDone]:
    """Hand out a month, maybe to a new process: one that hears of no Ctrl-C, which its parent obeys for it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    # A new process would else run the file of the main module again, which may be stdin, or a script without a guard.
    main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
    try:
        return pool.submit(_run, task)
    except OSError as error:  # no memory for a process, or as many as there may be
        raise _cannot_begin(error) from error
    finally:
        sys.modules["__main__"] = main
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(database: Database) -> None:
    """Begin a process of an export."""
    global _database  # noqa: PLW0603  # what the executor hands to a process once
    _database = database
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _run(task: MonthTask) -> MonthDone:
    return bring_up(_database, task)
