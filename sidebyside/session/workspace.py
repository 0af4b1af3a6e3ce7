"""What a front end holds: the open library, the settings and content, and the ways to begin a session."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from sidebyside import content, paths, settings
from sidebyside.audio.clock import SessionClock
from sidebyside.audio.devices import InputDevice, input_devices
from sidebyside.audio.source import SoundBlock, Source
from sidebyside.errors import KeyUnavailable, NotAllowed
from sidebyside.export.write import write_session
from sidebyside.model import Answer, Contact, FollowUp, Kit, Layout, Listening, Session, SessionRecord
from sidebyside.privacy.redaction import redact
from sidebyside.privacy.retention import Retention, cutoffs
from sidebyside.session.conductor import Conductor
from sidebyside.session.demo import DemoScript, demo_sound, load_demo
from sidebyside.session.model_shelf import ModelShelf
from sidebyside.session.plan import SitDown, begin_session
from sidebyside.session.sources import device, sound_file
from sidebyside.session.word_shelf import WordShelf
from sidebyside.settings import Settings
from sidebyside.speech.messages import Plan
from sidebyside.store.keys import memory_key, open_key, open_with_recovery, set_passphrase
from sidebyside.store.library import Library

CLOSE = 30.0
"""Seconds that closing waits for a running session to end at most."""


class Meter:
    """Level meters only, before the rep agreed: nothing is decoded and nothing kept."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def close(self) -> None:
        """Stop listening to the device."""
        self._source.stop()


