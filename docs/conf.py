"""How the pages are built: `make docs`, into docs/_build/html. Nothing is fetched, when built or when read."""

import os
import sys
from pathlib import Path

from pygments.lexers.special import TextLexer
from sphinx.highlighting import lexers

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the reference of the API is that of this checkout, not of what is installed
os.environ["PYTHONPATH"] = str(ROOT)  # so are the notebooks, each run by a process of its own
os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"  # a kernel's debugger warns of frozen modules otherwise

from unwind_risk import __version__  # noqa: E402  # after the path

project = "unwind"
author = "the unwind authors"
copyright = author
release = version = __version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "**/.ipynb_checkpoints"]
highlight_language = "text"
default_role = "literal"  # `name` in a docstring is code
lexers["csv"] = TextLexer()  # Pygments has none, and a plain viewer colours it by this name

myst_enable_extensions: list[str] = []  # what a plain viewer of Markdown shows too
myst_heading_anchors = 4

nb_execution_mode = "force"  # a notebook's output is what the engine gives today
nb_execution_raise_on_error = True
nb_execution_timeout = 120  # seconds a cell, compiling included
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # the default loads scripts from other hosts

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_google_docstring = False

html_theme = "furo"
html_title = f"unwind {version}"
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
