"""Scenarios: their parameters and claims, and the files they are read from.

scenario          `Scenario` and `load_scenario`, the entry points
parameters        all parameters, declared: default, unit, bounds, meaning, source
parameter_spec    one parameter: its declaration, and how a value is converted and checked
units             numbers with units: ``12 weeks``, ``0.5%``, ``2 per week``
paths             dotted paths of parameters, including those of roles
cast              the roles of a scenario, and how they divide their hours
quantities        the quantities that can be measured, each declared once
quantity_names    names of quantities: checks, units and limits
claims            claims about the results
claims_reader     claims read from a file
loader            scenario files: ``extends``, overrides, and the place of each value
shipped           the scenarios and sweeps that come with the program
yaml_reader       YAML to a tree with the line of every key and value
yaml_words        what is wrong with a text that is no YAML
yaml_writer       a scenario as YAML, with every default written out
json_schema       the JSON Schema with which editors complete and check scenario files
parameter_listing the parameters as text, Markdown and JSON
"""
