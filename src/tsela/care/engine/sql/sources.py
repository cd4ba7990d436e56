"""What items are counted from, as SQL: dates that can stand in FROM and WHERE, each with its event (R19, R23, R24, R30)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tsela.care.engine.sql.conditions import CHOSEN, REGISTRATION, Compiler, Subject, Tree, column
from tsela.care.engine.sql.days import NO_DATE, in_range, moved, quoted, text


@dataclass(frozen=True)
class Source:
    """Where occurrences come from, as SQL. `event`: the alias of the anchor event, `form` its form; `named`: the form that
    names the date (R24). Where the rows of `tables` fulfil `where`, the date is not NULL."""

    event: str
    form: str
    named: str
    date: str
    tables: tuple[str, ...]
    where: str


class Sources(Compiler):
    """Compiles the anchors of items, over a row `s` with the columns of `clients`."""

    def source(self, tree: Tree, s: Subject) -> Source:
        """R19, R23, R24, R30."""
        if "plus" in tree:
            one = self.source(tree["date"], s)
            date = in_range(moved(one.date, tree["plus"]))
            return replace(one, date=date, where=f"{one.where} AND {date} IS NOT NULL")
        for word in CHOSEN.keys() & tree.keys():
            return _chosen([self.source(part, s) for part in tree[word]], CHOSEN[word])
        return self.plain_source(tree, tree.get("form") or tree.get("each") or REGISTRATION, s)

    def plain_source(self, tree: Tree, form: str, s: Subject) -> Source:
        """One date of one event, an attribute being the registration's."""
        question: str = tree.get("attr") or tree.get("q") or ""
        if question and self.kind(form, question) != "date":
            return Source("s", form, text(form), NO_DATE, (), "FALSE")
        if "attr" in tree:
            date = f"s.{column(question)}"
            return Source("s", form, text(form), date, (), f"{date} IS NOT NULL")
        e, where = self.candidates(tree, form, s)
        date = f"{e}.{column(question)}" if question else f"{e}.date"
        if "pick" in tree:
            x, others = self.candidates(tree, form, s)
            best = f"{'MAX' if tree['pick'] == 'latest' else 'MIN'}({x}.n)"
            where += f" AND {e}.n = (SELECT {best} FROM {quoted('f_' + form)} AS {x} WHERE {others})"
        return Source(e, form, text(form), date, (f"{quoted('f_' + form)} AS {e}",), where)

    def candidates(self, tree: Tree, form: str, s: Subject) -> tuple[str, str]:
        """The events that pass a source's test and answer its question."""
        e = self.alias("e")
        tests = [f"{e}.client = {s.client}", f"{e}.date <= {s.today}"]
        if tree.get("q"):
            tests.append(f"{e}.{column(tree['q'])} IS NOT NULL")
        if tree.get("where"):
            tests.append(self.test(tree["where"], e, form, s))
        return e, " AND ".join(tests)


def _chosen(sources: Sequence[Source], choose: str) -> Source:
    """R24: the event is always the first one's; of equal dates the first named."""
    first = sources[0]
    date = f"{choose}({', '.join(one.date for one in sources)})"
    named = " ".join(f"WHEN {one.date} THEN {one.named}" for one in sources)
    return Source(
        first.event, first.form, f"CASE {date} {named} END", date,
        tuple(table for one in sources for table in one.tables), " AND ".join(one.where for one in sources),
    )  # fmt: skip
