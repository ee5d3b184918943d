"""
What moderators do with reports. The door lets moderators in; this is the only work on reports for everybody.
"""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

from services.kit.access import Caller
from services.kit.errors import PermissionDenied
from services.kit.pages import PageTokens
from services.match.adapters.auth import Accounts
from services.match.adapters.reports import Filed, Reports
from services.match.domain import Case, Page, Resolution
from services.match.errors import AccountPending, IndexUnavailable, ReportNotFound, ReportResolved
from services.match.indexing import Indexing
from services.match.service.viewing import DEFAULT_PAGE, read_cursor


class Moderation:
    """Reports, as moderators see and end them."""

    def __init__(
        self, reports: Reports, indexing: Indexing, accounts: Accounts | None, pages: PageTokens
    ) -> None:
        """
        Args:
            reports: All reports.
            indexing: Takes suspended people out of the index.
            accounts: Disables accounts; without it nobody can be suspended.
            pages: Makes page tokens.
        """
        self._reports = reports
        self._indexing = indexing
        self._accounts = accounts
        self._pages = pages

    async def list_reports(
        self, caller: Caller, page_size: int, page_token: str, *, resolved_too: bool
    ) -> Page[Case]:
        """Return reports, oldest first; not those about the caller, who is not to be told."""
        bound_to = f"reports {caller.user_id} {resolved_too}"
        after = read_cursor(self._pages.read(page_token, bound_to=bound_to))
        size = page_size or DEFAULT_PAGE
        found = await self._reports.page(caller.user_id, size + 1, after, resolved_too=resolved_too)
        page = tuple(found[:size])
        if len(found) <= size:
            return Page(page, "")
        cursor = [page[-1].report.create_time.isoformat(), str(page[-1].report.id)]
        return Page(page, self._pages.make(cursor, bound_to=bound_to))

    async def resolve(self, caller: Caller, report_id: UUID, resolution: Resolution, note: str) -> Case:
        """
        End a report. Suspending hides the person first, then disables the account, and only then is the report
        resolved: whatever breaks in between, the report is still open, and resolving it again completes it.

        Raises:
            ReportNotFound: there is none.
            PermissionDenied: it is about the caller.
            ReportResolved: it ended in the other way, or the person is suspended, or about to be.
            AccountPending: auth did not answer.
        """
        filed = await self._get(report_id)
        if filed.user_id == caller.user_id:
            raise PermissionDenied
        if filed.case.resolution is resolution:
            return filed.case
        if filed.case.resolution or (filed.suspended and resolution is Resolution.DISMISSED):
            raise ReportResolved
        if resolution is Resolution.SUSPENDED:
            await self._suspend(filed.user_id)
        await self._reports.resolve(report_id, resolution, note)
        ended = (await self._get(report_id)).case
        if ended.resolution is not resolution:
            raise ReportResolved
        return ended

    async def _get(self, report_id: UUID) -> Filed:
        filed = await self._reports.get(report_id)
        if filed is None:
            raise ReportNotFound
        return filed

    async def _suspend(self, user_id: str) -> None:
        await self._reports.suspend(user_id)
        with suppress(IndexUnavailable):  # the rows hide them already, and the sweep follows
            await self._indexing.settle_for_everybody(user_id)
        if self._accounts is None:
            raise AccountPending("No accounts can be disabled here: auth is not configured.")
        await self._accounts.disable(user_id)
