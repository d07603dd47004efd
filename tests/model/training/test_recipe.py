"""Recipes: read strictly, written so that they can be read again."""

from __future__ import annotations

from pathlib import Path

import pytest

import model.__main__ as command
from hil.errors import UsageError
from model.commands.train import RECIPE
from model.training.recipe import Recipe, problem, read_recipe


def recipe(folder: Path, text: str) -> Recipe:
    path = folder / "recipe.toml"
    path.write_text(text)
    return read_recipe(path)


def test_what_a_file_does_not_say_keeps_its_default(tmp_path: Path) -> None:
    assert recipe(tmp_path, "") == Recipe()
    assert recipe(tmp_path, "epochs = 3") == Recipe(epochs=3)


def test_a_recipe_that_was_written_reads_as_the_same(tmp_path: Path) -> None:
    written = Recipe(
        seed=7,
        learning_rate=2.5e-4,
        source_weights={"voc2012": 0.5, "coco": 2.0},
        fixed_statistics=False,
        zoom=(0.5, 1.0),
    )
    assert recipe(tmp_path, written.to_toml()) == written


def test_the_text_does_not_depend_on_the_order_of_sources() -> None:
    one, other = {"a": 1.0, "b": 2.0}, {"b": 2.0, "a": 1.0}
    assert Recipe(source_weights=one).to_toml() == Recipe(source_weights=other).to_toml()


@pytest.mark.parametrize(
    "name",
    [*(f"recipe-{stage}.toml" for stage in range(2, 6)), "recipe.toml", "fine-tune.toml"],
)
def test_the_recipes_that_come_along_can_be_followed(name: str) -> None:
    assert problem(read_recipe(RECIPE.with_name(name))) == ""


def test_an_unknown_name_is_refused_with_the_nearest_known_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="unknown key 'learing_rate'") as caught:
        recipe(tmp_path, "learing_rate = 1e-3")
    assert "did you mean learning_rate?" in caught.value.hint


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("epochs = 0", "epochs is 0, not above 0"),
        ("batch = -1", "batch is -1, not a number from 0 on"),
        ("learning_rate = 0", "learning_rate is 0.0, not above 0"),
        ("learning_rate = nan", "learning_rate is nan"),
        ("learning_rate = inf", "learning_rate is inf"),
        ("weight_decay = -0.1", "weight_decay is -0.1"),
        ("warmup_epochs = -1", "warmup_epochs is -1.0"),
        ("seed = -1", "seed is -1"),
        ("seed = 99999999999999999999", "seed"),
        ("ema = 1.1", "ema is 1.1, not within 0 to 1"),
        ("ema = nan", "ema is nan"),
        ("guide_share = 1.5", "guide_share is 1.5, not within 0 to 1"),
        ("body = 2.0", "body is 2.0, not within 0 to 1"),
        ("shape_weight = -1", "shape_weight is -1.0"),
        ("mosaic = 0.7\ncutmix = 0.6", "more than all samples"),
        ("zoom = [1.0]", r"zoom is \[1.0\]"),
        ("zoom = [1.2, 0.8]", r"zoom is \[1.2, 0.8\]"),
        ("zoom = [0, 1]", r"zoom is \[0.0, 1.0\]"),
        ('zoom = ["a", "b"]', "zoom"),
        ("source_weights = {coco = -1}", "weight below 0"),
        ('source_weights = {coco = "much"}', "source_weights"),
        ("epochs = 2.5", "epochs must be a whole number"),
        ("epochs = true", "epochs must be a whole number"),
        ("fixed_statistics = 1", "fixed_statistics must be true or false"),
        ("epochs = [", "recipe.toml"),
    ],
)
def test_what_cannot_be_followed_is_refused_with_its_name(
    tmp_path: Path, line: str, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        recipe(tmp_path, line)


def test_a_recipe_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        read_recipe(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--epochs", "0"], "epochs is 0, not above 0"),
        (["--epochs", "-2"], "epochs is -2"),
        (["--stop-after", "0"], "--stop-after is 0"),
    ],
)
def test_the_command_refuses_as_the_file_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert command.main(["train", str(tmp_path), "--run", str(tmp_path / "run"), *words]) == 4
    assert message in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
