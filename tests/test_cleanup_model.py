"""A cleanup of an engine with five hundred images: its plan against a model of its own, and what is left works."""

from __future__ import annotations

import fnmatch
import io
import json
import re
import tarfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from cleaning import Cleaners, said
from docker.api.client import APIClient
from engine import Engine
from harness import Bench
from proxy import Proxy
from samples import busybox_image
from set_clock import SetClock
from world import tar

from bot import text
from bot.request import Outcome, Status

IMAGES, FRESH = 500, 50  # of which so many came last, a moment before the plan
LAYERS = 40  # small ones that the images share, besides that of busybox
NEWEST = 2  # of each repository stay
POLICY = f"--what images --age 14d --keep-label keep --keep 'pin*' --newest {NEWEST} --most 1000 --most-percent 100"
DAY = 86_400.0
FIRST = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass
class Made:
    """An image as it was made; named are the names by which containers were made, whatever these stand for now."""

    number: int
    id: str
    tags: list[str]
    labels: dict[str, str]
    used: bool = False
    named: set[str] = field(default_factory=set)
    children: list[Made] = field(default_factory=list)

    @property
    def fresh(self) -> bool:
        """Whether it came a moment before the plan."""
        return self.number >= IMAGES - FRESH


@dataclass(frozen=True)
class Yard:
    """An engine with all that, the address of a proxy before it, and its containers."""

    api: APIClient
    proxy: Proxy
    bench: Bench
    images: list[Made]
    containers: list[str]


