"""Plugins: broken ones are named and left out; contradictions stop."""

from importlib.metadata import EntryPoint

import pytest

import earntrack_adapters.builtin
from earntrack_core import EarnTrack, NewPlatform, PlatformInfo, hookimpl
from earntrack_core import plugins as module
from earntrack_core.kernel.errors import InvalidError, PluginError
from earntrack_core.plugins import BUILTIN, Plugins


class Market:
    """Tells of a platform."""

    def __init__(self, key="market"):
        self.key = key

    @hookimpl
    def platforms(self):
        """Tell of it."""
        return [PlatformInfo(key=self.key, name="Market", category="shops")]


class Broken:
    """Fails whatever it is asked."""

    @hookimpl
    def platforms(self):
        """Fail."""
        raise ZeroDivisionError

    @hookimpl
    def event_happened(self, event):
        """Fail."""
        raise ZeroDivisionError(event.topic)


class Silent:
    """Has nothing to give."""

    @hookimpl
    def platforms(self):
        """Give nothing."""


class Listener:
    """Keeps what it hears."""

    def __init__(self):
        self.heard = []

    @hookimpl
    def event_happened(self, event):
        """Keep it."""
        self.heard.append(event.topic)


class Misspelt:
    """Means platforms."""

    @hookimpl
    def platfroms(self):
        """Never be asked."""


def key_of(info):
    return info.key


def loaded(*plugins):
    found = Plugins()
    for plugin in plugins:
        found.add(plugin)
    return found


class TestAdd:
    def test_misspelt_hook(self):
        """A hook that does not exist is an error at once."""
        with pytest.raises(PluginError, match="Plugin Misspelt"):
            loaded(Misspelt())

    def test_same_twice(self):
        """A plugin is registered once."""
        market = Market()

        with pytest.raises(PluginError, match="Plugin Market"):
            loaded(market, market)


class TestCollect:
    def test_by_key(self):
        """What plugins give is found by its key."""
        found = loaded(Market(), Silent()).collect("platforms", key_of)

        assert [one.name for one in found.values()] == ["Market"]

    def test_two_of_a_key(self):
        """Two plugins must not give the same."""
        plugins = loaded(Market())
        plugins.add(Market(), "Other")

        with pytest.raises(PluginError, match="is given by"):
            plugins.collect("platforms", key_of)

    def test_broken_one_is_left_out(self):
        """A plugin that fails stops nobody, and is named."""
        plugins = loaded(Market(), Broken())

        assert list(plugins.collect("platforms", key_of)) == ["market"]
        problems = {one.name: one.problem for one in plugins.infos}
        assert problems["Broken"].startswith("platforms: ZeroDivisionError")
        assert problems["Market"] == ""

    def test_built_in_one_must_work(self):
        """If our own adapters fail there is nothing to go on with."""
        plugins = Plugins()
        plugins.add(Broken(), BUILTIN)

        with pytest.raises(PluginError, match="Plugin builtin: platforms"):
            plugins.collect("platforms", key_of)


class TestOpen:
    def test_url_that_nobody_opens(self):
        """The error names the scheme and the way out."""
        with pytest.raises(InvalidError, match="no plugin opens ftp: URLs"):
            loaded(earntrack_adapters.builtin).open("open_files", "ftp://x")

    def test_url_that_is_wrong(self):
        """The error names what should have been opened."""
        plugins = loaded(earntrack_adapters.builtin)

        with pytest.raises(InvalidError, match="rates:"):
            plugins.open("open_rates", "fixed:EUR")

    def test_error_of_another_field(self):
        """An error that is not about the URL stays as it is."""

        class Picky:
            @hookimpl
            def open_files(self, url):
                raise InvalidError("folder", f"{url} is full")

        with pytest.raises(InvalidError, match="folder: full: is full"):
            loaded(Picky()).open("open_files", "full:")

    def test_nothing_at_all(self):
        """Without a clock nothing goes."""
        with pytest.raises(PluginError, match="nothing gives system_clock"):
            Plugins().first("system_clock")


class TestDiscover:
    def test_broken_one_is_left_out(self, monkeypatch):
        """A plugin that cannot be imported is named, and the others load."""
        entries = [
            EntryPoint("lost", "no_such_module_anywhere", "earntrack"),
            EntryPoint(BUILTIN, "earntrack_adapters.builtin", "earntrack"),
        ]
        monkeypatch.setattr(module, "entry_points", lambda group: entries)
        plugins = Plugins()

        plugins.discover()

        names = {one.name: one.problem for one in plugins.infos}
        assert names[BUILTIN] == ""
        assert "no_such_module_anywhere" in names["lost"]

    def test_built_in_one_must_load(self, monkeypatch):
        """Without our own adapters there is nothing to go on with."""
        entry = EntryPoint(BUILTIN, "no_such_module_anywhere", "earntrack")
        monkeypatch.setattr(module, "entry_points", lambda group: [entry])

        with pytest.raises(PluginError, match="Plugin builtin"):
            Plugins().discover()


class TestTell:
    def test_none_stops_the_others(self):
        """Every plugin hears of everything, whatever another one does."""
        listener = Listener()
        adapters = earntrack_adapters.builtin

        with EarnTrack.open(
            plugins=[adapters, listener, Broken()], discover=False
        ) as et:
            et.platforms.create(et.local(), NewPlatform(name="Upwork"))

        assert "platform:created" in listener.heard
