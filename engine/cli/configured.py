"""What the repository says of its runbooks: the folders that they lie in, and the names of templates."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from engine.api.files import working_directory
from engine.cli.files import CONFIG, upward
from engine.cli.screen import emit
from engine.refusal import Refusal

if TYPE_CHECKING:
    from engine.cli.environment import Found


def look(wrong: list[Refusal], *, aloud: bool, checked: Iterable[Path] = ()) -> "Found | None":
    """Say first where this is, if anything says it; None where nothing can be told, and why in ``wrong``.

    ``checked`` are configurations whose findings are shown elsewhere.
    """
    try:
        file = upward(CONFIG)
        if file is None and not os.environ.get("TIMEPAY_BASE_URL"):
            return None
        is_told = file is not None and os.path.realpath(file) in map(os.path.realpath, checked)
        # Only where there is an environment it is paid for.
        from engine.cli.environment import find_environment  # noqa: PLC0415
        from engine.config import headline  # noqa: PLC0415

        found = find_environment(aloud=not is_told)
    except Refusal as refusal:
        wrong.append(refusal)
        return None
    if aloud:
        emit(headline(found.here), err=True)
    return found


def folders(found: "Found | None", wrong: list[Refusal], verb: str = "validate") -> list[Path]:
    """Give the configured folders that are there, and say which are not; ``Refusal`` where none is named."""
    if found is None or found.root is None:
        if wrong:
            return []
        raise Refusal("which runbooks?", f"name a file or a folder: runbook {verb} runbooks/")
    here = working_directory()
    named = [Path(os.path.relpath(found.root / folder, here)) for folder in found.config.runbooks]
    cure = "name a file or a folder, or set paths: in .runbook/config.yaml"
    for folder in named:
        if not os.path.lexists(folder):
            where = "" if folder.parts[:1] == ("..",) else " here"
            wrong.append(Refusal(f"there is no folder {folder}/{where}", cure))
    return [folder for folder in named if os.path.lexists(folder)]
