"""What can go wrong with a call to media; what can go wrong with audio is `domain.Failure`."""

from services.kit.errors import Aborted, FailedPrecondition, InvalidArgument, NotFound, Unavailable


class RecordingNotFound(NotFound):
    """There is no such recording."""

    reason = "RECORDING_NOT_FOUND"


class TranscriptNotFound(NotFound):
    """The recording has no transcript yet."""

    reason = "TRANSCRIPT_NOT_FOUND"


class ClipNotFound(NotFound):
    """There is nothing to hear by that name."""

    reason = "CLIP_NOT_FOUND"


class InvalidUpdateMask(InvalidArgument):
    """Only `text` of a transcript can be updated."""

    reason = "INVALID_UPDATE_MASK"


class UploadMissing(FailedPrecondition):
    """Nothing was uploaded yet; upload the audio, then call again."""

    reason = "UPLOAD_MISSING"


class TicketExpired(FailedPrecondition):
    """Nothing was uploaded before the ticket expired; create a new recording."""

    reason = "TICKET_EXPIRED"


class RecordingNotRetryable(FailedPrecondition):
    """This recording cannot be retried; make a new one."""

    reason = "RECORDING_NOT_RETRYABLE"


class ConsentRequired(FailedPrecondition):
    """You have withdrawn the consent that this needs."""

    reason = "CONSENT_REQUIRED"


class TranscriptChanged(Aborted):
    """The transcript was changed since it was read; read it again."""


class RecogniserBusy(Unavailable):
    """The recogniser still works on what is to be removed; try again."""


class AudioStoreUnavailable(Unavailable):
    """The audio store cannot be reached; try again."""
