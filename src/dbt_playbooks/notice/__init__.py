"""What the readers of a table are told before it changes: the playbook's notification, filled in from the project."""

KINDS = ("rename", "remove", "retype", "add", "repartition")
"""The kinds of changes, as `--change` takes them."""
