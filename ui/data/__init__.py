"""The data that pages work with: the program's, or what a person brought, which stays in their session."""
