"""Writes CARD.md and its figures.

facts = card_facts(Given(keras, tflite, data, labels, ...))   # runs both models
write_card(facts, folder)                                     # CARD.md, card/
"""

from __future__ import annotations

from pathlib import Path

from hil.errors import InfrastructureError
from model.modelcard import charts, text
from model.modelcard.facts import CardFacts
from model.modelcard.pictures import contact_sheet

CARD = "CARD.md"


def card_files(facts: CardFacts) -> dict[str, bytes]:
    """Every file of the card by its path; the same for the same facts."""
    drawn = {
        text.ROC: charts.roc(facts),
        text.RELIABILITY: charts.reliability(facts),
        text.CONFUSION: charts.confusion(facts),
        text.POINTING: charts.pointing_map(facts),
    }
    if facts.history:
        drawn[text.CURVES] = charts.training_curves(facts.history)
    files = {f"{text.ASSETS}/{name}": svg.encode() for name, svg in drawn.items()}
    wrong = [one for one in facts.shown if one.wrong]
    for name, shown in ((text.SHEET, facts.shown), (text.FAILURES, wrong)):
        if shown:
            sheet = contact_sheet(shown)
            files[f"{text.ASSETS}/{name}"] = sheet
    files[CARD] = text.card_markdown(facts).encode()
    return files


def write_card(facts: CardFacts, folder: Path) -> Path:
    """Writes the card into a folder, and removes figures that it no longer has.

    Returns the path of CARD.md. Raises InfrastructureError if it cannot be written.
    """
    files = card_files(facts)
    try:
        (folder / text.ASSETS).mkdir(parents=True, exist_ok=True)
        for old in (folder / text.ASSETS).iterdir():
            if f"{text.ASSETS}/{old.name}" not in files and old.suffix in (".svg", ".jpg"):
                old.unlink()
        for name, data in files.items():
            (folder / name).write_bytes(data)
    except OSError as error:
        raise InfrastructureError(
            f"cannot write the model card: {error.strerror}",
            where=str(folder),
            hint="free space or make the folder writable",
        ) from error
    return folder / CARD
