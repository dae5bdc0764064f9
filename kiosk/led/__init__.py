"""The picture on LED panels: rules for dots, and the type made of dots."""
