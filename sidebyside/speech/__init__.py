"""Sound to words: the engines, their child process and the joining of two passes."""

import os

# ONNX Runtime would else keep a device id and a diary in the user's cache and report them; it reads this when it loads.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
