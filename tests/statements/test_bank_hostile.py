"""Bank files from people who mean harm, and from disks that forgot bits."""

import io
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bank_reading import (
    errors_of,
    format_called,
    head_of,
    items_of,
    reading_of,
    records_in,
    rows_of,
    winner,
)
from earntrack_adapters.statements.bank_formats import bank_formats
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import Answers, FileHead, Severity


FOLDER = Path(__file__).parent / "data" / "bank"
FILES = {
    path.name: path.read_bytes()
    for path in sorted(FOLDER.iterdir())
    if path.suffix != ".json"
}
ANSWERS = {"currency": "EUR", "date_order": "dmy", "number_form": ","}
OFX = "<OFX><STMTRS><CURDEF>EUR<BANKTRANLIST><STMTTRN>{}</STMTTRN></OFX>"
CAMT = (
    "{}<Document><BkToCstmrStmt><Stmt><Ntry>{}</Ntry></Stmt></BkToCstmrStmt>"
    "</Document>"
)
QIF = "!Type:Bank\nD15/03/26\nT{}\nPX\n^\n"
MT940 = ":20:X\n:25:1\n:60F:C260301EUR1,\n:61:{}\n:86:{}\n-\n"
LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
OUTSIDE = '<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
LONG = 10_000_000


def refused(format_id, text):
    data = text if isinstance(text, bytes) else text.encode()
    format_ = format_called(format_id)
    with pytest.raises(StatementError) as caught:
        list(reading_of(format_, data, **ANSWERS).items)
    return caught.value.reason


def outcome(format_, data):
    """Return what a file says; nothing if it is refused."""
    try:
        return list(reading_of(format_, data, **ANSWERS).items)
    except StatementError:
        return []


def marks_in(data):
    """Return how many records a file can have at most."""
    marks = rb"<(?:STMTTRN|INVTRAN)|Ntry\s*>|\^|!|:61:"
    return len(re.findall(marks, data, re.IGNORECASE)) + 1


@st.composite
def mutations(draw):
    """Return a bank file with some bytes changed, cut or repeated."""
    name = draw(st.sampled_from(sorted(FILES)))
    data = bytearray(FILES[name])
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data) - 1))
        span = draw(st.integers(0, 40))
        piece = draw(
            st.one_of(
                st.binary(max_size=8),
                st.sampled_from(
                    (
                        b"<",
                        b">",
                        b"&",
                        b"\x00",
                        b"\n",
                        b"^",
                        b":61:",
                        b"9" * 40,
                    )
                ),
                st.just(bytes(data[at : at + span])),
            )
        )
        data[at : at + draw(st.sampled_from((0, 1, span)))] = piece
        data = data or bytearray(b"\n")
    return name, bytes(data)


class TestMutatedFiles:
    @settings(max_examples=1_000, deadline=None)
    @given(mutations())
    def test_only_statement_errors_leave(self, mutation):
        """Damaged files are read or refused; every record has one fate."""
        name, data = mutation
        format_, _ = winner(FILES[name])

        items = outcome(format_, data)

        assert items == outcome(format_, data)
        assert records_in(items) <= marks_in(data)
        for problem in errors_of(items):
            assert 1 <= problem.line <= len(re.split(b"[\r\n]", data))
            assert problem.hint
        for row in rows_of(items):
            assert row.amount.is_finite()
            assert "\x00" not in row.counterparty + row.description
            assert row.local_date is not None

    @settings(max_examples=200, deadline=None)
    @given(st.data())
    def test_damaged_values_lose_no_record(self, data):
        """Whatever digits and letters become, the number of records stays."""
        name = data.draw(st.sampled_from(sorted(FILES)))
        format_, _ = winner(FILES[name])
        whole = records_in(items_of(format_, FILES[name], **ANSWERS))
        damaged = bytearray(FILES[name])
        digits = [at for at, one in enumerate(damaged) if one in b"0123456789"]
        header = damaged.index(b"20")
        for at in data.draw(st.lists(st.sampled_from(digits), max_size=9)):
            between = damaged[at - 1 : at + 2]
            if at > header and not set(between) & set(b'#="AF:MC{/'):
                damaged[at] = data.draw(st.sampled_from(b"0189,.xyz"))

        reading = reading_of(format_, bytes(damaged), **ANSWERS)

        assert records_in(list(reading.items)) == whole

    @settings(max_examples=300, deadline=None)
    @given(st.binary(max_size=2_000))
    def test_garbage_is_claimed_by_nobody_for_sure(self, data):
        """Sniffing never raises, and never claims noise."""
        claims = [one.sniff(head_of(data)) for one in bank_formats()]

        assert not any(claims)

    @settings(max_examples=300, deadline=None)
    @given(st.binary(max_size=2_000))
    def test_garbage_behind_a_true_beginning(self, data):
        """A real start does not make the rest harmless."""
        for start in FILES.values():
            format_, _ = winner(start)
            beginning = start[: start.index(b"2026")]
            outcome(format_, beginning + data)


