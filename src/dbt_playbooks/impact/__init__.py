"""What a change of a model or of a column reaches: the graph, lineage by column, and who is told."""
