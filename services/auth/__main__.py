from services.auth.app import app
from services.auth.app_worker import worker
from services.auth.config import AuthConfig
from services.auth.doctor import neighbours
from services.kit.main import main

if __name__ == "__main__":
    main(
        "auth",
        AuthConfig,
        serve=app,
        worker=worker,
        database=lambda config: config.database,
        neighbours=neighbours,
    )
