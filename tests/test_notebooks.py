"""The notebooks run from a clean kernel, on both kinds of store, and draw their pictures."""

import json
import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from recorder.cli.main import cli, run
from recorder.instants import DAY, now_us
from recorder.sandbox import answers

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_to_its_end(
    path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Every cell runs on a store of some hundred runs, and the three answers have their pictures."""
    lines = answers(runs=150, seed=5, start_at=now_us() - 30 * DAY, spread_us=29 * DAY)
    history = tmp_path / "history.ndjson"
    history.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    monkeypatch.setenv("RECORDER_DATABASE_URL", store_url)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert run(cli, ["import", str(history)]) == 0
    notebook = nbformat.read(path, as_version=4)
    kernel = {"path": str(tmp_path), "env": dict(os.environ)}
    NotebookClient(notebook, timeout=120, resources={"metadata": kernel}).execute()
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    pictures = [out for out in outputs if "image/png" in out.get("data", {})]
    assert len(pictures) == 3
    assert not [out for out in outputs if out.output_type == "stream" and out.name == "stderr"]
