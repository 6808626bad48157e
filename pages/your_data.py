"""Learn from a table of your own."""

from ui.frame import page, your_data

page.introduce(
    "Learn from your own data",
    "Bring a table, say which column is the class, and every page works on it. It stays in this session: "
    "nobody else sees it, and it is gone when you close the page. While it arrives the server may hold it in "
    "a temporary file, which is deleted at once; after that it is in memory alone.",
)
raw, key = your_data.choose_cells(your_data.choose_file())
your_data.offer_to_use(raw, your_data.choose_columns(raw, key))
