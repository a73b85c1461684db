"""Calls of `attendance_web.tokens`. Printed by `make print` from what declares them."""

from __future__ import annotations

from attendance_web.client.calling import Calling
from attendance_web.structs.tokens import Days, ScopeName, TokenMade, TokenRef, TokensShown


class TokenCalls(Calling):
    """Makes the calls of `tokens`."""

    async def create_token(
        self,
        *,
        name: str,
        scopes: list[ScopeName],
        expires_in_days: Days = 90,
        password: str | None = None,
    ) -> TokenMade:
        """Makes a token for a program of mine, which acts for me in these scopes.

        Needs log-in; no token may.
        """
        return await self.call(
            TokenMade,
            "POST",
            "/api/auth/CreateToken",
            name=name,
            scopes=scopes,
            expires_in_days=expires_in_days,
            password=password,
        )

    async def get_tokens(
        self,
    ) -> TokensShown:
        """My tokens; one that has expired, for 30 more days.

        Needs log-in; no token may.
        """
        return await self.call(
            TokensShown,
            "GET",
            "/api/auth/GetTokens",
        )

    async def revoke_token(
        self,
        *,
        token_id: TokenRef,
    ) -> None:
        """A token of mine lets nobody in any more, and its sockets close.

        Needs log-in; no token may.
        """
        return await self.call_for_nothing(
            "POST",
            "/api/auth/RevokeToken",
            token_id=token_id,
        )
