"""What runs in the process of its own that reads UVL: a few lines of it can unfold to gigabytes of clauses.

Like the compiler's worker it stands alone; the parser is a native library.
"""

import json
import math
import sys
from pathlib import Path


def work(source: Path, answer: Path, megabytes: int, seconds: float, *, clauses: bool) -> None:
    """Read the model; write its tree, its constraints and its clauses, or what is wrong with it."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 1_000_000, megabytes * 1_000_000))
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(seconds), math.ceil(seconds) + 1))
    except (ImportError, ValueError):
        pass  # No such limits on this system; the time limit still holds.
    from uvllang import UVL

    try:
        read = UVL(from_file=str(source))
        found = {
            "tree": read.builder().feature_hierarchy,
            "root": read.builder().root_feature,
            "constraints": read.boolean_constraints,
            "arithmetic": read.arithmetic_constraints,
            "types": read.feature_types,
            "attributes": read.feature_attributes,
        }
        if clauses:
            cnf = read.to_cnf()
            found |= {"clauses": cnf.clauses, "literals": cnf.nv, "comments": cnf.comments}
    except ValueError as error:
        found = {"problem": str(error).splitlines()[0]}
    answer.with_suffix(".part").write_text(json.dumps(found))
    answer.with_suffix(".part").rename(answer)


if __name__ == "__main__":
    work(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]), clauses="clauses" in sys.argv[5:])
