"""What waits for other people's consent: asked, agreed to by people who may, done once, and only what they saw."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from docker.api.client import APIClient
from harness import KEY, UNHURRIED, Bench, bench
from set_clock import SetClock

from bot import reconcile, text
from bot.clock import Clock
from bot.desk import Desk
from bot.held import Held, State
from bot.policy import Policy
from bot.request import Actor, Member, Origin, Outcome, Status
from bot.store import Store
from commands import catalog
from commands.allowances import Allowances
from commands.reply import Asking, Button, Buttons

ADA, BOB, CAROL, DORA, EVE = "U0ADA00001", "U0BOB00001", "U0CAROL001", "U0DORA0001", "U0EVE00001"
BOB2 = "U0BOB00002"
POLICY = f"""
version = 1
[people]
ada = {{ slack = ["{ADA}"], roles = ["dev", "sre"] }}
bob = {{ slack = ["{BOB}", "{BOB2}"], roles = ["sre"] }}
carol = {{ slack = ["{CAROL}"], roles = ["sre"] }}
dora = {{ slack = ["{DORA}"], roles = ["viewer"] }}
eve = {{ slack = ["{EVE}"], roles = ["lead"] }}

[approvals.two]
need = 2
from = ["sre"]
expires = "15m"
within = "10m"
escalate = {{ after = "5m", from = ["lead"] }}

[approvals.why]
from = ["sre"]
reason = true

[break_glass]
roles = ["dev"]
review = ["lead"]

[[roles.sre.allow]]
verbs = ["see"]
on = ["*"]
[[roles.lead.allow]]
verbs = ["see"]
on = ["*"]
[[roles.dev.allow]]
verbs = ["see", "read"]
on = ["*"]
[[roles.dev.allow]]
verbs = ["act", "change"]
on = ["*"]
approve = "two"
[[roles.dev.allow]]
verbs = ["enter"]
on = ["*"]
approve = "why"
[[roles.dev.allow]]
verbs = ["root"]
on = ["*"]
approve = "two"
[[roles.viewer.allow]]
verbs = ["see"]
on = ["*"]
[roles.oncall]
elevate = "two"
longest = "2h"
[[roles.oncall.allow]]
verbs = ["act"]
on = ["*"]
"""


def policy(more: str = "", **changes: str) -> Policy:
    """The policy, with more at its end, and words changed in it."""
    said = POLICY + more
    for old, new in changes.items():
        said = said.replace(old, new)
    return Policy.parse(said, "policy.toml", tuple(verb.spec for verb in catalog.load()))


@pytest.fixture
def office(fresh_world: str, tmp_path: Path) -> Iterator[Bench]:
    """A pipeline for people some of whom have to agree."""
    made = bench(fresh_world, tmp_path / "office", policy())
    yield made
    made.close()


def held(office: Bench, line: str = "restart -t 0 web", person: str = ADA) -> Held:
    """What waits for a line."""
    outcome = office.say(line, person)
    assert outcome.status is Status.HELD, text.docker(outcome.reply)
    found = office.store.approvals.get(outcome.number or 0)
    assert found is not None
    return found


def agree(office: Bench, asked: Held, person: str) -> Outcome:
    """A person's word for what was shown."""
    return office.say(f"approval approve {asked.number} --digest {asked.digest}", person)


def now(office: Bench, asked: Held) -> Held:
    """The request as it stands."""
    found = office.store.approvals.get(asked.number)
    assert found is not None
    return found


def started(api: APIClient) -> str:
    """Since when web runs."""
    return str(api.inspect_container("web")["State"]["StartedAt"])


def test_two_people_agree_and_it_is_done_once(office: Bench, api: APIClient) -> None:
    """Not before the second, and not again."""
    before, asked = started(api), held(office)
    assert agree(office, asked, BOB).status is Status.DONE
    assert office.pipeline.resume(asked.number) is None
    assert started(api) == before
    agree(office, asked, CAROL)
    done = office.pipeline.resume(asked.number)
    assert done is not None
    assert (done.status, now(office, asked).state) == (Status.DONE, State.DONE)
    after = started(api)
    assert after != before
    assert office.pipeline.resume(asked.number) is None
    assert started(api) == after
    story = office.store.actions.get(asked.number)
    assert story is not None
    kinds = [event["kind"] for event in story["events"]]
    assert kinds == ["received", "judged", "outcome", "voted", "voted", "judged", "intended", "outcome"]
    assert [event["person"] for event in story["events"] if event["kind"] == "voted"] == ["bob", "carol"]
    assert story["status"] == "done"


