"""What a person sets: the panel, which every page shares, and the controls of a page's own."""
