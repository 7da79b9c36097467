"""What a file of a history is, before its reader looks inside."""

from engine.inputs.opened import FileKind

TABLE = FileKind(wanted="a csv file", most_bytes=64 * 2**20, way_out="split it by date")