@pytest.mark.attack("S12")
@pytest.mark.parametrize(("late", "counts"), [(-1.0, True), (1.0, False)])
def test_a_word_counts_until_the_second_of_its_end(fresh_world: str, tmp_path: Path, late: float, counts: bool) -> None:
    """S12: a second before it counts, a second after it does not, nor where the clock is put back then."""
    clock = SetClock(1_000_000.0)
    made = bench(fresh_world, tmp_path / "timed", policy(), clock=clock)
    asked = held(made)
    agree(made, asked, BOB)
    clock.at = asked.expires + late
    assert (agree(made, asked, CAROL).status is Status.DONE) is counts
    clock.at = asked.expires - 60
    agree(made, asked, CAROL)
    assert (now(made, asked).state is State.APPROVED) is counts
    made.close()


@pytest.mark.parametrize("person", [ADA, DORA, EVE, BOB2])
def test_only_other_people_who_may_are_counted(office: Bench, person: str) -> None:
    """Neither the asker, nor others, nor another account of one who agreed."""
    asked = held(office)
    agree(office, asked, BOB)
    refused = agree(office, asked, person)
    assert refused.status is Status.FAILED
    assert now(office, asked).state is State.PENDING


@pytest.mark.parametrize("again", [(BOB2, Origin.SLASH), (BOB, Origin.EXEC)])
def test_whoever_agrees_again_has_agreed(office: Bench, again: tuple[str, Origin]) -> None:
    """By another account or another way in: they are told so, and their word still counts."""
    asked = held(office)
    first = agree(office, asked, BOB)
    second = office.say(f"approval approve {asked.number} --digest {asked.digest}", *again)
    assert f"You agreed already, as number {first.number}." in text.added(second.reply)
    story = office.store.actions.get(asked.number)
    assert story is not None
    assert [event["kind"] for event in story["events"]].count("voted") == 1
    assert now(office, asked).version == asked.version + 1
    agree(office, asked, CAROL)
    assert now(office, asked).state is State.APPROVED


def test_a_word_counts_in_a_record_that_has_it_twice(office: Bench) -> None:
    """An older slashdock wrote down whatever was said again; only a refusal takes it back."""
    asked = held(office)
    agree(office, asked, BOB)
    said = {"verdict": "approve", "actor": BOB2, "origin": "slash", "person": "bob"}
    for verdict, counted in (("approve", 1), ("reject", 0)):
        with office.store.journal.writing() as db:
            office.store.journal.append(db, asked.number, "voted", said | {"verdict": verdict})
        assert len(now(office, asked).votes) == counted


def test_one_no_ends_it(office: Bench, api: APIClient) -> None:
    """Whoever else agrees."""
    before, asked = started(api), held(office)
    agree(office, asked, BOB)
    office.say(f"approval reject {asked.number} --reason 'not now'", CAROL)
    ended = now(office, asked)
    assert (ended.state, ended.by, ended.why, ended.sealed) == (State.DENIED, "carol", "not now", b"")
    assert agree(office, asked, CAROL).status is Status.FAILED
    assert office.pipeline.resume(asked.number) is None
    assert started(api) == before


def test_a_word_is_good_for_what_was_shown_alone(office: Bench) -> None:
    """Another digest is no word; without one it is shown first."""
    asked = held(office)
    assert office.say(f"approval approve {asked.number} --digest {'0' * 32}", BOB).status is Status.FAILED
    shown = office.say(f"approval approve {asked.number}", BOB)
    assert shown.status is Status.HELD
    assert "restart --timeout=0 web" in text.docker(shown.reply)
    assert not now(office, asked).votes


def test_what_changed_since_is_not_done(office: Bench, api: APIClient) -> None:
    """The name stands for another container by now."""
    asked = held(office)
    agree(office, asked, BOB)
    agree(office, asked, CAROL)
    api.rename("web", "web-old")
    api.rename("worker", "web")
    done = office.pipeline.resume(asked.number)
    assert done is not None
    assert (done.status, now(office, asked).state) == (Status.SUPERSEDED, State.SUPERSEDED)
    assert "container web has changed" in now(office, asked).why


