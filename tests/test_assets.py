"""bin/assets makes the front end's files, once."""

import subprocess
import time
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def assets(monkeypatch, tmp_path) -> ModuleType:
    """The script as a module; what it makes goes elsewhere."""
    loader = SourceFileLoader("bin_assets", str(ROOT / "bin" / "assets"))
    module = module_from_spec(spec_from_loader("bin_assets", loader))
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    loader.exec_module(module)
    monkeypatch.setattr(module, "ASSETS", tmp_path)
    return module


def test_icons_are_found_in_templates_and_python(assets):
    used = assets.icons_used()

    assert {"eye", "exclamation-circle-fill", "person-circle"} <= used.keys()


def test_icons_become_one_file(assets, tmp_path):
    assets.make_icons({"eye": ROOT / "templates" / "base.html", "clock": ROOT / "templates" / "base.html"})

    drawn = (tmp_path / "icons.svg").read_text()
    assert drawn.count("<symbol ") == 2
    assert '<symbol id="clock" viewBox="0 0 16 16">' in drawn


def test_unknown_icon_is_told_in_a_sentence(assets):
    with pytest.raises(SystemExit) as ended:
        assets.make_icons({"no-such-thing": ROOT / "templates" / "base.html"})

    assert ended.value.code == (
        "bin/assets: templates/base.html asks for the icon “no-such-thing”, "
        "which bootstrap-icons does not have. Choose another name."
    )


def test_node_comes_from_the_machine_or_the_environment(assets, monkeypatch, tmp_path):
    monkeypatch.setattr(assets.shutil, "which", lambda name: None)
    monkeypatch.setattr(assets, "PYTHON", tmp_path / "bin" / "python")

    with pytest.raises(SystemExit) as ended:
        assets.node_and_npm()

    assert ended.value.code == "bin/assets: Node is missing and so is .venv to put it in. Run bin/setup."


def test_second_run_does_nothing():
    subprocess.run([ROOT / "bin" / "assets"], check=True, capture_output=True)
    begun = time.monotonic()

    again = subprocess.run([ROOT / "bin" / "assets"], check=True, capture_output=True, text=True)

    assert again.stdout == ""
    assert time.monotonic() - begun < 2


def test_styles_are_compressed_and_ask_nobody_else():
    styles = (ROOT / "var" / "assets" / "trellis.css").read_text()

    assert "http://" not in styles.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in styles.replace("https://getbootstrap.com/", "").replace(
        "https://github.com/twbs", ""
    )
    assert styles.count("\n") < 20
