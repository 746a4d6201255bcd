"""Files of the pages: sent once, unchanged, and in good colours."""

import gzip
import hashlib
import json
import math
import re
import tomllib
from pathlib import Path

import pytest

import earntrack_server.web
from earntrack_server.web.assets import icons, load_assets
from web_support import Visitor, served


WEB = Path(earntrack_server.web.__file__).parent
ROOT = Path(__file__).parents[2]
CSS = (WEB / "static" / "earntrack.css").read_text("utf-8")
TEMPLATES = [
    path.read_text("utf-8") for path in (WEB / "templates").rglob("*.html")
]
SCRIPTS = sorted((WEB / "static" / "js").glob("*.js"))


@pytest.fixture(name="visitor")
async def _visitor(aiohttp_client, tmp_path):
    app, et = served(tmp_path)
    yield Visitor(await aiohttp_client(app))
    et.close()


class TestSending:
    async def test_all_that_a_page_names(self, visitor):
        """Each file is there, is what it says, and is kept for ever."""
        page = await visitor.get("/sign-in")
        named = {one.get("src", one.get("href")) for _, one in page.tags}
        files = [one for one in named if str(one).startswith("/static/")]

        assert len(files) >= 5
        for path in files:
            async with visitor.client.get(path.partition("#")[0]) as answer:
                assert answer.status == 200
                assert "immutable" in answer.headers["Cache-Control"]
                assert answer.headers["X-Content-Type-Options"] == "nosniff"

    async def test_packed_if_wanted(self, visitor):
        """Who can unpack gets less; both are the same."""
        url = load_assets().url("earntrack.css")
        plain = {"Accept-Encoding": "identity"}

        async with visitor.client.get(url, headers=plain) as answer:
            whole = await answer.read()
            assert "Content-Encoding" not in answer.headers
        async with visitor.client.get(url) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert answer.headers["Vary"] == "Accept-Encoding"
            assert await answer.read() == whole == CSS.encode()

    async def test_of_an_old_version(self, visitor):
        """An old page gets the file of now, and does not keep it."""
        async with visitor.client.get("/static/old/logo.svg") as answer:
            assert answer.status == 200
            assert answer.headers["Cache-Control"] == "no-store"

    @pytest.mark.parametrize("name", ["x.css", "../assets.py", "%2e%2e/x"])
    async def test_of_nothing_else(self, visitor, name):
        """There is nothing beside the files of the pages."""
        version = load_assets().version

        async with visitor.client.get(f"/static/{version}/{name}") as answer:
            assert answer.status == 404

    async def test_favicon(self, visitor):
        """Pages that name no picture get one."""
        async with visitor.client.get("/favicon.ico") as answer:
            assert answer.content_type == "image/svg+xml"


class TestFiles:
    def test_version_is_of_the_content(self):
        """The same files have the same addresses, on every server."""
        assert load_assets().version == load_assets().version

    def test_unknown(self):
        """A template that names a file that is not there fails at once."""
        with pytest.raises(KeyError):
            load_assets().url("nothing.css")

    def test_are_small(self):
        """Style and scripts stay within what a first visit may cost."""
        packed = {
            name: len(gzip.compress(asset.content))
            for name, asset in load_assets().files.items()
        }

        scripts = sum(
            size for name, size in packed.items() if name.endswith(".js")
        )
        assert packed["earntrack.css"] <= 12_000
        assert scripts <= 25_000

    def test_icons_are_those_used(self):
        """No picture is shipped that nobody sees, and none is missing."""
        text = " ".join(TEMPLATES)
        named = set(re.findall(r'icon\("([\w-]+)"\)', text))
        named |= set(re.findall(r'"([\w-]+)" if share >= 0', text))
        named |= set(re.findall(r'else "(arrow[\w-]+)"', text))
        named |= set(re.findall(r'place\([^"]+"[^"]+"\), "([\w-]+)"', text))

        assert named == {path.stem for path in icons()}

    @pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
    def test_scripts_import_what_is_there(self, path):
        """Every module that is imported exists, and is used."""
        for name in re.findall(r'from "\./([\w.]+)"', path.read_text("utf-8")):
            assert (path.parent / name).exists()

    def test_others_are_as_listed(self):
        """Vendored files are exactly those of the list, with licences."""
        listed = tomllib.loads(
            (ROOT / "tools" / "vendor.toml").read_text("utf-8")
        )["package"]

        for package in listed:
            folder = ROOT / package["target"]
            record = json.loads((folder / "vendored.json").read_text("utf-8"))
            found = {
                path.relative_to(folder).as_posix(): hashlib.sha256(
                    path.read_bytes()
                ).hexdigest()
                for path in folder.rglob("*")
                if path.is_file() and path.name != "vendored.json"
            }
            assert found == record["files"]
            assert set(found) == set(package["files"])
            assert any("LICENSE" in name for name in found)
            assert record["sha256"] == package["sha256"]


