"""Settings: where they come from, what is wrong, and what is not safe."""

from pathlib import Path

import pytest

from earntrack_server.checks import is_loopback
from earntrack_server.config import Settings, SettingsError, load_settings
from earntrack_server.safety import dangers, insist_on_safety


GOOD = "k7Qz1-m3Xw9-p5Rt2-v8Yb4-n6Hd0-c2Jf8"


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch, tmp_path):
    for field in Settings.__attrs_attrs__:
        monkeypatch.delenv(f"EARNTRACK_{field.name.upper()}", raising=False)
    monkeypatch.delenv("EARNTRACK_SETTINGS", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


@pytest.fixture(name="write")
def _write(tmp_path):
    def write(text):
        path = tmp_path / "settings.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


class TestSources:
    def test_defaults(self, tmp_path):
        """Without any, the server is for this machine, in one folder."""
        settings = load_settings()

        assert settings.host == "127.0.0.1"
        assert settings.data_dir == tmp_path / "earntrack"
        assert settings.keys == tmp_path / "earntrack" / "keys"
        assert settings.origin == "http://127.0.0.1:8000"
        assert not settings.https

    def test_the_later_wins(self, monkeypatch, write):
        """The command wins over the environment, that over the file."""
        file = write('[earntrack]\nhost = "a"\nport = 1\nqueue = 7\n')
        monkeypatch.setenv("EARNTRACK_PORT", "2")
        monkeypatch.setenv("EARNTRACK_HOST", "b")

        settings = load_settings({"host": "c", "redis": None}, file=file)

        assert (settings.host, settings.port, settings.queue) == ("c", 2, 7)

    def test_the_file_of_the_environment(self, monkeypatch, write):
        """`EARNTRACK_SETTINGS` names a file."""
        file = write('[earntrack]\nlog-format = "json"\n')
        monkeypatch.setenv("EARNTRACK_SETTINGS", str(file))

        assert load_settings().log_format == "json"

    def test_lists_have_commas(self, monkeypatch):
        """Colons are part of the values; blanks and nothing are dropped."""
        monkeypatch.setenv(
            "EARNTRACK_CORS_ORIGINS",
            "https://a.example:8443, http://b.example,",
        )

        assert load_settings().cors_origins == (
            "https://a.example:8443",
            "http://b.example",
        )

    def test_lists_in_a_file(self, write):
        """TOML has lists of its own."""
        file = write('[earntrack]\ntrusted_proxies = ["10.0.0.0/8", "::1"]\n')

        assert load_settings(file=file).trusted_proxies == (
            "10.0.0.0/8",
            "::1",
        )

    def test_secrets_do_not_show(self):
        """Nobody reads a password in a log of the settings."""
        settings = load_settings(
            {"database": "postgresql://u:pass@h/d", "secret": GOOD}
        )

        assert "pass@" not in repr(settings)
        assert GOOD not in repr(settings)
        assert settings.database == "postgresql://u:pass@h/d"

    def test_every_setting_is_explained(self):
        """Each has a sentence for those who set it."""
        texts = [
            field.metadata["typed-settings"]["help"]
            for field in Settings.__attrs_attrs__
        ]

        assert all(text and text.endswith(".") for text in texts)

    def test_the_rates(self):
        """Each limit has a rate."""
        rates = load_settings({"rate_auth": "5/min"}).rates

        assert set(rates) == {"address", "api", "auth", "import"}
        assert rates["auth"].limit == 5

    def test_the_origin(self):
        """Where pages come from: the public URL, or host and port."""
        public = load_settings({"public_url": "https://et.example"})

        assert public.origin == "https://et.example"
        assert public.https
        assert load_settings({"host": "::1"}).origin == "http://[::1]:8000"


class TestMistakes:
    @pytest.mark.parametrize(
        ("name", "value", "reason"),
        [
            ("PORT", "x", "EARNTRACK_PORT: invalid literal for int"),
            ("PORT", "99999", "EARNTRACK_PORT must be <= 65535"),
            ("DEBUG", "perhaps", "EARNTRACK_DEBUG: "),
            ("RATE_AUTH", "often", "EARNTRACK_RATE_AUTH must be a rate like"),
            ("LOG_LEVEL", "loud", "EARNTRACK_LOG_LEVEL must be in"),
            ("WORKERS", "0", "EARNTRACK_WORKERS must be >= 1"),
            ("PUBLIC_URL", "et.example", "EARNTRACK_PUBLIC_URL must be like"),
            ("PUBLIC_URL", "https://e.x/a", "EARNTRACK_PUBLIC_URL must be"),
            ("CORS_ORIGINS", "*", "EARNTRACK_CORS_ORIGINS must be like"),
            ("TRUSTED_PROXIES", "all", "EARNTRACK_TRUSTED_PROXIES must be"),
            ("REGISTRATION", "maybe", "EARNTRACK_REGISTRATION must be in"),
        ],
    )
    def test_name_the_setting(self, monkeypatch, name, value, reason):
        """One sentence names the setting, and what it must be."""
        monkeypatch.setenv(f"EARNTRACK_{name}", value)

        with pytest.raises(SettingsError) as caught:
            load_settings()

        assert str(caught.value).startswith(reason)
        assert "\n" not in str(caught.value)

    def test_are_told_together(self, monkeypatch):
        """Several are told at once."""
        monkeypatch.setenv("EARNTRACK_PORT", "x")
        monkeypatch.setenv("EARNTRACK_QUEUE", "y")

        with pytest.raises(SettingsError) as caught:
            load_settings()

        assert "EARNTRACK_PORT" in str(caught.value)
        assert "EARNTRACK_QUEUE" in str(caught.value)

    @pytest.mark.parametrize(
        ("text", "reason"),
        [
            ("[earntrack]\nprot = 1\n", "prot"),
            ("[earntrack\n", "line 1"),
        ],
    )
    def test_in_a_file(self, write, text, reason):
        """Unknown settings and broken files are told."""
        with pytest.raises(SettingsError, match=reason):
            load_settings(file=write(text))

    def test_a_file_that_is_not_there(self):
        """A file that was asked for must be there."""
        with pytest.raises(SettingsError, match="No such file"):
            load_settings(file=Path("nothing.toml"))


class TestSafety:
    def a_server(self, **given):
        """Return settings of a server that faces the network."""
        safe = {"host": "0.0.0.0", "public_url": "https://et.example"}
        return load_settings(safe | given)

    def test_a_safe_server(self):
        """With a public https address and keys of its own it may."""
        insist_on_safety(self.a_server(secret=GOOD, metrics_token=GOOD))

    @pytest.mark.parametrize(
        ("given", "reason"),
        [
            ({"public_url": None}, "public_url must say"),
            ({"public_url": "http://et.example"}, "must be https"),
            ({"debug": True}, "debug must be off"),
            ({"secret": ""}, "secret must have at least 32"),
            ({"secret": "short"}, "secret must have at least 32"),
            ({"secret": "a" * 64}, "secret must have at least 32"),
            ({"secret": "change-me-" * 5}, "secret is from an example"),
            (
                {"metrics_token": "your-secret-token-goes-here-1234567"},
                "metrics_token is from an example",
            ),
            (
                {"database": "postgresql://u:postgres@h/d"},
                "database has a password",
            ),
            ({"redis": "redis://:admin@h/0"}, "redis has a password"),
            (
                {"smtp": "smtp://me:pass%77ord@h"},
                "smtp has a password that everybody knows",
            ),
        ],
    )
    def test_an_unsafe_server(self, given, reason):
        """Each danger is told, by the name of its setting."""
        with pytest.raises(SettingsError, match=reason):
            insist_on_safety(self.a_server(**given))

    def test_all_dangers_are_told(self):
        """All at once, so that one start is enough to learn them."""
        settings = self.a_server(
            public_url=None, debug=True, secret="x", database="p://u:root@h"
        )

        assert len(dangers(settings)) == 4

    @pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
    def test_alone_everything_goes(self, host):
        """Who can only be reached from this machine need not care."""
        settings = load_settings({"host": host, "secret": "x", "debug": True})

        assert dangers(settings) == ()

    def test_keys_that_others_can_read(self, tmp_path):
        """Keys are for the server's eyes only."""
        keys = tmp_path / "keys"
        keys.mkdir(mode=0o700)
        key = keys / "access.pem"
        key.write_text("key")
        key.chmod(0o644)

        found = dangers(self.a_server(keys_dir=keys))
        key.chmod(0o600)

        assert found == (
            "keys_dir: others may read access.pem; chmod it to 0600",
        )
        assert dangers(self.a_server(keys_dir=keys)) == ()

    @pytest.mark.parametrize(
        ("host", "alone"),
        [
            ("0.0.0.0", False),
            ("", False),
            ("et.example", False),
            (None, False),
        ],
    )
    def test_what_is_not_loopback(self, host, alone):
        """Names and wildcards can be reached by others."""
        assert is_loopback(host) is alone
