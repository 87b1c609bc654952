"""What gives root on the host: judged by what the line asks for, and once more by what the engine made of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import envelope
from bot.bounds import RunLimits
from bot.policy import Asker, Deny, Hold, Policy
from commands import catalog

SPECS = tuple(verb.spec for verb in catalog.load())
COMMIT = next(spec for spec in SPECS if spec.name == "container commit")
POLICY = """
version = 1
[people]
ada = { slack = ["U0ADA00001"], roles = ["admin"] }
eve = { slack = ["U0EVE00001"], roles = ["admin", "keeper"] }
[run]
binds = ["/srv/data"]
[[roles.admin.allow]]
verbs = ["see", "read", "act", "change", "enter"]
on = ["*"]
[[roles.keeper.allow]]
verbs = ["root"]
on = ["*"]
approve = "second"
[approvals.second]
from = ["admin"]
"""
LIMITS = RunLimits(binds=(("/srv/data", True), ("/srv/share", False)))

ESCALATIONS: list[dict[str, Any]] = [
    {"Privileged": True},
    {"Binds": ["/:/host"]},
    {"Binds": ["/srv/data/../../etc:/etc:ro"]},
    {"Binds": ["/srv/database:/x"]},
    {"Binds": ["/srv/data/shop:/x"]},
    {"Binds": ["/srv/data/shop:/x:ro"]},
    {"Binds": ["/srv/share:/x"]},
    {"Binds": ["/srv/share:/x:rw"]},
    {"Binds": ["/srv/share:/x:ro,Z"]},
    {"Binds": ["/srv/share/..:/x:ro"]},
    {"Mounts": [{"Type": "bind", "Source": "/srv/share", "Target": "/x"}]},
    {
        "Mounts": [
            {
                "Type": "bind",
                "Source": "/srv/share",
                "Target": "/x",
                "ReadOnly": True,
                "BindOptions": {"ReadOnlyNonRecursive": True},
            }
        ]
    },
    {"Mounts": [{"Type": "volume", "Target": "/x", "VolumeOptions": {"DriverConfig": {"Name": "nfs"}}}]},
    {"Mounts": [{"Type": "image", "Source": "app", "Target": "/x"}]},
    {"Mounts": [{"Type": "bind", "Source": "/etc", "Target": "/x"}]},
    {"Mounts": [{"Type": "volume", "Target": "/x", "VolumeOptions": {"DriverConfig": {"Options": {"o": "bind"}}}}]},
    {"CapAdd": ["SYS_ADMIN"]},
    {"CapAdd": ["all"]},
    {"PidMode": "host"},
    {"PidMode": "container:web"},
    {"IpcMode": "host"},
    {"NetworkMode": "host"},
    {"NetworkMode": "container:web"},
    {"UTSMode": "host"},
    {"UsernsMode": "host"},
    {"Devices": [{"PathOnHost": "/dev/sda"}]},
    {"DeviceRequests": [{"Count": -1}]},
    {"DeviceCgroupRules": ["a *:* rwm"]},
    {"SecurityOpt": ["seccomp=unconfined"]},
    {"SecurityOpt": ["apparmor=unconfined"]},
    {"SecurityOpt": ["label=disable"]},
    {"MaskedPaths": []},
    {"ReadonlyPaths": []},
    {"Runtime": "other"},
    {"LogConfig": {"Type": "syslog"}},
    {"LogConfig": {"Type": "journald", "Config": {"tag": "sshd"}}},
    {"LogConfig": {"Type": "", "Config": {"syslog-address": "unixgram:///run/x"}}},
    {"SecurityOpt": ["no-new-privileges:false"]},
    {"CgroupnsMode": "host"},
    {"Sysctls": {"net.ipv4.ip_forward": "1"}},
    {"OomScoreAdj": -1},
    {"CpuRealtimeRuntime": 950000},
    {"CgroupParent": "/"},
    {"VolumeDriver": "nfs"},
    {"Annotations": {"a": "b"}},
    {"SomethingNew": True},
]
HARMLESS: list[dict[str, Any]] = [
    {},
    {"Memory": 1 << 26, "NanoCpus": 10**9, "PidsLimit": 10},
    {"RestartPolicy": {"Name": "always"}},
    {"PortBindings": {"80/tcp": [{"HostPort": "8080"}]}},
    {"Binds": ["pgdata:/data"]},
    {"Binds": ["/srv/data:/x", "/srv/data:/y:ro", "/srv/share/a/b:/z:ro"]},
    {"Mounts": [{"Type": "bind", "Source": "/srv/share/./a", "Target": "/x", "ReadOnly": True}]},
    {"Mounts": [{"Type": "tmpfs", "Target": "/x"}, {"Type": "volume", "Source": "v", "Target": "/y"}]},
    {"CapDrop": ["ALL"], "CapAdd": ["NET_BIND_SERVICE"]},
    {"SecurityOpt": ["no-new-privileges"]},
    {
        "Sysctls": {"net.ipv4.ip_unprivileged_port_start": "80"},
        "OomScoreAdj": 500,
        "OomKillDisable": True,
        "GroupAdd": ["audio"],
    },
    {"IpcMode": "shareable", "ShmSize": 1 << 30, "Ulimits": [{"Name": "nofile", "Soft": 9, "Hard": 9}]},
    {"NetworkMode": "front"},
    {"NetworkMode": "none"},
    {"LogConfig": {"Type": "json-file", "Config": {"max-size": "10m"}}},
    {"ReadonlyRootfs": True, "Tmpfs": {"/run": ""}, "Init": True},
]


@pytest.mark.parametrize("config", ESCALATIONS, ids=str)
def test_an_escalation_gives_root_however_it_is_written(config: dict[str, Any]) -> None:
    """In the request and in what the engine shows of it."""
    assert envelope.asked_reasons({"HostConfig": config}, LIMITS)


@pytest.mark.parametrize("config", HARMLESS, ids=str)
def test_what_is_usual_gives_no_root(config: dict[str, Any]) -> None:
    """Limits, labels, named volumes, ports, and folders that the policy lists."""
    assert not envelope.asked_reasons({"HostConfig": config}, LIMITS)


@given(st.sampled_from(ESCALATIONS), st.sampled_from(HARMLESS))
def test_nothing_harmless_hides_an_escalation(bad: dict[str, Any], good: dict[str, Any]) -> None:
    """Whatever else the request holds."""
    assert envelope.asked_reasons({"HostConfig": good | bad}, LIMITS) or set(good) & set(bad)


def test_the_class_root_is_only_his_whom_the_file_names_it_for() -> None:
    """No other class includes it."""
    policy = Policy.parse(POLICY, "policy.toml", SPECS)
    denied = policy.judge_root(Asker("U0ADA00001"), COMMIT, "privileged")
    assert isinstance(denied, Deny)
    assert "This gives root on the host (privileged)" in denied.reason
    assert isinstance(policy.judge_root(Asker("U0EVE00001"), COMMIT, "privileged"), Hold)


def test_a_deny_of_the_class_root_is_for_everybody() -> None:
    """Whatever roles allow."""
    policy = Policy.parse(f'{POLICY}[[deny]]\nverbs = ["root"]\non = ["*"]\n', "policy.toml", SPECS)
    assert isinstance(policy.judge_root(Asker("U0EVE00001"), COMMIT, "privileged"), Deny)


def test_rules_about_the_class_root_bite() -> None:
    """`require` raises the bar for what gives root by its line, and `deny` forbids it, naming its line in the file."""
    text = """version = 1
[people]
ada = { slack = ["U0ADA00001"], roles = ["sre"] }
bob = { slack = ["U0BOB00001"], roles = ["sre"] }
[approvals.one]
from = ["sre"]
[approvals.more]
from = ["sre"]
[[roles.sre.allow]]
verbs = ["change", "root"]
on = ["*"]
approve = "one"
"""
    asker = Asker("U0ADA00001")
    raised = Policy.parse(f'{text}[[require]]\nverbs = ["root"]\napprove = "more"\n', "p.toml", SPECS)
    verdict = raised.judge_root(asker, COMMIT, "it is privileged")
    assert isinstance(verdict, Hold)
    assert frozenset().union(*verdict.needs) == {"one", "more"}
    closed = Policy.parse(f'{text}[[deny]]\nverbs = ["root"]\non = ["name:prod-*"]\n', "p.toml", SPECS)
    refused = closed.judge_root(asker, COMMIT, "it is privileged")
    assert isinstance(refused, Deny)
    assert "p.toml, line 13" in refused.reason
