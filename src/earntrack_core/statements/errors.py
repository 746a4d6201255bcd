"""Why a whole file cannot be read."""

from earntrack_core.kernel.errors import EarnTrackError


class StatementError(EarnTrackError):
    """The file as a whole cannot be read; `reason` is stable.

    Reasons: header_not_found, ambiguous_format, too_large, too_many_rows,
    too_wide, undecodable, unsupported_version, malformed, forbidden_content,
    bad_archive, bad_mapping.
    """

    code = "statement"

    def __init__(self, reason: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.hint = hint
