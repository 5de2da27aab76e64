"""The notebooks run from a clean kernel, on both kinds of store, and no picture of theirs is empty."""

import os
from pathlib import Path

import nbformat
import pytest
from months import fill_month
from run_notebooks import NOTEBOOKS, execute, pictures, read

from recorder.store.engine import Database

CHECK = """
import matplotlib.pyplot as plt

_show = plt.show


def _checked():
    for axes in plt.gcf().axes:
        assert axes.has_data(), "nothing is drawn"
        assert axes.get_xlabel(), "no name of x"
        assert axes.get_ylabel(), "no name of y"
        assert axes.get_title(), "no title"
    _show()


plt.show = _checked
"""


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_to_its_end(
    path: Path, database: Database, store_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Every cell runs on a store of some hundred runs; each picture has names, a title, and something in it."""
    monkeypatch.setenv("RECORDER_DATABASE_URL", store_url)
    monkeypatch.setenv("HOME", str(tmp_path))
    fill_month(database)
    notebook = read(path)
    check = nbformat.v4.new_code_cell(CHECK)  # type: ignore[no-untyped-call]
    notebook.cells.insert(0, check)
    execute(notebook, tmp_path, os.environ)
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    assert pictures(notebook) == pictures(read(path)) >= 1
    assert not [out for out in outputs if out.output_type == "stream"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_can_be_read_as_it_stands(path: Path) -> None:
    """The outputs are in the repository, without messages and without a folder of the machine that made them."""
    cells = [cell for cell in read(path).cells if cell.cell_type == "code"]
    text = path.read_text(encoding="utf-8")
    assert all(cell.outputs for cell in cells if not cell.source.startswith("import"))
    assert '"output_type": "stream"' not in text
    assert "/tmp" not in text
    assert len(text) < 400_000
