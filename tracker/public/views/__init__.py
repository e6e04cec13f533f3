"""The pages for people: each reads its filters, gathers what it says, and names its template."""
