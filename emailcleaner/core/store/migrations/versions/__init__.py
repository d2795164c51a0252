"""One module a step. Released steps are never changed, and there are no steps back."""
