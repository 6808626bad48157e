"""Runs in a file: what is saved is what is loaded, and nothing that a file says is believed unchecked."""

import io
import json
import pickle
import tracemalloc
import zipfile
from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import core
from core.files import FORMAT


def saved(settings: core.Settings, runs: dict[str, core.Run], data: core.Dataset | None = None) -> bytes:
    file = io.BytesIO()
    core.save_run(file, settings, runs, data)
    return file.getvalue()


@pytest.fixture(scope="module")
def content() -> bytes:
    """A small file."""
    X = np.random.default_rng(0).standard_normal((12, 2))
    y = (X[:, 0] > 0).astype(int)
    return saved(core.Settings(), {"L1": core.train(X, y, (3,), "l1", [0.0, 1.0], epochs=4, snapshots=3)})


def with_entries(content: bytes, **changed: bytes | np.ndarray | None) -> bytes:
    """The file with entries replaced, added or, where None, left out."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        entries = {name: old.read(name) for name in old.namelist()}
        for name, value in changed.items():
            if isinstance(value, np.ndarray):
                array = io.BytesIO()
                np.lib.format.write_array(array, value, allow_pickle=True)
                value = array.getvalue()
            entries[f"{name}.npy"] = value
        for name, value in entries.items():
            if value is not None:
                new.writestr(name, value)
    return file.getvalue()


def assert_same(left: object, right: object) -> None:
    """Equal values, types, shapes and places of NaN, through all fields but a run's samples.

    Those are not in a file; what was known of rest is.
    """
    assert type(left) is type(right)
    if isinstance(left, core.Run):
        assert_same(left.rest, right.rest)
    for field in fields(left):
        if field.name in ("samples", "saved_rest"):
            continue
        one, other = getattr(left, field.name), getattr(right, field.name)
        if isinstance(one, np.ndarray | list):
            for a, b in (
                zip([one], [other], strict=True)
                if isinstance(one, np.ndarray)
                else zip(one, other, strict=True)
            ):
                assert a.dtype == b.dtype, field.name
                np.testing.assert_array_equal(a, b, err_msg=field.name, strict=True)
        else:
            assert one == other, field.name


@pytest.mark.parametrize(
    ("dataset", "hidden", "dtype"),
    [("moons", (), "float32"), ("wine", (5, 3), "float64"), ("needles", (4,), "float32")],
)
def test_a_run_comes_back_exactly(dataset, hidden, dtype):
    settings = core.Settings(dataset=dataset, hidden=hidden, seed=3, lam=0.2)
    data = core.load_dataset(dataset, seed=3)
    runs = {
        penalty: core.train(
            data.X_train, data.y_train, hidden, penalty, [0, 5.0, 300.0], epochs=20, dtype=dtype
        )
        for penalty in core.PENALTIES
    }
    found = core.load_run(saved(settings, runs, data))
    assert found.settings == settings
    assert list(found.runs) == list(core.PENALTIES)
    for name, run in runs.items():
        assert_same(run, found.runs[name])
    assert_same(data, found.data)
    np.testing.assert_array_equal(
        found.runs["l1"].predict_proba(found.data.X_test), runs["l1"].predict_proba(data.X_test)
    )


def test_a_run_that_diverged_comes_back_with_its_nan(samples):
    run = core.train(*samples, (4,), "l2", [0.0, 10_000.0], learning_rate=3.0, epochs=60)
    assert (run.diverged_at >= 0).tolist() == [False, True]
    assert_same(run, core.load_run(saved(core.Settings(), {"L2": run})).runs["L2"])


def test_how_far_from_rest_a_run_is_comes_along(samples):
    run = core.train(*samples, (), "l1", [1.0, 9.0], 0.3, 40, method="accelerated", snapshots=[0, 7, 40])
    found = core.load_run(saved(core.Settings(), {"L1": run})).runs["L1"]
    assert found.method == "accelerated"
    np.testing.assert_array_equal(found.residual[-1], run.residual[-1])
    assert np.isnan(found.residual[:-1]).all()
    again = core.load_run(saved(core.Settings(), {"L1": found})).runs["L1"]
    np.testing.assert_array_equal(again.gap, run.gap)
    np.testing.assert_array_equal(again.at(1).at_rest, run.at_rest[1:])


def test_a_file_that_does_not_say_how_far_from_rest_it_is_is_read_and_says_so(content, samples):
    old = with_entries(content, **{f"0.{field}": None for field in (*core.files.REST_ARRAYS, "stopped_at")})
    run = core.load_run(old).runs["L1"]
    for ask in ("at_rest", "residual", "rest"):
        with pytest.raises(ValueError, match=r"must know its samples .* run\.with_samples\(X, y\)"):
            getattr(run, ask)
    assert core.load_run(saved(core.Settings(), {"L1": run})).runs["L1"].saved_rest is None
    X = np.random.default_rng(0).standard_normal((12, 2))
    full = run.with_samples(X, (X[:, 0] > 0).astype(int))
    np.testing.assert_array_equal(full.at_rest, core.load_run(content).runs["L1"].at_rest)
    assert run.stopped_at.tolist() == [run.epochs[-1]] * run.lams.size
    assert np.isfinite(full.residual).all()


def test_the_source_of_a_persons_data_comes_along(content):
    table = core.datasets.Table(np.eye(8), np.arange(8) % 2, tuple("abcdefgh"), ("no", "yes"))
    source = core.datasets.Source("Your data", "8 rows.", "a.csv", "yours", lambda *_: table, False)
    data = core.datasets.split("your_data", table, 0, source=source)
    found = core.load_run(saved(core.Settings(dataset="your_data"), core.load_run(content).runs, data))
    assert found.data.source.source == "a.csv"
    assert found.settings.dataset == "your_data"
    np.testing.assert_array_equal(found.data.X_test, data.X_test)


def test_data_come_along_only_where_they_are_given(content):
    assert core.load_run(content).data is None


def test_it_can_be_written_to_a_path_and_read_from_one(tmp_path, content):
    found = core.load_run(content)
    core.save_run(tmp_path / "run.npz", found.settings, found.runs)
    assert_same(found.runs["L1"], core.load_run(tmp_path / "run.npz").runs["L1"])


def test_numpy_reads_it_without_pickle(content):
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        assert {str(arrays[name].dtype.kind) for name in arrays.files} <= set("fiU")


def test_settings_of_another_version_are_left_out_and_the_run_is_not(content):
    about = json.loads(str(np.load(io.BytesIO(content))["about"]))
    about["settings"]["epochs"] = 123456
    found = core.load_run(with_entries(content, about=np.array(json.dumps(about))))
    assert found.settings is None
    assert found.runs["L1"].lams.size == 2


def exploding() -> np.ndarray:
    class Bomb:
        def __reduce__(self):
            return (pytest.fail, ("a pickle was run",))

    return np.array([Bomb()], object)


def header_of(shape: tuple[int, ...], descr: str = "<f8") -> bytes:
    """An array that says to be of this shape, without the numbers."""
    array = io.BytesIO()
    header = {"descr": descr, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(array, header)
    return array.getvalue() + b"\0" * 64


def foreign() -> bytes:
    file = io.BytesIO()
    np.savez(file, x=np.arange(3))
    return file.getvalue()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda content: b"", "not an .npz"),
        (lambda content: b"\x89PNG\r\n" + bytes(100), "not an .npz"),
        (lambda content: pickle.dumps([1, 2]), "not an .npz"),
        (lambda content: content[: len(content) // 2], "cut off"),
        (lambda content: content[:300] + b"\0\0\0\0" + content[304:], "changed on the way"),
        (lambda content: foreign(), "does not say"),
        (lambda content: with_entries(content, format=np.array("other")), "calls itself 'other'"),
        (lambda content: with_entries(content, version=np.array(2)), "version is '2'"),
        (lambda content: with_entries(content, about=np.array("{")), "description"),
        (lambda content: with_entries(content, about=np.array("[]")), "description"),
        (lambda content: with_entries(content, about=np.array("{}")), "1 to 16 runs"),
        (lambda content: with_entries(content, extra=exploding()), "neither numbers nor text"),
        (lambda content: with_entries(content, **{"0.W1": None}), "lacks the array '0.W1'"),
        (
            lambda content: with_entries(content, **{"0.W1": np.zeros((3, 2, 4, 2), np.float32)}),
            "not float32",
        ),
        (lambda content: with_entries(content, **{"0.b2": np.zeros((3, 2, 1, 1))}), "float64"),
        (lambda content: with_entries(content, **{"0.gap": None}), "lacks the array '0.gap'"),
        (
            lambda content: with_entries(content, **{"0.at_rest": np.ones(3)}),
            "is float64 (3,) and not float64 (2,)",
        ),
        (lambda content: with_entries(content, **{"0.lams": np.array([0, -1.0])}), "λ must be"),
        (lambda content: with_entries(content, **{"0.epochs": np.array([0, 9, 4])}), "increase"),
        (lambda content: with_entries(content, **{"0.W1": header_of((10**6, 10**6, 10**6, 2))}), "shorter"),
        (lambda content: with_entries(content, **{"0.W1": header_of((-1, 2, 2, 2))}), "not an array"),
        (lambda content: with_entries(content, **{"0.W1": header_of((1,), "|V1000000000")}), "neither"),
        (lambda content: with_entries(content, **{"0.W1": b"\x93NUMPY\x01\0\xff\xff"}), "not an array"),
    ],
)
def test_a_broken_a_foreign_or_a_hostile_file_is_refused_in_a_sentence(content, make, says):
    with pytest.raises(ValueError, match="must be a run of Regularization Lab") as caught:
        core.load_run(make(content))
    assert says in str(caught.value)
    assert "save the run anew" in str(caught.value)


def test_a_file_that_unpacks_to_more_than_it_may_is_refused_before_it_is_unpacked(content, monkeypatch):
    monkeypatch.setattr("core.files.MAX_BYTES", 2000)
    with pytest.raises(ValueError, match="2,000 bytes"):
        core.load_run(content)


HEADS = (
    "{'descr': '<f8', 'fortran_order': False, 'shape': (%s,), }" % ("9" * 400),
    "{'descr': '<f8', 'fortran_order': False, 'shape': (1L,), }",
    "{'descr': '<f3', 'fortran_order': False, 'shape': (2,), }",
    "{'descr': '<U999999999', 'fortran_order': False, 'shape': (), }",
    "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,), }",
    "(" * 900,
    "[1]+" * 200 + "[1]",
    "-" * 900 + "1",
    "'''",
    "a\n b\n  c",
    "\0",
)


@pytest.mark.parametrize("version", [1, 2, 3])
@given(head=st.one_of(st.sampled_from(HEADS), st.text(max_size=300)))
def test_what_stands_at_the_head_of_an_array_is_matched_and_never_evaluated(content, version, head):
    text = head.encode("utf-8")
    length = len(text).to_bytes(2 if version == 1 else 4, "little")
    array = b"\x93NUMPY" + bytes([version, 0]) + length + text + bytes(64)
    with pytest.raises(ValueError, match="must be a run of Regularization Lab"):
        core.load_run(with_entries(content, **{"0.lams": array}))


def test_numbers_of_a_wrong_shape_are_not_unpacked(content):
    many = np.zeros((3, 2, 3, 1_000_000), np.float32)  # 72 MB
    large = with_entries(content, **{"0.b1": many, "0.other": many})
    del many
    tracemalloc.start()
    try:
        with pytest.raises(ValueError, match=r"'0\.b1'"):
            core.load_run(large)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@given(st.data())
def test_a_file_with_any_byte_changed_is_read_or_refused(content, data):
    at = data.draw(st.integers(0, len(content) - 1))
    changed = bytearray(content)
    changed[at] = data.draw(st.integers(0, 255))
    refused = ""
    try:
        core.load_run(bytes(changed))
    except ValueError as error:
        refused = str(error)
    assert not refused or "must be a run of Regularization Lab" in refused


def test_the_format_has_a_name_that_no_other_program_uses():
    assert FORMAT == "regularization-lab run"
