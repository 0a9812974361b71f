"""Which file system a log lies on is read from the system's own list, and whether it is mounted itself."""

from pathlib import Path

import pytest

from engine.runlog.sqlite.place import file_system, is_mounted

MOUNTS = """\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
36 22 0:31 / /home rw,nosuid shared:5 master:1 - nfs4 server:/home rw,vers=4.2
37 22 0:32 / /mnt/with\\040blank rw - fuse.sshfs me@there: rw

38
"""


@pytest.mark.parametrize(
    ("device", "kind"), [("254:0", "ext4"), ("0:31", "nfs4"), ("0:32", "fuse.sshfs"), ("0:3", ""), ("", "")]
)
def test_the_kind_of_a_device_is_found(device: str, kind: str) -> None:
    """Whatever optional fields stand before it; an unknown device has none."""
    assert file_system(MOUNTS, device) == kind


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/home", True), ("/mnt/with blank", True), ("/mnt/with", False), ("/home/runlog.db", False)],
)
def test_what_is_mounted_itself_is_found(path: str, *, expected: bool) -> None:
    """Only what is mounted under this very name, which the list writes in its own way."""
    assert is_mounted(MOUNTS, Path(path)) is expected
