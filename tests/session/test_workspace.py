"""What a front end does with stored sessions: masking what is typed, reasons, striking calls out."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future

import pytest
from example_record import CALL_1, CALL_2, SESSION, example_record
from filled_library import put

from sidebyside.errors import NoSuchSession
from sidebyside.model import FollowUp
from sidebyside.session.plan import SitDown, begin_session, masked, new_id
from sidebyside.session.workspace import Workspace

CARD = "4111 1111 1111 1111"


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace.throw_away() as made:
        put(made.library, example_record())
        yield made


def test_a_promise_is_masked_wherever_it_is_typed(workspace: Workspace) -> None:
    typed = FollowUp(
        id=new_id(),
        session_id=SESSION,
        rep="Maria L.",
        text=f"ring {CARD}",
        owner=f"me, {CARD}",
        outcome=f"rang {CARD}",
    )
    kept = workspace.save_follow_up(typed).result(10)
    for text in (kept.text, kept.owner, kept.outcome):
        assert "[card number]" in text and "4111" not in text


def test_names_typed_on_the_sit_down_page_are_masked() -> None:
    plan = SitDown(rep=f"Maria {CARD}", queue=f"Billing, {CARD}")
    session = begin_session(plan)
    assert session.rep == "Maria [card number]" == masked(plan).rep
    assert session.queue == "Billing, [card number]" == masked(plan).queue
    assert begin_session(SitDown(rep="Maria L.", queue="Level 2")).queue == "Level 2"


def test_a_reason_is_given_afterwards_and_the_rest_of_the_call_stays(workspace: Workspace) -> None:
    before = workspace.record(SESSION).contacts[0]
    workspace.set_reason(SESSION, CALL_1, "why-this-letter").result(10)
    (after,) = (one for one in workspace.record(SESSION).contacts if one.id == CALL_1)
    assert (after.reason, after.start, after.end) == ("why-this-letter", before.start, before.end)
    other: Future[object]
    for other in (workspace.set_reason("0" * 32, CALL_1, None), workspace.set_reason(SESSION, "0" * 32, None)):
        with pytest.raises(NoSuchSession):
            other.result(10)
    struck = workspace.strike_call(CALL_1).result(10)
    assert struck.struck and workspace.set_reason(SESSION, CALL_1, "pay-how").result(10).reason is None


def test_a_stored_call_is_struck_out(workspace: Workspace) -> None:
    workspace.strike_call(CALL_1).result(10)
    record = workspace.record(SESSION)
    assert {one.contact_id for one in (*record.utterances, *record.flags)} == {CALL_2}
