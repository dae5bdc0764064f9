"""The recipe: what a person may write, and what becomes of it."""

from pathlib import Path

import pytest

from provisioning.recipe import BadRecipe, Recipe, Sizes, read_recipe

SHORT = b"release: trixie\nkernel: trixie-backports\npackages: [linux-image-arm64, python3]\n"


def problems(text: bytes) -> list[str]:
    with pytest.raises(BadRecipe) as caught:
        read_recipe("recipe.yaml", text)
    return str(caught.value).splitlines()


def test_the_recipe_of_the_repository_is_good() -> None:
    path = Path(__file__).parent.parent / "provisioning/recipe.yaml"
    recipe = read_recipe(str(path), path.read_bytes())
    assert "python3-pygame" in recipe.packages
    assert not any("ssh" in name or "telnet" in name for name in recipe.packages)


def test_what_is_not_written_has_a_sensible_value() -> None:
    assert read_recipe("recipe.yaml", SHORT) == Recipe(
        release="trixie",
        kernel="trixie-backports",
        packages=("linux-image-arm64", "python3"),
        hostname="window",
        sizes=Sizes(window=128, slot=768),
    )


def test_only_the_kernel_comes_from_another_suite() -> None:
    recipe = read_recipe("recipe.yaml", SHORT)
    assert recipe.include == ("linux-image-arm64/trixie-backports", "python3")
    assert recipe.suites == ("trixie", "trixie-updates", "trixie-backports")


def test_a_kernel_of_the_release_needs_no_other_suite() -> None:
    recipe = read_recipe("recipe.yaml", SHORT.replace(b"trixie-backports", b"trixie"))
    assert recipe.include == ("linux-image-arm64", "python3")
    assert recipe.suites == ("trixie", "trixie-updates")


def test_every_mistake_is_told_at_once_with_its_line() -> None:
    text = b"release: Trixie!\nkernel: trixie\nhostnam: x\npackages: [linux-image-arm64, Python3, a b]\ndisk_id: 12\n"
    told = problems(text)
    assert len(told) == 5
    assert [line for line in told if "recipe.yaml:1" in line]
    assert [line for line in told if "recipe.yaml:3" in line and "hostname" in line]
    assert [line for line in told if "recipe.yaml:4" in line and "Python3" in line]
    assert [line for line in told if "recipe.yaml:5" in line]


@pytest.mark.parametrize("packages", [b"[python3]", b"[linux-image-arm64, linux-image-arm64]"])
def test_packages_that_cannot_make_an_image_are_refused(packages: bytes) -> None:
    assert problems(b"release: trixie\nkernel: trixie\npackages: " + packages + b"\n")


@pytest.mark.parametrize("size", [b"39", b"4097", b"-1"])
def test_a_partition_that_cannot_be_fat32_is_refused(size: bytes) -> None:
    assert (
        "slot" in problems(SHORT + b"sizes: {slot: " + size + b"}\n")[0]
        or size in problems(SHORT + b"sizes: {slot: " + size + b"}\n")[0].encode()
    )