@pytest.mark.attack("S11")
@pytest.mark.parametrize(
    "changes",
    [
        {f'bob = {{ slack = ["{BOB}", "{BOB2}"], roles = ["sre"] }}': f'bob = {{ slack = ["{BOB}"], roles = [] }}'},
        {"need = 2": "need = 3"},
    ],
)
def test_those_who_agreed_have_to_be_enough_when_it_runs(office: Bench, changes: dict[str, str]) -> None:
    """By the policy of then and by that of now."""
    asked = held(office)
    agree(office, asked, BOB)
    agree(office, asked, CAROL)
    later = dataclasses.replace(office.pipeline, policy=policy(**changes))
    done = later.resume(asked.number)
    assert done is not None
    assert done.status is Status.SUPERSEDED


def test_the_asker_has_to_be_allowed_when_it_runs(office: Bench) -> None:
    """Whose role was taken away meanwhile is denied."""
    asked = held(office)
    agree(office, asked, BOB)
    agree(office, asked, CAROL)
    later = dataclasses.replace(office.pipeline, policy=policy(**{'roles = ["dev", "sre"]': "roles = []"}))
    done = later.resume(asked.number)
    assert done is not None
    assert (done.status, now(office, asked).state) == (Status.DENIED, State.DENIED)


def test_whoever_asked_takes_it_back(office: Bench) -> None:
    """Nobody else does."""
    asked = held(office)
    assert office.say(f"approval cancel {asked.number}", BOB).status is Status.FAILED
    assert office.say(f"approval cancel {asked.number}", ADA).status is Status.DONE
    assert now(office, asked).state is State.CANCELLED
    action = office.store.actions.get(asked.number)
    assert action is not None
    assert action["status"] == "cancelled"


def test_what_was_refused_is_not_answered_as_waiting(office: Bench) -> None:
    """The answer of before holds no more: whoever is fed from the record is told why nothing comes of it."""
    number = office.say("restart -t 0 web", ADA, channel="C0OPS").number or 0
    office.say(f"approval reject {number} --reason 'not now'", BOB)
    late = Desk(office.pipeline, office.store).found(number)
    assert late is not None
    assert text.added(late.outcome.reply).strip() == "not now"
    assert office.say(f"output {number}", ADA).status is Status.FAILED


def test_whoever_takes_it_back_is_told_by_that_alone(office: Bench) -> None:
    """No second answer is due for what they ended themselves."""
    number = office.say("restart -t 0 web", ADA, channel="C0OPS").number or 0
    before = office.store.undelivered.of(number)
    office.say(f"approval cancel {number}", ADA)
    assert office.store.undelivered.of(number) == before


def test_a_reason_is_asked_for_where_the_policy_wants_one(office: Bench) -> None:
    """In a dialog, or on the line; those who decide read it."""
    asked = office.say("exec web true", ADA)
    form = next(part for part in asked.reply.parts if isinstance(part, Asking)).form
    assert [field.name for field in form.fields] == ["reason"]
    assert office.store.approvals.get(asked.number or 0) is None
    said = held(office, "exec --reason 'the cache is stuck' web true")
    assert said.reason == "the cache is stuck"
    assert "the cache is stuck" in said.plan["text"]


@pytest.mark.attack("S20")
def test_a_secret_is_sealed_and_gone_when_it_is_settled(office: Bench) -> None:
    """The value is nowhere on disk in the clear, and not at all afterwards."""
    asked = held(office, "run -d -e DB_PASSWORD=hunter2-hunter2 --name sealed busybox true")
    assert "hunter2" not in asked.plan["text"]
    agree(office, asked, BOB)
    agree(office, asked, CAROL)
    done = office.pipeline.resume(asked.number)
    assert done is not None
    assert done.status is Status.DONE, text.docker(done.reply)
    assert now(office, asked).sealed == b""
    kept = b"".join(each.read_bytes() for each in office.folder.rglob("*") if each.is_file())
    assert b"hunter2" not in kept
    office.pipeline.hosts.get("local").quick().remove_container("sealed", force=True)  # type: ignore[union-attr]


def test_an_image_that_nobody_has_seen_cannot_be_agreed_to(office: Bench) -> None:
    """It has to be pulled first."""
    refused = office.say("run -d nothere:1 true", ADA)
    assert refused.status is Status.FAILED
    assert "Pull it first" in text.added(refused.reply)


