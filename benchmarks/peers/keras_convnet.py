"""Keras' own example, keras.io/examples/vision/mnist_convnet: two convolutions, 99.2 % after 15 epochs."""

from __future__ import annotations

import keras
from clock import arguments, load_digits
from keras import layers
from keras_clock import EpochClock, prepare, scaled


def build_model() -> keras.Model:
    """Return the example's network."""
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )


def main() -> None:
    """Train it."""
    options = arguments(__doc__, epochs=15)
    prepare(options.seed, options.threads)
    images, labels = load_digits(options.data, "train")
    test_images, test_labels = load_digits(options.data, "test")
    model = build_model()
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    clock = EpochClock(scaled(test_images), test_labels)
    one_hot = keras.utils.to_categorical(labels, 10)
    model.fit(scaled(images), one_hot, batch_size=128, epochs=options.epochs, callbacks=[clock], verbose=0)
    clock.report()


if __name__ == "__main__":
    main()
