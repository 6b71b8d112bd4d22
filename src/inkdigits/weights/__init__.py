"""The bundled model and its card; no code."""
