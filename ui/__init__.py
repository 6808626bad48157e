"""All that knows Streamlit, Altair or pandas: settings panel, cached training, tables, charts."""
