"""Bytes become text, text becomes rows, whatever is wrong with some."""

from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earntrack_adapters.statements.decoding import (
    Encoding,
    encoding_of,
    opened,
)
from earntrack_adapters.statements.table import Malformed, rows
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import Limits


TEXT = "Datum;Größe\n1;\u201cx\u201d \u2014 5 €\n"


def encoding(data, answer=None, **limits):
    return encoding_of(BytesIO(data), "iso-8859-15", answer, Limits(**limits))


def table(text, fits=None):
    return [
        row.line if isinstance(row, Malformed) else row
        for row in rows(StringIO(text, newline=""), ",", Limits(), fits)
    ]


class TestEncoding:
    @pytest.mark.parametrize(
        "codec", ["utf-8", "utf-8-sig", "cp1252", "utf-16-le", "utf-16-be"]
    )
    def test_found_out(self, codec):
        """The common encodings are told apart, with a mark or without."""
        assert encoding(TEXT.encode(codec)).codec == codec

    def test_mark_wins(self):
        """A byte order mark is believed."""
        assert encoding(TEXT.encode("utf-16")).codec == "utf-16"

    def test_what_the_format_says(self):
        """Bytes that Windows-1252 does not have are of the old encoding."""
        assert encoding(b"caf\xe9 \x81\n").codec == "iso-8859-15"

    def test_damaged_utf8(self):
        """Some damaged bytes do not turn the rest into nonsense."""
        found = encoding(TEXT.encode() + b"\xff\xfe\n")

        assert found == Encoding(
            "utf-8", "damaged in places", "surrogateescape"
        )

    def test_answer(self):
        """What the user says about the encoding is taken."""
        assert encoding("é".encode("cp850"), "cp850").codec == "cp850"

    @pytest.mark.parametrize("answer", ["utf-16", "no-such-codec", "ascii"])
    def test_wrong_answer(self, answer):
        """An encoding that does not fit is refused, never patched over."""
        with pytest.raises(StatementError) as caught:
            encoding("é€x".encode(), answer)

        assert caught.value.reason == "undecodable"

    def test_too_large(self):
        """A file beyond the limit is refused before it is read."""
        with pytest.raises(StatementError) as caught:
            encoding(b"x" * 11, bytes=10)

        assert caught.value.reason == "too_large"

    def test_endless_line(self):
        """A line without an end does not fill the memory."""
        with pytest.raises(StatementError) as caught:
            encoding(b"x" * (2 << 20))

        assert caught.value.reason == "malformed"

    def test_source_stays_open(self):
        """The host's file is read, not taken away."""
        source = BytesIO(b"a,b\n")

        with opened(source, Encoding("utf-8", "")) as text:
            text.read()

        assert not source.closed


class TestRows:
    def test_physical_lines(self):
        """A row is known by the line on which it starts."""
        assert table('a,b\n"1\n2",3\n\n4,5') == [
            (1, ["a", "b"]),
            (2, ["1\n2", "3"]),
            (5, ["4", "5"]),
        ]

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_ends_of_lines(self, end):
        """Lines end as on any system."""
        assert table(end.join(["a,b", "1,2", "3,4"])) == [
            (1, ["a", "b"]),
            (2, ["1", "2"]),
            (3, ["3", "4"]),
        ]

    @pytest.mark.parametrize(
        "wrong", ['"x,3', '"x"y,3', '"' + "x" * 40_000 + '",1', '"']
    )
    def test_a_wrong_line_is_alone(self, wrong):
        """One stray quote costs its line, not those after it."""
        assert table(f'a,b\n{wrong}\n4,"5"\n6,7\n') == [
            (1, ["a", "b"]),
            2,
            (3, ["4", "5"]),
            (4, ["6", "7"]),
        ]

    def test_a_quote_that_swallows_a_line(self):
        """A row over two lines with too many cells is a stray quote's work."""
        text = 'a,b\n"x,3\n4",5,6\n6,7\n'

        assert table(text, lambda cells: cells == 2) == [
            (1, ["a", "b"]),
            2,
            (3, ['4"', "5", "6"]),
            (4, ["6", "7"]),
        ]

    def test_an_endless_record(self):
        """A quote that is never closed is found out after some lines."""
        found = table('a,b\n"x\n' + "1,2\n" * 5_000)

        assert found[1] == 2
        assert len(found) == 5_002

    def test_padding(self):
        """Zeros and end marks of old programs are no rows."""
        assert table("a,b\n1,2\n\0\0\0\n\x1a") == [
            (1, ["a", "b"]),
            (2, ["1", "2"]),
        ]

    @given(
        st.lists(st.sampled_from(['"', ",", "a", "\n", "\r", ";"])).map(
            "".join
        )
    )
    def test_every_line_counts_once(self, text):
        """Rows start on rising lines, and none is beyond the file."""
        starts = [
            row if isinstance(row, int) else row[0] for row in table(text)
        ]

        assert starts == sorted(set(starts))
        assert all(
            1 <= start <= len(text.splitlines()) + 1 for start in starts
        )
