"""The hosted CI's workflow names files, markers and a Python that are there."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "tests.yml").read_text(encoding="utf-8"))
JOBS = WORKFLOW["jobs"]


def commands(job: str) -> str:
    return "\n".join(step["run"] for step in JOBS[job]["steps"] if "run" in step)


def test_linux_runs_what_everybody_runs_and_the_others_all_that_needs_no_browser():
    assert commands("linux").splitlines()[-1] == "bash .ci/run"
    (chosen,) = re.findall(r'pytest .*-m "(.*)"', commands("elsewhere"))
    options = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]
    markers = {line.partition(":")[0] for line in options["ini_options"]["markers"]}
    assert set(re.findall(r"\w+", chosen)) - {"not", "and"} == markers


@pytest.mark.parametrize("job", list(JOBS))
def test_a_job_finds_its_files_and_the_images_python_and_ends(job):
    named = re.findall(r"\S+\.txt|\.ci/\S+", commands(job))
    assert named
    assert all((ROOT / name).is_file() for name in named)
    (python,) = [step["with"]["python-version"] for step in JOBS[job]["steps"] if "setup-python" in str(step)]
    assert f"FROM python:{python}-" in (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    assert 0 < JOBS[job]["timeout-minutes"] <= 90


def test_a_run_may_read_the_code_and_nothing_else():
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert not any("permissions" in job for job in JOBS.values())
