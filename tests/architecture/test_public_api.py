"""What others build on changes only on purpose."""

import ast

from tests.architecture.public_api import SNAPSHOT, names_of, snapshot


class TestPublicApi:
    def test_is_as_it_was(self):
        """No name or signature of the core changes by accident.

        If it was meant: `python -m tests.architecture.public_api`.
        """
        before = SNAPSHOT.read_text("utf-8").splitlines()
        now = snapshot().splitlines()

        gone = sorted(set(before) - set(now))
        new = sorted(set(now) - set(before))
        assert (gone, new) == ([], [])


class TestNamesOf:
    def test_tells_all_that_others_can_use(self):
        """Fields, methods, properties and functions count; privates not."""
        body = ast.parse(
            "LIMIT: Final = 1\n"
            "_secret: int = 2\n"
            "def add(a: int, *, b: int = 1) -> int: ...\n"
            "def _add(): ...\n"
            "class Sum(Base):\n"
            "    total: Money\n"
            "    @property\n"
            "    def net(self) -> Money: ...\n"
        ).body

        assert list(names_of(body)) == [
            "LIMIT: Final",
            "add(a: int, *, b: int=1) -> int",
            "Sum(Base)",
            "Sum.total: Money",
            "Sum.net(self) -> Money @property",
        ]
