"""Log-in by a provider of OpenID Connect: `ports.IdentityProvider` made real. Decision 0027.

Needs the extra `oidc`: nothing else imports this package before it is asked for.
"""

from attendance_adapters.oidc.provider import OpenIdProvider
from attendance_adapters.oidc.registration import Registration

__all__ = ["OpenIdProvider", "Registration"]