class TestDeclarations:
    @pytest.mark.parametrize("declaration", [LAUGHS, OUTSIDE])
    def test_camt(self, declaration):
        """A document type is refused before anything is expanded."""
        text = CAMT.format(declaration, "<Amt>&c;&e;</Amt>")

        assert refused("bank.camt053", text) == "forbidden_content"

    @pytest.mark.parametrize("declaration", [LAUGHS, OUTSIDE])
    def test_ofx(self, declaration):
        """The same for OFX, with its own reader."""
        text = declaration + OFX.format("<NAME>&c;&e;")

        assert refused("bank.ofx", text) == "forbidden_content"

    def test_undeclared_entity_is_malformed_xml(self):
        """An entity nobody declared cannot be guessed."""
        assert refused("bank.camt053", CAMT.format("", "&c;")) == "malformed"

    def test_undeclared_entity_is_text_in_ofx(self):
        """OFX has no entities but the plain ones; others are text."""
        fields = "<DTPOSTED>20260305<TRNAMT>1<NAME>&c;"

        (row,) = rows_of(
            items_of(format_called("bank.ofx"), OFX.format(fields).encode())
        )

        assert row.counterparty == "&c;"

    def test_encoding_that_is_none(self):
        """A file may not name a codec that is no encoding of text."""
        head = '<?xml version="1.0" encoding="hex"?>'

        assert refused("bank.camt053", CAMT.format(head, "")) == "malformed"


class TestSizes:
    @pytest.mark.parametrize(
        ("format_id", "text"),
        [
            ("bank.ofx", OFX.format(f"<TRNAMT>{'9' * LONG}")),
            ("bank.ofx", OFX.format(f"<![CDATA[{'9' * LONG}")),
            ("bank.ofx", OFX.format(f"<!--{'9' * LONG}")),
            ("bank.qif", QIF.format("9" * LONG)),
            ("bank.mt940", MT940.format("9" * LONG, "")),
            ("bank.mt940", MT940.format("", "x\n" * LONG)),
            ("bank.camt053", CAMT.format("", f"<Amt>{'9' * LONG}</Amt>")),
            ("bank.camt053", CAMT.format("", f"<Amt {'a' * LONG}")),
            ("bank.camt053", CAMT.format("", f"<Amt a='{'a' * LONG}'/>")),
            ("bank.camt053", CAMT.format("", f"<!--{'a' * LONG}-->")),
            ("bank.camt053", CAMT.format("", f"<{'a' * 999}/>")),
        ],
        ids=range(11),
    )
    def test_endless_things_are_refused(self, format_id, text):
        """Texts, tags and comments have bounds."""
        assert refused(format_id, text) == "too_wide"

    def test_endless_tag_in_ofx_is_text(self):
        """What never becomes a tag is not waited for."""
        fields = f"<DTPOSTED>20260305<TRNAMT>1<NAME>A<STMT{'a' * 9_000}"
        data = OFX.format(fields).encode()

        (row,) = rows_of(items_of(format_called("bank.ofx"), data))

        assert row.counterparty.startswith("A<STMTaaa")
        assert len(row.counterparty) <= 1_000

    @pytest.mark.parametrize("format_id", ["bank.ofx", "bank.camt053"])
    def test_deep_nesting(self, format_id):
        """Depth costs nothing in OFX, and is refused in XML."""
        deep = "<A>" * 100_000
        if format_id == "bank.ofx":
            data = OFX.format("<DTPOSTED>20260305<TRNAMT>1" + deep).encode()
            assert len(rows_of(items_of(format_called(format_id), data))) == 1
        else:
            assert refused(format_id, CAMT.format("", deep)) == "too_wide"

    def test_digits_that_still_fit_a_cell(self):
        """A number within the bounds of a text is the record's problem."""
        digits = "9" * 30_000
        texts = {
            "bank.ofx": OFX.format(f"<DTPOSTED>20260305<TRNAMT>{digits}"),
            "bank.qif": QIF.format(digits),
            "bank.mt940": MT940.format(f"2603050305D{digits}", ""),
            "bank.camt053": CAMT.format(
                "",
                f'<Amt Ccy="EUR">{digits}</Amt><CdtDbtInd>CRDT</CdtDbtInd>',
            ),
        }

        for format_id, text in texts.items():
            format_ = format_called(format_id)
            items = items_of(format_, text.encode(), **ANSWERS)

            (problem,) = errors_of(items)
            assert problem.severity is Severity.ERROR
            assert len(problem.value) <= 200

    def test_nul_bytes(self):
        """NULs are blanks in text, and no XML at all."""
        text = QIF.format("1,50").replace("PX", "PX\0Y")

        (row,) = rows_of(
            items_of(format_called("bank.qif"), text.encode(), **ANSWERS)
        )

        assert row.counterparty == "X Y"
        assert refused("bank.camt053", CAMT.format("", "\0")) == "malformed"

    def test_false_size_and_head_are_not_believed(self):
        """What a host says about a file does not change what is read."""
        data = FILES["giro_cp1252.ofx"]
        head = FileHead(name="x" * 9_999, size=-1, head=data[:90])

        reading = format_called("bank.ofx").read(
            io.BytesIO(data), head, Answers()
        )

        assert records_in(list(reading.items)) == 5


class TestSniff:
    def test_each_file_is_claimed_by_its_format_only(self):
        """No format claims the files of another."""
        for name, data in FILES.items():
            claims = [one.sniff(head_of(data)) for one in bank_formats()]

            assert len([one for one in claims if one]) == 1, name

    @pytest.mark.parametrize("size", [0, 1, 100])
    def test_cut_heads(self, size):
        """A beginning that is too short is no reason to raise."""
        for data in FILES.values():
            for format_ in bank_formats():
                claim = format_.sniff(head_of(data[:size]))

                assert claim is None or claim.format_id == format_.format_id

    def test_formats_say_what_they_are(self):
        """Ids, labels and how well they are proven are stable."""
        assert [one.format_id for one in bank_formats()] == [
            "bank.ofx",
            "bank.qif",
            "bank.camt053",
            "bank.mt940",
        ]
        assert {one.platform for one in bank_formats()} == {"bank"}
        assert {one.verified for one in bank_formats()} == {"real-sample"}
        assert all(one.label for one in bank_formats())
