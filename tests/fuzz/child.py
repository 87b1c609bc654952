"""One target under atheris, in a process of its own: libFuzzer ends the process when its time is over."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["bot", "commands"], exclude=["bot.workspace"]):
    from fuzz import seeds
    from fuzz.targets import TARGETS

HANG = 10  # seconds that one case may take
MEMORY = 2_048  # megabytes


def main(name: str, seconds: str, folder: Path) -> None:
    """Fuzz that target for so many seconds; what is found lies in the folder as crash-, timeout- or oom-HASH."""
    target = TARGETS[name]
    cases, words = folder / "cases", folder / "words"
    cases.mkdir(parents=True, exist_ok=True)
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words()))
    for number, case in enumerate(seeds.kept(name)):
        (cases / f"seed{number}").write_bytes(case)
    options = {
        "max_total_time": seconds, "timeout": HANG, "rss_limit_mb": MEMORY, "max_len": target.longest, "dict": words,
        "artifact_prefix": f"{folder}/", "print_final_stats": 1,
    }  # fmt: skip
    arguments = [sys.argv[0], *(f"-{key}={value}" for key, value in options.items()), str(cases)]
    mutator = target.mutator

    def check(case: bytes) -> None:
        try:
            target.check(case)
        except BaseException:  # what libFuzzer writes by itself is lost where another thread ends the process first
            (folder / f"crash-{hashlib.sha1(case).hexdigest()}").write_bytes(case)
            raise

    if mutator is None:
        atheris.Setup(arguments, check)
    else:
        atheris.Setup(
            arguments,
            check,
            custom_mutator=lambda case, longest, number: mutator(case, longest, number, atheris.Mutate),
        )
    atheris.Fuzz()


def _escaped(word: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word.encode("utf-8", "surrogateescape"))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
