"""A folder of ledger documents, served as the answers of their runs.

Each `*.json` is `{"run": {...}}`, or `{"body": {"run": {...}}}` with notes next to it. A document is
found under its run's own id (of several files with one id, the last by name) and under its file's stem;
there the run's id reads as the stem.

Invariant: numbers keep their literals; what is saved in the folder is what the next request sees, and
while a file holds no document its last one stands.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from recorder.ledger.jsontext import Json, JsonTextError, parse_json, to_text
from recorder.sandbox.sandbox_error import SandboxError


class Folder:
    """The documents of a folder.

    Args:
        path: the folder.

    Raises:
        SandboxError: there is no such folder, it holds no `*.json`, or one of them is no ledger document.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamps: dict[Path, int] = {}
        self._files: dict[Path, tuple[str, bytes]] = {}
        self._bodies: dict[str, bytes] = {}
        if not path.is_dir():
            raise SandboxError(f"there is no folder {path}")
        self._read(strict=True)
        if not self._files:
            raise SandboxError(f"no *.json in {path}: put ledger documents there")

    @property
    def run_ids(self) -> tuple[str, ...]:
        """The ids that are served: stems and own ids, sorted."""
        return tuple(sorted(self._bodies))

    def body(self, run_id: str) -> bytes | None:
        """Return the body for a run as the folder stands now, or None where no document has its id."""
        self._read(strict=False)
        return self._bodies.get(run_id)

    def _read(self, *, strict: bool) -> None:
        stamps = dict(_stamps(self._path))
        if stamps == self._stamps:
            return
        changed = [path for path, stamp in stamps.items() if self._stamps.get(path) != stamp]
        files = {path: document for path, document in self._files.items() if path in stamps}
        for path in changed:
            document = _document(path, strict=strict)
            files.update({path: document} if document else {})
        self._stamps, self._files = stamps, dict(sorted(files.items()))
        stems = {path.stem: _renamed(body, path.stem) for path, (_, body) in self._files.items()}
        self._bodies = stems | {run_id: body for run_id, body in self._files.values() if run_id}


def _stamps(folder: Path) -> Iterator[tuple[Path, int]]:
    for path in folder.glob("*.json"):
        with suppress(FileNotFoundError):  # an editor may save by renaming, just now
            yield path, path.stat().st_mtime_ns


def _document(path: Path, *, strict: bool) -> tuple[str, bytes] | None:
    try:
        return _parse_document(path.read_bytes())
    except (JsonTextError, OSError) as error:
        if strict:
            raise SandboxError(f"{path.name} is no ledger document: {error}") from error
        return None


def _parse_document(text: bytes) -> tuple[str, bytes]:
    """Parse a document into its run id ("" where it has none) and its body."""
    value = parse_json(text)
    wrapped = isinstance(value, dict) and "run" not in value
    body = value["body"] if wrapped and isinstance(value, dict) and "body" in value else value
    run = body.get("run") if isinstance(body, dict) else None
    if not isinstance(run, dict):
        raise JsonTextError('it holds no object "run"')
    run_id = run.get("id")
    served = to_text(body).encode() if wrapped else text
    return run_id if isinstance(run_id, str) else "", served


def _renamed(body: bytes, run_id: str) -> bytes:
    value = parse_json(body)
    run: Json = value["run"] if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(run, dict):
        raise JsonTextError('it holds no object "run"')
    return to_text({**value, "run": {**run, "id": run_id}}).encode()
