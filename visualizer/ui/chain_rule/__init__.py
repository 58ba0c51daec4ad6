"""Backpropagation as the chain rule: one weight's factors, their proof, their price, and single steps of arithmetic."""
