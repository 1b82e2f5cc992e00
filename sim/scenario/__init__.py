"""What is asked: scenario files read, checked and frozen; parameters, claims and quantities declared."""
