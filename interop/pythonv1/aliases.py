"""amazon-ads-api-v1 is written for Python 3.13. Of what is newer than 3.11 it uses two forms of writing types (PEP 695), which say nothing at run
time; where Python does not know them, they are read as it would have written them before. Nothing else of the client is touched."""

import importlib.abc
import importlib.machinery
import re
import sys

ALIAS = re.compile(r"(?m)^type (\w+) = ")
GENERIC = re.compile(r"(?m)^(\s*(?:async )?def \w+)\[(\w+)[^\]\n]*\]\(")


class Loader(importlib.machinery.SourceFileLoader):
    def get_code(self, name):
        path = self.get_filename(name)
        text = self.get_data(path).decode()
        variables = "".join(f"\n{name} = __import__('typing').TypeVar('{name}')" for name in sorted({found[1] for found in GENERIC.findall(text)}))
        return self.source_to_code((GENERIC.sub(r"\1(", ALIAS.sub(r"\1 = ", text)) + variables).encode(), path)


class Finder(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] != "ads_api":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec and spec.origin and spec.origin.endswith(".py"):
            spec.loader = Loader(name, spec.origin)
        return spec


if sys.version_info < (3, 12):
    sys.meta_path.insert(0, Finder())
