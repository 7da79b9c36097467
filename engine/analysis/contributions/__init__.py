"""What positions, books, factors and regimes contribute to a run's VaR and ES, each with its error."""
