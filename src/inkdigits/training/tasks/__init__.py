"""What differs between digits, lines and pages: the network, the batches, the loss, the figure watched."""
