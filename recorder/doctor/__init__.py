"""The doctor: tries the whole chain, from the settings to the run that waits longest, and says what to mend."""

from recorder.doctor.checks import Check, CheckStatus, exit_code
from recorder.doctor.examine import examine

__all__ = ["Check", "CheckStatus", "examine", "exit_code"]
