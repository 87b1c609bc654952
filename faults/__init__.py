"""What `make faults` tries on real parts."""
