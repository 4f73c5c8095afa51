"""The REST routes, one file a subject: each reads its request, asks one port, shapes the answer. No decisions here."""
