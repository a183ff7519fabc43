"""One file per pair of documents; read a map as a table: our path, their path."""
