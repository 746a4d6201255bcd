"""A format that is described by a spec, as the port wants it."""

from typing import BinaryIO, Final

from attrs import field, frozen

from earntrack_adapters.statements.decoding import encoding_of, text_as
from earntrack_adapters.statements.header import (
    best_lines,
    find_header,
    text_of,
)
from earntrack_adapters.statements.names import fits
from earntrack_adapters.statements.opening import Opening
from earntrack_adapters.statements.reading import read
from earntrack_adapters.statements.spec import Spec
from earntrack_core.statements.errors import StatementError
from earntrack_core.statements.model import (
    Answers,
    FileHead,
    Limits,
    Reading,
    Sniff,
)


CERTAIN: Final = 0.9
"""The confidence from which a claim counts."""

NAMED: Final = 0.04
"""What a fitting file name adds."""

RICH: Final = 0.06
"""What many required columns add at most."""

NEAR: Final = 0.5
"""Share of the required columns from which a file looks related."""


@frozen
class TabularFormat:
    """Reads the tables that a spec describes."""

    spec: Spec
    limits: Limits = field(factory=Limits)

    @property
    def format_id(self) -> str:
        """Id of the spec."""
        return self.spec.id

    @property
    def platform(self) -> str:
        """Key of the platform."""
        return self.spec.platform

    @property
    def label(self) -> str:
        """What the platform calls this export."""
        return self.spec.label

    @property
    def verified(self) -> str:
        """How well the spec is known to fit real files."""
        return self.spec.verified

    def sniff(self, head: FileHead) -> Sniff | None:
        """Say how sure it is that the file is of this format."""
        match = self.spec.match
        best = max(
            best_lines(text_of(head.head), match, self.limits),
            key=lambda one: one[0],
            default=None,
        )
        if best is None or best[0] < NEAR:
            return None
        found, _, lines, at = best
        count = len(match.require)
        headings = f"{round(found * count)} of {count} headings"
        evidence = (f"{headings} on line {lines[at].line}",)
        if found < 1.0:
            return Sniff(
                format_id=self.spec.id,
                confidence=round(found * 0.8, 4),
                evidence=evidence,
            )
        named = bool(match.file_name) and fits(match.file_name)(head.name)
        rich = RICH * count / (count + 10)
        return Sniff(
            format_id=self.spec.id,
            confidence=round(CERTAIN + rich + NAMED * named, 4),
            evidence=evidence + (("the file's name",) if named else ()),
        )

    def read(
        self, source: BinaryIO, head: FileHead, answers: Answers
    ) -> Reading:
        """Open a file of this format.

        Raises:
            StatementError: It has no header of this format, is too large or
                no text.
        """
        encoding = encoding_of(
            source, self.spec.match.encoding, answers.encoding, self.limits
        )
        source.seek(0)
        text = text_as(source.read(self.limits.head), encoding)
        header = find_header(text, self.spec.match, self.limits)
        if header is None:
            raise StatementError(
                "header_not_found",
                f"The file has no header of {self.spec.label!r}.",
                "Choose another format, or map the columns.",
            )
        return read(
            Opening(
                spec=self.spec,
                source=source,
                name=head.name,
                encoding=encoding,
                header=header,
                answers=answers,
                limits=self.limits,
            )
        )
