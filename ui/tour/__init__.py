"""The lecture as a tour of questions to predict, and scenarios to look for; one bar over every page."""
