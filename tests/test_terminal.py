"""The person at the machine's own terminal: the names that are offered to them."""

from __future__ import annotations

from pathlib import Path

import pytest
from docker.api.client import APIClient

from bot.core import opened
from bot.request import Origin
from bot.settings import Settings
from bot.terminal import Terminal

POLICY = """
version = 1
[people]
eve = { slack = ["U0EVE00001"], roles = ["eye"] }
sam = { slack = ["U0SAM00001"], roles = ["eye"] }
[approvals.second]
from = ["eye"]
[[roles.eye.allow]]
verbs = ["see"]
on = ["*"]
"""


@pytest.mark.parametrize(
    ("rule", "hidden"),
    [
        ("", set()),
        ('[[deny]]\nverbs = ["see"]\non = ["name:worker"]\n', {"worker"}),
        ('[[deny]]\nverbs = ["see"]\non = ["image:vault:*"]\n', {"sekret"}),
        ('[[require]]\nverbs = ["see"]\non = ["name:web"]\napprove = "second"\n', {"web"}),
    ],
)
def test_only_names_that_one_may_see_are_offered(
    fresh_world: str, api: APIClient, tmp_path: Path, rule: str, hidden: set[str]
) -> None:
    """Whatever the rule goes by that hides one."""
    api.tag("busybox:latest", "vault", "1")
    api.create_container("vault:1", ["true"], name="sekret")
    (tmp_path / "policy.toml").write_text(POLICY + rule)
    settings = Settings(
        data=tmp_path / "data", key_file=tmp_path / "key", policy=tmp_path / "policy.toml", docker_host=fresh_world
    )
    with opened(settings) as core:
        names = Terminal(core, "eve", Origin.CONSOLE, settings.host_name).names("container")
    assert {"web", "worker", "sekret"} - set(names) == hidden
