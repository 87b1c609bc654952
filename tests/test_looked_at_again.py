"""What waited is looked at again when it is done, by the rules of then; why not is told as far as one may know it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from docker.api.client import APIClient
from harness import Bench
from offices import BASE, DEV, SAM, Office, told

from bot.held import Held, State
from bot.request import Outcome, Status
from bot.slack import sheet

ZOE = "U0ZOE00001"
CONSENT = '[[require]]\nverbs = ["act", "change", "enter"]\napprove = "second"\n'
BOSS = '[roles.boss]\nelevate = "second"\n[[roles.boss.allow]]\nverbs = ["act"]\non = ["*"]\n'
TWO = BASE.replace('from = ["sre"]', 'need = 2\nfrom = ["sre"]')
D, S = f'dev = {{ slack = ["{DEV}"], roles = ["dev"] }}\n', f'sam = {{ slack = ["{SAM}"], roles = ["sre"] }}\n'
Z = f'zoe = {{ slack = ["{ZOE}"], roles = ["sre"] }}\n'
BOTH = f'sam = {{ slack = ["{SAM}", "{DEV}"], roles = ["sre", "dev"] }}\n'  # two accounts of one human
NARROW = '[[roles.{}.allow]]\nverbs = ["see", "read"]\non = ["name:side"]'


def asked(office: Bench, line: str, **facts: str) -> Held:
    """The request that waits, of dev's."""
    held = office.store.approvals.get(office.say(line, DEV, **facts).number or 0)
    assert held is not None
    return held


def agree(office: Bench, held: Held, person: str = SAM) -> None:
    """A person's word for what was shown."""
    office.say(f"approval approve {held.number} --digest {held.digest}", person)


def begun(office: Bench, held: Held) -> tuple[Outcome, Held]:
    """What comes of it once it is begun, and how it stands then."""
    done, ended = office.pipeline.resume(held.number), office.store.approvals.get(held.number)
    assert done is not None
    assert ended is not None
    return done, ended


@pytest.mark.attack("S11")
@pytest.mark.parametrize(
    ("line", "base", "last"), [("restart -t 0 web", BASE, ""), ("role request boss", BASE, ""), ("pause web", TWO, ZOE)]
)
def test_an_askers_own_word_is_none_once_that_is_known(
    office: Office, api: APIClient, line: str, base: str, last: str
) -> None:
    """S11: whoever agreed turns out to be the asker by another account, before the last has agreed or after."""
    dev = office(CONSENT + BOSS, base.replace(S, S + Z))
    held = asked(dev, line)
    agree(dev, held)
    before = api.inspect_container("web")["State"]
    merged = office(CONSENT + BOSS, base.replace(D, "").replace(S, BOTH + Z))
    if last:
        agree(merged, held, last)
    done = merged.pipeline.resume(held.number)
    assert done is None or done.status is Status.SUPERSEDED
    assert api.inspect_container("web")["State"] == before
    assert not merged.store.grants.lasting()


def test_no_role_is_given_while_nothing_may_be_changed(office: Office) -> None:
    """A policy file that stays broken gives nobody a right that outlasts it, whether it was agreed to before or not."""
    dev = office(BOSS)
    held = asked(dev, "role request boss")
    agree(dev, held)
    locked = replace(dev, pipeline=replace(dev.pipeline, policy=dev.pipeline.policy.locked_for("It is broken.")))
    again = locked.say("role request boss", DEV)
    assert (again.status, "It is broken." in told(again)) == (Status.DENIED, True)
    done = locked.pipeline.resume(held.number)
    assert done is not None
    assert done.status is Status.DENIED


def test_why_the_policy_refuses_what_waited_is_for_the_asker_alone(office: Office, api: APIClient) -> None:
    """Neither the channel nor those who agreed hear a name that is hidden from them."""
    api.start(api.create_container("busybox:latest", ["sleep", "99"], name="side"))
    base = BASE
    for role in ("eye", "sre"):
        base = base.replace(f'[[roles.{role}.allow]]\nverbs = ["see", "read"]\non = ["*"]', NARROW.format(role))
    dev = office('[protect]\ncontainers = ["vault-db"]\n' + CONSENT, base)
    held = asked(dev, "exec side id", channel="C0OPS00001")
    host = api.create_host_config(pid_mode=f"container:{api.inspect_container('side')['Id']}")
    api.start(api.create_container("busybox:latest", ["sleep", "99"], name="vault-db", host_config=host))
    agree(dev, held)
    done, ended = begun(dev, held)
    assert (done.status, "vault-db" in told(done), done.public) == (Status.DENIED, True, False)
    assert "whoever asked was told why" in str(list(sheet.parts(ended)))
    shown = f"approval show {held.number}"
    assert "vault-db" in told(dev.say(shown, DEV))
    for said in (str(list(sheet.parts(ended))), told(dev.say(shown, SAM)), told(dev.say(f"why {held.number}", SAM))):
        assert "vault-db" not in said


def test_what_a_line_would_take_as_well_is_not_told_to_all(office: Office, api: APIClient) -> None:
    """It was not in the request that they could read."""
    dev = office(CONSENT)
    held = asked(dev, "container prune -f")
    api.create_container("busybox:latest", ["true"], name="vault-db")
    agree(dev, held)
    done, ended = begun(dev, held)
    assert (ended.state, "container vault-db is new" in told(done), done.public) == (State.SUPERSEDED, True, False)
    assert "any more: more is concerned" in str(list(sheet.parts(ended)))
    assert "vault-db" not in str(list(sheet.parts(ended)))
