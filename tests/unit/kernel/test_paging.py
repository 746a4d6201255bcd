import json
from base64 import urlsafe_b64encode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earntrack_core.kernel.errors import InvalidError
from earntrack_core.kernel.paging import (
    FIRST,
    MOST,
    Cursor,
    Page,
    Part,
    read_cursor,
)


KEY = UUID(int=7)
TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=100)
VALUES = st.one_of(TEXTS, st.integers(-(2**63) + 1, 2**63 - 1))


def cursor_of(fields):
    return urlsafe_b64encode(json.dumps(fields).encode()).decode().rstrip("=")


class TestCursor:
    @given(TEXTS, VALUES, st.uuids())
    def test_round_trip(self, order, value, key):
        """What a client passes back is what it was given."""
        cursor = Cursor(order=order, value=value, id=key)

        assert read_cursor(cursor.encode()) == cursor

    def test_is_safe_in_a_query(self):
        """A cursor is of letters, digits, dash and underscore."""
        cursor = Cursor(order="-net", value="\xff\xfe??>>", id=KEY)

        assert cursor.encode().replace("-", "").replace("_", "").isalnum()

    @given(st.text(max_size=60))
    def test_refuses_garbage(self, text):
        """Whatever else somebody writes is refused, not believed."""
        with pytest.raises(InvalidError, match="cursor: is not one of ours"):
            read_cursor(text)

    @pytest.mark.parametrize(
        "fields",
        [
            [],
            ["-id", 1],
            ["-id", 1, KEY.hex, 1],
            {"-id": 1, "x": 1, KEY.hex: 1},
            "abc",
            None,
            7,
            [1, 1, KEY.hex],
            ["-id", 1.5, KEY.hex],
            ["-id", True, KEY.hex],
            ["-id", None, KEY.hex],
            ["-id", [1], KEY.hex],
            ["-id", 1, 7],
            ["-id", 1, "7"],
            ["-id", 1, str(KEY)],
            ["-id", 2**63, KEY.hex],
            ["-id", -(2**63), KEY.hex],
            ["-id", "a\x00b", KEY.hex],
            ["-id", "\ud800", KEY.hex],
            ["\x00", 1, KEY.hex],
        ],
        ids=repr,
    )
    def test_refuses_what_we_never_write(self, fields):
        """A place must be of the right shape, and one that can be stored."""
        with pytest.raises(InvalidError, match="cursor: is not one of ours"):
            read_cursor(cursor_of(fields))

    @pytest.mark.parametrize("raw", [b"[" * 2900, b"1" * 2900, b"\xff"])
    def test_survives_hostile_json(self, raw):
        """Deep nesting and long numbers are refused like other garbage."""
        with pytest.raises(InvalidError, match="cursor: is not one of ours"):
            read_cursor(urlsafe_b64encode(raw).decode())

    def test_refuses_long_texts_unread(self):
        """A cursor has some hundred characters, never thousands."""
        long = Cursor(order="-id", value="x" * 4000, id=KEY).encode()

        with pytest.raises(InvalidError, match="cursor: is not one of ours"):
            read_cursor(long)

    @pytest.mark.parametrize("change", ["{}=", "{}\n", "!{}", "{}=="])
    def test_has_only_one_spelling(self, change):
        """Two texts are never the same cursor."""
        text = Cursor(order="-id", value=1, id=KEY).encode()

        with pytest.raises(InvalidError, match="cursor: is not one of ours"):
            read_cursor(change.format(text))


class TestPart:
    def test_starts_at_the_beginning(self):
        """Without a wish there are fifty, from the first."""
        assert (FIRST.limit, FIRST.after) == (50, None)

    @pytest.mark.parametrize("limit", [1, MOST, MOST + 1])
    def test_takes_sensible_sizes(self, limit):
        """One more than the most tells whether there is a next page."""
        assert Part(limit=limit).limit == limit

    @pytest.mark.parametrize("limit", [0, -1, MOST + 2])
    def test_refuses_other_sizes(self, limit):
        """A page of nothing, or of everything, is none."""
        with pytest.raises(InvalidError, match="limit: must be 1 to 500"):
            Part(limit=limit)


class TestPage:
    def test_is_the_last_without_a_cursor(self):
        """A page that names no next one is the last."""
        assert Page((1, 2)).next is None
