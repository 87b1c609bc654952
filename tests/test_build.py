"""Builds: what docker's classic builder says of the same folders, and what may not be built here."""

from __future__ import annotations

import os
import re
import secrets
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import oracle
import pytest
from dialog import same
from docker.api.client import APIClient
from harness import ADMIN, Bench, bench

from bot import text
from bot.policy import Policy
from bot.request import Actor, Origin, Outcome, Request, Status
from commands import catalog
from commands.allowances import Allowances

NOTICE = re.compile(r"DEPRECATED: The legacy builder[^\n]*\n[^\n]*\n[^\n]*\n\n?")
SENDING = re.compile(r"(Sending build context to Docker daemon) +\S+\n*")
POLICY = f"""version = 1
[people]
ada = {{ slack = ["{ADMIN}"], roles = ["all"] }}
[[roles.all.allow]]
verbs = ["see", "read", "act", "change"]
on = ["*"]
[[deny]]
verbs = ["see", "read", "act", "change"]
on = ["label:hidden=yes"]
"""
CONSENT = """
[people.bob]
slack = ["U0BOB00001"]
roles = ["all"]
[approvals.two]
from = ["all"]
[[require]]
verbs = ["build"]
approve = "two"
"""
# Every instruction there is, each so that its effect can be seen in the image.
EVERY = """\
ARG BASE=busybox
FROM $BASE AS first
ARG WHO=nobody
ENV HOME_OF=$WHO
RUN echo $WHO > /who
FROM first
MAINTAINER ada@example.com
LABEL tier=front
COPY --from=first /who /copied
COPY hello.txt /hello.txt
ADD packed.tar /unpacked/
WORKDIR /srv
USER 7:7
EXPOSE 80/tcp
VOLUME /data
STOPSIGNAL SIGUSR1
SHELL ["/bin/sh", "-c"]
HEALTHCHECK --interval=5s CMD true
ONBUILD RUN true
ENTRYPOINT ["/bin/sh"]
CMD ["-c", "true"]
"""

LABELLED = f"""version = 1
[people]
ada = {{ slack = ["{ADMIN}"], roles = ["dev"] }}
[[roles.dev.allow]]
verbs = ["image build", "see"]
on = ["*"]
[[roles.dev.allow]]
verbs = ["create"]
on = ["label:team=dev"]
[[roles.dev.allow]]
verbs = ["tag"]
on = ["by:me"]
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder that may be built in, with a few files."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "hello.txt").write_text("hello\n")
    (folder / "packed").mkdir()
    (folder / "packed" / "inner.txt").write_text("inner\n")
    subprocess.run(["tar", "-C", folder, "-cf", folder / "packed.tar", "packed"], check=True)
    return folder


@pytest.fixture
def builder(fresh_world: str, site: Path, tmp_path: Path) -> Iterator[Bench]:
    """A bot that may build below the site's parent."""
    policy = Policy.parse(POLICY, "policy.toml", [verb.spec for verb in catalog.load()])
    spoken = bench(fresh_world, tmp_path / "data", policy)
    allowed = replace(spoken.pipeline, allowances=Allowances(files=(site.parent,)))
    yield replace(spoken, pipeline=allowed)
    spoken.close()


