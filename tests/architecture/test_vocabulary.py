"""One word per thing: the glossary, as the public names obey it."""

import ast
import re

import pytest

from tests.architecture.sources import modules


BANNED = {
    "account": "workspace or user",
    "alert": "notification",
    "allowance": "budget",
    "article": "product",
    "badge": "achievement",
    "bill": "invoice",
    "client": "customer",
    "cost": "expense",
    "dao": "repository",
    "dto": "the thing itself",
    "entry": "statement line or time entry",
    "export": "report or document",
    "fx": "exchange rate",
    "helper": "what it does",
    "income": "earning",
    "kpi": "metric",
    "manager": "what it does",
    "marketplace": "platform",
    "objective": "goal",
    "owner": "workspace or user",
    "provider": "platform",
    "revenue": "earning",
    "spending": "expense",
    "stat": "metric",
    "tenant": "workspace",
    "toast": "notification",
    "transaction": "earning, sale or unit of work",
    "util": "what it does",
    "withdrawal": "payout",
}
"""What we do not say, and what we say instead."""

THEIRS = "what the files of banks and platforms call their own things"
TRADE = "the word of HTTP and of sockets for who is at the other end"

ALLOWED = {
    ("account", "earntrack_adapters.statements"): THEIRS,
    ("account", "earntrack_core.statements"): THEIRS,
    ("account", "earntrack_core.identity"): "what a sign-in guards",
    ("account", "earntrack_server.cli"): "the one that a statement is of",
    ("allowance", "earntrack_core.ports.limits"): "what a limit leaves over",
    ("client", "earntrack_adapters.redis"): "the library's connection",
    ("client", "earntrack_core.identity"): TRADE,
    ("client", "earntrack_server"): TRADE,
    ("entry", "earntrack_adapters.statements"): THEIRS,
    ("entry", "earntrack_server.middleware.auth"): "what a cache keeps",
    ("export", "earntrack_adapters.statements"): THEIRS,
    ("income", "earntrack_adapters.statements"): THEIRS,
    ("owner", "earntrack_adapters.sql.sqlite_connections"): "of a file",
    ("owner", "earntrack_server"): "the role of who may do all",
    ("stat", "earntrack_adapters.memory.cache"): "what a cache counts",
    ("stat", "earntrack_adapters.redis.cache"): "what a cache counts",
    ("stat", "earntrack_core.ports.cache"): "what a cache counts",
    ("transaction", "earntrack_adapters.statements"): THEIRS,
}
"""Where a banned word is the right one all the same, and why."""

WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def words(name):
    """Split a name into its words, singular and in small letters."""
    for word in WORD.findall(name):
        plain = word.lower()
        yield plain
        yield plain.removesuffix("s")


def public_names(module):
    """Yield the names that a module gives to the world."""
    yield module.name.rpartition(".")[2]
    for node in ast.walk(module.tree):
        match node:
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                yield node.name
            case ast.AnnAssign(target=ast.Name(id=name)):
                yield name


def findings():
    """Yield every banned word in a public name: word, module, name."""
    for module in modules():
        for name in public_names(module):
            if not name.startswith("_"):
                for word in BANNED.keys() & set(words(name)):
                    yield word, module.name, name


def excuse(word, module):
    """Return the entry of the allow-list for a word, if there is one."""
    for allowed, place in ALLOWED:
        if allowed == word and f"{module}.".startswith(f"{place}."):
            return allowed, place
    return None


class TestVocabulary:
    def test_one_word_per_thing(self):
        """Whoever reads two names for one thing looks for a difference."""
        wrong = [
            f"{module}.{name}: say {BANNED[word]}, not {word}"
            for word, module, name in findings()
            if excuse(word, module) is None
        ]

        assert wrong == []

    def test_no_excuse_outlives_its_reason(self):
        """An exception that nobody needs any more is taken back."""
        used = {excuse(word, module) for word, module, _ in findings()}

        assert ALLOWED.keys() - used == set()

    @pytest.mark.parametrize(
        ("name", "split"),
        [
            ("FxClients", {"fx", "client", "clients"}),
            ("account_of", {"account", "of"}),
            ("DTO", {"dto"}),
            ("discount", {"discount"}),
        ],
    )
    def test_sees_words_in_names(self, name, split):
        """A banned word is found in any spelling, but not inside another."""
        assert set(words(name)) == split
