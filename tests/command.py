"""The command line, run in this process: exit code, output, errors."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout

import pytest
from attrs import frozen

from earntrack_server.__main__ import main


@frozen
class Run:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        """What it printed, as JSON."""
        return json.loads(self.out)


def run(*tokens):
    """Run `earntrack` with some words; return how it ended."""
    out, err = io.StringIO(), io.StringIO()
    with (
        redirect_stdout(out),
        redirect_stderr(err),
        pytest.raises(SystemExit) as end,
    ):
        main([str(one) for one in tokens])
    return Run(int(end.value.code or 0), out.getvalue(), err.getvalue())
