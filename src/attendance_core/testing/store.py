"""The contract of a store: all that the use cases rely on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from attendance_core.testing.clock import TestClock
from attendance_core.testing.stand_ins import PlainNotifier
from attendance_core.testing.stores import (
    accounts,
    admissions,
    belongings,
    boards,
    browsers,
    codes,
    connections,
    corrections_races,
    deletion,
    deletion_races,
    events,
    events_races,
    forget_scans,
    friends,
    hosts,
    installation,
    karma,
    kept,
    links,
    mark_at_once,
    markers_races,
    nobody,
    organisers,
    organisers_races,
    pieces,
    pieces_meanwhile,
    places,
    profiles,
    recovery,
    resets,
    review,
    review_races,
    rooms,
    search,
    sessions,
    sheets,
    tallies,
    tokens,
    transactions,
    unused,
    wrong_ids,
)


@pytest.mark.asyncio
class StoreContract:
    """Tries a store of your own; subclass it, and give it a fixture ``store``.

    That makes an empty, started store over the fixtures ``clock`` and ``notifier``, and closes it;
    its people are numbered from 1 on:

        class TestMyStore(StoreContract):
            @pytest_asyncio.fixture
            async def store(self, clock, notifier):
                store = MyStore(clock, notifier)
                await store.start()
                yield store
                await store.close()
    """

    @pytest.fixture
    def clock(self) -> TestClock:
        """Tells the store what time it is."""
        return TestClock()

    @pytest.fixture
    def notifier(self) -> PlainNotifier:
        """Carries what the store announces."""
        return PlainNotifier()

    @pytest.fixture
    def break_down(self) -> Callable[[], Awaitable[None]]:
        """Has what the ``store`` stands on fail it from then on: yours to give, if it can fail.

        A full disk, a server that is gone, a file that somebody else has locked.
        """
        pytest.skip("a fixture `break_down` of yours, which has the store fail, is tried here")

    TestTransact = transactions.TestTransact
    TestService = transactions.TestService
    TestClose = transactions.TestClose
    TestBreakdowns = transactions.TestBreakdowns
    TestKeptAsItIs = kept.TestKeptAsItIs
    TestMarkersAtOnce = markers_races.TestMarkersAtOnce
    TestAccounts = accounts.TestAccounts
    TestSessions = sessions.TestSessions
    TestKnownBrowsers = browsers.TestKnownBrowsers
    TestProfiles = profiles.TestProfiles
    TestFriendships = friends.TestFriendships
    TestReferencedFiles = profiles.TestReferencedFiles
    TestEvents = events.TestEvents
    TestEventsThatChange = events.TestEventsThatChange
    TestBoardLinks = boards.TestBoardLinks
    TestAdmissions = admissions.TestAdmissions
    TestLinks = links.TestLinks
    TestLinkRequests = links.TestLinkRequests
    TestLogInsByLinks = links.TestLogInsByLinks
    TestPlaces = places.TestPlaces
    TestConnections = connections.TestConnections
    TestTallies = tallies.TestTallies
    TestInstallation = installation.TestInstallation
    TestHelpers = organisers.TestHelpers
    TestRecoveryCodes = recovery.TestRecoveryCodes
    TestResetLinks = resets.TestResetLinks
    TestScans = review.TestScans
    TestModerators = review.TestModerators
    TestAuditLog = review.TestAuditLog
    TestScanLists = review.TestScanLists
    TestReviewRaces = review_races.TestReviewRaces
    TestForgetScans = forget_scans.TestForgetScans
    TestReading = rooms.TestReading
    TestGlances = rooms.TestGlances
    TestWhatTimeAloneChanges = rooms.TestWhatTimeAloneChanges
    TestTokens = tokens.TestTokens
    TestWhatNobodyUsesIsForgotten = unused.TestWhatNobodyUsesIsForgotten
    TestSearchOfPeople = search.TestSearchOfPeople
    TestSearchOfEvents = search.TestSearchOfEvents
    TestKarma = karma.TestKarma
    TestPeopleWhoDoNotExist = nobody.TestPeopleWhoDoNotExist
    TestWrongIds = wrong_ids.TestWrongIds
    TestCorrectionsAtOnce = corrections_races.TestCorrectionsAtOnce
    TestFewerMayMark = organisers_races.TestFewerMayMark
    TestHelpersAtOnce = organisers_races.TestHelpersAtOnce
    TestChangesAtOnce = events_races.TestChangesAtOnce
    TestShorterEvents = events_races.TestShorterEvents
    TestRecords = belongings.TestRecords
    TestDownloads = belongings.TestDownloads
    TestListsReadInPieces = pieces.TestListsReadInPieces
    TestWhatComesAndGoes = pieces_meanwhile.TestWhatComesAndGoes
    TestWhoMaySee = pieces_meanwhile.TestWhoMaySee
    TestCodes = codes.TestCodes
    TestSheets = sheets.TestSheets
    TestDeleteAccount = deletion.TestDeleteAccount
    TestDeletionsThatDie = deletion_races.TestDeletionsThatDie
    TestDeletionsAtOnce = deletion_races.TestDeletionsAtOnce
    TestPeopleOfHosts = hosts.TestPeopleOfHosts
    TestAdmissionsAtOnce = hosts.TestAdmissionsAtOnce
    TestMarkAtOnce = mark_at_once.TestMarkAtOnce