class Workspace(ModelShelf, WordShelf):
    """One open library and everything that is done with it. Close it, or use it in a `with` block."""

    def __init__(self, library: Library, *, recovery_code: str | None = None) -> None:
        self.library = library
        self.recovery_code = recovery_code
        """Shown once, right after the key was made; else None."""
        self.settings = settings.load()
        self.content = content.load(paths.config())
        self.recovered: tuple[Session, ...] = library.recovered
        self._set_passphrase: Callable[[str], None] | None = None
        self._throw_away: tempfile.TemporaryDirectory[str] | None = None
        self._conductors: list[Conductor] = []

    @classmethod
    def open(cls, passphrase: str | None = None, *, recovery_code: str | None = None) -> Workspace:
        """Open the user's library, which is made if there is none; with the recovery code if one is given.

        After the recovery code a new passphrase is due: see `set_passphrase`.

        Raises:
            KeyUnavailable, WrongKey, LibraryBusy, LibraryNewer, LibraryDamaged, BadContent
        """
        folder = paths.data()
        opened = open_with_recovery(folder, recovery_code) if recovery_code else open_key(folder, passphrase)
        workspace = cls(Library.open(folder, opened.key), recovery_code=opened.recovery_code)
        if recovery_code:
            workspace._set_passphrase = partial(set_passphrase, folder, opened.key)
        workspace.purge_expired()
        return workspace

    @classmethod
    def throw_away(cls) -> Workspace:
        """A library in a temporary folder under a key that is only in memory; gone when closed."""
        folder = tempfile.TemporaryDirectory(prefix="sidebyside-")
        workspace = cls(Library.open(Path(folder.name), memory_key().key))
        workspace._throw_away = folder
        return workspace

    @classmethod
    def for_demo(cls, passphrase: str | None = None) -> Workspace:
        """The user's library, or a throw-away one where there is neither keyring nor passphrase."""
        try:
            return cls.open(passphrase)
        except KeyUnavailable:
            return cls.throw_away()

    def set_passphrase(self, new: str) -> None:
        """Protect the library by a new passphrase, once, after it was opened with the recovery code.

        Raises:
            KeyUnavailable: it is empty; the library keeps what it had.
            NotAllowed: it was not opened with the recovery code.
        """
        if self._set_passphrase is None:
            raise NotAllowed("Open the library with its recovery code to choose a new passphrase. Nothing was changed.")
        self._set_passphrase(new)
        self._set_passphrase = None

    @property
    def is_throw_away(self) -> bool:
        """Whether everything in it is gone when it is closed."""
        return self._throw_away is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End sessions that still run, without waiting for their last words, and close the library."""
        for conductor in self._conductors:
            if conductor.listening is not Listening.ENDED:
                conductor.abandon().exception(CLOSE)
        self.library.close()
        if self._throw_away:
            self._throw_away.cleanup()

    # --- sessions ---

    def sit_down(self, plan: SitDown) -> Conductor:
        """A session as chosen; call `start` on it. What is loaded and opened is said by its events.

        Raises:
            NotAllowed: there is no model for the language, so that only notes can be taken; nothing was begun.
        """
        session = begin_session(plan)
        if plan.kit is Kit.NOTES:
            return self._conducted(Conductor(session, self.library, None, None))
        hearing = self.can_hear(plan.language, plan.engine)
        if not hearing.ready:
            raise NotAllowed(hearing.message)
        # A device of one channel gives the side `mixed` whatever was asked for, so the process knows both ways.
        sides = tuple(dict.fromkeys((*plan.layout.sides, *Layout.MONO.sides)))
        speech = msgspec.structs.replace(hearing.plan(sides), vocabulary=self.vocabulary(session.queue))
        return self._conducted(Conductor(session, self.library, speech, device(plan.device, plan.layout)))

    def _conducted(self, conductor: Conductor) -> Conductor:
        self._conductors = [one for one in self._conductors if one.listening is not Listening.ENDED]
        self._conductors.append(conductor)
        return conductor

    def demo(self, speed: float = 1.0, script: DemoScript | None = None) -> Conductor:
        """A session that hears the demo call through the same path as a device, at so many times the pace of time.

        At speed 0 it goes as fast as it is understood.
        """
        script = script or load_demo()
        plan = SitDown(rep=script.rep, queue=script.queue, layout=Layout.STEREO, notice=self.content.conduct.notice)
        return self._conducted(
            Conductor(
                begin_session(plan),
                self.library,
                Plan(
                    sides=plan.layout.sides,
                    engine="moonshine",
                    second_pass=self.settings.second_pass,
                    live=speed > 0,
                ),
                sound_file(demo_sound(), plan.layout),
                clock=SessionClock(speed=speed),
                paced=speed > 0,
            )
        )

    def meter(
        self, plan: SitDown, on_levels: Callable[[tuple[float, ...]], None], on_trouble: Callable[[str], None]
    ) -> Meter:
        """Level meters for a device, in dBFS a side; both callbacks come on the device's thread.

        Raises:
            NoDevice, DeviceFailed: there is nothing to listen to.
        """

        def on_block(block: SoundBlock) -> None:
            on_levels(tuple(level.rms for level in block.levels))

        source = device(plan.device, plan.layout)(
            SessionClock(), on_block, lambda start, end, reason: None, on_trouble, lambda: None
        )
        source.start()
        return Meter(source)

    def input_devices(self) -> tuple[InputDevice, ...]:
        """The inputs of this computer.

        Raises:
            DeviceFailed: the sound system does not answer.
        """
        return input_devices()

    # --- the debrief, and what leaves ---

    def save_answer(self, answer: Answer) -> Future[Answer]:
        """Save what the rep said; numbers that must not be kept are masked first. The same id is a new version."""
        masked = msgspec.structs.replace(answer, text=redact(answer.text).text)
        return self.library.save_answer(masked)

    def save_follow_up(self, follow_up: FollowUp) -> Future[FollowUp]:
        """Save a promise, masked."""
        masked = msgspec.structs.replace(
            follow_up,
            text=redact(follow_up.text).text,
            owner=redact(follow_up.owner).text,
            outcome=redact(follow_up.outcome).text,
        )
        return self.library.save_follow_up(masked)

    def record(self, session_id: str) -> SessionRecord:
        """All of one session.

        Raises:
            NoSuchSession: there is none of that id.
        """
        return self.library.record(session_id)

    def export(
        self, session_id: str, folder: Path, formats: Sequence[str] = ("md", "html", "json")
    ) -> tuple[Path, ...]:
        """Write a session to a folder; blocks until the files are on disk.

        Raises:
            NoSuchSession, ExportFailed: with nothing half-written left behind.
        """
        return write_session(self.library.record(session_id), folder, formats, content=self.content)

    def set_reason(self, session_id: str, contact_id: str, reason: str | None) -> Future[Contact]:
        """Say afterwards why the customer of a call got in touch; NoSuchSession if that session has no such call."""
        return self.library.set_reason(session_id, contact_id, reason)

    def strike_call(self, contact_id: str) -> Future[Contact]:
        """Strike a call of an ended session out, for good: only that it was struck is kept."""
        return self.library.strike_contact(contact_id)

    def delete_session(self, session_id: str) -> Future[None]:
        """Delete a session for good."""
        return self.library.delete_session(session_id)

    def save_settings(self, new: Settings) -> None:
        """Keep the options."""
        settings.save(new)
        self.settings = new

    def purge_expired(self) -> None:
        """Delete for good what is older than the retention says."""
        keep = Retention(
            transcripts_days=self.settings.transcripts_days,
            notes_days=self.settings.notes_days,
            quiet_days=self.settings.quiet_days,
        )
        limits = cutoffs(datetime.now(UTC), keep)
        self.library.purge_expired(
            transcripts_before=limits.transcripts, notes_before=limits.notes, quiet_before=limits.quiet
        )
