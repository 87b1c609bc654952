"""`slashdock`, which is `python -m bot` too: loads the command line and runs it."""

from __future__ import annotations

import sys

from bot.loading import loading

INTERRUPTED = 130  # exit code: as shells give it for SIGINT


def main() -> int:
    """Run one subcommand; returns the exit code, also where a Ctrl-C comes before there is anything to run."""
    try:
        with loading():
            from bot import command_line  # noqa: PLC0415 - so that it can be interrupted while it loads
        return command_line.main(sys.argv[1:])
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
