"""What batch inference costs beside a bare ``predict_proba``."""
