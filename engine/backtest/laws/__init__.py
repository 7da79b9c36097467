"""Laws of the factors' moves that a backtest walks, one a file."""
