"""Where each change of a schema stands that a project has begun: read from its models and from git; nothing is edited."""
