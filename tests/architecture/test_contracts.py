"""Who may import whom, as `.importlinter` says."""

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from tests.architecture.sources import ROOT


class TestContracts:
    def test_are_kept(self, capsys):
        """No module imports what its place in the house forbids."""
        status = lint_imports(
            config_filename=str(ROOT / ".importlinter"), no_cache=True
        )

        assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out
