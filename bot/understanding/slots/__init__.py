"""What a sentence says about each slot: one small extractor a slot or group of slots, named in lexicon/intents.yaml."""
