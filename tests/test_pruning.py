"""Pruning images: what the plan takes and spares, and that each is looked at again before it goes."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from docker.api.client import APIClient
from harness import ADMIN, Bench, bench
from hypothesis import given
from hypothesis import strategies as st
from proxy import Proxy

from bot import text
from bot.answers import SHOWN
from bot.policy import Policy
from bot.request import Status
from bot.store import FILE
from commands import catalog, reference
from commands.image import prune, pruning, removing, using
from commands.image.pruning import Image, Plan, Selection
from commands.image.using import Uses
from commands.live import uncancelled
from commands.reply import Note

NOW = 1_700_000_000.0
NOBODY = Uses({}, {})
POLICY = f"""version = 1

[people]
ada = {{ slack = ["{ADMIN}"], roles = ["all"] }}

[[roles.all.allow]]
verbs = ["see", "read", "act", "change"]
on = ["*"]

"""
PROTECTED = '[protect]\nimages = ["app*"]\n'
DENIED = '[[deny]]\nverbs = ["change"]\non = ["label:stage=prod"]\n'


def all_seen(*_: object) -> bool:
    """Nothing is hidden."""
    return True


def anybodys(client: APIClient) -> Any:
    """What the removal is given of a line from which nothing is hidden, and that nobody cancels."""
    return SimpleNamespace(patient=client, visible=all_seen, work=uncancelled, progress=lambda _text: None)


def policy(rules: str) -> Policy:
    """One person who may do everything but what the rules say."""
    return Policy.parse(POLICY + rules, "policy.toml", [verb.spec for verb in catalog.load()])


def image(number: int = 1, *, tags: tuple[str, ...] = (), labels: tuple[str, ...] = (), created: float = 0) -> Image:
    """An image that is dangling unless it has a tag."""
    return Image(f"sha256:{number:064x}", tags, (), dict.fromkeys(labels, "1"), int(created), dangling=not tags)


@pytest.mark.parametrize(
    ("filters", "all_", "made"),
    [
        ([], False, Selection()),
        ([], True, Selection(all=True)),
        (["", "dangling=false"], False, Selection(all=True)),
        (["dangling=0"], False, Selection(all=True)),
        (["dangling=true"], True, Selection(all=True)),
        (["until=1h", "until=1h"], False, Selection(until=NOW - 3600)),
        (["until=1699999999.5"], False, Selection(until=1_699_999_999.5)),
        (["label=a", "label=b=c", "label!=d"], False, Selection(labels=("a", "b=c"), without=("d",))),
    ],
)
def test_filters_make_a_selection(filters: list[str], all_: bool, made: Selection) -> None:
    """What the filters say, as the engine reads them."""
    assert pruning.selection(filters, all_=all_, now=NOW) == made


@pytest.mark.parametrize(
    ("filters", "wrong"),
    [
        (["name=x"], "Invalid filter 'name'"),
        (["until=1h", "until=2h"], "more than one until filter specified"),
        (["until=soon"], 'failed to parse value as time or duration: "soon"'),
    ],
)
def test_filters_that_the_engine_would_refuse_are_refused(filters: list[str], wrong: str) -> None:
    """With the engine's own words."""
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the words are what is looked at
        pruning.selection(filters, all_=False, now=NOW)
    assert str(refused.value) == wrong


@pytest.mark.parametrize("name", ["a@{}", "a:1@{}", "docker.io/library/a@{}"])
def test_an_image_that_is_named_by_its_digest_is_in_use(name: str) -> None:
    """As services name theirs, and what was made by a digest; a tag beside it counts, too."""
    digest = f"sha256:{7:064x}"
    named = Uses({}, dict.fromkeys(reference.fulls(name.format(digest)), "service shop"))
    held = replace(image(tags=("other:2",)), digests=(f"a@{digest}",))
    assert pruning.in_use(held, named) == f"service shop names a@{digest}"
    assert pruning.in_use(image(tags=("a:latest",)), named) is None
    assert bool(pruning.in_use(image(tags=("a:1",)), named)) is (":1" in name)


