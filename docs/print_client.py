"""Writes src/attendance_web/client/calls: a typed method for each call. Run by `make print`."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from inspect import get_annotations
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import inspect as kinds
from msgspec.structs import FieldInfo

from attendance_web.http.call import Call
from attendance_web.routes import CALLS
from attendance_web.wire import counts

SOURCE: Final = Path(__file__).resolve().parents[1] / "src"
FOLDER: Final = SOURCE / "attendance_web" / "client" / "calls"
MAX_LINE_LENGTH: Final = 100  # that ruff leaves on one line
ELSEWHERE: Final = {
    "Annotated": "typing",
    "Literal": "typing",
    "UUID": "uuid",
    "CountsShown": counts.__name__,
    "AsyncGenerator": "collections.abc",
    "Calling": "attendance_web.client.calling",
    "File": "attendance_web.client.answers",
}


class AnswerReader(NamedTuple):
    """How a method of the client reads its answer."""

    kind: str  # as an annotation
    method: str  # of `Calling`
    first_arguments: tuple[str, ...]  # of that method, before those of every call


def files() -> Iterator[tuple[str, str]]:
    """Names each file, with what is in it."""
    slices: dict[str, list[Call]] = {}
    for call in CALLS:
        slices.setdefault(call.run.__module__.rpartition(".")[2], []).append(call)
    for name, calls in slices.items():
        yield f"{name}.py", "\n".join(_slice_lines(name, calls)) + "\n"
    yield "__init__.py", "\n".join(_init_lines(slices)) + "\n"


def _init_lines(slices: Iterable[str]) -> Iterator[str]:
    yield '"""Every call as a method. Printed by `make print`, as all that is here."""'
    yield ""
    yield "from __future__ import annotations"
    yield ""
    for name in sorted(slices):
        yield f"from attendance_web.client.calls.{name} import {_class_name(name)}"
    yield ""
    yield '__all__ = ["Calls"]'
    yield ""
    yield ""
    yield "class Calls("
    for name in slices:
        yield f"    {_class_name(name)},"
    yield "):"
    yield '    """Makes calls; each answers a Struct of the wire, or raises Refused."""'


def _class_name(name: str) -> str:
    return f"{name.removesuffix('s').capitalize()}Calls"


def _slice_lines(name: str, calls: list[Call]) -> Iterator[str]:
    methods = [line for call in calls for line in _method(call)]
    text = "\n".join(methods)
    printed = "Printed by `make print` from what declares them."
    yield f'"""Calls of `attendance_web.{name}`. {printed}"""'
    yield ""
    yield "from __future__ import annotations"
    yield ""
    yield from _imports(text)
    yield ""
    yield ""
    yield f"class {_class_name(name)}(Calling):"
    yield f'    """Makes the calls of `{name}`."""'
    yield from methods


def _imports(text: str) -> Iterator[str]:
    code = re.sub(r'""".*?"""', "", text, flags=re.DOTALL)
    used = {"Calling", *re.findall(r"(?<![\w\"/])[A-Z]\w+", code)} - {"None", "True", "False"}
    homes = _homes()
    by_module: dict[str, set[str]] = {}
    for name in used:
        by_module.setdefault(homes[name], set()).add(name)
    ours = {name for name in by_module if name.startswith("attendance_")}
    for group in (sorted(by_module.keys() - ours), sorted(ours)):
        for module in group:
            names = sorted(by_module[module], key=_as_ruff_sorts)
            line = f"from {module} import {', '.join(names)}"
            if len(line) <= MAX_LINE_LENGTH:
                yield line
            else:
                yield f"from {module} import ("
                yield from (f"    {each}," for each in names)
                yield ")"
        if group and group[0] not in ours:
            yield ""


def _as_ruff_sorts(name: str) -> tuple[bool, str]:
    return not name.isupper(), name


def _homes() -> Mapping[str, str]:
    """Tells in which module each word of a declaration is made."""
    homes = {"SeenState": "attendance_core.attendance", **ELSEWHERE}
    for file in (SOURCE / "attendance_web" / "structs").glob("*.py"):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            match node:
                case ast.ClassDef(name=name) | ast.Assign(targets=[ast.Name(id=name)]):
                    homes[name] = f"attendance_web.structs.{file.stem}"
    return homes


def _method(call: Call) -> Iterator[str]:
    fields = msgspec.structs.fields(call.arguments)
    reader = _answer_reader(call)
    yield ""
    yield f"    {'' if call.is_stream else 'async '}def {call.run.__name__}("
    yield "        self,"
    if fields:
        yield "        *,"
    words = _annotations(call.arguments)
    for field in fields:
        yield f"        {field.name}: {_plain(words[field.name])}{_default(field)},"
    yield f"    ) -> {reader.kind}:"
    yield f'        """{call.summary}'
    yield ""
    yield f"        {_who_may(call)}"
    yield '        """'
    yield f"        {'return' if call.is_stream else 'return await'} self.{reader.method}("
    for each in (*reader.first_arguments, f'"{call.method}"', f'"{call.path}"'):
        yield f"            {each},"
    for field in fields:
        yield f"            {field.name}={field.name},"
    yield "        )"


def _answer_reader(call: Call) -> AnswerReader:
    if call.media_types:
        return AnswerReader("File", "call_for_file", ())
    if call.answer is None:
        return AnswerReader("None", "call_for_nothing", ())
    name = _spelt(call.answer)
    if call.is_stream:
        return AnswerReader(f"AsyncGenerator[{name}, None]", "call_for_stream", (name,))
    return AnswerReader(name, "call", (name,))


def _spelt(answer: Any) -> str:
    described = kinds.type_info(answer)
    if isinstance(described, kinds.ListType):
        assert isinstance(described.item_type, kinds.StructType)
        return f"list[{described.item_type.cls.__name__}]"
    name: str = answer.__name__
    return name


def _annotations(struct: type[msgspec.Struct]) -> dict[str, str]:
    """Finds the words that each argument is declared with, as they are written."""
    found: dict[str, str] = {}
    for each in reversed(struct.__mro__):
        found |= {
            name: said for name, said in get_annotations(each).items() if isinstance(said, str)
        }
    return found


def _plain(said: str) -> str:
    """Leaves out what is said of a type, and not of what a program may give."""
    node = ast.parse(said, mode="eval").body
    match node:
        case ast.Subscript(value=ast.Name(id="Annotated"), slice=ast.Tuple(elts=[first, *_])):
            return ast.unparse(first)
    return ast.unparse(node).replace("'", '"')


def _default(field: FieldInfo) -> str:
    if field.required:
        return ""
    default = field.default
    return f" = {json.dumps(default) if isinstance(default, str) else repr(default)}"


def _who_may(call: Call) -> str:
    login = "Needs log-in" if call.needs_login else "Needs no log-in"
    if call.takes_board:
        login += ", or the secret of a board"
    return (
        f"{login}; {'no token may' if call.scope is None else f'tokens for `{call.scope.value}`'}."
    )


if __name__ == "__main__":
    for name, text in files():
        (FOLDER / name).write_text(text, encoding="utf-8")
