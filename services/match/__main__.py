import sys

from services.kit.main import main
from services.match.app import app
from services.match.commands import run
from services.match.config import MatchConfig
from services.match.doctor import neighbours

if __name__ == "__main__":
    if sys.argv[1:2] == ["index"]:
        sys.exit(run(sys.argv[2:]))
    main("match", MatchConfig, serve=app, database=lambda config: config.database, neighbours=neighbours)
