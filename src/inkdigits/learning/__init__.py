"""Learning: recipes, models, augmentation and the training loop. Everything but the recipes needs torch."""
