"""Searches names by words in them, each engine by its own index of trigrams.

The index is made in `search_index`; the answers are the same with and without.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    String,
    bindparam,
    literal_column,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from attendance_adapters.sql.search_index import JOIN_COLUMNS
from attendance_core.folding import words_of

TRIGRAM_LENGTH = 3  # characters; no index finds shorter words
# How many names have the words in them when going through all names in order finds a page sooner
MANY_MATCHES = 1_000
MAX_PHRASES = 8  # of a search, that SQLite's index is asked for; the others are looked for in names


class has_words(FunctionElement[bool]):
    """Says in SQL that a name of a table has the words of a search in it."""

    type = Boolean()
    inherit_cache = True


class has_words_by_index(FunctionElement[bool]):
    """Says the same by the index, for a first word of at least `TRIGRAM_LENGTH` characters."""

    type = Boolean()
    inherit_cache = True


class has_few_matches(FunctionElement[bool]):
    """Says in SQL that so few names have the words in them that the index finds a page sooner.

    That is for SQLite; PostgreSQL decides by its own counts, whichever way it is asked.
    """

    type = Boolean()
    inherit_cache = True


def arguments_of(table: str) -> tuple[ColumnElement[Any], ...]:
    """Names what those three are said of, and the `parameters_of` a search."""
    names = ("first", "others", "patterns", "phrases")
    return literal_column(table), *(bindparam(each, type_=String) for each in names)


def parameters_of(part: str) -> Mapping[str, str]:
    """Writes the words of a folded part as the statements of each engine want them."""
    words = words_of(part) or [""]
    phrases = [each for each in words[:MAX_PHRASES] if len(each) >= TRIGRAM_LENGTH]
    return {
        "first": words[0],
        "others": json.dumps(words[1:]),
        "patterns": " ".join(f"%{_literal(each)}%" for each in words[1:]),
        "phrases": " AND ".join('"' + each.replace('"', '""') + '"' for each in phrases),
    }


def has_index(parameters: Mapping[str, str]) -> bool:
    """Tells whether an index of trigrams can find these words."""
    return len(parameters["first"]) >= TRIGRAM_LENGTH


def _literal(word: str) -> str:
    """Writes a word for LIKE, in which it stands for itself."""
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


@compiles(has_words, "sqlite")
def _sqlite_has_words(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    table, first, others, *_ = element.clauses
    key = f"{table.name}.search_key"
    word, rest = (compiler.process(each, **options) for each in (first, others))
    lacks = f"SELECT 1 FROM json_each({rest}) AS other WHERE instr({key}, other.value) = 0"
    return f"instr({key}, {word}) > 0 AND NOT EXISTS ({lacks})"


@compiles(has_words_by_index, "sqlite")
def _sqlite_has_words_by_index(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    table, *_, phrases = element.clauses
    names_column, full_text_column = JOIN_COLUMNS[table.name]
    index, asked = f"trigrams_of_{table.name}_folded", compiler.process(phrases, **options)
    matches = f"SELECT {full_text_column} FROM {index} WHERE {index} MATCH {asked}"
    return f"{names_column} IN ({matches}) AND {_sqlite_has_words(element, compiler, **options)}"


@compiles(has_few_matches, "sqlite")
def _sqlite_has_few_matches(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    table, *_, phrases = element.clauses
    index, asked = f"trigrams_of_{table.name}_folded", compiler.process(phrases, **options)
    matches = f"SELECT 1 FROM {index} WHERE {index} MATCH {asked} LIMIT {MANY_MATCHES}"
    return f"(SELECT count(*) FROM ({matches})) < {MANY_MATCHES}"


@compiles(has_few_matches, "postgresql")
def _postgres_has_few_matches(_: Any, __: SQLCompiler, **___: Any) -> str:
    return "true"


@compiles(has_words, "postgresql")
@compiles(has_words_by_index, "postgresql")
def _postgres_has_words(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    table, first, _, patterns, _ = element.clauses
    key = f"{table.name}.search_key"
    word, rest = (compiler.process(each, **options) for each in (first, patterns))
    pattern = rf"replace(replace(replace({word}, '\', '\\'), '%', '\%'), '_', '\_')"
    return f"{key} LIKE '%' || {pattern} || '%' AND {key} LIKE ALL (string_to_array({rest}, ' '))"
