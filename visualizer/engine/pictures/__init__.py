"""What a network sees of a picture: own inputs, receptive fields, saliency."""
