"""What is here, and what is missing: ``lipsync models`` and ``lipsync doctor``."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from lipsync_utils import assets
from lipsync_utils.assets import AssetStatus

from .terminal import ask_for_licence


def models(
    fetch: Annotated[bool, typer.Option("--fetch", help="Fetch what is missing.")] = False,
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Accept the terms of those that ask for it, and fetch them too.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON list instead of a table.")] = False,
) -> None:
    """List the models that are fetched, and where they stand."""
    if accept_licence:
        for group in ("wav2lip", "syncnet"):
            ask_for_licence(group, accept=True)
    if fetch:
        assets.fetch_all()
    rows = [_asset_row(status) for status in assets.status()]
    if as_json:
        typer.echo(json.dumps(rows))
        return
    for row in rows:
        typer.echo(
            f"{row['state']:<10} {row['name']:<16} {row['version']:<10} {row['megabytes']:>7.1f} MB  {row['licence']}"
        )
        typer.echo(f"{'':<10} {row['purpose']}")
    typer.echo(f"cache: {assets.cache_folder()}")


def _asset_row(status: AssetStatus) -> dict[str, object]:
    asset = status.asset
    return {
        "name": asset.name,
        "version": asset.version,
        "state": status.state,
        "megabytes": round(asset.size / 1e6, 1),
        "licence": asset.licence,
        "purpose": asset.purpose,
        "path": str(status.path),
    }


def doctor() -> None:
    """Say what works here, what is missing, and how to get it."""
    from ..doctor import report

    raise typer.Exit(report())
