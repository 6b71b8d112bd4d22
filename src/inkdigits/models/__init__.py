"""Networks, and how they are written as ONNX and Keras files."""
