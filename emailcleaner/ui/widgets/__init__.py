"""Small building blocks of the pages. They paint and report; they know no services."""