@pytest.mark.parametrize(
    ("given_", "used", "chosen", "kept"),
    [
        (image(), NOBODY, Selection(), None),
        (image(tags=("a:1",)), NOBODY, Selection(all=True), None),
        (image(), Uses({image().id: "container web"}, {}), Selection(), "container web uses it"),
        (
            image(tags=("b:1", "a:1")),
            Uses({}, {"docker.io/library/a:1": "container web"}),
            Selection(all=True),
            "container web names a:1",
        ),
        (image(created=NOW), NOBODY, Selection(until=NOW - 1), "it is newer"),
        (image(created=NOW), NOBODY, Selection(until=NOW), None),
        (image(labels=("a",)), NOBODY, Selection(labels=("a", "b")), "it has no label b"),
        (image(labels=("a", "b")), NOBODY, Selection(labels=("a", "b=1")), None),
        (image(labels=("a",)), NOBODY, Selection(labels=("a=2",)), "it has no label a=2"),
        (image(labels=("a",)), NOBODY, Selection(without=("a", "b")), "it has the label a"),
        (image(labels=("a",)), NOBODY, Selection(without=("a=2",)), None),
    ],
)
def test_an_image_goes_or_stays_for_a_reason(given_: Image, used: Uses, chosen: Selection, kept: str | None) -> None:
    """Whoever uses or names it keeps it; so does any filter that does not mean it, each label alone."""
    planned = pruning.plan([given_], used, chosen)
    assert planned == (Plan((given_,), ()) if kept is None else Plan((), ((given_, kept),)))


def test_a_tagged_image_is_not_even_looked_at_unless_all_are_meant() -> None:
    """Neither removed nor told as kept."""
    assert pruning.plan([image(tags=("a:1",))], NOBODY, Selection()) == Plan((), ())


IMAGES = st.lists(
    st.builds(
        image,
        st.integers(0, 5),
        tags=st.sampled_from([(), ("a:1",), ("b:1", "c:1")]),
        labels=st.sampled_from([(), ("x",), ("x", "y")]),
        created=st.integers(0, 9),
    ),
    unique_by=lambda each: each.id,
)
SELECTIONS = st.builds(
    Selection,
    all=st.booleans(),
    until=st.none() | st.integers(0, 9).map(float),
    labels=st.sampled_from([(), ("x",)]),
    without=st.sampled_from([(), ("y",), ("x", "y")]),
)


@given(IMAGES, SELECTIONS, st.sets(st.integers(0, 5)), st.sets(st.integers(0, 5)))
def test_more_use_more_sparing_and_narrower_filters_never_remove_more(
    listed: list[Image], chosen: Selection, used: set[int], spared: set[int]
) -> None:
    """Nothing is both removed and kept, and nothing that is used or spared is removed."""
    ids = {image(number).id: "container web" for number in used}
    others = {image(number).id: "it is new here" for number in spared}
    planned = pruning.plan(listed, Uses(ids, {}), chosen, others)
    removed = {each.id for each in planned.remove}
    assert not removed & (set(ids) | set(others) | {each.id for each, _ in planned.keep})
    assert removed <= {each.id for each in pruning.plan(listed, NOBODY, chosen).remove}
    assert removed <= {each.id for each in pruning.plan(listed, NOBODY, replace(chosen, without=(), until=None)).remove}


def test_a_tag_that_a_container_names_stays_though_it_stands_for_another_image_now(
    api: APIClient, bench: Bench
) -> None:
    """The container could not be made anew without it; its own image, nameless now, stays as well."""
    made = api.create_container("app:1.0", ["true"], name="old")["Id"]
    old = api.inspect_image("app:1.0")["Id"]
    api.tag("app:2.0", "app", "1.0", force=True)
    reply = bench.say("image prune -af").reply
    assert not reply.failed
    assert api.inspect_image("app:1.0")["Id"] == api.inspect_image("app:2.0")["Id"]
    assert api.inspect_image(old)["Id"] == old
    api.remove_container(made)


