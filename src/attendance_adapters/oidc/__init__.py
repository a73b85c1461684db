"""Log-in by a provider of OpenID Connect: `ports.IdentityProvider` made real. Decision 0027.

Needs the extra `oidc`: nothing else imports this package before it is asked for.
"""

from attendance_adapters.oidc.client import Client
from attendance_adapters.oidc.provider import OpenIdProvider

__all__ = ["Client", "OpenIdProvider"]
