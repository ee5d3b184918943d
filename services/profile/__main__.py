from services.kit.main import main
from services.profile.app import app, worker
from services.profile.config import ProfileConfig
from services.profile.doctor import neighbours

if __name__ == "__main__":
    main(
        "profile",
        ProfileConfig,
        serve=app,
        worker=worker,
        database=lambda config: config.database,
        neighbours=neighbours,
    )
