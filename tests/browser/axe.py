"""What axe-core finds on a page."""

from pathlib import Path


SOURCE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"


def violations(page):
    """Return what is wrong on a page, which must have no policy."""
    page.evaluate(SOURCE.read_text("utf-8"))
    found = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']})"
        ".then((result) => result.violations)"
    )
    return [
        f"{one['id']}: {node['target']} {node.get('failureSummary', '')}"
        for one in found
        for node in one["nodes"]
    ]
