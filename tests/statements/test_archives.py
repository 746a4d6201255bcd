"""Packed uploads: opened one level deep, and never trusted."""

import gzip
import io
import struct
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earntrack_adapters.statements.archives import unpacked
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import Limits


CSV = b"Date,Amount\n2026-03-05,1.50\n"


def zipped(*entries, method=zipfile.ZIP_DEFLATED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return buffer.getvalue()


def members(data, name="upload.zip", **limits):
    source = io.BytesIO(data)
    return [
        (member, file.read())
        for member, file in unpacked(source, name, Limits(**limits))
    ]


def refused(data, **limits):
    with pytest.raises(StatementError) as caught:
        members(data, **limits)
    return caught.value


class TestPlainFiles:
    def test_pass_through(self):
        """What is not packed comes out as it went in."""
        assert members(CSV, "a.csv") == [("a.csv", CSV)]
        assert members(b"", "a.csv") == [("a.csv", b"")]

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Excel 2003"),
            (
                zipped(("mimetype", b"x"), ("content.xml", b"<a/>")),
                "OpenDocument",
            ),
        ],
    )
    def test_other_office_files(self, data, words):
        """A workbook that cannot be read is named, with a way out."""
        error = refused(data)

        assert error.reason == "unsupported_version"
        assert words in error.message
        assert ".csv" in error.hint


class TestZip:
    def test_members_in_order(self):
        """Each file comes with its name, and can be read from anywhere."""
        data = zipped(("a/1.csv", CSV), ("2.csv", b"x"), ("empty/", b""))

        found = []
        for name, file in unpacked(io.BytesIO(data), "upload.zip"):
            first = file.read()
            file.seek(0)
            found.append((name, first == file.read(), first))

        assert found == [("1.csv", True, CSV), ("2.csv", True, b"x")]

    def test_large_member_can_be_read_twice(self):
        """A member that does not fit into memory is as good as another."""
        line = b"2026-03-05,1.50,%d\n"
        large = b"".join(line % at for at in range(300_000))
        data = zipped(("large.csv", large))

        assert members(data) == [("large.csv", large)]

    def test_clutter_is_left_out(self):
        """What operating systems add is no statement."""
        data = zipped(
            ("__MACOSX/._a.csv", b"x"), (".DS_Store", b"x"), ("a.csv", CSV)
        )

        assert members(data) == [("a.csv", CSV)]

    @pytest.mark.parametrize(
        "name",
        [
            "../a.csv",
            "a/../../b.csv",
            "/etc/a.csv",
            "C:\\a.csv",
            "C:/a.csv",
            "..\\a.csv",
            "x" * 600,
        ],
    )
    def test_paths_outside(self, name):
        """A name that leads elsewhere condemns the archive."""
        assert refused(zipped((name, CSV))).reason == "bad_archive"

    def test_links(self):
        """A link could lead anywhere."""
        entry = zipfile.ZipInfo("a.csv")
        entry.external_attr = 0o120777 << 16

        error = refused(zipped((entry, b"/etc/hostname")))

        assert "link" in error.message

    def test_bomb(self):
        """A small file of a hundred times its size is refused unopened."""
        error = refused(zipped(("a.csv", b"0" * 10_000_000)))

        assert error.reason == "bad_archive"
        assert "100 times" in error.message

    def test_sum_of_sizes(self):
        """All members together have a bound, told before unpacking."""
        stored = zipped(("a.csv", b"x" * 60), ("b.csv", b"y" * 60), method=0)

        assert refused(stored, bytes=100).reason == "bad_archive"
        assert len(members(stored, bytes=120)) == 2

    def test_too_many_entries(self):
        """A thousand files are no statement."""
        data = zipped(*((f"{at}.csv", b"") for at in range(1_001)))

        assert refused(data).reason == "bad_archive"

    def test_endless_list_of_entries(self):
        """The list's size is looked at before it is read."""
        data = bytearray(zipped(("a.csv", CSV)))
        data[-10:-6] = struct.pack("<L", 2_000_000)

        assert "1,000 entries" in refused(bytes(data)).message

    def test_zip64(self):
        """The enormous kind is not needed within the bounds."""
        end = zipped(("a.csv", CSV))
        locator = b"PK\x06\x07" + bytes(16)

        data = end[:-22] + locator + end[-22:]

        assert "enormous" in refused(data).message

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_two_entries_of_one_name(self):
        """Which of them counts would be a guess."""
        assert "one name" in refused(zipped(("a", CSV), ("a", CSV))).message

    @pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_unusual_packing(self, method):
        """Only what everybody uses is unpacked."""
        data = zipped(("a.csv", CSV), method=method)

        assert "unusual" in refused(data).message

    def test_encrypted(self):
        """A password cannot be asked for, so it is said."""
        data = bytearray(zipped(("a.csv", CSV)))
        listed = data.index(b"PK\x01\x02")
        data[6] |= 1
        data[listed + 8] |= 1

        assert "encrypted" in refused(bytes(data)).message

    @pytest.mark.parametrize(
        "inner", [zipped(("a", b"")), gzip.compress(b"")], ids=["zip", "gz"]
    )
    def test_archives_in_archives(self, inner):
        """One level is opened, no more, whatever the name says."""
        for data in (zipped(("a.csv", inner)), gzip.compress(inner)):
            assert "archive in the archive" in refused(data).message

    def test_size_that_is_a_lie(self):
        """More data than stated does not come out."""
        data = bytearray(zipped(("a.csv", CSV)))
        listed = data.index(b"PK\x01\x02")
        data[listed + 24 : listed + 28] = struct.pack("<L", 3)

        assert refused(bytes(data)).reason == "bad_archive"

    def test_no_end(self):
        """A cut archive is refused."""
        assert refused(zipped(("a.csv", CSV))[:-5]).reason == "bad_archive"
        assert refused(b"PK\x03\x04").reason == "bad_archive"


class TestGzip:
    def test_one_file(self):
        """The name loses its ending."""
        data = gzip.compress(CSV)

        assert members(data, "a.csv.gz") == [("a.csv", CSV)]

    def test_bomb(self):
        """Unpacking stops where the bounds are passed."""
        error = refused(gzip.compress(b"0" * 10_000_000))

        assert error.reason == "bad_archive"

    def test_bound_of_bytes(self):
        """The size is counted, as gzip does not state it."""
        data = gzip.compress(CSV)

        assert refused(data, bytes=len(CSV) - 1).reason == "bad_archive"

    @pytest.mark.parametrize("cut", [3, 12, -1, -8])
    def test_damaged(self, cut):
        """A cut file is refused, however much of it came out."""
        assert refused(gzip.compress(CSV)[:cut]).reason == "bad_archive"


class TestMutatedArchives:
    @settings(max_examples=500, deadline=None)
    @given(st.data())
    def test_only_statement_errors_leave(self, data):
        """Damaged archives are read or refused."""
        whole = data.draw(
            st.sampled_from(
                (zipped(("a.csv", CSV), ("b.csv", CSV)), gzip.compress(CSV))
            )
        )
        damaged = bytearray(whole)
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(2, len(damaged) - 1))
            damaged[at] = data.draw(st.integers(0, 255))

        try:
            found = members(bytes(damaged))
        except StatementError as error:
            found = [("", error.message.encode())]

        assert all(len(content) <= 1_000 for _, content in found)
