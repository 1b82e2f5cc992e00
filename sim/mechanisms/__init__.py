"""Pure formulas: numbers in, numbers out, without clock or market.

- `matching`: how well a person and an opening match
- `screening`: how an employer forms beliefs, ranks and invites
- `ties`: how a tie fades, and what a touch does to it
- `vouching`: whether a contact recalls a person, is willing, and lends a name
"""
