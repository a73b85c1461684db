"""How a lecture that is played goes wrong."""


class LectureFailed(Exception):
    """Something did not end as the contract promises; a line each says what."""