def _step_and_head(api: APIClient, labels: str = "keep=yes") -> tuple[str, str]:
    """An image without a name that has a label, and another one made from it that has not."""
    first = api.create_container("busybox:latest", ["true"])["Id"]
    step = api.commit(first, changes=[f"LABEL {labels}"])["Id"]
    second = api.create_container(step, ["true"])["Id"]
    head = api.commit(second, changes=["LABEL keep=no"])["Id"]
    for made in (first, second):
        api.remove_container(made)
    return step, head


def test_the_image_of_a_container_that_goes_is_shown_as_docker_ps_shows_it(api: APIClient, bench: Bench) -> None:
    """By its short id where it has no name."""
    identity = api.images("app:2.0")[0]["Id"]
    made = api.create_container(identity, "true")["Id"]
    asked = bench.say("container prune")
    api.remove_container(made)
    rows = text.docker(asked.reply) + text.added(asked.reply)
    assert identity.removeprefix("sha256:")[:12] in rows
    assert identity not in rows


def test_all_that_goes_is_shown_before(api: APIClient, bench: Bench) -> None:
    """Every row of a long list, not the first of them."""
    names = [f"unused-{number}" for number in range(SHOWN + 5)]
    for name in names:
        api.create_volume(name)
    asked = bench.say("volume prune")
    assert asked.status is Status.HELD
    assert [name for name in names if name not in text.docker(asked.reply)] == []
    for name in names:
        api.remove_volume(name)


def test_an_image_goes_after_those_that_were_made_from_it(api: APIClient, bench: Bench) -> None:
    """Parents with names of their own are not in the way of each other: all go in one prune."""
    ids = ["busybox:latest"]
    for number in range(3):
        box = api.create_container(ids[-1], ["true"])["Id"]
        ids.append(api.commit(box, f"chain{number}", "1", changes=[f"LABEL n={number}"])["Id"])
        api.remove_container(box)
    told = text.docker(bench.say("image prune -a -f").reply).splitlines()
    assert not set(ids) & {each["Id"] for each in api.images(all=True)}
    assert [told.index(f"untagged: chain{number}:1") for number in (2, 1, 0)] == sorted(
        told.index(f"untagged: chain{number}:1") for number in range(3)
    )


def test_a_step_goes_with_the_last_image_that_was_made_from_it(api: APIClient, bench: Bench) -> None:
    """It is planned, written down before it goes, and removed by its own id after the other."""
    step, head = _step_and_head(api)
    told = text.docker(bench.say("image prune -f").reply)
    (action,) = bench.store.actions.listed({}, 1)
    assert [each["id"] for each in action["targets"] if each["id"] in {step, head}] == [head, step]
    assert told.index(f"deleted: {head}") < told.index(f"deleted: {step}")
    assert not {step, head} & {each["Id"] for each in api.images(all=True)}


@pytest.mark.parametrize(
    ("rules", "line"),
    [
        ('[[deny]]\nverbs = ["change"]\non = ["label:keep=yes"]\n', "image prune -f"),
        ("", "image prune -f --filter label!=keep=yes"),
        ("", "cleanup run"),
    ],
)
def test_a_step_that_may_not_go_stays(api: APIClient, fresh_world: str, tmp_path: Path, rules: str, line: str) -> None:
    """Neither a rule, nor a filter, nor the day's grace is got around by what was made from the image."""
    if line == "cleanup run":
        spoken = bench(fresh_world, tmp_path / "data", policy(rules))
        step, head = _step_and_head(api)
        spoken.store.sights.first("local", "image", [head])
        spoken.close()
        with sqlite3.connect(tmp_path / "data" / FILE) as db:
            db.execute("UPDATE sights SET at = at - 90000")
    else:
        step, head = _step_and_head(api)
    spoken = bench(fresh_world, tmp_path / "data", policy(rules))
    told = text.docker(spoken.say(line).reply)
    spoken.close()
    left = {each["Id"] for each in api.images(all=True)}
    assert (step in left, head in left) == (True, False), told