def test_broken_glass_is_loud_until_somebody_else_has_looked(office: Bench, api: APIClient) -> None:
    """The asker alone breaks it, never for root; a reviewer ends it."""
    before, asked = started(api), held(office)
    assert office.say(f"approval break-glass {asked.number}", ADA).status is Status.USAGE
    assert office.say(f"approval break-glass {asked.number} --reason fire", BOB).status is Status.FAILED
    assert office.say(f"approval break-glass {asked.number} --reason fire", ADA).status is Status.DONE
    done = office.pipeline.resume(asked.number)
    assert done is not None
    assert done.status is Status.DONE
    assert started(api) != before
    assert "NOT YET REVIEWED" in text.added(office.say(f"approval show {asked.number}", BOB).reply)
    assert office.say(f"approval review {asked.number}", ADA).status is Status.FAILED
    assert office.say(f"approval review {asked.number}", EVE).status is Status.DONE
    assert now(office, asked).reviewed == "eve"
    root = held(office, "run -d --privileged busybox true")
    assert office.say(f"approval break-glass {root.number} --reason fire", ADA).status is Status.FAILED
    role = held(office, "role request oncall --for 1h", ADA)
    refused = office.say(f"approval break-glass {role.number} --reason fire", ADA)
    assert "never gives a role" in text.docker(refused.reply) + text.added(refused.reply)
    assert now(office, role).state is State.PENDING


def test_a_role_for_a_time_is_agreed_to_and_ends(office: Bench) -> None:
    """It gives what the role allows, does not make an approver, and can be ended."""
    assert office.say("start idle", DORA).status is Status.DENIED
    assert office.say("role request oncall --for 3h", DORA).status is Status.DENIED
    assert office.say("role request viewer --for 1h", DORA).status is Status.DENIED
    asked = held(office, "role request oncall --for 1h", DORA)
    agree(office, asked, BOB)
    agree(office, asked, CAROL)
    given = office.pipeline.resume(asked.number)
    assert given is not None
    assert given.status is Status.DONE, text.added(given.reply)
    assert office.say("start idle", DORA).status is Status.DONE
    assert office.say(f"role revoke {asked.number}", BOB).status is Status.DONE
    assert office.say("start idle", DORA).status is Status.DENIED


def test_the_list_shows_what_waits_to_those_concerned(office: Bench) -> None:
    """With what it needs; the buttons stand with the request itself."""
    asked = held(office)
    listed = text.docker(office.say("approval ls", BOB).reply)
    assert str(asked.number) in listed
    assert "container restart --timeout=0 web" in listed
    shown = office.say(f"approval show {asked.number}", BOB).reply
    buttons: list[Button] = [each for part in shown.parts if isinstance(part, Buttons) for each in part.buttons]
    assert [button.label for button in buttons] == ["Approve container restart web", "Reject"]
    seen = office.say(f"approval show {asked.number}", DORA).reply
    assert not [part for part in seen.parts if isinstance(part, Buttons)]


def test_a_name_that_is_not_ones_own_is_not_given(fresh_world: str, tmp_path: Path) -> None:
    """A rename concerns both names."""
    said = f"""
version = 1
[people]
ada = {{ slack = ["{ADA}"], roles = ["dev"] }}
[[roles.dev.allow]]
verbs = ["see", "change"]
on = ["name:web*"]
"""
    made = bench(fresh_world, tmp_path / "names", Policy.parse(said, "p", tuple(v.spec for v in catalog.load())))
    refused, done = made.say("rename web prod", ADA), made.say("rename web web-2", ADA)
    made.close()
    assert (refused.status, done.status) == (Status.DENIED, Status.DONE)


def test_a_label_that_an_image_brings_gives_no_right_to_what_was_made_from_chat(
    fresh_world: str, tmp_path: Path, api: APIClient
) -> None:
    """Whoever may build an image writes its labels; what by:me selects is told by the record."""
    said = f"""
version = 1
[people]
ada = {{ slack = ["{ADA}"], roles = ["maker"] }}
bob = {{ slack = ["{BOB}"], roles = ["shop"] }}
[[roles.maker.allow]]
verbs = ["see", "change"]
on = ["image:*"]
[[roles.maker.allow]]
verbs = ["act"]
on = ["by:me"]
[[roles.shop.allow]]
verbs = ["see", "act"]
on = ["label:team=shop"]
"""
    made = bench(fresh_world, tmp_path / "labels", Policy.parse(said, "p", tuple(v.spec for v in catalog.load())))
    created = made.say("create --name mine --label team=shop busybox true", ADA)
    by_hand = api.create_container("busybox", ["true"], name="theirs", labels={"team": "shop"})["Id"]
    ends = [made.say(f"start {name}", who).status for who in (ADA, BOB) for name in ("mine", "theirs")]
    seen = text.docker(made.say("ps -a --format '{{.Names}}'", BOB).reply).split()
    made.close()
    for each in (created.reply.ids[0], by_hand):
        api.remove_container(each, force=True)
    assert created.status is Status.DONE, text.docker(created.reply)
    assert ends == [Status.DONE, Status.DENIED, Status.DENIED, Status.DONE]
    assert seen == ["theirs"]


