"""What looks for leaks at the end of all tests finds each kind of them."""

from __future__ import annotations

import socket
import subprocess
import threading
from pathlib import Path

from leaks import Look


def test_each_kind_is_found(tmp_path: Path) -> None:
    """And it is none any more once it is gone."""
    look = Look(tmp_path, tmp_path)
    assert look.left() == []
    go_on, thread = threading.Event(), None
    with socket.socket(), subprocess.Popen(["sleep", "1000"]) as child:
        thread = threading.Thread(target=go_on.wait, name="left", daemon=True)
        thread.start()
        (tmp_path / "files").mkdir()
        (tmp_path / "files" / ".draft").write_text("x")
        found = look.left()
        child.kill()
    kinds = ["draft", "process", "socket", "temporary", "thread"]
    assert sorted({each.replace(":", " ").split()[0] for each in found}) == kinds
    go_on.set()
    thread.join()
    (tmp_path / "files" / ".draft").unlink()
    (tmp_path / "files").rmdir()
    assert look.left() == []
