"""Every file store keeps the same promises."""

import os
import resource
import stat
import time
from contextlib import contextmanager
from io import BytesIO
from threading import Thread

import pytest

from earntrack_adapters.files.local import STALE, LocalFiles
from earntrack_adapters.memory.files import MemoryFiles
from earntrack_core.kernel.errors import (
    InvalidError,
    NotFoundError,
    UnavailableError,
)


class FilesContract:
    @pytest.mark.parametrize(
        "content", [b"", b"a,b\r\n", bytes(range(256)) * 9000]
    )
    def test_what_was_saved_is_there(self, files, content):
        """A file is read as it was saved, byte by byte."""
        size = files.save("imports/1", BytesIO(content))

        with files.open("imports/1") as file:
            assert file.read() == content
        assert size == len(content)

    def test_can_seek(self, files):
        """An open file can be read from anywhere, also twice."""
        files.save("imports/1", BytesIO(b"hello"))

        with files.open("imports/1") as file:
            file.read()
            file.seek(1)
            assert file.read(2) == b"el"

    def test_saved_from_here_on(self, files):
        """What is saved is what the source has not given yet."""
        source = BytesIO(b"hello")
        source.seek(2)

        assert files.save("imports/1", source) == 3

    def test_replaced(self, files):
        """A later file replaces the one before."""
        files.save("imports/1", BytesIO(b"long ago"))
        files.save("imports/1", BytesIO(b"new"))

        with files.open("imports/1") as file:
            assert file.read() == b"new"

    def test_unknown(self, files):
        """A file that was never saved is not found."""
        with pytest.raises(NotFoundError, match="No file imports/1"):
            files.open("imports/1")

    def test_removed(self, files):
        """A removed file is not found, and can be removed again."""
        files.save("imports/1", BytesIO(b"1"))
        files.remove("imports/1")
        files.remove("imports/1")

        with pytest.raises(NotFoundError):
            files.open("imports/1")

    def test_failing_source(self, files):
        """If the source fails, the old file stays."""
        files.save("imports/1", BytesIO(b"old"))

        with pytest.raises(ValueError, match="cut off"):
            files.save("imports/1", CutOff())

        with files.open("imports/1") as file:
            assert file.read() == b"old"

    @pytest.mark.parametrize("key", ["a", "a/b/c", "0-1_2.csv", "x" * 200])
    def test_keys(self, files, key):
        """Keys are names between slashes."""
        files.save(key, BytesIO(b"1"))

        with files.open(key) as file:
            assert file.read() == b"1"

    @pytest.mark.parametrize(
        "key",
        [
            "",
            "/",
            "/etc/passwd",
            "..",
            "../a",
            "a/../b",
            "a//b",
            "a/",
            "a/.",
            ".hidden",
            ".partial/a",
            "a\\b",
            "C:a",
            "a\0b",
            "a\n",
            "Ä",
            "A",
            "a b",
            "x" * 201,
            "a/" * 8 + "a",
        ],
    )
    @pytest.mark.parametrize("verb", ["save", "open", "remove"])
    def test_wrong_keys(self, files, key, verb):
        """What could name another place, or not everywhere, is refused."""
        more = (BytesIO(b"1"),) if verb == "save" else ()

        with pytest.raises(InvalidError, match="key: "):
            getattr(files, verb)(key, *more)


class CutOff:
    """A source that fails after its first piece."""

    def __init__(self):
        self.pieces = iter([b"new"])

    def read(self, size=-1):
        piece = next(self.pieces, None) if size >= 0 else None
        if piece is None:
            raise ValueError("the upload was cut off")
        return piece


class TestMemoryFiles(FilesContract):
    @pytest.fixture(name="files")
    def _files(self):
        return MemoryFiles()


class TestLocalFiles(FilesContract):
    @pytest.fixture(name="root")
    def _root(self, tmp_path):
        return tmp_path / "data" / "files"

    @pytest.fixture(name="files")
    def _files(self, root):
        return LocalFiles(root)

    def test_nobody_else_may_read(self, files, root):
        """Files and directories are for us alone."""
        files.save("imports/1", BytesIO(b"1"))

        modes = {
            one.name: stat.S_IMODE(one.stat().st_mode)
            for one in (root, root / "imports", root / "imports/1")
        }
        assert modes == {"files": 0o700, "imports": 0o700, "1": 0o600}

    def test_nothing_is_left_behind(self, files, root):
        """Neither a saved nor a failed file leaves a part of it."""
        files.save("imports/1", BytesIO(b"1"))
        with pytest.raises(ValueError, match="cut off"):
            files.save("imports/2", CutOff())

        left = [one.name for one in root.rglob("*") if one.is_file()]
        assert left == ["1"]

    def test_parts_of_a_crash(self, root):
        """A start removes old parts, but not those that still grow."""
        LocalFiles(root)
        old, new = (root / ".partial" / name for name in ("old", "new"))
        old.touch()
        new.touch()
        past = time.time() - STALE - 60
        os.utime(old, (past, past))

        LocalFiles(root)

        assert (old.exists(), new.exists()) == (False, True)

    def test_another_process_reads_it(self, files, root):
        """Files outlive the adapter."""
        files.save("imports/1", BytesIO(b"1"))

        with LocalFiles(root).open("imports/1") as file:
            assert file.read() == b"1"

    @pytest.mark.parametrize(("first", "second"), [("a", "a/b"), ("a/b", "a")])
    def test_keys_that_exclude_each_other(self, files, first, second):
        """A key cannot be a part of another one's."""
        files.save(first, BytesIO(b"1"))

        with pytest.raises(InvalidError, match="exclude each other"):
            files.save(second, BytesIO(b"2"))

        with pytest.raises(NotFoundError):
            files.open(second)
        files.remove(second)
        with files.open(first) as file:
            assert file.read() == b"1"

    def test_no_room(self, files, root):
        """Without room the file is not stored, and no part of it stays."""
        with only(1000), pytest.raises(UnavailableError, match="too large"):
            files.save("imports/1", BytesIO(bytes(2000)))

        assert [one for one in root.rglob("*") if one.is_file()] == []

    def test_no_access(self, tmp_path):
        """A directory that cannot be made is unavailable."""
        (tmp_path / "file").touch()

        with pytest.raises(UnavailableError, match="file store"):
            LocalFiles(tmp_path / "file" / "files")

    def test_root_is_gone(self, files, root):
        """A directory that somebody removed is unavailable."""
        (root / ".partial").rmdir()

        with pytest.raises(UnavailableError, match="No such file or dir"):
            files.save("imports/1", BytesIO(b"1"))

    def test_saved_at_once(self, files):
        """Of files that are saved at once, one is there as a whole."""
        contents = [bytes([number]) * 100_000 for number in range(8)]
        threads = [
            Thread(target=files.save, args=("imports/1", BytesIO(content)))
            for content in contents
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        with files.open("imports/1") as file:
            assert file.read() in contents


@contextmanager
def only(size):
    """Let no file of this process grow beyond a size."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
