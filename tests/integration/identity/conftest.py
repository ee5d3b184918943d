"""One way in for all tests of this folder; each test is somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fixtures.stack import ORIGIN, Aws, Databases, PostgresServer
from tests.fixtures.tokens import write_service_keys
from tests.integration.auth.harness import System, a_system
from tests.integration.identity.gate import Gate, gateway
from tests.integration.identity.hosted import App


def _client(aws: Aws, name: str) -> App:
    """Another app client of the pool."""
    callback = f"http://localhost:5173/{name}"
    made = aws.emulator.client("cognito-idp").create_user_pool_client(
        UserPoolId=aws.resources.user_pool,
        ClientName=name,
        GenerateSecret=False,
        SupportedIdentityProviders=["COGNITO"],
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid", "email"],
        CallbackURLs=[callback],
        LogoutURLs=[f"{callback}/bye"],
        ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        PreventUserExistenceErrors="ENABLED",
    )
    return App(
        pages=aws.emulator.endpoint, client=made["UserPoolClient"]["ClientId"], callback=callback, logout=""
    )


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    write_service_keys(folder, ["auth", "media", "profile", "match", "operator"])
    write_service_keys(folder / "receipt", ["receipt"])
    return folder


@pytest.fixture
def lonely(database: Databases, aws: Aws, keys: Path, tmp_path: Path) -> Iterator[System]:
    """What auth needs, with neither service nor worker running."""
    with a_system(database("auth")["auth"], aws, keys, tmp_path) as system:
        yield system


@pytest.fixture(scope="session")
def gate(
    postgres_server: PostgresServer, aws: Aws, keys: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gate]:
    folder = tmp_path_factory.mktemp("identity")
    web = App(
        pages=aws.emulator.endpoint,
        client=aws.resources.client,
        callback=f"{ORIGIN}/signed-in",
        logout=f"{ORIGIN}/",
    )
    second, foreign = _client(aws, "second"), _client(aws, "foreign")
    dsn = Databases(postgres_server)("auth")["auth"]
    clients = f"{web.client},{second.client}"
    with (
        a_system(dsn, aws, keys, folder, TIMBRE_TOKEN_CLIENTS=clients) as system,
        system.worker(),
        gateway(system, folder) as url,
    ):
        yield Gate(url, aws, system, aws.emulator.client("cognito-idp"), web, second, foreign)
