"""The roles that a first policy file, and the local workspace's sample people, begin with."""

FIRST = """\
[[roles.admin.allow]]
verbs = ["see", "read", "act", "change", "enter"]
on    = ["*"]

[[roles.operator.allow]]
verbs = ["see", "read", "act"]
on    = ["*"]

[[roles.viewer.allow]]
verbs = ["see"]
on    = ["*"]
"""
