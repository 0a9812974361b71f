"""``.runbook/config.yaml``, as programs read it."""

import os
from pathlib import Path

from engine.api.files import read_bytes
from engine.api.invalid import Invalid
from engine.config import Config
from engine.config.read import read
from engine.runbook.characters import MAX_BYTES


def read_config(path: "os.PathLike[str] | str") -> Config:
    """Read the environments and the catalog of a repository; raises ``Invalid`` with all findings."""
    config, found, _ = read(read_bytes(Path(path), MAX_BYTES), str(path))
    if config is None:
        raise Invalid(str(path), found)
    return config
