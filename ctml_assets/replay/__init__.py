"""History replayed day by day through the real assets, jobs, sensor and a real instance."""
