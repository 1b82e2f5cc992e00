"""What a file is, by its first bytes, and its bytes as text: so that a wrong file is called what it is."""

from __future__ import annotations

import codecs
import os
from pathlib import Path
from typing import Any

# First bytes of files that people hand over by mistake, what they are, and what to do for a reader of rows of cells.
_SHEET = "save the sheet as CSV"
_UNPACK = "unpack it first"
_TEXT = "expected a file of text"
_KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "is a spreadsheet or another zipped file", _SHEET),
    (b"PK\x05\x06", "is an empty zipped file", _TEXT),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old Excel or Word file", _SHEET),
    (b"%PDF-", "is a PDF", _TEXT),
    (b"{\\rtf", "is a rich-text document", "save it as plain text"),
    (b"PAR1", "is a Parquet file", _TEXT),
    (b"ARROW1", "is an Arrow file", "save it as CSV"),
    (b"SQLite format 3\x00", "is a database", "export the table as CSV"),
    (b"\x1f\x8b", "is packed with gzip", _UNPACK),
    (b"BZh", "is packed with bzip2", _UNPACK),
    (b"\xfd7zXZ\x00", "is packed with xz", _UNPACK),
    (b"7z\xbc\xaf\x27\x1c", "is packed with 7-Zip", _UNPACK),
    (b"\x28\xb5\x2f\xfd", "is packed with zstd", _UNPACK),
    (b"\x89PNG", "is a picture", _TEXT),
    (b"\xff\xd8\xff", "is a picture", _TEXT),
    (b"GIF8", "is a picture", _TEXT),
    (b"\x93NUMPY", "is a NumPy array", "save it as CSV"),
    (b"\x89HDF", "is an HDF5 file", "save the table as CSV"),
)
_PAGE = (b"<!doctype html", b"<html")


def what_it_is(data: bytes) -> tuple[str, str]:
    """Say what a file is that is no text of ours, and what to do about it, as ends of a sentence; else nothing."""
    for start, kind, advice in _KINDS:
        if data.startswith(start):
            return kind, advice
    if data[:200].removeprefix(codecs.BOM_UTF8).lstrip().lower().startswith(_PAGE):
        return "is a web page", "download the file itself"
    return "", ""


def no_rows_of_cells(text: str) -> str:
    """Say what a text is that holds no rows of cells, as the end of a sentence; empty where it may hold some."""
    start = text.lstrip()[:1]
    if start in ("{", "["):
        return "is JSON; expected rows of cells, as in CSV"
    return "is XML or a web page; expected rows of cells, as in CSV" if start == "<" else ""


def as_text(data: bytes) -> str:
    """Decode the content of a file of text: UTF-8, or UTF-16 with its mark as Excel's "Unicode text" is saved.

    Raises
    ------
    ValueError
        With the end of a sentence about the file: it is no text, or in another encoding.
    """
    kind, advice = what_it_is(data)
    if kind:
        raise ValueError(f"{kind}; {advice}")
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        expected = "save the file as UTF-8 (in Excel: CSV UTF-8)"
        raise ValueError(f"byte {error.start} (line {line}) is not UTF-8 text; {expected}") from None


def unpacked_bytes(file: Any) -> int:
    """Estimate how much memory the values of an open Parquet file take, from what it says of itself.

    A few kilobytes can stand for billions of equal values; texts count as read by their dictionary.
    """
    data, size = file.metadata, 0
    for at in range(data.num_row_groups):
        group = data.row_group(at)
        columns = [group.column(place) for place in range(group.num_columns)]
        size += sum(max(8 * column.num_values, column.total_uncompressed_size) for column in columns)
    return size


def texts_in(file: Any) -> list[str]:
    """Return the columns of an open Parquet file that hold texts, to be read by their dictionary."""
    schema = file.schema
    columns = [schema.column(place) for place in range(len(schema.names))]
    return [column.path for column in columns if column.physical_type == "BYTE_ARRAY" and "." not in column.path]


def no_parquet(error: Exception) -> str:
    """Say why a Parquet file cannot be read, as the end of a sentence, in other words than those of the library."""
    if isinstance(error, OSError) and error.errno:
        return f"cannot be read: {os.strerror(error.errno).lower()}"
    if isinstance(error, NotImplementedError):
        return "cannot be read as Parquet: it holds a kind of values that is not read"
    return "cannot be read as Parquet: it is damaged, or something else"


def read_bytes(path: Path, most: int) -> bytes:
    """Read a regular file of at most ``most`` bytes.

    Raises
    ------
    ValueError
        With the end of a sentence about the file: it is missing, a folder, a device, too large or unreadable.
    """
    try:
        if path.is_dir():
            raise ValueError("is a folder; expected a file")
        if not path.exists():
            raise ValueError("does not exist")
        if not path.is_file():
            # A pipe would wait for ever, and a device need not end.
            raise ValueError("is not a regular file")
        with path.open("rb") as stream:
            data = stream.read(most + 1)
    except OSError as error:
        reason = os.strerror(error.errno).lower() if error.errno else "unknown reason"
        raise ValueError(f"cannot be read: {reason}") from None
    if len(data) > most:
        raise ValueError(f"has more than {most / 1e6:g} MB, and so much is not read")
    return data


def read_rows_of_cells(path: Path, most: int) -> str:
    """Read a file of at most ``most`` bytes as text with rows of cells.

    Raises
    ------
    ValueError
        With the end of a sentence about the file: it cannot be read, is something else, or is no plain text.
    """
    text = as_text(read_bytes(path, most))
    refusal = no_rows_of_cells(text) or ("holds a NUL byte; expected plain text" if "\0" in text else "")
    if refusal:
        raise ValueError(refusal)
    return text
