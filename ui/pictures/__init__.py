"""Pictures as values: the chart kit, a chart with its tables and sentences, and pictures as files."""
