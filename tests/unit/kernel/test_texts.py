import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.texts import (
    is_control,
    optional_trimmed,
    printable,
    text_of,
    trimmed,
)


@attrs.frozen
class Card:
    name: str = attrs.field(
        default="x", converter=trimmed, validator=text_of(1, 5)
    )
    nick: str | None = attrs.field(
        default=None, converter=optional_trimmed, validator=text_of(2, 5)
    )
    notes: str = attrs.field(default="", validator=text_of(0, 5, lines=True))


class TestTrimmed:
    @pytest.mark.parametrize(
        ("text", "clean"),
        [
            ("  Ada ", "Ada"),
            ("\u00a0Ada\u2003", "Ada"),
            ("\tAda\r\n", "Ada"),
            ("A  B", "A  B"),
            ("   ", ""),
            ("Jose\u0301", "Jos\u00e9"),
        ],
    )
    def test_cuts_blanks_and_composes(self, text, clean):
        """Two texts that look alike are alike."""
        assert trimmed(text) == clean

    @given(st.text())
    def test_changes_nothing_the_second_time(self, text):
        """Trimmed is trimmed."""
        assert trimmed(trimmed(text)) == trimmed(text)

    @pytest.mark.parametrize(
        ("text", "clean"), [(None, None), ("  ", None), (" a ", "a")]
    )
    def test_an_empty_optional_text_is_none(self, text, clean):
        """There is one way to say nothing."""
        assert optional_trimmed(text) == clean


class TestPrintable:
    @pytest.mark.parametrize(
        ("text", "line"),
        [
            (" Ada ", "Ada"),
            ("Ada\r\n\tKing", "Ada King"),
            ("A\x00d\x1ba", "A d a"),
            ("a\ud800", "a"),
            ("1234567890", "1234567890"),
            ("12345678901", "1234567890"),
            ("123456789 1", "123456789"),
            ("Jose\u0301", "Jos\u00e9"),
            ("", ""),
        ],
        ids=ascii,
    )
    def test_makes_a_line_of_anything(self, text, line):
        """What others send is never refused, but put into shape."""
        assert printable(text, 10) == line

    @given(st.text(), st.integers(1, 20))
    def test_fits_a_field(self, text, most):
        """The result passes the validator of a field of that size."""
        line = printable(text, most)

        assert len(line) <= most
        assert not any(map(is_control, line))
        assert trimmed(line) == line


class TestTextOf:
    @pytest.mark.parametrize("name", ["a", "12345", " 12345 ", "日本語", "🙂"])
    def test_takes_texts_within_bounds(self, name):
        """Characters are counted after trimming, whatever their script."""
        assert Card(name=name).name == name.strip()

    @pytest.mark.parametrize("name", ["", "   ", "123456"])
    def test_refuses_texts_out_of_bounds(self, name):
        """Too short and too long are told with both bounds."""
        with pytest.raises(InvalidError, match="name: must have 1 to 5 char"):
            Card(name=name)

    @pytest.mark.parametrize("text", ["a\nb", "a\x00b", "a\x1bb", "a\x7fb"])
    def test_refuses_control_characters(self, text):
        """What moves the pen has no place in a name."""
        with pytest.raises(InvalidError, match="name: must not have control"):
            Card(name=text)

    def test_refuses_halves_of_characters(self):
        """A lone surrogate can be neither printed nor stored."""
        with pytest.raises(InvalidError, match="name: must not have control"):
            Card(name="a\ud800")

    def test_lines_where_they_make_sense(self):
        """Notes may have lines and tabs, but nothing else that moves."""
        assert Card(notes="a\n\tb").notes == "a\n\tb"
        with pytest.raises(InvalidError, match="notes: must not have control"):
            Card(notes="a\rb")

    def test_nothing_is_no_text(self):
        """An optional text may be missing; if it is there, it has bounds."""
        assert Card(nick=None).nick is None
        with pytest.raises(InvalidError, match="nick: must have 2 to 5"):
            Card(nick="a")

    @given(st.text(min_size=1, max_size=5))
    def test_what_passes_can_be_stored(self, text):
        """An accepted text is one that every database takes."""
        if any(map(is_control, text)):
            return

        assert "\x00" not in text
        assert text.encode().decode() == text
