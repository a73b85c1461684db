"""Searches names by words in them, each engine by its own index of trigrams.

The index is made in `search_index`; the answers are the same with and without.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    Integer,
    Select,
    String,
    bindparam,
    literal_column,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from attendance_adapters.sql.search_index import JOIN_COLUMNS
from attendance_core.folding import words_of

Execute = Callable[[Any, Any], Any]  # of an `Executor`

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


class WordSearch:
    """Finds rows of a table by words in their names: by its index where that finds a page sooner.

    ``rows`` selects of all rows what is to be found, in the order of a page.
    """

    def __init__(self, table: str, rows: Select[Any]) -> None:
        parameter_names = ("first", "others", "patterns", "phrases")  # of `word_parameters`
        arguments = (
            literal_column(table),
            *(bindparam(each, type_=String) for each in parameter_names),
        )
        many = bindparam("many", type_=Integer)
        self._few_matches = select(has_few_matches(*arguments, many))
        self._by_index = rows.where(has_words_by_index(*arguments))
        self._in_order = rows.where(has_words(*arguments))

    def statement_for(self, parameters: Mapping[str, Any], execute: Execute) -> Select[Any]:
        """Chooses the statement that finds these words, by counting what SQLite's index finds."""
        may_use_index = len(parameters["first"]) >= TRIGRAM_LENGTH
        if may_use_index and execute(self._few_matches, parameters).scalar_one():
            return self._by_index
        return self._in_order


def word_parameters(folded_part: str) -> Mapping[str, Any]:
    """Makes the parameters of a `WordSearch` for the words of a folded part.

    All of them are for the statements of either engine, each of which uses some.
    """
    words = words_of(folded_part) or [""]
    phrases = [each for each in words[:MAX_PHRASES] if len(each) >= TRIGRAM_LENGTH]
    return {
        "first": words[0],
        "others": json.dumps(words[1:]),
        "patterns": " ".join(f"%{_escaped_for_like(each)}%" for each in words[1:]),
        "phrases": " AND ".join('"' + each.replace('"', '""') + '"' for each in phrases),
        "many": MANY_MATCHES,
    }


def _escaped_for_like(word: str) -> str:
    """Writes a word for LIKE, in which it stands for itself."""
    return word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


class _Arguments(NamedTuple):
    """What the functions above are given: the table, and the binds of `word_parameters`."""

    table: Any
    first: Any
    others: Any
    patterns: Any
    phrases: Any
    many: Any = None  # of `has_few_matches` alone


@compiles(has_words, "sqlite")
def _sqlite_has_words(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    given = _Arguments(*element.clauses)
    key = f"{given.table.name}.search_key"
    word = compiler.process(given.first, **options)
    other_words = compiler.process(given.others, **options)
    lacks = f"SELECT 1 FROM json_each({other_words}) AS other WHERE instr({key}, other.value) = 0"
    return f"instr({key}, {word}) > 0 AND NOT EXISTS ({lacks})"


@compiles(has_words_by_index, "sqlite")
def _sqlite_has_words_by_index(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    given = _Arguments(*element.clauses)
    join_column, full_text_column = JOIN_COLUMNS[given.table.name]
    index = f"trigrams_of_{given.table.name}_folded"
    phrases = compiler.process(given.phrases, **options)
    matches = f"SELECT {full_text_column} FROM {index} WHERE {index} MATCH {phrases}"
    return f"{join_column} IN ({matches}) AND {_sqlite_has_words(element, compiler, **options)}"


@compiles(has_few_matches, "sqlite")
def _sqlite_has_few_matches(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    given = _Arguments(*element.clauses)
    index = f"trigrams_of_{given.table.name}_folded"
    phrases = compiler.process(given.phrases, **options)
    many = compiler.process(given.many, **options)
    matches = f"SELECT 1 FROM {index} WHERE {index} MATCH {phrases} LIMIT {many}"
    return f"(SELECT count(*) FROM ({matches})) < {many}"


@compiles(has_few_matches, "postgresql")
def _postgres_has_few_matches(_: Any, __: SQLCompiler, **___: Any) -> str:
    return "true"


@compiles(has_words, "postgresql")
@compiles(has_words_by_index, "postgresql")
def _postgres_has_words(element: Any, compiler: SQLCompiler, **options: Any) -> str:
    given = _Arguments(*element.clauses)
    key = f"{given.table.name}.search_key"
    word = compiler.process(given.first, **options)
    patterns = compiler.process(given.patterns, **options)
    pattern = rf"replace(replace(replace({word}, '\', '\\'), '%', '\%'), '_', '\_')"
    others = f"string_to_array({patterns}, ' ')"
    return f"{key} LIKE '%' || {pattern} || '%' AND {key} LIKE ALL ({others})"
