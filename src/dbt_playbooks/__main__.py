"""`python -m dbt_playbooks` is `dbt-playbooks`."""

from dbt_playbooks.cli import main

main()
