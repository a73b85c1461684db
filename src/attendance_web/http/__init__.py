"""The way of a call: from its request over its declaration to its answer in the envelope."""
