"""The style card, where a linter cannot check it."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.sources import modules, texts


LONGEST_FUNCTION = 40
LONGEST_FILE = 300

HISTORY = ".migrations.versions."
"""Steps of the schema: they are lists of tables, and never edited again."""

MONEY = {"decimal", "moneyed", "earntrack_core.kernel.money"}
"""A module that imports one of these calculates with money."""

MACHINE = re.compile(
    r"/(?:root|work|tmp|home/\w+)/"  # somebody's own folders
    r"|(?:extra-)?index[-_]url"  # somebody's own registry
    r"|\b(?:\d{1,3}\.){3}\d{1,3}:\d+/(?:simple|pypi)\b"
    r"|pythonhosted|pypi\.org/simple|registry\.npmjs"
)

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def places(kind, *, where=lambda _: True):
    """Return the places of all nodes of a kind, as module:line."""
    return [
        f"{module.name}:{node.lineno}"
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, kind) and where(node)
    ]


def imports(module):
    """Return the names of all modules that a module imports."""
    found = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found.add(node.module)
    return found


class TestSize:
    def test_functions(self):
        """A function fits a screen, so that it can be seen at once."""
        long = places(
            FUNCTIONS,
            where=lambda node: (
                node.end_lineno - node.lineno >= LONGEST_FUNCTION
                and not is_table(node)
            ),
        )

        assert [place for place in long if HISTORY not in place] == []

    def test_files(self):
        """A file fits a head."""
        long = [
            f"{module.name}: {module.text.count(chr(10))} lines"
            for module in modules()
            if module.text.count("\n") > LONGEST_FILE
        ]

        assert long == []


class TestStatements:
    def test_no_assert(self):
        """What must hold holds under `python -O` too; exams may assert."""
        found = places(ast.Assert)

        assert [
            place
            for place in found
            if not place.startswith("earntrack_core.testing")
        ] == []

    def test_no_bare_except(self):
        """Who catches everything catches the wish to stop, too."""
        bare = places(ast.ExceptHandler, where=lambda node: node.type is None)

        assert bare == []

    def test_broad_except_has_a_reason(self):
        """Who keeps every exception says why in a comment."""
        silent = [
            f"{module.name}:{node.lineno}"
            for module in modules()
            for node in ast.walk(module.tree)
            if isinstance(node, ast.ExceptHandler)
            and is_broad(node)
            and not isinstance(node.body[-1], ast.Raise)
            and not has_comment_near(module, node)
        ]

        assert silent == []

    def test_no_type_checking(self):
        """Annotations are read at run time, so all of them must resolve."""
        found = [
            module.name
            for module in modules()
            if "TYPE_CHECKING" in module.text
        ]

        assert found == []

    def test_no_floats_near_money(self):
        """A float has lost its cents before anybody could round them."""
        found = [
            f"{module.name}:{node.lineno}"
            for module in modules()
            if imports(module) & MONEY
            for node in floats(module.tree)
        ]

        assert found == []


def is_table(node):
    """Say whether a function does nothing but return a list: a table."""
    *docstring, last = node.body
    return (
        len(docstring) <= 1
        and isinstance(last, ast.Return)
        and isinstance(last.value, ast.List)
    )


def floats(tree):
    """Yield all float literals, but for how sure a reader is of a file."""
    sure = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.keyword) and node.arg == "confidence"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and type(node.value) is float
            and node not in sure
        ):
            yield node


def is_broad(node):
    """Say whether a handler catches every exception."""
    return isinstance(node.type, ast.Name) and node.type.id in {
        "Exception",
        "BaseException",
    }


def has_comment_near(module, node):
    """Say whether a comment stands on, before or just inside a handler."""
    lines = module.text.splitlines()
    return any(
        "#" in line for line in lines[node.lineno - 2 : node.lineno + 1]
    )


class TestTexts:
    def test_no_traces_of_a_machine(self):
        """The project is the same on every machine."""
        found = [
            f"{path.name}: {match.group()}"
            for path, text in texts()
            if path != Path(__file__)
            for match in MACHINE.finditer(text)
        ]

        assert found == []

    @pytest.mark.parametrize(
        "text",
        [
            "/root" + "/x",
            "/home" + "/ada/x",
            "--index" + "-url",
            "10.0.0.1:3141" + "/simple",
        ],
    )
    def test_would_see_them(self, text):
        """The search finds what it is for."""
        assert MACHINE.search(text)
