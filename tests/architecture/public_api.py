"""Write down what the core promises: every public name and signature.

    python -m tests.architecture.public_api

writes the snapshot that `test_public_api.py` compares with. Do so when the
change is meant, and say in `changelog.d` what it means for others.
"""

import ast
from pathlib import Path

from tests.architecture.sources import modules


SNAPSHOT = Path(__file__).with_name("public_api.txt")


def snapshot():
    """Return one line for every public name of the core."""
    lines = [
        f"{module.name}.{line}"
        for module in modules()
        if is_public(module)
        for line in names_of(module.tree.body)
    ]
    return "".join(f"{line}\n" for line in sorted(lines))


def is_public(module):
    """Say whether others may rely on a module."""
    package, *rest = module.name.split(".")
    hidden = any(part.startswith("_") for part in rest)
    return package == "earntrack_core" and not hidden


def names_of(body):
    """Yield the public names that statements bind, with signatures."""
    for node in body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) if (
                not name.startswith("_")
            ):
                yield from lines_of(node)
            case ast.AnnAssign(target=ast.Name(id=name)) if (
                not name.startswith("_")
            ):
                yield f"{name}: {ast.unparse(node.annotation)}"


def lines_of(node):
    """Yield what a function or class promises."""
    if isinstance(node, ast.FunctionDef):
        kind = "".join(
            f" @{ast.unparse(one)}"
            for one in node.decorator_list
            if isinstance(one, ast.Name)
        )
        result = "" if node.returns is None else ast.unparse(node.returns)
        yield f"{node.name}({ast.unparse(node.args)}) -> {result}{kind}"
        return
    bases = ", ".join(ast.unparse(base) for base in node.bases)
    yield f"{node.name}({bases})"
    yield from (f"{node.name}.{line}" for line in names_of(node.body))


if __name__ == "__main__":
    SNAPSHOT.write_text(snapshot(), "utf-8")
