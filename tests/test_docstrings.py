"""Public functions that take or return arrays say what shape they have, and begin with what they do."""

import ast
import re

import pytest

from tests.source_files import relative, sources, tree_of

ARRAYS = re.compile(r"\b(F64|I64|U64|I32|Bools|Words|Array|Records)\b")
SHAPE = re.compile(
    r"\((?:n|k|m|\d+ \+ n|rows|BLOCK|STRIDE|n_\w+|[A-Z_]{3,}|\d+,)[^)]*\)|\bscalar\b|\bany shapes?\b", re.IGNORECASE
)
NO_VERB = {
    "the",
    "a",
    "an",
    "what",
    "whether",
    "how",
    "where",
    "which",
    "one",
    "each",
    "every",
    "all",
    "as",
    "of",
    "in",
}
NO_VERB |= {
    "if",
    "no",
    "not",
    "this",
    "that",
    "these",
    "two",
    "many",
    "some",
    "both",
    "from",
    "for",
    "with",
    "by",
    "to",
}


def array_functions():
    """Every public function of a module whose signature has an array."""
    for path in sources():
        for node in tree_of(path).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                hints = [each.annotation for each in (*node.args.args, *node.args.kwonlyargs)] + [node.returns]
                if any(hint is not None and ARRAYS.search(ast.unparse(hint)) for hint in hints):
                    yield pytest.param(node, id=f"{relative(path)} {node.name}")


@pytest.mark.parametrize("function", list(array_functions()))
def test_an_array_function_begins_with_a_verb_and_says_shapes(function):
    text = ast.get_docstring(function)
    assert text
    assert text.split()[0].lower() not in NO_VERB
    assert SHAPE.search(text), text
