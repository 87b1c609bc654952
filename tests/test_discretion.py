"""Names and ids of what the asker may not know of, in what the engine says."""

from __future__ import annotations

from docker.api.client import APIClient

from bot.discretion import Discretion
from commands.forms import MASK
from commands.reply import failure


def test_what_is_hidden_is_not_named(api: APIClient) -> None:
    """Neither by its name nor by its id, short or whole, and what is not there looks the same; what is seen stays."""
    worker = str(api.inspect_container("worker")["Id"])
    web = str(api.inspect_container("web")["Id"])
    discretion = Discretion(lambda: api, lambda seen: seen.name != "worker", "network rm front")
    said = f'has active endpoints (name:"web" id:"{web[:12]}", name:"worker" id:"{worker[:12]}", name:"nobody")'
    told = discretion.discreet(failure(said)).error
    assert told == f'has active endpoints (name:"web" id:"{web[:12]}", name:"{MASK}" id:"{MASK}", name:"{MASK}")'


def test_an_engine_that_does_not_answer_names_nothing_by_id() -> None:
    """Words are left as they are: what is no id may be anything."""
    away = APIClient("tcp://127.0.0.1:1", version="1.41")
    said = Discretion(lambda: away, lambda _seen: True, "").discreet(failure('the image "app" is used by 0123456789ab'))
    assert said.error == f'the image "app" is used by {MASK}'
