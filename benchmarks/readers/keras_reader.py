"""Keras on TensorFlow, the same network: `keras_reader.py MODEL.keras IMAGES.npy THREADS`.

As people write it (`predict` with its default batches of 32), and with the batch size that is quickest here, tried on a
fifth of the pictures.
"""

import os
import sys
from functools import partial

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf
from stopwatch import answer, quickest

SIZES = ("32", "128", "256", "512", "1000", "2000")
tf.config.threading.set_intra_op_parallelism_threads(int(sys.argv[3]))
tf.config.threading.set_inter_op_parallelism_threads(int(sys.argv[3]))
model = keras.saving.load_model(sys.argv[1])
images = np.load(sys.argv[2], allow_pickle=False)

few = images[: len(images) // 5]
best = quickest({size: partial(model.predict, few, batch_size=int(size), verbose=0) for size in SIZES})
ways = {
    "keras": partial(model.predict, images, verbose=0),
    "keras, tuned": partial(model.predict, images, batch_size=int(best), verbose=0),
}
answer(ways, tuned=f"batches of {best}")
