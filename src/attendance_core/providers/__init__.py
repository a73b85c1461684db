"""Log-in by another service, which says who somebody is: the university's. Contract: 9.5-9.7.

Decision 0027.
"""

from attendance_core.providers.links import (
    MAX_LINKS,
    FinishLink,
    ForgetLinkRequests,
    GetWaysIn,
    LinkProvider,
    UnlinkProvider,
)
from attendance_core.providers.log_ins import (
    DEFAULT_DISPLAY_NAME,
    BeginLogIn,
    Begun,
    GetProviderName,
    LogInByProvider,
)

__all__ = [
    "DEFAULT_DISPLAY_NAME",
    "MAX_LINKS",
    "BeginLogIn",
    "Begun",
    "FinishLink",
    "ForgetLinkRequests",
    "GetProviderName",
    "GetWaysIn",
    "LinkProvider",
    "LogInByProvider",
    "UnlinkProvider",
]
