"""What moves a quantity: indices, effects and response surfaces of a sweep that has been carried out.

sweep_data      a sweep's folder as its analysis needs it
indices         Sobol' indices, Morris' screening, effects of one factor at a time
metamodel       a response surface over the whole ranges, and how well it predicts
sentences       what was found, in words
charts          charts of how much each factor moves the quantity
response_charts charts of the quantity over one factor or two
page            the page and its tables
"""
