"""What can go wrong with a call to media; what can go wrong with audio is `domain.Failure`."""

from services.kit.errors import Aborted, FailedPrecondition, InvalidArgument, NotFound, Unavailable


class RecordingNotFound(NotFound):
    """There is no such recording."""

    reason = "RECORDING_NOT_FOUND"


class TranscriptNotFound(NotFound):
    """The recording has no transcript yet."""

    reason = "TRANSCRIPT_NOT_FOUND"


class RequestIdReused(InvalidArgument):
    """This request_id was used before with other parameters."""

    reason = "REQUEST_ID_REUSED"


class InvalidUpdateMask(InvalidArgument):
    """Only `text` of a transcript can be updated."""

    reason = "INVALID_UPDATE_MASK"


class UploadMissing(FailedPrecondition):
    """Nothing was uploaded yet; upload the audio, then call again."""

    reason = "UPLOAD_MISSING"


class TicketExpired(FailedPrecondition):
    """Nothing was uploaded before the ticket expired; create a new recording."""

    reason = "TICKET_EXPIRED"


class TranscriptChanged(Aborted):
    """The transcript was changed since it was read; read it again."""


class AudioStoreUnavailable(Unavailable):
    """The audio store cannot be reached; try again."""
