"""What every room of the interface leans on: words, theme, tables, cache, queue, session, address."""
