"""The rules language (contract/RULES.md): text in, the tree that three executors run out.

`compile_tables(document, dictionary)` gives tables and problems; `parse_condition(text, names)` one condition.
"""

from tsela.programme.rules.compiler import ENGINE, compile_tables, parse_condition
from tsela.programme.rules.names import Names
from tsela.programme.rules.tokens import RuleError
from tsela.programme.rules.words import Labels

__all__ = ["ENGINE", "Labels", "Names", "RuleError", "compile_tables", "parse_condition"]
