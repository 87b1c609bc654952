"""docker 28's own binary, where this machine has one: elsewhere what it answered is on record."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest


def _docker28() -> str:
    found = shutil.which("docker")
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout if found else ""
    return found if found and re.match(r"Docker version 28\.", told) else ""


DOCKER = _docker28()  # its path, empty where there is none
PROBE = 6  # of the lines on record docker itself is asked each so many-th anew; what records them asks for all
needs_docker28 = pytest.mark.skipif(not DOCKER, reason="there is no docker 28 here: the record alone is the reference")
