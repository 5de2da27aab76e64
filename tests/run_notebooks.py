"""Run the notebooks anew and write their outputs into them: `python tests/run_notebooks.py`, without a store given."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


def read(path: Path) -> Any:
    """A notebook as it stands in the repository."""
    return nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)  # type: ignore[no-untyped-call]


def execute(notebook: Any, folder: Path, environ: Mapping[str, str]) -> None:
    """Run all cells in a clean kernel."""
    kernel = {"path": str(folder), "env": dict(environ)}
    NotebookClient(
        notebook, timeout=300, resources={"metadata": kernel}, record_timing=False
    ).execute()


def pictures(notebook: Any) -> int:
    """How many pictures the outputs have."""
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    return sum("image/png" in out.get("data", {}) for out in outputs)


if __name__ == "__main__":
    without = {name: value for name, value in os.environ.items() if name != "RECORDER_DATABASE_URL"}
    for path in NOTEBOOKS:
        notebook = read(path)
        execute(notebook, path.parent, without)
        nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
