"""Who may import whom, as `.importlinter` says."""

import subprocess
import sys

from tests.architecture.sources import ROOT


RUN = "from importlinter.cli import lint_imports_command as run; run()"


class TestContracts:
    def test_are_kept(self):
        """No module imports what its place in the house forbids.

        In a process of its own, since it takes the logging for itself.
        """
        config = ROOT / ".importlinter"
        code = f"import sys; sys.path[:] = {sys.path!r}; {RUN}"

        done = subprocess.run(
            [sys.executable, "-c", code, "--config", config, "--no-cache"],
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode == 0, done.stdout + done.stderr
