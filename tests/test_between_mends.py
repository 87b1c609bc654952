"""What fell between mends that were made side by side."""

from __future__ import annotations

import io
from pathlib import Path

import registry
from docker.api.client import APIClient
from engine import Engine
from harness import bench
from offices import BASE, EVE, Office, told
from proxy import Proxy
from test_made_from_chat import RULES

from bot.policy import Policy
from bot.request import Status
from commands import catalog

NARROW = BASE.replace(
    '[[roles.eye.allow]]\nverbs = ["see", "read"]\non = ["*"]',
    '[[roles.eye.allow]]\nverbs = ["see", "read", "push"]\non = ["image:app:*"]',
)


class Deaf(Proxy):
    """A pull is done, and nobody hears of it."""

    api: APIClient | None = None
    name = ""

    def note(self, request: str) -> None:
        """Have it done by then."""
        super().note(request)
        if self.api is not None and "/images/create" in request:
            self.api.pull(self.name, "1")


def test_a_push_of_all_tags_is_not_about_what_latest_is_called_besides(office: Office, api: APIClient) -> None:
    """A tag of an image with a name that one may not see is left out, and keeps no other back."""
    api.tag("app:2.0", "prod", "live")
    api.tag("app:2.0", "app", "ok")
    eve = office("", NARROW)
    before = told(eve.say("can-i push -a app", EVE))
    api.tag("app:2.0", "app", "latest")
    after = told(eve.say("can-i push -a app", EVE))
    assert (before[:4], after[:4]) == ("yes:", "yes:")


def test_what_came_of_a_pull_whose_answer_was_lost_gives_no_right_by_labels(
    fresh_world: str, own_engine: Engine, api: APIClient, tmp_path: Path
) -> None:
    """Whoever keeps the registry can have it lost."""
    policy = Policy.parse(RULES, "policy.toml", tuple(verb.spec for verb in catalog.load()))
    proxy = Deaf(fresh_world, lose="/images/create")
    with registry.serve(own_engine.pid, tmp_path, 5011, locked=False) as address, proxy.serve(tmp_path) as host:
        name = f"{address}/new"
        list(api.build(fileobj=io.BytesIO(b"FROM busybox\nLABEL team=shop of=lost\n"), tag=f"{name}:1", rm=True))
        assert "error" not in str(list(api.push(name, "1", stream=True, decode=True))[-1])
        api.remove_image(f"{name}:1")
        made = bench(host, tmp_path / "data", policy)
        proxy.api, proxy.name = api, name
        assert made.say(f"pull {name}:1", EVE).status is Status.UNKNOWN
        assert api.inspect_image(f"{name}:1")
        assert made.say(f"run --rm {name}:1 id", EVE).status is Status.DENIED
        made.close()


def test_an_image_that_is_there_has_the_labels_that_its_event_tells(office: Office, api: APIClient) -> None:
    """It has none: no rule about a label hides it."""
    api.tag("app:1.0", "fleeting", "1")
    api.remove_image("fleeting:1")
    eve = office('[[deny]]\nverbs = ["see", "read"]\non = ["label:hush=yes"]\n')
    assert "fleeting:1" in told(eve.say("events --since 1m --filter type=image", EVE))
