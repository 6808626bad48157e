"""Runs in a file: settings, weights and history as one .npz, which holds arrays and never a pickle.

Whatever a file says about itself is checked before it is believed, and before memory is taken for it.
"""

import io
import json
import math
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np

from core import network
from core.datasets import Dataset, Source, Table
from core.rest import Rest
from core.run import Run
from core.settings import SETTINGS, Settings
from core.training import METHODS
from core.validation import check_hidden, check_integer, check_lams, check_penalties, check_positive, shown

FORMAT, VERSION = "regularization-lab run", 1
MAX_BYTES = 250_000_000  # of all arrays together; the dashboard's own files stay far below
MAX_HEAD = 1_000_000  # bytes of an array that describes the file
MAX_RUNS, MAX_ENTRIES = 16, 2000
NAMES = ("feature_names", "class_names")
SOURCE = ("label", "about", "source", "licence")
RUN_SCALARS = ("learning_rate", "method", "seed", "m")
RUN_ARRAYS = ("lams", "classes", "epochs", "data_cost", "penalty_cost", "diverged_at", "stopped_at")
REST_ARRAYS = ("residual", "at_rest", "gap", "swings", "constant", "jumps")  # at the end
DATA_ARRAYS = ("X_train", "y_train", "X_test", "y_test")
HEADS = ("format", "version", "about")
# What NumPy writes at the head of an array. It is matched and never evaluated.
HEADER = re.compile(rb"\{'descr': '([^']*)', 'fortran_order': (True|False), 'shape': \(([\d, ]*)\), \}\s*")
NUMBERS_OR_TEXT = re.compile(r"[<>|=][fiuU]\d{1,9}")
MAX_HEADER = 1000  # bytes
NOT_A_ZIP: tuple[type[Exception], ...] = (
    *(zipfile.BadZipFile, zlib.error, struct.error, ValueError, OSError, EOFError),
    *(OverflowError, RuntimeError, NotImplementedError, MemoryError),  # encrypted, or packed otherwise
)
WHAT_TO_DO = "save the run anew, with core.save_run or from the dashboard"


@dataclass(frozen=True, eq=False)
class SavedRun:
    """What a file holds: the settings, the runs by the penalty's label, and the data where it came along."""

    settings: Settings | None  # None where this version does not know the settings of the file
    runs: dict[str, Run]
    data: Dataset | None


def save_run(
    file: str | Path | BinaryIO, settings: Settings, runs: Mapping[str, Run], data: Dataset | None = None
) -> None:
    """Write runs, by name, with their settings to an .npz file; `load_run` gives back the same arrays.

    data: written too where it is given, for data that cannot be loaded by its name.
    """
    about: dict[str, Any] = {"settings": asdict(settings), "runs": {}}
    arrays: dict[str, np.ndarray] = {}
    for i, (name, run) in enumerate(runs.items()):
        scalars = {field: getattr(run, field) for field in RUN_SCALARS}
        about["runs"][name] = scalars | {"penalty": list(run.penalty), "hidden": list(run.hidden)}
        arrays |= {f"{i}.{field}": getattr(run, field) for field in RUN_ARRAYS}
        arrays |= {f"{i}.W{l + 1}": W for l, W in enumerate(run.history_W)}
        arrays |= {f"{i}.b{l + 1}": b for l, b in enumerate(run.history_b)}
        if run.samples is not None or run.saved_rest is not None:
            arrays |= {f"{i}.{field}": getattr(run.rest, field).astype(float) for field in REST_ARRAYS}
    if data is not None:
        about["data"] = {"name": data.name, "informative": list(data.informative)}
        about["data"] |= {field: list(getattr(data, field)) for field in NAMES}
        if data.own_source is not None:
            about["data"]["source"] = {field: getattr(data.own_source, field) for field in SOURCE}
        arrays |= {f"data.{field}": getattr(data, field) for field in DATA_ARRAYS}
    head = {"format": np.array(FORMAT), "version": np.array(VERSION), "about": np.array(json.dumps(about))}
    np.savez_compressed(file, allow_pickle=False, **head, **arrays)


