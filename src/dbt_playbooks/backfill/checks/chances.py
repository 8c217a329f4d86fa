"""What of a project's warehouse is another each time that it is read."""

from __future__ import annotations

from dbt_playbooks.impact.reading import dialect_of
from dbt_playbooks.impact.reading.chances import Chances
from dbt_playbooks.impact.reading.own_chances import chances_of
from dbt_playbooks.interface import Project


def chances_in(project: Project) -> Chances:
    return chances_of(project.call("_own_functions"), project.call("_own_views"), dialect_of(project.adapter_type))