def test_each_image_is_looked_at_again_just_before_it_goes(api: APIClient) -> None:
    """One got a container since the plan and one a name: they stay, each with its reason; one is gone already."""
    planned = pruning.plan(pruning.images(api), using.uses(api, all_seen), Selection(all=True))
    api.create_container("app:2.0", ["true"], name="late")
    (dangling,) = (each for each in planned.remove if each.dangling)
    api.tag(dangling.id, "rescued", "1")
    api.remove_image(api.inspect_image("app:1.0")["Id"], force=True)
    removed = removing.remove(anybodys(api), planned)
    assert {each.id: reason for each, reason in removed.kept} == {
        api.inspect_image("app:2.0")["Id"]: "container late uses it",
        dangling.id: "it was named anew meanwhile",
    }
    assert not removed.lines
    assert removed.reclaimed == 0


@pytest.mark.parametrize(
    ("rules", "kept", "untagged"),
    [
        (PROTECTED, {"app:1.0", "registry.example:5000/team/app:edge", "app:2.0"}, []),
        (DENIED, {"app:2.0"}, ["app:1.0", "registry.example:5000/team/app:edge"]),
        ("", set(), ["app:1.0", "registry.example:5000/team/app:edge", "app:2.0"]),
    ],
)
def test_what_the_policy_keeps_is_neither_removed_nor_named(
    fresh_world: str, tmp_path: Path, rules: str, kept: set[str], untagged: list[str]
) -> None:
    """An image that is denied by one of its names stays with all of them, and no word of it is in the answer."""
    spoken = bench(fresh_world, tmp_path / "data", policy(rules))
    told = spoken.say("image prune -af").reply
    left = text.docker(spoken.say("images --format {{.Repository}}:{{.Tag}}").reply)
    spoken.close()
    assert not told.failed
    assert set(left.split()) == {"busybox:latest", *kept}
    assert sorted(re.findall("untagged: (.*)", text.docker(told))) == sorted(untagged)
    assert not any(name in text.docker(told) + text.added(told) for name in kept)


def test_a_name_is_looked_at_just_before_it_goes(api: APIClient, fresh_world: str, tmp_path: Path) -> None:
    """An image with several names goes name by name, each after a look at what it stands for."""
    old = next(each for each in pruning.images(api) if "app:1.0" in each.tags)
    proxy = Proxy(fresh_world)
    with proxy.serve(tmp_path) as address:
        before = APIClient(address, version="1.41")
        assert removing.remove(anybodys(before), Plan((old,), ())).ids == [old.id]
        before.close()
    asked = [request.replace("/v1.41", "") for request in proxy.requests if "app" in request]
    assert asked == [
        f"{method} /images/{name}{end}"
        for name in ("app:1.0", "registry.example:5000/team/app:edge")
        for method, end in (("GET", "/json"), ("DELETE", "?noprune=1"))
    ]


def test_a_name_that_stands_for_another_image_by_now_is_left_to_it(api: APIClient) -> None:
    """Whoever moved it meanwhile keeps it."""
    old = next(each for each in pruning.images(api) if "app:1.0" in each.tags)
    told = list[str]()
    assert removing._taken(api, old, "app:2.0", told) == "app:2.0 stands for another image now"
    assert not told
    assert api.inspect_image("app:2.0")["RepoTags"] == ["app:2.0"]


def test_who_uses_an_image_is_named_to_those_alone_who_may_know(api: APIClient) -> None:
    """The others learn that somebody does."""
    names = {visible: set(using.uses(api, lambda *_: visible).names.values()) for visible in (True, False)}  # noqa: B023
    assert names == {True: {"container web"}, False: {"a container"}}


def test_what_stayed_is_told_in_one_note_however_much_it_is() -> None:
    """The first few with their reasons, and the number of the others."""
    removed = removing.Removed(kept=[(image(number), "container x uses it" * 99) for number in range(300)])
    (note,) = (part for part in prune.outcome(removed).parts if isinstance(part, Note))
    lines = note.text.splitlines()
    assert len(lines) == 10
    assert all(line.startswith("000000000000 stays: container x uses it") for line in lines[:9])
    assert lines[9] == "So do 291 more images."
    assert len(note.text) < 1500


