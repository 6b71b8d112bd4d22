"""A model learns a person's hand: their digits, what it knew, what it reads before and after."""
