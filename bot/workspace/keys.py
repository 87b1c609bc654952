"""The secrets of a workspace."""

import secrets
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Keys:
    """What opens the workspace; random unless given."""

    bot_token: str = field(default_factory=lambda: f"xoxb-local-{secrets.token_hex(16)}")
    app_token: str = field(default_factory=lambda: f"xapp-1-A0LOCAL001-{secrets.token_hex(16)}")
    signing_secret: str = field(default_factory=lambda: secrets.token_hex(16))
    page_key: str = field(default_factory=lambda: secrets.token_urlsafe(24))
