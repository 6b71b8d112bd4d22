"""Keras on TensorFlow, the same network: `keras_reader.py MODEL.keras IMAGES.npy THREADS`.

As people write it (`predict` with its default batches of 32), and with the batch size that is quickest here.
"""

import os
import sys
from collections.abc import Callable
from functools import partial

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras
import numpy as np
import tensorflow as tf
from stopwatch import answer, quickest

tf.config.threading.set_intra_op_parallelism_threads(int(sys.argv[3]))
tf.config.threading.set_inter_op_parallelism_threads(int(sys.argv[3]))
model = keras.saving.load_model(sys.argv[1])
images = np.load(sys.argv[2], allow_pickle=False)

ways: dict[str, Callable[[], object]] = {
    str(batch): partial(model.predict, images, batch_size=batch, verbose=0) for batch in (32, 256, 1000)
}
best = quickest(ways)
answer({"keras": ways["32"], "keras, tuned": ways[best]}, tuned=f"batches of {best}")
