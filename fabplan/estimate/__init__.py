"""Electrochemistry of designs as arrays: geometry and materials in, volts, ampere-hours and ohms out."""
