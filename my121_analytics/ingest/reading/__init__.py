"""What headings and cells mean: columns, dates, ratings, people, periods."""
