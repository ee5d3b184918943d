from services.kit.main import main
from services.match.app import app
from services.match.config import MatchConfig

if __name__ == "__main__":
    main("match", MatchConfig, serve=app, database=lambda config: config.database)
