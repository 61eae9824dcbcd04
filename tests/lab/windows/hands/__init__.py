"""The five hands of the collection, answered from a simulated host's state in the shapes their documentation states."""
