import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trainer.aside import write_aside


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    write_aside(tmp_path / "a", b"first")
    write_aside(tmp_path / "a", b"second")
    assert (tmp_path / "a").read_bytes() == b"second"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o666 & ~mask


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError):
        write_aside(tmp_path / "a", b"data")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_killed_at_any_moment_the_file_is_whole(tmp_path: Path) -> None:
    """A process that writes all ones or all twos over and over is killed; a mixture or a short file would be a tear."""
    program = (
        "import sys; from pathlib import Path; from trainer.aside import write_aside\n"
        "while True:\n    for letter in b'12': write_aside(Path(sys.argv[1]), bytes([letter]) * 2**20)"
    )
    for _ in range(5):
        child = subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "a")])
        while not (tmp_path / "a").exists() and child.poll() is None:
            time.sleep(0.01)
        time.sleep(0.03)
        child.kill()
        child.wait()
        assert (tmp_path / "a").read_bytes() in (b"1" * 2**20, b"2" * 2**20)
