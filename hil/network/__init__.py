"""What a network means: its .tflite file, what of it makes a class activation map, its costs. Runs nothing."""
