"""What is asked: scenarios, their parameters and claims, and the files that they are read from.

scenario          `Scenario` and `load_scenario`, the way in
parameters        the table of all parameters: default, unit, bounds, meaning, source
parameter_spec    what a row of that table is, and how a value is converted and checked
units             numbers with units: ``12 weeks``, ``0.5%``, ``2 per week``
paths             dotted paths of parameters, those of roles included
cast              the cast: roles that a scenario places, and their ties
quantities        the quantities that can be measured, each declared once
quantity_names    names of quantities, checked and put into words
claims            what a scenario claims of its results
claims_reader     claims as they are read from a file
loader            files put together: ``extends``, overrides, and where each value was said
shipped           the scenarios that come with the program
yaml_reader       YAML to a tree that knows the line of everything in it
yaml_writer       a scenario as YAML, with every default out
json_schema       the schema by which an editor completes and checks scenario files
parameter_listing the parameters as a table for people
"""
