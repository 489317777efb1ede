import random
import subprocess
import sys

import pytest

from ctml_assets.errors import RegistryError
from ctml_assets.lake.artifacts.booster_text import check_booster_text
from ctml_assets_tests.lake.models import fitted_preset

TASKS = ["binary_classification", "regression"]


def text_of(task="binary_classification"):
    return fitted_preset("lightgbm", task)[-1].booster_.model_to_string()


def replaced(text, name, change, *, tree=1):
    """Return the text with one line of one tree changed, and the tree's size with it."""
    at = text.index(f"\n{name}=", text.index(f"Tree={tree}\n") if tree is not None else 0) + 1
    end = text.index("\n", at)
    value = text[at + len(name) + 1 : end]
    new = f"{name}={change(value)}"
    if tree is not None:
        sizes_at = text.index("tree_sizes=") + len("tree_sizes=")
        sizes = text[sizes_at : text.index("\n", sizes_at)]
        words = sizes.split(" ")
        words[tree] = str(int(words[tree]) + len(new) - (end - at))
        text = text[:at] + new + text[end:]
        return text.replace(f"tree_sizes={sizes}\n", f"tree_sizes={' '.join(words)}\n")
    return text[:at] + new + text[end:]


def word(position, new):
    def change(value):
        words = value.split(" ")
        words[position] = str(new)
        return " ".join(words)

    return change


@pytest.mark.parametrize("task", TASKS)
def test_a_sound_text_passes_and_both_kinds_of_split_occur(task):
    text = text_of(task)
    kinds = text[text.index("decision_type=") :].split("\n")[0].removeprefix("decision_type=")
    assert {int(kind) & 1 for kind in kinds.split(" ")} == {0, 1}
    check_booster_text(text)


POISONS = {
    "left too far": ("left_child", word(0, 10_000)),
    "left is the root: an endless loop": ("left_child", word(0, 0)),
    "right is itself": ("right_child", word(1, 1)),
    "right leaf too far": ("right_child", word(-1, -10_000)),
    "feature too far": ("split_feature", word(0, 4)),
    "feature negative": ("split_feature", word(0, -1)),
    "a split of no kind": ("decision_type", word(0, 15)),
    "a number as category": ("decision_type", lambda value: value.replace("10", "11")),
    "too few leaves": ("leaf_value", word(-1, "")),
    "fewer leaves than said": ("num_leaves", lambda _: "3"),
    "more leaves than said": ("num_leaves", lambda _: "4294967297"),
    "no leaf": ("num_leaves", lambda _: "0"),
    "linear leaves": ("is_linear", lambda _: "1"),
    "a threshold of letters": ("threshold", word(0, "abc")),
    "a line twice": ("shrinkage", lambda value: f"{value}\nshrinkage={value}"),
    "a line too many": ("shrinkage", lambda value: f"{value}\nleaf_const=1"),
    "a number in pieces": ("leaf_value", lambda value: value.replace(" ", "  ", 1)),
}
HEADER = {
    "another version": ("version", lambda _: "v3"),
    "too many features": ("max_feature_idx", lambda _: "400"),
    "features overflow": ("max_feature_idx", lambda _: "9" * 17),
    "classes": ("num_class", lambda _: "3"),
    "trees an iteration": ("num_tree_per_iteration", lambda _: "3"),
    "objective of classes": ("objective", lambda _: "multiclass num_class:300"),
    "sizes": ("tree_sizes", word(0, 10**9)),
    "negative size": ("tree_sizes", word(0, -5)),
    "a size less": ("tree_sizes", word(0, "")),
    "names": ("feature_names", lambda value: value.replace(" ", "_", 1)),
}


@pytest.mark.parametrize("poison", POISONS)
def test_03_a_tree_that_does_not_hold_together_is_refused(poison):
    name, change = POISONS[poison]
    with pytest.raises(RegistryError, match="artifact: LightGBM's "):
        check_booster_text(replaced(text_of(), name, change))


@pytest.mark.parametrize("poison", HEADER)
def test_03_a_header_that_does_not_hold_together_is_refused(poison):
    name, change = HEADER[poison]
    with pytest.raises(RegistryError, match="artifact: LightGBM's "):
        check_booster_text(replaced(text_of(), name, change, tree=None))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("cat_boundaries", word(1, 0)),
        ("cat_boundaries", word(-1, 10_000)),
        ("cat_boundaries", word(0, 1)),
        ("cat_threshold", word(0, 2**32)),
        ("cat_threshold", word(0, -1)),
        ("num_cat", lambda value: str(int(value) + 1)),
        ("num_cat", lambda _: "0"),
        ("threshold", lambda value: " ".join("700" for _ in value.split(" "))),
    ],
)
def test_03_categories_out_of_bounds_are_refused(name, change):
    text = text_of()
    tree = text[: text.index("cat_threshold=")].count("Tree=") - 1
    with pytest.raises(RegistryError, match="artifact: LightGBM's "):
        check_booster_text(replaced(text, name, change, tree=tree))


@pytest.mark.parametrize("text", ["", "tree", "tree\n\n", "pickle", "tree\nversion=v4\n\n", "\0"])
def test_another_text_is_refused(text):
    with pytest.raises(RegistryError, match="artifact: LightGBM's "):
        check_booster_text(text)


@pytest.mark.parametrize("cut", [1, 3, 10])
def test_a_text_that_was_cut_is_refused(cut):
    text = text_of()
    with pytest.raises(RegistryError, match="artifact: LightGBM's "):
        check_booster_text(text[: text.index("end of trees") // cut])


def test_another_alphabet_is_refused():
    text = text_of()
    for strange in ("\u0661", "\u00e9", "\0"):
        with pytest.raises(RegistryError, match="artifact: LightGBM's "):
            check_booster_text(text.replace("Tree=1\n", f"Tree=1{strange}\n"))


def mutated(text, rng):
    """Change one to three characters before the end of the trees."""
    characters, end = list(text), text.index("end of trees")
    for _ in range(rng.choice([1, 1, 3])):
        characters[rng.randrange(end)] = rng.choice("0123456789-. \n=:eabc")
    return "".join(characters)


# LightGBM alone ends the process on most of these.
SCRIPT = """
import random
import lightgbm
from ctml_assets.errors import RegistryError
from ctml_assets.lake.artifacts.booster_text import check_booster_text
from ctml_assets_tests.lake.artifacts.test_booster_text import mutated, text_of
from ctml_assets_tests.lake.models import fitted_preset, features
pipeline = fitted_preset("lightgbm", "binary_classification")
rows, text = pipeline[0].transform(features()), text_of()
rng, refused, loaded, unread = random.Random(5), 0, 0, 0
for _ in range(200):
    changed = mutated(text, rng)
    try:
        check_booster_text(changed)
    except RegistryError:
        refused += 1
        continue
    try:
        lightgbm.Booster(model_str=changed).predict(rows)
        loaded += 1
    except lightgbm.basic.LightGBMError:
        unread += 1
print(refused, loaded, unread)
"""


def test_03_no_change_of_a_text_ends_the_process():
    run = subprocess.run(  # noqa: S603 - our own interpreter and script
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr
    refused, loaded, unread = map(int, run.stdout.split()[-3:])
    assert refused + loaded + unread == 200
    # what is left are other numbers in their places
    assert refused > 60


def test_the_changes_are_many_and_seeded():
    text = text_of()
    first, second = ({mutated(text, random.Random(5)) for _ in range(3)} for _ in range(2))  # noqa: S311
    assert first == second
    assert text not in first
