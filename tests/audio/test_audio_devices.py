"""Which devices there are, which one is heard, and what is said where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from virtual_headset import VirtualHeadset

from sidebyside.audio.devices import InputDevice, choose, default_device, find_device, input_devices
from sidebyside.errors import NoDevice

HEARS_NOTHING = """
from sidebyside.audio.devices import find_device, input_devices
from sidebyside.errors import SideBySideError
try:
    print(input_devices())
    find_device({name!r})
except SideBySideError as error:
    print(type(error).__name__, error)
"""
NO_LIBRARY = """
import sys
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name == "_sounddevice":
            raise OSError("PortAudio library not found")
sys.meta_path.insert(0, Missing())
"""


def device(name: str, index: int = 0, *, default: bool = False) -> InputDevice:
    return InputDevice(index=index, name=name, channels=2, rate=48_000, is_default=default, host="Core Audio")


def say(program: str, **environment: str) -> str:
    """What a fresh process prints."""
    root = str(Path(__file__).resolve().parents[2])
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": root, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.heavy
def test_the_headset_is_found(virtual_headset: VirtualHeadset) -> None:
    there = input_devices()
    found = default_device()
    assert found in there and found.is_default
    assert found.channels >= 2 and found.rate >= 8_000 and found.host
    assert find_device(None) == find_device("") == found


@pytest.mark.heavy
def test_it_is_found_by_its_name_or_a_part(virtual_headset: VirtualHeadset) -> None:
    assert find_device("pulse").name == "pulse"
    assert find_device("PUL").name == "pulse"
    with pytest.raises(NoDevice) as refusal:
        find_device("Jabra")
    assert "“Jabra”" in str(refusal.value) and "“pulse”" in str(refusal.value)


@pytest.mark.skipif(sys.platform != "linux", reason="only ALSA and PulseAudio can be pointed at nothing")
def test_without_any_device_the_way_on_is_told(tmp_path: Path) -> None:
    pytest.importorskip("sounddevice", exc_type=OSError, reason="PortAudio is missing")
    if any(Path("/proc/asound").glob("card*")):
        pytest.skip("this machine has a sound card")
    nothing = tmp_path / "asound.conf"
    nothing.write_text("</usr/share/alsa/alsa.conf>\n")
    for name in (None, "Jabra"):
        said = say(
            HEARS_NOTHING.format(name=name),
            ALSA_CONFIG_PATH=str(nothing),
            PULSE_SERVER="unix:/nonexistent",
            XDG_RUNTIME_DIR=str(tmp_path),
        )
        assert said.splitlines()[0] == "()"
        assert "NoDevice There is no microphone or headset input on this computer." in said
        assert "You can sit down with notes only." in said


def test_without_portaudio_the_package_to_install_is_named() -> None:
    said = say(NO_LIBRARY + HEARS_NOTHING.format(name=None))
    assert "DeviceFailed" in said
    assert "libportaudio2" in said and "notes only" in said


def test_nothing_is_loaded_before_it_is_needed() -> None:
    program = "import sys, sidebyside.audio.capture, sidebyside.audio.devices; print('sounddevice' in sys.modules)"
    assert say(program).strip() == "False"


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["MacBook Pro Microphone", "Jabra Evolve2 30"], "Jabra Evolve2 30"),
        (["Built-in Audio Analog Stereo", "USB Audio Device"], "USB Audio Device"),
        (["FaceTime HD Camera", "Headset Splitter"], "Headset Splitter"),
        (["MacBook Pro Microphone", "Jabra Evolve2 30", "USB Audio Device"], "MacBook Pro Microphone"),
        (["MacBook Pro Microphone", "USB Camera"], "MacBook Pro Microphone"),
        (["Scarlett 2i2", "Jabra Evolve2 30"], "Scarlett 2i2"),
        (["default", "Headset"], "default"),
    ],
)
def test_the_systems_default_stands_unless_one_headset_is_there_beside_the_laptops_own(
    names: list[str], chosen: str
) -> None:
    devices = tuple(device(name, number, default=number == 0) for number, name in enumerate(names))
    assert choose(devices).name == chosen


def test_without_a_default_the_first_is_taken() -> None:
    assert choose((device("one"), device("two", 1))).name == "one"
