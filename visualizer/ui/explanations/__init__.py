"""Where does this number come from? A card that answers, and what makes the numbers of the window ask."""
