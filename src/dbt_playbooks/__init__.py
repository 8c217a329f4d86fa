"""dbt_playbooks: the data engineer's playbooks as software."""

__version__ = "0.1.0"
