#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Check the JSON Schema of site.yaml with an independent validator: schema_check.py SCHEMA.json GOLDEN

The schema itself is valid, every default in it is valid, and so is every golden site that `check`
accepts. A site it refuses may pass (the schema knows no rules across keys), but not all may.
"""
import glob
import json
import os
import sys

import jsonschema
import yaml


def defaults(node, path=""):
    """All (path, schema with a default) below a node."""
    if isinstance(node, dict):
        if "default" in node and "description" in node:
            yield path, node
        for key, value in node.items():
            yield from defaults(value, f"{path}/{key}")


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        schema = json.load(f)
    validator = jsonschema.Draft202012Validator
    validator.check_schema(schema)
    problems = []
    for path, node in defaults(schema):
        problems += [f"default of {path}: {e.message}" for e in validator(node).iter_errors(node["default"])]
    refused = 0
    for case in sorted(glob.glob(os.path.join(sys.argv[2], "*", "expected", "diagnostics.txt"))):
        site = os.path.join(os.path.dirname(os.path.dirname(case)), "site.yaml")
        with open(case, encoding="utf-8") as f:
            accepted = f.read().rstrip().endswith("exit status 0")
        try:
            with open(site, "rb") as f:
                errors = list(validator(schema).iter_errors(yaml.safe_load(f)))
        except (yaml.YAMLError, UnicodeDecodeError):
            errors = ["not YAML"]
        if accepted:
            problems += [f"{site}: {e}" for e in errors]
        refused += bool(errors)
    if refused < 10:
        problems.append(f"only {refused} of the wrong sites are refused")
    print("\n".join(problems) if problems else f"schema: valid, {refused} wrong sites refused")
    return 1 if problems else 0


sys.exit(main())
