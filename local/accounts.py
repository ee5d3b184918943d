"""
Accounts in the emulator's Cognito, made and signed in to the way the web page does it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from types_boto3_cognito_idp import CognitoIdentityProviderClient

from local.aws import Resources
from local.emulator import Emulator


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who signed in."""

    access_token: str
    id_token: str
    expires: datetime


class Accounts:
    """The user pool. Blocking and thread-safe."""

    def __init__(self, emulator: Emulator, resources: Resources) -> None:
        self._cognito: CognitoIdentityProviderClient = emulator.client("cognito-idp")
        # Once, here: threads that first ask for them together may each get classes of their own, and then
        # an `except` misses what another thread's class raised.
        self._errors = self._cognito.exceptions
        self._resources = resources

    def sign_in(self, email: str, password: str) -> Session:
        """
        Return a new session, made of a new account if there was none.

        Raises:
            botocore.exceptions.ClientError: the account exists and has another password.
        """
        errors = self._errors
        try:
            return self._authenticate(email, password)
        # Which of them is not told on purpose: nobody shall learn who has an account.
        except (
            errors.NotAuthorizedException,
            errors.UserNotFoundException,
            errors.UserNotConfirmedException,
        ):
            self._sign_up(email, password)
            return self._authenticate(email, password)

    def user_id(self, email: str) -> str | None:
        """Return the id of whoever signs in with this address, disabled or not; None when nobody does."""
        users = self._cognito.list_users(
            UserPoolId=self._resources.user_pool, Filter=f'email = "{email}"', AttributesToGet=["sub"]
        )["Users"]
        attributes = [each for user in users for each in user.get("Attributes", [])]
        return next((each.get("Value") for each in attributes if each["Name"] == "sub"), None)

    def _sign_up(self, email: str, password: str) -> None:
        with suppress(self._errors.UsernameExistsException):
            self._cognito.sign_up(
                ClientId=self._resources.client,
                Username=email,
                Password=password,
                UserAttributes=[{"Name": "email", "Value": email}],
            )
        # An account of an interrupted run may be confirmed already.
        with suppress(self._errors.NotAuthorizedException):
            # Stands for the code that a person would read in the mail.
            self._cognito.admin_confirm_sign_up(UserPoolId=self._resources.user_pool, Username=email)

    def _authenticate(self, email: str, password: str) -> Session:
        reply = self._cognito.initiate_auth(
            ClientId=self._resources.client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )
        result = reply.get("AuthenticationResult", {})
        return Session(
            access_token=result.get("AccessToken", ""),
            id_token=result.get("IdToken", ""),
            expires=datetime.now(UTC) + timedelta(seconds=result.get("ExpiresIn", 0)),
        )
