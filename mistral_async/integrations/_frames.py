"""Results as columns of pandas, Arrow and NumPy. The numbers of all vectors are copied once, into one block."""

from __future__ import annotations

import array
import importlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mistral_async.integrations._kinds import EmbedTask
from mistral_async.integrations._task import as_cell
from mistral_async.models.vector import Vector, arrow_array, import_arrow

if TYPE_CHECKING:
    from mistral_async.bulk import Result
    from mistral_async.integrations._task import Task

Results = Sequence["Result[Any] | None"]


def items_of_pandas(task: Task, frame: Any) -> list[Any]:
    """Return the items of a DataFrame: the cells of a column, or rows as dicts; None for null."""
    task.check_column(frame.columns)
    if task.column is None:
        return list(frame.to_dict("records"))
    series = frame[task.column].astype(object)
    return list(series.where(series.notna(), None))


def items_of_arrow(task: Task, table: Any) -> list[Any]:
    """Return the items of a table or record batch."""
    task.check_column(table.schema.names)
    return list(table.to_pylist() if task.column is None else table.column(task.column).to_pylist())


def items_of_numpy(task: Task, batch: Mapping[str, Any]) -> list[Any]:
    """Return the items of a dict of arrays."""
    task.check_column(batch)
    if task.column is not None:
        return list(batch[task.column])
    names = list(batch)
    return [dict(zip(names, row, strict=True)) for row in zip(*batch.values(), strict=True)]


def with_pandas(task: Task, frame: Any, results: Results) -> Any:
    """Return the DataFrame with the columns of the results: vectors are NumPy arrays over one block."""
    pandas = importlib.import_module("pandas")
    cells = columns_of(task, results)
    if is_vectors(task, task.output):
        matrix = _numpy_vectors(task, cells[task.output])
        cells[task.output] = [None if cell is None else matrix[row] for row, cell in enumerate(cells[task.output])]
    return frame.assign(**{name: pandas.Series(of, index=frame.index, dtype=object) for name, of in cells.items()})


def with_arrow(task: Task, table: Any, results: Results, *, fixed: bool = True) -> Any:
    """Return the table or record batch with the columns of the results.

    Vectors are lists of one length; with `fixed=False` they are lists of any length, for engines without those.
    """
    for name, column in arrow_columns(task, results, fixed=fixed).items():
        place = table.schema.get_field_index(name)
        table = table.append_column(name, column) if place < 0 else table.set_column(place, name, column)
    return table


def arrow_columns(task: Task, results: Results, *, fixed: bool) -> dict[str, Any]:
    """Return the added columns as Arrow arrays."""
    pa = import_arrow()
    kinds = arrow_types(task, fixed=fixed)
    return {
        name: _arrow_vectors(task, cells, fixed=fixed) if is_vectors(task, name) else pa.array(cells, kinds[name])
        for name, cells in columns_of(task, results).items()
    }


def arrow_types(task: Task, *, fixed: bool) -> dict[str, Any]:
    """Return the Arrow types of the added columns; those of vectors are as far as they are known beforehand."""
    pa = import_arrow()
    types = dict.fromkeys(task.columns, pa.string()) | {task.output: task.dtype or pa.string()}
    if isinstance(task, EmbedTask) and is_vectors(task, task.output):
        number = {None: pa.float32(), "float": pa.float32(), "int8": pa.int8(), "binary": pa.int8()}
        kind = number.get(task.options.get("output_dtype"), pa.uint8())
        types[task.output] = pa.list_(kind, task.width) if fixed and task.width else pa.list_(kind)
    return types


def with_numpy(task: Task, batch: Mapping[str, Any], results: Results) -> dict[str, Any]:
    """Return the dict of arrays with the columns of the results: vectors are a matrix; a row is NaN without one."""
    numpy = importlib.import_module("numpy")
    arrays = {
        name: _numpy_vectors(task, of) if is_vectors(task, name) else numpy.array([*of, None], dtype=object)[:-1]
        for name, of in columns_of(task, results).items()
    }
    return {**batch, **arrays}


def columns_of(task: Task, results: Results) -> dict[str, list[Any]]:
    """Return the cells of the added columns, by name."""
    rows = [task.cells(result) for result in results]
    return {name: [row[place] for row in rows] for place, name in enumerate(task.columns)}


def is_vectors(task: Task, name: str) -> bool:
    """Return whether a column holds vectors."""
    return name == task.output and isinstance(task, EmbedTask) and task.value is as_cell


def _numpy_vectors(task: Task, cells: Sequence[Vector | None]) -> Any:
    """Return a matrix; a row without a vector is NaN, or 0 where numbers are whole."""
    numpy = importlib.import_module("numpy")
    flat, width = _flat(task, cells)
    matrix = numpy.frombuffer(flat, dtype={"f": "f4", "b": "i1", "B": "u1"}[flat.typecode]).reshape(len(cells), width)
    if flat.typecode == "f":
        matrix[[row for row, cell in enumerate(cells) if cell is None]] = numpy.nan
    return matrix


def _arrow_vectors(task: Task, cells: Sequence[Vector | None], *, fixed: bool) -> Any:
    """Return an Arrow array of lists; null without a vector."""
    pa = import_arrow()
    flat, width = _flat(task, cells)
    null = pa.array([cell is None for cell in cells], pa.bool_())
    if fixed and width:
        return pa.FixedSizeListArray.from_arrays(arrow_array(flat), width, mask=null)
    offsets = pa.array(range(0, (len(cells) + 1) * width, width) if width else [0] * (len(cells) + 1), pa.int32())
    return pa.ListArray.from_arrays(offsets, arrow_array(flat), mask=null)


def _flat(task: Task, cells: Sequence[Vector | None]) -> tuple[array.array[Any], int]:
    """Return the numbers of all rows in one array, with zeros for a row without a vector, and the length of a row."""
    first = next((cell for cell in cells if cell is not None), None)
    width = len(first) if first is not None else (task.width if isinstance(task, EmbedTask) else None) or 0
    flat: array.array[Any] = array.array("f" if first is None else first.typecode)
    empty = array.array(flat.typecode, bytes(width * flat.itemsize))
    for cell in cells:
        flat.extend(empty if cell is None else cell)
    return flat, width
