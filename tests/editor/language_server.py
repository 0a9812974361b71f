"""The YAML language server of editors, started as they start it, and asked as they ask it."""

import json
import queue
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self, TypeAlias

PROGRAM = Path(__file__).parent / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
CURSOR = "¦"
"""Marks in a text where somebody types, or points."""

_WITHIN_S = 60.0
_CAPABILITIES = {
    "workspace": {"configuration": True},
    "textDocument": {"completion": {"completionItem": {"documentationFormat": ["markdown"]}}},
}

Message: TypeAlias = dict[str, Any]


class LanguageServer:
    """A server on pipes, until it is left. What it is told of files need not lie on a disk.

    ``schemas`` is the setting of that name, ``folder`` the one that is open, from which its paths lead.
    """

    def __init__(
        self, folder: Path | None = None, schemas: Mapping[str, str | list[str]] | None = None
    ) -> None:
        self._process = subprocess.Popen(
            ["node", str(PROGRAM), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._said: queue.Queue[Message | None] = queue.Queue()
        self._published: dict[str, list[Message]] = {}
        self._count = 0
        self._opened: set[str] = set()
        # Unless told otherwise it asks schemastore.org which schema a file has.
        store = {"enable": False, "url": ""}
        self._settings = {
            "yaml": {"schemaStore": store, "hoverSchemaSource": False, "schemas": schemas or {}}
        }
        self._root = folder.as_uri() if folder else None
        threading.Thread(target=self._listen, daemon=True).start()

    def __enter__(self) -> Self:
        try:
            self._ask("initialize", {"processId": None, "rootUri": self._root, "capabilities": _CAPABILITIES})
            self._tell("initialized", {})
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait(_WITHIN_S)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def findings(self, file: Path, text: str) -> list[tuple[int, str]]:
        """Give what it finds wrong in a text at a file's place: each line, from 1, and the message."""
        uri = self._open(file, text)
        while uri not in self._published:
            self._hear()
        return [(each["range"]["start"]["line"] + 1, each["message"]) for each in self._published[uri]]

    def offers(self, file: Path, text: str) -> dict[str, Message]:
        """Give what it would complete at the cursor, by label."""
        items = self._ask_at_cursor("completion", file, text)["items"]
        return {item["label"]: item for item in items}

    def hover(self, file: Path, text: str) -> str:
        """Give what it shows of the word at the cursor, as Markdown."""
        answer = self._ask_at_cursor("hover", file, text)
        return str(answer["contents"]["value"]) if answer else ""

    def _ask_at_cursor(self, what: str, file: Path, text: str) -> Any:  # noqa: ANN401  (any JSON)
        before, cursor, after = text.partition(CURSOR)
        assert cursor, "no cursor in the text"
        place = {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}
        document = {"uri": self._open(file, before + after)}
        return self._ask(f"textDocument/{what}", {"textDocument": document, "position": place})

    def _open(self, file: Path, text: str) -> str:
        """Show it a text at a file's place; the next one there gets another name, to keep answers apart."""
        uri = file.as_uri()
        if uri in self._opened:
            uri = file.with_name(f"{len(self._opened)}-{file.name}").as_uri()
        self._opened.add(uri)
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})
        return uri

    def _ask(self, method: str, params: Message) -> Any:  # noqa: ANN401  (any JSON)
        self._count += 1
        number = self._count
        self._write({"id": number, "method": method, "params": params})
        while (message := self._hear()).get("id") != number or "method" in message:
            pass
        assert "error" not in message, message
        return message["result"]

    def _tell(self, method: str, params: Message) -> None:
        self._write({"method": method, "params": params})

    def _hear(self) -> Message:
        """Take its next message; what it asks is answered, what it publishes is kept."""
        message = self._said.get(timeout=_WITHIN_S)
        assert message is not None, f"the language server has ended: {self._process.wait(_WITHIN_S)}"
        match message:
            case {"id": number, "method": "workspace/configuration", "params": {"items": items}}:
                self._write({"id": number, "result": [self._settings.get(item["section"]) for item in items]})
            case {"id": number, "method": _}:
                self._write({"id": number, "result": None})
            case {"method": "textDocument/publishDiagnostics", "params": params}:
                self._published[params["uri"]] = params["diagnostics"]
        return message

    def _write(self, message: Message) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._process.stdin.flush()

    def _listen(self) -> None:
        """Read its messages into the queue; None is the end. A thread, for a pipe has no time-out."""
        pipe = self._process.stdout
        assert pipe is not None
        while header := pipe.readline():
            name, _, value = header.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            elif not header.strip():
                self._said.put(json.loads(pipe.read(length)))
        self._said.put(None)
