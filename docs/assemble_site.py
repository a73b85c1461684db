"""Puts together what the site is built of, in build/documents: pages, reference, and the way
through them. Run by `make docs`, which then builds it.

Whatever lies in `docs` is on the site: a page in `how-to` is under "How to", a decision under
"Explanation", and any other one in "Reference" where `SECTIONS` does not name it. Each folder of
`examples` is a page, with all its files, and the cells of a notebook with what they answered.
"""

from __future__ import annotations

import inspect
import json
import posixpath
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import public_names

DOCS: Final = Path(__file__).parent
ROOT: Final = DOCS.parent
DOCUMENTS: Final = ROOT / "build" / "documents"
WITHOUT_A_PAGE: Final = {"package.md"}  # the description, which the home page is made of
SECTIONS: Final[dict[str, tuple[str, ...]]] = {
    "Tutorial": ("tutorial.md",),
    "How to": ("how-to/*.md",),
    "Examples": ("examples/*.md",),
    "Reference": ("library.md", "reference/*.md", "wire.md", "contract.md", "compatibility.md"),
    "Run the service": ("operations.md", "reliability.md", "performance.md"),
    "Security and privacy": ("security.md", "privacy.md"),
    "Explanation": ("decisions/*.md",),
}
EXAMPLES: Final = ROOT / "examples"
LANGUAGES: Final = {".py": "python", ".toml": "toml", ".html": "html", ".txt": "text", ".js": "js"}
NOTEBOOK: Final = ".ipynb"
DEFAULT_SECTION: Final = "Reference"  # of a page that nothing here names
HOME: Final = "index.md"
CONFIG: Final = "mkdocs.yml"  # that zensical reads; JSON is YAML
REFERENCE_OPTIONS: Final = {
    "heading_level": 2,
    "show_root_heading": True,
    "show_source": False,
    "show_if_no_docstring": True,
    "merge_init_into_class": True,
    "show_bases": False,
    "show_signature_annotations": True,
    "separate_signature": True,
    "members_order": "source",
    "filters": ["!^_"],
    "preload_modules": ["attendance_core"],  # where names live that the adapters name, too
}


def pages() -> dict[str, str]:
    """Reads or makes the text of every page, by its path on the site."""
    own = {
        path.relative_to(DOCS).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(DOCS.rglob("*.md"))
    }
    kept = {
        path: with_links(text, f"docs/{path}", path)
        for path, text in own.items()
        if path not in WITHOUT_A_PAGE
    }
    return {HOME: home(own["package.md"]), **kept, **examples(), **reference()}


def examples() -> dict[str, str]:
    """Makes a page for each example, of what its README says and of its files."""
    made = {}
    for folder in sorted(each for each in EXAMPLES.glob("*") if each.is_dir()):
        path, readme = f"examples/{folder.name}.md", folder / "README.md"
        said = readme.read_text(encoding="utf-8") if readme.exists() else f"# {folder.name}\n"
        lines = [with_links(said, f"examples/{folder.name}/README.md", path)]
        for file in sorted(folder.rglob("*")):
            if file.suffix == NOTEBOOK:
                lines += [f"## `{file.relative_to(folder)}`", "", *cells_of(file)]
            elif file.suffix in LANGUAGES and file != readme:
                code = file.read_text(encoding="utf-8").rstrip()
                language = LANGUAGES[file.suffix]
                lines += [f"## `{file.relative_to(folder)}`", "", f"````{language}", code, "````"]
        if len(lines) > 1 or readme.exists():
            made[path] = "\n".join(lines) + "\n"
    return made


def cells_of(notebook: Path) -> Iterator[str]:
    """Yields the cells of a notebook, and what each has printed or shown as text."""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            yield from (re.sub(r"^#", "###", source), "")
            continue
        yield from ("````python", source, "````", "")
        for output in cell["outputs"]:
            data = output.get("data", {"text/plain": output.get("text", "")})
            if table := data.get("text/markdown"):
                yield from ("".join(table), "")
            else:
                yield from ("````text", "".join(data["text/plain"]).rstrip(), "````", "")


def with_links(text: str, source: str, path: str) -> str:
    """Turns the links of a text that lies at ``source`` into those of the page at ``path``.

    What the site has not is named without a link.
    """

    def led(match: re.Match[str]) -> str:
        said, link, anchor = match[1], match[2], match[3] or ""
        if ":" in link:
            return match[0]
        found = posixpath.normpath(posixpath.join(posixpath.dirname(source), link))
        top, _, rest = found.partition("/")
        if top == "examples" and rest.partition("/")[2] in {"", "README.md"}:
            there = f"examples/{rest.partition('/')[0]}.md"
        elif top == "docs":
            there = rest
        else:
            return said
        return f"[{said}]({posixpath.relpath(there, posixpath.dirname(path))}{anchor})"

    return re.sub(r"(?<!!)\[([^\]]*)\]\(([^)#\s]+)(#[^)\s]*)?\)", led, text)


