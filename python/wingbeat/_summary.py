def summary(): pass
