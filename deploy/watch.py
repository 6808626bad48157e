"""The hosted server, watched from outside: python -m deploy.watch

Starts it and asks for its health. One that gives no answer any more hangs: it is killed and this ends too, so
that whoever runs it (Compose, systemd) starts it again, where an unhealthy container would only be called so.
That a server still warms up is an answer. What comes after the module's name goes to Streamlit.
"""

import logging
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from time import monotonic

COMMAND = (sys.executable, "-m", "streamlit", "run", "deploy/serve.py")
START_SECONDS = 120.0  # until its first answer
HUNG_SECONDS = 45.0  # without one after that; pages at work take up to some ten from it
ANSWER_SECONDS = 10.0
PAUSE_SECONDS = 5.0  # between two questions
log = logging.getLogger("watch")


def watch(
    command: tuple[str, ...],
    health: str,
    start: float = START_SECONDS,
    hung: float = HUNG_SECONDS,
    pause: float = PAUSE_SECONDS,
    wait: float = ANSWER_SECONDS,
) -> int:
    """Run a command whose health is told at this address; how it ended, or 1 where it hung."""
    server = subprocess.Popen(command)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: server.terminate())
    patience, until = start, monotonic() + start
    while server.poll() is None:
        if answers(health, wait):
            patience, until = hung, monotonic() + hung
        elif monotonic() > until:
            log.critical("The server has not answered for %g seconds. It is ended.", patience)
            server.kill()
            server.wait()
            return 1
        try:
            server.wait(pause)
        except subprocess.TimeoutExpired:
            continue
    return server.returncode


def answers(health: str, seconds: float) -> bool:
    """Whether anything is said there in time, be it that the server is not ready."""
    try:
        with urllib.request.urlopen(health, timeout=seconds):
            return True
    except urllib.error.HTTPError:
        return True
    except (OSError, ValueError):  # nobody listens, nothing came, or half of it
        return False


if __name__ == "__main__":
    logging.basicConfig(format="%(levelname)s %(message)s")
    port = os.environ.get("STREAMLIT_SERVER_PORT", "8501")
    sys.exit(watch((*COMMAND, *sys.argv[1:]), f"http://127.0.0.1:{port}/_stcore/health"))
