"""The law of backfills, held against dbt itself: however a range is filled, its table holds what one run of dbt over the range leaves."""
