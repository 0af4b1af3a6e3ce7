"""A sound card made of software, so that tests listen to a real input device on a machine that has none.

A conftest.py imports the fixtures `sound_server` and `virtual_headset`; a test that takes the latter hears, as the
default device of its own process, what `play` plays. Mark such a test `heavy`.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import pytest

SINK = "headset"
PROGRAMS = ("pulseaudio", "pactl", "paplay", "parec")
CONFIGURATION = """</usr/share/alsa/alsa.conf>
pcm.!default { type pulse }
ctl.!default { type pulse }
"""


class VirtualHeadset:
    """A private PulseAudio server whose stereo null sink is the headset: what is played into it is heard from it."""

    def __init__(self) -> None:
        # Short, because a socket's whole path must fit into 107 characters.
        self._home = Path(tempfile.mkdtemp(prefix="headset-"))
        self._home.chmod(0o700)
        asound = self._home / "asound.conf"
        asound.write_text(CONFIGURATION, encoding="ascii")
        self.environment = {
            "XDG_RUNTIME_DIR": str(self._home),
            "PULSE_RUNTIME_PATH": str(self._home / "pulse"),
            "PULSE_STATE_PATH": str(self._home / "state"),
            "PULSE_COOKIE": str(self._home / "cookie"),
            "PULSE_SERVER": f"unix:{self._home / 'pulse' / 'native'}",
            "PULSE_SINK": SINK,
            "PULSE_SOURCE": f"{SINK}.monitor",
            "ALSA_CONFIG_PATH": str(asound),
        }
        """What a process must have in its environment, before PortAudio starts in it, to hear this headset."""
        self._server: subprocess.Popen[bytes] | None = None
        self._listener: subprocess.Popen[bytes] | None = None
        self._log = self._home / "log"
        self.plugged = False

    def __enter__(self) -> VirtualHeadset:
        command = ["pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--disallow-exit", "--use-pid-file=no"]
        with self._log.open("wb") as log:
            self._server = subprocess.Popen(
                [*command, "--load=module-native-protocol-unix"],
                env=self._whole_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        try:
            self._await_server()
            self.replug()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """Of the sound server."""
        assert self._server is not None
        return self._server.pid

    def close(self) -> None:
        """Ends the server that this object started, and no other."""
        if self._server is not None:
            self.thaw()
            self._let_sleep()
            self._server.terminate()
            try:
                self._server.wait(5)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait()
        shutil.rmtree(self._home, ignore_errors=True)

    def play(self, sound: Path) -> None:
        """Plays a sound file into the headset, left and right kept apart; returns when it has been played."""
        player = self.start_playing(sound)
        assert player.wait(120) == 0, f"{sound} could not be played"

    def start_playing(self, sound: Path) -> subprocess.Popen[bytes]:
        """As `play`, without waiting: the player's process is the caller's to wait for."""
        return subprocess.Popen(["paplay", f"--device={SINK}", str(sound)], env=self._whole_environment())

    def unplug(self) -> None:
        """Takes the device away, also from a program that listens to it."""
        self._control("unload-module", "module-null-sink")
        self.plugged = False
        self._let_sleep()

    def replug(self) -> None:
        """Brings the device back, as the default; returns when something is heard from it."""
        self._control(
            "load-module", "module-null-sink", f"sink_name={SINK}", "format=s16le", "channels=2", "rate=48000"
        )
        self._control("set-default-sink", SINK)
        self._control("set-default-source", f"{SINK}.monitor")
        self.plugged = True
        self._keep_awake()

    def suspend(self) -> None:
        """Stops the device for a while: it stays, and what it would have given meanwhile is lost."""
        self._control("suspend-sink", SINK, "1")

    def resume(self) -> None:
        """Ends `suspend`."""
        self._control("suspend-sink", SINK, "0")

    def freeze(self) -> None:
        """Holds the whole server up: the device gives nothing, and after `thaw` all at once what it owes."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Ends `freeze`."""
        os.kill(self.pid, signal.SIGCONT)

    def _whole_environment(self) -> dict[str, str]:
        return {**os.environ, **self.environment}

    def _control(self, *words: str) -> None:
        subprocess.run(
            ["pactl", *words], env=self._whole_environment(), check=True, stdout=subprocess.DEVNULL, timeout=20
        )

    def _keep_awake(self) -> None:
        """Has something listen all the while: a null sink that nobody listens to takes two seconds to wake up."""
        command = ["parec", f"--device={SINK}.monitor", "--latency-msec=20"]
        self._listener = subprocess.Popen(
            command, env=self._whole_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        with subprocess.Popen(command, env=self._whole_environment(), stdout=subprocess.PIPE) as first:
            assert first.stdout is not None
            first.stdout.read(4_096)
            first.terminate()

    def _let_sleep(self) -> None:
        if self._listener is not None:
            self._listener.terminate()
            self._listener.wait()
            self._listener = None

    def _await_server(self) -> None:
        assert self._server is not None
        deadline = time.monotonic() + 20
        while subprocess.run(["pactl", "info"], env=self._whole_environment(), capture_output=True).returncode != 0:
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"pulseaudio did not start:\n{self._log.read_text(errors='replace')}")
            time.sleep(0.02)


def missing() -> str:
    """What this machine lacks for a virtual headset, as the reason for a skip; empty where all is there."""
    if os.name != "posix":
        return "the virtual headset needs PulseAudio, which this system does not have"
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    if absent:
        return f"the virtual headset needs {', '.join(absent)} (Debian: apt-get install pulseaudio pulseaudio-utils)"
    try:
        import sounddevice  # noqa: F401
    except OSError:
        return "the virtual headset needs PortAudio (Debian: apt-get install libportaudio2 libasound2-plugins)"
    if not list(Path("/usr/lib").glob("**/alsa-lib/libasound_module_pcm_pulse.so")):
        return "the virtual headset needs ALSA's bridge to PulseAudio (Debian: apt-get install libasound2-plugins)"
    return ""


def reopen_portaudio() -> None:
    """Makes PortAudio read its environment again; no stream may be open."""
    import sounddevice

    sounddevice._terminate()
    sounddevice._initialize()


@pytest.fixture(scope="session")
def sound_server() -> Iterator[VirtualHeadset]:
    """One private sound server for the whole run; skips where it cannot be had."""
    reason = missing()
    if reason:
        pytest.skip(reason)
    with VirtualHeadset() as headset:
        yield headset


@pytest.fixture
def virtual_headset(sound_server: VirtualHeadset) -> Iterator[VirtualHeadset]:
    """The virtual headset, plugged in and seen by this process as its default input device."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in sound_server.environment.items():
            environment.setenv(name, value)
        reopen_portaudio()
        yield sound_server
    sound_server.thaw()
    if not sound_server.plugged:
        sound_server.replug()
    reopen_portaudio()
