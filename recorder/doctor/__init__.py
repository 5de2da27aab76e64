"""The doctor: check the whole chain, from the settings to the overdue runs, and advise what to do."""

from recorder.doctor.checks import Check, CheckStatus, exit_code
from recorder.doctor.examine import examine

__all__ = ["Check", "CheckStatus", "examine", "exit_code"]
