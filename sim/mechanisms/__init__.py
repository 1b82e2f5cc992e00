"""Pure formulas: numbers in, numbers out. They know no clock and no market.

- `matching`: how well a person and an opening match
- `screening`: how an employer forms beliefs, ranks and invites
- `ties`: how a tie fades, and what a touch does
- `vouching`: whether a contact thinks of a person, is willing, and lends a name
"""
