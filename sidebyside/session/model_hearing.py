"""What a language is heard with, and what to say where something is missing for it."""

from __future__ import annotations

from sidebyside.session.model_list import Present, all_present, choices, load_catalogue, loadable, pick
from sidebyside.session.models import Hearing, LanguageChoice
from sidebyside.settings import Settings
from sidebyside.speech.catalogue import Catalogue, Model, Pass
from sidebyside.speech.model_archive import megabytes

MASKED_LANGUAGES = ("en",)
"""Languages whose spoken numbers are masked."""


def can_hear(language: str, options: Settings, engine: str = "") -> Hearing:
    """What would be loaded for a call in a language, and what is missing for it.

    Args:
        language: its code.
        options: with the models that were chosen.
        engine: `moonshine` or `vosk`, to have live text by that engine; else by what was chosen.

    Raises:
        BadContent: the catalogue is damaged.
    """
    known = load_catalogue()
    present = all_present(known, options, look_around=False)
    first = pick((one for one in present if engine in ("", one.row.engine)), language, Pass.FIRST, options)
    if first is None:
        return _not_ready(language, known, options, engine)
    second = pick(present, language, Pass.SECOND, options) if options.second_pass else None
    missing, offer = _no_second(language, known) if second is None and options.second_pass else ("", "")
    gone = "" if engine else _gone(first, language, Pass.FIRST, options)
    gone += _gone(second, language, Pass.SECOND, options) if second else ""
    return Hearing(
        language=language,
        ready=True,
        engine=first.row.engine,
        first=first.row.name,
        first_title=first.row.title,
        first_folder=first.row.folder,
        second=second.row.name if second else "",
        second_title=second.row.title if second else "",
        second_folder=second.row.folder if second else None,
        message=f"{gone}{missing}".strip(),
        caution=_caution(language, known),
        offer=offer,
    )


def _gone(used: Present, language: str, which: Pass, options: Settings) -> str:
    chosen = choices(options, which).get(language, used.value)
    return "" if chosen == used.value else f"{chosen} is not there any more, so {used.row.title} is used. "


def _no_second(language: str, known: Catalogue) -> tuple[str, str]:
    """What to say where nothing hears a language again, and what would."""
    message = f"Nothing on this laptop hears {known.language(language)} again at pauses, so live text stays as it is."
    better = _offered(known, language, Pass.SECOND)
    if better is None:
        return message, ""
    return f"{message} {better.title} ({megabytes(better.size)}) would; it can be installed in Settings.", better.name


def _caution(language: str, known: Catalogue) -> str:
    if language in MASKED_LANGUAGES:
        return ""
    return (
        f"Numbers spoken in words are masked in English only. In {known.language(language)}, pause whenever a caller "
        "is about to give a card number or a code."
    )


def _offered(known: Catalogue, language: str, which: Pass, engine: str = "") -> Model | None:
    """The first model of the catalogue that can be downloaded for it."""
    able = (
        model
        for model in known.models
        if model.kind.which is which and language in model.languages and engine in ("", model.kind.engine)
    )
    return next(
        (model for model in able if model.checkable and not model.bundled and loadable(model.kind.engine)), None
    )


def _not_ready(language: str, known: Catalogue, options: Settings, engine: str) -> Hearing:
    name = known.language(language)
    by = f" for live text by {engine.capitalize()}" if engine else ""
    there = next(
        (
            one
            for one in all_present(known, options, look_around=True)
            if one.row.which is Pass.FIRST and language in one.row.languages and engine in ("", one.row.engine)
        ),
        None,
    )
    model = _offered(known, language, Pass.FIRST, engine)
    if there is not None:
        offer, way = there.row.name, f"choose {there.row.title} in Settings first, which another program keeps here"
    elif model is not None:
        offer, way = model.name, f"install {model.title} ({megabytes(model.size)}) in Settings first"
    else:
        offer, way = "", "install a Vosk model of your own in Settings first"
    return Hearing(
        language=language,
        ready=False,
        message=f"There is no model for {name}{by} on this laptop. You can sit down with notes only, or {way}.",
        caution=_caution(language, known),
        offer=offer,
    )


def list_languages(options: Settings) -> tuple[LanguageChoice, ...]:
    """English, then by name every language that there is or could be a first model for.

    Raises:
        BadContent: the catalogue is damaged.
    """
    known = load_catalogue()
    present = all_present(known, options, look_around=True)
    firsts = [model.languages for model in known.models if model.kind.which is Pass.FIRST]
    firsts += [one.row.languages for one in present if one.row.which is Pass.FIRST]
    codes = sorted(
        {code for languages in firsts for code in languages}, key=lambda code: (code != "en", known.language(code))
    )
    choices = []
    for code in codes:
        heard = pick(present, code, Pass.FIRST, options) is not None
        why_not = "" if heard else f"There is no model for {known.language(code)} on this laptop."
        choices.append(LanguageChoice(code=code, name=known.language(code), heard=heard, why_not=why_not))
    return tuple(choices)
