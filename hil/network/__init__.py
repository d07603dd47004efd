"""What a network means: its .tflite file, the head that gives a map, its costs. Runs nothing."""
