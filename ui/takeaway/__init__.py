"""What a person takes along: pictures and numbers as files, the report of all pages, the log of trials."""
