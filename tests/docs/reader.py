"""A reader who does what a page says, in a folder of their own."""

import contextlib
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path

from attrs import Factory, define, field

from tests.docs import pages


SERVERS = re.compile(r"(?:^|&& )(?:earntrack serve|python \w+_host\.py)\b")
"""Commands that do not end; the page goes on when they say the first word."""

PORT = "8000"
"""Where servers of pages listen; here it is another one, which is free."""

END = "\x1e"
PATIENCE = 120
"""Seconds until a command that has not ended counts as stuck."""

TOOL = """\
#!{python}
import sys
from tests.docs.{module} import main
main(sys.argv[1:])
"""
TOOLS = {"pip": "pip_install", "nox": "nox_session"}
"""What is not done again for each page, but looked at."""


def same(wanted, got):
    """Say whether output is as a page says; `...` is anything."""
    flags = ELLIPSIS | NORMALIZE_WHITESPACE
    return OutputChecker().check_output(wanted + "\n", got + "\n", flags)


@define
class Reader:
    """Somebody at a shell and a Python prompt; leaves nothing running."""

    folder: Path
    words: dict[str, str]
    """What the page calls things, and what they are called here."""
    names: dict[str, object] = field(factory=lambda: {"__name__": "__main__"})
    printed: str = ""
    _shell: subprocess.Popen | None = None
    _servers: list[subprocess.Popen] = Factory(list)

    def does(self, page):
        """Do what a page says, from its first block to its last."""
        for block in pages.blocks(page):
            here = f"{pages.name_of(page)}:{block.line}"
            try:
                self.do(block, page)
            except AssertionError as error:
                raise AssertionError(f"{here}: {error}") from error

    def do(self, block, page):
        """Do what one block says."""
        text = self.translated(block.text)
        if block.kind == "{literalinclude}":
            text = (page.parent / block.argument).read_text("utf-8")
            text = self.translated(text)
        if block.caption is not None:
            place = self.folder / block.caption
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, "utf-8")
        elif block.language == "python":
            self.runs(text, f"{pages.name_of(page)}:{block.line}")
        elif block.language == "console":
            self.types(pages.typed(text))
        elif block.language == "text" and self.printed:
            self.sees(text, self.printed)
            self.printed = ""

    def translated(self, text):
        """Return a text with the words of this machine."""
        for word, meaning in self.words.items():
            text = text.replace(word, meaning)
        return text

    def runs(self, code, where):
        """Run a block of Python; names of earlier blocks are there."""
        out = io.StringIO()
        with contextlib.chdir(self.folder), contextlib.redirect_stdout(out):
            exec(compile(code, where, "exec"), self.names)
        self.printed = out.getvalue()

    def types(self, commands):
        """Type commands; they must end well, unless `$?` is asked for."""
        for one, after in zip(commands, [*commands[1:], None], strict=True):
            if SERVERS.search(one.command):
                self.starts(one)
                continue
            code, output = self.typed(one.command)
            asked = after is not None and "$?" in after.command
            if code and not asked:
                raise AssertionError(
                    f"{one.command} ended with {code}: {output}"
                )
            if one.output:
                self.sees(one.output, output)

    def sees(self, wanted, got):
        """Insist that output is as the page says."""
        if not same(wanted.strip(), got.strip()):
            raise AssertionError(f"expected:\n{wanted}\nbut saw:\n{got}")

    def typed(self, command):
        """Run a command in the one shell; return its exit code and output."""
        shell = self.shell()
        (self.folder / ".typed").write_text(command, "utf-8")
        shell.stdin.write(
            'eval "$(cat "$HOME/.typed")" </dev/null 2>&1; __code=$?;'
            f" printf '%s%s\\n' '{END}' $__code; (exit $__code)\n"
        )
        shell.stdin.flush()
        lines = []
        for line in shell.stdout:
            before, end, code = line.rpartition(END)
            if end:
                return int(code), "".join([*lines, before])
            lines.append(line)
        raise AssertionError(f"the shell ended at {command}")

    def starts(self, one):
        """Start a server in the background, and wait until it speaks."""
        log = self.folder / f".server-{len(self._servers)}.log"
        with log.open("w") as file:
            server = subprocess.Popen(
                ["bash", "-c", one.command],
                cwd=self.folder,
                env=self.environment() | self.exported(),
                stdout=file,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._servers.append(server)
        self.waits(server, log, one)

    def waits(self, server, log, one):
        """Wait until a server has said what the page says."""
        wanted = one.output.strip() + "..." if one.output else "EarnTrack..."
        for _ in range(PATIENCE * 10):
            said = log.read_text()
            if same(wanted, said.strip()):
                return
            if server.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(f"{one.command} said {log.read_text()!r}")

    def exported(self):
        """Return what the reader has exported in the shell."""
        _, output = self.typed("env -0 | base64 -w0")
        pairs = subprocess.run(
            ["base64", "-d"],
            input=output.encode(),
            capture_output=True,
            check=True,
        ).stdout.split(b"\0")
        return dict(
            pair.decode().split("=", 1) for pair in pairs if b"=" in pair
        )

    def shell(self):
        """Return the shell, which remembers variables and folders."""
        if self._shell is None:
            self._shell = subprocess.Popen(
                ["bash", "--norc"],
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        return self._shell

    def environment(self):
        """Return a plain environment: this Python first, nobody's settings."""
        tools = self.folder / ".tools"
        if not tools.exists():
            tools.mkdir()
            for name, module in TOOLS.items():
                tool = tools / name
                tool.write_text(
                    TOOL.format(python=sys.executable, module=module)
                )
                tool.chmod(0o755)
        here = Path(sys.executable).parent
        return {
            "PATH": f"{tools}:{here}:{os.environ['PATH']}",
            "PYTHONPATH": f"{self.folder / '.site'}:{pages.ROOT}",
            "HOME": str(self.folder),
            "EARNTRACK_DATA_DIR": str(self.folder / ".data"),
            "EARNTRACK_PORT": self.words[PORT],
            "COLUMNS": "100",
            "LC_ALL": "C.UTF-8",
            "NO_COLOR": "1",
            "PYTHONUNBUFFERED": "1",
        }

    def leaves(self):
        """Stop everything that was started."""
        for one in (*self._servers, self._shell):
            if one is None:
                continue
            with contextlib.suppress(ProcessLookupError):
                os.killpg(one.pid, signal.SIGTERM)
            one.wait(PATIENCE)
            for pipe in (one.stdin, one.stdout):
                if pipe is not None:
                    pipe.close()


def missing_tools():
    """Return which programs that pages use are not there."""
    wanted = ("bash", "curl", "base64", "earntrack")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return [one for one in wanted if shutil.which(one, path=path) is None]
