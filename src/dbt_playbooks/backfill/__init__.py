"""Backfills that survive: what to run (plan), whether it may run (checks, lease), running it (runner), what came of it (report)."""
