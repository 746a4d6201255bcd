"""Plugins: found, checked, asked; a broken one is named and left out."""

import logging
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, TypeVar

from attrs import define, field, frozen
from pluggy import PluginManager, PluginValidationError

from earntrack_core import hookspecs
from earntrack_core.hookspecs import PROJECT
from earntrack_core.kernel.errors import InvalidError, PluginError
from earntrack_core.kernel.events import Event


log = logging.getLogger(__name__)

T = TypeVar("T")

BUILTIN: Final = "builtin"
"""The name under which EarnTrack's own adapters come in."""


@frozen(kw_only=True)
class PluginInfo:
    """A plugin: what it is called, where it is from, and if it works."""

    name: str
    distribution: str = ""
    version: str = ""
    hooks: tuple[str, ...] = ()
    problem: str = ""
    """Why it was left out; empty if it was not."""


@define
class Plugins:
    """The plugins of one EarnTrack; two of them share none."""

    infos: list[PluginInfo] = field(factory=list, init=False)
    _manager: PluginManager = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._manager = PluginManager(PROJECT)
        self._manager.add_hookspecs(hookspecs)

    def discover(self) -> None:
        """Load the installed plugins; leave broken ones out, by name.

        Raises:
            PluginError: The built-in one is broken.
        """
        for entry in sorted(
            entry_points(group=PROJECT), key=lambda one: one.name != BUILTIN
        ):
            self._load(entry)

    def _load(self, entry: EntryPoint) -> None:
        dist = entry.dist
        info = PluginInfo(
            name=entry.name,
            distribution=dist.name if dist else "",
            version=dist.version if dist else "",
        )
        try:
            self._register(entry.load(), info)
        except Exception as error:  # whatever a plugin's import may raise
            if entry.name == BUILTIN:
                raise PluginError(entry.name, str(error)) from error
            log.warning("Plugin %s is left out: %s", entry.name, error)
            self.infos.append(_broken(info, error))

    def add(self, plugin: object, name: str | None = None) -> None:
        """Register one plugin.

        Raises:
            PluginError: It has a hook that does not exist, or with arguments
                that do not, or is there already.
        """
        title = name or _name_of(plugin)
        try:
            self._register(plugin, PluginInfo(name=title))
        except (PluginValidationError, ValueError) as error:
            raise PluginError(title, str(error)) from error

    def _register(self, plugin: Any, info: PluginInfo) -> None:
        manager = self._manager
        manager.register(plugin, info.name)
        try:
            manager.check_pending()
        except PluginValidationError:
            manager.unregister(plugin)
            raise
        callers = manager.get_hookcallers(plugin) or []
        hooks = tuple(sorted(caller.name for caller in callers))
        self.infos.append(
            PluginInfo(
                name=info.name,
                distribution=info.distribution,
                version=info.version,
                hooks=hooks,
            )
        )

    def collect(self, hook: str, key: Callable[[Any], str]) -> dict[str, Any]:
        """Return what all plugins give for a hook, by key.

        A plugin that fails is named and its gifts are left out.

        Raises:
            PluginError: Two plugins give something with the same key.
        """
        found: dict[str, Any] = {}
        givers: dict[str, str] = {}
        for name, gifts in self._each(hook):
            for gift in gifts:
                at = key(gift)
                if at in found:
                    raise PluginError(
                        name, f"{hook} {at!r} is given by {givers[at]} too"
                    )
                found[at] = gift
                givers[at] = name
        return found

    def _each(
        self, hook: str, **arguments: object
    ) -> Iterator[tuple[str, Sequence[Any]]]:
        """Ask the plugins one by one, so that none stops the others."""
        caller = getattr(self._manager.hook, hook)
        for implementation in caller.get_hookimpls():
            name = implementation.plugin_name
            wanted = {one: arguments[one] for one in implementation.argnames}
            try:
                result = implementation.function(**wanted)
                gifts = () if result is None else tuple(result)
            except Exception as error:  # whatever a plugin may raise
                if name == BUILTIN:
                    raise PluginError(name, f"{hook}: {error}") from error
                log.exception("Plugin %s failed in %s", name, hook)
                self._quarantine(name, hook, error)
                continue
            yield name, gifts

    def _quarantine(self, name: str, hook: str, error: Exception) -> None:
        self.infos = [
            _broken(info, error, hook) if info.name == name else info
            for info in self.infos
        ]

    def open(self, hook: str, url: str, **arguments: object) -> Any:
        """Return what the first plugin that knows a URL opens.

        Raises:
            InvalidError: None does, or the URL is wrong.
        """
        caller = getattr(self._manager.hook, hook)
        what = hook.removeprefix("open_")
        try:
            opened = caller(url=url, **arguments)
        except InvalidError as error:
            if error.field != "url":
                raise
            raise InvalidError(what, error.problem) from error
        if opened is None:
            scheme = url.partition(":")[0]
            raise InvalidError(
                what,
                f"no plugin opens {scheme}: URLs; is the extra for it"
                " installed?",
            )
        return opened

    def first(self, hook: str) -> Any:
        """Return what the first plugin gives for a hook.

        Raises:
            PluginError: None gives anything.
        """
        given = getattr(self._manager.hook, hook)()
        if given is None:
            raise PluginError(BUILTIN, f"nothing gives {hook}")
        return given

    def tell(self, event: Event) -> None:
        """Tell every plugin of an event; none stops the others."""
        for (
            implementation
        ) in self._manager.hook.event_happened.get_hookimpls():
            try:
                implementation.function(event)
            except Exception:  # whatever a plugin may raise
                log.exception(
                    "Plugin %s failed on %s",
                    implementation.plugin_name,
                    event.topic,
                )


def _name_of(plugin: object) -> str:
    name = getattr(plugin, "__name__", None)
    return str(name or type(plugin).__name__)


def _broken(info: PluginInfo, error: Exception, hook: str = "") -> PluginInfo:
    said = f"{type(error).__name__}: {error}"
    return PluginInfo(
        name=info.name,
        distribution=info.distribution,
        version=info.version,
        hooks=info.hooks,
        problem=f"{hook}: {said}" if hook else said,
    )
