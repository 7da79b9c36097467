"""What `import unwind_risk as uw` offers, one thing a file; the commands are built on it.

market      `Market`, every level on a date; `market_of` takes an object, a path or a bundled name
book        `Book`, positions of files, frames or constructors; `book_of` likewise
positions   a constructor for every kind of position, from the registry; `positions.pyi` has their types
scenario    `Scenario`, a named change of a market; `scenarios_of` likewise, of one or several
run         `run`; `run_with`, the same of checked settings and loaded inputs, on which `unwind run` stands
result      `Result`, what a run found
stress      `stress` and its result `StressResult`
levels      `simulate` and its result `Levels`
analysis    what is asked of a run, of history and of a record, a function or two a file: `explain`, `replay`, `whatif`,
            `hedge`, `reverse`, `calibrate`, `backtest`, `Record`
frames      frames with units; memory that is asked for before it is taken
notes       what a run says: `Notes` keeps it, and passes it on to logging or to a command's stderr
progress    bars in notebooks; nothing elsewhere, unless it is asked for

An object of the API holds the engine's in `loaded` (`Book.compiled(date)`). A result is frozen and has `.table()`, a
tidy frame with its units in `.attrs`; `.to_json()`, the text that the command's `--json` prints; `.warnings`, `.notes`
and `_repr_html_`. `Result.finished` is the engine's run, whose paths can be walked again; `Result.finished.prepared`
has its settings (`config`) and its loaded inputs (`inputs`).
"""
