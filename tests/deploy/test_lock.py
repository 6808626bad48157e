"""The image's lock: each package that the image installs, with its version and hashes, and none left out."""

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = "deploy/requirements.lock"
ASKED_FOR = ("requirements.txt", "requirements-rooms.txt")
SHA256 = re.compile(r"sha256:[0-9a-f]{64}")


class Entry(NamedTuple):
    """A line of the lock: what is to be installed, and the files that may be."""

    what: Requirement
    hashes: list[str]

    @property
    def version(self) -> str:
        """The one version that it allows."""
        ((operator, version),) = [(one.operator, one.version) for one in self.what.specifier]
        assert operator == "==", self.what
        return version


def logical_lines(name: str) -> list[str]:
    """The lines of a file of requirements, each with those it goes on in, without comments."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def entries() -> Iterator[tuple[str, Entry]]:
    for line in logical_lines(LOCK):
        what, *hashes = line.split("--hash=")
        entry = Entry(Requirement(what.strip()), [one.strip() for one in hashes])
        yield canonicalize_name(entry.what.name), entry


def image() -> dict[str, str]:
    """What the Dockerfile says: the Python that it starts from, and how it installs the packages."""
    text = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    (version,) = re.findall(r"^FROM python:([\d.]+)-", text, re.MULTILINE)
    (install,) = re.findall(r"^RUN (pip install .*)", text, re.MULTILINE)
    return {"version": version, "install": install, "before": text.partition(install)[0]}


def test_every_package_has_one_version_and_hashes():
    names = [name for name, _ in entries()]
    assert sorted(set(names)) == names
    for name, entry in entries():
        assert "*" not in entry.version, name
        assert not entry.what.extras, name
        assert entry.hashes, name
        assert all(map(SHA256.fullmatch, entry.hashes)), name


def asked_for() -> list[str]:
    """What the image asks for."""
    return [line for name in ASKED_FOR for line in logical_lines(name)]


def test_the_versions_are_those_that_the_requirements_allow():
    lock = dict(entries())
    for wanted in map(Requirement, asked_for()):
        assert wanted.name in lock, f"{LOCK} must have {wanted.name}"
        assert wanted.specifier.contains(lock[wanted.name].version), wanted


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_what_a_locked_package_needs_is_in_the_lock_too(machine):
    lock = dict(entries())
    environment = default_environment() | {
        "python_version": image()["version"],
        "python_full_version": image()["version"] + ".0",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "os_name": "posix",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": machine,
    }
    for by, need in needs(lock, environment):
        name = canonicalize_name(need.name)
        assert name in lock, f"{by} needs {need}"
        assert need.specifier.contains(lock[name].version, prereleases=True), f"{by} needs {need}"
        marker = lock[name].what.marker
        assert marker is None or marker.evaluate(environment), f"{by} needs {need}"


def needs(lock: dict[str, Entry], environment: dict[str, str]) -> Iterator[tuple[str, Requirement]]:
    """What the image asks for, what these need and so on: who needs it, and what it is.

    A package says what it needs where it is installed, and speaks for the lock in the version locked.
    """
    todo = [("a requirements file", Requirement(line)) for line in asked_for()]
    seen = set()
    while todo:
        by, need = todo.pop()
        yield by, need
        name, extras = canonicalize_name(need.name), frozenset(need.extras)
        if (name, extras) in seen or name not in lock or installed(name) != lock[name].version:
            continue
        seen.add((name, extras))
        for one in map(Requirement, distribution(name).requires or []):
            if one.marker is None or any(
                one.marker.evaluate(environment | {"extra": extra}) for extra in extras or {""}
            ):
                todo.append((name, one))


def installed(name: str) -> str | None:
    """The version that is installed here, if any."""
    try:
        return distribution(name).version
    except PackageNotFoundError:
        return None


def test_the_image_installs_the_lock_by_its_hashes_and_builds_nothing():
    """What a build would bring in has no hash."""
    assert f"COPY {LOCK} deploy/" in image()["before"]
    assert f"--require-hashes --only-binary :all: -r {LOCK}" in image()["install"]


def test_the_lock_says_the_command_that_makes_it_for_the_images_python():
    """.ci/run takes it from there."""
    text = (ROOT / LOCK).read_text(encoding="utf-8")
    (command,) = re.findall(rf"^#    (uv pip compile {' '.join(ASKED_FOR)} .*)", text, re.MULTILINE)
    assert f"--python-version {image()['version']} --generate-hashes -o {LOCK}" in command
