"""Files that start a run by themselves: for the Windows Task Scheduler, systemd and cron. Printed, never installed."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.sax.saxutils import escape

from my121_analytics.settings_runs import RunSettings
from my121_analytics.wording.catalogue import say

System = Literal["windows", "systemd", "cron"]
_TASK = "http://schemas.microsoft.com/windows/2004/02/mit/task"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December")
_HOURS_AT_MOST = 4
ACCOUNT = "DOMAIN\\account"
"""Stands for the account until somebody writes it; the file's first lines say so."""


@dataclass(frozen=True)
class Job:
    r"""What is to be started, with absolute paths: a scheduled account has another working folder.

    Parameters
    ----------
    settings_file
        ``my121.toml``.
    when
        The section ``[run]``.
    python
        The interpreter of the environment that holds the product.
    account
        Windows account that the task runs as, ``DOMAIN\name``.
    """

    settings_file: Path
    when: RunSettings
    python: Path = Path(sys.executable)
    account: str = ACCOUNT

    @property
    def arguments(self) -> list[str]:
        """Arguments of the interpreter."""
        return ["-m", "my121_analytics", "run", str(self.settings_file)]


def write_timetable(job: Job, system: System) -> str:
    """Write the schedule file of one system.

    Parameters
    ----------
    job
        What is started and when.
    system
        ``windows``, ``systemd`` (a service and a timer) or ``cron``.

    Returns
    -------
    str
        The file, with a word on where it goes and what happens to a start that was missed.
    """
    return {"windows": _write_task, "systemd": _write_units, "cron": _write_cron}[system](job)


def _write_task(job: Job) -> str:
    """Write a task of the Windows Task Scheduler; a missed start is made up for as soon as the machine is on."""
    days = {
        "day": "<ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>",
        "week": f"<ScheduleByWeek><DaysOfWeek><{_DAYS[min(job.when.on, 7) - 1]} /></DaysOfWeek>"
                "<WeeksInterval>1</WeeksInterval></ScheduleByWeek>",
        "month": f"<ScheduleByMonth><DaysOfMonth><Day>{job.when.on}</Day></DaysOfMonth><Months>"
                 + "".join(f"<{month} />" for month in _MONTHS) + "</Months></ScheduleByMonth>"}[job.when.every]
    arguments = " ".join(_quote_windows(part) for part in job.arguments)
    return f"""<?xml version="1.0"?>
<!-- {_comment(say("timetable", "windows"))} -->
<Task version="1.2" xmlns="{_TASK}">
  <RegistrationInfo><Description>{escape(say("timetable", "description"))}</Description></RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>2024-01-01T{job.when.at}:00</StartBoundary>
      <Enabled>true</Enabled>
      {days}
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>{escape(job.account)}</UserId>
      <LogonType>S4U</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <StartWhenAvailable>true</StartWhenAvailable>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT{_HOURS_AT_MOST}H</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{escape(str(job.python))}</Command>
      <Arguments>{escape(arguments)}</Arguments>
      <WorkingDirectory>{escape(str(job.settings_file.parent))}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""


def _write_units(job: Job) -> str:
    """Write a service and a timer of systemd, to be saved as two files."""
    calendar = {"day": "*-*-*", "week": f"{_DAYS[min(job.when.on, 7) - 1][:3]} *-*-*",
                "month": f"*-*-{job.when.on:02d}"}[job.when.every]
    command = " ".join(_quote_systemd(part) for part in (str(job.python), *job.arguments))
    return f"""# {say("timetable", "systemd")}
# my121.service
[Unit]
Description={say("timetable", "description")}

[Service]
Type=oneshot
WorkingDirectory={str(job.settings_file.parent).replace("%", "%%")}
ExecStart={command}
TimeoutStartSec={_HOURS_AT_MOST}h

# my121.timer
[Unit]
Description={say("timetable", "description")}

[Timer]
OnCalendar={calendar} {job.when.at}:00 {job.when.timezone}
Persistent=true

[Install]
WantedBy=timers.target
"""


def _write_cron(job: Job) -> str:
    """Write a line of a crontab; cron does not make up for a missed start, and the file says so."""
    hour, minute = (int(part) for part in job.when.at.split(":"))
    days = {"day": "* * *", "week": f"* * {job.when.on % 7}", "month": f"{job.when.on} * *"}[job.when.every]
    command = " ".join(_quote_shell(part) for part in (str(job.python), *job.arguments)).replace("%", r"\%")
    folder = _quote_shell(str(job.settings_file.parent)).replace("%", r"\%")
    return (f"# {say('timetable', 'cron')}\n"
            f"CRON_TZ={job.when.timezone}\n"
            f"{minute} {hour} {days} cd {folder} && {command}\n")


def _quote_windows(part: str) -> str:
    """Quote an argument as Windows programs read it; a path cannot hold a quotation mark there."""
    return f'"{part}"' if " " in part or not part else part


def _quote_systemd(part: str) -> str:
    escaped = part.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{escaped}"' if any(sign in part for sign in " \t'\"\\") or not part else escaped


def _quote_shell(part: str) -> str:
    import shlex

    return shlex.quote(part)


def _comment(text: str) -> str:
    return text.replace("--", "- -")
