"""The commands and their options; each is carried out in a module of its own."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path

import click

from sidebyside.model import Agreement, Layout

FOLDER = click.Path(file_okay=False, path_type=Path)
SPEED = click.FloatRange(min=0.0, max=50.0)
SPEED_HELP = "1 is the pace of time; 0 is as fast as it goes."
SIDES = click.Choice([layout.value for layout in Layout])
SIDES_HELP = "stereo: rep on the left, customer on the right."
ENGINE = click.Choice(["moonshine", "vosk"])
ENGINE_HELP = "Who writes the live text; else the model chosen for the language."
LEFT_OUT_HELP = "Show, dimmed, talk too quiet to be this call's, for a check; kept nowhere but in the terminal itself."
LANGUAGE_HELP = "Code of the language of the calls, such as de; else as in Settings."


def passphrase() -> str | None:
    """The passphrase from the environment, for machines without a keyring."""
    return os.environ.get("SIDEBYSIDE_PASSPHRASE") or None


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("sidebyside"), prog_name="Side by Side", message="%(prog)s %(version)s")
@click.pass_context
def app(context: click.Context) -> int:
    """Sit beside a contact-centre rep: live text of the call, flags, notes and a debrief. All of it offline.

    Without a command, opens the window.
    """
    if context.invoked_subcommand is not None:
        return 0
    from sidebyside.cli.window import open_window

    return open_window()


@app.command()
@click.option("--autopilot", is_flag=True, help="Strike flags, write notes and answers by script; no window.")
@click.option("--speed", type=SPEED, default=1.0, show_default=True, help=SPEED_HELP)
@click.option("--out", type=FOLDER, help="Folder for the exports.")
def demo(autopilot: bool, speed: float, out: Path | None) -> int:
    """Hear the demo call through the whole app."""
    from sidebyside.cli.window import has_screen, open_window

    if not autopilot and has_screen():
        return open_window(demo=True, speed=speed, out=out)
    from sidebyside.cli.demo import run

    return run(speed=speed, out=out, asked=autopilot)


@app.command()
@click.option("--device", help="Name of the input, or a part of it.")
@click.option("--sides", type=SIDES, default="mono", show_default=True, help=SIDES_HELP)
@click.option("--seconds", type=click.FloatRange(min=1.0), help="Stop after so long; else with Ctrl+C.")
@click.option("--rep", default="", help="Whom you sit beside.")
@click.option("--queue", default="", help="Whose calls these are; its list of names and jargon is listened for.")
@click.option("--agreed", type=click.Choice(["text", "listen"]), help="What the rep agreed to; listen keeps no text.")
@click.option("--engine", type=ENGINE, help=ENGINE_HELP)
@click.option("--language", help=LANGUAGE_HELP)
@click.option("--left-out", is_flag=True, help=LEFT_OUT_HELP)
def listen(
    device: str | None,
    sides: str,
    seconds: float | None,
    rep: str,
    queue: str,
    agreed: str | None,
    engine: str | None,
    language: str | None,
    left_out: bool,
) -> int:
    """Sit beside a rep in the terminal."""
    from sidebyside.cli.listen import run

    return run(
        device=device,
        layout=Layout(sides),
        seconds=seconds,
        rep=rep,
        queue=queue,
        agreed=Agreement(agreed) if agreed else None,
        engine=engine,
        language=language,
        left_out=left_out,
    )


@app.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=FOLDER, default=Path(), help="Folder for the text; else this one.")
@click.option("--format", "text_format", type=click.Choice(["txt", "json", "srt", "vtt"]), default="txt")
@click.option("--speed", type=SPEED, default=0.0, show_default=True, help=SPEED_HELP)
@click.option("--engine", type=ENGINE, help=ENGINE_HELP)
@click.option("--sides", type=SIDES, default="mono", show_default=True, help=SIDES_HELP)
@click.option("--language", help=LANGUAGE_HELP)
@click.option("--words", "listed", type=click.Path(path_type=Path), help="CSV of names and jargon to listen for.")
def transcribe(
    files: tuple[Path, ...],
    out: Path,
    text_format: str,
    speed: float,
    engine: str | None,
    sides: str,
    language: str | None,
    listed: Path | None,
) -> int:
    """Turn sound files into refined text by the pipeline of a session. Nothing is stored in the library."""
    from sidebyside.cli.transcribe import run

    return run(
        files,
        out=out,
        text_format=text_format,
        speed=speed,
        engine=engine,
        layout=Layout(sides),
        language=language,
        listed=listed,
    )


@app.command()
def devices() -> int:
    """List the inputs that can be listened to."""
    from sidebyside.cli.devices import run

    return run()


@app.group()
def models() -> None:
    """The speech models: what is here, what could be, and which is used."""


@models.command("list")
@click.option("--language", help="Only those for this language, such as de.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_models(language: str | None, as_json: bool) -> int:
    """List the models, those on this computer first."""
    from sidebyside.cli.models import run_list

    return run_list(language=language, as_json=as_json)


@models.command("install")
@click.argument("what", metavar="NAME|PATH")
@click.option("--language", default="", help="Of a model that nobody knows, such as de.")
def install_model(what: str, language: str) -> int:
    """Download a model by its name, or install one from a zip, a tar.gz or a folder with no network."""
    from sidebyside.cli.models import run_install

    return run_install(what, language)


@models.command("use")
@click.argument("name")
@click.option("--language", default="", help="Only for this one of its languages.")
def use_model(name: str, language: str) -> int:
    """Hear the calls of its language with a model from now on."""
    from sidebyside.cli.models import run_use

    return run_use(name, language)


@models.command("remove")
@click.argument("name")
@click.option("--anyway", is_flag=True, help="Also if it is in use.")
def remove_model(name: str, anyway: bool) -> int:
    """Delete an installed model, or what has arrived of one."""
    from sidebyside.cli.models import run_remove

    return run_remove(name, anyway=anyway)


@app.group()
def words() -> None:
    """Names, products and jargon to listen for, a list a queue and one for every queue."""


QUEUE = click.option(
    "--queue", default="", help="The queue whose calls the list is for; else the list for every queue."
)


@words.command("list")
@QUEUE
@click.option("--json", "as_json", is_flag=True, help="All lists, for programs.")
def list_words(queue: str, as_json: bool) -> int:
    """Print a list; without a queue, all of them."""
    from sidebyside.cli.words import run_list

    return run_list(queue, as_json=as_json)


@words.command("add")
@click.argument("entries", nargs=-1, required=True, metavar="WORD...")
@QUEUE
def add_words(entries: tuple[str, ...], queue: str) -> int:
    """Add to a list; what has spaces goes into quotation marks."""
    from sidebyside.cli.words import run_add

    return run_add(entries, queue)


@words.command("remove")
@click.argument("entries", nargs=-1, metavar="WORD...")
@QUEUE
@click.option("--all", "everything", is_flag=True, help="The whole list.")
def remove_words(entries: tuple[str, ...], queue: str, everything: bool) -> int:
    """Take off a list."""
    from sidebyside.cli.words import run_remove

    return run_remove(entries, queue, everything=everything)


@words.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@QUEUE
def import_words(file: Path, queue: str) -> int:
    """Add what a CSV or text file lists."""
    from sidebyside.cli.words import run_import

    return run_import(file, queue)


@words.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@QUEUE
def export_words(file: Path, queue: str) -> int:
    """Write a list as CSV."""
    from sidebyside.cli.words import run_export

    return run_export(file, queue)


@app.group()
def sessions() -> None:
    """The sessions in the library."""


@sessions.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_sessions(as_json: bool) -> int:
    """List the sessions, newest first."""
    from sidebyside.cli.sessions import run_list

    return run_list(as_json=as_json)


@sessions.command("show")
@click.argument("session_id", metavar="ID")
def show_session(session_id: str) -> int:
    """Print a session; the first letters of its id will do."""
    from sidebyside.cli.sessions import run_show

    return run_show(session_id)


@sessions.command("delete")
@click.argument("session_id", metavar="ID")
def delete_session(session_id: str) -> int:
    """Delete a session for good."""
    from sidebyside.cli.sessions import run_delete

    return run_delete(session_id)


@app.command()
@click.argument("session_id", metavar="ID")
@click.option("--to", type=FOLDER, required=True, help="Folder to write to.")
@click.option(
    "--format", "formats", default="md,html,json", show_default=True, help="One or more, with commas between."
)
def export(session_id: str, to: Path, formats: str) -> int:
    """Write a session to a folder."""
    from sidebyside.cli.sessions import run_export

    return run_export(session_id, to, [one.strip() for one in formats.split(",") if one.strip()])


@app.command("self-test")
def self_test() -> int:
    """Check on this computer what a session needs."""
    from sidebyside.cli.selftest import run

    return run()
