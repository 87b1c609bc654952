"""`docker cleanup plan`: what a cleanup would remove."""

from __future__ import annotations

from commands.cleanup import choosing, disk, facts, planning, report
from commands.command import Command, arg
from commands.context import Context
from commands.reply import Reply
from commands.spec import Permission

_RUN = "cleanup run"  # as what it is judged


class Plan(Command, name="cleanup plan", permission=Permission.SEE):
    """Show what a cleanup would remove, and why the rest stays.

    Without a name it is about dangling images, which the nightly cleanup takes. What a container in any state was made
    from stays, what slashdock first saw less than a day ago, what is dated in the future or more than ten years ago,
    what the policy keeps, what no rule lets you remove, and what is beyond the number that one run may remove. Of a
    policy that goes by the disk it says how full that is. Nothing is changed. The bytes that are freed are measured by
    the run: images share layers, so that sizes do not add up.
    """

    policy: str = arg("NAME", default="", choosing=True)

    def run(self, ctx: Context) -> Reply:
        """What would go, then what would stay."""
        policy = choosing.policy(ctx, self.policy)
        planned = planning.plan(facts.things(ctx, policy.what, _RUN), policy, ctx.now)
        return report.before(planned, disk.gauge(ctx, policy), ctx.now)
