"""A person gives themselves another password. Contract: 9.1."""

from __future__ import annotations

from dataclasses import dataclass, replace

from attendance_core import ports
from attendance_core.accounts.account import checked_password
from attendance_core.accounts.proof import prove
from attendance_core.arguments import check_kinds
from attendance_core.marking.terms import Terms
from attendance_core.session_ends import end_sessions_of
from attendance_core.vocabulary import SessionId, UserId


@dataclass(frozen=True, slots=True)
class ChangePassword:
    """Gives a person another password, and logs them out everywhere else.

    Contract: POST /accounts/password/.
    """

    transact: ports.Transact
    observe: ports.Observe
    passwords: ports.Passwords
    terms: Terms

    async def __call__(
        self, *, actor: UserId, session_id: SessionId, old_password: str | None, new_password: str
    ) -> None:
        """Changes it where the old one is right, or, where there is none, the log-in is fresh.

        The new one is looked at first: whether it may be says nothing of the old one. Raises
        InvalidArgument, BadLength, CommonPassword, and what `prove` raises.
        """
        check_kinds(actor=actor, session_id=session_id)
        new_password = checked_password(self.passwords, new_password, "new_password")
        proof = await prove(
            self.observe,
            self.passwords,
            actor=actor,
            session_id=session_id,
            password=old_password,
            field="old_password",
        )
        password_hash = await self.passwords.hash(new_password)

        def change(unit: ports.Unit) -> None:
            unit.accounts.put(replace(proof.lock(unit), password_hash=password_hash))

        await end_sessions_of(
            self.transact,
            actor,
            self.terms,
            spared=session_id,
            check=proof.lock,
            finish=change,
        )
