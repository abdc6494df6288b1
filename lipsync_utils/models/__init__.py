"""Published networks that this project runs but did not train, and the features that they expect."""
