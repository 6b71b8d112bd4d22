"""The bundled models, their cards and their limits; no code."""