def load_run(file: str | Path | bytes | BinaryIO) -> SavedRun:
    """Read what `save_run` wrote: a path, an open file, or the bytes themselves.

    Raises ValueError where it is not such a file, or a broken one; OSError where it cannot be opened.
    """
    content = _content(file)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _load(_arrays(archive))
    except _BrokenFileError:
        raise
    except NOT_A_ZIP:
        raise _broken("it is not an .npz file, or was cut off or changed on the way") from None


def _load(arrays: "Arrays") -> SavedRun:
    about = _check_head(arrays)
    runs = about.get("runs")
    if not isinstance(runs, dict) or not 1 <= len(runs) <= MAX_RUNS:
        raise _broken(f"it must hold 1 to {MAX_RUNS} runs")
    loaded = {name: _run(arrays, i, said) for i, (name, said) in enumerate(runs.items())}
    return SavedRun(_settings(about.get("settings")), loaded, _data(arrays, about.get("data")))


class _BrokenFileError(ValueError):
    """A file that is refused, in words of ours."""


def _broken(why: str) -> _BrokenFileError:
    return _BrokenFileError(f"the file must be a run of Regularization Lab (.npz), but {why}; {WHAT_TO_DO}")


def _content(file: str | Path | bytes | BinaryIO) -> bytes:
    if isinstance(file, bytes):
        return file
    return Path(file).read_bytes() if isinstance(file, str | Path) else file.read()


@dataclass(frozen=True, eq=False)
class _Array:
    """An array of the file as its head describes it; its numbers are read once that is what is expected."""

    archive: zipfile.ZipFile
    entry: zipfile.ZipInfo
    start: int  # of its numbers, in bytes
    dtype: np.dtype
    shape: tuple[int, ...]
    order: Literal["C", "F"]

    @property
    def ndim(self) -> int:
        """How many dimensions it has."""
        return len(self.shape)

    @property
    def n_bytes(self) -> int:
        """How long its numbers are."""
        return self.dtype.itemsize * math.prod(self.shape)

    def read(self) -> np.ndarray:
        """Its numbers. Raises ValueError where there are fewer or more of them than it says."""
        with self.archive.open(self.entry) as stream:
            stream.read(self.start)
            content = stream.read(self.n_bytes + 1)
        if len(content) != self.n_bytes:
            name = shown(self.entry.filename)
            raise _broken(f"{name} is {len(content)} bytes long and not {self.n_bytes}")
        array = np.frombuffer(content, self.dtype).reshape(self.shape, order=self.order)
        return np.array(array, self.dtype.newbyteorder("="), order="C")


Arrays = Mapping[str, _Array]


