"""What a test of macros may meet. Messages say what happened, what is allowed and what to write."""

from __future__ import annotations

from dbt_playbooks.errors import PlaybooksError


class HarnessError(PlaybooksError):
    """The test asks for something that cannot be had: an unknown macro, a ragged table, rows of a target without a database."""


class MacroError(PlaybooksError):
    """A macro raised a compiler error."""


class SqlError(PlaybooksError):
    """The database, or GoogleSQL's analyzer, refuses a statement."""


class NotCheckedError(PlaybooksError):
    """GoogleSQL's analyzer does not know a part of the SQL, so nothing is said of it: neither that it is right nor that it is wrong."""


class NotCheckedWarning(UserWarning):
    """What is a NotCheckedError where the test does not say `allow_unchecked=True`."""


class MacroWarning(UserWarning):
    """A macro warned by `exceptions.warn`, and the test did not expect it: `with macro.warns(...)` does."""


class UncommittedWarning(UserWarning):
    """A macro wrote to the database in a transaction that nothing committed, so what it wrote is gone."""
