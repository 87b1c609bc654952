"""What the processes of a race know alike."""

from __future__ import annotations

ASKER = "U0ASKER001"
PEOPLE = ("U0BOB00001", "U0CAROL001", "U0DORA0001", "U0ERIN0001")
NAMES = ("bob", "carol", "dora", "erin")
POLICY = (
    f"""
version = 1
[people]
asker = {{ slack = ["{ASKER}"], roles = ["dev", "sre"] }}
"""
    + "".join(
        f'{name} = {{ slack = ["{person}"], roles = ["sre"] }}\n' for name, person in zip(NAMES, PEOPLE, strict=True)
    )
    + """
[limits]
reads = 100000
changes = 100000
burst = 100000
all_reads = 100000
all_changes = 100000
all_burst = 100000
waiting = 100000
[approvals.two]
need = 2
from = ["sre"]
[[roles.sre.allow]]
verbs = ["see"]
on = ["*"]
[[roles.dev.allow]]
verbs = ["enter"]
on = ["*"]
approve = "two"
"""
)
