"""Docker's ideas in ten lines each, for those who learn it, with examples to press."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from commands.reply import Button, Buttons, Output, Reply
from commands.spec import Spec


@dataclass(frozen=True)
class Example:
    """A line to press, and the verb that it needs."""

    verb: str
    line: str


@dataclass(frozen=True)
class Lesson:
    """What `help TOPIC` explains."""

    text: str
    examples: tuple[Example, ...]

    def reply(self, specs: Iterable[Spec]) -> Reply:
        """The explanation, and those of the examples that the asker may run."""
        usable = {spec.name for spec in specs}
        shown = [each for each in self.examples if each.verb in usable]
        tried = "".join(f"  docker {each.line}\n" for each in shown)
        text = f"{self.text}\n" + (f"\nTry it:\n{tried}" if tried else "")
        buttons = Buttons(tuple(Button(each.line, each.line) for each in shown))
        return Reply((Output(text), buttons) if shown else (Output(text),))


_RUN = Lesson(
    """\
run makes a container of an image and starts it. An image is a frozen set of files
with a command; a container is one life of it, with files, network and name of its
own. What the process writes is in the container alone and goes with it.

Without -d you wait for its end and see what it prints. With -d it runs on: `logs`
shows what it prints, `exec` runs something beside it, `stop` and `rm` end it. --name
says what to call it, --rm removes it once it has ended, -e NAME=VALUE tells it
things, --memory 256m and --cpus 0.5 bound it. -p 8080:80 lets port 8080 of the
machine lead to port 80 inside. -v data:/var/lib keeps a folder in a volume, which
outlives it (`help volumes`). --network NAME lets others reach it by name
(`help networks`). What follows the image replaces the image's own command.""",
    (
        Example("container run", "run --rm busybox echo hello"),
        Example("container run", "run -d --name lesson busybox sleep 600"),
        Example("container logs", "logs lesson"),
        Example("container exec", "exec lesson ps"),
        Example("container rm", "rm -f lesson"),
    ),
)
_VOLUMES = Lesson(
    """\
A container's own files go when it is removed. A volume is a folder that the engine
keeps apart: it stays when containers come and go, and several may use it at once.
Databases live in volumes.

`volume create notes` makes one; naming a new one with -v makes it, too:
-v notes:/data puts it at /data in the container. With :ro at the end the container
may read it only. -v /data without a name makes an anonymous volume, which `rm -v` and
--rm remove with the container. -v /srv/site:/data is no volume but a bind: a folder
of the machine itself. Whoever may bind any folder has the machine, so binds need a
rule of their own here. A volume that a container in any state uses cannot be removed.
`volume prune` shows and removes the rest, with all that is in them: that cannot be
undone.""",
    (
        Example("volume create", "volume create notes"),
        Example("container run", "run --rm -v notes:/data busybox sh -c 'date >> /data/log'"),
        Example("container run", "run --rm -v notes:/data:ro busybox cat /data/log"),
        Example("volume ls", "volume ls"),
        Example("volume rm", "volume rm notes"),
    ),
)
_NETWORKS = Lesson(
    """\
A network joins containers: those on one reach each other, others do not. On a network
that you made, each finds the others by their names, as if these were machines; on the
default one, called bridge, by their addresses only. So: make a network for each
application, and put its containers on it.

`network create shop` makes one, run --network shop starts a container on it,
`network connect shop web` adds one that runs already, under further names with
--alias. None of that opens anything to the outside: that is what -p 8080:80 is for,
which publishes a port. --internal makes a network without a way out. --network none
gives a container no network at all, --network host the machine's own, which needs a
rule for that. A network can be removed when nothing is on it; `network prune` shows
and removes those.""",
    (
        Example("network create", "network create lesson-net"),
        Example("container run", "run -d --name lesson-web --network lesson-net busybox httpd -f"),
        Example("container run", "run --rm --network lesson-net busybox wget -q --spider http://lesson-web/bin/sh"),
        Example("network inspect", "network inspect lesson-net"),
        Example("container rm", "rm -f lesson-web"),
        Example("network rm", "network rm lesson-net"),
    ),
)
_DOCKERFILE = Lesson(
    """\
A Dockerfile is the recipe of an image: one instruction a line, each adding a layer on
those before. FROM busybox begins with another image; every recipe begins so, but for
ARG before it. RUN runs a command while the image is made. COPY takes files from the
folder that you build in, the context; ADD also fetches addresses and unpacks
archives. WORKDIR is the folder for what follows. ENV sets variables for good, ARG for
the build alone. EXPOSE says which port it serves, USER who runs it, VOLUME what lies
in a volume, LABEL notes, HEALTHCHECK how to see that it is well. CMD is what a
container of it runs if nothing else is said; ENTRYPOINT what it always runs, with CMD
or the words of the line behind it. Only the last CMD counts. What has not changed
since the last build is taken from there: put what changes often at the end. `build -`
asks you for one; `build -t NAME URL#BRANCH` builds what a git repository holds.""",
    (
        Example("image build", "build -t lesson -"),
        Example("image history", "history busybox"),
        Example("image ls", "images"),
        Example("image rm", "rmi lesson"),
    ),
)
_LIVE = Lesson(
    """\
Some lines go on until somebody ends them: `logs -f`, `events`, `stats`, `wait`,
`top --refresh`. Each is one message that is painted anew, with buttons: Stop, Pause,
Get file. Others see it with --public only; else it goes on in your direct messages.
`stream ls` shows what lives, `stream stop NUMBER` ends it.

`exec -it`, `run -it` and `attach` open a session: a thread, in which what you write is
typed. ^C and other keys are buttons, `stream key` has the rest. Detach leaves what
runs there, Stop ends it. `stream let NUMBER NAME` lets somebody else type, too. Once it
is over, nothing in its thread is a line to slashdock unless it begins with its name.""",
    (
        Example("container stats", "stats --no-stream"),
        Example("stream ls", "stream ls"),
    ),
)
_FILES = Lesson(
    """\
`cp web:/etc/hosts -` gives you a file, `cp web:/etc -` a folder as a tar archive.
`export` gives all files of a container, `save` images, `diff --tree` what changed.

What you attach to a message goes the other way: mention slashdock in it, or write to it
directly, and say `attached` where docker would have a file. `cp attached web:/etc/`
copies it in, `cp --unpack attached web:/srv` what is in it, `load -i attached` and
`import attached NAME` make images, `build -t NAME attached` builds from a tar, a zip
or a Dockerfile. A file that was shared before is named by its id or its link, and the
menu of a message has "Copy into container". Archives are looked at before anything of
them is sent: what leads out of them is refused. Files are given as they are, to
everybody in the channel: ask in direct messages for what is not for them.""",
    (Example("container ls", "ps"),),
)
LESSONS = {
    "run": _RUN,
    "volumes": _VOLUMES,
    "networks": _NETWORKS,
    "dockerfile": _DOCKERFILE,
    "live": _LIVE,
    "files": _FILES,
}
SUMMARIES = {
    "help run": "What a container is, and what becomes of it",
    "help volumes": "Where data is kept",
    "help networks": "How containers reach each other",
    "help dockerfile": "How an image is made",
    "help live": "What goes on until somebody ends it, and sessions",
    "help files": "How files come out, and in",
}
