"""Pages of the documentation as what a reader does with them, in order.

A block of `python` is run, one of `console` is typed; a block with a caption
is a file that is saved under that name, and one of `text` after `python` is
what that prints. Other blocks are only looked at.
"""

import re
from functools import cache
from pathlib import Path

from attrs import frozen
from markdown_it import MarkdownIt


ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
DIRECTIVE = re.compile(r"\{([\w-]+)\}\s*(.*)")
OPTION = re.compile(r":([\w-]+):\s*(.*)")
PROMPT = "$ "


@frozen(kw_only=True)
class Block:
    """A block of code on a page."""

    kind: str
    """The language; of a directive, its name in braces."""
    argument: str
    options: dict[str, str]
    text: str
    line: int

    @property
    def language(self):
        """The language that the block is in."""
        return self.argument if self.kind == "{code-block}" else self.kind

    @property
    def caption(self):
        """Under which name the block is saved, if it is."""
        return self.options.get("caption")


def pages():
    """Return the pages that have blocks, the README first."""
    found = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
    return [
        page for page in found if "_build" not in page.parts and blocks(page)
    ]


def name_of(page):
    """Return how a page is called in the project."""
    return page.relative_to(ROOT).as_posix()


@cache
def blocks(page):
    """Return all blocks of code on a page."""
    tokens = MarkdownIt("commonmark").parse(page.read_text("utf-8"))
    return [block(one) for one in tokens if one.type == "fence"]


def block(token):
    """Return a fence as a block; a directive begins with its options."""
    match = DIRECTIVE.fullmatch(token.info.strip())
    line = token.map[0] + 1
    if match is None:
        return Block(
            kind=token.info.strip(),
            argument="",
            options={},
            text=token.content,
            line=line,
        )
    options, lines = {}, token.content.splitlines(keepends=True)
    while lines and (option := OPTION.fullmatch(lines[0].strip())):
        options[option[1]] = option[2]
        del lines[0]
    return Block(
        kind=f"{{{match[1]}}}",
        argument=match[2],
        options=options,
        text="".join(lines).lstrip("\n"),
        line=line,
    )


@frozen
class Typed:
    """A command, and what the page says that it prints."""

    command: str
    output: str


def typed(text):
    """Return the commands of a block of `console`, with their output."""
    found = []
    for line in text.splitlines():
        if line.startswith(PROMPT):
            found.append([line.removeprefix(PROMPT), []])
        elif found and found[-1][0].endswith("\\") and not found[-1][1]:
            found[-1][0] += f"\n{line}"
        elif found:
            found[-1][1].append(line)
        else:
            raise ValueError(f"a console begins with {PROMPT!r}: {line}")
    return [Typed(command, "\n".join(lines)) for command, lines in found]