def described(number: int, base: bytes) -> tuple[Made, str, list[bytes]]:
    """An image's description for `load`, and its layers: busybox's and up to two small ones."""
    small = [tar({f"layer-{each}": str(each).encode()}) for each in {number % LAYERS, number * 7 % LAYERS}]
    layers = [base, *small[: number % 3]]
    labels = {"number": str(number), **({"keep": "yes"} if number % 17 == 0 else {})}
    tags = [] if number % 7 == 0 else [f"{'pin' if number % 13 == 0 else 'repo'}{number % 40}:{number}"]
    tags += [f"mirror{number % 10}:{number}"] if tags and number % 5 == 0 else []
    told = {
        "architecture": "amd64",
        "os": "linux",
        "created": (FIRST + timedelta(hours=number)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "config": {"Cmd": ["true"], "Labels": labels, "Env": ["PATH=/bin"]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{sha256(each).hexdigest()}" for each in layers]},
    }
    config = json.dumps(told)
    return Made(number, f"sha256:{sha256(config.encode()).hexdigest()}", tags, labels), config, layers


def load(api: APIClient, numbers: range, base: bytes) -> list[Made]:
    """All of these images in one request."""
    made, files, manifest = [], dict[str, bytes](), []
    for number in numbers:
        image, config, layers = described(number, base)
        names = [f"{sha256(each).hexdigest()}.tar" for each in layers]
        files |= {f"{number}.json": config.encode(), **dict(zip(names, layers, strict=True))}
        manifest.append({"Config": f"{number}.json", "RepoTags": image.tags, "Layers": names})
        made.append(image)
    said = list(api.load_image(tar(files | {"manifest.json": json.dumps(manifest).encode()})))
    assert not [each for each in said if "error" in each]
    return made


def _base(api: APIClient) -> bytes:
    """The one layer of busybox."""
    with tarfile.open(fileobj=io.BytesIO(b"".join(api.get_image("busybox:latest")))) as saved:
        manifest = saved.extractfile("manifest.json")
        assert manifest is not None
        (layer,) = json.load(manifest)[0]["Layers"]
        file = saved.extractfile(layer)
        assert file is not None
        return file.read()


def inhabit(api: APIClient, images: list[Made]) -> list[str]:
    """Containers of every eleventh image, by its name or its id; some names stand for another image afterwards."""
    made = []
    for image in images[::11]:
        by = image.tags[0] if image.tags and image.number % 2 else image.id
        made.append(str(api.create_container(by, ["true"], name=f"user-{image.number}")["Id"]))
        image.used = True
        if by != image.id:
            image.named.add(by)
        if by != image.id and image.number % 3 == 0:
            other = images[image.number + 1]
            api.tag(other.id, *by.rsplit(":", 1), force=True)
            image.tags.remove(by)
            other.tags.append(by)
    return made


def commit(api: APIClient, images: list[Made]) -> tuple[list[Made], list[str]]:
    """Images without a name that were made of every fiftieth, and containers of every second of those."""
    made, containers = list[Made](), list[str]()
    for image in images[3::50]:
        box = api.create_container(image.id, ["true"])["Id"]
        child = Made(image.number, str(api.commit(box)["Id"]), [], image.labels)
        api.remove_container(box)
        if len(made) % 2:
            containers.append(str(api.create_container(child.id, ["true"], name=f"child-{image.number}")["Id"]))
            child.used = True
        image.children.append(child)
        made.append(child)
    return made, containers


def expected(images: list[Made]) -> set[str]:
    """What the policy takes, worked out from how the images were made alone."""
    named = {name for image in images for name in image.named}
    repositories = defaultdict[str, list[Made]](list)
    for image in images:
        for repository in {tag.rpartition(":")[0] for tag in image.tags}:
            repositories[repository].append(image)
    newest = {
        image.id
        for held in repositories.values()
        for image in sorted(held, key=lambda each: (each.fresh, each.number))[-NEWEST:]
    }
    goes = {
        image.id
        for image in images
        if not (image.used or image.fresh or "keep" in image.labels or named & {*image.tags} or image.id in newest)
        and not fnmatch.filter(image.tags, "pin*")
    }
    return goes - {image.id for image in images if not goes.issuperset(child.id for child in image.children)}


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """The engine, forty days after most of its images were seen first."""
    with Engine(tmp_path / "engine") as engine:
        busybox_image(engine.host)
        api, proxy, clock = (
            APIClient(engine.host, version="1.41", timeout=120),
            Proxy(engine.host),
            SetClock(time.time()),
        )
        with proxy.serve(tmp_path) as address:
            cleaners = Cleaners(address, tmp_path / "data", clock)
            spoken = cleaners()
            base = _base(api)
            images = load(api, range(IMAGES - FRESH), base)
            containers = inhabit(api, images)
            children, more = commit(api, images)
            for line in (f"cleanup set all {POLICY}", "cleanup on all", "cleanup plan all"):
                said(spoken, line)
            clock.at += 40 * DAY
            images += load(api, range(IMAGES - FRESH, IMAGES), base)
            yield Yard(api, proxy, spoken, images + children, containers + more)
            spoken.close()
        api.close()


def rows(outcome: Outcome, fate: str) -> list[str]:
    """The beginnings of the ids of what has this fate."""
    return re.findall(rf"^([0-9a-f]{{12}}) .* {fate}$", text.docker(outcome.reply), re.MULTILINE)


def test_the_plan_is_what_a_model_of_its_own_says_and_every_container_starts_after_the_run(yard: Yard) -> None:
    """Shared layers, several names or none, names that were moved, stopped containers; the lists are always as many."""
    goes = expected(yard.images)
    assert 150 < len(goes) < 400
    yard.proxy.requests.clear()
    planned = yard.bench.say("cleanup plan all")
    asked = Counter(re.sub(r"^GET /v1\.\d\d|\?.*", "", each) for each in yard.proxy.requests)
    planned_to_go = rows(planned, r"would be removed: [^\n]*, first seen [^\n]*")
    assert Counter(planned_to_go) == Counter(each[7:19] for each in goes)
    looks = sum(re.fullmatch(r"/containers/[0-9a-f]{64}/json", each) is not None for each in asked)
    assert looks <= len(yard.containers)  # one for each whose image has lost its name
    assert {
        path: count for path, count in asked.items() if "/containers/" not in path or path == "/containers/json"
    } == {
        "/containers/json": 1,
        "/images/json": 2,
        "/services": 1,
        "/_ping": 1,
        "/events": 1,
        "/info": 2,
    }
    run = yard.bench.say("cleanup run all")
    assert run.status is Status.DONE
    assert Counter(rows(run, "removed")) == Counter(each[7:19] for each in goes)
    left = {each["Id"] for each in yard.api.images()}
    assert left & {each.id for each in yard.images} == {each.id for each in yard.images} - goes
    assert not [each for each in yard.proxy.changes() if "DELETE /v1.41/images/" not in each]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(yard.api.start, yard.containers))
    assert {yard.api.wait(each)["StatusCode"] for each in yard.containers} == {0}
