"""One module a step. A step that was released is never changed, and there are no steps back: see `upgrade`."""
