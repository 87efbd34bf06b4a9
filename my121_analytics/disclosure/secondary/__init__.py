"""Secondary suppression: which further counts to hide so that no hidden one can be worked out."""
