"""The notebook that inkdigits began as: two dense layers on varied pictures, 98.51 % after 20 epochs."""

from __future__ import annotations

import keras
from clock import arguments, load_digits
from keras import layers
from keras.src.legacy.preprocessing.image import ImageDataGenerator  # the one of tf.keras, for any backend
from keras_clock import EpochClock, prepare, scaled


def build_model() -> keras.Model:
    """Return the notebook's network."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Flatten(),
            layers.Dense(256, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(256, activation="relu"),
            layers.Dropout(0.3),
            layers.Dense(10, activation="softmax"),
        ]
    )


def main() -> None:
    """Train it."""
    options = arguments(__doc__, epochs=20)
    prepare(options.seed, options.threads)
    images, labels = load_digits(options.data, "train")
    test_images, test_labels = load_digits(options.data, "test")
    variations = ImageDataGenerator(rotation_range=10, width_shift_range=0.1, height_shift_range=0.1, zoom_range=0.1)
    model = build_model()
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    clock = EpochClock(scaled(test_images), test_labels)
    batches = variations.flow(scaled(images), labels, batch_size=32)
    model.fit(batches, epochs=options.epochs, callbacks=[clock], verbose=0)
    clock.report()


if __name__ == "__main__":
    main()