def test_an_approved_line_that_was_cut_off_is_unknown(fresh_world: str, tmp_path: Path, api: APIClient) -> None:
    """The bot died between the intent and the outcome: what was held before is no answer to that."""
    office = bench(fresh_world, tmp_path / "cut", policy())
    asked = held(office)
    agree(office, asked, BOB)
    agree(office, asked, CAROL)
    facts = {"verb": "container restart", "line": asked.line, "person": "ada", "permission": "act", "host": "local"}
    web = api.inspect_container("web")["Id"]
    target = {"kind": "container", "id": web, "name": "web"}
    assert office.store.record.intend(asked.number, reason="", targets=[target], resumed=True, **facts)
    running = office.store.actions.get(asked.number)
    office.store.close()
    store = Store(office.folder, Clock(), KEY)
    left = reconcile.settle(store)
    action, ended = store.actions.get(asked.number), store.approvals.get(asked.number)
    store.close()
    assert running is not None
    assert running["status"] == "running"
    assert [each["number"] for each in left] == [asked.number]
    assert action is not None
    assert action["status"] == "unknown"
    assert ended is not None
    assert ended.state is State.UNKNOWN


@pytest.mark.attack("S27")
def test_only_so_many_requests_wait(fresh_world: str, tmp_path: Path) -> None:
    """Of one person, so that nobody is asked to death."""
    made = bench(fresh_world, tmp_path / "many", policy(), rates=dataclasses.replace(UNHURRIED, waiting=2))
    said = [made.say("restart web", ADA).status for _ in range(3)]
    made.close()
    assert said == [Status.HELD, Status.HELD, Status.DENIED]


def test_the_story_of_a_request_has_those_who_agreed(office: Bench) -> None:
    """In the record, with their numbers."""
    asked = held(office)
    agree(office, asked, BOB)
    told = text.added(office.say(f"audit show {asked.number}", ADA).reply)
    assert f"bob agreed, as number {asked.number + 1}: 20" in told


def test_what_is_hidden_has_a_fingerprint(office: Bench) -> None:
    """Whoever agrees can tell whether two requests hide the same, and not what."""
    first = held(office, "run -d -e DB_PASSWORD=one-one-one busybox true").plan["text"]
    second = held(office, "run -d -e DB_PASSWORD=two-two-two busybox true").plan["text"]
    marks = [line for each in (first, second) for line in each.splitlines() if line.startswith("Secrets:")]
    assert len(set(marks)) == 2
    assert "one-one-one" not in first


@pytest.mark.parametrize("line", ["container prune -f", "volume prune -f", "network prune -f", "system prune -f"])
def test_that_time_goes_by_changes_nothing(fresh_world: str, api: APIClient, tmp_path: Path, line: str) -> None:
    """What is five minutes older, and is listed in another order, is still what was agreed to."""
    clock = SetClock(time.time())
    for number in range(8):
        api.create_volume(f"old-{number}")
    api.create_network("old")
    made = bench(fresh_world, tmp_path / "office", policy(), clock=clock)
    asked = held(made, line)
    agree(made, asked, BOB)
    clock.at += 300
    agree(made, asked, CAROL)
    done = made.pipeline.resume(asked.number)
    made.close()
    assert done is not None
    assert done.status is Status.DONE, text.added(done.reply)
    assert done.reply.ids


