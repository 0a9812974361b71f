"""``.runbook/config.yaml``, as programs read it."""

import os
from collections.abc import Iterable
from pathlib import Path

from engine.api.checking import Checked
from engine.api.files import read_bytes
from engine.api.invalid import Invalid
from engine.config import Config
from engine.config.read import read
from engine.refusal import Refusal
from engine.runbook.characters import MAX_BYTES


def read_config(path: "os.PathLike[str] | str") -> Config:
    """Read the environments and the catalog of a repository; raises ``Invalid`` with all findings."""
    config, found, _ = read(read_bytes(Path(path), MAX_BYTES), str(path))
    if config is None:
        raise Invalid(str(path), found)
    return config


def with_configs(files: Iterable[Path], checked: Checked) -> Checked:
    """Add to a check of runbooks what is wrong with configurations."""
    for file in files:
        try:
            _, found, document = read(read_bytes(file, MAX_BYTES), str(file))
        except Refusal as refusal:
            checked.closed.append(refusal)
        else:
            checked = checked._replace(
                files=(*checked.files, str(file)),
                findings=[*checked.findings, *found],
                documents={**checked.documents, str(file): document},
            )
    return checked
