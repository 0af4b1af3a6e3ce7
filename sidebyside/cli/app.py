"""The commands and their options; each is carried out in a module of its own."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from sidebyside.model import Agreement, Layout

app = typer.Typer(
    help="Sit beside a contact-centre rep: live text of the call, flags, notes and a debrief. All of it offline.",
    add_completion=False,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
sessions = typer.Typer(help="The sessions in the library.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(sessions, name="sessions")


class Sides(StrEnum):
    """How channels map to sides, as typed."""

    MONO = "mono"
    STEREO = "stereo"
    SWAPPED = "swapped"


class TextFormat(StrEnum):
    """Formats of `transcribe`."""

    TXT = "txt"
    JSON = "json"
    SRT = "srt"
    VTT = "vtt"


class EngineName(StrEnum):
    """First passes."""

    MOONSHINE = "moonshine"
    VOSK = "vosk"


class Agreed(StrEnum):
    """What the rep agreed to, as typed."""

    TEXT = "text"
    LISTEN = "listen"


def passphrase() -> str | None:
    """The passphrase from the environment, for machines without a keyring."""
    return os.environ.get("SIDEBYSIDE_PASSPHRASE") or None


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"Side by Side {version('sidebyside')}")
        raise typer.Exit


Speed = Annotated[float, typer.Option(min=0.0, max=50.0, help="1 is the pace of time; 0 is as fast as it goes.")]


@app.callback(invoke_without_command=True)
def window(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> int:
    """Without a command: open the window."""
    if context.invoked_subcommand is not None:
        return 0
    from sidebyside.cli.window import open_window

    return open_window()


@app.command()
def demo(
    autopilot: Annotated[
        bool, typer.Option("--autopilot", help="Strike flags, write notes and answers by script; no window.")
    ] = False,
    speed: Speed = 1.0,
    out: Annotated[Path | None, typer.Option(help="Folder for the exports.", file_okay=False)] = None,
) -> int:
    """Hear the demo call through the whole app."""
    from sidebyside.cli.window import has_screen, open_window

    if not autopilot and has_screen():
        return open_window(demo=True, speed=speed, out=out)
    from sidebyside.cli.demo import run

    return run(speed=speed, out=out, asked=autopilot)


@app.command()
def listen(
    device: Annotated[str | None, typer.Option(help="Name of the input, or a part of it.")] = None,
    sides: Annotated[Sides, typer.Option(help="stereo: rep on the left, customer on the right.")] = Sides.MONO,
    seconds: Annotated[float | None, typer.Option(min=1.0, help="Stop after so long; else with Ctrl+C.")] = None,
    rep: Annotated[str, typer.Option(help="Whom you sit beside.")] = "",
    agreed: Annotated[Agreed | None, typer.Option(help="What the rep agreed to; listen keeps no text.")] = None,
    engine: Annotated[EngineName | None, typer.Option(help="Who writes the live text.")] = None,
) -> int:
    """Sit beside a rep in the terminal."""
    from sidebyside.cli.listen import run

    return run(
        device=device,
        layout=Layout(sides.value),
        seconds=seconds,
        rep=rep,
        agreed=Agreement(agreed.value) if agreed else None,
        engine=engine.value if engine else None,
    )


@app.command()
def transcribe(
    files: Annotated[list[Path], typer.Argument(help="Sound files: WAV, FLAC, Ogg, MP3, AIFF.", show_default=False)],
    out: Annotated[Path, typer.Option(help="Folder for the text.", file_okay=False)] = Path(),
    text_format: Annotated[TextFormat, typer.Option("--format", help="What to write.")] = TextFormat.TXT,
    speed: Speed = 0.0,
    engine: Annotated[EngineName | None, typer.Option(help="Who writes the first pass.")] = None,
    sides: Annotated[Sides, typer.Option(help="How channels map to sides.")] = Sides.MONO,
) -> int:
    """Turn sound files into refined text by the pipeline of a session. Nothing is stored in the library."""
    from sidebyside.cli.transcribe import run

    return run(
        files,
        out=out,
        text_format=text_format.value,
        speed=speed,
        engine=engine.value if engine else None,
        layout=Layout(sides.value),
    )


@app.command()
def devices() -> int:
    """List the inputs that can be listened to."""
    from sidebyside.cli.devices import run

    return run()


@sessions.command("list")
def list_sessions(as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False) -> int:
    """List the sessions, newest first."""
    from sidebyside.cli.sessions import run_list

    return run_list(as_json=as_json)


SessionId = Annotated[str, typer.Argument(help="The id, or its first letters.", show_default=False)]


@sessions.command("show")
def show_session(session_id: SessionId) -> int:
    """Print a session."""
    from sidebyside.cli.sessions import run_show

    return run_show(session_id)


@sessions.command("delete")
def delete_session(session_id: SessionId) -> int:
    """Delete a session for good."""
    from sidebyside.cli.sessions import run_delete

    return run_delete(session_id)


@app.command()
def export(
    session_id: SessionId,
    to: Annotated[Path, typer.Option(help="Folder to write to.", file_okay=False)],
    formats: Annotated[
        str, typer.Option("--format", help="Any of md, html, json, separated by commas.")
    ] = "md,html,json",
) -> int:
    """Write a session to a folder."""
    from sidebyside.cli.sessions import run_export

    return run_export(session_id, to, [one.strip() for one in formats.split(",") if one.strip()])


@app.command("self-test")
def self_test() -> int:
    """Check on this computer what a session needs."""
    from sidebyside.cli.selftest import run

    return run()