@pytest.mark.attack("S14")
@pytest.mark.parametrize(
    "line",
    [
        "run --rm busybox sh -c 'PGPASSWORD=x true; echo owned > /b/owned'",
        "run --rm busybox sh --password 'rm -rf /d'",
        "run --rm --entrypoint 'token=x;rm' busybox",
        "run --rm -v /:/token=abc busybox true",
        "commit -c 'ENV TOKEN=x1y2z3' web kept:1",
        """run -d -e '--api-key "=1' -p 0.0.0.0:2222:22 --restart always busybox sleep 100""",
        """exec --reason why -e '--api-key "=1' -u root:0 -w /tmp web id""",
        """run --label 'A=x TOKEN="' -p 0.0.0.0:2222:22 busybox true""",
        "run --label TOKEN=x1y2z3 busybox true",
        "build -t made:3 --build-arg RUN_SECRET=x1y2z3 /srv/ctx",
    ],
)
def test_nobody_agrees_to_what_is_hidden_from_them(office: Bench, line: str) -> None:
    """What would be masked is no value of a variable: it is refused, with the way to hand a secret over."""
    refused = office.say(line, ADA)
    assert refused.status is Status.FAILED
    assert "-e NAME=VALUE" in text.added(refused.reply)
    assert office.say("run --rm -e TOKEN=x1y2z3 busybox true", ADA).status is Status.HELD


def test_a_dockerfile_is_shown_to_those_who_agree(office: Bench) -> None:
    """Every line of what was filled in; what would be hidden in it is refused."""
    asked = office.say("build -t made:1 -", ADA, given={"dockerfile": "FROM busybox\nRUN echo \x1b > /x\n"})
    shown = text.docker(office.say(f"approval show {asked.number}", BOB).reply)
    assert "FROM busybox" in shown
    assert "RUN echo \\u{1b} > /x" in shown
    hidden = office.say("build -t made:2 -", ADA, given={"dockerfile": "FROM busybox\nRUN TOKEN=x1y2z3 rm /x\n"})
    assert hidden.status is Status.FAILED
    broken = 'RUN \\\ntouch \\\n/evil \\\n"\u2028-----END PRIVATE KEY-----"'
    asked = office.say("build -t made:4 -", ADA, given={"dockerfile": f"FROM busybox\n{broken}\n"})
    assert "/evil" in text.docker(office.say(f"approval show {asked.number}", BOB).reply)


def test_what_only_looks_like_a_secret_and_is_a_name_is_shown(office: Bench, api: APIClient) -> None:
    """A volume by its name, and variables that tell nothing."""
    api.create_volume("db-password")
    asked = held(office, "run -v db-password:/p -e TZ=UTC -e TOKEN=x1y2z3 busybox true")
    shown = text.docker(office.say(f"approval show {asked.number}", BOB).reply)
    assert "run --env=TZ=UTC '--env=TOKEN=••••' --volume=db-password:/p busybox true\n" in shown
    assert "x1y2z3" not in shown


def test_what_is_about_nothing_yet_is_not_everybodys_to_know(fresh_world: str, tmp_path: Path) -> None:
    """Who may see nothing of a host sees no request about what is to be made there, and shows it to nobody."""
    blind = '[[roles.viewer.allow]]\nverbs = ["see"]\non = ["name:nothing"]\n'
    changes = {'[[roles.viewer.allow]]\nverbs = ["see"]\non = ["*"]\n': blind}
    narrow = bench(fresh_world, tmp_path / "narrow", policy('[channels]\nallow = ["C0OPS00001"]\n', **changes))
    asked = narrow.say("volume create payroll", ADA)
    assert asked.status is Status.HELD
    assert "payroll" not in text.docker(narrow.say("approval ls", DORA).reply)
    assert narrow.say(f"approval show {asked.number}", DORA).status is Status.FAILED
    assert narrow.say(f"approval send {asked.number} C0OPS00001", DORA).status is Status.FAILED
    assert narrow.say(f"approval send {asked.number} C0EVIL0001", ADA).status is Status.FAILED
    assert narrow.say(f"approval send {asked.number} U0STRANGER", ADA).status is Status.FAILED
    assert narrow.say(f"approval send {asked.number} C0OPS00001", BOB).status is Status.DONE
    assert {BOB, "C0OPS00001"} <= {post.channel for post in narrow.store.approvals.posts.of(asked.number or 0)}
    narrow.close()


