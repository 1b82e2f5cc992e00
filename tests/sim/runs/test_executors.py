"""Tasks in processes of this machine: a stop ends those under way at once."""

from __future__ import annotations

import signal
import threading
import time
from multiprocessing import active_children

import pytest

from sim.runs.executors import Crew, in_parallel

NEVER = 3600.0  # seconds of a task that nobody waits for: a test that did would not come to its end


def test_who_stops_early_does_not_wait_for_the_tasks_under_way() -> None:
    before = set(active_children())
    results = in_parallel(time.sleep, [(0.0,), *[(NEVER,)] * 5], workers=2)
    assert next(results) is None
    assert len(set(active_children()) - before) == 2
    results.close()
    assert set(active_children()) <= before


def test_a_task_that_raises_ends_the_others() -> None:
    before = set(active_children())
    with pytest.raises(ValueError, match="non-negative"):
        list(in_parallel(time.sleep, [(NEVER,), (-1.0,), (NEVER,)], workers=2))
    assert set(active_children()) <= before


def test_processes_without_a_task_end_as_they_are() -> None:
    crew = Crew(workers=2)
    assert crew.submit(abs, -3).result() == 3
    workers = active_children()
    crew.close()
    assert {one.exitcode for one in workers} <= {0, None}


def test_one_worker_hears_ctrl_c_while_it_works() -> None:
    def interrupt() -> None:
        time.sleep(0.2)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        Crew(workers=1).submit(time.sleep, NEVER)
    thread.join()
