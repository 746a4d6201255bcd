"""Which format a file is of."""

import logging
from io import BytesIO

import pytest
from attrs import define

from earntrack_core.statements import recognition
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import Answers, Limits, Sniff
from earntrack_core.statements.recognition import (
    MAPPED,
    chosen,
    claims,
    head_of,
)
from tests.unit.statements.slips import Desk, slips


@define
class Sure:
    """A format that is more or less sure."""

    format_id: str
    confidence: float = 1.0

    def sniff(self, _):
        return Sniff(format_id=self.format_id, confidence=self.confidence)


@define
class Modest:
    """A format that claims nothing."""

    format_id: str = "modest"

    def sniff(self, _):
        return None


@define
class Broken:
    """A format that fails."""

    format_id: str = "broken"

    def sniff(self, _):
        raise ZeroDivisionError


HEAD = head_of("a.csv", BytesIO(b"a,b\n"))
NOTHING = Answers()


def choice(*formats, answers=NOTHING, format_id=None):
    return chosen(formats, HEAD, answers, format_id).format_id


class TestHead:
    def test_is_the_beginning(self):
        """Formats look at the beginning of a file, not at all of it."""
        source = BytesIO(b"x" * 100_000)

        head = head_of("a.csv", source)

        assert (head.name, head.size, len(head.head)) == (
            "a.csv",
            100_000,
            65_536,
        )
        assert source.tell() == 0

    def test_of_too_large_a_file(self, monkeypatch):
        """What is larger than any statement is refused unread."""
        monkeypatch.setattr(recognition, "LIMITS", Limits(bytes=3))

        with pytest.raises(StatementError) as refused:
            head_of("a.csv", BytesIO(b"abcd"))

        assert refused.value.reason == "too_large"


class TestChoice:
    def test_surest_wins(self):
        """One that is sure, and well ahead of the others."""
        assert choice(Sure("a", 0.7), Sure("b", 0.95), Modest()) == "b"

    @pytest.mark.parametrize("formats", [(), (Modest(),), (Sure("a", 0.89),)])
    def test_nobody_is_sure(self, formats):
        """A guess is no claim."""
        with pytest.raises(StatementError) as refused:
            choice(*formats)

        assert refused.value.reason == "header_not_found"

    def test_too_close(self):
        """Of two that are sure the user chooses."""
        with pytest.raises(StatementError) as refused:
            choice(Sure("a", 0.95), Sure("b", 0.9))

        assert refused.value.reason == "ambiguous_format"
        assert "a or b" in refused.value.message

    def test_user_says(self):
        """What the user says needs no claim."""
        formats = Sure("a", 0.95), Modest()

        assert choice(*formats, format_id="modest") == "modest"

    def test_user_says_what_does_not_exist(self):
        """There must be such a format, though."""
        with pytest.raises(StatementError) as refused:
            choice(Sure("a"), format_id="b")

        assert refused.value.reason == "header_not_found"

    def test_mapping_has_a_format_of_its_own(self):
        """Who names the columns does not want them guessed."""
        answers = Answers(mapping={"date": 0})

        assert choice(Sure("a"), Sure(MAPPED), answers=answers) == MAPPED

    def test_broken_format_is_passed_over(self, caplog):
        """One that fails is named, and stops no other."""
        with caplog.at_level(logging.ERROR):
            found = claims((Broken(), Sure("a")), HEAD)

        assert [sniff.format_id for sniff, _ in found] == ["a"]
        assert "broken" in caplog.text


class TestRecognise:
    def test_tells_all_claims(self):
        """A user may ask who claims a file before importing it."""
        desk = Desk()
        source = BytesIO(slips().encode())

        [sniff] = desk.service.recognise("a.slips", source)

        assert sniff.format_id == "test.slips"
        assert desk.service.recognise("a.csv", BytesIO(b"a,b")) == []
