"""Tables of banks, read by a mapping that their owner gives."""

from typing import BinaryIO, Final

from attrs import field, frozen

from earntrack_adapters.statements.decoding import encoding_of, text_as
from earntrack_adapters.statements.header import text_of
from earntrack_adapters.statements.mapped_header import mapped_header
from earntrack_adapters.statements.mapping import (
    LANGUAGES,
    BankMapping,
    mapping_of,
)
from earntrack_adapters.statements.mapping_proposal import (
    proposal,
    proposal_text,
)
from earntrack_adapters.statements.opening import Opening
from earntrack_adapters.statements.reading import read
from earntrack_adapters.statements.spec import (
    CONTRACT,
    Balance,
    Currency,
    Dates,
    Identity,
    Match,
    Numbers,
    RowCheck,
    Rule,
    Spec,
    Sum,
    Texts,
)
from earntrack_core.statements.model import (
    Answers,
    Facts,
    FileHead,
    Limits,
    Question,
    Reading,
    RowKind,
    Severity,
    Sniff,
    StatementKind,
)


FORMAT_ID: Final = "bank.generic_csv"
PLATFORM: Final = "bank"
POSSIBLE: Final = 0.3
"""How sure it is that a table with dates and amounts is a bank's."""


@frozen
class MappedTableFormat:
    """Reads any table of a bank, once its columns are named."""

    limits: Limits = field(factory=Limits)

    @property
    def format_id(self) -> str:
        """Id of the format."""
        return FORMAT_ID

    @property
    def platform(self) -> str:
        """Key of the platform."""
        return PLATFORM

    @property
    def label(self) -> str:
        """What it is."""
        return "Any bank's CSV, with a mapping of its columns"

    @property
    def verified(self) -> str:
        """Well known: real files of several banks are read."""
        return "real-sample"

    def sniff(self, head: FileHead) -> Sniff | None:
        """Say that a table might be a bank's; never that it is."""
        found = proposal(text_of(head.head), self.limits)
        if found is None:
            return None
        return Sniff(
            format_id=FORMAT_ID,
            confidence=POSSIBLE,
            evidence=(f"proposed mapping: {proposal_text(found)}",),
        )

    def read(
        self, source: BinaryIO, head: FileHead, answers: Answers
    ) -> Reading:
        """Open a table by the mapping in *answers*; ask for it without.

        Raises:
            StatementError: The mapping does not fit the file (`bad_mapping`),
                or the file is no text.
        """
        if answers.mapping is None:
            return self._unmapped(head)
        mapping = mapping_of(answers.mapping)
        encoding = encoding_of(
            source,
            "iso-8859-15",
            mapping.encoding or answers.encoding,
            self.limits,
        )
        source.seek(0)
        text = text_as(source.read(self.limits.head), encoding)
        header = mapped_header(mapping, text, self.limits)
        return read(
            Opening(
                spec=_spec(mapping),
                source=source,
                name=head.name,
                encoding=encoding,
                header=header,
                answers=answers,
                limits=self.limits,
                headed=mapping.header,
                decimal=mapping.decimal,
            )
        )

    def _unmapped(self, head: FileHead) -> Reading:
        found = proposal(text_of(head.head), self.limits)
        question = Question(
            key="mapping",
            text="Which column is what? Name the columns in a mapping.",
            evidence=() if found is None else (proposal_text(found),),
        )
        facts = Facts(
            format_id=FORMAT_ID, platform=PLATFORM, kind=StatementKind.BANK
        )
        return Reading(facts=facts, questions=(question,))


def _spec(mapping: BankMapping) -> Spec:
    """Return a mapping as a spec."""
    columns = mapping.columns
    currency = Currency(
        column=("currency_column",) if "currency_column" in columns else (),
        constant=mapping.currency,
        ask=True,
    )
    return Spec(
        contract=CONTRACT,
        id=FORMAT_ID,
        platform=PLATFORM,
        label="Bank CSV",
        verified="real-sample",
        kind=StatementKind.BANK,
        match=Match(require=()),
        date=Dates(
            column=("date",),
            formats=mapping.date_formats,
            language=LANGUAGES,
        ),
        currency=currency,
        numbers=Numbers(decimal=mapping.decimal),
        identity=Identity(
            external_id="{external_id}" if "external_id" in columns else None
        ),
        row=Texts(
            description="{description}" if "description" in columns else None,
            type="direction" if "direction" in columns else None,
        ),
        rule=(*_skips(mapping), *_moves(mapping)),
        balance=Balance(column="balance") if "balance" in columns else None,
        check=_checks(mapping),
    )


def _skips(mapping: BankMapping) -> tuple[Rule, ...]:
    return tuple(
        Rule(when={f"skip {place}": words}, skip=f"{{skip {place}}}: left out")
        for place, words in mapping.skips.items()
    )


def _moves(mapping: BankMapping) -> tuple[Rule, ...]:
    if not mapping.directions:
        return (Rule(kind=RowKind.TRANSACTION, amount=_amount(mapping)),)
    return tuple(
        Rule(
            when={"direction": (word,)},
            kind=RowKind.TRANSACTION,
            amount=(("amount" if sign > 0 else "-amount",),),
        )
        for word, sign in mapping.directions.items()
    )


def _amount(mapping: BankMapping) -> Sum:
    columns = mapping.columns
    if "amount" in columns:
        return (("amount",),)
    if "debit" in columns or "credit" in columns:
        debit = "debit" if mapping.signed else "-debit"
        return tuple(
            (name,)
            for name in ("credit", debit)
            if name.removeprefix("-") in columns
        )
    return (("balance_after",), ("-balance_before",))


def _checks(mapping: BankMapping) -> tuple[RowCheck, ...]:
    columns = mapping.columns
    if "balance_before" not in columns or "balance_after" not in columns:
        return ()
    if mapping.directions or "amount" not in columns:
        return ()
    return (
        RowCheck(
            name="balance",
            sum=(("balance_before",), ("amount",)),
            equals=(("balance_after",),),
            code="balance_break",
            severity=Severity.WARNING,
        ),
    )
