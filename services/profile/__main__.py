from services.kit.main import main
from services.profile.app import app, worker
from services.profile.config import ProfileConfig

if __name__ == "__main__":
    main("profile", ProfileConfig, serve=app, worker=worker, database=lambda config: config.database)
