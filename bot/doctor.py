"""`slashdock doctor`: does everything that slashdock stands on work, and if not, what to do."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import requests

from bot import key
from bot.clock import Clock
from bot.core import host_of
from bot.hosts import EngineDown
from bot.policy import Policy, PolicyError
from bot.rule import EVERYTHING, Selector
from bot.settings import POLICY, Mode, Settings
from bot.store import FILE, Store, Unwritable
from commands import api, catalog
from commands.spec import Permission

SLACK_PATIENCE = 10  # seconds until Slack's answer is given up
APART = 30.0  # seconds between two clocks that matter: a command is refused as too old after sixty

_REFUSED = "Copy the token anew from the app's page at api.slack.com/apps, or install the app again"
_UNIX = "unix://"


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: what it is called, whether it is well, what was found or what to do."""

    name: str
    ok: bool
    text: str


def checks(settings: Settings) -> Iterator[Check]:
    """Look at everything, one after the other."""
    yield Check("settings", ok=True, text=f"mode {settings.mode}, record in {settings.data}")
    yield engine(settings)
    yield from slack(settings)
    yield database(settings)
    yield policy(settings)


def engine(settings: Settings) -> Check:
    """Whether the Docker engine answers, and which it is."""
    where = f"{settings.docker_host} ({settings.host_name})"
    try:
        version = host_of(settings).quick().version(api_version=False)
    except EngineDown as error:
        return Check("engine", ok=False, text=f"{where}: {_why(settings.docker_host, error)}")
    except (requests.RequestException, OSError) as error:
        return Check("engine", ok=False, text=f"{where}: {error}")
    told = f"{where}: Docker {version['Version']}, API {version['ApiVersion']}"
    if api.numbers(version["ApiVersion"]) < api.numbers(api.OLDEST):
        return Check("engine", ok=False, text=f"{told}; slashdock needs API {api.OLDEST}, which Docker 19.03 brought")
    return Check("engine", ok=True, text=told)


def _why(address: str, error: EngineDown) -> str:
    """What keeps the engine's socket from being used, as far as this machine can tell."""
    path = Path(address.removeprefix(_UNIX))
    if not address.startswith(_UNIX):
        return f"no answer ({error.__cause__}); is the address right, and does the engine listen there?"
    if not path.exists():
        return "there is no such socket; start Docker, or set DOCKER_HOST to where it listens"
    if not os.access(path, os.R_OK | os.W_OK):
        return f"this user may not use the socket; add it to the group {_group(path)}, or run as root"
    return f"nothing answers at the socket ({error}); start Docker"


def _group(path: Path) -> str:
    try:
        return path.group()
    except KeyError:
        return str(path.stat().st_gid)


def slack(settings: Settings) -> Iterator[Check]:
    """Whether Slack takes the tokens that the mode needs."""
    if settings.mode is Mode.WORKSPACE:
        yield Check("Slack", ok=True, text="not used; the local workspace stands in for it")
        return
    answer = _ask_slack(settings, "auth.test", settings.slack_bot_token)
    yield _slack_bot(settings, answer)
    if answer.get("ok") is True and "now" in answer:
        yield clock(answer["now"], Clock().now())
    if settings.mode is Mode.SOCKET:
        answer = _ask_slack(settings, "apps.connections.open", settings.slack_app_token)
        wrong = _slack_fault(answer, "SLACK_APP_TOKEN")
        yield Check("Slack, Socket Mode", ok=not wrong, text=wrong or "the app-level token opens a connection")


def clock(theirs: float, ours: float) -> Check:
    """Whether this machine's clock goes as Slack's, both in epoch seconds."""
    apart = ours - theirs
    if abs(apart) <= APART:
        return Check("clock", ok=True, text="as Slack's")
    way = "ahead of" if apart > 0 else "behind"
    told = f"{abs(apart):.0f} s {way} Slack's, by which requests are too old or not yet made; have it set by NTP"
    return Check("clock", ok=False, text=told)


def _slack_bot(settings: Settings, answer: Mapping[str, Any]) -> Check:
    wrong = _slack_fault(answer, "SLACK_BOT_TOKEN")
    if not wrong and settings.team not in {"", answer.get("team_id")}:
        wrong = f"the bot token is of the workspace {answer.get('team_id')}, and SLASHDOCK_TEAM is {settings.team}"
    found = f"workspace {answer.get('team')} ({answer.get('team_id')}), as {answer.get('user')}"
    return Check("Slack", ok=not wrong, text=wrong or found)