def docker(engine: str, folder: Path, line: str) -> str:
    """What docker's classic builder prints, in that folder."""
    ran = subprocess.run(
        [oracle.DOCKER, *shlex.split(line)],
        env={**os.environ, "DOCKER_HOST": engine, "DOCKER_BUILDKIT": "0", "HOME": "/nonexistent"},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return plain(NOTICE.sub("", ran.stdout + ran.stderr))


def plain(printed: str) -> str:
    """The text without what differs from build to build."""
    return same(SENDING.sub(r"\1\n", printed)).replace("\n\n", "\n")


def inline(spoken: Bench, line: str, content: str) -> Outcome:
    """What comes of a build whose Dockerfile is filled in."""
    given = {"dockerfile": content}
    return spoken.pipeline.submit(Request(line, Actor(ADMIN), Origin.BUTTON, given=given))


def test_every_instruction_builds(builder: Bench, site: Path, api: APIClient) -> None:
    """All eighteen, and each is seen in the image."""
    (site / "Dockerfile").write_text(EVERY)
    said = builder.say(f"build -t every:1 --build-arg WHO=ada {site}")
    assert said.status is Status.DONE, text.docker(said.reply)
    made = api.inspect_image("every:1")
    config = made["Config"]
    assert made["Author"] == "ada@example.com"
    assert (config["User"], config["WorkingDir"], config["StopSignal"]) == ("7:7", "/srv", "SIGUSR1")
    assert (config["Labels"], config["Volumes"], config["ExposedPorts"]) == (
        {"tier": "front"}, {"/data": {}}, {"80/tcp": {}},
    )  # fmt: skip
    assert (config["Entrypoint"], config["Cmd"]) == (["/bin/sh"], ["-c", "true"])
    assert (config["OnBuild"], config["Shell"]) == (["RUN true"], ["/bin/sh", "-c"])
    assert config["Healthcheck"]["Test"] == ["CMD-SHELL", "true"]
    assert "HOME_OF=ada" in config["Env"]
    box = api.create_container("every:1", entrypoint=["cat", "/copied", "/hello.txt", "/unpacked/packed/inner.txt"])
    api.start(box["Id"])
    api.wait(box["Id"])
    assert api.logs(box["Id"]) == b"ada\nhello\ninner\n"
    api.remove_container(box["Id"])
    assert "MAINTAINER is deprecated" in text.added(said.reply)


@oracle.needs_docker28
@pytest.mark.parametrize(
    ("line", "content"),
    [
        ("build --no-cache {0}", "FROM busybox\nRUN echo built > /b\nCOPY hello.txt /\n"),
        ("build --no-cache -t one:1 -t two {0}", "FROM busybox\nLABEL a=b\n"),
        ("build -q -t quiet {0}", "FROM busybox\nLABEL a=c\n"),
        ("build --no-cache --force-rm {0}", "FROM busybox\nRUN exit 7\n"),
        ("build --no-cache --force-rm -q {0}", "FROM busybox\nRUN exit 7\n"),
        ("build --no-cache {0}", "FROM busybox\nRUN echo err >&2\n"),
        ("build {0}", "FROM busybox\nCOPY nothere /\n"),
        ("build {0}", "FROM busybox\nNOTHING x\n"),
        ("build {0}", "RUN true\n"),
        ("build {0}", ""),
        ("build --no-cache {0}", "from busybox\nrun true\n"),
        ("build --target nothere {0}", "FROM busybox\n"),
        ("build --no-cache --target first {0}", "FROM busybox AS first\nRUN true\nFROM busybox\nRUN false\n"),
        ("build --build-arg UNUSED=1 {0}", "FROM busybox\n"),
        ("build --label a=b --no-cache {0}", "FROM busybox\n"),
        ("build -f other {0}", "FROM busybox\n"),
        ("build -f nothere/Dockerfile {0}", "FROM busybox\n"),
        ("build {0}/nothere", "FROM busybox\n"),
        ("build {0}/hello.txt", "FROM busybox\n"),
        ("build --force-rm --no-cache {0}", "FROM busybox\nCMD true\n"),
        ("build -t Upper {0}", "FROM busybox\n"),
        ("build --memory x {0}", "FROM busybox\n"),
        ("build --platform nothing {0}", "FROM busybox\n"),
        ("build", ""),
        ("build {0} {0}", ""),
        ("build --nope {0}", ""),
    ],
)
def test_docker_says_the_same(builder: Bench, fresh_world: str, site: Path, line: str, content: str) -> None:
    """Each build, by either side, in the same folder."""
    (site / "Dockerfile").write_text(content)
    line = line.format(site)
    theirs = docker(fresh_world, site, line)
    assert plain(text.docker(builder.say(line).reply)) == theirs


def test_a_dockerfile_is_asked_for(builder: Bench, api: APIClient) -> None:
    """A build without a file opens a form; with it there is nothing but it in the context."""
    asked = builder.say("build -t asked -")
    assert asked.status is Status.HELD
    said = inline(builder, "build -t asked -", "FROM busybox\nLABEL how=asked\n")
    assert said.status is Status.DONE, text.docker(said.reply)
    assert api.inspect_image("asked")["Config"]["Labels"] == {"how": "asked"}
    missing = inline(builder, "build -t asked -", "FROM busybox\nCOPY hello.txt /\n")
    assert missing.status is Status.FAILED


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("from busybox\n", "Line 1: from is read as FROM"),
        ("FROM busybox\nRUNN true\n", "Line 2: there is no instruction RUNN. Did you mean RUN?"),
        ("FROM busybox\n\nMAINTAINER me\n", "Line 3: MAINTAINER is deprecated"),
        ("FROM busybox\nCMD a\nCMD b\n", "Lines 2 and 3: there are several CMD"),
        ("RUN true\n", "There is no FROM"),
        ("# nothing\n", "There is no instruction in it"),
    ],
)
def test_obvious_mistakes_are_named_with_their_line(builder: Bench, content: str, told: str) -> None:
    """Before anything is built, whatever the engine then says."""
    assert told in text.added(inline(builder, "build -", content).reply)


