"""A syntax-tree net: no view, form or tag reaches rows except through a scope that names the person."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = [ROOT / "coaching", ROOT / "clients", ROOT / "goals", ROOT / "community"]
ROOMS = ("views", "forms", "templatetags", "context", "local")
SCOPES = {
    "askable_by",
    "belonging_to",
    "cancellable_by",
    "categories",
    "coached_by",
    "colleagues_of",
    "continued_by",
    "decidable_by",
    "editable_by",
    "handed_over_by",
    "keep",
    "leave",
    "leave_for_all",
    "none",
    "normalize_email",
    "on_roster_of",
    "open",
    "owned_by",
    "published",
    "removable_by",
    "retirable_by",
    "visible_to",
    "withdrawable_by",
    "worded_by",
}
EXCEPTIONS = {
    # Whether an account exists decides what a holder of a valid invitation is asked; nothing of it is shown.
    ("clients/views/roster.py", "User.objects.filter"),
}


def files() -> list[Path]:
    return sorted(
        path
        for app in APPS
        for path in app.rglob("*.py")
        if any(part.removesuffix(".py").startswith(ROOMS) for part in path.relative_to(app).parts)
    )


def unscoped(source: str, name: str = "file.py") -> list[str]:
    """What reaches rows without a scope, as `line: expression`."""
    tree = ast.parse(source)
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
            managers = {"objects", "_base_manager", "_default_manager"}
            text = ast.unparse(node)
            if node.value.attr in managers and node.attr not in SCOPES and (name, text) not in EXCEPTIONS:
                found.append(f"{node.lineno}: {text}")
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {
            "get_object_or_404",
            "get_list_or_404",
        }:
            first = node.args[0]
            if isinstance(first, ast.Name) and first.id[0].isupper():
                found.append(f"{node.lineno}: {ast.unparse(node)}")
    return found


@pytest.mark.parametrize("path", files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_query_in_views_and_forms_names_the_person(path: Path):
    assert unscoped(path.read_text(), str(path.relative_to(ROOT))) == []


@pytest.mark.parametrize(
    "source",
    [
        "Client.objects.get(pk=pk)",
        "Client.objects.all()",
        "Client.objects.select_related('coach').visible_to(user)",
        "models.Client._base_manager.filter(pk=1)",
        "get_object_or_404(Client, pk=pk)",
    ],
)
def test_the_net_catches(source: str):
    assert unscoped(source) != []


def test_the_net_lets_scoped_queries_pass():
    assert unscoped("get_object_or_404(Client.objects.visible_to(request.user), pk=pk)") == []
