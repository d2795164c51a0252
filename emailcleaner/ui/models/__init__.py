"""What tables show: columns in memory and the Qt models over them."""
