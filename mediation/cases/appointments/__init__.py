"""约定: when and where the next talk, visit or conference takes place; kept, cancelled, or given to somebody else."""
