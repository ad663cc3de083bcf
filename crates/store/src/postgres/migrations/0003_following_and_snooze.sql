-- Nothing to do: Postgres came after this step, so its tables have had these columns from the first.
null;