def test_a_request_names_nothing_that_its_asker_may_not_see(fresh_world: str, api: APIClient, tmp_path: Path) -> None:
    """What depends on it is said to be there, without a name: the asker reads the request, too."""
    made = api.create_network("front-new")
    box = api.create_container("busybox:latest", ["sleep", "1000"], name="payroll-db")
    api.connect_container_to_network(box, made["Id"])
    api.start(box)
    seeing = [
        f"[[roles.{role}.allow]]\nverbs = [{verbs}]\n" for role, verbs in (("dev", '"see", "read"'), ("sre", '"see"'))
    ]
    changes = {f'{each}on = ["*"]': f'{each}on = ["network:front*"]' for each in seeing}
    narrow = bench(fresh_world, tmp_path / "narrow", policy(**changes))
    asked = narrow.say("network rm front-new", ADA)
    assert asked.status is Status.HELD
    shown = narrow.say(f"approval show {asked.number}", ADA).reply
    assert "may not see" in text.added(shown)
    assert "payroll" not in text.added(shown) + text.docker(shown)
    narrow.close()
    api.remove_container(box, force=True)


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("run -d --name bad-1 busybox true", Status.DENIED),
        ("create -v bad:/x busybox true", Status.DENIED),
        ("tag busybox bad:1", Status.DENIED),
        ("commit web bad:1", Status.DENIED),
        ("run -d --name kept-1 busybox true", Status.HELD),
        ("create -v kept:/x busybox true", Status.HELD),
        ("tag busybox kept:1", Status.HELD),
        ("commit web kept:1", Status.HELD),
        ("tag busybox fine:1", Status.DONE),
    ],
)
def test_rules_are_about_the_names_of_what_is_new(fresh_world: str, tmp_path: Path, line: str, status: Status) -> None:
    """Whoever may make anything else makes nothing by a name that is denied, and alone nothing by one that is kept."""
    verbs = 'verbs = ["run", "create", "tag", "commit"]'
    rules = f"""
[[deny]]
{verbs}
on = ["name:bad-*", "volume:bad*", "image:bad:*"]
[[require]]
{verbs}
on = ["name:kept-*", "volume:kept*", "image:kept:*"]
approve = "two"
"""
    changes = {'verbs = ["act", "change"]\non = ["*"]\napprove = "two"': 'verbs = ["act", "change"]\non = ["*"]'}
    free = bench(fresh_world, tmp_path / "free", policy(rules, **changes))
    assert free.say(line, ADA).status is status
    free.close()


def test_whoever_agreed_may_still_refuse(office: Bench) -> None:
    """It ends the request, and that is what everybody is told."""
    asked = held(office)
    agree(office, asked, BOB)
    assert office.say(f"approval reject {asked.number} --reason 'changed my mind'", BOB).status is Status.DONE
    after = now(office, asked)
    assert (after.state, [(vote.person, vote.verdict) for vote in after.votes]) == (
        State.DENIED,
        [("bob", "reject")],
    )
    assert office.say(f"approval approve {asked.number} --digest {asked.digest}", CAROL).status is Status.FAILED


def test_who_breaks_the_glass_does_not_review_it(fresh_world: str, tmp_path: Path) -> None:
    """Not even with the role that reviews."""
    both = {'roles = ["dev", "sre"]': 'roles = ["dev", "sre", "lead"]'}
    bold = bench(fresh_world, tmp_path / "bold", policy(**both))
    asked = held(bold)
    assert bold.say(f"approval break-glass {asked.number} --reason fire", ADA).status is Status.DONE
    bold.pipeline.resume(asked.number)
    assert bold.say(f"approval review {asked.number}", ADA).status is Status.FAILED
    assert bold.say(f"approval review {asked.number}", EVE).status is Status.DONE
    bold.close()


def test_a_role_for_a_time_says_how_long_and_who_has_it_is_listed(office: Bench) -> None:
    """Those who agree read it; those who see the host find who has it, until when and how to end it."""
    asked = held(office, "role request oncall --for 90m", DORA)
    assert "the role oncall for 90 minutes" in text.docker(office.say(f"approval show {asked.number}", BOB).reply)
    agree(office, asked, BOB)
    agree(office, asked, CAROL)
    office.pipeline.resume(asked.number)
    row = next(line for line in text.docker(office.say("role ls", BOB).reply).splitlines() if line.startswith("oncall"))
    assert "dora until " in row
    assert f"(number {asked.number})" in row


def test_a_bar_that_was_raised_is_told_as_that(fresh_world: str, tmp_path: Path) -> None:
    """The policy changed; those who agreed are still there."""
    rules = tmp_path / "policy.toml"
    rules.write_text(POLICY)
    strict = bench(fresh_world, tmp_path / "strict", policy())
    asked = held(strict)
    agree(strict, asked, BOB)
    agree(strict, asked, CAROL)
    strict.pipeline.__dict__["policy"] = policy(**{"need = 2": "need = 3"})
    for known in ("assent", "_holding", "_judging", "_execution"):
        strict.pipeline.__dict__.pop(known, None)
    outcome = strict.pipeline.resume(asked.number)
    assert outcome is not None
    assert "asks for more people" in text.added(outcome.reply)
    strict.close()


