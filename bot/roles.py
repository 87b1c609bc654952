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

# The people of a local workspace, before the roles that every first policy has.
SAMPLE = """
version = 1

[people]
admin    = { slack = ["U0ADMIN001"], roles = ["admin"] }
operator = { slack = ["U0OPERATOR"], roles = ["operator"] }
viewer   = { slack = ["U0VIEWER01"], roles = ["viewer"] }

[approvals.second]
need = 1
from = ["admin", "operator"]

[[roles.operator.allow]]
verbs   = ["change"]
on      = ["*"]
approve = "second"

[[roles.admin.allow]]
verbs   = ["root"]
on      = ["*"]
approve = "second"

"""
