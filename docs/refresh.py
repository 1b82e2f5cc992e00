"""Write the parts of the pages that are made by program.

python docs/refresh.py               everything made from the code and from the files in reports/, and the JSON Schema
python docs/refresh.py --measured    this, and the table of planted faults, which has to be simulated (minutes)
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import reported_numbers
from reference_pages import commands, picture, public, rooms_table

from analysis.claims.evidence import load_evidence
from analysis.reporting.contents import as_markdown as report_files
