"""What the target `bigquery` does not judge: docs/bigquery-targets.md prints it."""

from __future__ import annotations

SAID = (
    "BigQuery's functions that the analyzer lacks: `max_by`, `min_by`, `search`, `contains_substr`, `text_analyze`, `bag_of_words`, `tf_idf`, "
    "`st_regionstats`, those of `ml.`, `ai.`, `obj.` and DLP, and in FROM `appends`, `changes`, `gap_fill`, `range_sessionize`, `vector_search`, "
    "`external_query` and `external_object_transform`",
    "functions, table functions and procedures of a dataset that the script did not make, models, and property graphs",
    "what EXECUTE IMMEDIATE runs, unless it is a literal",
    "fields of a record in INFORMATION_SCHEMA that BigQuery's pages do not list, as those of `job_stages`",
    "loads into a table that the test does not declare",
)
"""Each is said: the test fails, or has a warning where it says `allow_unchecked=True`."""

SILENT = (
    "rows: overflow, texts that are no number, patterns of regular expressions, JSONPath, two source rows for one row of a MERGE, and texts that are "
    "longer than their column",
    "how a declared table is partitioned and clustered, its keys, options and row access policies, and whether it is a view. Of a table that the same "
    "script made it is known, but not whether a query of it filters its partitions",
    "whether datasets, projects, connections, reservations, files and members are there, and their regions",
    "the options of models, most values of options, as a negative `partition_expiration_days`, and the text inside of an option, as the JSON of "
    "`privacy_policy`",
    "two columns of one name in a query that is not known to be a model's or to make a table, a view or a file: inline SQL, and what a macro returned",
    "how many partitions a table gets, and the range of arguments, as an offset of `lead` below zero",
    "code in JavaScript, Python and Spark",
    "whether a transaction is open that another script of the session began",
    "quotas, limits of nesting, rights and cost",
)
"""Nothing is said of these: a statement that BigQuery refuses for them passes."""
