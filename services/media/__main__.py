from contextlib import AbstractAsyncContextManager

from services.kit.config import Common
from services.kit.main import main
from services.media.app import app
from services.media.config import MediaConfig
from services.media.doctor import neighbours


def worker(config: MediaConfig, common: Common) -> AbstractAsyncContextManager[object]:
    from services.media.app_worker import worker as open_worker  # noqa: PLC0415 - loads the speech models

    return open_worker(config, common)


if __name__ == "__main__":
    main(
        "media",
        MediaConfig,
        serve=app,
        worker=worker,
        database=lambda config: config.database,
        neighbours=neighbours,
    )