def linear(code):
    """Return the light of a colour written as #rrggbb."""
    parts = (int(code[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in parts
    ]


def from_oklch(lightness, chroma, hue):
    """Return the light of a colour written as oklch()."""
    a = chroma * math.cos(math.radians(hue))
    b = chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    light = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return [min(1, max(0, one)) for one in light]


def to_oklab(light):
    """Return a colour as people tell colours apart."""
    red, green, blue = light
    cones = (
        0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue,
        0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue,
        0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue,
    )
    long, middle, short = (one ** (1 / 3) for one in cones)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


SIGHTS = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
"""How light is seen by those who lack a kind of cones (Machado, 2009)."""


def seen(light, sight):
    """Return the light that would look like this to somebody."""
    return [
        min(1, max(0, sum(a * b for a, b in zip(row, light, strict=True))))
        for row in SIGHTS[sight]
    ]


def tokens(theme):
    """Return the colours of a theme, by name."""
    found = {}
    pattern = r"--([\w-]+): light-dark\((.+?(?:\))?), (.+?(?:\))?)\);"
    for name, *both in re.findall(pattern, CSS):
        text = both[theme == "dark"]
        if text.startswith("#"):
            found[name] = linear(text)
        elif text.startswith("oklch") and "/" not in text:
            parts = text.removeprefix("oklch(").rstrip(")").split()
            found[name] = from_oklch(*map(float, parts))
    return found


def contrast(one, other):
    """Return the contrast of two colours as WCAG has it."""
    weights = (0.2126, 0.7152, 0.0722)
    low, high = sorted(
        sum(a * b for a, b in zip(weights, light, strict=True))
        for light in (one, other)
    )
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
class TestColours:
    @pytest.mark.parametrize("ground", ["bg", "surface", "surface-2"])
    @pytest.mark.parametrize(
        "ink", ["ink", "ink-2", "ink-3", "accent", "pos", "neg", "warn"]
    )
    def test_texts_can_be_read(self, theme, ground, ink):
        """Every ink on every ground reaches AA."""
        colours = tokens(theme)

        assert contrast(colours[ink], colours[ground]) >= 4.5

    def test_controls_can_be_seen(self, theme):
        """Borders of fields stand out from what they lie on."""
        colours = tokens(theme)

        assert contrast(colours["control"], colours["surface"]) >= 3

    def test_platforms_stand_out(self, theme):
        """Each colour of a chart can be seen on its card."""
        colours = tokens(theme)

        for at in range(7):
            assert contrast(colours[f"k{at}"], colours["surface"]) >= 3

    @pytest.mark.parametrize("sight", SIGHTS)
    def test_platforms_are_told_apart(self, theme, sight):
        """No two colours of a chart are alike, however one sees them."""
        colours = tokens(theme)
        marks = [
            to_oklab(seen(colours[f"k{at}"], sight)) for at in range(1, 7)
        ]

        closest = min(
            math.dist(one, other)
            for at, one in enumerate(marks)
            for other in marks[:at]
        )
        assert 100 * closest >= 8
