"""An image is all that it is called: whoever agrees to a line agrees to each name, and hears of none that is hidden."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import registry as registry_
from docker.api.client import APIClient
from engine import Engine
from harness import Bench
from offices import BASE, DEV, EVE, SAM, Office, told

from bot.held import Held
from bot.request import Outcome, Status
from commands.reply import Buttons

CONSENT = '[[require]]\nverbs = ["change"]\napprove = "second"\n'
NARROW = BASE.replace(
    '[[roles.eye.allow]]\nverbs = ["see", "read"]\non = ["*"]',
    '[[roles.eye.allow]]\nverbs = ["see", "read"]\non = ["image:app:*"]',
)
HIDDEN = '[[deny]]\nverbs = ["see", "read", "act", "change", "enter"]\non = ["image:*:topsecret"]\n'


@pytest.fixture(scope="module")
def registry(own_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real registry."""
    with registry_.serve(own_engine.pid, tmp_path_factory.mktemp("registry"), 5007, locked=False) as address:
        yield address


def asked(office: Bench, line: str) -> Held:
    """The request that waits, of dev's."""
    held = office.store.approvals.get(office.say(line, DEV).number or 0)
    assert held is not None
    return held


def agreed(office: Bench, held: Held) -> Outcome:
    """What came of it once sam agreed."""
    office.say(f"approval approve {held.number} --digest {held.digest}", SAM)
    done = office.pipeline.resume(held.number)
    assert done is not None
    return done


@pytest.mark.attack("S13")
@pytest.mark.parametrize("line", ["image prune -a -f", "system prune -a -f", "rmi -f app:2.0 idle:1"])
def test_a_name_that_nobody_agreed_to_is_not_removed(office: Office, api: APIClient, line: str) -> None:
    """S13: an image that gets another name meanwhile is not what was agreed to."""
    api.tag("app:2.0", "idle", "1")
    dev = office(CONSENT)
    held = asked(dev, line)
    assert "called app:2.0, idle:1" in held.plan["text"]
    api.tag("app:2.0", "prod", "live")
    done = agreed(dev, held)
    assert done.status is Status.SUPERSEDED
    assert "the names of image app:2.0 has changed" in told(done)
    assert {"app:2.0", "prod:live"} <= {*api.inspect_image("app:2.0")["RepoTags"]}


def test_an_image_is_not_removed_where_a_name_of_it_was_to_go(office: Office, api: APIClient) -> None:
    """Its other name went meanwhile, so that this is its last."""
    api.tag("app:2.0", "prod", "live")
    dev = office(CONSENT)
    held = asked(dev, "rmi app:2.0")
    api.remove_image("prod:live")
    assert agreed(dev, held).status is Status.SUPERSEDED
    assert api.inspect_image("app:2.0")


def test_a_container_is_made_of_an_image_whatever_else_that_is_called(office: Office, api: APIClient) -> None:
    """Another name of it takes no agreement away."""
    dev = office(CONSENT)
    held = asked(dev, "create --name agreed app:2.0 true")
    api.tag("app:2.0", "prod", "live")
    assert agreed(dev, held).status is Status.DONE


def test_what_is_pruned_is_judged_by_each_of_its_names(office: Office, api: APIClient) -> None:
    """Whichever of them comes first."""
    api.tag("app:2.0", "prod", "live")
    dev = office('[[require]]\nverbs = ["change"]\non = ["image:prod:*"]\napprove = "second"\n')
    assert dev.say("image prune -a -f", DEV).status is Status.HELD


def test_a_prune_is_confirmed_by_the_names_that_go(office: Office, api: APIClient) -> None:
    """Docker's y/N is about what was shown: with another name it is asked again."""
    dev = office("")
    question = dev.say("image prune -a", DEV)
    (button,) = next(part for part in question.reply.parts if isinstance(part, Buttons)).buttons
    api.tag("app:2.0", "prod", "live")
    again = dev.say("image prune -a", DEV, confirmed=button.confirms)
    assert (again.status, "prod:live" in told(again)) == (Status.HELD, True)


def test_a_request_to_prune_is_nobodys_to_read_who_may_not_see_a_name(office: Office, api: APIClient) -> None:
    """Though they may see the image by another."""
    api.tag("app:2.0", "zzz-vault", "9")
    dev = office(CONSENT, NARROW)
    held = asked(dev, "image prune -a -f --filter label=stage=prod")
    for line in (f"approval show {held.number}", f"audit show {held.number}", f"why {held.number}", "approval ls"):
        assert "zzz-vault" not in told(dev.say(line, EVE))


