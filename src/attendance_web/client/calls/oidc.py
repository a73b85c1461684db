"""Calls of `attendance_web.oidc`. Printed by `make print` from what declares them."""

from __future__ import annotations

from attendance_web.client.calling import Calling
from attendance_web.structs.oidc import ProviderAddress


class OidcCalls(Calling):
    """Makes the calls of `oidc`."""

    async def link_provider(
        self,
        *,
        password: str | None = None,
    ) -> ProviderAddress:
        """Begins to link my account at the university, by which I log in from then on, too.

        Needs log-in; no token may.
        """
        return await self.call(
            ProviderAddress,
            "POST",
            "/accounts/oidc/link/",
            password=password,
        )

    async def unlink_provider(
        self,
        *,
        link: str,
    ) -> None:
        """Ends a link of mine: it lets nobody in any more.

        Needs log-in; no token may.
        """
        return await self.call_for_nothing(
            "POST",
            "/accounts/oidc/unlink/",
            link=link,
        )
