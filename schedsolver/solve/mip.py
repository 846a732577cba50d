"""Integer programmes by HiGHS in a process of their own, which can be ended at any moment.

HiGHS looks at the clock too seldom to keep a time limit (34 s over a limit of 60 s was seen), and a
thread inside it cannot be ended; a process can, and it leaves the other processor to CP-SAT.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import IO, Any

from schedsolver.domain.arrays import IntArray
from schedsolver.errors import EngineLost
from schedsolver.solve.highs import MipResult, MipTask, run_mip

POLL_SECONDS = 0.05


def solve_mip(
    task: MipTask,
    stopped: Callable[[], bool],
    on_bound: Callable[[int], None] | None = None,
    on_values: Callable[[IntArray], None] | None = None,
) -> MipResult:
    """Search for integer solutions until done, out of limits, or told to stop.

    Parameters
    ----------
    task
        What to solve, and when to stop.
    stopped
        Asked many times a second; true ends the search at once.
    on_bound, on_values
        Called from this thread with each better bound and solution.

    Returns
    -------
    The best solution and whether it is proved; what was reported before when stopped.

    Raises
    ------
    EngineLost
        If the process dies.
    """
    # The same path: "-m" would look for modules in the working folder first, whatever the user keeps there.
    code = f"import sys; sys.path[:] = {sys.path!r}; from {__name__} import _serve; _serve()"
    # In a group of its own, Ctrl-C does not reach it: this process hears it and ends the search in order.
    group = 0 if os.name == "posix" else None
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=group
    )
    assert process.stdin is not None
    assert process.stdout is not None
    messages: queue.Queue[tuple[str, Any]] = queue.Queue()
    reader = threading.Thread(target=_read, args=(process.stdout, messages), daemon=True)
    reader.start()
    best: IntArray | None = None
    try:
        # A process that died already is reported by the reader. The pipe stays open: its end ends the process.
        with contextlib.suppress(BrokenPipeError):
            pickle.dump(task, process.stdin)
            process.stdin.flush()
        while not stopped():
            try:
                kind, content = messages.get(timeout=POLL_SECONDS)
            except queue.Empty:
                continue
            if kind == "done":
                return MipResult(*content)
            if kind == "lost":
                raise EngineLost(f"the HiGHS process ended with code {process.wait()}")
            if kind == "bound" and on_bound is not None:
                on_bound(content)
            if kind == "values":
                best = content
                if on_values is not None:
                    on_values(content)
        return MipResult(best, False)
    finally:
        process.kill()
        process.wait()
        reader.join()
        process.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()


def _read(stream: IO[bytes], messages: queue.Queue[tuple[str, Any]]) -> None:
    try:
        while True:
            messages.put(pickle.load(stream))
    except (EOFError, pickle.UnpicklingError):
        messages.put(("lost", None))


def _serve() -> None:
    """Solve the task on standard input and write what is found to standard output."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    def send(kind: str, content: object) -> None:
        pickle.dump((kind, content), out)
        out.flush()

    best_bound = -sys.maxsize

    def on_bound(bound: int) -> None:
        nonlocal best_bound
        if bound > best_bound:
            best_bound = bound
            send("bound", bound)

    try:
        task: MipTask = pickle.load(sys.stdin.buffer)
    except (EOFError, pickle.UnpicklingError):
        return  # the parent is gone
    threading.Thread(target=_end_with_parent, daemon=True).start()
    result = run_mip(task, on_bound, lambda values: send("values", values))
    send("done", (result.values, result.proved))


def _end_with_parent() -> None:
    """Wait for the end of standard input, which comes when the parent is gone, however it went."""
    # Not by sys.stdin: it is locked while one waits for it, and that is a fatal error where the interpreter ends first.
    while os.read(0, 1):
        pass
    os._exit(1)
