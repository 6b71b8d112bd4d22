"""The one loop: `fit`, what it moves weights with, and what it leaves behind."""