def test_all_tags_that_are_pushed_are_agreed_to(office: Office, registry: str, api: APIClient) -> None:
    """Each is shown, whether there is a latest or not, and what gets a tag meanwhile is not pushed."""
    name = f"{registry}/team/site"
    api.tag("app:1.0", name, "1")
    api.tag("app:2.0", name, "2")
    dev = office(CONSENT)
    first = asked(dev, f"push -a {name}")
    assert [f"{name}:{tag}" in first.plan["text"] for tag in ("1", "2", "latest")] == [True, True, False]
    api.tag("app:2.0", name, "secret")
    assert agreed(dev, first).status is Status.SUPERSEDED
    api.remove_image(f"{name}:secret")
    done = agreed(dev, asked(dev, f"push -a {name}"))
    assert done.status is Status.DONE
    assert [told(done).count(each) for each in ("\n1: digest", "\n2: digest", "The push refers to")] == [1, 1, 1]


@pytest.mark.attack("S13")
def test_all_tags_that_a_pull_may_move_are_agreed_to(office: Office, registry: str, api: APIClient) -> None:
    """S13: each that is here is shown, and what gets a tag meanwhile is not moved."""
    name = f"{registry}/team/shop"
    for tag in ("1", "live"):
        api.tag("app:1.0", name, tag)
        assert "error" not in str(list(api.push(name, tag, stream=True, decode=True))[-1])
    api.remove_image(f"{name}:live")
    dev = office(CONSENT)
    first = asked(dev, f"pull -a {name}")
    assert [each in first.plan["text"] for each in (f"{name}:1", f"{name}:live", "latest")] == [True, False, False]
    assert f"every tag that the registry will have of {name} then" in first.plan["text"]
    api.tag("app:2.0", name, "live")
    done = agreed(dev, first)
    assert (done.status, f"image {name}:live is new" in told(done)) == (Status.SUPERSEDED, True)
    assert api.inspect_image(f"{name}:live")["Id"] == api.inspect_image("app:2.0")["Id"]
    again = asked(dev, f"pull -a {name}")
    assert f"{name}:live" in again.plan["text"]
    assert agreed(dev, again).status is Status.DONE
    assert api.inspect_image(f"{name}:live")["Id"] == api.inspect_image("app:1.0")["Id"]


def test_no_hidden_tag_is_told_by_all_tags(office: Office, registry: str, api: APIClient) -> None:
    """A push leaves it where it is, as though it were not there; a pull, which would move it, is refused."""
    name = f"{registry}/app"
    for tag, image in (("1.0", "app:1.0"), ("2.0", "app:2.0"), ("topsecret", "app:2.0")):
        api.tag(image, name, tag)
    dev = office(HIDDEN)
    pushed = dev.say(f"push -a {name}", DEV)
    assert (pushed.status, "1.0: digest" in told(pushed), "secret" in told(pushed)) == (Status.DONE, True, False)
    assert f"Not pushed: {name}:2.0." in told(pushed)
    pulled = dev.say(f"pull -a {name}", DEV)
    assert (pulled.status, "has a tag here" in told(pulled), "secret" in told(pulled)) == (Status.FAILED, True, False)
    assert told(dev.say(f"can-i pull -a {name}", DEV)).startswith(f"no: {name} has a tag here")
    none = dev.say(f"push -a {registry}/none", DEV)
    api.remove_image(f"{name}:1.0")
    api.remove_image(f"{name}:2.0")
    assert told(dev.say(f"push -a {name}", DEV)) == told(none).replace("/none", "/app")


def test_a_refusal_says_that_it_is_by_another_name(office: Office, api: APIClient) -> None:
    """The one that the line says is among those that the rule allows; which one is not, it does not say."""
    api.tag("app:2.0", "zzz-vault", "9")
    eve = office("", NARROW)
    said = told(eve.say("can-i image inspect app:2.0", EVE))
    assert "only on image:app:*" in said
    assert "and this image has a name besides that is none of these" in said
    digits = api.inspect_image("app:2.0")["Id"].removeprefix("sha256:")[:12]
    for line in ("can-i image inspect zzz-vault:9", f"can-i image inspect {digits}"):
        assert "besides" not in told(eve.say(line, EVE))
