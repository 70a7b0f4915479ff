"""`mistral-async files`: list, upload, download, delete, and an address to share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from mistral_async.cli._connection import ClientContext, Connection
from mistral_async.cli._parameters import Flag
from mistral_async.cli._text import print_json, print_rows

app: App = App(name="files", help="Files that you uploaded.")


@app.command(name="list")
async def list_files(
    *,
    purpose: str | None = None,
    json: Flag = False,
    connection: Connection = None,
) -> None:
    """List files.

    Parameters
    ----------
    purpose
        Those of one purpose: fine-tune, batch, ocr.
    json
        One JSON object a file.
    """
    async with ClientContext(connection) as client:
        async for file in client.files.list(purpose=purpose):
            if json:
                print_json(file)
            else:
                print_rows([(file.id, file.purpose, file.size_bytes, file.filename)])


@app.command
async def upload(*paths: Path, purpose: str, json: Flag = False, connection: Connection = None) -> None:
    """Upload files and print their ids.

    Parameters
    ----------
    paths
        What to upload.
    purpose
        fine-tune, batch or ocr.
    json
        One JSON object a file.
    """
    if not paths:
        raise ValueError("no files: name those to upload")
    async with ClientContext(connection) as client:
        for path in paths:
            uploaded = await client.files.upload(path, purpose)
            print_json(uploaded) if json else print_rows([(uploaded.id, uploaded.filename)])


@app.command
async def download(
    file_id: str, *, output: Annotated[Path, Parameter(alias="-o")], connection: Connection = None
) -> None:
    """Download a file.

    Parameters
    ----------
    file_id
        Its id.
    output
        Where to.
    """
    async with ClientContext(connection) as client:
        await client.files.download(file_id).save(output)


@app.command
async def delete(*file_ids: str, json: Flag = False, connection: Connection = None) -> None:
    """Delete files.

    Parameters
    ----------
    file_ids
        Their ids.
    json
        One JSON object a file, of what the API said.
    """
    if not file_ids:
        raise ValueError("no files: give the ids that `files list` shows")
    async with ClientContext(connection) as client:
        for file_id in file_ids:
            deleted = await client.files.delete(file_id)
            if json:
                print_json(deleted)


@app.command
async def url(file_id: str, *, hours: int = 24, json: Flag = False, connection: Connection = None) -> None:
    """Print an address where anyone can read a file for a while.

    Parameters
    ----------
    file_id
        Its id.
    hours
        How long: 1 to 168.
    json
        JSON in place of the address alone.
    """
    async with ClientContext(connection) as client:
        signed = await client.files.get_signed_url(file_id, hours)
    print_json(signed) if json else print_rows([(signed.url,)])
