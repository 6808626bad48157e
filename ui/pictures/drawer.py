"""The process that draws charts for files.

To draw a chart takes a second, for the whole of which the interpreter is held: within the server no page
would be drawn meanwhile. So a process of its own does it, for one chart after the other. It is begun with the
first and ended once none has come for a while, which gives back its memory.
"""

import atexit
import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from threading import Lock, Timer
from typing import IO

from ui.base.cache import Store

SCRIPT = Path(__file__).parent / "draw.py"
IDLE = 30.0  # seconds after which it ends
PATIENCE = 60.0  # seconds for a chart, after which it is ended
KEPT_BYTES = 20_000_000  # of files, so that a class that takes the same picture has it drawn once
LOST = "the chart could not be drawn: it took too long, or memory ran out; try again, or save its numbers"


class DrawingError(RuntimeError):
    """A chart could not be drawn; the message says why."""


class Drawer:
    """Draws one chart at a time; safe to use from several threads."""

    def __init__(self, idle: float = IDLE, patience: float = PATIENCE) -> None:
        self._idle, self._patience = idle, patience
        self._turn = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._kept: Store[bytes, memoryview] = Store(KEPT_BYTES)  # by what was asked for
        self._end: Timer | None = None
        atexit.register(self.close)

    def draw(self, ending: str, spec: str, scale: float = 1.0) -> bytes:
        """A Vega-Lite spec as a file of this ending, "png" or "svg".

        Raises DrawingError where it cannot be drawn.
        """
        content = spec.encode()
        head = json.dumps({"ending": ending, "scale": scale, "bytes": len(content)}).encode()
        key = sha256(head + content).digest()
        with self._turn:
            if (kept := self._kept.get(key)) is not None:
                return bytes(kept)
            self._keep()
            process = self._running()
            watch = Timer(self._patience, process.kill)
            watch.start()
            try:
                answer, found = _asked(process, head + b"\n" + content)
            except (OSError, ValueError, KeyError) as error:
                self._stop()
                raise DrawingError(LOST) from error
            finally:
                watch.cancel()
            self._leave()
            if not answer["drawn"]:
                raise DrawingError(f"the chart could not be drawn: {found.decode(errors='replace')}")
            self._kept.put(key, memoryview(found))
        return found

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def close(self) -> None:
        """End the process, once it has drawn what it is at."""
        with self._turn:
            self._keep()
            self._stop()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._stop()
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(SCRIPT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        return self._process

    def _keep(self) -> None:
        """It is needed: it does not end now."""
        if self._end is not None:
            self._end.cancel()
            self._end = None

    def _leave(self) -> None:
        """It ends by itself, unless another chart comes."""
        self._end = Timer(self._idle, self.close)
        self._end.daemon = True
        self._end.start()

    def _stop(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.communicate()  # closes its pipes
        self._process = None


def _asked(process: subprocess.Popen[bytes], request: bytes) -> tuple[dict[str, object], bytes]:
    """The answer to a request and what comes with it. Raises ValueError, KeyError or OSError without one."""
    asked, answers = _pipes(process)
    asked.write(request)
    asked.flush()
    answer = json.loads(answers.readline())
    found = answers.read(answer["bytes"])
    if len(found) != answer["bytes"]:
        raise ValueError("the answer breaks off")
    return answer, found


def _pipes(process: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


drawer = Drawer()
