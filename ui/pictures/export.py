"""Pictures as files: SVG and PNG drawn without a browser, and the numbers behind them as CSV."""

import io
import json
import re
import zipfile
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import numpy as np
import pandas as pd

from ui.base.foreign import spreadsheet_cell
from ui.base.theme import INKS, LAST_LABEL, Y_AXIS_WIDTH
from ui.pictures.drawer import drawer
from ui.pictures.picture import Picture

WIDTH = 1200  # pixels, of the whole picture
PADDING = 24
PNG_SCALE = 2
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"  # the first comes with the exporter, for its PNG
PLAIN = {"₁ₛₑ": "_1se", "ₘᵢₙ": "_min", "ₘₐₓ": "_max"}  # for which its font has no letters
WIDE = re.compile(r"([a-z])0")  # the first of the columns v0, v1, …; a lone r2 is none of them


def svg(picture: Picture, theme: str = "light") -> str:
    """The picture as an SVG of WIDTH pixels, its sliders where they open. theme: of the background."""
    return drawer.draw("svg", still(picture, theme)).decode()


def png(picture: Picture, theme: str = "light") -> bytes:
    """The picture as a PNG, PNG_SCALE dots for each pixel of the SVG."""
    return drawer.draw("png", still(picture, theme), PNG_SCALE)


def still(picture: Picture, theme: str) -> str:
    """The spec as JSON with its tables in it, at a width of its own and with nothing left to move.

    A slider stands at the table `chosen` where there is one, else where the spec puts it.
    """
    if picture.spec is None:
        raise ValueError(f"{picture.key} has no chart to draw; its tables can be saved as CSV")
    inner = WIDTH - 2 * PADDING - Y_AXIS_WIDTH - LAST_LABEL
    spec = deepcopy(picture.spec)
    spec["params"] = [standing(param, picture.tables, inner) for param in spec.get("params", ())]
    for panel in spec.get("vconcat", (spec,)):
        panel["width"] = inner
    spec["padding"] = PADDING
    spec["config"] |= {"background": INKS[theme].page, "font": FONT}
    spec["datasets"] = {name: records(table) for name, table in picture.tables.items()}
    text = json.dumps(spec, allow_nan=False, ensure_ascii=False)
    for word, plain in PLAIN.items():
        text = text.replace(word, plain)
    return text


def standing(param: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], width: int) -> dict[str, Any]:
    """A param without its slider and its timer, at the value that the picture opens with."""
    still = {name: value for name, value in param.items() if name not in ("bind", "on")}
    chosen = tables.get("chosen")
    if param["name"] == "k" and chosen is not None and len(chosen):
        still["value"] = int(chosen.k.iloc[0])
    if param["name"] == "room":  # the width of the picture, which the browser measures
        still["value"] = width
    return still


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as JSON can hold them: what is not finite becomes null."""
    columns = {name: _plain(table[name]) for name in table.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _plain(column: pd.Series) -> list[Any]:
    if column.dtype.kind == "f":
        return [value if np.isfinite(value) else None for value in column.tolist()]
    return [None if value is None or value != value else value for value in column.tolist()]


def numbers_ending(picture: Picture) -> str:
    """How the file of the numbers ends: "csv" where there is one table, else "zip"."""
    return "csv" if len(_exported(picture)) == 1 else "zip"


def _exported(picture: Picture) -> list[str]:
    return [name for name in picture.tables if name not in picture.helpers]


def numbers(picture: Picture) -> bytes:
    """The numbers behind the picture: the one table as CSV, or a ZIP of all with a line on each."""
    tables = {name: with_titles(name, picture) for name in _exported(picture)}
    if numbers_ending(picture) == "csv":
        return csv(next(iter(tables.values())))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        lines = [
            f"{name}.csv: {len(table):,} rows of {', '.join(table.columns[:8])}"
            + (", …" if len(table.columns) > 8 else "")
            for name, table in tables.items()
        ]
        about = [
            f"The numbers behind the picture “{picture.key}” of Regularization Lab.",
            picture.alt,
            "",
            *lines,
        ]
        archive.writestr("README.txt", "\n".join(about) + "\n")
        for name, table in tables.items():
            archive.writestr(f"{name}.csv", csv(table))
    return file.getvalue()


def with_titles(name: str, picture: Picture) -> pd.DataFrame:
    """A table whose columns v0, v1, … say what they stand at: "v at λ = 0", "v at λ = 0.1"."""
    table, titles = picture.tables[name], picture.tables.get(picture.positions.get(name, "readout"))
    if titles is None or "title" not in titles:
        return table
    words = {
        f"{found[1]}{k}": f"{found[1]} at {title}"
        for column in table.columns
        if (found := WIDE.fullmatch(column))
        for k, title in enumerate(titles.title)
    }
    return table.rename(columns=words)


def csv(table: pd.DataFrame) -> bytes:
    """A table as CSV that a spreadsheet opens as it is: UTF-8 with a mark, and no text that is run."""
    safe = table.rename(columns=spreadsheet_cell)
    for name, column in safe.items():
        if column.dtype.kind not in "biuf":
            safe[name] = column.map(spreadsheet_cell)
    return safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig")