class Leaving:
    """A workspace that somebody has just left, as whoever asks Slack itself is told."""

    left = ""

    def member(self, actor: Actor, *, fresh: bool, channel: str = "") -> Member:  # noqa: ARG002 - Directory's
        """The person's state."""
        return Member(refused="gone" if fresh and actor.id == self.left else None)


def test_those_who_agreed_are_looked_at_afresh_when_it_runs(fresh_world: str, api: APIClient, tmp_path: Path) -> None:
    """What was known of them before does not count."""
    workspace = Leaving()
    made = bench(fresh_world, tmp_path / "leaving", policy(), workspace)
    before, asked = started(api), held(made)
    agree(made, asked, BOB)
    agree(made, asked, CAROL)
    workspace.left = CAROL
    made.pipeline.resume(asked.number)
    assert (now(made, asked).state, started(api)) == (State.SUPERSEDED, before)
    made.close()


def said_around(office: Bench, line: str) -> str:
    """The facts that a request of this line tells."""
    return "\n".join(each["text"] for each in held(office, line).plan["around"])


def test_a_request_tells_what_hangs_on_it_and_what_would_be_lost(office: Bench, api: APIClient) -> None:
    """Links, shared volumes and networks, as of now; how much an image and a volume hold."""
    config = api.create_host_config(links={"web": "front"}, binds=["pgdata:/d"])
    api.create_container("busybox:latest", ["true"], name="linking", host_config=config)
    sharing = api.create_host_config(binds=["pgdata:/d"])
    writer = api.create_container(
        "busybox:latest", ["sh", "-c", "head -c 5000 /dev/zero > /d/file"], name="sharing", host_config=sharing
    )
    api.start(writer)
    api.wait(writer)
    facts = said_around(office, "rm -f web")
    assert "linking is linked to web." in facts
    facts = said_around(office, "rm -f sharing")
    assert "linking uses the same volumes as sharing: pgdata." in facts
    facts = said_around(office, "volume rm pgdata")
    assert "The volume pgdata holds" in facts
    facts = said_around(office, "rmi app:2.0")
    assert "The image app:2.0 has" in facts


@pytest.mark.parametrize("line", ["run -d --env-file {0}/e.env busybox true", "build -t ctx:1 {0}"])
def test_what_is_read_when_it_is_done_is_what_was_agreed_to(office: Bench, tmp_path: Path, line: str) -> None:
    """A file that holds something else by then supersedes the request; the same content does not."""
    folder = tmp_path / "files"
    folder.mkdir()
    spoken = dataclasses.replace(
        office, pipeline=dataclasses.replace(office.pipeline, allowances=Allowances(files=(folder,)))
    )
    ends = []
    for later in ("FROM busybox\nCMD one\n", "FROM busybox\nCMD two\n"):
        for name in ("e.env", "Dockerfile"):
            (folder / name).write_text("FROM busybox\nCMD one\n" if name == "Dockerfile" else "A=1\n")
        asked = held(spoken, line.format(folder))
        assert "fingerprint" in asked.plan["text"]
        (folder / "Dockerfile").write_text(later)
        (folder / "e.env").write_text("A=1\n" if "one" in later else "B=2\n")
        agree(spoken, asked, BOB)
        agree(spoken, asked, CAROL)
        spoken.pipeline.resume(asked.number)
        ends.append(now(spoken, asked).state)
    assert ends == [State.DONE, State.SUPERSEDED]


@pytest.mark.parametrize("line", ["run -d --env-file {0}/none.env busybox true", "build -t ctx:1 {0}/e.env"])
def test_nobody_is_asked_about_what_cannot_be_read(office: Bench, tmp_path: Path, line: str) -> None:
    """It fails in docker's words."""
    (tmp_path / "e.env").write_text("A=1\n")
    spoken = dataclasses.replace(
        office, pipeline=dataclasses.replace(office.pipeline, allowances=Allowances(files=(tmp_path,)))
    )
    said = spoken.say(line.format(tmp_path), ADA)
    words = "context must be a directory" if "build" in line else "no such file or directory"
    assert (said.status, words in text.docker(said.reply)) == (Status.FAILED, True), said
