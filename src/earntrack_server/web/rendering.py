"""Rendering: templates and what they may use, in every language."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from http import HTTPStatus
from typing import Any, Final

from aiohttp import hdrs, web
from attrs import define, field, frozen
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from multidict import CIMultiDict

from earntrack_server.web.assets import SPRITE, Assets, icons
from earntrack_server.web.charts.lines import share_bar, sparkline
from earntrack_server.web.formats import NOTHING
from earntrack_server.web.speech import translations_of
from earntrack_server.web.visits import Visit


Headers = tuple[tuple[str, str], ...]

LANGUAGES: Final = 64
PACKAGE: Final = "earntrack_server.web"


@frozen(kw_only=True)
class Shown:
    """A page to show: a template, and what it is filled in with."""

    template: str
    values: Mapping[str, Any] = field(factory=dict)
    status: HTTPStatus = HTTPStatus.OK
    headers: Headers = ()


@frozen(kw_only=True)
class Moved:
    """Another page to go to."""

    to: str
    headers: Headers = ()


Told = Shown | Moved


@define(eq=False)
class Templates:
    """The templates of the pages."""

    assets: Assets
    _speaking: Callable[[str], Environment] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._speaking = lru_cache(LANGUAGES)(self._environment)

    def render(
        self, visit: Visit, shown: Shown, common: Mapping[str, Any]
    ) -> str:
        """Fill in a template for a visit."""
        speech = visit.speech
        environment = self._speaking(str(speech.locale))
        told = {
            "visit": visit,
            "f": speech.formats,
            "language": speech.language,
            "direction": speech.direction,
        }
        template = environment.get_template(shown.template)
        return template.render({**told, **common, **shown.values})

    def _environment(self, language: str) -> Environment:
        environment = Environment(
            loader=PackageLoader(PACKAGE),
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals |= {
            "nothing": NOTHING,
            "static": self.assets.url,
            "icon": self._icon,
            "sparkline": sparkline,
            "share_bar": share_bar,
        }
        environment.install_gettext_translations(  # type: ignore[attr-defined]  # -- the extension adds it
            translations_of(language), newstyle=True
        )
        return environment

    def _icon(self, name: str) -> Markup:
        """Return a picture that stands beside a word.

        Raises:
            KeyError: There is none of that name.
        """
        if name not in {path.stem for path in icons()}:
            raise KeyError(name)
        return Markup(
            '<svg class="icon" aria-hidden="true"><use href="{url}#{name}"/>'
            "</svg>"
        ).format(url=self.assets.url(SPRITE), name=name)


def page(text: str, shown: Shown) -> web.Response:
    """Return a page as an answer."""
    return web.Response(
        text=text,
        status=shown.status,
        content_type="text/html",
        headers=CIMultiDict(shown.headers),
    )


def redirect(moved: Moved) -> web.Response:
    """Return the way to another page as an answer."""
    headers = CIMultiDict(moved.headers)
    headers[hdrs.LOCATION] = moved.to
    return web.Response(status=HTTPStatus.SEE_OTHER, headers=headers)
