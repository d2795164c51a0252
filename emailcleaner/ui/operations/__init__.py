"""One named function for each thing a user does: work for a worker, the answer on the UI thread.

The functions get a session and callbacks, never a widget.
"""
