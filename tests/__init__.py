"""The promises, each as a test. No network, no sleep, no patch; system/ and bench/ are apart."""
