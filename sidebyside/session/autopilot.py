"""Plays the executive in the demo: strikes the flags, writes the notes and gives the answers of its script."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from datetime import date, timedelta

from sidebyside.errors import DeviceFailed
from sidebyside.model import Answer, FollowUp, Listening, Question, Session
from sidebyside.session.conductor import Conductor
from sidebyside.session.demo import DemoAction, DemoAnswer, DemoScript, load_demo
from sidebyside.session.plan import new_id
from sidebyside.session.workspace import Workspace

LOOK = 0.02
"""Seconds between two looks at the session clock."""


class Autopilot:
    """Runs one demo session from its start to the end of its debrief, on a thread of its own."""

    def __init__(self, workspace: Workspace, conductor: Conductor, script: DemoScript | None = None) -> None:
        self._workspace = workspace
        self._conductor = conductor
        self._script = script or load_demo()
        self._heard_out = threading.Event()
        self._result: Future[Session] = Future()
        self._thread = threading.Thread(target=self._run, name="autopilot", daemon=True)

    def start(self) -> None:
        """Start the session and take the controls."""
        self._conductor.on_source_end = self._heard_out.set
        self._conductor.start()
        self._thread.start()

    @property
    def finished(self) -> bool:
        """Whether the session has ended and the debrief is saved, or something went wrong."""
        return self._result.done()

    def result(self) -> Session:
        """The ended session; raises what went wrong."""
        return self._result.result()

    def _run(self) -> None:
        try:
            self._result.set_result(self._play())
        except BaseException as error:
            self._result.set_exception(error)

    def _play(self) -> Session:
        flags: dict[str, str] = {}
        for action in self._script.actions:
            self._wait_until(action.at)
            self._do(action, flags)
        self._wait_until(float("inf"))
        cut_off = self._is_cut_off()
        self._conductor.set_reason(self._script.reason)
        self._conductor.end_call()
        session = self._conductor.end().result()
        if cut_off:
            raise DeviceFailed("The demo call was not played to its end. What was heard and noted of it is kept.")
        self._debrief(session, flags)
        return session

    def _wait_until(self, at: float) -> None:
        """Until the call, not the session, has come so far; or is over, where nothing paces it."""
        while (began := self._conductor.sound_began) is None or self._conductor.now() - began < at:
            if self._heard_out.wait(LOOK) or self._is_cut_off():
                return

    def _is_cut_off(self) -> bool:
        return self._conductor.listening in (Listening.DEVICE_LOST, Listening.ENDED)

    def _do(self, action: DemoAction, flags: dict[str, str]) -> None:
        # At the pace of time a flag finds its own moment, as it does for a person; faster than that, words lag behind.
        moment = None if self._conductor.clock.speed == 1.0 else (self._conductor.sound_began or 0.0) + action.at
        flag_id: str | None = None
        if action.flag:
            flag_id = self._conductor.flag(action.flag, at=moment)
            flags.setdefault(action.flag, flag_id)
        if action.note:
            self._conductor.note(action.note, private=action.private, at=moment, flag_id=flag_id)

    def _debrief(self, session: Session, flags: dict[str, str]) -> None:
        answers = [self._answer(one, session, flags) for one in self._script.answers]
        saved = [self._workspace.save_answer(answer) for answer in answers]
        for future in saved:
            future.result()
        for promise in self._script.follow_ups:
            due = date.today() + timedelta(days=promise.due_in_days)
            follow_up = FollowUp(
                id=new_id(),
                session_id=session.id,
                rep=session.rep,
                text=promise.text,
                owner=promise.owner,
                due=due.isoformat(),
            )
            self._workspace.save_follow_up(follow_up).result()

    def _answer(self, said: DemoAnswer, session: Session, flags: dict[str, str]) -> Answer:
        question, kind = self._question(said.question)
        return Answer(
            id=new_id(),
            session_id=session.id,
            question=said.question,
            asked=question.text,
            reason=self._script.reason if self._is_per_reason(said.question) else None,
            flag_id=flags.get(kind) if kind else None,
            text=said.text,
            number=said.number,
            unit=said.unit,
        )

    def _is_per_reason(self, key: str) -> bool:
        return any(question.key == key for question in self._workspace.content.questions.per_reason)

    def _question(self, key: str) -> tuple[Question, str | None]:
        """The question of that key and, if it goes with a flag, the flag's kind."""
        bank = self._workspace.content.questions
        for question in (*bank.per_reason, *bank.at_end):
            if question.key == key:
                return question, None
        for kind, questions in bank.by_flag.items():
            for question in questions:
                if question.key == key:
                    return question, kind
        raise KeyError(f"The demo's script answers a question that is not asked: {key}.")
