"""The questions and answers of one topic each: its commands and its frames side by side."""
