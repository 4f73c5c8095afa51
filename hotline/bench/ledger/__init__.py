"""``hotline bench ledger``: a ledger of years made through SQL, and what its queries cost beside their goals."""
