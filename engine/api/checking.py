"""Checking runbooks: every file, everything that is wrong with it, and what stood there at a revision."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from engine.api.files import read_bytes
from engine.diagnostics import Diagnostic, in_order
from engine.frozen import replace
from engine.refusal import Refusal
from engine.runbook import schema
from engine.runbook.acceptance import split
from engine.runbook.characters import MAX_BYTES
from engine.runbook.draft import Draft, read
from engine.runbook.namesakes import Namesakes

if TYPE_CHECKING:
    from engine.api.revisions import Revision
    from engine.config import Config
    from engine.runbook.document import Document


class Checked(NamedTuple):
    """What a check came to: the files that were read, all findings, and why other files were not read.

    ``stood``: so many warnings were left out, for they stood at the revision before; ``accepted``: so many
    are accepted by their steps; ``new`` are the files that the revision does not have.
    """

    files: tuple[str, ...]
    findings: list[Diagnostic]
    documents: "Mapping[str, Document]"
    closed: list[Refusal]
    stood: int = 0
    accepted: int = 0
    new: tuple[str, ...] = ()

    def line(self, file: str, number: int) -> str:
        """Give a line of a file in which something was found."""
        return self.documents[file].lines.shown(number)


def check(
    files: Iterable[Path],
    config: "Config | None" = None,
    *,
    texts: Mapping[Path, bytes] | None = None,
    against: "Revision | None" = None,
) -> Checked:
    """Check files; ``texts`` holds those that are not to be read from the disk.

    With ``against``, what a change since that revision breaks is found too, and warnings that stood there
    already are left out. Raises ``Refusal`` where the revision cannot be read.
    """
    closed: list[Refusal] = []
    drafts = _drafts(files, texts or {}, closed, config, Namesakes())
    if against is not None:
        return _compared({Path(draft.document.file): draft for draft in drafts}, config, against, closed)
    accepted = 0
    names: list[str] = []
    found: list[Diagnostic] = []
    documents: dict[str, Document] = {}
    for draft in drafts:  # one at a time: of a sound one nothing is kept
        names.append(draft.document.file)
        accepted += len(draft.accepted)
        if draft.diagnostics:
            found += draft.diagnostics
            documents[names[-1]] = draft.document
    return Checked(tuple(names), found, documents, closed, accepted=accepted)


def _drafts(
    files: Iterable[Path],
    texts: Mapping[Path, bytes],
    closed: list[Refusal],
    config: "Config | None",
    namesakes: Namesakes,
) -> Iterator[Draft]:
    for file in files:
        try:
            draft = read(texts[file] if file in texts else read_bytes(file, MAX_BYTES), str(file))
        except Refusal as refusal:
            closed.append(refusal)
        else:
            yield namesakes.beside(_looked_up(draft, config))


def _looked_up(draft: Draft, config: "Config | None") -> Draft:
    """Add what is wrong with templates that the catalog names, or nearly."""
    if config is None or not config.catalog or not draft.is_sound:
        return draft
    from engine.config.catalog import misnamed  # noqa: PLC0415  (only who has a catalog pays for it)

    faults = misnamed(draft.document.data or {}, config)
    kept, accepted = split(draft.document, schema.diagnostics(draft.document, faults))
    found = tuple(in_order((*draft.diagnostics, *kept)))
    return replace(draft, diagnostics=found, accepted=(*draft.accepted, *accepted))


def _compared(
    drafts: Mapping[Path, Draft], config: "Config | None", against: "Revision", closed: list[Refusal]
) -> Checked:
    """Check drafts beside what they were at the revision."""
    from engine.runbook import changes  # noqa: PLC0415  (only who compares pays for it)

    texts = against.before(drafts)
    known = (file for file in drafts if file in texts)
    earlier = {Path(draft.document.file): draft for draft in _drafts(known, texts, [], config, Namesakes())}
    # A name that another file took over only now was given up all the same.
    names = [_name(draft) for file, draft in earlier.items() if _name(draft) == _name(drafts[file])]
    found: list[Diagnostic] = []
    stood = 0
    for file, draft in drafts.items():
        here = [*draft.diagnostics]
        if (before := earlier.get(file)) is not None:
            fresh = changes.fresh(here, draft, [*before.diagnostics], before)
            stood += len(here) - len(fresh)
            faults = changes.check(before, draft, against.name, names)
            here = in_order((*fresh, *schema.diagnostics(draft.document, faults)))
        found += here
    documents = {str(file): draft.document for file, draft in drafts.items()}
    accepted = sum(len(draft.accepted) for draft in drafts.values())
    new = tuple(str(file) for file in drafts if file not in texts)
    return Checked(tuple(documents), found, documents, closed, stood, accepted, new)


def _name(draft: Draft) -> object:
    return (draft.document.data or {}).get("name")
