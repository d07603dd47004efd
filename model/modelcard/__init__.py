"""The model card: what a trained model is, measured and drawn. See `model.modelcard.write`."""
