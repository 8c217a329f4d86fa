select day::date as date_day from range(timestamp '2024-01-01', timestamp '2025-01-01', interval 1 day) as t (day)
