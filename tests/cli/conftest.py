"""Each test of the command line has a data folder of its own."""

import pytest


@pytest.fixture(name="folder", autouse=True)
def _folder(tmp_path, monkeypatch):
    folder = tmp_path / "my data"
    monkeypatch.setenv("EARNTRACK_DATA_DIR", str(folder))
    monkeypatch.setenv("COLUMNS", "80")
    return folder
