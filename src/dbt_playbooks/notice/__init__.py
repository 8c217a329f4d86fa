"""What the readers of a table are told before it changes: the playbook's notification, filled in from the project."""
