"""Pruning images: what the plan takes and spares, and that each is looked at again before it goes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import world
from docker.api.client import APIClient
from harness import Bench, bench
from hypothesis import given
from hypothesis import strategies as st
from proxy import Proxy

from commands.image import pruning
from commands.image.pruning import Image, Plan, Selection, Uses

NOW = 1_700_000_000.0
NOBODY = Uses({}, {})


def image(number: int = 1, *, tags: tuple[str, ...] = (), labels: tuple[str, ...] = (), created: float = 0) -> Image:
    """An image that is dangling unless it has a tag."""
    return Image(f"sha256:{number:064x}", tags, (), dict.fromkeys(labels, "1"), int(created), dangling=not tags)


@pytest.fixture
def api(fresh_world: str) -> Iterator[APIClient]:
    """A client of the engine with a world that was just made."""
    client = APIClient(fresh_world, version="1.41")
    yield client
    client.close()


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


def test_each_image_is_looked_at_again_just_before_it_goes(api: APIClient) -> None:
    """One got a container since the plan and one a name: they stay, each with its reason; one is gone already."""
    planned = pruning.plan(pruning.images(api), pruning.uses(api), Selection(all=True))
    api.create_container("app:2.0", ["true"], name="late")
    (dangling,) = (each for each in planned.remove if each.dangling)
    api.tag(dangling.id, "rescued", "1")
    api.remove_image(api.inspect_image("app:1.0")["Id"], force=True)
    removed = pruning.remove(api, planned)
    assert {each.id: reason for each, reason in removed.kept} == {
        api.inspect_image("app:2.0")["Id"]: "container late uses it",
        dangling.id: "it was named anew meanwhile",
    }
    assert not removed.lines
    assert removed.reclaimed == 0


def test_the_bytes_are_those_that_the_engine_has_less(api: APIClient) -> None:
    """Measured as its layers before and after, not added up from the sizes of images."""
    before = api.df()["LayersSize"]
    planned = pruning.plan(pruning.images(api), pruning.uses(api), Selection(all=True))
    assert pruning.remove(api, planned).reclaimed == before - api.df()["LayersSize"] > 0


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


@pytest.fixture(autouse=True, scope="module")
def _leave_a_whole_world(engine: str) -> Iterator[None]:
    """Whoever comes after finds the world as it should be."""
    yield
    world.build(engine)
