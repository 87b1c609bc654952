"""What stands between slashdock and the engine, and answers in the engine's place."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import harness
import pytest
from docker.api.client import APIClient
from docker.errors import APIError
from harness import ADMIN, Bench
from proxy import Proxy, answer

from bot import text
from bot.hosts import Host
from bot.policy import Policy
from bot.request import Status
from bot.store import FILE
from commands import catalog

SECRET = "hunter2xyzzy"
COMMIT = f"commit -c 'ENV DB_PASSWORD={SECRET}' web snap"
HTML = "<html><h1>An error</h1>/v1.41/commit?changes=ENV+DB_PASSWORD%3Dhunter2xyzzy</html>"
MESSAGE = '{"message": "the upstream timed out"}'
JSON = "application/json"
LOST = [
    answer("504 Gateway Time-out"),
    answer("502 Bad Gateway", HTML),
    answer("502 Bad Gateway", MESSAGE, JSON),
    answer("503 Service Unavailable", HTML),
    answer("500 Internal Server Error"),
]
POLICY = f"""version = 1

[people]
ada = {{ slack = ["{ADMIN}"], roles = ["all"] }}

[[roles.all.allow]]
verbs = ["see", "read", "act", "change"]
on = ["*"]

[[deny]]
verbs = ["change"]
on = ["label:stage=prod"]
"""


@contextmanager
def _spoken(proxy: Proxy, folder: Path, policy: Policy | None = None) -> Iterator[Bench]:
    """A pipeline whose engine is behind the proxy."""
    with proxy.serve(folder) as host:
        bench = harness.bench(host, folder / "data", policy)
        yield bench
        bench.close()


def _asked(proxy: Proxy, verb: str) -> int:
    return sum(verb in request for request in proxy.requests)


@pytest.mark.parametrize(
    "answered",
    [*LOST, *(answer("403 Forbidden", *body) for body in ((), (HTML,), (MESSAGE, JSON))), answer("400 Bad", HTML)],
)
def test_no_secret_of_a_query_is_shown_recorded_or_logged(
    tmp_path: Path, fresh_world: str, caplog: pytest.LogCaptureFixture, answered: bytes
) -> None:
    """Whatever is answered in the engine's place; the address of the request is nobody's business."""
    proxy = Proxy(fresh_world, refuse="/commit", answer=answered)
    with _spoken(proxy, tmp_path) as bench:
        reply = bench.say(COMMIT).reply
        kept = b"".join(file.read_bytes() for file in bench.folder.glob(f"{FILE}*"))
    told = f"{text.docker(reply)}{text.added(reply)}{reply.error}{caplog.text}"
    assert _asked(proxy, "/commit") == 1
    assert reply.failed
    assert SECRET not in told
    assert SECRET.encode() not in kept
    assert "?" not in told


def test_an_error_itself_holds_no_query(tmp_path: Path, fresh_world: str) -> None:
    """So that it may be logged by whoever catches it."""
    with Proxy(fresh_world, refuse="/json", answer=LOST[0]).serve(tmp_path) as address:
        host = Host("local", address)
        with pytest.raises(APIError) as raised:
            host.quick().containers(filters={"name": SECRET})
        host.close()
    assert "/containers/json" in str(raised.value)
    assert SECRET not in f"{raised.value} {raised.value.__cause__}"


@pytest.mark.parametrize("line", ["commit -m note web snap", "kill -s WINCH web", "restart -t 0 web"])
def test_what_a_proxy_forbids_is_told_as_it_may_be_allowed(tmp_path: Path, fresh_world: str, line: str) -> None:
    """By method and path."""
    proxy = Proxy(fresh_world, refuse="POST", answer=answer("403 Forbidden", HTML))
    with _spoken(proxy, tmp_path) as bench:
        outcome = bench.say(line)
    assert outcome.status is Status.FAILED
    path = proxy.changes()[-1].partition("?")[0]
    assert text.docker(outcome.reply) == (
        f"The socket proxy before this engine forbids {path}. Allow it there, or leave the verb.\n"
    )


@pytest.mark.parametrize("answered", LOST)
def test_a_gateway_s_error_is_a_lost_answer(tmp_path: Path, fresh_world: str, answered: bytes) -> None:
    """The engine may have done it, as it has here: nothing more is begun."""
    proxy = Proxy(fresh_world, replace="/restart", answer=answered)
    with _spoken(proxy, tmp_path) as bench:
        outcome = bench.say("restart -t 0 crash worker")
    assert outcome.status is Status.UNKNOWN
    assert text.docker(outcome.reply) == (
        "No answer about crash: it may have been done, or not. Not tried: worker. `docker ps -a` shows how it is now.\n"
    )
    assert _asked(proxy, "/restart") == 1


@pytest.mark.parametrize("answered", LOST)
def test_side_by_side_a_gateway_s_error_is_no_refusal_either(tmp_path: Path, fresh_world: str, answered: bytes) -> None:
    """Both are dead; neither is told as failed."""
    with _spoken(Proxy(fresh_world, hold="/kill", together=2, replace="/kill", answer=answered), tmp_path) as bench:
        outcome = bench.say("kill web worker")
    assert outcome.status is Status.UNKNOWN
    assert "No answer about web, worker: it may have been done" in text.docker(outcome.reply)


def test_the_engine_s_own_503_is_a_refusal(tmp_path: Path, fresh_world: str) -> None:
    """It says so itself, of a swarm that is not there: the next one is tried."""
    own = answer("503 Service Unavailable", '{"message": "This node is not a swarm manager."}', JSON)
    proxy = Proxy(fresh_world, refuse="/restart", answer=own)
    with _spoken(proxy, tmp_path) as bench:
        outcome = bench.say("restart -t 0 crash worker")
    assert outcome.status is Status.FAILED
    assert text.docker(outcome.reply) == "Error response from daemon: This node is not a swarm manager.\n" * 2


def test_a_commit_that_a_gateway_answers_is_told_as_perhaps_made(tmp_path: Path, fresh_world: str) -> None:
    """The image is there."""
    with _spoken(Proxy(fresh_world, replace="/commit", answer=LOST[0]), tmp_path) as bench:
        outcome = bench.say("commit web snap")
        assert bench.say("images --format {{.Repository}} snap").reply.parts
    assert outcome.status is Status.UNKNOWN
    assert "No answer about the commit of web: it may have been done" in text.docker(outcome.reply)


@pytest.mark.parametrize("answered", LOST)
def test_a_look_that_a_gateway_answers_leaves_nothing_unknown(
    tmp_path: Path, fresh_world: str, answered: bytes
) -> None:
    """Nothing was asked of the engine but what the name stands for."""
    proxy = Proxy(fresh_world, refuse="/web/json", answer=answered)
    with _spoken(proxy, tmp_path) as bench:
        outcome = bench.say("kill worker web")
    assert outcome.status is Status.FAILED
    assert _asked(proxy, "POST") == 0


@pytest.mark.parametrize("answered", [*LOST, answer("403 Forbidden"), answer("500 Oh", MESSAGE, JSON)])
def test_a_name_is_not_given_anew_where_it_is_not_known_who_has_it(
    tmp_path: Path, fresh_world: str, answered: bytes
) -> None:
    """The image that has it may be one that the rules keep, as here by its label."""
    policy = Policy.parse(POLICY, "policy.toml", [verb.spec for verb in catalog.load()])
    proxy = Proxy(fresh_world, refuse="/images/app:2.0/json", answer=answered)
    with _spoken(proxy, tmp_path, policy) as bench:
        assert bench.say("commit web app:2.0").status is Status.FAILED
    assert _asked(proxy, "/images/app:2.0/json") == 1
    assert _asked(proxy, "/commit") == 0


@pytest.mark.parametrize("answered", LOST)
def test_a_prune_ends_at_a_gateway_s_error(tmp_path: Path, fresh_world: str, answered: bytes) -> None:
    """The image is gone, and is not told as one that stays."""
    proxy = Proxy(fresh_world, replace="DELETE", answer=answered)
    with _spoken(proxy, tmp_path) as bench:
        outcome = bench.say("image prune -af")
    assert outcome.status is Status.UNKNOWN
    assert "it may have been done, or not. Not tried: " in text.docker(outcome.reply)
    assert "stays" not in text.added(outcome.reply)
    assert _asked(proxy, "DELETE") == 1


def test_an_image_that_lost_a_name_is_not_told_as_untouched(tmp_path: Path, fresh_world: str) -> None:
    """What became of it is said, and its id is in the record."""
    conflict = answer("409 Conflict", '{"message": "conflict: it is used"}', JSON)
    api = APIClient(fresh_world, version="1.41")
    image = api.inspect_image("app:1.0")["Id"]
    with _spoken(Proxy(fresh_world, refuse="DELETE /v1.41/images/registry", answer=conflict), tmp_path) as bench:
        outcome = bench.say("image prune -af")
    assert api.inspect_image(image)["RepoTags"] == ["registry.example:5000/team/app:edge"]
    api.close()
    assert outcome.status is Status.DONE
    assert "it lost the name app:1.0, then stayed: conflict: it is used." in text.added(outcome.reply)
    assert image in outcome.reply.ids


def test_a_proxy_that_forbids_to_remove_images_fails_the_line(tmp_path: Path, fresh_world: str) -> None:
    """One is asked for; the rest is told as not tried."""
    proxy = Proxy(fresh_world, refuse="DELETE", answer=answer("403 Forbidden", HTML))
    with _spoken(proxy, tmp_path) as bench:
        outcome = bench.say("image prune -af")
    assert outcome.status is Status.FAILED
    assert "The socket proxy before this engine forbids DELETE /v1.41/images/" in text.docker(outcome.reply)
    assert "Not tried: " in text.docker(outcome.reply)
    assert _asked(proxy, "DELETE") == 1
    assert outcome.reply.ids == ()


def test_what_was_removed_before_a_proxy_forbade_more_is_told(tmp_path: Path, fresh_world: str) -> None:
    """The line fails, and its answer and its record say what is gone."""
    forbidden = answer("403 Forbidden", HTML)
    with _spoken(Proxy(fresh_world, refuse="DELETE /v1.41/images/registry", answer=forbidden), tmp_path) as bench:
        outcome = bench.say("image prune -af")
    assert outcome.status is Status.FAILED
    assert "untagged: app:1.0\n" in text.docker(outcome.reply)
    assert "it lost the name app:1.0, then stayed" in text.added(outcome.reply)
    assert outcome.reply.ids


UNSHOWN = answer("500 Internal Server Error", '{"message": "the plugin is away"}', JSON)
ENTER = POLICY.replace('"change"]\non = ["*"]', '"change", "enter"]\non = ["*"]')


def test_a_volume_that_the_engine_cannot_show_keeps_nobody_from_its_container(tmp_path: Path, fresh_world: str) -> None:
    """It may be any folder of the host, though: who enters or changes its container needs the right to give root."""
    policy = Policy.parse(ENTER, "policy.toml", tuple(verb.spec for verb in catalog.load()))
    with _spoken(Proxy(fresh_world, refuse="/volumes/pgdata", answer=UNSHOWN), tmp_path, policy) as bench:
        for line in ("start idle", "logs idle", "restart -t 0 idle", "kill idle"):
            said = bench.say(line)
            assert said.status is Status.DONE, (line, said.reply.error)
        for line in ("rename idle other", "exec idle true"):
            said = bench.say(line)
            assert said.status is Status.DENIED, line
            assert "does not tell what the volume pgdata is" in said.reply.error, line


@pytest.mark.parametrize("answered", LOST)
def test_a_volume_of_which_nobody_answers_is_no_such_volume(tmp_path: Path, fresh_world: str, answered: bytes) -> None:
    """What stands before the engine knows nothing of it: the line ends there, as it does for all else."""
    with _spoken(Proxy(fresh_world, refuse="/volumes/pgdata", answer=answered), tmp_path) as bench:
        assert bench.say("logs idle").status is Status.FAILED


class Blinded(Proxy):
    """Refuses what has a text in it once a container was asked for."""

    def __init__(self, engine: str, then: str) -> None:
        super().__init__(engine, answer=UNSHOWN)
        self._then = then

    def note(self, request: str) -> None:
        """What comes after that."""
        if any("/containers/create" in each for each in self.requests):
            self._refuse = self._then
        super().note(request)


@pytest.mark.parametrize(("then", "status"), [("/volumes/pgdata", Status.FAILED), ("/containers/", Status.UNKNOWN)])
def test_a_container_that_cannot_be_looked_at_is_not_left_behind(
    tmp_path: Path, api: APIClient, fresh_world: str, then: str, status: Status
) -> None:
    """Unless it cannot be removed either: then nobody is told that it failed."""
    stays = status is Status.UNKNOWN
    for line in ("create --name fresh -v pgdata:/x busybox true", "run -d --name fresh -v pgdata:/x busybox true"):
        folder = tmp_path / line.split()[0]
        folder.mkdir()
        with _spoken(Blinded(fresh_world, then), folder) as bench:
            said = bench.say(line)
        there = api.containers(all=True, filters={"name": "fresh"})
        assert (said.status, bool(there)) == (status, stays), said.reply.error
        assert ("The container was removed and never started" in said.reply.error) is not stays
        for each in there:
            api.remove_container(each["Id"], force=True)
