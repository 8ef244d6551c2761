"""From a sentence to intent and slots: dialogue state, own grammars of time, names and amounts, evidence, classifier.

Words: intent (what the person wants), slot (what the sentence says about it), pending (what the bot just asked),
aspect (a finer shade of an intent, for routing only). Pure: no database, no network, no clock of its own.
"""