def home(described: str) -> str:
    """Makes the first page: what the package says of itself, and where to go on."""
    title, _, rest = described.partition("\n\n")
    about, _, _ = rest.partition("\n## ")
    return f"""{title}

{about}

- [Mark a friend in ten minutes](tutorial.md), from nothing to a mark.
- Under "How to": one thing each, for whoever has a service, a store or a client of their own.
- [Every use case](reference/use_cases.md) with what it takes, answers and raises;
  [the wire](wire.md) with every call and frame; [what is public](compatibility.md) and how long.
- Under "Explanation": the decisions, each with the question that was open.
"""


def reference() -> dict[str, str]:
    """Makes a page for each public module, and one of all use cases."""
    made = {"reference/use_cases.md": "\n".join(_use_cases())}
    for module in public_names.modules():
        about = public_names.MODULES[module]
        lines = [f"# {module}", "", f"{about}.", ""]
        for name in public_names.names_of(module):
            lines += [f"::: {module}.{name}", ""]
        made[f"reference/{module}.md"] = "\n".join(lines)
    return made


def _use_cases() -> Iterator[str]:
    yield "# Use cases"
    yield ""
    yield "Each is a field of `service.use_cases`, and is awaited with arguments by their names."
    for field, kind in public_names.use_cases():
        yield ""
        yield f"## {field}"
        yield ""
        shown = "__call__"
        if hasattr(kind, "pieces"):  # whose signature alone can be read without running it
            shown, answered = "pieces", inspect.signature(kind.__call__).return_annotation
            yield f"Awaiting it answers all that its `pieces` yield, together: a `{answered}`."
            yield ""
        yield f"::: {kind.__module__}.{kind.__qualname__}"
        yield "    options:"
        yield "      heading_level: 3"
        yield f"      members: [{shown}]"
        yield "      filters: []"


def navigation(texts: dict[str, str]) -> list[dict[str, Any]]:
    """Orders the pages in sections: every one of them, once."""
    left = [path for path in texts if path != HOME]
    found: dict[str, list[str]] = {section: [] for section in SECTIONS}
    for section, patterns in SECTIONS.items():
        for pattern in patterns:
            fits = [path for path in left if _fits(path, pattern)]
            found[section] += fits
            left = [path for path in left if path not in fits]
    found[DEFAULT_SECTION] += left
    return [
        {"Home": HOME},
        *(
            {section: [{title_of(texts[path]): path} for path in paths]}
            for section, paths in found.items()
            if paths
        ),
    ]


def _fits(path: str, pattern: str) -> bool:
    return bool(re.fullmatch(re.escape(pattern).replace(r"\*", "[^/]*"), path))


def title_of(text: str) -> str:
    """Finds what a page is called by its heading."""
    (title,) = re.findall(r"\A# (.+)$", text, re.MULTILINE)
    return title.replace("`", "")


def config_of(texts: dict[str, str]) -> dict[str, Any]:
    """Makes the settings that the site is built by; it loads nothing from anywhere else."""
    handler = {"paths": [str(ROOT / "src")], "options": REFERENCE_OPTIONS}
    return {
        "site_name": "attendance",
        "docs_dir": "source",
        "site_dir": "site",
        "use_directory_urls": False,
        "theme": {"name": "material", "font": False, "features": ["navigation.sections"]},
        "nav": navigation(texts),
        "markdown_extensions": [
            "admonition",
            "attr_list",
            "tables",
            "pymdownx.superfences",
            {"toc": {"permalink": True}},
        ],
        "plugins": ["search", {"mkdocstrings": {"handlers": {"python": handler}}}],
    }


def assemble(folder: Path = DOCUMENTS) -> None:
    """Writes all of it into a folder, which is made anew."""
    shutil.rmtree(folder, ignore_errors=True)
    written = pages()
    for path, text in written.items():
        file = folder / "source" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    for pictures in ("screenshots", "performance"):
        shutil.copytree(DOCS / pictures, folder / "source" / pictures)
    (folder / CONFIG).write_text(json.dumps(config_of(written), indent=1), encoding="utf-8")


if __name__ == "__main__":
    assemble(*map(Path, sys.argv[1:]))
