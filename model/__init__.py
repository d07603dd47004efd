"""Builds model/person_cam.tflite, checks a model, and writes it as a C array.

`python -m model --help`. Building needs TensorFlow and Keras (the `model`
extra); everything else does without. See docs/model.md.
"""