def test_only_folders_that_are_allowed_are_read(
    builder: Bench, site: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Neither one outside, nor a way out of one inside by .. or by a link."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "Dockerfile").write_text("FROM busybox\n")
    (outside / "secret").write_text("secret\n")
    (site / "Dockerfile").write_text("FROM busybox\nCOPY leak /leak\nRUN cat /leak\n")
    (site / "leak").symlink_to(outside / "secret")
    (site / "way").symlink_to(outside)
    for place in (str(outside), f"{site}/../../{outside.name}", f"{site}/way", "/", "/etc"):
        assert builder.say(f"build {place}").status is Status.FAILED
    said = builder.say(f"build --no-cache {site}")
    assert "secret\n" not in text.docker(said.reply)
    assert builder.say(f"build -f {outside}/Dockerfile {site}").status is Status.FAILED


def test_nothing_that_is_hidden_is_built_on(builder: Bench, api: APIClient) -> None:
    """Neither FROM nor COPY --from reaches an image that the asker may not know of."""
    box = api.create_container("busybox:latest", ["true"])
    api.commit(box["Id"], "secret", "1", changes="LABEL hidden=yes")
    api.commit(box["Id"], "putoff", "1", changes="ONBUILD COPY --from=secret:1 /bin /b")
    for line, content in (
        ("build -", "FROM secret:1\n"),
        ("build -", "FROM busybox\nCOPY --from=secret:1 /bin /b\n"),
        ("build --build-arg X=secret:1 -", "ARG X=busybox\nFROM $X\n"),
        ("build -", "FROM busybox\nCOPY --fr\\om=secret:1 /bin /b\n"),
        ("build -", "FROM busybox\nCOPY --from=sec\\ret:1 /bin /b\n"),
        ("build -", 'FROM busybox\nCOPY --from=sec"re"t:1 /bin /b\n'),
        ("build -", "FROM busybox\nCOPY --chown=0:0 '--from=secret:1' /bin /b\n"),
        ("build -", "FROM putoff:1\n"),
        ("build --target b -", "FROM busybox AS a\nFROM secret:1 AS b\nFROM busybox AS c\n"),
        ("build --target \u017f -", "FROM secret:1 AS s\nRUN true\n"),  # engines fold case as Unicode does
    ):
        said = inline(builder, line, content)
        assert said.status is Status.FAILED, (line, content)
        assert "secret:1" in text.docker(said.reply)
    api.tag("secret:1", "hiddenimg")
    named = "FROM busybox AS hiddenimg\nCOPY --from=hiddenimg /bin /b\n"  # a stage has its name once it has ended
    assert inline(builder, "build -", named).status is Status.FAILED
    api.tag("secret:1", "00000000000000000099")  # too many digits for the number of a stage
    numbered = inline(builder, "build -", "FROM busybox\nCOPY --from=00000000000000000099 /bin /b\n")
    assert "No such image: 00000000000000000099" in text.docker(numbered.reply)
    ended = "FROM busybox AS hiddenimg\nFROM busybox\nCOPY --from=hiddenimg /bin/busybox /b\n"
    assert inline(builder, "build -", ended).status is Status.DONE
    after = "FROM busybox AS a\nFROM secret:1 AS b\n"
    assert inline(builder, "build --target a -", after).status is Status.DONE


@pytest.mark.parametrize(
    ("flags", "content"),
    [
        ("", "ARG A=secret:1\nARG A=busybox B=$A\nFROM $B\n"),
        ("", "ARG N=B\nARG B=busybox\nARG $N=secret:1\nFROM $B\n"),
        ("", 'ARG B=busybox\nARG "B"=secret:1\nFROM $B\n'),
        ("", "ARG B=busybox\nARG 'B'=secret:1\nFROM $B\n"),
        ("", "ARG B=busybox\nARG \\B=secret:1\nFROM $B\n"),
        ("", "ARG B=busybox\nARG B\nFROM ${B:-secret:1}\n"),
        ("", "ARG B=busybox\nARG B\nFROM ${B:+busybox}${B:-secret:1}\n"),
        ("--build-arg HTTP_PROXY=secret:1", "FROM ${HTTP_PROXY:-busybox}\n"),
        ("--build-arg http_proxy=secret:1", "ARG A=${http_proxy:-busybox}\nFROM $A\n"),
        ("--build-arg http_proxy=x", "FROM ${http_proxy:+secret:1}\n"),
    ],
)
def test_no_argument_hides_what_is_built_on(builder: Bench, api: APIClient, flags: str, content: str) -> None:
    """Where engines may read another name than we do, the build is refused before it begins."""
    box = api.create_container("busybox:latest", ["true"])
    api.commit(box["Id"], "secret", "1", changes="LABEL hidden=yes")
    said = inline(builder, f"build {flags} -", content)
    assert said.status is Status.FAILED
    assert "Step" not in text.docker(said.reply)


@pytest.mark.parametrize(
    "line",
    [
        "build --network host -",
        "build --network container:web -",
        "build --network front -",
        "build --security-opt seccomp=unconfined -",
        "build --cgroup-parent /x -",
    ],
)
def test_ways_to_the_host_and_into_networks_are_barred(builder: Bench, line: str) -> None:
    """What a step would share, by who may not."""
    said = inline(builder, line, "FROM busybox\nRUN true\n")
    assert said.status in {Status.DENIED, Status.FAILED}
    foretold = text.docker(inline(builder, f"can-i {line}", "FROM busybox\nRUN true\n").reply)
    assert foretold.startswith("no:")


def test_nobody_is_asked_about_a_network_that_a_build_may_not_use(fresh_world: str, tmp_path: Path) -> None:
    """The file says which ones it may, whoever agrees."""
    policy = Policy.parse(POLICY + CONSENT, "policy.toml", [verb.spec for verb in catalog.load()])
    spoken = bench(fresh_world, tmp_path / "data", policy)
    said = inline(spoken, "build --network front -", "FROM busybox\nRUN true\n")
    spoken.close()
    assert (said.status, "may not use the network front" in text.docker(said.reply)) == (Status.FAILED, True)


@pytest.mark.parametrize(("glob", "allowed"), [("fr*", True), ("[0-9a-f][0-9a-f]*", False)])
def test_a_network_is_allowed_by_its_name_however_the_line_calls_it(
    fresh_world: str, api: APIClient, tmp_path: Path, glob: str, allowed: bool
) -> None:
    """Not by an id that happens to fit."""
    given = POLICY + f'[build]\nnetworks = ["{glob}"]\n'
    spoken = bench(fresh_world, tmp_path / "data", Policy.parse(given, "policy.toml", [v.spec for v in catalog.load()]))
    said = inline(spoken, f"build --network {api.inspect_network('front')['Id'][:20]} -", "FROM busybox\nRUN true\n")
    spoken.close()
    assert (said.status is Status.DONE) is allowed, text.docker(said.reply)


@pytest.mark.parametrize(
    "content",
    [
        "FROM busybox\nADD http://169.254.169.254/latest/meta-data /x\n",
        "FROM busybox\nADD https://example.com/x /x\n",
        "FROM busybox\nONBUILD ADD http://127.0.0.1:1/x /x\n",
        'FROM busybox\nADD http://127.0.0.1:1/x ["a","b"]\n',
        'FROM busybox\nADD ["http://127.0.0.1:1/x","/x"] x\n',
        'FROM busybox\nADD --chown=0:0 [ "http://127.0.0.1:1/x","/x" ]\n',
        "FROM busybox\nADD --cho\\wn=0:0\\ x http://127.0.0.1:1/x /x\n",
        'FROM busybox\nADD -- ["http://127.0.0.1:1/x","/x"]\n',
        "FROM busybox\nADD \u00a0--x\\ http://127.0.0.1:1/x /x\n",
    ],
)
def test_addresses_are_barred_that_the_settings_do_not_name(builder: Bench, content: str) -> None:
    """The engine's own network is not a visitor's to look around in."""
    said = inline(builder, "build -", content)
    assert said.status is Status.FAILED
    assert "[build] remotes" in text.docker(said.reply) + text.added(said.reply)


@pytest.mark.parametrize(
    "instruction",
    [
        "ADD \037--*\\\\ http://127.0.0.1:5000/v2/_catalog /stolen/",
        "ADD --chown=0:0\u00e0http://127.0.0.1:1/x /x",
        "COPY --chown=0:0\u00e0--from=secret:1 /x /x",
        "COPY --chown=0:0\u0145--from=secret:1 /x /x",
        "COPY --chown=0:0\u00a0--from=secret:1 /x /x",
        "ADD\v--chown=0:0 http\x00://127.0.0.1:1/x /x",
        "COPY a\x7fb /x",
        "FROM --platform=linux/amd64\u00e0busybox",
        "ONBUILD ADD --chown=0:0\u00e0http://127.0.0.1:1/x /x",
    ],
)
def test_what_builders_read_as_spaces_is_refused_where_it_matters(builder: Bench, instruction: str) -> None:
    """Each byte is a character to them: neither an address nor an image is reached behind one that looks otherwise."""
    said = inline(builder, "build -", f"FROM busybox\n{instruction}\n")
    assert said.status is Status.FAILED
    assert text.docker(said.reply).startswith("Line 2: ")
    assert "builders read in different ways" in text.docker(said.reply)


def test_a_base_puts_nothing_off_that_builders_read_otherwise(builder: Bench, api: APIClient) -> None:
    """A trigger is read as the Dockerfile is."""
    box = api.create_container("busybox:latest", ["true"])
    api.commit(box["Id"], "sly", "1", changes="ONBUILD COPY --chown=0:0\u00e0--from=busybox /bin/busybox /b")
    api.remove_container(box["Id"])
    said = inline(builder, "build -", "FROM sly:1\n")
    assert said.status is Status.FAILED
    assert "Line 1: COPY has a character in it" in text.docker(said.reply)


def test_letters_of_any_language_may_stand_in_names(builder: Bench, site: Path) -> None:
    """In what is copied, and in labels and comments: the builder takes apart nothing but flags by bytes."""
    (site / "voil\u00e0.txt").write_text("x\n")
    lines = ["# \u00e0", "FROM busybox", "LABEL a=\u00e0", "COPY --chown=0:0 voil\u00e0.txt /\u00c5"]
    (site / "Dockerfile").write_text("\n".join(lines))
    said = builder.say(f"build --no-cache {site}")
    assert said.status is Status.DONE, text.docker(said.reply)


@pytest.mark.parametrize(
    "context",
    [
        "https://example.com/a.git", "git://example.com/a", "github.com/a/b", "git@example.com:a/b",
        "http://127.0.0.1:1/Dockerfile",
    ],
)  # fmt: skip
def test_contexts_from_elsewhere_are_barred_that_the_settings_do_not_name(builder: Bench, context: str) -> None:
    """A repository or a file at an address."""
    said = builder.say(f"build -- {context!r}").reply
    assert "slashdock may not" in text.docker(said) + text.added(said)


@pytest.mark.parametrize("context", ["ext::sh -c true", "file:///etc", "--upload-pack=x", "ssh://example.com/a"])
def test_what_git_alone_would_follow_is_no_repository(builder: Bench, context: str) -> None:
    """Other transports, and flags, are names of folders to docker: none of them is here."""
    said = builder.say(f"build -- {context!r}").reply
    assert f'path "{context}" not found' in text.docker(said) + text.added(said)


@pytest.fixture
def labelled(fresh_world: str, tmp_path: Path) -> Iterator[Bench]:
    """A bot for one who may build, make containers of images of one label, and name what they built."""
    policy = Policy.parse(LABELLED, "policy.toml", [verb.spec for verb in catalog.load()])
    spoken = bench(fresh_world, tmp_path / "data", policy)
    yield spoken
    spoken.close()


@pytest.mark.parametrize("line", ["build --no-cache -", "build -q --no-cache -"])
@pytest.mark.parametrize("content", ["", "RUN true\n", "RUN false\n", "FROM busybox\nRUN true\n"])
def test_the_label_of_what_was_built_gives_no_right(labelled: Bench, api: APIClient, line: str, content: str) -> None:
    """Neither to the image nor to what a step left, and a build that ends with such a step makes it nobody else's."""
    mark = f"FROM busybox\nLABEL team=dev of={secrets.token_hex(4)}\n"
    inline(labelled, line, mark + content)
    (image,) = inline(labelled, "build -", mark).reply.ids
    assert api.inspect_image(image)["Config"]["Labels"]["team"] == "dev"
    assert labelled.say(f"create {image}").status is Status.DENIED
    assert labelled.say(f"tag {image} mine").status is Status.DONE


def test_a_build_of_what_was_there_makes_nothing(labelled: Bench, api: APIClient) -> None:
    """A FROM alone ends with the image itself, which stays whose it was."""
    (image,) = inline(labelled, "build -", "FROM busybox\n").reply.ids
    assert image == api.inspect_image("busybox")["Id"]
    assert labelled.say("tag busybox mine").status is Status.DENIED
