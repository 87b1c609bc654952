"""The record of tests/templates against a docker 28, where this machine has one."""

from __future__ import annotations

import runpy
from pathlib import Path

from oracle import DOCKER, needs_docker28

SCRIPT = Path(__file__).parent.parent / "scripts" / "record_templates.py"


@needs_docker28
def test_docker_still_answers_what_the_record_says() -> None:
    """Asking docker again about every template gives the record as it stands."""
    recorder = runpy.run_path(str(SCRIPT))
    for record, text in recorder["answers"](DOCKER):
        assert record.read_text() == text
