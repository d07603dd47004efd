"""How good the answers over a labelled data set are. Pure: reads no pictures, asks no board."""
