"""What a user can get wrong, each as one sentence.

A message says what is wrong, where (file, column, row as the spreadsheet shows it), what was
found and what to do. Pages show it, the command line prints it and exits with 2, a job keeps it
as the reason of its failure. A bug is none of these and raises as Python raises.

    ToxappError
    ├── DataError        a file, a column, a row
    ├── SettingsError    a setting of a run
    ├── ModelError       a base model or a bundle
    ├── NotFoundError    a dataset, run or rule that is not there
    └── JobError         something that a job's state does not allow
"""

from __future__ import annotations


class ToxappError(Exception):
    """A mistake that the user can mend; `str(error)` is the sentence to show."""


class DataError(ToxappError):
    """A file, a column or a row cannot be used as asked."""


class SettingsError(ToxappError):
    """A setting is out of range or unknown; all wrong ones are named at once."""


class ModelError(ToxappError):
    """A base model or a bundle is missing, damaged or of the wrong kind."""


class NotFoundError(ToxappError):
    """No dataset, run or rule of that name in this workspace."""


class JobError(ToxappError):
    """The state a job is in does not allow what was asked."""
