"""What moves a quantity in a sweep: indices, a metamodel, charts and a page."""
