#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The schemas of doc/schema are schemas, what --json writes follows them, and what does not is refused,
# as Debian's python3-jsonschema has it.
set -u
cd "$(dirname "$0")/../.." || exit 1
if ! python3 -c 'import jsonschema' 2>/dev/null; then
	echo "python3-jsonschema is not installed"
	exit 77
fi
"$BUILD/tests/integration/rings-json" >"$TMPDIR/rings" || exit 1
python3 - "$TMPDIR/rings" <<'END'
import copy, json, pathlib, sys
from jsonschema import Draft202012Validator as Validator

number = 0

def ok(good, name):
    global number
    number += 1
    print(f"{'ok' if good else 'not ok'} {number} - {name}")

schemas = {path.name: json.loads(path.read_text()) for path in pathlib.Path("doc/schema").glob("*.json")}
for name, schema in sorted(schemas.items()):
    try:
        Validator.check_schema(schema)
        problem = ""
    except Exception as why:
        problem = f": {why.message}"
    ok(not problem and schema["$id"] == name, f"{name} is a schema{problem}")

def objects(value, path=()):
    """Every object in value, by the way that leads to it."""
    if isinstance(value, dict):
        yield path
        for key, member in value.items():
            yield from objects(member, path + (key,))
    elif isinstance(value, list):
        for i, member in enumerate(value):
            yield from objects(member, path + (i,))

def at(value, path):
    for step in path:
        value = value[step]
    return value

validator = Validator(schemas["rings.json"])
examples = json.load(open(sys.argv[1]))
problems = [f"{i}: {error.json_path}: {error.message}" for i, example in enumerate(examples)
            for error in validator.iter_errors(example)]
ok(not problems, f"{len(examples)} domains with rings follow rings.json" + "".join(f"\n# {p}" for p in problems[:5]))
health = {ring["health"] for example in examples for device in example["devices"] for ring in device["rings"]}
ok({"idle", "unknown", "fault"} <= health, f"they are {sorted(health)}")

# No object may have a member that is not described, none may lack one that is required.
missed = []
for path in objects(examples[0]):
    more = copy.deepcopy(examples[0])
    at(more, path)["unheard_of"] = 1
    if validator.is_valid(more):
        missed.append(path)
    for member in list(at(examples[0], path)):
        less = copy.deepcopy(examples[0])
        del at(less, path)[member]
        if validator.is_valid(less) and path[-1:] not in [("indices",), ("lacks",)]:
            missed.append(path + (member,))
ok(not missed, "what is too much or too little is refused" + "".join(f"\n# {p}" for p in missed[:5]))
print(f"1..{number}")
END
