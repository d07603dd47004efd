"""Training: photographs with image-level labels in, weights out."""