def _arrays(archive: zipfile.ZipFile) -> Arrays:
    """The arrays of an .npz file by name, none of them read; sizes are looked at before anything else."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_BYTES:
        raise _broken(f"it holds more than {MAX_ENTRIES:,} arrays or {MAX_BYTES:,} bytes")
    return {entry.filename.removesuffix(".npy"): _described(archive, entry) for entry in entries}


def _described(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> _Array:
    """What the head of an array says: numbers or text, and as long as it says."""
    name = shown(entry.filename)
    with archive.open(entry) as stream:
        magic = stream.read(8)
        n = {b"\1": 2, b"\2": 4, b"\3": 4}.get(magic[6:7], 0) if magic[:6] == b"\x93NUMPY" else 0
        length = int.from_bytes(stream.read(n), "little")
        said = HEADER.fullmatch(stream.read(length)) if 0 < length <= MAX_HEADER else None
    if said is None:
        raise _broken(f"{name} in it is not an array")
    descr, shape = said[1].decode("latin-1"), tuple(map(int, said[3].replace(b",", b" ").split()))
    if not NUMBERS_OR_TEXT.fullmatch(descr):
        raise _broken(f"{name} holds {shown(descr)}, neither numbers nor text")
    try:
        dtype = np.dtype(descr)
    except TypeError:
        raise _broken(f"{name} in it is not an array") from None
    found = _Array(archive, entry, 8 + n + length, dtype, shape, "F" if said[2] == b"True" else "C")
    if dtype.itemsize == 0 or found.n_bytes > entry.file_size:
        raise _broken(f"{name} is shorter than its shape {shape}")
    return found


def _check_head(arrays: Arrays) -> dict[str, Any]:
    """What the file says of itself, as a dict, once format and version are known."""
    if not all(name in arrays and arrays[name].shape == () for name in HEADS):
        raise _broken("it does not say that it is one")
    if any(arrays[name].n_bytes > MAX_HEAD for name in HEADS):
        raise _broken(f"its description is longer than {MAX_HEAD:,} bytes")
    called, version, described = (arrays[name].read() for name in HEADS)
    if str(called) != FORMAT:
        raise _broken(f"it calls itself {shown(called)}")
    if str(version) != str(VERSION):
        raise _broken(f"its version is {shown(version)}, and this program reads version {VERSION}")
    try:
        about = json.loads(str(described))
    except (ValueError, RecursionError):
        raise _broken("its description cannot be read") from None
    if not isinstance(about, dict):
        raise _broken("its description cannot be read")
    return about


def _run(arrays: Arrays, i: int, said: Any) -> Run:
    """The i-th run, its values checked like arguments of `train` and its arrays against each other."""
    try:
        lams = check_lams(_taken(arrays, f"{i}.lams", 1))
        hidden = check_hidden(said["hidden"])
        penalty = check_penalties(said["penalty"], lams.size)
        learning_rate = check_positive("learning_rate", said["learning_rate"])
        seed, m = check_integer("seed", said["seed"], 0), check_integer("m", said["m"], 1)
        if said["method"] not in METHODS:
            raise ValueError(f"method must be one of {', '.join(METHODS)}")
    except (KeyError, TypeError, ValueError) as error:
        raise _broken(f"of run {i + 1} {error}") from None
    epochs, classes = _taken(arrays, f"{i}.epochs", 1), _taken(arrays, f"{i}.classes", 1)
    _check_axes(epochs, classes, f"run {i + 1}")
    first = _found(arrays, f"{i}.W1", 4)
    sizes = network.layer_sizes(first.shape[3], hidden, len(classes))
    at, dtype = (len(epochs), lams.size), first.dtype.newbyteorder("=")
    if dtype not in (np.float32, np.float64):
        raise _broken(f"its weights are {dtype}, neither float32 nor float64")
    layers = list(enumerate(pairwise(sizes), start=1))
    return Run(
        lams=lams,
        penalty=penalty,
        hidden=hidden,
        classes=classes,
        learning_rate=learning_rate,
        method=said["method"],
        seed=seed,
        m=m,
        epochs=epochs,
        history_W=[_shaped(arrays, f"{i}.W{l}", (*at, n_out, n_in), dtype) for l, (n_in, n_out) in layers],
        history_b=[_shaped(arrays, f"{i}.b{l}", (*at, n_out, 1), dtype) for l, (_, n_out) in layers],
        data_cost=_shaped(arrays, f"{i}.data_cost", at, np.dtype(float)),
        penalty_cost=_shaped(arrays, f"{i}.penalty_cost", at, np.dtype(float)),
        diverged_at=_shaped(arrays, f"{i}.diverged_at", (lams.size,), np.dtype(np.int64)),
        stopped_at=_stopped_at(arrays, i, lams.size, epochs),
        saved_rest=_rest(arrays, i, lams.size),
    )


def _check_axes(epochs: np.ndarray, classes: np.ndarray, which: str) -> None:
    if len(epochs) < 2 or epochs.dtype.kind not in "iu" or (np.diff(epochs) <= 0).any() or epochs[0] != 0:
        raise _broken(f"the epochs of {which} do not begin at 0 and increase")
    if len(classes) < 2 or classes.dtype.kind not in "iu":
        raise _broken(f"{which} has fewer than two classes")


def _stopped_at(arrays: Arrays, i: int, n_lams: int, epochs: np.ndarray) -> np.ndarray:
    """The last epoch of each network of the i-th run: of all that of the run, where the file does not say."""
    if f"{i}.stopped_at" not in arrays:
        return np.full(n_lams, epochs[-1])
    return _shaped(arrays, f"{i}.stopped_at", (n_lams,), np.dtype(np.int64))


def _rest(arrays: Arrays, i: int, n_lams: int) -> Rest | None:
    """How far from rest the i-th run is, where the file says so."""
    if f"{i}.constant" not in arrays:
        return None
    found = {"jumps": np.zeros(n_lams)}  # older files lack it
    for field in REST_ARRAYS:
        if f"{i}.{field}" in arrays or field not in found:
            found[field] = _shaped(arrays, f"{i}.{field}", (n_lams,), np.dtype(float))
    return Rest(**found | {field: found[field] == 1 for field in ("at_rest", "swings", "constant", "jumps")})


def _taken(arrays: Arrays, name: str, n_dims: int) -> np.ndarray:
    """The array of that name, of so many dimensions."""
    return _found(arrays, name, n_dims).read()


def _found(arrays: Arrays, name: str, n_dims: int) -> _Array:
    """What is said of the array of that name, of so many dimensions."""
    if name not in arrays or arrays[name].ndim != n_dims or arrays[name].dtype.kind == "U":
        raise _broken(f"it lacks the array {shown(name)} of {n_dims} dimensions")
    return arrays[name]


def _shaped(arrays: Arrays, name: str, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """The array of that name, of just this shape and type."""
    array = _found(arrays, name, len(shape))
    if array.shape != shape or array.dtype.newbyteorder("=") != dtype:
        raise _broken(f"{shown(name)} is {array.dtype} {array.shape} and not {dtype} {shape}")
    return array.read()


def _settings(said: Any) -> Settings | None:
    """The settings, or None where this version has other values to choose from."""
    if not isinstance(said, dict):
        raise _broken("it lacks the settings")
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in said.items()
        if name in SETTINGS
    }
    try:
        return Settings(**values)
    except (TypeError, ValueError):
        return None


def _data(arrays: Arrays, said: Any) -> Dataset | None:
    """The data set that came along, its shapes checked against each other."""
    if said is None:
        return None
    try:
        names = {field: tuple(map(str, said[field])) for field in NAMES}
        informative = tuple(check_integer("an informative column", c, 0) for c in said["informative"])
        name, source = str(said["name"]), said.get("source")
        if source is not None:
            label, about, origin, licence = (str(source[field]) for field in SOURCE)
            source = Source(label, about, origin, licence, make=_gone, synthetic=False)
    except (KeyError, TypeError, ValueError):
        raise _broken("the description of its data cannot be read") from None
    found = {part: _taken(arrays, f"data.{part}", 2 if part[0] == "X" else 1) for part in DATA_ARRAYS}
    n_features, n_classes = len(names["feature_names"]), len(names["class_names"])
    for side in ("train", "test"):
        X, y = found[f"X_{side}"], found[f"y_{side}"]
        if X.shape != (len(y), n_features) or X.dtype.kind != "f" or not np.isfinite(X).all():
            raise _broken(f"the rows of its data ({side}) and their columns do not fit together")
        if y.dtype.kind not in "iu" or (len(y) and not 0 <= y.min() <= y.max() < n_classes):
            raise _broken(f"the classes of its data ({side}) do not fit their names")
    if any(column >= n_features for column in informative):
        raise _broken("the description of its data cannot be read")
    return Dataset(
        name=name,
        X_train=found["X_train"],
        y_train=found["y_train"],
        X_test=found["X_test"],
        y_test=found["y_test"],
        feature_names=names["feature_names"],
        class_names=names["class_names"],
        informative=informative,
        own_source=source,
    )


def _gone(rng: np.random.Generator, n_samples: int, noise: float) -> Table:
    raise ValueError("a file holds the split rows of a data set, not the table they were drawn from")
