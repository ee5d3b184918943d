"""What is asked of Amazon Transcribe is in its URL; what is wrong with that is said at the start."""

from __future__ import annotations

import pytest

from services.kit.config import Common, ConfigError, load
from services.media.config import MediaConfig
from services.media.speech_url import SpeechUrl


def test_the_region_is_enough() -> None:
    url = SpeechUrl.parse("transcribe://eu-west-1")
    assert (url.region, url.languages, url.redact) == ("eu-west-1", ("en-US",), False)


def test_every_option_is_read() -> None:
    key = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    url = SpeechUrl.parse(
        f"transcribe://us-gov-west-1?language=en-US,es-US&vocabulary=en-US:guild&redact=true&output_key={key}"
        "&poll=5&deadline=600"
    )
    assert url == SpeechUrl(
        region="us-gov-west-1",
        languages=("en-US", "es-US"),
        vocabularies={"en-US": "guild"},
        redact=True,
        output_key=key,
        poll_seconds=5,
        deadline_seconds=600,
    )
    assert SpeechUrl.parse("transcribe://eu-west-1?vocabulary=guild").vocabularies == {"en-US": "guild"}


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("transcribe:", "REGION"),
        ("transcribe://nowhere", "REGION"),
        ("transcribe://eu-west-1/folder", "REGION"),
        ("transcribe://eu-west-1?langauge=en-US", "langauge"),
        ("transcribe://eu-west-1?language=english", "english"),
        ("transcribe://eu-west-1?redact=yes", "redact"),
        ("transcribe://eu-west-1?output_key=mine", "output_key"),
        ("transcribe://eu-west-1?poll=0", "poll"),
        ("transcribe://eu-west-1?deadline=soon", "deadline"),
        ("transcribe://eu-west-1?language=en-US,es-US&vocabulary=guild", "vocabulary"),
        ("transcribe://eu-west-1?vocabulary=es-US:guild", "vocabulary"),
    ],
)
def test_what_is_wrong_is_named(url: str, what: str) -> None:
    with pytest.raises(ConfigError, match=what):
        SpeechUrl.parse(url)


def test_it_is_told_with_everything_else_that_is_wrong() -> None:
    environ = {"MEDIA_SPEECH": "transcribe://eu-west-1?poll=soon", "MEDIA_WORKER_CONCURRENCY": "0"}
    with pytest.raises(ConfigError) as caught:
        load(MediaConfig, Common, environ)
    lines = str(caught.value).splitlines()
    assert [line for line in lines if line.startswith("MEDIA_SPEECH: ") and "poll" in line]
    assert [line for line in lines if line.startswith("MEDIA_WORKER_CONCURRENCY: ")]
