"""The notebooks run from a clean kernel, on both kinds of store, and draw their pictures."""

import os
from pathlib import Path

import nbformat
import pytest
from months import import_month
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_to_its_end(
    path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Every cell runs on a store of some hundred runs, and the three answers have their pictures."""
    monkeypatch.setenv("RECORDER_DATABASE_URL", store_url)
    monkeypatch.setenv("HOME", str(tmp_path))
    import_month(store_url, tmp_path)
    notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)  # type: ignore[no-untyped-call]
    kernel = {"path": str(tmp_path), "env": dict(os.environ)}
    NotebookClient(notebook, timeout=120, resources={"metadata": kernel}).execute()
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    pictures = [out for out in outputs if "image/png" in out.get("data", {})]
    assert len(pictures) == 3
    assert not [out for out in outputs if out.output_type == "stream" and out.name == "stderr"]
