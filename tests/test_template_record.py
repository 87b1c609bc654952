"""The record of tests/templates against a docker 28, where this machine has one."""

from __future__ import annotations

import runpy
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "scripts" / "record_templates.py"
DOCKER = shutil.which("docker") or ""


def is_docker_28() -> bool:
    """Whether the docker on the path is the one that the record is of."""
    if not DOCKER:
        return False
    said = subprocess.run([DOCKER, "--version"], capture_output=True, text=True, check=False).stdout
    return said.startswith("Docker version 28.")


@pytest.mark.skipif(not is_docker_28(), reason="no docker 28 here; the record alone is the reference")
def test_docker_still_answers_what_the_record_says() -> None:
    """Asking docker again about every template gives the record as it stands."""
    recorder = runpy.run_path(str(SCRIPT))
    for record, text in recorder["answers"](DOCKER):
        assert record.read_text() == text
