"""The settings file: which one holds, how it is read, and every fault in it at once."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from my121_analytics.errors import SettingsError, suggest
from my121_analytics.settings import AUDIENCES, ReportSettings, Settings
from my121_analytics.settings_runs import RunPlanSettings, RunSettings
from my121_analytics.settings_text import BACKSLASH_HINT, faulty_line, lost_backslashes, toml_fault

FILE_NAME = "my121.toml"


def load_settings(path: Path | str | None) -> Settings:
    """Read ``my121.toml`` and report every fault in it at once.

    Parameters
    ----------
    path
        The settings file; None gives the defaults.

    Returns
    -------
    Settings
        Frozen; sections and keys as in ``my121.toml``.

    Raises
    ------
    SettingsError
        The file is missing, is not TOML, or holds unknown keys or values out of range (all are listed).

    Examples
    --------
    >>> settings = load_settings("exports/my121.toml")
    >>> settings.disclosure.threshold
    """
    if path is None:
        return Settings()
    path = Path(path)
    content = _parse_toml(path, _read_text(path))
    lost = lost_backslashes(content)
    if lost:
        raise SettingsError(f"{path.name}: {len(lost)} setting(s) hold a backslash in double quotes, which changes "
                            "the letter after it.", hints=[f"{where}: {BACKSLASH_HINT}" for where in lost])
    faults = _find_unknown_audiences(content)
    try:
        settings = Settings.model_validate(content)
    except ValidationError as problem:
        faults = [*(_describe(fault) for fault in problem.errors()), *faults]
        raise SettingsError(f"{path.name}: {len(faults)} setting(s) cannot be used.", hints=faults) from problem
    if faults:
        raise SettingsError(f"{path.name}: {len(faults)} setting(s) cannot be used.", hints=faults)
    return settings


def _find_unknown_audiences(content: dict[str, Any]) -> list[str]:
    """List audiences that reports and runs name and no table defines; read before anything else is checked."""
    def table(*names: str) -> dict[str, Any]:
        found: Any = content
        for name in names:
            found = found.get(name, {}) if isinstance(found, dict) else {}
        return found if isinstance(found, dict) else {}

    known = tuple({**AUDIENCES, **table("disclosure", "audiences")})
    asked = [(f"reports.{name}.audience", table("reports", name).get("audience")) for name in table("reports")]
    asked += [(f"run.{key}", table("run").get(key)) for key in ("pack_audience", "notebook_audience")]
    return [f"{where}: there is no audience '{audience}'. {suggest(audience, known)}" for where, audience in asked
            if isinstance(audience, str) and audience not in known]


def _read_text(path: Path) -> str:
    """Read the file as UTF-8, with or without a byte order mark."""
    try:
        raw = path.read_bytes()
    except OSError as problem:
        raise SettingsError(f"{path.name}: the settings file cannot be read ({problem.strerror}).",
                            hints=["Check the path given with --settings."]) from problem
    # UTF-16 without a mark: of Latin letters every second byte is zero
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or raw[:200].count(0) > len(raw[:200]) // 4:
        raise SettingsError(f"{path.name}: the settings file is in UTF-16 (some programs say Unicode), not in UTF-8.",
                            hints=["Save it again as UTF-8: in Notepad, File > Save as, Encoding: UTF-8."])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw[:problem.start].count(b"\n") + 1
        raise SettingsError(f"{path.name}, line {line}: the settings file is not UTF-8 text.",
                            hints=["Save it again as UTF-8: in Notepad, File > Save as, Encoding: UTF-8."]) from problem


def _parse_toml(path: Path, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        number, line = faulty_line(text, str(problem))
        what, hint = toml_fault(line, str(problem))
        raise SettingsError(f"{path.name}, line {number}: {what}.",
                            hints=[hint, *([f"Line {number} is: {line}"] if line else [])]) from problem


def find_settings(source: Path | str, named: Path | str | None = None) -> Path | None:
    """Choose the settings file: the one given, else ``my121.toml`` in the working folder, else beside the source.

    Parameters
    ----------
    source
        The export file or folder.
    named
        What the user asked for.

    Returns
    -------
    Path or None
        None where no settings file exists.
    """
    if named is not None:
        return Path(named)
    source = Path(source)
    for folder in (Path.cwd(), source if source.is_dir() else source.parent):
        candidate = folder / FILE_NAME
        if candidate.is_file():
            return candidate
    return None


def _describe(fault: Any) -> str:
    """Turn one pydantic fault into where, what was found, and what was expected."""
    where = ".".join(str(part) for part in fault["loc"])
    if fault["type"] == "extra_forbidden":
        *parents, last = fault["loc"]
        table = ".".join(map(str, parents)) or "top level"
        return f"[{table}] {last}: no such setting. {suggest(str(last), _keys(parents))}"
    message = fault["msg"].removeprefix("Value error, ")
    shown = repr(fault["input"])
    found = f" (found {shown})" if len(shown) < 60 and fault["type"] != "value_error" else ""
    return f"{where}: {message}{found}."


def _keys(parents: list[Any]) -> list[str]:
    """List the setting names at one place of the tree."""
    model: type[BaseModel] = Settings
    for part in parents:
        field = model.model_fields.get(str(part))
        annotation = field.annotation if field else None
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            model = annotation
        elif model is Settings and parents[0] == "reports":
            model = ReportSettings
        elif model is RunSettings and part == "plan":
            model = RunPlanSettings
    return list(model.model_fields)
