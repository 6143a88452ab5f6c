"""What tests of any implementation in Python can use: nodes that say what a script tells them."""
