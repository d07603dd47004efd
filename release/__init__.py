"""Makes and checks what a release is made of. Not part of the package."""