def test_the_bytes_are_those_that_the_engine_has_less(api: APIClient) -> None:
    """Measured as its layers before and after, not added up from the sizes of images."""
    before = api.df()["LayersSize"]
    planned = pruning.plan(pruning.images(api), using.uses(api, all_seen), Selection(all=True))
    assert removing.remove(anybodys(api), planned).reclaimed == before - api.df()["LayersSize"] > 0


def test_the_engines_own_prune_and_force_are_never_asked(fresh_world: str, tmp_path: Path) -> None:
    """Every removal is a DELETE of one image without force, by its full id unless it has several names."""
    proxy = Proxy(fresh_world)
    with proxy.serve(tmp_path) as address:
        spoken = bench(address, tmp_path / "data")
        assert not spoken.say("image prune --all --force").reply.failed
        spoken.store.close()
    changes = [request for request in proxy.requests if not request.startswith(("GET", "HEAD"))]
    assert len(changes) == 4
    assert all(request.startswith("DELETE") and "force" not in request for request in changes)
    assert sum("/images/sha256:" in request for request in changes) == 2


def test_an_answer_that_is_lost_ends_it_with_the_outcome_unknown(fresh_world: str, tmp_path: Path) -> None:
    """The removal under way may have happened: nothing more is done, and no bytes are claimed."""
    proxy = Proxy(fresh_world, lose="DELETE")
    with proxy.serve(tmp_path) as address:
        spoken = bench(address, tmp_path / "data")
        reply = spoken.say("image prune --all --force").reply
        spoken.store.close()
    assert reply.unknown
    assert sum(request.startswith("DELETE") for request in proxy.requests) == 1
    assert re.search(
        r"No answer about \S+: it may have been done, or not\. Not tried: .*`docker images -a`", reply.error or ""
    )


def test_an_answer_that_is_lost_before_anything_went_is_a_failure(fresh_world: str, tmp_path: Path) -> None:
    """The look at the first image got no answer: all of them are told as not tried, and nothing is unknown."""
    proxy = Proxy(fresh_world, lose="/images/sha256:")
    with proxy.serve(tmp_path) as address:
        spoken = bench(address, tmp_path / "data")
        outcome = spoken.say("image prune --all --force")
        spoken.close()
    assert outcome.status is Status.FAILED
    assert "Not tried: " in (outcome.reply.error or "")
    assert not any(request.startswith("DELETE") for request in proxy.requests)


def test_a_sentence_about_many_images_names_a_few() -> None:
    """An engine that goes away in the middle of hundreds makes no wall of names."""
    removed = removing.Removed()
    removed.end(image(1), [image(number) for number in range(2, 300)], changing=True)
    assert (removed.broken or "").count("000000000000") == 11
    assert "288 more" in (removed.broken or "")


def test_what_will_go_is_written_down_before_it_goes(api: APIClient, fresh_world: str, tmp_path: Path) -> None:
    """The intent holds every image by its full id: they are known though no answer came, and whatever comes after."""
    there = {each["Id"] for each in api.images()}
    proxy = Proxy(fresh_world, lose="DELETE")
    with proxy.serve(tmp_path) as address:
        spoken = bench(address, tmp_path / "data")
        spoken.say("image prune --all --force")
        (action,) = spoken.store.actions.listed({}, 1)
        spoken.close()
    meant = {each["id"] for each in action["targets"]}
    assert action["status"] == "unknown"
    assert meant == there - {each["ImageID"] for each in api.containers(all=True)}
    assert len(meant) > 1


def test_a_plan_that_gets_no_answer_changed_nothing(fresh_world: str, tmp_path: Path) -> None:
    """Where the engine does not say what there is, the line has failed: nothing about it is unknown."""
    proxy = Proxy(fresh_world, lose="/images/json")
    with proxy.serve(tmp_path) as address:
        spoken = bench(address, tmp_path / "data")
        outcome = spoken.say("image prune --all --force")
        (action,) = spoken.store.actions.listed({}, 1)
        spoken.close()
    assert (outcome.status, action["status"], action["targets"]) == (Status.FAILED, "failed", [])
    assert not any(request.startswith("DELETE") for request in proxy.requests)
