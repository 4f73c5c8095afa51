"""``hotline bench place``: names made up in the shapes of a city's, queries as people type them, tickets of a year; figures beside the goals."""
