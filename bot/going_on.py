"""What an end of slashdock broke off, judged anew: it is about the very objects that it was about, or it ends."""

from __future__ import annotations

from dataclasses import replace

from bot import answers
from bot.answers import End
from bot.judging import Judged
from bot.lasting import Kept
from bot.request import Status
from commands.target import Found, Missing

_ANOTHER = "While slashdock was down, {} became another {} than the one that this was about. Send the line again."
_AGREE = "Others have to agree to this now. Send the line again."


def same(kept: Kept, judged: Judged) -> Judged:
    """What was judged; what is not there any more is known by the id that it had. Raises End."""
    if judged.needs:
        raise End(Status.DENIED, _AGREE, answers.told(_AGREE), judged.command)
    found = dict(judged.found)
    for target, looked in judged.found.items():
        before = kept.ids.get(target.ref)
        if isinstance(looked, Missing) and before:
            found[target] = Found(target, looked.target.kind, before, target.ref, {}, {})
        elif isinstance(looked, Found) and before != looked.id:
            text = _ANOTHER.format(target.ref, looked.kind)
            raise End(Status.FAILED, text, answers.told(text), judged.command)
    return replace(judged, found=found)
