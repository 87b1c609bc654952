"""A template's source turned into trees, one for the template and one for each that it defines."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from commands.golang.items import Item, Token
from commands.golang.lex import tokens
from commands.golang.nodes import Action, Branch, End, Invocation, Jump, Listing, Node, Text
from commands.golang.quote import quote
from commands.golang.stream import Stream
from commands.golang.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Collection

_BRANCHES = frozenset({"if", "range", "with"})


@dataclass
class Trees:
    """The trees of a template by their names; the template's own under its name."""

    name: str
    source: str
    roots: dict[str, Listing] = field(default_factory=dict)


def parse(name: str, source: str, functions: Collection[str]) -> Trees:
    """The trees of a template; TemplateError if Go does not accept it."""
    trees = Trees(name, source)
    _Tree(name, Stream(name, tokens(source), functions), trees).whole()
    return trees


def _blank(root: Listing) -> bool:
    return all(isinstance(each, Text) and not each.text.strip() for each in root.nodes)


class _Tree(Terms):
    """One tree while it is read."""

    def __init__(self, name: str, stream: Stream, trees: Trees) -> None:
        super().__init__(stream)
        self.name = name
        self.trees = trees
        self.ranges = 0

    def whole(self) -> None:
        root = Listing(self.stream.peek().place)
        while self.stream.peek().kind is not Token.EOF:
            if not self._definition():
                node = self._part()
                if isinstance(node, End):
                    raise self.stream.fault(f"unexpected {node}")
                root.nodes.append(node)
        self.add(root)

    def add(self, root: Listing) -> None:
        """Keep the tree under its name."""
        old = self.trees.roots.get(self.name)
        if old is None or _blank(old):
            self.trees.roots[self.name] = root
        elif not _blank(root):
            raise self.stream.fault(f"template: multiple definition of template {quote(self.name)}")

    def _definition(self) -> bool:
        start = self.stream.place
        if self.stream.next().kind is Token.LEFT and self.stream.solid().keyword("define"):
            name = self._template_name(self.stream.solid(), "define clause")
            self._expect(Token.RIGHT, "define clause")
            if (end := self._subtree(name)).keyword != "end":
                raise self.stream.fault(f"unexpected {end} in define clause")
            return True
        self.stream.place = start
        return False

    def _subtree(self, name: str) -> End:
        """Read another tree up to the mark that closes it."""
        tree = _Tree(name, self.stream, self.trees)
        root, end = tree.listing()
        if end.keyword == "end":
            tree.add(root)
        return end

    def listing(self) -> tuple[Listing, End]:
        """Parts up to the mark that closes them, and that mark."""
        listing = Listing(self.stream.peek_solid().place)
        with self.stream.nested():
            while self.stream.peek_solid().kind is not Token.EOF:
                node = self._part()
                if isinstance(node, End):
                    return listing, node
                listing.nodes.append(node)
        raise self.stream.fault("unexpected EOF")

    def _part(self) -> Node:
        item = self.stream.solid()
        if item.kind is Token.TEXT:
            return Text(item.place, item.text)
        if item.kind is not Token.LEFT:
            raise self.unexpected(item, "input")
        self.action_line = item.line
        node = self._action()
        self.action_line = 0
        return node

    def _action(self) -> Node:
        item = self.stream.solid()
        if item.kind is not Token.KEYWORD or item.text == "define":
            self.stream.place -= 1
            return Action(self.stream.peek().place, self.pipeline("command", Token.RIGHT))
        if item.text in _BRANCHES:
            return self._branch(item.text)
        return self._keyword(item)

    def _keyword(self, item: Item) -> Node:
        match item.text:
            case "break" | "continue":
                return self._jump(item)
            case "else":
                return self._else()
            case "end":
                return End(self._expect(Token.RIGHT, "end").place, "end")
            case "block":
                return self._block()
            case _:
                return self._template()

    def _jump(self, item: Item) -> Jump:
        mark = f"{{{{{item.text}}}}}"
        if (following := self.stream.solid()).kind is not Token.RIGHT:
            raise self.unexpected(following, mark)
        if not self.ranges:
            raise self.stream.fault(f"{mark} outside {{{{range}}}}")
        return Jump(item.place, item.text)

    def _else(self) -> End:
        following = self.stream.peek_solid()
        if following.keyword("if") or following.keyword("with"):
            return End(following.place, "else")
        return End(self._expect(Token.RIGHT, "else").place, "else")

    def _branch(self, keyword: str) -> Branch:
        known = len(self.variables)
        pipe = self.pipeline(keyword, Token.RIGHT)
        self.ranges += keyword == "range"
        body, end = self.listing()
        self.ranges -= keyword == "range"
        otherwise = None if end.keyword == "end" else self._otherwise(keyword, end)
        del self.variables[known:]
        return Branch(pipe.place, keyword, pipe, body, otherwise)

    def _otherwise(self, keyword: str, mark: End) -> Listing:
        if keyword != "range" and self.stream.peek().keyword(keyword):
            self.stream.next()
            with self.stream.nested():
                return Listing(mark.place, [self._branch(keyword)])
        listing, end = self.listing()
        if end.keyword != "end":
            raise self.stream.fault(f"expected end; found {end}")
        return listing

    def _block(self) -> Invocation:
        item = self.stream.solid()
        name = self._template_name(item, "block clause")
        pipe = self.pipeline("block clause", Token.RIGHT)
        header = self.stream.furthest
        end = self._subtree(name)
        if end.keyword != "end":
            self.stream.furthest = header  # Go blames the line of the block's own action
            raise self.stream.fault(f"unexpected {end} in block clause")
        return Invocation(item.place, name, pipe)

    def _template(self) -> Invocation:
        item = self.stream.solid()
        name = self._template_name(item, "template clause")
        pipe = None
        if self.stream.solid().kind is not Token.RIGHT:
            self.stream.place -= 1
            pipe = self.pipeline("template clause", Token.RIGHT)
        return Invocation(item.place, name, pipe)

    def _template_name(self, item: Item, context: str) -> str:
        if item.kind not in (Token.STRING, Token.RAW_STRING):
            raise self.unexpected(item, context)
        return self.text_of(item)

    def _expect(self, kind: Token, context: str) -> Item:
        item = self.stream.solid()
        if item.kind is not kind:
            raise self.unexpected(item, context)
        return item
