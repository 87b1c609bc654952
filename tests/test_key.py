"""The key of an installation: made once, kept secret, and missed where a record was sealed with it."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import KEY
from recording import asked

from bot import key
from bot.clock import Clock
from bot.store import FILE, Store, Unwritable


def test_a_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    """The second use finds the first one's."""
    path = tmp_path / "folder" / "key"
    made = key.load(path, tmp_path / FILE)
    assert key.load(path, tmp_path / FILE) == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(made) == key.SIZE


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    """The sentence says what to do."""
    path = tmp_path / "key"
    key.load(path, tmp_path / FILE)
    path.chmod(0o640)
    with pytest.raises(Unwritable, match="chmod 600"):
        key.load(path, tmp_path / FILE)


@pytest.mark.parametrize("text", ["", "no key", "abcd"])
def test_a_file_that_holds_no_key_is_refused(tmp_path: Path, text: str) -> None:
    """Half a key or none seals nothing."""
    path = tmp_path / "key"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(Unwritable, match="is not one of slashdock"):
        key.load(path, tmp_path / FILE)


def test_a_key_that_is_gone_is_missed_where_there_is_a_record(tmp_path: Path) -> None:
    """A new key beside an old record would make the whole chain look altered."""
    (tmp_path / FILE).touch()
    with pytest.raises(Unwritable, match="is gone"):
        key.load(tmp_path / "key", tmp_path / FILE)
    assert not (tmp_path / "key").exists()


def test_a_chain_made_with_another_key_is_not_whole(tmp_path: Path) -> None:
    """Whoever can write the data folder alone cannot make a chain that stands."""
    forged = Store(tmp_path, Clock(), b"another key")
    forged.record.receive(asked("ps"), "ps")
    assert forged.actions.verify() is None
    forged.close()
    real = Store(tmp_path, Clock(), KEY)
    assert "was altered" in str(real.actions.verify())
    real.close()
