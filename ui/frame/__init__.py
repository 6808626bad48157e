"""The frame around every page: the menu, the bar over the page, and the page's own skeleton."""
