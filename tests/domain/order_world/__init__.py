"""One bracket and everything that can happen to it, enumerated: a pure exchange, the moves, the search."""
