"""What the user writes: YAML files, their schemas, and the overrides of a scale."""
