"""Draws charts without a browser, in a process of its own: `ui.pictures.drawer` starts it by its path.

It reads a line of JSON, how a chart is to be drawn and of how many bytes its spec is, then that spec, and
answers in the same way: a line, whether it was drawn and how many bytes come, then these.
"""

import json
import os
import sys
from contextlib import suppress
from pathlib import Path

import vl_convert


def drawn(ending: str, spec: str, scale: float) -> bytes:
    """A Vega-Lite spec as "png" or "svg"; nothing is fetched for it."""
    if ending == "png":
        return vl_convert.vegalite_to_png(spec, scale=scale, allowed_base_urls=[])  # type: ignore[no-any-return]
    svg: str = vl_convert.vegalite_to_svg(spec, allowed_base_urls=[])
    return svg.encode()


def serve() -> None:
    """Draw what is asked for, until nobody is left to ask."""
    with suppress(AttributeError, OSError):  # pages go before files; where memory is short this goes first
        os.nice(5)
        Path("/proc/self/oom_score_adj").write_text("700")
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    while head := asked.readline():
        how = json.loads(head)
        spec = asked.read(how["bytes"]).decode()
        try:
            content, is_drawn = drawn(how["ending"], spec, how["scale"]), True
        except Exception as error:
            content, is_drawn = str(error).encode(), False
        answers.write(json.dumps({"drawn": is_drawn, "bytes": len(content)}).encode() + b"\n" + content)
        answers.flush()


if __name__ == "__main__":
    serve()
