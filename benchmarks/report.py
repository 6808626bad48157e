"""Keeping a benchmark's figures: JSON, Markdown and the chart of the README."""

import json
import os
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.peers import CORE
from benchmarks.timing import seconds, short
from benchmarks.training import Row

if TYPE_CHECKING:
    import altair

RESULTS = Path(__file__).parent / "results"
VECTORS = {"X86_V3": "AVX2", "X86_V4": "AVX-512", "AVX512F": "AVX-512"}  # NumPy's words for those it finds
LIBRARIES = ("numpy", "scikit-learn", "torch", "jax", "skglm")
ORANGE, BLUE, GREY, INK = "#E8590C", "#4C78A8", "#ADB5BD", "#212529"


def machine() -> dict[str, object]:
    """What a reader needs to judge the figures: processor, versions; nothing that names the machine."""
    found = np.show_config(mode="dicts")["SIMD Extensions"]["found"]
    return {
        "cpu": _cpu(),
        "cores": os.cpu_count(),
        "simd": found,
        "vectors": vector_features(found),
        "tanh_ns": tanh_nanoseconds(),
        "python": platform.python_version(),
        **{name: found for name in LIBRARIES if (found := _version(name))},
    }


def vector_features(found: Sequence[str]) -> str:
    """The processor's vector instructions that NumPy uses, such as "AVX2, AVX-512"; found: in NumPy's words.

    NumPy calls them by the levels of x86-64 since 2.4, and by their own names before and elsewhere.
    """
    known = dict.fromkeys(VECTORS.get(name, name) for name in found if not name.startswith("AVX512_"))
    if any(name.startswith("AVX512") for name in found):
        known["AVX-512"] = None
    return ", ".join(known) or "no vector instructions beyond the baseline"


def tanh_nanoseconds(n: int = 10_000, rounds: int = 50) -> float:
    """Time of np.tanh for one float32 in the cache, the best of some rounds, in nanoseconds."""
    Z = np.random.default_rng(0).standard_normal(n, np.float32)
    A = np.empty_like(Z)
    return min(seconds(lambda: np.tanh(Z, out=A)) for _ in range(rounds)) / n * 1e9


def described(about: dict[str, object]) -> str:
    """The machine in a line below a table."""
    apart = ("cpu", "cores", "simd", "vectors", "tanh_ns")
    listed = ", ".join(f"{key} {value}" for key, value in about.items() if key not in apart)
    return (
        f"{about['cpu']} with {about['vectors']}, {about['cores']} cores; "
        f"np.tanh takes {about['tanh_ns']:.2g} ns for a number; {listed}."
    )


def _cpu() -> str:
    """Model name of the processor."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def save(name: str, rows: Sequence[object], table: str) -> None:
    """Write results/<name>.json and results/<name>.md."""
    RESULTS.mkdir(exist_ok=True)
    about = machine()
    figures = {"machine": about, "rows": [row.as_dict() for row in rows]}
    text = json.dumps(figures, indent=1, ensure_ascii=False) + "\n"
    (RESULTS / f"{name}.json").write_text(text, encoding="utf-8")
    (RESULTS / f"{name}.md").write_text(f"{table}\n\n{described(about)}\n", encoding="utf-8")


def save_chart(rows: Sequence[Row]) -> None:
    """Write results/training.png, where Altair and vl-convert are installed."""
    try:
        import vl_convert
    except ImportError:
        print("No chart, since vl-convert is not installed; pip install vl-convert-python")
        return
    png = vl_convert.vegalite_to_png(chart(rows).to_json(), scale=2)
    (RESULTS / "training.png").write_bytes(png)


def chart(rows: Sequence[Row]) -> "altair.FacetChart":
    """One panel a shape, one row a contender, time as a multiple of this core's on a log axis."""
    import altair as alt

    bars = _bars(rows)
    ratios = [bar["ratio"] for bar in bars]
    scale = alt.Scale(type="log", domain=[min(ratios) / 1.5, max(ratios) * 2.5], nice=False)
    axis = alt.Axis(values=[0.1, 1, 10, 100, 1000], format="~g", domain=False, tickSize=0)
    base = alt.Chart(alt.Data(values=bars), width=280, height=alt.Step(22)).encode(
        y=alt.Y("peer:N", sort=_colors(rows)["domain"], title=None, axis=alt.Axis(ticks=False, domain=False)),
        x=alt.X("ratio:Q", scale=scale, axis=axis, title="time, this core = 1"),
        color=alt.Color("peer:N", legend=None, scale=alt.Scale(**_colors(rows))),
    )
    layers = [
        base.mark_bar(height=11).encode(x2="one:Q"),
        base.mark_point(filled=True, opacity=1, size=95),
        base.mark_text(align="left", dx=9, fontWeight="bold").encode(
            x="right:Q", text="label:N", color=alt.value(INK)
        ),
    ]
    shapes = list(dict.fromkeys(row.job for row in rows))
    facet = alt.Facet("job:N", sort=shapes, title=None, header=alt.Header(labelFontSize=13, labelColor=INK))
    return (
        alt.layer(*layers)
        .facet(facet, columns=2)
        .properties(title="Training 50 networks: L1 and L2 over 25 λ", background="white", padding=12)
        .configure_title(fontSize=16, color=INK, anchor="start")
        .configure_axis(labelColor=INK, titleColor=INK, labelFontSize=12, labelLimit=220, gridColor="#E9ECEF")
        .configure_view(stroke=None)
    )


def _bars(rows: Sequence[Row]) -> list[dict[str, object]]:
    """What the chart shows: the contenders that train the same thing, with this core's own as the unit."""
    return [
        {
            "job": row.job,
            "peer": row.peer,
            "ratio": row.ratio,
            "one": 1,
            "right": max(1, row.ratio),
            "label": f"{short(row.ratio, 2)}×",
        }
        for row in rows
        if row.peer == CORE or (row.agreement is not None and row.counts and "snapshots" not in row.peer)
    ]


def _colors(rows: Sequence[Row]) -> dict[str, list[str]]:
    """This core orange, contenders that train all networks at once blue, one by one grey."""
    peers = list(dict.fromkeys(row.peer for row in rows))
    return {
        "domain": peers,
        "range": [ORANGE if p == CORE else GREY if "one by one" in p else BLUE for p in peers],
    }