def _ask_slack(settings: Settings, method: str, token: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {token}"}
    try:
        response = requests.post(settings.slack_api_url + method, headers=headers, timeout=SLACK_PATIENCE)
        answer = response.json()
    except requests.RequestException as error:
        return {"ok": False, "unreached": _unreached(settings.slack_api_url, error)}
    if not isinstance(answer, dict):
        return {"ok": False, "error": "no answer that Slack would give"}
    return answer | _time(response)


def _time(response: requests.Response) -> dict[str, float]:
    """What time it is there, where it says so."""
    with suppress(ValueError):
        return {"now": parsedate_to_datetime(response.headers.get("Date", "")).timestamp()}
    return {}


def _unreached(address: str, error: requests.RequestException) -> str:
    match error:
        case requests.exceptions.SSLError():
            return f"the certificate of {address} is not trusted; does a proxy stand in between?"
        case requests.Timeout():
            return f"no answer from {address} within {SLACK_PATIENCE} s"
        case requests.JSONDecodeError():
            return f"what answers at {address} is not Slack"
        case _:
            return f"no connection to {address}; check the network, the name server and the proxy settings"


def _slack_fault(answer: Mapping[str, Any], name: str) -> str:
    if answer.get("ok") is True:
        return ""
    if "unreached" in answer:
        return str(answer["unreached"])
    return f"Slack refuses {name}: {answer.get('error')}. {_REFUSED}"


def database(settings: Settings) -> Check:
    """Whether the record can be written and nobody has altered it; a record that is not there yet is not made."""
    path = settings.data / FILE
    if not path.exists():
        parent = next(folder for folder in path.absolute().parents if folder.exists())
        ok = os.access(parent, os.W_OK | os.X_OK)
        told = "none yet; the first start makes it" if ok else f"this user may not write to {parent}"
        return Check("database", ok=ok, text=f"{path}: {told}")
    try:
        store = Store(settings.data, Clock(), key.load(settings.key_file, path))
        try:
            wrong = store.actions.verify() or store.archive.verify()
        finally:
            store.close()
    except Unwritable as error:
        return Check("database", ok=False, text=str(error))
    return Check("database", ok=not wrong, text=f"{path}: {wrong or 'can be written, and its chain is whole'}")


def policy(settings: Settings) -> Check:
    """Whether the policy file can be read, and who may change things by it."""
    path = settings.policy
    if not path.exists():
        return _without_file(settings)
    specs = tuple(verb.spec for verb in catalog.load())
    try:
        read = Policy.load(path, specs, frozenset({settings.host_name}))
    except PolicyError as error:
        return Check("policy", ok=False, text="; ".join(error.faults))
    except OSError as error:
        return Check("policy", ok=False, text=f"{path} cannot be read: {error.strerror}")
    if path.stat().st_mode & stat.S_IWOTH:
        return Check("policy", ok=False, text=f"{path}: every user of this machine may write to it; chmod o-w {path}")
    count = len(read.terms.people)
    people = "1 person" if count == 1 else f"{count} people"
    return Check("policy", ok=True, text=f"{path}: {people}; {_administrators(read)}")


def _without_file(settings: Settings) -> Check:
    if settings.mode is Mode.WORKSPACE and settings.policy != Path(POLICY):
        told = f"SLASHDOCK_POLICY names {settings.policy}, and it is not there: the sample people have rights meanwhile"
        return Check("policy", ok=False, text=told)
    if settings.mode is Mode.WORKSPACE:
        return Check("policy", ok=True, text=f"no {settings.policy}; the local workspace's sample people have rights")
    told = f"no {settings.policy}, so nobody may do anything; `slashdock policy init --admin U...` writes a first one"
    return Check("policy", ok=False, text=told)


def _administrators(read: Policy) -> str:
    """Who may change everything somewhere."""
    roles = {
        rule.role for rule in read.terms.allows if Selector(EVERYTHING) in rule.on and rule.names(Permission.CHANGE)
    }
    names = [person.name for person in read.terms.people if roles.intersection(person.roles)]
    return f"{', '.join(sorted(names))} may change everything" if names else "nobody may change everything"
