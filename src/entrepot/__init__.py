"""entrepot: a commerce suite for sellers of configurable goods."""

__version__ = "0.1.0"
