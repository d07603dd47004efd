"""What is fed to a network: the fixtures and labelled data sets. Knows no board."""
