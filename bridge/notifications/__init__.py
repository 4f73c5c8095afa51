"""What is said to others than the case store: text messages to citizens, the state of a matter to the partner it came from.

Map: ``rules.py`` what is said when, and to whom (pure) · ``sms_gateway.py`` and ``partner_endpoint.py`` the doors · ``sender.py`` the
loop that takes what is due to its door. The ledger keeps them (``ledger/notifications.py``), written in the transaction of what they tell.
"""
